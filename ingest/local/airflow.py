"""Airflow on this machine: the parts that ``airflow standalone`` starts, started one by one.

Standalone itself orphans its parts when it is asked to end, and their log servers listen on every network interface.
Started here, each part leads a session that can be ended as a whole, and the log servers, not needed on one machine,
are left out.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO, NamedTuple

from ingest.local import configuration, ports, processes, running, state
from ingest.local.api import PARTS, AirflowApi, AirflowEndpoint, Progress
from ingest.local.configuration import USER
from ingest.local.postgres import Urls
from ingest.local.processes import Process
from ingest.local.server import tail
from ingest.model import IngestError, StartFailed
from ingest.settings import MARK, settings


class Component(NamedTuple):
    """How a part of Airflow is started, and how many seconds it has to end when it is asked."""

    options: tuple[str, ...]
    patience: float


COMPONENTS = {
    "api-server": Component((), 10),
    # It waits for running tasks. One that is killed is started again by the next scheduler.
    "scheduler": Component(("--skip-serve-logs",), 10),
    "dag-processor": Component((), 3),
    # It may take ten seconds to end a child that does nothing.
    "triggerer": Component(("--skip-serve-logs",), 3),
}
FETCH_POOL = ("fetch", 2, "Tasks that fetch, politely and slowly; fewer than may run at once")
LOG_BYTES = 10_000_000
PORT_TRIES = 3

_started: list[subprocess.Popen[bytes]] = []  # kept: they shall outlive us, and Python complains when one is forgotten


class PortTaken(StartFailed):
    """Another program took the port between our look and the start of the API server."""


@dataclass(frozen=True, slots=True)
class AirflowStatus:
    """What ``airflow_status`` found: for each component whether its process lives, for each part what it says."""

    running: bool
    healthy: bool
    endpoint: AirflowEndpoint | None = None
    components: dict[str, bool] = field(default_factory=dict)
    parts: dict[str, str | None] = field(default_factory=dict)


def start_airflow(
    urls: Urls,
    dags_folder: Path,
    extra_env: Mapping[str, str] | None = None,
    on_progress: Progress = lambda _: None,
    timeout: float = 300,
    *,
    supervise: bool = False,
) -> AirflowEndpoint:
    """A healthy Airflow with those DAGs: the running one if code and settings are as they were, else a new one.

    Where ``supervise`` says so, a process of its own restarts what dies. Raises StartFailed with the end of the log of
    what failed.
    """
    with state.locked("airflow"):
        wanted = _wanted(urls, dags_folder, extra_env)
        endpoint = _reuse(wanted)
        if endpoint is None:
            _end()
            ports.need_space(state.home())
            endpoint = _boot_somewhere(wanted, on_progress, timeout)
        if supervise and not supervised():
            _supervise(configuration.environment(wanted, endpoint.url))
        return endpoint


def outdated(urls: Urls, dags_folder: Path, extra_env: Mapping[str, str] | None = None) -> list[str]:
    """Why the running Airflow would be started anew, in words; nothing when it would stay, or when none runs.

    Raises StartFailed when the remembered state can't be read, ``IngestError`` for settings that make no sense.
    """
    there = living(state.read())
    return _changes(there, _wanted(urls, dags_folder, extra_env)) if there else []


def supervised() -> bool:
    """Whether the process lives that restarts what dies."""
    known = state.read().supervisor
    return known is not None and processes.alive(Process(*known))


def restart(name: str) -> bool:
    """Start a component that died anew, with the environment of this process; False when it lives or is not wanted.

    Raises StartFailed when what it left behind can't be ended.
    """
    with state.locked("airflow"):
        local = state.read()
        if name not in local.processes or name in living(local):
            return False
        # Its tasks can't be taken over: the next scheduler starts them again.
        if not processes.end({Process(*local.processes[name]): 0.0}):
            raise StartFailed(f"What {name} left behind can't be ended.", "`ps` shows it.")
        _launch(name, os.environ, {**local.started_with.get(name, {}), **running.code()})
        return True


def stop_airflow() -> bool:
    """End every process of Airflow, tasks that don't finish soon included; False when none was there.

    Raises StartFailed when something can't be ended.
    """
    with state.locked("airflow"):
        return _end()


def airflow_status() -> AirflowStatus:
    """Which processes live and what they say of themselves, without waiting.

    Raises StartFailed when the remembered state can't be read.
    """
    local = state.read()
    components = {name: processes.alive(Process(*each)) for name, each in local.processes.items()}
    if not any(components.values()) or not local.airflow_port:
        return AirflowStatus(False, False)
    endpoint = _endpoint(local)
    parts: dict[str, str | None] = dict.fromkeys(PARTS)
    with suppress(IngestError):
        parts = {name: said.get("status") for name, said in AirflowApi(endpoint).health().items()}
    healthy = all(components.values()) and all(parts.get(name) == "healthy" for name in PARTS)
    return AirflowStatus(True, healthy, endpoint, components, parts)


def login() -> AirflowEndpoint:
    """Where the UI is, or was when it ran, and its user. Raises StartFailed when there never was one."""
    local = state.read()
    if not local.airflow_port or "airflow_admin" not in local.secrets:
        raise StartFailed("There is no Airflow here yet.", "Run `ingest start`.")
    return _endpoint(local)


def airflow_home() -> Path:
    """Airflow's own folder: configuration, logs of its components and tasks.

    Raises StartFailed when the home can't be used.
    """
    return state.home() / "airflow"


def _wanted(urls: Urls, dags_folder: Path, extra_env: Mapping[str, str] | None) -> dict[str, str]:
    if urls.airflow is None:
        raise StartFailed("Airflow has no database.", "Ask for one with ensure_postgres(for_airflow=True).")
    with state.changing() as local:
        told = configuration.wanted(local, airflow_home(), urls.airflow, dags_folder)
    return {**told, "ESSAYS_LOADER_URL": urls.loader, **(extra_env or {})}


def living(local: state.Local) -> set[str]:
    """The components whose process lives."""
    return {name for name, each in local.processes.items() if processes.alive(Process(*each))}


def _changes(there: set[str], wanted: Mapping[str, str]) -> list[str]:
    return running.changes(state.read().started_with, there, COMPONENTS, running.digests(wanted))


def _reuse(wanted: dict[str, str]) -> AirflowEndpoint | None:
    """The running Airflow, when it is whole and was started with these settings."""
    local = state.read()
    if _changes(living(local), wanted):
        return None
    endpoint = _endpoint(local)
    try:
        _wait_until_healthy(endpoint, datetime.min.replace(tzinfo=UTC), lambda _: None, timeout=30)
    except StartFailed:
        return None
    return endpoint


def _prepare(wanted: dict[str, str]) -> tuple[AirflowEndpoint, dict[str, str]]:
    folder = airflow_home()
    folder.mkdir(mode=0o700, exist_ok=True)
    with state.changing() as local:
        asked = settings().airflow_port
        remembered = [local.airflow_port] if local.airflow_port else []
        local.airflow_port = ports.first_free([asked, *remembered, *range(asked + 1, asked + 100)])
        endpoint = _endpoint(local)
        passwords = {USER: endpoint.password, configuration.PIPELINE: local.secret("airflow_pipeline")}
    state.private(folder / "passwords.json", json.dumps(passwords))
    return endpoint, configuration.environment(wanted, endpoint.url)


def _migrate(environment: dict[str, str], on_progress: Progress) -> None:
    """Make or upgrade the metadata database; nothing when this version of Airflow already did."""
    try:
        installed = version("apache-airflow-core")
    except PackageNotFoundError as error:
        raise StartFailed("Airflow is not installed.", "Run `make install`.") from error
    if state.read().airflow_schema == installed:
        return
    on_progress("preparing Airflow's database")
    log = airflow_home() / "migrate.log"
    with log.open("wb") as file:
        done = subprocess.run(
            _command("db", "migrate"), env=environment, cwd=airflow_home(), stdin=subprocess.DEVNULL,
            stdout=file, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
    if done.returncode:
        raise StartFailed(f"Airflow's database could not be prepared:\n{tail(log)}", f"The whole log is {log}.")
    with state.changing() as local:
        local.airflow_schema = installed


def _boot_somewhere(wanted: dict[str, str], on_progress: Progress, timeout: float) -> AirflowEndpoint:
    for _ in range(PORT_TRIES - 1):
        with suppress(PortTaken):
            return _boot(wanted, on_progress, timeout)
    return _boot(wanted, on_progress, timeout)


def _boot(wanted: dict[str, str], on_progress: Progress, timeout: float) -> AirflowEndpoint:
    endpoint, environment = _prepare(wanted)
    _migrate(environment, on_progress)
    began = datetime.now(UTC)
    digests = running.digests(wanted)
    for name in COMPONENTS:
        _launch(name, environment, digests)
    try:
        _wait_until_healthy(endpoint, began, on_progress, timeout)
    except BaseException:
        _end()
        raise
    return endpoint


def _launch(name: str, environment: Mapping[str, str], digests: dict[str, str]) -> None:
    log = _log(name)
    _keep_short(log)
    with log.open("ab") as file, state.changing() as local:
        started = _spawn(_command(name, *COMPONENTS[name].options), environment, file)
        local.processes[name], local.started_with[name] = started, digests


def _supervise(environment: Mapping[str, str]) -> None:
    log = state.home() / "supervisor.log"
    _keep_short(log)
    with log.open("ab") as file, state.changing() as local:
        local.supervisor = _spawn([sys.executable, "-m", "ingest.local.supervisor"], environment, file)


def _spawn(command: list[str], environment: Mapping[str, str], log: IO[bytes]) -> Process:
    started = subprocess.Popen(
        command, env=environment, cwd=airflow_home(), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
        start_new_session=True,
    )  # fmt: skip
    _started.append(started)
    return processes.identify(started.pid) or Process(started.pid, "ended")


def _keep_short(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))


def _wait_until_healthy(endpoint: AirflowEndpoint, began: datetime, on_progress: Progress, timeout: float) -> None:
    """Wait until every part is healthy by a heartbeat after ``began``, and our password opens the door."""
    api, limit, shown = AirflowApi(endpoint), time.monotonic() + timeout, ""
    known = {name: Process(*each) for name, each in state.read().processes.items()}
    while time.monotonic() < limit:
        for name, process in known.items():
            if not processes.alive(process):
                said = tail(_log(name))
                failure = PortTaken if "address already in use" in said else StartFailed
                raise failure(f"Airflow's {name} ended:\n{said}", f"The whole log is {_log(name)}.")
        waiting = list(PARTS)
        with suppress(IngestError):
            health = api.health()
            waiting = [name for name in PARTS if not _healthy(name, health.get(name) or {}, began)]
            if not waiting:
                api.login()
                return api.make_pool(*FETCH_POOL)
        line = f"waiting for {', '.join(waiting).replace('_', '-')}"
        if line != shown:
            on_progress(line)
            shown = line
        time.sleep(0.5)
    logs = airflow_home()
    raise StartFailed(f"Airflow is not healthy after {timeout:.0f} s: {shown}.", f"Look at the logs in {logs}.")


def _healthy(name: str, said: Mapping[str, str | None], began: datetime) -> bool:
    beat = said.get(f"latest_{name}_heartbeat")
    # The heartbeat of a process that was killed counts as fresh for a while.
    fresh = name == "metadatabase" or (beat is not None and datetime.fromisoformat(beat) >= began)
    return said.get("status") == "healthy" and fresh


def _end() -> bool:
    local = state.read()
    if local.supervisor:
        processes.end_alone(
            Process(*local.supervisor), 5
        )  # first, and alone: what it started has to end in its own way
    roots = {Process(*each): COMPONENTS[name].patience for name, each in local.processes.items()}
    mark = f"{MARK}={airflow_home()}"  # finds them even when the remembered state was lost
    there = bool(processes.family(roots, mark))
    # The API goes last: without it a task that is about to finish can't say so, and its scheduler waits in vain.
    working = {Process(*each): roots[Process(*each)] for name, each in local.processes.items() if name != "api-server"}
    if not (processes.end(working) and processes.end(roots, mark)):
        raise StartFailed("Some processes of Airflow can't be ended.", "`ps` shows them; another user may own them.")
    with state.changing() as local:
        local.processes, local.started_with, local.given_up, local.supervisor = {}, {}, {}, None
    return there


def _endpoint(local: state.Local) -> AirflowEndpoint:
    return AirflowEndpoint(f"http://{ports.HOST}:{local.airflow_port}", USER, local.secret("airflow_admin"))


def _command(*arguments: str) -> list[str]:
    return [sys.executable, str(Path(sys.executable).parent / "airflow"), *arguments]


def _log(component: str) -> Path:
    return airflow_home() / f"{component}.log"

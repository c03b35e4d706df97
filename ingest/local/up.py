"""From nothing to a running UI: Postgres, schema, Airflow, and the DAGs on what was asked for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from ingest.intake.files import directory
from ingest.local import state
from ingest.local.airflow import outdated, start_airflow, stop_airflow
from ingest.local.api import AirflowApi, AirflowEndpoint
from ingest.local.postgres import Urls, ensure_postgres, psql_line
from ingest.model import IngestError
from ingest.settings import checkout, resource
from ingest.store import Store, face

Migrate = Callable[[str, str, str], list[str]]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked to load at a start; ``examples`` where there was nothing yet."""

    seed_corpus: Path | None = None
    corpus: str | None = None
    files: Path | None = None
    links: Path | None = None
    examples: bool = False


def start(console: Console, migrate: Migrate, wish: Wish) -> None:
    """Starts everything, restarts what runs old code or old settings, loads what was asked for, says where to look.

    Raises ``IngestError`` with the remedy of the step that failed.
    """
    began = time.monotonic()
    asked = asked_for(wish)
    with _step(console, "Postgres"):
        urls = ensure_postgres(for_airflow=True)
    dags = resource("dags").resolve()
    changed = outdated(urls, dags)
    if changed:
        with _step(console, "Airflow: stopped"):  # the old code shall not meet the new schema
            stop_airflow()
    with _step(console, "Schema"):
        migrate(urls.owner, urls.loader, urls.analyst)
    first = not asked and wish.examples and _nothing_is_there(urls)
    with _step(console, f"Airflow: restarted, {' / '.join(changed)}" if changed else "Airflow") as say:
        endpoint = start_airflow(urls, dags, on_progress=say, supervise=True)
    if first:
        asked = asked_for(examples())
        _loading(True)
    api = AirflowApi(endpoint)
    for dag_id, conf in asked:
        with _step(console, dag_id) as say:
            _run(api, dag_id, conf, say)
    if first:
        _loading(False)
    _report(console, urls, endpoint, time.monotonic() - began, overview=bool(asked))


def examples() -> Wish:
    """The corpus and the pages of the checkout; an installed wheel has none."""
    root = checkout()
    return Wish(seed_corpus=root / "examples/corpus", files=root / "examples/pages") if root else Wish()


def asked_for(wish: Wish) -> list[tuple[str, dict[str, Any]]]:
    """The runs that load what was named, with absolute paths, since the tasks run elsewhere.

    Raises ``IngestError`` when something is not there.
    """
    runs: list[tuple[str, dict[str, Any]]] = []
    if wish.files:
        runs.append(("import_files", {"paths": [str(directory(str(wish.files)).resolve())]}))
    if wish.seed_corpus:  # its links may be of pages that are here now
        root = directory(str(wish.seed_corpus)).resolve()
        runs.append(("load_seed_corpus", {"directory": str(root), "corpus": wish.corpus}))
    if wish.links:
        runs.append(("ingest_links", {"text": _text(wish.links)}))
    return runs


def _text(file: Path) -> str:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise IngestError(f"{file} can't be read as a text with links: {error}.", "Name a UTF-8 text file.") from error
    if not text.strip():
        raise IngestError(f"{file} is empty.", "Name a text file with links.")
    return text


def _nothing_is_there(urls: Urls) -> bool:
    """Whether the database has never had anything in it, or only a part of the examples."""
    if state.read().loading:
        return True
    store = Store(urls.loader)
    try:
        return face.is_empty(store)
    finally:
        store.close()


def _loading(examples: bool) -> None:
    """Remembers that the examples are being loaded, so that the start after an interrupted one goes on."""
    with state.changing() as local:
        local.loading = examples


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


def _report(console: Console, urls: Urls, endpoint: AirflowEndpoint, seconds: float, *, overview: bool) -> None:
    if overview:
        _show_overview(console, urls)
    console.print(f"\nReady after {seconds:.0f} s.")
    console.print(
        f"Airflow  {endpoint.url}  user {endpoint.user}, password {endpoint.password}", markup=False, soft_wrap=True
    )
    console.print(f"psql     {psql_line(urls.analyst)}", markup=False, soft_wrap=True)
    console.print("         SELECT display_title, account, published_on, char_count FROM essays.catalog;", markup=False)
    console.print("Stop it all with `make stop`.")


def _show_overview(console: Console, urls: Urls) -> None:
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

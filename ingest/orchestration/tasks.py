"""The tasks that end a run of every DAG: relate, account, announce."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from airflow.sdk import Asset, get_current_context, task

ESSAYS = Asset("essays")
RETRIES: dict[str, Any] = {
    "retries": 2, "retry_delay": timedelta(seconds=10), "execution_timeout": timedelta(hours=1),
}  # fmt: skip
LONG = timedelta(hours=6)
"""The time limit of a task that goes over everything that is stored."""
RUN_LIMIT = timedelta(hours=8)
LONG_RUN_LIMIT = timedelta(hours=24)
FETCH_SECONDS = 300
"""How long a worker fetches; then it leaves the rest to a later run."""
NETWORK: dict[str, Any] = {"pool": "fetch", "execution_timeout": timedelta(minutes=7)}
"""Politeness is slow, so tasks that fetch share a few places of their own, and nothing else queues behind them."""


def label(words: str) -> None:
    """Names this mapped task in the UI, where its DAG says ``map_index_template="{{ label }}"``."""
    get_current_context()["label"] = words  # type: ignore[typeddict-unknown-key]


@contextmanager
def final() -> Iterator[None]:
    """Input that can't be processed fails the task at once: trying again would change nothing."""
    from airflow.sdk.exceptions import AirflowFailException

    from ingest.model import IngestError, Unavailable

    try:
        yield
    except Unavailable:
        raise
    except IngestError as error:
        raise AirflowFailException(str(error)) from None


@task
def workers(run: Mapping[str, Any]) -> list[int]:
    """Numbers of the workers of a run."""
    found: list[int] = run["workers"]
    return found


@task(map_index_template="{{ label }}", **NETWORK)
def fetch(number: int, run: Mapping[str, Any], of_run: bool) -> int:
    """One worker over all hosts of a run, or of all that is due; how many looks it made."""
    from ingest import pipeline
    from ingest.crawl import worker

    label(f"worker {number + 1}")
    owner = f"{get_current_context()['run_id']}/{number}"
    run_id = run["run_id"]
    return worker.fetch_due(pipeline.connect(), run_id, FETCH_SECONDS, owner, run_id if of_run else None)


def fetch_links(run: Any, of_run: bool = False) -> Any:
    """Fetches what is due, in a few tasks; ``of_run`` keeps them to addresses of their run."""
    return fetch.partial(run=run, of_run=of_run).expand(number=workers(run))


@task(trigger_rule="all_done", execution_timeout=LONG)
def relate() -> int:
    """Relates what is new, whatever became of the tasks before."""
    from ingest import pipeline

    return pipeline.relate(pipeline.connect())


@task(retries=0)
def account(run: Mapping[str, Any]) -> dict[str, int]:
    """Closes the run ``run_id``, shows its account in the log and as a note, and fails when it doesn't add up.

    ``files`` or ``links`` is how many were planned or handed in; ``corpus`` is the seed corpus that was loaded.
    """
    from ingest import pipeline
    from ingest.orchestration import runs

    context = get_current_context()
    told = pipeline.close_run(pipeline.connect(), run["run_id"], run.get("corpus"))
    print("\n".join(told.lines()))
    runs.note(context["dag"].dag_id, context["run_id"], told.lines())
    if "files" in run:
        return pipeline.check_total(told, run["files"])
    return pipeline.check_mentions(told, run["links"]) if "links" in run else told.looks


@task(outlets=[ESSAYS], retries=0, trigger_rule="none_failed")
def announce(related: int) -> None:
    """Emits the asset ``essays`` when something new was stored."""
    from airflow.sdk.exceptions import AirflowSkipException

    if not related:
        raise AirflowSkipException("nothing new")


def finish(work: Any, run: Any) -> None:
    """Relates, accounts and announces after the task ``work``; ``run`` is what ``account`` is given.

    The account is made whatever became of ``work``; the run is red when it failed.
    """
    related, told = relate(), account(run)
    announced = announce(related)  # type: ignore[arg-type]  # it stands for the number
    work >> related >> told >> announced
    work >> announced

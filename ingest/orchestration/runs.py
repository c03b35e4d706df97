"""What Airflow's UI shows of our runs: their accounts as notes; and what it must not go on showing."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from ingest.local.api import AirflowApi, AirflowEndpoint
from ingest.model import IngestError
from ingest.redact import redact
from ingest.settings import settings

MOST_NOTE = 1000
"""Characters that Airflow takes in a note."""
PASTED = ("ingest_links", "ingest_due", "add_source")
"""DAGs that are given addresses by a person."""
BY_THEMSELVES = ("ingest_due", "discover_links", "refresh_essays", "maintain")
"""DAGs whose runs begin without a person."""
KEPT = timedelta(days=30)

log = logging.getLogger(__name__)


def note(dag_id: str, run_id: str, lines: Sequence[str]) -> None:
    """Shows these lines as the note of a run, which is Markdown: the first as its head, as many as fit as a list.

    The run goes on without it when the API isn't known here or doesn't answer: the account is in the database as well.
    """
    api = _api()
    if api is None or not lines:
        return
    head, *items = lines
    shown = [f"{head}\n", *(f"- {item.strip()}" for item in items)]
    cut = len("\n".join(shown)) > MOST_NOTE
    while cut and len("\n".join([*shown, "- …"])) > MOST_NOTE:
        shown.pop()
    try:
        api.note(dag_id, run_id, "\n".join([*shown, "- …"] if cut else shown))
    except IngestError as error:
        log.warning("The account can't be shown as a note: %s", error)


def purge() -> list[str]:
    """Deletes ended runs whose configuration holds session keys, and old runs that nobody asked for; their names.

    Airflow can't change the configuration of a run. The account of each stays in ``essays.run_account``.
    """
    api = _api()
    if api is None:
        return []
    gone = []
    for dag_id, run_id in [*_with_secrets(api), *_old(api)]:
        api.delete_run(dag_id, run_id)
        gone.append(f"{dag_id} {run_id}")
    return gone


def _with_secrets(api: AirflowApi) -> Iterator[tuple[str, str]]:
    for dag_id in PASTED:
        for run in api.runs(dag_id):
            given = "\n".join(_strings(run["conf"])).encode()
            if run["state"] in ("success", "failed") and redact(given) != given:
                yield dag_id, run["dag_run_id"]


def _old(api: AirflowApi) -> Iterator[tuple[str, str]]:
    """Scheduled runs must not bury the ones that a person asked for."""
    before = datetime.now(UTC) - KEPT
    for dag_id in BY_THEMSELVES:
        for run in api.runs(dag_id):
            ended = run["end_date"]
            if run["state"] == "success" and ended and datetime.fromisoformat(ended) < before:
                yield dag_id, run["dag_run_id"]


def _strings(conf: object) -> Iterator[str]:
    if isinstance(conf, str):
        yield conf
    elif isinstance(conf, dict):
        for value in conf.values():
            yield from _strings(value)
    elif isinstance(conf, list):
        for value in conf:
            yield from _strings(value)
    else:
        yield json.dumps(conf)


def _api() -> AirflowApi | None:
    """Airflow's API as the pipeline's own user, when the settings name it."""
    given = settings()
    if given.airflow_url is None or given.airflow_password is None:
        return None
    password = given.airflow_password.get_secret_value()
    return AirflowApi(AirflowEndpoint(given.airflow_url, given.airflow_user, password))

"""Questions that the command line asks of the face."""

from __future__ import annotations

from typing import Any

from ingest.store.connection import Store


def why(store: Store, url: str) -> list[dict[str, Any]]:
    """The story of a link, a file or a document, in order of time; times as ISO 8601."""
    rows = [dict(row._mapping) for row in store.ask("face", "why", url=url)]
    return [{**row, "at": row["at"].isoformat() if row["at"] else None} for row in rows]


def run_account(store: Store, run_id: int) -> list[dict[str, Any]]:
    """What became of every address of a run; times as ISO 8601."""
    rows = [dict(row._mapping) for row in store.ask("face", "run_account", run_id=run_id)]
    return [{**row, "until": row["until"].isoformat() if row["until"] else None} for row in rows]


def files_named(store: Store, name: str) -> list[str]:
    """The paths of files with that name that were looked at, ten at most."""
    return [row.origin for row in store.ask("face", "files_named", file=name)]


def counts(store: Store) -> dict[str, int]:
    """Documents, essays, addresses that wait, and documents whose copies have not been looked for yet."""
    return dict(store.ask("face", "counts")[0]._mapping)


def is_empty(store: Store) -> bool:
    """Whether nothing was ever loaded: no document, no file of a seed corpus, no address, no run."""
    return bool(store.ask("face", "is_empty")[0].is_empty)


def overview(store: Store) -> list[dict[str, Any]]:
    """Documents and essays by corpus, site, how they came, and completeness."""
    return [dict(row._mapping) for row in store.ask("face", "overview")]


def inconsistencies(store: Store) -> list[dict[str, Any]]:
    """What is stored but does not follow from what it is derived from; empty in a sound database."""
    return [dict(row._mapping) for row in store.ask("face", "doctor")]


def reader_failures(store: Store) -> list[dict[str, Any]]:
    """How many addresses each reader broke down on with which error, and the newest of them."""
    return [dict(row._mapping) for row in store.ask("face", "reader_failures")]


def daily(store: Store) -> list[dict[str, Any]]:
    """What happened in the last day and what waits now, as ``what`` and ``count``."""
    return [dict(row._mapping) for row in store.ask("face", "daily")]

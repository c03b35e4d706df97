"""What a person does about links that wait: makes them due, gives them up, leaves a host alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ingest import extract
from ingest.model import About, IngestError, State
from ingest.store import Connection, Store, ask
from ingest.text import clean

_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+")


def retry(store: Store, wanted: Sequence[str]) -> int:
    """Makes due what waits or was given up: links, or all of a host; how many addresses that are.

    Spacing, pause and breaker of a host stand; ``set_paused`` releases it. Raises ``IngestError`` for what is neither.
    """
    keys, hosts = _keys_and_hosts(wanted)
    states = [state for state in State if state.about in (About.US, About.PERSON) or state is State.TOO_COSTLY]
    return len(store.ask("due", "retry", keys=keys, hosts=hosts, states=states))


def cancel(store: Store, run_id: int, wanted: Sequence[str]) -> int:
    """Gives up what waits: links, or all of a host; the run's account says so. Raises as ``retry`` does."""
    keys, hosts = _keys_and_hosts(wanted)

    def work(connection: Connection) -> int:
        ids = [row.address_id for row in ask(connection, "due", "cancel", keys=keys, hosts=hosts)]
        ask(connection, "due", "add_cancelled", run_id=run_id, ids=ids)
        return len(ids)

    return store.attempt(work)


def _keys_and_hosts(wanted: Sequence[str]) -> tuple[list[str], list[str]]:
    """Links by their keys, and hosts, which have no slash."""
    keys, hosts = [], []
    for one in filter(None, map(str.strip, wanted)):
        if found := extract.find(clean(one)):
            keys += [link.address.key for link in found]
        elif _HOST.fullmatch(one):
            hosts.append(one.lower())
        else:
            raise IngestError(
                f"{one!r} is neither a link nor a host.", "Give links as they were pasted, or host names."
            )
    return keys, hosts


def set_paused(store: Store, host: str, paused: bool) -> None:
    """Pauses a host, or releases it and closes its breaker."""
    store.ask("due", "set_paused", host=host, paused=paused)


def waiting(store: Store) -> list[dict[str, Any]]:
    """Addresses that wait, with the time of their next look and what stops them."""
    return [dict(row._mapping) for row in store.ask("due", "waiting")]

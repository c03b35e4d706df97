"""Pasted links: accept a text, make its addresses due, and do with what waits as an operator says."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ingest import accept, read
from ingest.model import About, Address, Completeness, IngestError, Look, Obtained, Snapshot, State
from ingest.redact import redact
from ingest.store import Connection, Store, ask
from ingest.store.documents import add_addresses, note_spellings
from ingest.store.record import record
from ingest.text import clean

MOST_NOTE = 5000
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True, slots=True)
class Handed:
    """What a pasted text came to: distinct addresses, how many are due now, mentions in all, cards without a link."""

    addresses: int
    due: int
    mentions: int
    cards: int
    excerpts: int = 0

    @property
    def total(self) -> int:
        """What the run's account has to come to."""
        return self.mentions + self.cards + self.excerpts


def hand_in(
    store: Store, run_id: int, text: str, by: str | None = None, tags: tuple[str, ...] = (), refetch: bool = False
) -> Handed:
    """Accepts all addresses of a pasted text; the words around them are kept as the submission's note.

    Addresses that are settled (a document, or a final state) are not fetched again unless ``refetch`` says so.
    """
    text = redact(clean(text).encode()).decode()
    taken = accept.accept(text)
    mentions = Counter(link.address.key for link in taken.links)
    titles = {accept.card_address(title).key: title for title in taken.cards}
    every = [*taken.addresses, *(Address(key) for key in titles)]
    excerpt = read.read_text(text, taken.links).essay if taken.links else None
    is_excerpt = excerpt is not None and excerpt.completeness is Completeness.EXCERPT
    if is_excerpt:
        _record_excerpt(store, run_id, text, taken.links)

    def work(connection: Connection) -> int:
        if not every:
            return 0
        note_spellings(connection, every)
        ids = {key: row.address_id for key, row in add_addresses(connection, every).items()}
        due = ask(connection, "due", "make_due", ids=[ids[a.key] for a in taken.addresses], refetch=refetch)
        rows = [
            {
                "address_id": ids[address.key],
                "repeats": max(mentions[address.key] - 1, 0),
                "title": titles.get(address.key),
            }
            for address in every
        ]
        ask(connection, "due", "add_mentions", run_id=run_id, rows=json.dumps(rows, ensure_ascii=False))
        digest = hashlib.sha256(text.encode()).digest()
        ask(
            connection, "due", "add_submission", run_id=run_id, by=by, note=taken.note[:MOST_NOTE] or None,
            tags=list(tags), text_sha=digest, addresses=list(ids.values()),
        )  # fmt: skip
        return len(due)

    return Handed(len(taken.addresses), store.attempt(work), len(taken.links), len(titles), int(is_excerpt))


def _record_excerpt(store: Store, run_id: int, text: str, links: tuple[Any, ...]) -> None:
    """Long prose behind a link is an excerpt of it, exactly as in a seed of that shape."""
    snapshot = Snapshot(text.encode(), "pasted text")
    address = Address(f"file:{snapshot.sha256.hex()}")
    reading = read.read_text(text, links, address.key)
    look = Look(
        address, snapshot, reading, "handed_in", Obtained.HANDED_IN, "ingested", "links",
        "pasted text", address.key,
    )  # fmt: skip
    record(store, run_id, [look], read.readers())


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
        if found := accept.find(clean(one)):
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

"""A pasted text: its links, the words around them, and who shared it. What is due of it is fetched by crawl/."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from ingest import extract, read
from ingest.model import Address, Completeness, Look, Obtained, Snapshot
from ingest.redact import redact
from ingest.store import Connection, Store, ask
from ingest.store.documents import add_addresses, note_spellings
from ingest.store.record import record
from ingest.text import clean

MOST_NOTE = 5000


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
    taken = extract.accept(text)
    mentions = Counter(link.address.key for link in taken.links)
    titles = {extract.card_address(title).key: title for title in taken.cards}
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

"""Pasted links: accept a text, fetch what is due politely, host by host, and record every look under its lease."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections import Counter
from dataclasses import dataclass
from typing import Any

from ingest import accept, read
from ingest.decode import decode
from ingest.fetch import Fetched, fetch
from ingest.model import Address, Completeness, Look, Obtained, Reading, Refused, Snapshot, State
from ingest.page import Page
from ingest.redact import redact
from ingest.schedule import BLOCKED, wait
from ingest.settings import settings
from ingest.store import Connection, Store, ask
from ingest.store.documents import add_addresses
from ingest.store.record import record
from ingest.text import clean

FETCHER = "fetch/1"
LEASE_SECONDS = 180
"""Longer than any fetch may take, and short enough that a killed worker's address is taken up soon."""
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
    look = Look(
        address, snapshot, read.read_text(text, links), "handed_in", Obtained.HANDED_IN, "ingested", "links",
        "pasted text", address.key,
    )  # fmt: skip
    record(store, run_id, [look], read.readers())


def due_hosts(store: Store, of_run: int | None = None) -> list[str]:
    """Hosts with addresses that are due, all or those of a run, the longest waiting first."""
    return [row.host for row in store.ask("due", "due_hosts", of_run=of_run)]


def fetch_host(
    store: Store,
    run_id: int,
    host: str,
    seconds: float = 300,
    owner: str | None = None,
    of_run: int | None = None,
) -> int:
    """Fetches what is due on a host, one by one and spaced, for at most so many seconds; how many looks were made.

    What is left waits for a later run. Any number of workers may do it at once: spacing and leases are in the database.
    ``owner`` names the task, so that one that is tried again takes up its own lease; ``of_run`` keeps it to addresses
    of a run.
    """
    owner = owner or f"{uuid.uuid4()}"
    deadline, looks = time.monotonic() + seconds, 0
    while True:
        pause, leased = store.attempt(lambda connection: _lease(connection, host, owner, of_run))
        if leased is None and pause is None:
            return looks
        if leased is None:
            assert pause is not None
            if time.monotonic() + pause > deadline:
                return looks
            time.sleep(min(pause, 5) + 0.01)
            continue
        looks += _look_at(store, run_id, host, leased) is not None
        if time.monotonic() > deadline:
            return looks


def _lease(connection: Connection, host: str, owner: str, of_run: int | None) -> tuple[float | None, Any]:
    """Seconds to wait and no address, or an address and nothing to wait for, or neither when nothing is to be done."""
    held = ask(connection, "due", "hold_host", host=host, spacing=settings().host_spacing)[0]
    if held.paused:
        return None, None
    if held.wait > 0:
        return held.wait, None
    leased = ask(connection, "due", "lease", host=host, owner=owner, seconds=LEASE_SECONDS, of_run=of_run)
    return None, leased[0] if leased else None


def _look_at(store: Store, run_id: int, host: str, leased: Any) -> Look | None:
    """One look at a leased address; None when the lease was lost meanwhile, so that the look counts for nothing."""
    fetched = fetch(leased.url, etag=leased.etag, last_modified=leased.last_modified)
    look = _look(leased, fetched)
    state = look.reading.state
    tries = leased.tries + 1
    again = wait(state, tries, fetched.retry_after)

    def end(connection: Connection) -> bool:
        ended = ask(
            connection, "due", "end_lease", address_id=leased.address_id, fence=leased.fence, state=state,
            tries=tries if again else 0, wait=again.total_seconds() if again else None,
            etag=fetched.etag, last_modified=fetched.last_modified,
        )  # fmt: skip
        if ended:
            ask(connection, "due", "note_host", host=host, blocked=state in BLOCKED)
        return bool(ended)

    return look if record(store, run_id, [look], read.readers(), before=end) else None


def _look(leased: Any, fetched: Fetched) -> Look:
    address = Address(leased.key, leased.url, leased.site)
    snapshot = Snapshot(redact(fetched.body)) if fetched.body else None
    reading = _reading(fetched, snapshot, leased.url)
    essay = reading.essay
    key = f"{reading.site}:{essay.native_id}" if essay and essay.native_id else address.key
    origin = f"{leased.key} ({leased.fence})"
    return Look(
        address, snapshot, reading, "network", Obtained.FETCHED, "ingested", "links", origin, key,
        http_status=fetched.http_status, final_url=fetched.url,
    )  # fmt: skip


def _reading(fetched: Fetched, snapshot: Snapshot | None, asked: str) -> Reading:
    if fetched.state or snapshot is None:
        return Reading(fetched.state or State.NOT_A_PAGE, FETCHER, reason=fetched.reason or "an empty answer")
    try:
        text = decode(snapshot.data).text
        reading = read.read_page(Page(text, url=fetched.url))
        # A captcha may say of the address that was asked, and not of us, that it is the wrong form of it.
        return read.read_page(Page(text, url=asked)) if reading.state in BLOCKED else reading
    except Refused as error:
        return Reading(error.state, read.READER, reason=str(error))
    except Exception as error:  # one page must not end the work on its host
        reason = f"the reader failed on it ({type(error).__name__}); its bytes are kept"
        return Reading(State.UNREADABLE, read.READER, reason=reason)


def set_paused(store: Store, host: str, paused: bool) -> None:
    """Pauses a host, or releases it and closes its breaker."""
    store.ask("due", "set_paused", host=host, paused=paused)


def waiting(store: Store) -> list[dict[str, Any]]:
    """Addresses that wait, with the time of their next look and what stops them."""
    return [dict(row._mapping) for row in store.ask("due", "waiting")]


def settle_waiting(store: Store, run_id: int) -> None:
    """Writes into a run's account until when its addresses wait."""
    store.ask("due", "until", run_id=run_id)

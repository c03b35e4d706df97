"""Pasted links: accept a text, fetch what is due politely, host by host, and record every look under its lease."""

from __future__ import annotations

import hashlib
import json
import re
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from ingest import accept, read
from ingest.fetch import Fetched, fetch, user_agent
from ingest.model import About, Address, Completeness, IngestError, Look, Obtained, Reading, Snapshot, State
from ingest.redact import redact
from ingest.robots import ABSENT, LARGEST, UNTOLD, Robots, refusal, robots_url
from ingest.schedule import BLOCKED, wait
from ingest.settings import settings
from ingest.store import Connection, Store, ask
from ingest.store.documents import add_addresses
from ingest.store.record import record
from ingest.text import clean, storable

FETCHER = "fetch/1"
TEXTS = {"text/plain", "text/markdown"}
LEASE_SECONDS = 180
"""Longer than any fetch may take, and short enough that a killed worker's address is taken up soon."""
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
    of a run. The host's robots.txt is asked for once a day, before anything else.
    """
    owner = owner or f"{uuid.uuid4()}"
    deadline, looks = time.monotonic() + seconds, 0
    while True:
        turn = store.attempt(lambda connection: _turn(connection, host, owner, of_run))
        if turn.wait is not None:
            if time.monotonic() + turn.wait > deadline:
                return looks
            time.sleep(min(turn.wait, 5) + 0.01)
        elif turn.robots_of is not None:
            ask_robots(store, host, turn.robots_of)
        elif turn.leased is not None:
            looks += _look_at(store, run_id, host, turn.leased, turn.robots) is not None
        else:
            return looks
        if time.monotonic() > deadline:
            return looks


@dataclass(frozen=True, slots=True)
class _Turn:
    """What a worker may do at a host now: wait so many seconds, ask for robots.txt, look at an address, or nothing."""

    wait: float | None = None
    robots_of: str | None = None
    leased: Any = None
    robots: Robots = UNTOLD


def _turn(connection: Connection, host: str, owner: str, of_run: int | None) -> _Turn:
    held = ask(connection, "due", "hold_host", host=host, spacing=settings().host_spacing)[0]
    if held.paused:
        return _Turn()
    if held.wait > 0:
        return _Turn(wait=held.wait)
    if held.ask_robots and (asked := ask(connection, "due", "hold_robots", host=host, of_run=of_run)):
        return _Turn(robots_of=asked[0].url)
    leased = ask(connection, "due", "lease", host=host, owner=owner, seconds=LEASE_SECONDS, of_run=of_run)
    return _Turn(leased=leased[0] if leased else None, robots=Robots(held.robots))


def ask_robots(store: Store, host: str, url: str) -> None:
    """Asks for the rules of the host that this URL is of, and keeps them."""
    fetched = fetch(robots_url(url), user_agent=agent_of(host))
    rules = UNTOLD
    if fetched.body is not None:
        rules = Robots(storable(fetched.body[:LARGEST].decode("utf-8", "replace")))
    elif fetched.state in ABSENT:
        rules = Robots("")
    delay = rules.crawl_delay(agent_of(host))
    store.ask("due", "set_robots", host=host, robots=rules.text, crawl_delay=delay)


def _enter(store: Store, host: str, seconds: float) -> bool:
    """Waits for a turn at a host that another one redirects to; False when it doesn't come within so many seconds."""
    deadline = time.monotonic() + seconds

    def turn(connection: Connection) -> float | None:
        held = ask(connection, "due", "hold_host", host=host, spacing=settings().host_spacing)[0]
        if held.paused:
            return None
        if held.wait == 0:
            ask(connection, "due", "space_host", host=host)
        return float(held.wait)

    while (pause := store.attempt(turn)) != 0:
        if pause is None or time.monotonic() + pause > deadline:
            return False
        time.sleep(min(pause, 5) + 0.01)
    return True


def agent_of(host: str) -> str:
    """The name that a host sees."""
    return settings().user_agents.get(host) or user_agent()


def _look_at(store: Store, run_id: int, host: str, leased: Any, robots: Robots) -> Look | None:
    """One look at a leased address; None when the lease was lost meanwhile, so that the look counts for nothing."""
    verdict = robots.verdict(leased.url, agent_of(host))
    refused = refusal(verdict, strict=settings().robots == "strict", followed=leased.found_inside)
    if refused:
        fetched = Fetched(leased.url, (), 0, *refused)
    else:
        fetched = fetch(
            leased.url, etag=leased.etag, last_modified=leased.last_modified, user_agent=agent_of(host),
            before_hop=lambda other, seconds: _enter(store, other, seconds),
        )  # fmt: skip
    look = replace(_look(leased, fetched), robots=verdict)
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
            away = fetched.retry_after if state is State.RATE_LIMITED else None
            answered = urlsplit(fetched.url).hostname or host
            ask(connection, "due", "note_host", host=answered, blocked=state in BLOCKED, away=away)
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
        address, snapshot, reading, "network", Obtained.FETCHED, "ingested", leased.found_by or "links", origin, key,
        http_status=fetched.http_status, final_url=fetched.url,
    )  # fmt: skip


def _reading(fetched: Fetched, snapshot: Snapshot | None, asked: str) -> Reading:
    if fetched.state or snapshot is None:
        return Reading(fetched.state or State.NOT_A_PAGE, FETCHER, reason=fetched.reason or "an empty answer")
    return read.read_bytes(snapshot.data, fetched.url, asked, fetched.content_type in TEXTS)


def retry(store: Store, wanted: Sequence[str]) -> int:
    """Makes due what waits or was given up: links, or all of a host; how many addresses that are.

    Spacing, pause and breaker of a host stand; ``set_paused`` releases it. Raises ``IngestError`` for what is neither.
    """
    keys, hosts = _keys_and_hosts(wanted)
    states = [state for state in State if state.about in (About.US, About.PERSON)]
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

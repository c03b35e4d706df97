"""A worker that fetches what is due: at whichever host's turn has come, one address at a time, under a lease.

Waiting is not work: a worker sleeps a few seconds at most, and when the next turn is farther away, or its time is up,
it ends and leaves the rest due. Any number of them may work at once: turns and leases are in the database.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ingest import read
from ingest.crawl import hosts
from ingest.crawl.hosts import NotBefore, Turn, Visit
from ingest.crawl.retry import BLOCKED, wait
from ingest.fetch import Fetched
from ingest.model import Address, Look, Obtained, Reading, Snapshot, State
from ingest.redact import redact
from ingest.store import Connection, Store, ask
from ingest.store.record import record

FETCHER = "fetch/1"
TEXTS = {"text/plain", "text/markdown"}
WORKERS = 4
"""Workers of a run; more of them would only wait for each other."""
SECONDS = 300.0
"""How long one of them works, by default."""
LEASE_SECONDS = 180
"""Longer than any fetch may take, and short enough that a killed worker's address is taken up soon."""
STRIKES = 3
"""Times that an address is taken up without a worker coming back, before it is left to a person."""
FARTHEST = 30.0
"""Seconds to the next turn at which a worker ends."""

Step = Callable[[str], bool]


def due_hosts(store: Store, of_run: int | None = None) -> list[str]:
    """Hosts with addresses that are due, all or those of a run, the longest waiting first."""
    return [row.host for row in store.ask("due", "due_hosts", of_run=of_run)]


def crew(store: Store, of_run: int | None = None) -> list[int]:
    """Numbers for the workers that are worth starting: at most ``WORKERS``, and none when nothing is due."""
    return list(range(min(len(due_hosts(store, of_run)), WORKERS)))


def fetch_due(
    store: Store, run_id: int, seconds: float = SECONDS, owner: str | None = None, of_run: int | None = None
) -> int:
    """Fetches what is due for at most so many seconds; how many looks were made. What is left stays due.

    ``owner`` names the task, so that one that is tried again takes up its own lease; ``of_run`` keeps it to addresses
    of a run.
    """
    owner = owner or f"{uuid.uuid4()}"
    looks = 0

    def step(host: str) -> bool:
        nonlocal looks
        turn, leased = store.attempt(lambda connection: _take(connection, host, owner, of_run))
        if leased is None:
            return isinstance(turn, NotBefore)
        if turn.is_for_rules:
            hosts.learn_rules(store, turn, leased.url)
        else:
            looks += _look_at(store, run_id, turn, leased) is not None
        return True

    over_hosts(store, due_hosts(store, of_run), step, seconds)
    return looks


def over_hosts(store: Store, names: Sequence[str], step: Step, seconds: float) -> None:
    """Does ``step`` at whichever of these hosts may be asked, until it says that there is nothing left to do there.

    Ends when nothing is left, when the next turn is ``FARTHEST`` away, or after so many seconds.
    """
    left = list(names)
    deadline = time.monotonic() + seconds
    while left and (next_ := hosts.soonest(store, left)):
        host, pause = next_
        if pause >= FARTHEST or time.monotonic() + pause > deadline:
            return
        if pause > 0:
            time.sleep(min(pause, hosts.NAP) + 0.01)
        elif not step(host):
            left.remove(host)
        if time.monotonic() > deadline:
            return


def _take(connection: Connection, host: str, owner: str, of_run: int | None) -> tuple[Any, Any]:
    """A turn and a leased address, or the address whose host's rules are to be asked for; else None in its place."""
    turn = hosts.take(connection, host)
    if isinstance(turn, NotBefore):
        return turn, None
    if turn.is_for_rules:
        found = ask(connection, "due", "any_due", host=host, of_run=of_run)
    else:
        found = ask(connection, "due", "lease", host=host, owner=owner, seconds=LEASE_SECONDS, of_run=of_run)
    if not found:
        hosts.give_back(connection, turn, None)
        return turn, None
    return turn, found[0]


def _look_at(store: Store, run_id: int, turn: Turn, leased: Any) -> Look | None:
    """One look at a leased address; None when the lease was lost meanwhile, so that the look counts for nothing."""
    if leased.strikes > STRIKES:
        reason = f"it was taken up {STRIKES} times and no worker came back"
        visited = Visit(Fetched(leased.url, (), 0, State.TOO_COSTLY, reason), (turn,), None)
    else:
        visited = hosts.visit(
            store, turn, leased.url, followed=leased.found_inside, etag=leased.etag, last_modified=leased.last_modified
        )
    fetched = visited.fetched
    look = replace(_look(leased, fetched), robots=visited.robots)
    state = look.reading.state
    tries = leased.tries + 1
    again = wait(state, tries, fetched.retry_after)

    def end(connection: Connection) -> bool:
        visited.end(connection)
        ended = ask(
            connection, "due", "end_lease", address_id=leased.address_id, fence=leased.fence, state=state,
            tries=tries if again else 0, wait=again.total_seconds() if again else None,
            etag=fetched.etag, last_modified=fetched.last_modified,
        )  # fmt: skip
        if ended:
            hosts.note(connection, turn.host, fetched, state in BLOCKED if fetched.hops else None)
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
        http_status=fetched.http_status, final_url=fetched.url, fence=leased.fence,
    )  # fmt: skip


def _reading(fetched: Fetched, snapshot: Snapshot | None, asked: str) -> Reading:
    if fetched.state or snapshot is None:
        return Reading(fetched.state or State.NOT_A_PAGE, FETCHER, reason=fetched.reason or "an empty answer")
    return read.read_bytes(snapshot.data, fetched.url, asked, fetched.content_type in TEXTS)

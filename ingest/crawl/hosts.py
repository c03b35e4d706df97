"""A turn at a host, for whatever it is asked: pages, sources, pictures, robots.txt.

All workers together have one row a host in common. Whoever takes a turn is alone at the host until it gives the turn
back, and the spacing to the next one counts from the request, so that it holds as the server sees it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ingest.fetch import Fetched, fetch, user_agent
from ingest.fetch.robots import ABSENT, LARGEST, UNTOLD, Robots, Verdict, refusal, robots_url
from ingest.model import IngestError, State
from ingest.settings import settings
from ingest.store import Connection, Store, ask
from ingest.text import storable

NAP = 5.0
"""Seconds that a worker sleeps at most before it looks again whose turn it is."""
HOP_SECONDS = 10.0
"""Seconds to wait for a turn at a host that another one redirects to: its own host is kept waiting meanwhile."""
AFTER_FETCH = 30.0
"""Seconds beyond the longest fetch after which a turn that was not given back is taken for lost."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn that was taken. ``is_for_rules`` says that the host's robots.txt is to be asked for, and nothing else."""

    host: str
    fence: int
    robots: Robots
    is_for_rules: bool = False


@dataclass(frozen=True, slots=True)
class NotBefore:
    """No turn now, and why; in so many seconds there may be one. None while the host is paused."""

    seconds: float | None
    why: str


def take(connection: Connection, host: str, *, rules: bool = True) -> Turn | NotBefore:
    """A turn at a host, if it may be asked now. Never waits for one.

    The host's robots.txt is asked for once a day, before anything else; without ``rules`` it is left alone.
    """
    held = ask(connection, "due", "hold_host", host=host, spacing=settings().host_spacing)[0]
    if held.paused:
        return NotBefore(None, "the host is paused")
    seconds, why = max(
        (held.breaker or 0.0, "the host is left alone after captchas"),
        (held.busy or 0.0, "another worker is asking the host"),
        (held.spaced or 0.0, "the host was asked a short time ago"),
    )
    if seconds > 0:
        return NotBefore(seconds, why)
    taken = ask(connection, "due", "take_turn", host=host, seconds=settings().fetch_seconds + AFTER_FETCH)[0]
    return Turn(host, taken.fence, Robots(held.robots), rules and held.ask_robots)


def give_back(connection: Connection, turn: Turn, asked_at: float | None) -> None:
    """Ends a turn. ``asked_at`` is when the host was asked, on the monotonic clock; None when it was not."""
    ago = None if asked_at is None else max(time.monotonic() - asked_at, 0.0)
    ask(connection, "due", "end_turn", host=turn.host, fence=turn.fence, ago=ago)


def wait_for(store: Store, url: str, seconds: float, *, rules: bool = True) -> Turn | None:
    """A turn at the host of this URL, as soon as there is one; None when that takes longer than so many seconds."""
    host = urlsplit(url).hostname or ""
    deadline = time.monotonic() + seconds
    while True:
        turn = store.attempt(lambda connection: take(connection, host, rules=rules))
        if isinstance(turn, NotBefore):
            if turn.seconds is None or time.monotonic() + turn.seconds > deadline:
                return None
            time.sleep(min(turn.seconds, NAP) + 0.01)
        elif turn.is_for_rules:
            learn_rules(store, turn, url)
        else:
            return turn


@dataclass(frozen=True, slots=True)
class Visit:
    """What asking a host came to, with the turns that are to be given back: its own, and those of redirects.

    ``robots`` is what the host's robots.txt says of the address; None where it isn't heard.
    """

    fetched: Fetched
    turns: tuple[Turn, ...]
    robots: Verdict | None

    def end(self, connection: Connection) -> None:
        """Gives the turns back."""
        for turn in self.turns:
            give_back(connection, turn, self.fetched.asked_at)


def visit(
    store: Store, turn: Turn, url: str, *, hears_rules: bool = True, followed: bool = False, **options: Any
) -> Visit:
    """Asks a host for an address, unless robots.txt forbids it; ``options`` are those of ``fetch``.

    ``followed`` says that a page led there and no person asked for it: then robots.txt is obeyed.
    """
    agent = agent_of(turn.host)
    verdict = turn.robots.verdict(url, agent) if hears_rules else None
    refused = refusal(verdict, strict=settings().robots == "strict", followed=followed) if verdict else None
    turns = [turn]

    def before_hop(host: str, seconds: float) -> bool:
        if host in {one.host for one in turns}:
            return True
        other = wait_for(store, f"//{host}", min(seconds, HOP_SECONDS), rules=False)
        turns.extend([other] if other else [])
        return other is not None

    with _given_back(store, turns):
        fetched = (
            Fetched(url, (), 0, *refused) if refused else fetch(url, before_hop=before_hop, user_agent=agent, **options)
        )
    return Visit(fetched, tuple(turns), verdict)


def learn_rules(store: Store, turn: Turn, url: str) -> None:
    """Asks for the rules of the host that this URL is of, keeps them, and gives the turn back."""
    visited = visit(store, turn, robots_url(url), hears_rules=False)
    fetched, rules = visited.fetched, UNTOLD
    if fetched.body is not None:
        rules = Robots(storable(fetched.body[:LARGEST].decode("utf-8", "replace")))
    elif fetched.state in ABSENT:
        rules = Robots("")
    delay = rules.crawl_delay(agent_of(turn.host))

    def end(connection: Connection) -> None:
        ask(connection, "due", "set_robots", host=turn.host, robots=rules.text, crawl_delay=delay)
        note(connection, turn.host, fetched, None)
        visited.end(connection)

    store.attempt(end)


def note(connection: Connection, host: str, fetched: Fetched, is_blocked: bool | None) -> None:
    """Tells the breaker of the host that answered whether it takes us for a program; ``host`` is who was to be asked.

    None is for answers that can't tell, which open no breaker and close none. Who says how long to stay away is heard.
    """
    answered = urlsplit(fetched.url).hostname or host
    away = fetched.retry_after if fetched.state is State.RATE_LIMITED else None
    ask(connection, "due", "note_host", host=answered, blocked=is_blocked, away=away)


def soonest(store: Store, hosts: Sequence[str]) -> tuple[str, float] | None:
    """Which of these hosts may be asked first, and in how many seconds; None when all are paused."""
    found = store.ask("due", "soonest", hosts=list(hosts))
    return (found[0].host, found[0].wait) if found else None


def agent_of(host: str) -> str:
    """The name that a host sees."""
    return settings().user_agents.get(host) or user_agent()


@contextmanager
def _given_back(store: Store, turns: list[Turn]) -> Iterator[None]:
    """Gives the turns back when the work is broken off, so that nobody has to wait until they are lost."""
    try:
        yield
    except BaseException:
        with suppress(IngestError), store.transaction() as connection:
            for turn in turns:
                give_back(connection, turn, time.monotonic())
        raise

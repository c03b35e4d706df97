"""What a host's robots.txt says of an address (RFC 9309, read by Protego)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit

from protego import Protego

from ingest.model import State

Verdict = Literal["allowed", "disallowed", "unknown"]

LARGEST = 500 * 1024
"""Bytes of a robots.txt that are read; the RFC asks for at least as many."""
LONGEST_DELAY = 60.0
"""Seconds; a longer Crawl-delay means that programs are not wanted, and is for Disallow to say."""
ABSENT = frozenset({State.NOT_FOUND, State.GONE, State.UNAVAILABLE, State.NOT_A_PAGE, State.MOVED})
"""Answers that mean that there is no robots.txt: for the RFC every one of the four hundreds."""


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one host; ``text`` is None when they can't be told, and empty when there are none."""

    text: str | None

    def verdict(self, url: str, agent: str) -> Verdict:
        """Whether this agent may fetch this URL."""
        if self.text is None:
            return "unknown"
        return "allowed" if _rules(self.text).can_fetch(url, _product(agent)) else "disallowed"

    def crawl_delay(self, agent: str) -> float | None:
        """Seconds between two requests that the host asks for, at most ``LONGEST_DELAY``."""
        delay = _rules(self.text).crawl_delay(_product(agent)) if self.text else None
        return None if delay is None else min(max(float(delay), 0.0), LONGEST_DELAY)


UNTOLD = Robots(None)


def refusal(verdict: Verdict, *, strict: bool, followed: bool) -> tuple[State, str] | None:
    """Why an address is not asked for, as a state with its reason; None when it may be.

    Links that are ``followed``, found inside a page and asked for by nobody, always obey; what a person asked for does
    when it is ``strict``. Rules that can't be told allow no following (RFC 9309, 2.3.1.4), until they can.
    """
    if followed and verdict == "unknown":
        return State.UNAVAILABLE, "its host's robots.txt can't be told now, and a page led to it"
    if verdict == "disallowed" and (followed or strict):
        why = "ESSAYS_ROBOTS is strict" if strict else "a page led to it"
        return State.REFUSED, f"robots.txt disallows it, and {why}"
    return None


def robots_url(url: str) -> str:
    """Where the rules for this URL are."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/robots.txt"


@lru_cache(maxsize=64)
def _rules(text: str) -> Protego:
    return Protego.parse(text.removeprefix("\ufeff"))


def _product(agent: str) -> str:
    """The name that rules speak to: the first word, without its version."""
    return agent.split("/", 1)[0].split(" ", 1)[0]

"""Ways to find links: one file in this folder is one way, from the bytes that a source gave to what stands in them.

A way is a module with a ``KIND`` and a ``read``; it is found by a scan of the folder, ``page`` is asked last. Ways
open no socket and no file (``folder`` lists names): who calls them asks for the bytes, and says how a URL becomes an
address. What is refused is said with its reason; nothing here is dropped silently, and everything has a bound.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache, cached_property
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Protocol, cast
from urllib.parse import urljoin

from ingest import dates
from ingest.decoding.decode import decode, unpack
from ingest.model import Address, IngestError, NotAText, Published, Refused, State, Unavailable
from ingest.redact import redact_url
from ingest.settings import settings
from ingest.sources.discover import xml
from ingest.text import fold

log = logging.getLogger(__name__)

MOST_TITLE = 500
MOST_REASONS = 50
"""Reasons that are kept word for word; further ones are counted."""


class Hostile(Refused):
    """The bytes try to make the reader do something else than read."""

    state = State.REFUSED


class TryLater(Unavailable):
    """The source answered that it will not answer now."""

    state = State.RATE_LIMITED


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a source lists. ``published`` and ``updated`` are what the source says of it, or None.

    ``markup`` is the body as the source sent it, not yet judged (``bodies.reading`` does that); ``is_digest`` says that
    it stood where summaries stand.
    """

    address: Address
    title: str | None = None
    published: Published | None = None
    updated: datetime | None = None
    author: str | None = None
    account: str | None = None
    markup: str | None = None
    is_digest: bool = False

    @property
    def at(self) -> datetime | None:
        """When it appeared, as far as the source says."""
        return self.published.at if self.published else self.updated


@dataclass(frozen=True, slots=True)
class Place:
    """Where a further source is: a feed of a subscription list, a sitemap of an index, a feed that a page declares."""

    url: str
    title: str | None = None
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What one answer of a source holds.

    ``more`` counts items beyond the bound; ``refused`` holds reasons, ``refusals`` their number; ``next_url`` is the
    next page of the same list.
    """

    kind: str
    title: str | None = None
    items: tuple[Item, ...] = ()
    places: tuple[Place, ...] = ()
    home: str | None = None
    next_url: str | None = None
    refused: tuple[str, ...] = ()
    refusals: int = 0
    more: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of one answer is read: what lies beyond is counted. By default what the settings say.

    ``unpacked_bytes`` of all of it; ``items`` of a feed, an album or a page; ``urls`` of a sitemap, whose protocol
    allows 50,000; ``places`` are sitemaps of an index, or feeds of a list of subscriptions.
    """

    unpacked_bytes: int = field(default_factory=lambda: settings().max_file_bytes)
    items: int = field(default_factory=lambda: settings().max_items)
    urls: int = field(default_factory=lambda: settings().max_sitemap_urls)
    places: int = field(default_factory=lambda: settings().max_places)


@dataclass(frozen=True)
class Answer:
    """Bytes that a source gave, where it is, and how a URL becomes an address. ``at`` is when they were asked for."""

    data: bytes
    url: str | None
    address: Callable[[str], Address | None]
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    limits: Limits = field(default_factory=Limits)

    @cached_property
    def unpacked(self) -> bytes:
        """The bytes, unpacked if they are gzip. Raises ``Refused`` beyond the limit of a file."""
        return unpack(self.data, self.limits.unpacked_bytes)

    @cached_property
    def text(self) -> str:
        """The bytes as text. Raises ``NotAText`` when they are none."""
        return decode(self.unpacked).text

    @cached_property
    def is_xml(self) -> bool:
        return xml.is_xml(self.unpacked)

    @cached_property
    def tree(self) -> Any:
        """The root of an XML document, None when it is none. Raises ``Hostile`` when it declares entities."""
        if not self.is_xml:
            return None
        if xml.declares_entities(self.unpacked):
            raise Hostile("It declares entities of its own, which no source needs.")
        return xml.tree(self.unpacked)

    @cached_property
    def json(self) -> Any:
        """The value of a JSON document, None when it is none."""
        start = self.unpacked[:200].lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
        if start not in (b"{", b"["):
            return None
        try:
            return json.loads(self.text)
        except RecursionError:
            raise Hostile("Its JSON is nested too deeply.") from None
        except ValueError:
            return None

    def date(self, value: object) -> Published | None:
        """The time that a value of the answer spells, in UTC; None when it is none, or ahead of the answer."""
        told = dates.whole(value, now=self.at)
        return replace(told, at=told.at.astimezone(UTC)) if told else None

    def join(self, url: str) -> str:
        """The URL in full; what can't be joined is left as it is."""
        try:
            return urljoin(self.url or "", url.strip())
        except ValueError:
            return url


class Way(Protocol):
    """What a module of this folder offers."""

    KIND: str

    @staticmethod
    def read(answer: Answer) -> Found | None:
        """What stands in the answer; None when it is of another kind. Raises ``Refused`` and ``TryLater``."""


LAST = "page"


@cache
def ways() -> tuple[Way, ...]:
    """All ways that read an answer, in the order of their names, links of any page last."""
    names = sorted((module.name for module in iter_modules(__path__)), key=lambda name: (name == LAST, name))
    modules = (import_module(f"{__name__}.{name}") for name in names)
    return tuple(cast(Way, module) for module in modules if hasattr(module, "KIND") and hasattr(module, "read"))


def discover(answer: Answer, *, pages: bool = True) -> Found:
    """What the source's answer holds. Raises ``NotAText`` when no way can read it, ``Refused`` and ``TryLater``.

    ``pages`` False leaves out the links of a page that is nothing else.
    """
    for way in ways():
        if way.KIND == LAST and not pages:
            continue
        try:
            found = way.read(answer)
        except IngestError:
            raise
        except Exception as error:  # libraries raise anything for what strangers send
            log.exception("reading %s as %s failed", redact_url(answer.url or "a file"), way.KIND)
            raise NotAText(f"It is damaged: reading it as {way.KIND} failed ({type(error).__name__}).") from error
        if found:
            return found
    raise NotAText("It is no feed, album, sitemap or list of subscriptions.", "Give the address of one of them.")


def chosen(found: Found, keep: Sequence[str], drop: Sequence[str]) -> Found:
    """What is left of it by an operator's words: an item with a word of ``drop`` goes, with ``keep`` only those stay.

    Words are looked for in the title; width, case, and Simplified or Traditional make no difference. A word with a
    slash is looked for in the address.
    """
    kept, reasons = [], list(found.refused)
    for item in found.items:
        reason = _unwanted(item, keep, drop)
        if reason is None:
            kept.append(item)
        elif len(reasons) < MOST_REASONS:
            reasons.append(f"{(item.title or item.address.key)[:80]}: {reason}")
    gone = len(found.items) - len(kept)
    return replace(found, items=tuple(kept), refused=tuple(reasons), refusals=found.refusals + gone)


def _unwanted(item: Item, keep: Sequence[str], drop: Sequence[str]) -> str | None:
    title, url = fold(item.title or ""), (item.address.url or "").lower()

    def has(word: str) -> bool:
        return word.lower() in url if "/" in word else bool(fold(word)) and fold(word) in title

    if word := next((word for word in drop if has(word)), None):
        return f"dropped by the word {word}"
    return "none of the words to keep" if keep and not any(map(has, keep)) else None

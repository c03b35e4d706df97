"""Gathers the items of one answer: each address once, each refusal with its reason, up to the bound."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup

from ingest.sources.discover import MOST_REASONS, MOST_TITLE, Answer, Found, Item, Place
from ingest.text import clean, storable

_MOST_RAW = 8000  # characters of a title that are looked at
_MARKUP = re.compile(r"<[a-zA-Z/!]|&#?\w{1,31};")


def words(value: object, most: int = MOST_TITLE, *, is_markup: bool = True) -> str | None:
    """A title or name on one line, without markup; None when nothing is left."""
    text = storable(str(value)[:_MOST_RAW]) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    if is_markup and _MARKUP.search(text):
        text = BeautifulSoup(text, "lxml").get_text() if "<" in text else unescape(text)
    text = " ".join(clean(text).split())
    return (text if len(text) <= most else text[: most - 1] + "…") or None


@dataclass
class Gathering:
    """What has been gathered of one answer; ``most`` items, by default as many as those of a feed."""

    answer: Answer
    most: int | None = None
    items: dict[str, Item] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    refusals: int = 0
    more: int = 0

    @property
    def is_full(self) -> bool:
        return len(self.items) >= (self.most or self.answer.limits.items)

    def add(self, url: object, **known: Any) -> None:
        """One item. The first mention of an address stays; one that is no address is refused with its reason."""
        if self.is_full:
            self.more += 1
            return
        full = self._full(url)
        try:
            address = self.answer.address(full) if full else None
        except ValueError:
            address = None
        if address is None:
            if full:
                self.refuse("the link is no address")
        elif address.key not in self.items:
            self.items[address.key] = Item(address, **known)

    def add_place(self, url: object, **known: Any) -> None:
        """One further source."""
        full = self._full(url)
        if full is None or full in self.places:
            return
        if full == self.answer.url:
            self.refuse("it names itself")
        elif len(self.places) >= self.answer.limits.places:
            self.more += 1
        else:
            self.places[full] = Place(full, **known)

    def refuse(self, reason: str) -> None:
        """The reason never quotes a link: scripts stand in some of them."""
        self.refusals += 1
        if reason not in self.reasons and len(self.reasons) < MOST_REASONS:
            self.reasons.append(reason)

    def found(self, kind: str, title: object = None, **known: Any) -> Found:
        return Found(
            kind, words(title), tuple(self.items.values()), tuple(self.places.values()), refused=tuple(self.reasons),
            refusals=self.refusals, more=self.more, **known,
        )  # fmt: skip

    def _full(self, url: object) -> str | None:
        """The URL in full; None when it is refused."""
        if not isinstance(url, str) or not url.strip():
            self.refuse("an item without a link")
            return None
        full = self.answer.join(storable(url))
        try:
            scheme = urlsplit(full).scheme.lower()
        except ValueError:
            scheme = ""
        if scheme not in ("http", "https"):
            self.refuse(f"the link is {scheme[:20] or 'relative to nothing'}{':' if scheme else ''}, not http or https")
            return None
        return full


def first(values: Iterable[object]) -> Any:
    """The first value that says something."""
    return next((value for value in values if value), None)

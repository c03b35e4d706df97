"""A page: decoded HTML with its tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from bs4 import BeautifulSoup, Tag

from ingest.markup.outline import Element, Outline, Script
from ingest.model import TooCostly
from ingest.settings import settings

SAVED_FROM_WITHIN = 4096  # characters at the start of a page in which a "saved from" comment stands
_END = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)
_END_WITHIN = 4096  # characters at the end of a whole page in which its last tag stands
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
# Void elements, and those that a parser closes by itself.
_SHALLOW = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
    | {"p", "li", "dt", "dd", "tr", "td", "th", "option", "script", "style"}
)
_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+)|\burl:\s*(https?://\S+)")


@dataclass(frozen=True)
class Page:
    """One HTML page. ``url`` is where it was found, None when nobody knows; ``origin`` is the path of the file.

    ``deepest`` is how many elements may stand in one another, by default what the settings say: a tree of 100,000 took
    14 s to build, one of 10,000 a fifth of a second.
    """

    html: str
    url: str | None = None
    origin: str | None = None
    deepest: int = field(default_factory=lambda: settings().max_nesting)

    @cached_property
    def soup(self) -> BeautifulSoup:
        """The whole tree. What is asked with ``first``, ``scripts`` and so on needs a part of it, or none.

        Raises ``TooCostly`` as ``outline`` does.
        """
        return self.outline.tree()

    @cached_property
    def outline(self) -> Outline:
        """The elements, parsed once; lxml, since html.parser is quadratic on hostile input.

        Raises ``TooCostly`` for a page nested so deeply that building a tree of it is quadratic as well.
        """
        if _has_more(self.html, "<", self.deepest) and nesting(self.html) > self.deepest:
            raise TooCostly("The page is nested too deeply to be a page that people read.")
        return Outline(self.html)

    @cached_property
    def is_whole(self) -> bool:
        """Whether the page has its end. SingleFile leaves the last tags out."""
        return bool(_END.search(self.html[-_END_WITHIN:])) or "SingleFile" in self.html[:SAVED_FROM_WITHIN]

    @cached_property
    def scripts(self) -> tuple[Script, ...]:
        """The scripts in their order."""
        return tuple(self.outline.scripts())

    @cached_property
    def declared(self) -> tuple[Element, ...]:
        """The ``meta`` and ``link`` elements in their order."""
        return tuple(element for element in self.outline.elements if element.name in ("link", "meta"))

    @cached_property
    def _places(self) -> dict[str, Element]:
        places: dict[str, Element] = {}
        for element in self.outline.elements:
            for place in _places(element):
                places.setdefault(place, element)
        return places

    def has(self, *places: str) -> bool:
        """Whether the page has an element at one of these places; none is built."""
        return any(place in self._places for place in places)

    def first(self, *places: str) -> Tag | None:
        """The element at the first of these places (``#id`` or ``.class``) that the page has; one walk serves all.

        It stands in what it stands in, but has no neighbours there unless they were built before.
        """
        found = next((self._places[place] for place in places if place in self._places), None)
        return self.outline.tag(found) if found else None

    def every(self, *places: str, limit: int) -> list[Tag]:
        """The first elements that are at any of these places, in their order."""
        wanted = frozenset(places)
        found = (element for element in self.outline.elements if not wanted.isdisjoint(_places(element)))
        return [self.outline.tag(element) for element in islice(found, limit)]

    @cached_property
    def own_urls(self) -> tuple[str, ...]:
        """The addresses that the page gives itself: the canonical one, and the one for shares."""
        links = (one for one in self.declared if one.name == "link" and "canonical" in one.given("rel").split())
        metas = (one for one in self.declared if one.name == "meta" and one.given("property") == "og:url")
        canonical, shared = next(links, None), next(metas, None)
        found = (canonical.given("href") if canonical else "", shared.given("content") if shared else "")
        return tuple(url for url in found if url)

    @cached_property
    def saved_from(self) -> str | None:
        """The address that a browser or SingleFile noted in the first comment of the file it saved."""
        start = self.html[:SAVED_FROM_WITHIN]
        found = _SAVED_FROM.search(start) if start.lstrip().startswith("<") and "<!--" in start else None
        return (found[1] or found[2]) if found else None


def nesting(html: str) -> int:
    """How deeply elements stand in one another, at most: what is never closed counts."""
    depth = deepest = 0
    for match in _TAG.finditer(html):
        if match[2].lower() in _SHALLOW:
            continue
        depth = max(depth - 1, 0) if match[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _has_more(html: str, char: str, most: int) -> bool:
    """Whether a character occurs more often; ``count`` takes twice as long for what occurs rarely."""
    at = -1
    for _ in range(most + 1):
        at = html.find(char, at + 1)
        if at < 0:
            return False
    return True


def _places(element: Element) -> Iterator[str]:
    """Where an element is: what ``first`` finds it by."""
    if element.attributes:
        yield from (f".{name}" for name in element.given("class").split())
        if name := element.given("id"):
            yield f"#{name}"


def attribute(tag: Tag, name: str) -> str:
    """One attribute as a string; empty when it is absent."""
    value = tag.attrs.get(name)
    return "" if value is None else value if isinstance(value, str) else " ".join(value)


def classes(tag: Tag) -> list[str]:
    """The classes of an element."""
    return attribute(tag, "class").split()

"""A page: decoded HTML with its tree."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from bs4 import BeautifulSoup, Tag

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
        """The tree, parsed once; lxml, since html.parser is quadratic on hostile input.

        Raises ``TooCostly`` for a page nested so deeply that building the tree is quadratic as well.
        """
        if self.html.count("<") > self.deepest and nesting(self.html) > self.deepest:
            raise TooCostly("The page is nested too deeply to be a page that people read.")
        return BeautifulSoup(self.html, "lxml")

    @cached_property
    def is_whole(self) -> bool:
        """Whether the page has its end. SingleFile leaves the last tags out."""
        return bool(_END.search(self.html[-_END_WITHIN:])) or "SingleFile" in self.html[:SAVED_FROM_WITHIN]

    @cached_property
    def _places(self) -> dict[str, Tag]:
        places: dict[str, Tag] = {}
        for tag in self.soup.find_all(True):
            for name in classes(tag):
                places.setdefault(f".{name}", tag)
            if name := attribute(tag, "id"):
                places.setdefault(f"#{name}", tag)
        return places

    def first(self, *places: str) -> Tag | None:
        """The element at the first of these places (``#id`` or ``.class``) that the page has; one walk serves all."""
        return next((self._places[place] for place in places if place in self._places), None)

    @cached_property
    def own_urls(self) -> tuple[str, ...]:
        """The addresses that the page gives itself: the canonical one, and the one for shares."""
        canonical, shared = self.soup.find("link", rel="canonical"), self.soup.find("meta", property="og:url")
        found = (attribute(canonical, "href") if canonical else "", attribute(shared, "content") if shared else "")
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


def attribute(tag: Tag, name: str) -> str:
    """One attribute as a string; empty when it is absent."""
    value = tag.get(name)
    return "" if value is None else value if isinstance(value, str) else " ".join(value)


def classes(tag: Tag) -> list[str]:
    """The classes of an element."""
    return attribute(tag, "class").split()

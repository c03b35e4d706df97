"""Where a part of an article stands in a page: a place is a function from the parts of a page to what is there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from bs4 import BeautifulSoup, Tag

from ingest.markup.outline import Outline
from ingest.markup.page import Page, attribute
from ingest.sites.layout import embedded

_SIMPLE = re.compile(r"[.#][\w-]+\Z")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Parts:
    """A page with its embedded data; ``names`` are what the page's address says (``id``, …)."""

    page: Page
    names: dict[str, str] = field(default_factory=dict)
    scripts: tuple[str, ...] = ()

    @cached_property
    def soup(self) -> BeautifulSoup:
        return self.page.soup

    @cached_property
    def metas(self) -> dict[str, str]:
        """The first content that isn't empty of each meta property, name or itemprop."""
        metas: dict[str, str] = {}
        for element in self.page.declared:
            if element.name == "meta" and (content := element.given("content").strip()):
                for kind in ("property", "name", "itemprop"):
                    if name := element.given(kind).lower():
                        metas.setdefault(name, content)
        return metas

    @cached_property
    def linked(self) -> list[Any]:
        """The JSON-LD objects."""
        return embedded.linked(self.soup)

    @cached_property
    def data(self) -> list[Any]:
        """The embedded values that this page has, in the order in which the layout names them."""
        found = (
            embedded.inside(self.soup, name) if name.startswith(("#", "script")) else embedded.assigned(self.soup, name)
            for name in self.scripts
        )
        return [value for value in found if value is not None]


Place: TypeAlias = Callable[[Parts], "Tag | str | None"]


def at(*selectors: str) -> Place:
    """The element at the first of these CSS selectors that the page has."""

    def place(parts: Parts) -> Tag | None:
        for selector in selectors:
            simple = _SIMPLE.match(selector)
            if found := parts.page.first(selector) if simple else parts.soup.select_one(selector):
                return found
        return None

    return place


def only(*selectors: str) -> Place:
    """The element at the first of these CSS selectors that the page has, if it has one alone: lists have several."""

    def place(parts: Parts) -> Tag | None:
        for selector in selectors:
            if found := parts.soup.select(selector, limit=2):
                return found[0] if len(found) == 1 else None
        return None

    return place


def attr(selector: str, name: str) -> Place:
    """An attribute of the element at a CSS selector."""
    element = at(selector)

    def place(parts: Parts) -> str | None:
        tag = element(parts)
        return attribute(tag, name) or None if isinstance(tag, Tag) else None

    return place


def meta(*names: str) -> Place:
    """The content of the first of these meta properties, names or itemprops."""

    def place(parts: Parts) -> str | None:
        return next((parts.metas[name] for name in names if name in parts.metas), None)

    return place


def data(*paths: str) -> Place:
    """The first value at one of these paths in the page's embedded data; ``{id}`` stands for that of the address."""

    def place(parts: Parts) -> str | None:
        return next((words for path in paths for value in values(parts, path) if (words := _words(value))), None)

    return place


def linked(*paths: str) -> Place:
    """The first value at one of these paths in the page's JSON-LD."""

    def place(parts: Parts) -> str | None:
        found = (value for path in paths for one in parts.linked for value in embedded.look_up(one, path))
        return next((words for value in found if (words := _words(value))), None)

    return place


def source(*marks: str) -> Place:
    """The first of these marks that stands anywhere in the page's source."""

    def place(parts: Parts) -> str | None:
        return next((mark for mark in marks if mark in parts.page.html), None)

    return place


def within(place: Place, pattern: str) -> Place:
    """The first group of a pattern in the words at another place."""
    compiled = re.compile(pattern)

    def inner(parts: Parts) -> str | None:
        found = compiled.search(words(place(parts)))
        return found[1] if found else None

    return inner


def without(place: Place, selector: str) -> Place:
    """The words of the element at another place, without those of the elements in it that a CSS selector names."""

    def inner(parts: Parts) -> str | None:
        found = place(parts)
        if not isinstance(found, Tag):
            return found
        left = own_tree(found)
        for tag in left.select(selector):
            tag.extract()
        return words(left) or None

    return inner


def values(parts: Parts, path: str) -> list[Any]:
    """All values at a path in the embedded data; a name that the address doesn't tell stands for an only member."""
    filled = _PLACEHOLDER.sub(lambda found: parts.names.get(found[1]) or "{}", path)
    return [value for one in parts.data for value in embedded.look_up(one, filled)]


def own_tree(found: Tag | str) -> Tag:
    """A part of a page as a tree of its own, which may be changed. (A copy of a tag takes the square of its depth.)"""
    if isinstance(found, str):
        return Outline(f"<div>{found}</div>").tree()
    tree = Outline(str(found)).tree()
    return tree.find(found.name) or tree


def words(found: Tag | str | None) -> str:
    """What is found at a place, in one line."""
    text = found.get_text() if isinstance(found, Tag) else found or ""
    return " ".join(text.split())


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else ""
    return str(value) if isinstance(value, str | int | float) else ""

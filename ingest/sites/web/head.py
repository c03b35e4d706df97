"""What the head of a page says about it: its meta elements, its JSON-LD, the address it calls its own."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from lxml.html import HtmlElement

from ingest.text import clean

ARTICLES = frozenset(
    {"Article", "NewsArticle", "BlogPosting", "Report", "ScholarlyArticle", "TechArticle", "OpinionNewsArticle"}
    | {"AnalysisNewsArticle", "ReportageNewsArticle", "SocialMediaPosting", "Review", "CreativeWork"}
)
_MOST_JSON = 2_000_000  # characters of one script
_MOST_OBJECTS = 500


class Head:
    """The head of one page; names of meta elements are in lower case, and the first of a name counts."""

    def __init__(self, root: HtmlElement) -> None:
        self.root = root
        self._metas: dict[str, str] = {}
        for meta in root.iter("meta"):
            content = meta.get("content")
            for kind in ("property", "name", "itemprop"):
                name = meta.get(kind)
                if name and content:
                    self._metas.setdefault(name.strip().lower(), line(content))

    def meta(self, *names: str) -> str:
        """The first of these that the page gives; empty when it gives none."""
        return next((self._metas[name] for name in names if self._metas.get(name)), "")

    @cached_property
    def title(self) -> str:
        """The words of the title element."""
        found = next(self.root.iter("title"), None)
        return line(found.text_content()) if found is not None else ""

    @cached_property
    def language(self) -> str:
        """The language that the page says it is in; empty when it says none."""
        return (self.root.get("lang") or self.meta("og:locale", "language")).strip().lower()[:2]

    @cached_property
    def description(self) -> str:
        """The description; most are the first words of the body."""
        return self.meta("description", "og:description", "twitter:description")

    @cached_property
    def base(self) -> str:
        """What relative links are joined to, if the page says so."""
        found = next(self.root.iter("base"), None)
        return (found.get("href") or "").strip() if found is not None else ""

    @cached_property
    def own_urls(self) -> tuple[str, ...]:
        """Addresses that the page calls its own."""
        links = [link.get("href") or "" for link in self.root.iter("link")
                 if "canonical" in (link.get("rel") or "").lower().split()]  # fmt: skip
        found = [*links, self.meta("og:url"), _string(self.article.get("url")), _string(self.article.get("@id"))]
        return tuple(url.strip() for url in found if url.strip())

    @cached_property
    def article(self) -> dict[str, Any]:
        """The first object of the JSON-LD that is an article; empty when none is."""
        for script in self.root.iter("script"):
            if "ld+json" in (script.get("type") or "").lower() and (said := script.text) and len(said) < _MOST_JSON:
                for found in _objects(said):
                    types = found.get("@type")
                    named = {types} if isinstance(types, str) else set(filter(_is_string, types or ()))
                    if named & ARTICLES:
                        return found
        return {}

    def told(self, name: str) -> str:
        """A field of the JSON-LD article as a string, or the names of the things it lists."""
        return _string(self.article.get(name))


def line(words: str) -> str:
    """The words in one line, entities resolved a second time: many heads are escaped twice."""
    return clean(" ".join(html.unescape(words).split()))


def _is_string(value: object) -> bool:
    return isinstance(value, str)


def _string(value: object) -> str:
    if isinstance(value, str):
        return line(value)
    if isinstance(value, dict):
        return _string(value.get("name") or value.get("@value") or "")
    if isinstance(value, list):
        return "、".join(filter(None, (_string(one) for one in value[:10])))
    return ""


def _objects(said: str) -> Iterator[dict[str, Any]]:
    """Every object of a JSON-LD script, outer ones first; none when it is no JSON."""
    try:
        waiting: list[Any] = [json.loads(said.strip().rstrip(";"), strict=False)]
    except (ValueError, RecursionError):
        return
    for _ in range(_MOST_OBJECTS):
        if not waiting:
            return
        value = waiting.pop(0)
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            yield value
            waiting += [one for one in value.values() if isinstance(one, dict | list)]

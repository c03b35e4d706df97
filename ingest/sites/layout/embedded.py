"""The data that a page carries for its own scripts: finds it, and looks values up in it by a path.

Nothing is run: only JSON is understood, where it stands by itself in a script or is assigned to a name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import unquote

from bs4 import BeautifulSoup

MOST_VALUES = 1000  # values that one step of a path may lead to
_DECODER = json.JSONDecoder(strict=False)
_UNDEFINED = re.compile(r"(?<=[:,\[])\s*undefined\s*(?=[,}\]])")


def assigned(soup: BeautifulSoup, name: str) -> Any:
    """The JSON value that a script assigns to ``name`` (``window.__INITIAL_STATE__``); None when none does."""
    pattern = re.compile(re.escape(name) + r"""\s*\]?\s*=\s*(?:JSON\.parse\(\s*(?=["']))?""")
    for script in soup.find_all("script"):
        words = script.string or ""
        if name in words and (found := pattern.search(words)):
            value = _decoded(words[found.end() :])
            if value is not None:
                return value
    return None


def inside(soup: BeautifulSoup, place: str) -> Any:
    """The JSON that is the whole of the script at ``place``, also when it is written as part of an address."""
    script = soup.select_one(place)
    words = (script.string or "").strip() if script else ""
    return _decoded(unquote(words) if words.startswith(("%7B", "%5B")) else words)


def linked(soup: BeautifulSoup) -> list[Any]:
    """The objects of all JSON-LD blocks, those of a graph one by one."""
    found: list[Any] = []
    for script in soup.find_all("script", type="application/ld+json"):
        value = _decoded((script.string or "").strip())
        for one in value if isinstance(value, list) else [value]:
            graph = one.get("@graph") if isinstance(one, dict) else None
            found += graph if isinstance(graph, list) else [one]
    return [one for one in found if isinstance(one, dict)]


def look_up(value: Any, path: str) -> Iterator[Any]:
    """The values at a path: names joined by dots, into a dictionary or the items of a list.

    ``*`` is any member; ``name=word`` is the items whose ``name`` is that word; ``{}`` is the only member.
    """
    values = [value]
    for step in path.split("."):
        values = list(islice((found for one in values for found in _step(one, step)), MOST_VALUES))
    return (found for found in values if found not in (None, "", [], {}))


def _step(value: Any, step: str) -> Iterator[Any]:
    name, equals, word = step.partition("=")
    members = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    if step == "*":
        yield from members
    elif step == "{}":
        yield from members if len(members) == 1 else ()
    elif equals:
        yield from (one for one in members if isinstance(one, dict) and str(one.get(name)) == word)
    elif isinstance(value, dict):
        if step in value:
            yield value[step]
    elif isinstance(value, list):
        yield from (one[step] for one in value if isinstance(one, dict) and step in one)


def _decoded(words: str) -> Any:
    """The JSON value that words begin with; ``undefined``, which only scripts know, is null."""
    for form in (words, _UNDEFINED.sub("null", words) if "undefined" in words else ""):
        try:
            value, _ = _DECODER.raw_decode(form.lstrip())
        except (ValueError, RecursionError):
            continue
        if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
            return _decoded(value)
        return value
    return None

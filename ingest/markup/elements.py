"""What an element is to a body: its kind, whether anyone sees it, and the addresses in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin

from bs4 import Tag
from bs4.element import NavigableString

from ingest.markup.page import attribute, classes
from ingest.redact import redact_url

LISTS = frozenset({"ul", "ol"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
FRAMES = LISTS | HEADINGS | {"li", "blockquote"}

_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_DROPPED = frozenset(
    {"script", "style", "noscript", "template", "head", "title", "meta", "link", "iframe", "object", "embed"}
    | {"button", "select", "input", "textarea"}
)
_POWER = re.compile(r"[\w+−.,*/()′-]{1,12}")
_NUMBER = re.compile(r"[+−-]?\d+")
_BASE = re.compile(r"[^\W_][)\]]?$|[)\]]$")
_ORDINALS = frozenset({"st", "nd", "rd", "th", "e", "er", "re", "tm", "sm", "o", "a"})
_GUTTERS = frozenset({"gutter", "code-snippet__line-index", "line-numbers-rows", "hljs-ln-numbers", "lnt"})


def _nothing(_: Tag) -> str | None:
    return None


def _itself(url: str) -> str:
    return url


@dataclass(frozen=True, slots=True)
class Habits:
    """What the pages of a site do in their own way; by default nothing.

    ``words`` says what an element stands for, which is then written in its place (an emoji that is a picture).
    ``background`` is the picture that is shown behind an element. ``link`` gives an address its lasting form, and
    ``same`` is what two addresses of one picture have in common.
    """

    words: Callable[[Tag], str | None] = _nothing
    background: Callable[[Tag], str | None] = _nothing
    link: Callable[[str], str] = _itself
    same: Callable[[str], str] = _itself


def dropped(tag: Tag) -> bool:
    """Whether nobody reads this element: scripts, controls, what is hidden, the line numbers beside code."""
    if tag.name in _DROPPED:
        return True
    if not tag.attrs:
        return False
    if styled(tag, _HIDDEN, "none"):
        return True
    return not _GUTTERS.isdisjoint(classes(tag))


def raised(tag: Tag) -> str:
    """A power or an index as it is written in a line: ``^9``, ``_2``; empty for a note's mark and an ordinal's end."""
    child = tag.contents[0] if len(tag.contents) == 1 else None
    if isinstance(child, Tag) and child.name != "a" and len(child.contents) == 1:
        child = child.contents[0]
    words = str(child).strip() if isinstance(child, NavigableString) else ""
    if not _POWER.fullmatch(words) or (tag.name == "sup" and words.lower() in _ORDINALS):
        return ""
    before = tag.previous_sibling
    base = before.get_text() if before is not None else ""
    if not _BASE.search(base):
        return ""
    mark = "^" if tag.name == "sup" else "_"
    return f"{mark}{words}" if len(words) == 1 or _NUMBER.fullmatch(words) else f"{mark}({words})"


def styled(tag: Tag, pattern: re.Pattern[str], word: str) -> bool:
    """Whether the style of an element has the pattern, which is only tried where its ``word`` is."""
    style = attribute(tag, "style")
    return bool(style) and word in style.lower() and pattern.search(style) is not None


def holds(root: Tag, names: frozenset[str]) -> bool:
    """Whether an element of these names is inside; ``find`` goes down to the last descendant before it looks."""
    path = [iter(root.contents)]
    while path:
        child = next(path[-1], None)
        if child is None:
            path.pop()
        elif isinstance(child, Tag):
            if child.name in names:
                return True
            path.append(iter(child.contents))
    return False


def picture(tag: Tag, base: str | None = None) -> str | None:
    """The address of an ``img``: what it loads later comes before its placeholder; never a ``data:`` picture."""
    for name in ("data-src", "data-original", "data-actualsrc", "src"):
        url = attribute(tag, name).strip()
        if url and not url.lower().startswith(("data:", "about:", "javascript:")):
            return _absolute(url, base)
    return None


def target(tag: Tag, base: str | None = None) -> str | None:
    """The address that an ``a`` leads to; None when it leads to a place in the page, or nowhere."""
    url = attribute(tag, "href").strip()
    if not url or url.startswith("#") or url.lower().startswith(("javascript:", "data:")):
        return None
    return _absolute(url, base)


def _absolute(url: str, base: str | None) -> str:
    """The address that can be kept: whole, and without session keys."""
    if "?" in url:
        url = redact_url(url)
    if base:
        try:
            return urljoin(base, url)
        except ValueError:  # "http://[": not an address that can be joined
            return url
    return f"https:{url}" if url.startswith("//") else url

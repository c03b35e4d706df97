"""Markdown, with or without front matter: kept as it is, with a clean text beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from markdown_it import MarkdownIt

from ingest.body import Body, render
from ingest.model import Account, Essay, Link, Precision, Published
from ingest.page import Page
from ingest.text import clean, display_title, language

READER = "markdown/1"
ZONE = "Asia/Shanghai"
_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_HEADING = re.compile(r"^#{1,6}[ \t]+\S", re.MULTILINE)
_SIGNS = (
    re.compile(r"!\[[^\]\n]*\]\([^)\n]+\)"),
    re.compile(r"\*\*[^*\n]+\*\*"),
    re.compile(r"^```", re.MULTILINE),
    re.compile(r"^>[ \t]?\S", re.MULTILINE),
    re.compile(r"\[[^\]\n]+\]\(https?://[^)\n]+\)"),
    re.compile(r"^\|.*\|[ \t]*\n\|[ :|-]+\|", re.MULTILINE),
)
_TITLE = re.compile(r"\A\s*#[ \t]+(?P<title>[^\n]+)\n?|\A\s*(?P<underlined>[^\n]+)\n=+[ \t]*(?:\n|\Z)")
# CommonMark leaves ** alone between a Han character and punctuation, which in Chinese is where it stands.
_STRONG = re.compile(r"(`[^`\n]*`)|\*\*(?=\S)([^*\n]+?)\*\*")
_FENCE = re.compile(r"^(?:```|~~~).*?^(?:```|~~~)[ \t]*$", re.DOTALL | re.MULTILINE)
_PARSER = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])


def read(text: str, links: Sequence[Link]) -> Essay | None:
    """The essay, when the text has front matter, a heading, or two other signs of Markdown."""
    front, body = _front_matter(text)
    if not front and not _HEADING.search(text) and sum(bool(sign.search(text)) for sign in _SIGNS) < 2:
        return None
    heading = _TITLE.match(body)
    rest = body[heading.end() :] if heading else body
    rendered = _render(rest)
    title = _words(front.get("title")) or (_render(heading["title"] or heading["underlined"]).text if heading else None)
    name = _words(front.get("account"))
    return Essay(
        text=rendered.text,
        markdown=body.strip("\n"),
        title=title or None,
        display_title=display_title(title, rendered.text),
        author=_words(front.get("author")),
        account=Account(name) if name else None,
        url=_words(front.get("url")),
        published=_published(front.get("date")),
        language=language(rendered.text),
        images=rendered.images,
    )


def _render(markdown: str) -> Body:
    parts, at = [], 0
    for fence in _FENCE.finditer(markdown):
        parts += [_STRONG.sub(r"\1\2", markdown[at : fence.start()]), fence[0]]
        at = fence.end()
    plain = "".join([*parts, _STRONG.sub(r"\1\2", markdown[at:])])
    page = Page(f"<html><body><div>{_PARSER.render(plain)}</div></body></html>")
    root = page.soup.div
    assert root is not None
    return render(root, None)


def _front_matter(text: str) -> tuple[dict[str, Any], str]:
    """The front matter's values, and what stands behind it; what is no YAML mapping is left in the text."""
    found = _FRONT.match(text)
    if not found:
        return {}, text
    try:
        values = yaml.safe_load(found[1])
    except yaml.YAMLError:
        return {}, text
    return (values, text[found.end() :]) if isinstance(values, dict) else ({}, text)


def _words(value: object) -> str | None:
    if isinstance(value, list):
        value = "、".join(str(part) for part in value)
    return clean(str(value)) or None if value is not None else None


def _published(value: object) -> Published | None:
    if isinstance(value, datetime):
        return Published(value if value.tzinfo else value.replace(tzinfo=ZoneInfo(ZONE)), Precision.SECOND, ZONE)
    if isinstance(value, date):
        return Published(datetime.combine(value, time(), ZoneInfo(ZONE)), Precision.DAY, ZONE)
    return None

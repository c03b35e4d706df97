"""Plain text: paragraphs by line breaks, with or without a title line."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from ingest.model import Claim, Essay, Link
from ingest.text import display_title, language
from ingest.urls.normalise import distinct

READER = "plain/1"
MAX_TITLE = 40
_NO_TITLE = re.compile(r"[。，、；：！？…,;:!?.]$|^(?:作者|来源|编辑|记者|时间|日期|发布时间|地点)\s*[:：]")


def read(text: str, links: Sequence[Link]) -> Essay | None:
    """Every text is plain text."""
    title, body = split_title(text)
    return Essay(
        text=body,
        markdown=paragraphs(body),
        title=title,
        display_title=display_title(title, body),
        language=language(body),
        claims=mentions(text, links),
    )


def split_title(text: str) -> tuple[str | None, str]:
    """A short first line with a blank line behind it is a title, unless it ends like a sentence, or names a field."""
    first, blank, rest = text.partition("\n\n")
    first = first.strip()
    if blank and rest.strip() and 0 < len(first) <= MAX_TITLE and "\n" not in first and not _NO_TITLE.search(first):
        return first, rest.strip("\n")
    return None, text


def paragraphs(text: str) -> str:
    """Markdown of plain text: each line is a paragraph."""
    return "\n\n".join(line.strip() for line in text.split("\n") if line.strip())


def mentions(text: str, links: Sequence[Link], own: Collection[str | None] = ()) -> tuple[Claim, ...]:
    """That the document links to each address in it, once, but not to its own and not to its pictures (``own``)."""
    skipped = {link.address.key for link in links if link.address.url in own or text[link.start : link.end] in own}
    found = distinct(link.address for link in links if link.address.key not in skipped)
    return tuple(Claim("links_to", address) for address in found)

"""Plain text: paragraphs by line breaks, with or without a title line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.model import Essay, Link
from ingest.text import display_title, language

READER = "plain/1"
MAX_TITLE = 40
_NO_TITLE = re.compile(r"[。，、；：！？…,;:!?.]$")


def read(text: str, links: Sequence[Link]) -> Essay | None:
    """Every text is plain text."""
    title, body = split_title(text)
    return Essay(
        text=body,
        markdown=paragraphs(body),
        title=title,
        display_title=display_title(title, body),
        language=language(body),
    )


def split_title(text: str) -> tuple[str | None, str]:
    """A short first line with a blank line behind it is a title, unless it ends like a sentence or a clause."""
    first, blank, rest = text.partition("\n\n")
    first = first.strip()
    if blank and rest.strip() and 0 < len(first) <= MAX_TITLE and "\n" not in first and not _NO_TITLE.search(first):
        return first, rest.strip("\n")
    return None, text


def paragraphs(text: str) -> str:
    """Markdown of plain text: each line is a paragraph."""
    return "\n\n".join(line.strip() for line in text.split("\n") if line.strip())

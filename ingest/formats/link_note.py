"""A link note: a link, perhaps repeated and glued to the words behind it, then an excerpt of the essay it leads to.

Such notes are written in chat apps, which lose the line breaks: items begin with a dash right behind a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.model import Claim, Completeness, Essay, Link
from ingest.text import clean, display_title, language, without

READER = "link_note/1"
# A dash behind the end of a sentence, not one of a pair: a pair is a Chinese dash.
_ITEM = re.compile(r"(?<=[。！？!?…”’\"）):：;；\n])[ \t]*[-•·－](?![-－])[ \t]*(?=\S)")
_FEWEST_ITEMS = 2


def read(text: str, links: Sequence[Link]) -> Essay | None:
    """An excerpt of the essay behind the link, when the text begins with a link and goes on in words."""
    if not links or text[: links[0].start].strip() or len({link.address.key for link in links}) != 1:
        return None
    words = clean(without(text, links))
    if not words:
        return None
    body, markdown = _items(words)
    return Essay(
        text=body,
        markdown=markdown,
        display_title=display_title(None, body),
        language=language(body),
        completeness=Completeness.EXCERPT,
        claims=(Claim("excerpt_of", links[0].address),),
    )


def _items(words: str) -> tuple[str, str]:
    """Text and Markdown with the items on lines of their own."""
    intro, *items = (part.strip() for part in _ITEM.split(words))
    if len(items) < _FEWEST_ITEMS:
        return words, "\n\n".join(line for line in words.split("\n") if line.strip())
    lines = [f"- {item}" for item in items]
    head = [intro] if intro else []
    return "\n".join(head + lines), "\n\n".join([*head, "\n".join(lines)])

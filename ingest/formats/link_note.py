"""A link note: a link, perhaps repeated and glued to the words behind it, then an excerpt of the essay it leads to.

Such notes are written in chat apps, which lose the line breaks: items begin with a dash right behind a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.formats.plain import mentions
from ingest.model import Claim, Completeness, Essay, Link
from ingest.text import clean, display_title, language

READER = "link_note/1"
# A dash at the start of a line, behind the end of a sentence, or behind the colon of what introduces the items; not one
# of a pair (a Chinese dash), not a minus, not an arrow.
_ITEM = re.compile(
    r"(?:(?<=\n)|\A|(?<=[。！？!?…])|(?<=[。！？!?…][”’\"）)」])|(?<=[:：]))"
    r"[ \t]{0,9}(?:[-－](?![-－>\d])|[•·])[ \t]*(?=\S)"
)
_FEWEST_ITEMS = 2
_SHORTEST = 60  # characters of an excerpt without items; fewer are somebody's comment
_FRESH = ("\n", "-", "－", "•", "·")


def read(text: str, links: Sequence[Link]) -> Essay | None:
    """An excerpt of the essay behind the link, when the text begins with a link and goes on in words.

    With other links in it, it is one only if its words are items, none of which begins with a link: else it is
    somebody's list of links.
    """
    head = _head(text, links)
    if not head:
        return None
    words = clean(text[head[-1].end :])
    if not words:
        return None
    intro, items = _items(words)
    if len(items) < _FEWEST_ITEMS and len(words) < _SHORTEST:
        return None
    address, others = head[0].address, links[len(head) :]
    if any(link.address.key != address.key for link in others) and not _quotes(text, head[-1].end, others, items):
        return None
    body, markdown = _written(words, intro, items)
    extra = tuple(claim for claim in mentions(text, others) if claim.target.key != address.key)
    return Essay(
        text=body,
        markdown=markdown,
        display_title=display_title(None, body),
        language=language(body),
        completeness=Completeness.EXCERPT,
        claims=(Claim("excerpt_of", address), *extra),
    )


def _head(text: str, links: Sequence[Link]) -> list[Link]:
    """The link that the text begins with, and its repeats up to the first word."""
    head: list[Link] = []
    at = 0
    for link in links:
        if text[at : link.start].strip() or (head and link.address.key != head[0].address.key):
            break
        head.append(link)
        at = link.end
    return head


def _quotes(text: str, head_end: int, links: Sequence[Link], items: list[str]) -> bool:
    """Whether links stand within the words of items, and none begins a line or an item."""
    if len(items) < _FEWEST_ITEMS or not text[head_end : links[0].start].strip():
        return False
    return not any(text[max(0, link.start - 3) : link.start].rstrip(" \t").endswith(_FRESH) for link in links)


def _items(words: str) -> tuple[str, list[str]]:
    """What stands before the items, and the items; a colon introduces the first one only."""
    starts = [match for n, match in enumerate(_ITEM.finditer(words)) if not n or words[match.start() - 1] not in ":："]
    if not starts:
        return words, []
    ends = [match.start() for match in starts[1:]] + [len(words)]
    items = [words[match.end() : end].strip() for match, end in zip(starts, ends, strict=True)]
    return words[: starts[0].start()].strip(), items


def _written(words: str, intro: str, items: list[str]) -> tuple[str, str]:
    """Text and Markdown with the items on lines of their own."""
    if len(items) < _FEWEST_ITEMS:
        return words, "\n\n".join(line for line in words.split("\n") if line.strip())
    lines = [f"- {item}" for item in items]
    head = [intro] if intro else []
    return "\n".join(head + lines), "\n\n".join([*head, "\n".join(lines)])

"""A body: a part of a page as Markdown and as clean text, with its pictures.

``render`` walks the body once, without recursion (``flow``), and writes two things side by side (``writer``): the clean
text, and a flat form of the HTML in which only what Markdown can say is left. markdownify then turns the flat form into
Markdown (``markdown``), so that neither the depth nor the width of a hostile page costs more than its length.
"""

from __future__ import annotations

from dataclasses import dataclass

from bs4 import Tag

from ingest import text as texts
from ingest.markup import markdown
from ingest.markup.elements import Habits, picture
from ingest.markup.flow import Flow
from ingest.markup.writer import MARK
from ingest.model import Image

__all__ = ["Body", "Habits", "picture", "render"]


@dataclass(frozen=True)
class Body:
    """A part of a page: clean text, Markdown, and its pictures, each once, in reading order."""

    text: str
    markdown: str
    images: tuple[Image, ...] = ()


def render(root: Tag, base: str | None = None, habits: Habits | None = None) -> Body:
    """What a person reads in ``root``; relative links are joined to ``base``, or left as they are without one.

    Paragraphs, lists, tables, quotes and code keep their structure in both forms. Scripts, styles, ``noscript`` copies
    and what is hidden by ``display: none`` are left out; ``root`` itself may be hidden. The tree isn't changed.
    ``habits`` are those of the site.
    """
    flow = Flow(base, habits or Habits())
    flow.walk(root)
    text, positions = _positions(flow.writer.text())
    images = tuple(Image(url, alt, at) for (url, alt), at in zip(flow.images.values(), positions, strict=True))
    return Body(text, markdown.convert(flow.writer.html()), images)


def _positions(marked: str) -> tuple[str, list[int | None]]:
    """The clean text, and for each mark in it the character that it stands before."""
    first, *rest = texts.clean(marked).split(MARK)
    places: list[int | None] = []
    at = len(first)
    for part in rest:
        places.append(at)
        at += len(part)
    text = first + "".join(rest)
    cleaned = texts.clean(text)
    return cleaned, places if cleaned == text else [None] * len(places)

"""One file in this folder is one file format; ``front_matter``, ``labels`` and ``turns`` are parts that they share.

The text formats are tried in the order of ``TEXT_FORMATS``, most particular first: each returns None for what it is
not, and the last one takes everything. Turns are found in Markdown and scraped pages too; a transcript is a text that
has nothing but them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, cast

from ingest.formats import link_note, markdown, plain, scraped, transcript
from ingest.model import Essay, Link


class TextFormat(Protocol):
    """What a module of a text format offers."""

    READER: str

    @staticmethod
    def read(text: str, links: Sequence[Link]) -> Essay | None:
        """The essay in a clean text with these links, or None when the text is of another format."""


TEXT_FORMATS = cast(tuple[TextFormat, ...], (link_note, scraped, markdown, transcript, plain))

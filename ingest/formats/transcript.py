"""A transcript: who is there, then who says what. The turns tile the text, so that every character is accounted for."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.formats.plain import mentions, split_title
from ingest.formats.turns import find_turns
from ingest.model import Essay, Link, Turn
from ingest.text import display_title, language

READER = "transcript/1"


def read(text: str, links: Sequence[Link]) -> Essay | None:
    """The transcript, when the text has turns (``turns``)."""
    turns = find_turns(text)
    if not turns:
        return None
    title, body, turns = _without_title(text, turns)
    return Essay(
        text=body,
        markdown=_markdown(body, turns),
        title=title,
        display_title=display_title(title, body),
        language=language(body),
        turns=turns,
        claims=mentions(text, links),
    )


def _without_title(text: str, turns: tuple[Turn, ...]) -> tuple[str | None, str, tuple[Turn, ...]]:
    """A title line above the first turn is taken out of the text, when there are turns without it too."""
    title, body = split_title(text)
    front = turns[0]
    again = find_turns(body) if title and front.speaker is None and front.end >= text.index("\n") else ()
    return (title, body, again) if again else (None, text, turns)


def _markdown(text: str, turns: tuple[Turn, ...]) -> str:
    parts = []
    for turn in turns:
        label = f"**{turn.speaker}：** " if turn.speaker else ""
        parts.append(label + "\n\n".join(line for line in text[turn.said_from : turn.end].split("\n") if line.strip()))
    return "\n\n".join(parts)

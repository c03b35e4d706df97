"""A transcript: who is there, then who says what. The turns tile the text, so that every character is accounted for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ingest.model import Essay, Link, Turn
from ingest.text import display_title, language

READER = "transcript/1"
HOST, GUEST, FLOOR, FRONT = "host", "guest", "floor", "front"
FEWEST_LABELS = 6
FEWEST_TURNS_OF_AN_UNLISTED_SPEAKER = 3

_LABEL = re.compile(
    r"^(?P<name>[^\s:：,，。、；;！？!?()（）\[\]【】\"“”#>*-][^:：,，。；;！？!?\n]{0,15}?)[:：]", re.MULTILINE
)
_GUESTS = re.compile(r"^(?:对谈|圆桌|与会|出席|参会)?(?:嘉宾|讲者|人员|与谈人)(?:名单|介绍)?[:：]$", re.MULTILINE)
_GUEST = re.compile(
    r"^(?:[(（](?P<before>[^)）]{1,10})[)）]\s*)?(?P<name>[^\s,，、:：(（]{1,20})(?:[(（](?P<after>[^)）]{1,10})[)）])?"
)
_HOST_WORD = re.compile(r"主持|host|moderator", re.IGNORECASE)
_FLOOR_NAME = re.compile(
    r"^(?:现场|台下|线上)?(?:提问|观众|听众|网友|提问者|问)(?:者|提问)?\s*[A-Z\d一二三四五六七八九十]*$"
)
_HOST_NAME = re.compile(r"^(?:主持人?|主持)$")


def read(text: str, links: Sequence[Link]) -> Essay | None:
    """The transcript, when enough paragraphs begin with the label of one of at least two speakers."""
    guests = _guest_roles(text)
    labels = _labels(text, guests)
    if len(labels) < FEWEST_LABELS or len({label["name"] for label in labels}) < 2:
        return None
    turns = _turns(text, labels, guests)
    return Essay(
        text=text,
        markdown=_markdown(text, turns),
        display_title=display_title(None, text),
        language=language(text),
        turns=tuple(turns),
    )


def _guest_roles(text: str) -> dict[str, str]:
    """Name → host or guest, from the lines behind the heading of the guest list up to the first that is no entry."""
    heading = _GUESTS.search(text)
    roles: dict[str, str] = {}
    for line in text[heading.end() :].strip("\n").split("\n") if heading else ():
        entry = _GUEST.match(line)
        if not entry or _LABEL.match(line):
            break
        is_host = any(word and _HOST_WORD.search(word) for word in (entry["before"], entry["after"]))
        roles[entry["name"]] = HOST if is_host else GUEST
    return roles


def _labels(text: str, guests: dict[str, str]) -> list[re.Match[str]]:
    found = [label for label in _LABEL.finditer(text) if not _GUESTS.match(text, label.start())]
    often = Counter(label["name"] for label in found)
    return [
        label
        for label in found
        if label["name"] in guests
        or _role(label["name"], guests)
        or often[label["name"]] >= FEWEST_TURNS_OF_AN_UNLISTED_SPEAKER
    ]


def _role(name: str, guests: dict[str, str]) -> str | None:
    if name in guests:
        return guests[name]
    if _HOST_NAME.match(name):
        return HOST
    return FLOOR if _FLOOR_NAME.match(name) else None


def _turns(text: str, labels: list[re.Match[str]], guests: dict[str, str]) -> list[Turn]:
    turns = [Turn(0, labels[0].start(), 0, None, FRONT)] if labels[0].start() else []
    ends = [label.start() for label in labels[1:]] + [len(text)]
    for label, end in zip(labels, ends, strict=True):
        turns.append(Turn(label.start(), end, label.end(), label["name"], _role(label["name"], guests)))
    return turns


def _markdown(text: str, turns: list[Turn]) -> str:
    parts = []
    for turn in turns:
        label = f"**{turn.speaker}：** " if turn.speaker else ""
        parts.append(label + "\n\n".join(line for line in text[turn.said_from : turn.end].split("\n") if line.strip()))
    return "\n\n".join(parts)

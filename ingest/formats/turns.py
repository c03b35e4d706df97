"""Turns: who says what, found by the labels that lines begin with. They tile the text, so that nothing is lost.

Two forms of label: ``张三（主持人）：words`` and, in the exports of meeting tools, ``张三 00:01:23`` on a line of its
own with the words below. A text has turns when it stamps its speakers, lists its guests, or passes all of ``_is_talk``.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from ingest.formats.labels import GENERIC, GUEST, LONGEST, family, is_name, is_person, is_speaker, role_in, role_of_name
from ingest.model import Turn

FRONT = "front"
FEWEST_LABELS = 4
FEWEST_SPEAKERS = 2
FEWEST_OF_EACH = 2
FEWEST_OF_AN_UNLISTED = 3  # beside a guest list
MOST_GUESTS = 50

_FIRST = r"[^\s:：,，。、；;！？!?()（）\[\]【】\"“”'‘’《》「」#>*|`-]"
_NAME = rf"{_FIRST}[^:：,，。；;！？!?\n()（）\"“”《》「」]{{0,{LONGEST - 1}}}?"
_LABEL = re.compile(
    rf"^(?P<name>{_NAME})[ \t\u3000]{{0,3}}(?:[(（](?P<note>[^()（）\n]{{1,20}})[)）])?[ \t\u3000]{{0,3}}"
    r"(?P<colon>[:：])(?!//|\\)\s*",
    re.MULTILINE,
)
_STAMP = re.compile(
    rf"^(?P<name>{_NAME})[ \t\u3000]{{1,8}}(?P<date>\d{{4}}[-/.年]\d{{1,2}}[-/.月]\d{{1,2}}日?[ T])?"
    r"[(（\[]?(?:(?P<hours>\d{1,2}):)?(?P<minutes>\d{1,3}):(?P<seconds>[0-5]\d)[)）\]]?[:：]?[ \t]{0,3}(?:\n\s*|\Z)",
    re.MULTILINE,
)
_GUESTS = re.compile(r"^(?:对谈|圆桌|与会|出席|参会)?(?:嘉宾|讲者|人员|与谈人)(?:名单|介绍)?[:：]$", re.MULTILINE)
_GUEST = re.compile(
    r"^(?:[(（](?P<before>[^)）]{1,10})[)）]\s*)?(?P<name>[^\s,，、:：(（]{1,20})(?:[(（](?P<after>[^)）]{1,10})[)）])?"
)
_SENTENCE = re.compile(r"[。！？!?….～~」”]")
_ASKS = re.compile(r"[？?]|[吗呢][。，\n]|[吗呢]\Z")


@dataclass(frozen=True, slots=True)
class _Label:
    """Where a turn begins, where its words begin, and whose it is."""

    start: int
    said_from: int
    name: str
    role: str | None
    doubtful: bool = False  # ``Ratio:16`` and the like: counts only for a speaker who is known otherwise


def find_turns(text: str) -> tuple[Turn, ...]:
    """The turns of a text, from its first to its last character; none when it is no conversation."""
    labels = _stamped(text)
    if labels:
        return _tiles(text, labels, {})
    guests = _guest_roles(text)
    found = [_label(match, text) for match in _LABEL.finditer(text) if not _GUESTS.match(text, match.start())]
    speakers = _speakers(found, guests)
    labels = [label for label in found if family(label.name) in speakers]
    if guests:
        fits = len(labels) >= FEWEST_LABELS and len({label.name for label in labels}) >= FEWEST_SPEAKERS
    else:
        fits = _is_talk(text, labels)
    return _tiles(text, labels, guests) if fits else ()


def _label(match: re.Match[str], text: str) -> _Label:
    behind = match.end("colon")
    doubtful = match["colon"] == ":" and text[behind : behind + 1].isdigit() and not is_person(match["name"])
    return _Label(match.start(), match.end(), match["name"].strip(), role_in(match["note"]), doubtful)


def _stamped(text: str) -> list[_Label]:
    """The labels with times, when words follow them, time goes on, and speakers come again."""
    found = [match for match in _STAMP.finditer(text) if is_name(match["name"].strip())]
    times = [
        int(match["hours"] or 0) * 3600 + int(match["minutes"]) * 60 + int(match["seconds"])
        for match in found
        if not match["date"]
    ]
    starts = {match.start() for match in found}
    silent = sum(match.end() in starts or match.end() == len(text) for match in found)
    often = Counter(match["name"].strip() for match in found)
    again = sum(times >= FEWEST_OF_EACH for times in often.values())
    generic = len(found) >= FEWEST_OF_EACH and all(GENERIC.fullmatch(name) for name in often)
    if times != sorted(times) or silent * 5 > len(found) or not (generic or again >= FEWEST_SPEAKERS):
        return []
    return [_Label(match.start(), match.end(), match["name"].strip(), None) for match in found]


def _guest_roles(text: str) -> dict[str, str]:
    """Name → host or guest, from the lines behind the heading of the guest list up to the first that is no entry."""
    heading = _GUESTS.search(text)
    roles: dict[str, str] = {}
    for line in text[heading.end() :].strip("\n").split("\n", MOST_GUESTS)[:MOST_GUESTS] if heading else ():
        entry = _GUEST.match(line)
        if not entry or _LABEL.match(line):
            break
        roles[entry["name"]] = role_in(entry["before"]) or role_in(entry["after"]) or GUEST
    return roles


def _speakers(found: list[_Label], guests: dict[str, str]) -> set[str]:
    """Those whose labels begin turns: guests, who has a speaker's label, and who comes often enough."""
    often = Counter(family(label.name) for label in found if not label.doubtful)
    enough = FEWEST_OF_AN_UNLISTED if guests else FEWEST_OF_EACH
    named = {family(label.name) for label in found if label.role or role_of_name(label.name)}
    return {*guests, *named, *(name for name, count in often.items() if count >= enough and is_name(name))}


def _is_talk(text: str, labels: list[_Label]) -> bool:
    """Without a guest list: at least two speakers come again, they talk in sentences, they ask or look like people,
    and their turns are at least half of the text. Of the last turn only its paragraph counts: an essay may go on there.
    """
    often = Counter(family(label.name) for label in labels)
    again = {name for name, count in often.items() if count >= FEWEST_OF_EACH}
    if len(labels) < FEWEST_LABELS or len(again) < FEWEST_SPEAKERS:
        return False
    line_end = text.find("\n", labels[-1].said_from)
    ends = [label.start for label in labels[1:]] + [len(text) if line_end < 0 else line_end]
    said = [text[label.said_from : end] for label, end in zip(labels, ends, strict=True)]
    covered = sum(end - label.start for label, end in zip(labels, ends, strict=True) if family(label.name) in again)
    sentences = sum(bool(_SENTENCE.search(words)) for words in said)
    questions = sum(bool(_ASKS.search(words)) for words in said)
    asks = questions * 20 >= len(said) or all(map(is_person, again)) or any(map(is_speaker, again))
    return covered * 2 >= len(text) and sentences * 2 >= len(said) and asks


def _tiles(text: str, labels: list[_Label], guests: dict[str, str]) -> tuple[Turn, ...]:
    beside = {label.name: label.role for label in reversed(labels) if label.role}
    turns = [Turn(0, labels[0].start, 0, None, FRONT)] if labels[0].start else []
    ends = [label.start for label in labels[1:]] + [len(text)]
    for label, end in zip(labels, ends, strict=True):
        role = guests.get(label.name) or beside.get(label.name) or role_of_name(label.name)
        turns.append(Turn(label.start, end, min(label.said_from, end), label.name, role))
    return tuple(turns)

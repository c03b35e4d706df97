"""Lines that recur on other pages of a host are chrome: "follow us", "all rights reserved", the editors' names.

A line is told by a hash, so that a host's lines are kept as numbers. Only short lines at the head and the tail of an
essay are asked about, as far as they recur without a gap: a refrain, a heading or a quotation in the middle is the
essay's own, however often its host has it. The caller knows in how many distinct texts of a host a line stood:
``hashes`` says what to remember of a page, ``body`` whether it is a text of its own, ``candidates`` what to ask, and
``trim`` takes the answer.
"""

from __future__ import annotations

import hashlib
import heapq
import re
from collections.abc import Collection, Iterable
from dataclasses import replace

from ingest.model import Chrome, Essay, Image
from ingest.text import display_title, fold

LEAST_TEXTS = 3
"""Distinct texts of a host in which a line must stand, the one that is read among them."""

KIND = "recurring"
_HEAD = 5  # lines at the beginning that are asked about
_TAIL = 12  # lines at the end
_LONGEST = 120  # characters; longer lines are paragraphs
_REMEMBERED = 50  # lines of each end that a page is remembered by
_BODY = 5  # lines that tell a text, the longest ones
_LEAST_KEPT = 0.5  # an essay keeps more than this share of its characters, or nothing is taken
_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_BLANK_LINES = re.compile(r"\n{3,}")
_MARKUP = ("#", ">", "```")  # headings, quotes and code are never taken


def line_hash(line: str) -> int | None:
    """The hash of a line as a signed 64-bit integer, blind to width, case and punctuation; None without words.

    It is the beginning of a SHA-256, so that it is the same on every machine and in every run.
    """
    folded = fold(line)
    if len(folded) < 2:
        return None
    return int.from_bytes(hashlib.sha256(folded.encode()).digest()[:8], "big", signed=True)


def hashes(text: str) -> frozenset[int]:
    """The hashes that a page of a host is remembered by: of its short lines, up to 50 at each end."""
    lines = _lines(text)
    ends = lines[:_REMEMBERED] + lines[-_REMEMBERED:]
    return frozenset(_known(line for line in ends if len(line) <= _LONGEST))


def body(text: str) -> frozenset[int]:
    """The hashes of the longest lines: a page that shares most of them with others of its host is a copy."""
    return frozenset(_known(heapq.nlargest(_BODY, _lines(text), key=len)))


def candidates(text: str) -> frozenset[int]:
    """The hashes of the lines that may be chrome: what to ask the host's other pages about."""
    lines = _lines(text)
    edges = lines[:_HEAD] + lines[-_TAIL:]
    return frozenset(_known(line for line in edges if len(line) <= _LONGEST))


def trim(essay: Essay, recurring: Collection[int]) -> Essay:
    """The essay without the lines at its edges that recur; they are kept as ``Chrome``.

    An essay comes back unchanged when a line can't be found in its Markdown, when it has turns, or when more would be
    taken than kept.
    """
    if essay.turns or not recurring:
        return essay
    lines = _lines(essay.text)
    marked = {line.strip().lstrip("#> ").strip() for line in essay.markdown.split("\n") if line.startswith(_MARKUP)}
    taken = {line for line in lines if line in marked}  # headings and quotes
    head = _run(lines[:_HEAD], recurring, taken)
    tail = _run(lines[::-1][:_TAIL], recurring, taken)
    if not head + tail or head + tail >= len(lines):
        return essay
    start = _after(essay.text, head)
    end = _before(essay.text, tail)
    text = essay.text[start:end].strip("\n")
    if len(text) <= _LEAST_KEPT * len(essay.text):
        return essay
    gone = [*lines[:head], *(lines[len(lines) - tail :] if tail else [])]
    markdown = _without(essay.markdown, lines[:head], gone[head:])
    if markdown is None:
        return essay
    start += len(essay.text[start:end]) - len(essay.text[start:end].lstrip("\n"))
    images = tuple(_moved(image, start, len(text)) for image in essay.images)
    chrome = (*essay.chrome, *(Chrome(KIND, line) for line in gone))
    shown = display_title(essay.title, text)
    return replace(essay, text=text, markdown=markdown, display_title=shown, images=images, chrome=chrome)


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def _known(lines: Iterable[str]) -> Iterable[int]:
    return (found for line in lines if (found := line_hash(line)) is not None)


def _run(lines: list[str], recurring: Collection[int], kept: Collection[str]) -> int:
    """How many lines from the edge inwards recur, a line without words (``***``) between two of them included."""
    count = 0
    for number, line in enumerate(lines, start=1):
        found = line_hash(line)
        if found is None:
            continue
        if len(line) > _LONGEST or line in kept or found not in recurring:
            break
        count = number
    return count


def _after(text: str, count: int) -> int:
    """Where the text goes on behind its first ``count`` lines with words."""
    at = 0
    for line in text.split("\n"):
        if not count:
            break
        count -= bool(line.strip())
        at += len(line) + 1
    return min(at, len(text))


def _before(text: str, count: int) -> int:
    """Where the text ends before its last ``count`` lines with words."""
    end = len(text)
    for line in reversed(text.split("\n")):
        if not count:
            break
        count -= bool(line.strip())
        end -= len(line) + 1
    return max(end, 0)


def _without(markdown: str, head: list[str], tail: list[str]) -> str | None:
    """The Markdown without the same lines at its edges; None when it doesn't begin or end with them.

    Pictures between them stay where they are.
    """
    lines = markdown.split("\n")
    gone: set[int] = set()
    for wanted, order in ((head, range(len(lines))), (tail[::-1], range(len(lines) - 1, -1, -1))):
        places = (at for at in order if fold(lines[at]) and not _PICTURE.fullmatch(lines[at].strip()))
        for line in wanted:
            if not fold(line):
                continue
            at = next(places, None)
            if at is None or not _same(lines[at], line):
                return None
            gone.add(at)
    kept = "\n".join(line for at, line in enumerate(lines) if at not in gone)
    return _BLANK_LINES.sub("\n\n", kept).strip("\n").removesuffix("\\")


def _same(markdown: str, line: str) -> bool:
    """Whether a line of Markdown says what a line of text says; addresses of links are no words."""
    wanted, found = fold(line), fold(markdown)
    return found == wanted or (len(wanted) > 1 and found.startswith(wanted) and "](" in markdown)


def _moved(image: Image, start: int, length: int) -> Image:
    return image if image.position is None else replace(image, position=min(max(image.position - start, 0), length))

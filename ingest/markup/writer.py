"""Writes the clean text and the flat HTML of a body, side by side, while its tree is walked."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from itertools import takewhile
from typing import ClassVar

from ingest.markup.elements import HEADINGS, LISTS

MARK = "\ufdd0"  # a noncharacter that stands in the text where a picture was, until its position is counted
MAX_NESTING = 30  # lists and quotes deeper than this keep their text, not their nesting

_SPACE = re.compile(r"[ \t\r\n\f\xa0]+")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufdd0-\ufddf]"
)

Leave = Callable[[], None] | None  # what is to be done at the end of an element


def seen(words: str) -> str:
    """The words without characters that no reader sees, marks among them."""
    return _UNSEEN.sub("", words)


def one_line(words: str) -> str:
    """The words as a browser sets them: one space, whatever stands between two of them."""
    if words.isprintable() and "  " not in words:  # most are: no character of the two patterns is printable but a space
        return words
    return _SPACE.sub(" ", seen(words))


@dataclass
class _Frame:
    """A list, an item, a quote or a heading; it is written when its first content comes, so none is ever empty."""

    name: str
    count: int = 0
    written: bool = False


@dataclass
class Writer:
    """What has been written of one body."""

    takes_code: ClassVar[bool] = True

    _text: list[str] = field(default_factory=list)
    _html: list[str] = field(default_factory=list)
    _frames: list[_Frame] = field(default_factory=list)
    _wanted: list[tuple[str, str]] = field(default_factory=list)
    _open: list[tuple[str, str]] = field(default_factory=list)
    _marks: int = 0
    _gap: int = 0  # line ends that come before the next word of the text
    _breaks: int = 0  # br elements since the last content of this paragraph
    _space: bool = False
    _paragraph: str | None = None  # the closing tag of the open paragraph; "" in an item's first one

    def text(self) -> str:
        """The text so far, with a mark where each picture was."""
        return "".join(self._text) + MARK * self._marks

    def html(self) -> str:
        """The flat HTML so far."""
        return "".join(self._html)

    # What is written whole.

    def br(self) -> None:
        """A line ends here; two in a row end the paragraph."""
        self._breaks += 1

    def rule(self) -> None:
        """A thematic break."""
        self.boundary()
        self._raw("<hr>")

    def image(self, url: str, alt: str, *, marked: bool) -> None:
        """A picture; ``marked`` when its position is to be counted."""
        self._marks += marked
        self._start()
        self._raw(f'<img src="{escape(url)}" alt="{escape(alt)}">')

    def formula(self, tex: str, *, display: bool) -> None:
        """A formula, with its marks, in the line or in one of its own."""
        if display:
            self.boundary()
        self.words(tex, "tex")
        if display:
            self.boundary()

    def block(self, text: str, markup: str, caption: str | None = None) -> None:
        """A block whose two forms are made elsewhere, with a caption above it."""
        self.boundary()
        self._flush_frames()
        if caption is not None:
            self.words(caption)
            self.boundary()
        self._put(text)
        self._raw(markup)
        self.boundary()

    # What has an end.

    def inside(self, name: str) -> bool:
        """Whether an inline element of this name is around what comes next."""
        return any(name == wanted for wanted, _ in self._wanted)

    def style(self, name: str, url: str = "") -> Leave:
        """An inline element begins; one within another of its name is nothing."""
        if self.inside(name):
            return None
        self._wanted.append((name, url))

        def leave() -> None:
            self._wanted.remove((name, url))

        return leave

    def frame(self, name: str, before: int = 0) -> Leave:
        """A list, an item, a quote or a heading begins; ``before`` items of a list are counted already."""
        self.boundary()
        inside = self._frames[-1].name if self._frames else ""
        if len(self._frames) >= MAX_NESTING or inside in HEADINGS:
            return self.boundary
        frame = _Frame(name, before)
        self._frames.append(frame)

        def leave() -> None:
            self.boundary()
            self._frames.pop()
            if frame.written:
                self._raw(f"</{name}>")
                self._gap = max(self._gap, self._distance())

        return leave

    def boundary(self) -> None:
        """A block starts or ends here."""
        if self._paragraph is not None:
            self._sync([])
            self._raw(self._paragraph)
            self._paragraph = None
        if self._text:
            self._gap = max(self._gap, self._distance())
        self._breaks = 0
        self._space = False

    def _distance(self) -> int:
        """How many line ends stand between two blocks here: lists are tight."""
        return 1 if any(frame.name in ("li", "ul", "ol") for frame in self._frames) else 2

    # Words.

    def words(self, raw: str, kind: str = "") -> None:
        """Words as they stand in the page; those of a ``kind`` are written in an element of that name."""
        words = " " if raw == "\n" else one_line(raw)  # most blanks
        if not words.strip(" "):
            self._space = self._space or bool(words)
            return
        spaced = self._space or words.startswith(" ")
        fresh = self._start()
        if spaced and not fresh:
            self._put(" ")
            self._raw(" ")
        word = words.strip(" ")
        self._sync(self._wanted)
        self._put(word)
        written = escape(word, quote=False)
        self._raw(f"<{kind}>{written}</{kind}>" if kind else written)
        self._space = words.endswith(" ")

    def _start(self) -> bool:
        """Be inside a paragraph; whether its line is fresh, so that no space may come first."""
        if self._breaks > 1:
            self.boundary()
        fresh = self._breaks > 0
        if self._paragraph is None:
            self._flush_frames()
            self._open_paragraph()
            fresh = True
        elif self._breaks:
            self._sync(self._wanted[: self._same()])  # a break at the end of a mark stands after it
            self._raw("<br>")
            self._gap = 1
        self._breaks = 0
        self._space = False
        self._sync(self._wanted)
        return fresh

    def _open_paragraph(self) -> None:
        frame = self._frames[-1] if self._frames else None
        if frame and frame.name in HEADINGS:
            self._paragraph = " "
        elif frame and frame.name == "li" and not frame.count:
            frame.count = 1
            self._paragraph = ""
        else:
            self._raw("<p>")
            self._paragraph = "</p>"

    def _flush_frames(self) -> None:
        for depth, frame in enumerate(self._frames):
            if frame.written:
                continue
            frame.written = True
            if frame.name == "li":
                label = self._label(depth)
                nesting = sum(outer.name in LISTS for outer in self._frames[:depth])
                self._put("  " * max(nesting - 1, 0) + label + " ")
                self._raw(f'<li label="{label}">')
            else:
                self._raw(f"<{frame.name}>")

    def _label(self, depth: int) -> str:
        """What stands before the item at this depth: its number, or a dash."""
        outer = next((frame for frame in reversed(self._frames[:depth]) if frame.name in LISTS), None)
        if outer is None or outer.name == "ul":
            return "-"
        outer.count += 1
        return f"{outer.count}."

    def _sync(self, wanted: list[tuple[str, str]]) -> None:
        """Close and open inline elements until exactly those wanted are open."""
        same = self._same(wanted)
        for name, _ in reversed(self._open[same:]):
            self._raw(f"</{name}>")
        for name, url in wanted[same:]:
            self._raw(f'<{name} href="{escape(url)}">' if url else f"<{name}>")
        self._open = list(wanted)

    def _same(self, wanted: list[tuple[str, str]] | None = None) -> int:
        """How many of the open inline elements are wanted from here on."""
        pairs = zip(self._open, self._wanted if wanted is None else wanted, strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))

    def _put(self, words: str) -> None:
        if self._text and self._gap:
            self._text.append("\n" * self._gap)
        self._gap = 0
        if words.strip():
            words = MARK * self._marks + words
            self._marks = 0
        self._text.append(words)

    def _raw(self, markup: str) -> None:
        self._html.append(markup)


class CellWriter(Writer):
    """What has been written of one table cell: one line, whatever stands in it."""

    takes_code = False

    def html(self) -> str:
        self._sync([])
        return super().html()

    def boundary(self) -> None:
        self._breaks = 0
        self._space = bool(self._text)

    def _start(self) -> bool:
        spaced = bool(self._text) and (self._space or self._breaks > 0)
        if spaced:
            self._sync([])
            self._put(" ")
            self._raw(" ")
        self._breaks = 0
        self._space = False
        self._sync(self._wanted)
        return spaced or not self._text

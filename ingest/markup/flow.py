"""The walk through the tree of a body: what each element is, and what is written for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

from bs4 import Tag
from bs4.element import CData, NavigableString, PageElement

from ingest.markup import code, tables
from ingest.markup.elements import FRAMES, Habits, dropped, picture, raised, styled, target
from ingest.markup.formulas import formula
from ingest.markup.page import attribute
from ingest.markup.writer import CellWriter, Leave, Writer, one_line

_AS_BLOCK = re.compile(r"display\s*:\s*(?:block|flex|table)", re.IGNORECASE)
_BLOCKS = frozenset(
    {"p", "div", "section", "article", "main", "header", "footer", "aside", "nav", "center", "address", "pre", "body"}
    | {"figure", "figcaption", "details", "summary", "form", "fieldset", "dl", "dt", "dd", "foreignobject"}
    | {"table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th"}
)
_INLINE = {"b": "strong", "strong": "strong", "i": "em", "em": "em", "del": "del", "s": "del", "strike": "del"}
_INLINE |= dict.fromkeys(("code", "kbd", "samp", "tt"), "code")


@dataclass
class Flow:
    """One walk; ``images`` are the pictures met so far: the address of each and what its author calls it."""

    base: str | None
    habits: Habits = field(default_factory=Habits)
    images: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    writer: Writer = field(default_factory=Writer)

    def walk(self, root: Tag) -> None:
        """Visit everything below ``root`` in order."""
        path: list[tuple[Iterator[PageElement], Leave]] = [(iter(root.contents), None)]
        while path:
            children, leave = path[-1]
            child = next(children, None)
            if child is None:
                path.pop()
                if leave is not None:
                    leave()
            elif isinstance(child, Tag):
                if not self._formula(child) and not dropped(child) and not self._leaf(child):
                    leave = self._enter(child)
                    if url := self.habits.background(child):
                        self._show(url, "")
                    path.append((iter(child.contents), leave))
            elif type(child) in (NavigableString, CData):
                self.writer.words(str(child))
        self.writer.boundary()

    def _formula(self, tag: Tag) -> bool:
        """Whether the element is a formula; its script and its drawing are elements that nobody reads."""
        found = formula(tag)
        if found is None:
            return False
        if found.tex:
            self.writer.formula(found.written, display=found.display)
        return True

    def _leaf(self, tag: Tag) -> bool:
        """Whether the element is written whole, without a look at its children."""
        name = tag.name
        if name == "br":
            self.writer.br()
        elif (words := self.habits.words(tag)) is not None:
            self.writer.words(words)
        elif name in ("sup", "sub") and (mark := raised(tag)):
            self.writer.words(mark)
        elif name == "img":
            self._image(tag)
        elif name == "hr":
            self.writer.rule()
        elif self.writer.takes_code and code.is_block(tag, in_line=self.writer.inside("code")):
            if (lines := code.lines(tag)).strip():
                self.writer.block(lines, f'<pre lang="{escape(code.language(tag))}">{escape(lines)}</pre>')
        elif name == "table" and tables.is_data(tag):
            self._table(tag)
        else:
            return False
        return True

    def _image(self, tag: Tag) -> None:
        url = picture(tag, self.base)
        if url is None:
            return
        alt = one_line(attribute(tag, "alt")).strip()
        alt = "" if alt in ("图片", "image") else alt  # what editors put there when the author says nothing
        self._show(url, alt)

    def _show(self, url: str, alt: str) -> None:
        """A picture is listed where it stands first, and shown wherever it stands, by the same address."""
        same = self.habits.same(url)
        first = same not in self.images
        shown, _ = self.images.setdefault(same, (url, alt or None))
        self.writer.image(shown, alt, marked=first)

    def _table(self, tag: Tag) -> None:
        rows = [[(cell, self._cell(cell)) for cell in tables.cells(row)] for row in tag.find_all("tr")]
        text = "\n".join("\t".join(written.text() for _, written in row) for row in rows)
        markup: list[str] = []
        for number, row in enumerate(rows):
            kind = "td" if number else "th"
            cells = (f"<{kind}{tables.colspan(cell)}>{written.html()}</{kind}>" for cell, written in row)
            markup += ("<tr>", *cells, "</tr>")
        caption = tag.find("caption")
        above = caption.get_text(" ") if isinstance(caption, Tag) else None
        self.writer.block(text, f"<table>{''.join(markup)}</table>", above)

    def _cell(self, tag: Tag) -> Writer:
        cell = Flow(self.base, self.habits, self.images, CellWriter())
        cell.walk(tag)
        return cell.writer

    def _enter(self, tag: Tag) -> Leave:
        """Begin an element with children; what is to be done at its end."""
        name = tag.name
        if name in _INLINE:
            return self.writer.style(_INLINE[name])
        if name == "a":
            url = target(tag, self.base)
            return None if url is None else self.writer.style("a", self.habits.link(url))
        if name in FRAMES:
            return self.writer.frame(name, _before(tag))
        if name in _BLOCKS or styled(tag, _AS_BLOCK, "play"):
            self.writer.boundary()
            return self.writer.boundary
        return None


def _before(tag: Tag) -> int:
    """How many items the ``start`` of a list says came before its first."""
    start = attribute(tag, "start") if tag.name == "ol" else ""
    return int(start) - 1 if start.isascii() and start.isdigit() and len(start) < 10 else 0

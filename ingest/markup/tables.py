"""Tables: which ones hold data, and their cells."""

from __future__ import annotations

from bs4 import Tag

from ingest.markup.elements import FRAMES, holds
from ingest.markup.page import attribute

_ROWS = frozenset({"table", "thead", "tbody", "tfoot"})
_NOT_IN_A_CELL = frozenset({"table", "pre", "blockquote"}) | FRAMES


def is_data(table: Tag) -> bool:
    """Whether a table holds rows and columns; one that only lays out blocks is read block by block."""
    if holds(table, _NOT_IN_A_CELL):
        return False
    rows = table.find_all("tr")
    if any(row.parent is None or row.parent.name not in _ROWS for row in rows):
        return False
    held = [cell for row in rows for cell in cells(row)]
    caption = table.find("caption")
    parts = [*held, caption] if isinstance(caption, Tag) else held
    return len(held) > len(rows) and sum(map(_length, parts)) == _length(table)


def cells(row: Tag) -> list[Tag]:
    """The cells of a row."""
    return row.find_all(["td", "th"], recursive=False)


def colspan(cell: Tag) -> str:
    """The attribute that says how many columns a cell takes; empty when it takes one."""
    span = attribute(cell, "colspan")
    return f' colspan="{span}"' if span.isascii() and span.isdigit() and len(span) < 3 else ""


def _length(tag: Tag) -> int:
    return sum(len(words) for words in tag.stripped_strings)

"""Values as text, always the same for the same value; and cells that no spreadsheet takes for a formula."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

# Spreadsheets fold the full-width forms.
_FORMULA = frozenset("=+-@＝＋－＠")
_MARKED = (*_FORMULA, "\t", "\r", "\n", "'")


def plain(value: Any) -> Any:
    """The value as JSON has it: times in ISO 8601 with their offset."""
    return value.isoformat() if isinstance(value, date) else value


def json_line(names: list[str], row: tuple[Any, ...]) -> str:
    """The row as a line of JSON, without the line's end."""
    return json.dumps(dict(zip(names, map(plain, row), strict=True)), ensure_ascii=False)


def cell(value: Any) -> str:
    """The value as a cell: text that a spreadsheet could run gets an apostrophe in front.

    So does text that begins with one, so that taking away one apostrophe always gives the text back.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    text = str(plain(value))
    if not isinstance(value, str):
        return text
    # Some programs trim a cell before they look at it.
    return f"'{text}" if text.startswith(_MARKED) or text.lstrip()[:1] in _FORMULA else text

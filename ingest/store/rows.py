"""Values on their way into statements: one JSON array of rows, with texts as the database takes them."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from enum import Enum
from typing import Any

from ingest.model import Snapshot
from ingest.text import storable


def as_json(rows: list[dict[str, Any]]) -> str:
    return json.dumps(rows, ensure_ascii=False, default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(type(value).__name__)


def all_storable(value: Any) -> Any:
    """The value with all its texts as the database takes them."""
    if isinstance(value, str):
        return value if isinstance(value, Enum) else storable(value)
    if isinstance(value, tuple):
        return tuple(map(all_storable, value))
    if is_dataclass(value) and not isinstance(value, (type, Snapshot)):
        return replace(
            value, **{part.name: all_storable(getattr(value, part.name)) for part in fields(value) if part.init}
        )
    return value

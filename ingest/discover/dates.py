"""Dates as feeds spell them: RFC 822, ISO 8601, Chinese, epochs. What makes no sense is None, never a guess.

A time without a zone is Beijing's, and so is ``CST``: the bridges that leave zones out all run on that clock.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from ingest.model import Precision, Published

FIRST = datetime(1990, 1, 1, tzinfo=UTC)
AHEAD = timedelta(hours=48)
"""How far a clock may be wrong; a later date is an error of the source."""
_HOME = ZoneInfo("Asia/Shanghai")
_LONGEST = 80
_NUMERIC = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:[T\s]*(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})(?:[.,]\d{1,9})?秒?)?分?)?"
    r"\s*(Z|UTC|GMT|CST|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?)?\Z",
    re.IGNORECASE,
)
_EPOCH = re.compile(r"\d{9,10}(?:\.\d+)?\Z|\d{12,13}\Z")
_CHINA = re.compile(r"\s*(?:CST|GMT\+0?8(?::?00)?|UTC\+0?8(?::?00)?)\Z")
_CLOCK = re.compile(r"\d:\d\d(:\d\d)?")


def published(value: object, now: datetime) -> Published | None:
    """The time that a value of a feed spells, with its precision; None when it is none, before 1990 or ahead of now."""
    text = str(value).strip() if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""
    if not text or len(text) > _LONGEST:
        return None
    try:
        found = _epoch(text) or _numeric(text) or _rfc822(text)
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        return None
    return found if found and FIRST <= found.at <= now + AHEAD else None


def _epoch(text: str) -> Published | None:
    if not _EPOCH.match(text):
        return None
    seconds = float(text) / (1000 if len(text.partition(".")[0]) >= 12 else 1)
    return Published(datetime.fromtimestamp(seconds, UTC))


def _numeric(text: str) -> Published | None:
    match = _NUMERIC.match(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part) if part else 0 for part in match.groups()[:6])
    precision = Precision.DAY if not match[4] else Precision.SECOND if match[6] else Precision.MINUTE
    at = datetime(year, month, day, hour, minute, second, tzinfo=_HOME)
    offset = _offset(match[7])
    if offset is not None and precision is not Precision.DAY:
        at = at.replace(tzinfo=UTC) - offset
    return Published(at.astimezone(UTC), precision)


def _offset(zone: str | None) -> timedelta | None:
    """How far a zone is ahead of UTC; None for Beijing's."""
    name = (zone or "CST").upper().removeprefix("UTC").removeprefix("GMT")
    if name == "CST":
        return None
    if name in ("", "Z"):
        return timedelta()
    sign = -1 if name[0] == "-" else 1
    hours, minutes = int(name[1:3].rstrip(":")), int(name[-2:]) if len(name) > 3 else 0
    if hours > 14 or minutes > 59:
        raise ValueError(zone)
    return sign * timedelta(hours=hours, minutes=minutes)


def _rfc822(text: str) -> Published | None:
    at = parsedate_to_datetime(_CHINA.sub(" +0800", text))
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC if text.endswith("-0000") else _HOME)
    clock = _CLOCK.search(text)
    precision = Precision.DAY if clock is None else Precision.SECOND if clock[1] else Precision.MINUTE
    return Published(at.astimezone(UTC), precision)

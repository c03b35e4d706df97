"""Dates as pages write them → when something was published, exact to what was written."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from ingest.model import Precision, Published

CHINA = "Asia/Shanghai"
YEARS = range(1990, 2101)
LONGEST = 200  # characters; what is longer is no date

_EPOCH = re.compile(r"\d{10}(?:\d{3})?\Z", re.ASCII)  # seconds or milliseconds: 2001 to 2286
_NUMERIC = re.compile(
    r"(?<!\d)((?:19|20)\d\d)[-/.年]\s?(\d{1,2})(?:[-/.月]\s?(\d{1,2})日?)?(?!\d)"
    r"(?:[T\s]{1,3}(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?\s?(Z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_WORDED = re.compile(
    rf"(?:{_MONTH}\s+(\d{{1,2}})(?:st|nd|rd|th)?,?|(\d{{1,2}})\s+{_MONTH},?)\s+((?:19|20)\d\d)",
    re.IGNORECASE | re.ASCII,
)


def published(words: str, zone: str = CHINA) -> Published | None:
    """The first date in these words; one without an offset is of ``zone``. Relative ones ("昨天") tell nothing."""
    words = " ".join(words[:LONGEST].split())
    try:
        if _EPOCH.match(words):
            return _sane(datetime.fromtimestamp(int(words[:10]), UTC), Precision.SECOND, zone)
        if found := _NUMERIC.search(words):
            return _numeric(found, zone)
        if named := _WORDED.search(words):
            month, day = (named[1], named[2]) if named[1] else (named[4], named[3])
            at = datetime(int(named[5]), _MONTHS.index(month[:3].lower()) + 1, int(day), tzinfo=ZoneInfo(zone))
            return _sane(at, Precision.DAY, zone)
    except (ValueError, OverflowError):  # the 31st of February
        return None
    return None


def _numeric(found: re.Match[str], zone: str) -> Published | None:
    year, month, day, hour, minute, second, offset = found.groups()
    numbers = (int(part or least) for part, least in ((year, 1), (month, 1), (day, 1), (hour, 0), (minute, 0)))
    at = datetime(*numbers, int(second or 0), tzinfo=_offset(offset) if offset else ZoneInfo(zone))  # type: ignore[misc,arg-type]
    precision = (
        Precision.SECOND if second else Precision.MINUTE if minute else Precision.DAY if day else Precision.MONTH
    )
    return _sane(at, precision, zone)


def _sane(at: datetime, precision: Precision, zone: str) -> Published | None:
    return Published(at, precision, zone) if at.year in YEARS else None


def _offset(words: str) -> timezone:
    if words == "Z":
        return UTC
    hours, minutes = int(words[1:3]), int(words[-2:])
    return timezone((-1 if words[0] == "-" else 1) * timedelta(hours=hours, minutes=minutes))

"""When a page was published: what its head says, what it shows beside its title, what its address says; never more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from html import escape
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from ingest.model import Precision, Published
from ingest.sites.web.head import Head
from ingest.sites.web.libraries import visible_date

_BEIJING = timezone(timedelta(hours=8))
_EARLIEST = 1990
_SHORT = 30
_METAS = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "pubdate",
    "publishdate", "publish_date", "publish-date", "publication_date", "article.published", "dc.date.issued",
    "dcterms.created", "dc.date", "og:release_date", "article:create_at", "weibo:article:create_at",
    "firstpublishedtime",
    "apub:time", "sailthru.date", "parsely-pub-date", "citation_publication_date", "citation_date",
    "bytedance:published_time", "contentpubdate",
)  # fmt: skip
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK = (
    r"(?:[T\s　,，日|]{0,6}(?:at\s)?(\d{1,2})\s?[:：]\s?(\d{2})(?:\s?[:：]\s?(\d{2}))?(?:\.\d+)?\s*([ap]\.?m\b)?)?"
    r"\s*(Z\b|[+-]\d{2}:?\d{2}\b)?"
)
_NUMBERS = re.compile(
    r"(?<![\d.])((?:19|20)\d\d)\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})(?!\d)\s?日?"
    r"(?:\s*[(（]?(?:星期|周)[一二三四五六日天][)）]?)?" + _CLOCK
)
_COMPACT = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(\d{2})(\d{2})" + r"(?:T(\d{2})(\d{2})(\d{2})?)?()\s*(Z\b|[+-]\d{2}:?\d{2}\b)?(?!\d)"
)
_NAME = r"(jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.?"
_MONTH_FIRST = re.compile(rf"\b{_NAME}\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+((?:19|20)\d\d)\b" + _CLOCK, re.IGNORECASE)
_DAY_FIRST = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+{_NAME},?\s+((?:19|20)\d\d)\b" + _CLOCK, re.IGNORECASE)
_MONTH = re.compile(rf"(?:^|\b){_NAME}\s+((?:19|20)\d\d)$|^((?:19|20)\d\d)\s?年\s?(\d{{1,2}})\s?月$", re.IGNORECASE)
_IN_URL = re.compile(r"/((?:19|20)\d\d)[-/_]?(\d{2})[-/_]?(\d{2})(?=[/_.-]|$)")
_NOT_A_BYLINE = re.compile(r"今天|今日|当前时间|现在是|农历|today is|[。！？；]|，\S", re.IGNORECASE)
_CHANGED = re.compile(
    r"(?:最后|最近)(?:更新|修改|编辑)|(?:更新|修改)(?:于|时间|日期)?\s*[:：]|(?:last )?(?:updated|modified|edited)",
    re.IGNORECASE,
)


def published(
    head: Head, region: list[str], times: list[HtmlElement], url: str | None, chinese: bool
) -> Published | None:
    """When the essay was published; ``region`` are the lines around the title, ``times`` the time elements there."""
    told = [head.told("datePublished"), *(head.meta(name) for name in _METAS), head.told("dateCreated")]
    shown = [one.get("datetime") or "" for one in times]
    shown += [
        line for line in region if not _NOT_A_BYLINE.search(line) and ("发布" in line or not _CHANGED.search(line))
    ]
    found = [one for said in told if said and (one := dated(said, chinese, whole=True))]
    found += [one for said in shown if said and (one := dated(said, chinese))]
    if not found:
        return _in_address(url, chinese) or _month(shown, chinese) or _corroborated(shown, chinese)
    same_day = (one for one in found if one.at.astimezone(_BEIJING).date() == found[0].at.astimezone(_BEIJING).date())
    exact = max(same_day, key=lambda one: (one.precision in (Precision.SECOND, Precision.MINUTE), one is found[0]))
    return found[0] if found[0].precision is not Precision.DAY else exact


def dated(said: str, chinese: bool, *, whole: bool = False) -> Published | None:
    """The first date in a text; ``whole`` when the text is nothing but a date."""
    for found in _dates(said[:200], compact=whole):
        return _made(found, chinese)
    return None


def _dates(said: str, compact: bool) -> Iterator[tuple[str, ...]]:
    if found := _NUMBERS.search(said):
        yield tuple(part or "" for part in found.groups())
    if compact and (found := _COMPACT.search(said)):
        yield tuple(part or "" for part in found.groups())
    if found := _MONTH_FIRST.search(said):
        month, day, year, *rest = (part or "" for part in found.groups())
        yield (year, month, day, *rest)
    if found := _DAY_FIRST.search(said):
        day, month, year, *rest = (part or "" for part in found.groups())
        yield (year, month, day, *rest)


def _made(parts: tuple[str, ...], chinese: bool) -> Published | None:
    """A time from year, month, day, hour, minute, second, half of the day and zone, as far as they are there."""
    year, month, day, hour, minute, second, half, zone = parts
    number = _MONTHS.index(month[:3].lower()) + 1 if month[:1].isalpha() else int(month)
    hours = int(hour or 0) % 12 + 12 * half.lower().startswith("p") if half else int(hour or 0)
    offset = _offset(zone, chinese)
    precision = Precision.SECOND if second else Precision.MINUTE if minute else Precision.DAY
    if offset is None:  # a time of nobody knows where is a day
        precision, hours, minute, second, offset = Precision.DAY, 0, "", "", UTC
    try:
        at = datetime(int(year), number, int(day), hours, int(minute or 0), int(second or 0), tzinfo=offset)
    except ValueError:
        return None
    if at.year < _EARLIEST or at > datetime.now(UTC) + timedelta(days=1):
        return None
    return Published(at, precision, _calendar(at, chinese))


def _offset(zone: str, chinese: bool) -> timezone | None:
    if not zone:
        return _BEIJING if chinese else None
    if zone == "Z":
        return UTC
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    shift = timedelta(hours=hours, minutes=minutes)
    return timezone(-shift if zone[0] == "-" else shift) if hours < 15 and minutes < 60 else None


def _calendar(at: datetime, chinese: bool) -> str:
    """The zone whose calendar the page uses; only whole hours have a name that says no more than they do."""
    shift = at.utcoffset() or timedelta()
    if chinese or shift == timedelta(hours=8):
        return "Asia/Shanghai"
    hours = shift.total_seconds() / 3600
    return f"Etc/GMT{-int(hours):+d}" if hours and hours.is_integer() and -12 <= hours <= 14 else "UTC"


def _in_address(url: str | None, chinese: bool) -> Published | None:
    """The day that the path of the page's own address holds, as news sites write it."""
    try:
        found = _IN_URL.search(urlsplit(url or "").path)
    except ValueError:
        return None
    return dated("-".join(found.groups()), chinese) if found else None


def _month(lines: list[str], chinese: bool) -> Published | None:
    """A line that is a month and a year."""
    for found in filter(None, (_MONTH.search(line) for line in lines if len(line) <= _SHORT)):
        name, year, year_too, number = found.groups()
        day = _made((year or year_too, name or number, "1", "", "", "", "", ""), chinese)
        return replace(day, precision=Precision.MONTH) if day else None
    return None


def _corroborated(lines: list[str], chinese: bool) -> Published | None:
    """What htmldate reads in the lines around the title, where its day stands in them and can't be taken for a month.

    It isn't asked about the whole page: there it takes dates of assets and of neighbours, and makes up missing days.
    """
    words = "\n".join(lines)
    if not any(char.isdigit() for char in words):
        return None
    found = visible_date(f"<html><body><p>{escape(words)}</p></body></html>")
    if not found:
        return None
    year, month, day = map(int, found.split("-"))
    numbers = {int(number) for number in re.findall(r"\d{1,4}", words)}
    spelled = bool(re.search(r"[^\W\d_]{3}", words)) and month not in numbers
    told = {year, day} <= numbers and (spelled or (month in numbers and (day > 12 or day == month)))
    return dated(found, chinese) if told else None

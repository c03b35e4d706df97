"""Written dates → when something was published, exact to what was written. Nothing else here reads them.

``published`` reads the first date in words, as pages sign their articles; ``whole`` a value that must be a date and
nothing else: of a feed, a meta element, front matter, a script, a sheet. Both share one table of expressions, which
see the words after NFKC, on one line, with Chinese numbers and clocks as digits.

Unsure is None, never a guess:

- **Zone.** A clock is of the zone that is written with it, else of the page's or source's. ``CST`` is China's; where
  the zone isn't, nobody knows whose it is. A clock of nobody knows where (no zone is given) makes a day. A day is one
  in the page's calendar, whatever zone stands behind it.
- **Precision.** Second, minute, day, month or year, as it was written; fractions of seconds are left out. An hour
  without minutes, and one that its part of the day doesn't settle (晚上12:00), make a day.
- **Implausible.** What is before 1990 or later than 48 hours from now, a day or clock that never was (30 February,
  25:00), a zone that isn't (+99:00).
- **Unsure.** A day and month that can be exchanged (03/05/2024; 25/12/2024 can't), a date without its year, a clock
  without its date, a relative date (昨天), an issue (2024年第3期), a range of months (2024年3-5月), a lunar date.
- **Alone.** Digits without anything between them (an epoch, 20240305, 2024), and a month or year of digits (2024-03),
  count where they are all there is: in words they are numbers, versions, identifiers.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from ingest.model import Precision, Published

CHINA = "Asia/Shanghai"
FIRST_YEAR = 1990
AHEAD = timedelta(hours=48)
"""How far a clock may be wrong; a later date is an error of its source."""
LONGEST = 200  # characters; a date that begins behind them is not looked for

_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
_SIGNS = str.maketrans(dict.fromkeys("‐–—−", "-"))
_DIGITS = dict(zip("〇○零一二三四五六七八九", "000123456789", strict=True))
_TENS = {"十": "1", "廿": "2", "卅": "3"}
_HAN_YEAR = re.compile("[〇○零一二三四五六七八九]{4}(?![〇○零一二三四五六七八九十])")
_HAN_NUMBER = re.compile("([二三四五])?([十廿卅])([一二三四五六七八九])?(?=[月日号號时時点點分秒])"
                         "|[〇零]?([〇零一二三四五六七八九])(?=[月日号號时時点點分秒])")  # fmt: skip
_HAN_CLOCK = re.compile(r"(\d{1,2})\s?[时時点點]\s?(\d{1,2})(?!\d)\s?分?(?:\s?(\d{1,2})\s?秒)?", re.ASCII)

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_HALVES = {  # part of the day: the hours that it may mean
    "am": range(12), "pm": range(12, 24), "上午": range(12), "下午": range(12, 24), "午后": range(12, 19),
    "凌晨": range(7), "清晨": range(4, 10), "早晨": range(4, 12), "早上": range(4, 12), "中午": range(11, 15),
    "傍晚": range(16, 21), "晚上": range(17, 24), "晚间": range(17, 24), "深夜": range(21, 24),
}  # fmt: skip
_ZONES = {  # hours ahead of UTC
    "z": 0, "utc": 0, "ut": 0, "gmt": 0, "cst": 8, "bjt": 8, "北京时间": 8, "hkt": 8, "sgt": 8, "jst": 9, "kst": 9,
    "est": -5, "edt": -4, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "cet": 1, "cest": 2,
}  # fmt: skip

_NAME = (
    r"\b(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![a-z])\.?"
)
_YEAR, _MONTH, _DAY = r"(?P<year>\d{4})", r"(?P<month>\d{1,2})", r"(?P<day>\d{1,2})"
_TH = r"(?:st|nd|rd|th)?"
_WEEKDAY = (
    r"[\s,(]{0,2}(?:(?:星期|礼拜|禮拜|[周週])[一二三四五六日天]"
    r"|\b(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?\b\.?)[\s,)]{0,2}"
)
_HALF = rf"{'|'.join(half for half in _HALVES if not half.isascii())}|[ap]\.?m\.?"
_CLOCK = (
    rf"(?:(?P<half>{_HALF})\s?)?(?P<hour>\d{{1,2}})"
    r"(?:\s?:\s?(?P<minute>\d\d)(?:\s?:\s?(?P<second>\d\d)(?:[.,]\d{1,9})?)?(?![\d:])|(?=\s?[时時点點]|\s?[ap]\.?m\b))"
    r"(?:\s?[时時点點]整?)?(?:\s?(?P<after>[ap]\.?m\b\.?))?"
)
_ZONE = (
    r"(?:\s?\(?(?P<zone>(?:utc|gmt)\s?[+-]\d{1,2}(?::?\d\d)?|[+-]\d\d:?\d\d|(?<=\d)[+-]\d\d"
    rf"|{'|'.join(_ZONES)})(?![\da-z:])\)?(?:\s?\(?[a-z]{{3,4}}\b\)?|\s?\([^()]{{1,40}}\))?)?"
)
_THEN = r"(?:t|\s-\s|[\s,|·・]{0,3}(?:\bat\s)?)"
_TAIL = rf"(?:{_WEEKDAY})?(?:(?P<joint>{_THEN}){_CLOCK})?{_ZONE}"

_IN_WORDS = (
    rf"(?<!\d)(?<!\d[.])(?<!农历)(?<!農曆){_YEAR}\s?(?P<sign>[-/.])\s?{_MONTH}\s?(?P=sign)\s?{_DAY}(?!\d|[.]\d)日?{_TAIL}",
    rf"(?<!\d)(?<!农历)(?<!農曆){_YEAR}\s?年\s?{_MONTH}\s?月\s?{_DAY}(?:\s?[日号號]|(?![\d\u3400-\u9fff])){_TAIL}",
    rf"{_NAME}[\s-]?{_DAY}{_TH}(?:\s?,\s?|[\s/-]){_YEAR}(?!\d){_TAIL}",
    rf"(?<![\d/-]){_DAY}{_TH}(?:\sof)?[\s/-]?{_NAME}(?:\s?,\s?|[\s/-]?){_YEAR}(?!\d){_TAIL}",
    rf"(?<!\d){_DAY}[\s-]{_NAME}[\s-](?P<short>\d\d)(?=\s\d){_TAIL}",
    rf"{_NAME}\s{_DAY}\s(?P<joint>){_CLOCK}{_ZONE}\s{_YEAR}(?!\d)",
    rf"(?<![\d/.-])(?P<one>\d{{1,2}})(?P<sign>[-/.])(?P<two>\d{{1,2}})(?P=sign){_YEAR}(?!\d|[/.-]\d){_TAIL}",
    rf"(?<!\d)(?<!农历)(?<!農曆){_YEAR}\s?年\s?{_MONTH}\s?月(?:份|(?!\s?[\d~至到-]))",
    rf"{_NAME}\s?,?\s?{_YEAR}(?!\d)",
)
_ALONE = (
    r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)"
    rf"(?:(?P<joint>t?)(?P<hour>\d\d):?(?P<minute>\d\d)(?::?(?P<second>\d\d))?)?{_ZONE}",
    r"(?P<epoch>\d{9,10})(?:\.\d{1,9})?",
    r"(?P<epoch>\d{9,10})\d{3}(?:\.\d{1,9})?",
    rf"{_YEAR}\s?[-/.]\s?{_MONTH}",
    rf"{_YEAR}\s?年?",
)
_FLAGS = re.IGNORECASE | re.ASCII
_SEARCHED = tuple(re.compile(shape, _FLAGS) for shape in _IN_WORDS)
_MATCHED = tuple(re.compile(rf"(?:{_WEEKDAY})?(?:{shape})(?:{_WEEKDAY})?", _FLAGS) for shape in (*_IN_WORDS, *_ALONE))


def published(words: str, zone: str | None = CHINA, now: datetime | None = None) -> Published | None:
    """The first date in these words. ``zone`` is the page's, None when nobody knows it; ``now`` is this hour."""
    line = _line(words)
    if (alone := _alone(line)) is not None:
        return _made(alone, zone, now)
    found = [one for shape in _SEARCHED if (one := shape.search(line))]
    return _made(min(found, key=lambda one: one.start()), zone, now) if found else None


def whole(value: object, zone: str | None = CHINA, now: datetime | None = None) -> Published | None:
    """The date that a value is: a string, a number of seconds or milliseconds, or a time that a library has read."""
    if isinstance(value, datetime):
        at = value if value.tzinfo else value.replace(tzinfo=ZoneInfo(zone or "UTC"))
        return _plausible(
            Published(at, Precision.SECOND if value.tzinfo or zone else Precision.DAY, zone or "UTC"), now
        )
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    words = f"{value:.3f}" if isinstance(value, float) else value if isinstance(value, str) else _digits(value)
    found = _alone(_line(words)) if len(words) <= LONGEST else None
    return _made(found, zone, now) if found else None


def _digits(value: int) -> str:
    return str(value) if 0 < value < 10**13 else ""  # Python refuses to write numbers of many digits


def _line(words: str) -> str:
    """The beginning of the words on one line: NFKC, one kind of dash, Chinese numbers and clocks as digits."""
    line = " ".join(words[: 4 * LONGEST].split())[:LONGEST].translate(_INVISIBLE)
    line = " ".join(unicodedata.normalize("NFKC", line).translate(_SIGNS).split())[:LONGEST]
    line = _HAN_YEAR.sub(lambda found: "".join(_DIGITS[char] for char in found[0]), line)
    line = _HAN_NUMBER.sub(_number, line)
    return _HAN_CLOCK.sub(lambda found: ":".join(part.zfill(2) for part in found.groups() if part), line)


def _number(found: re.Match[str]) -> str:
    """十二 is 12, 二十 is 20, 廿五 is 25, 五 is 5."""
    if not found[2]:
        return _DIGITS[found[4]]
    return (_DIGITS[found[1]] if found[1] else _TENS[found[2]]) + (_DIGITS[found[3]] if found[3] else "0")


def _alone(line: str) -> re.Match[str] | None:
    return next((found for shape in _MATCHED if (found := shape.fullmatch(line))), None)


def _made(found: re.Match[str], zone: str | None, now: datetime | None) -> Published | None:
    """What the groups of an expression say; None when there was no such time."""
    parts = {name: part for name, part in found.groupdict().items() if part}
    try:
        told = _epoch(parts, zone) if "epoch" in parts else _calendar(parts, zone)
    except (ValueError, OverflowError, OSError):
        return None
    return _plausible(told, now) if told else None


def _plausible(told: Published, now: datetime | None) -> Published | None:
    first = datetime(FIRST_YEAR, 1, 1, tzinfo=ZoneInfo(told.zone))
    return told if first <= told.at <= (now or datetime.now(UTC)) + AHEAD else None


def _epoch(parts: dict[str, str], zone: str | None) -> Published:
    return Published(datetime.fromtimestamp(int(parts["epoch"]), UTC), Precision.SECOND, zone or "UTC")


def _calendar(parts: dict[str, str], zone: str | None) -> Published | None:
    """Raises ``ValueError`` for a day, a clock or a zone that never was."""
    year, month, day = _day(parts)
    at = datetime(year, month, day, tzinfo=ZoneInfo(zone or "UTC"))
    precision = next(
        level for level, told in ((Precision.DAY, {"day", "one"}), (Precision.MONTH, {"month", "name"}),
                                  (Precision.YEAR, {"year"})) if told & parts.keys()
    )  # fmt: skip
    own = _offset(parts, zone)
    clock = _clock(parts)
    if clock is None or (own is None and zone is None):
        return Published(at, precision, zone or "UTC")
    at = datetime(year, month, day, *clock, tzinfo=own or at.tzinfo)
    return Published(at, Precision.SECOND if "second" in parts else Precision.MINUTE, zone or _named(at))


def _day(parts: dict[str, str]) -> tuple[int, int, int]:
    """Year, month and day; the first month and day where none is told. Raises ``ValueError`` for an unsure one."""
    short = parts.get("short")
    year = int(parts["year"]) if short is None else int(short) + (1900 if int(short) > 68 else 2000)
    if "one" in parts:
        one, two = int(parts["one"]), int(parts["two"])
        if one != two and one <= 12 and two <= 12:
            raise ValueError("day and month can be exchanged")
        return (year, one, two) if two > 12 else (year, two, one)
    month = _MONTHS.index(parts["name"][:3].lower()) + 1 if "name" in parts else int(parts.get("month", 1))
    return year, month, int(parts.get("day", 1))


def _clock(parts: dict[str, str]) -> tuple[int, int, int] | None:
    """The hour of 24, minute and second; None when they aren't told, or the part of the day leaves them unsure."""
    if "hour" not in parts:
        return None
    hour = int(parts["hour"])
    datetime(2000, 1, 1, hour, int(parts.get("minute", 0)), int(parts.get("second", 0)), tzinfo=UTC)
    halves = [parts[name].lower().replace(".", "") for name in ("half", "after") if name in parts]
    meant = {hour} if not halves or hour > 12 else {hour, (hour + 12) % 24}
    for half in halves:
        meant &= set(_HALVES[half])
    if len(meant) != 1 or "minute" not in parts:
        return None
    return meant.pop(), int(parts["minute"]), int(parts.get("second", 0))


def _offset(parts: dict[str, str], zone: str | None) -> tzinfo | None:
    """The zone that is written with a clock; None when there is none, or nobody knows whose it is."""
    words = parts.get("zone", "").lower().replace(" ", "")
    if not words or (words == "cst" and zone != CHINA):
        return None
    if words in _ZONES:
        return timezone(timedelta(hours=_ZONES[words]))
    digits = words.removeprefix("utc").removeprefix("gmt")
    is_range = digits == words and digits[0] == "-" and not _is_stamp(parts)
    if is_range and (":" in digits or len(digits) == 3):  # 08:30-10:00 is when something lasts
        return None
    hours, _, minutes = digits[1:].partition(":") if ":" in digits or len(digits) < 5 else (digits[1:3], "", digits[3:])
    shift = timedelta(hours=int(hours), minutes=int(minutes or 0))
    if int(hours) > 14 or int(minutes or 0) > 59:
        raise ValueError("no zone is so far from UTC")
    return timezone(-shift if digits[0] == "-" else shift)


def _is_stamp(parts: dict[str, str]) -> bool:
    """Whether a clock is written as machines write it."""
    return "second" in parts or parts.get("joint", "").lower() == "t"


def _named(at: datetime) -> str:
    """The calendar of a time whose page has none: a zone of whole hours has a name that says no more than they do."""
    hours = (at.utcoffset() or timedelta()).total_seconds() / 3600
    if hours == 8:
        return CHINA
    return f"Etc/GMT{-int(hours):+d}" if hours and hours.is_integer() and -12 <= hours <= 14 else "UTC"

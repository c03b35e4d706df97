"""The front matter of Markdown: values as they are spelled, never a surprise of YAML's types, and never a bomb."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from ingest.model import Precision, Published
from ingest.text import clean

ZONE = "Asia/Shanghai"
MAX_CHARACTERS = 20_000
MAX_DEPTH = 8
YEARS = range(1000, 2101)  # what lies outside was not published then

KEYS = {
    "title": ("title", "标题", "题目"),
    "author": ("author", "authors", "作者", "文"),
    "account": ("account", "公众号", "公众号名称"),
    "url": ("url", "link", "permalink", "sourceurl", "链接", "原文链接", "网址"),
    "date": ("published", "publishedat", "publishdate", "pubdate", "datepublished", "date", "发布时间", "发布日期",
             "发表时间", "发表日期", "日期", "时间"),
}  # fmt: skip
_OTHER_KEYS = {"tags", "categories", "description", "summary", "layout", "slug", "draft", "cover", "keywords", "标签"}
_KNOWN = _OTHER_KEYS.union(*KEYS.values())

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_LINE = re.compile(r"(?P<key>[^\s:：#\-\[{&*!|>'\"%@`][^:：\n]{0,30}?)[ \t]{0,3}(?:[:](?=\s|\Z)|：)[ \t]*(?P<value>.*)")
_COLON_IN_VALUE = re.compile(
    r"^(?P<key>[^\s:#-][^:\n]{0,30}):[ \t]+(?P<value>[^\s'\"\[{|>&*!\n][^\n]*:[^\n]*)$", re.MULTILINE
)
_NESTED = re.compile(rf"[\[{{][\s\[{{]{{{MAX_DEPTH},}}|[&*][A-Za-z0-9]+[^\n]*\[\s*\*")
_ITEM = re.compile(r"[ \t]*-[ \t]+(?P<value>\S.*)")
_QUOTES = re.compile(r"\A(['\"])(.*)\1\Z")
_NONE = {"", "~", "null", "none"}
_DATE = re.compile(
    r"(?P<year>\d{4})(?:年|(?:[-/.年](?P<month>\d{1,2})(?:月|(?:[-/.月](?P<day>\d{1,2})日?)?)))?"
    r"(?:(?:T|\s{1,4})(?P<hour>\d{1,2})[:：时点](?P<minute>\d{1,2})分?(?:[:：]?(?P<second>\d{1,2})(?:[.,]\d{1,9})?秒?)?)?"
    r"\s{0,2}(?P<offset>Z|UTC|GMT|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What front matter says, and the characters that it takes up: ``raw`` within the first ``length`` of the text."""

    raw: str
    length: int
    title: str | None
    author: str | None
    account: str | None
    url: str | None
    published: Published | None


def front_matter(text: str) -> FrontMatter | None:
    """The front matter that a text begins with; None when there is none, or none that is understood."""
    found = _FRONT.match(text)
    if not found or len(found[1]) > MAX_CHARACTERS:
        return None
    given = _values(found[1])
    if given is None:
        return None
    values = {_key(key): value for key, value in given.items()}
    if not _KNOWN & values.keys():
        return None
    words = {name: next(_all(values, keys), None) for name, keys in KEYS.items()}
    url = words["url"]
    return FrontMatter(
        raw=found[1],
        length=found.end(),
        title=words["title"],
        author=words["author"],
        account=words["account"],
        url=url if url and re.match(r"https?://\S+\Z", url) else None,
        published=next(filter(None, map(parse_date, _all(values, KEYS["date"]))), None),
    )


def parse_date(words: str) -> Published | None:
    """A date as people write it, exact to what they wrote; None when there is no such day or it is absurd."""
    found = _DATE.fullmatch(words.strip())
    if not found or int(found["year"]) not in YEARS or (found["hour"] and not found["day"]):
        return None
    precision = next(
        precision
        for part, precision in (("second", Precision.SECOND), ("minute", Precision.MINUTE), ("day", Precision.DAY),
                                ("month", Precision.MONTH), ("year", Precision.YEAR))
        if found[part]
    )  # fmt: skip
    parts = [int(found[part] or least) for part, least in
             (("year", 1), ("month", 1), ("day", 1), ("hour", 0), ("minute", 0), ("second", 0))]  # fmt: skip
    try:
        zone = _offset(found["offset"]) if found["offset"] else ZoneInfo(ZONE)
        return Published(datetime(*parts, tzinfo=zone), precision, ZONE)  # type: ignore[misc,arg-type]
    except (ValueError, OverflowError):
        return None


def _offset(words: str) -> timezone:
    digits = re.search(r"([+-])(\d{1,2}):?(\d{2})?", words)
    if not digits:
        return timezone.utc  # noqa: UP017
    hours, minutes = int(digits[2]), int(digits[3] or 0)
    if hours > 14 or minutes > 59:
        raise ValueError(words)
    return timezone((1 if digits[1] == "+" else -1) * timedelta(hours=hours, minutes=minutes))


def _key(key: object) -> str:
    return re.sub(r"[\s_-]", "", str(key)).casefold()


def _all(values: dict[str, Any], keys: tuple[str, ...]) -> Iterator[str]:
    for key in keys:
        if words := _words(values.get(key)):
            yield words


def _words(value: object) -> str | None:
    """A value in one line: a list's parts joined, a person's name instead of all that is known of them."""
    if isinstance(value, list):
        return "、".join(filter(None, map(_words, value))) or None
    if isinstance(value, dict):
        return next((words for key in ("name", "姓名", "名字") if (words := _words(value.get(key)))), None)
    words = " ".join(clean(str(value or "")).split())
    return None if words.casefold() in _NONE else words


def _values(raw: str) -> dict[Any, Any] | None:
    """The mapping; from its lines when it is no YAML; None when it is neither, or made to be costly."""
    if _is_costly(raw):
        return None
    for form in (raw, _COLON_IN_VALUE.sub(_quoted, raw)):
        try:
            values = yaml.load(form, Loader=yaml.BaseLoader)  # noqa: S506  it makes strings, lists and mappings only
        except (yaml.YAMLError, ValueError, OverflowError):
            continue
        if isinstance(values, dict):
            return values
    return _lines(raw)


def _is_costly(raw: str) -> bool:
    """Whether it nests deeply or has aliases; looked at event by event, so that it costs nothing to find out."""
    depth = 0
    try:
        for event in yaml.parse(raw, Loader=yaml.BaseLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH or isinstance(event, yaml.AliasEvent):
                return True
    except (yaml.YAMLError, ValueError, OverflowError):
        return _NESTED.search(raw) is not None
    return False


def _quoted(line: re.Match[str]) -> str:
    """A line whose value has a colon of its own, with the value in quotes."""
    return f"{line['key']}: '{line['value'].replace(chr(39), chr(39) * 2)}'"


def _lines(raw: str) -> dict[Any, Any] | None:
    """``key: value`` line by line, lists of ``- item`` below a key; None when a line is neither."""
    values: dict[Any, Any] = {}
    key = ""
    for line in raw.split("\n"):
        pair, item = _LINE.fullmatch(line), _ITEM.fullmatch(line)
        if pair:
            key = pair["key"]
            values[key] = _unquoted(pair["value"])
        elif item and key:
            values[key] = [*(values[key] if isinstance(values[key], list) else []), _unquoted(item["value"])]
        elif line.strip() and not line.lstrip().startswith("#") and not (key and line[0] in " \t"):
            return None
    return values or None


def _unquoted(value: str) -> str:
    return _QUOTES.sub(r"\2", value.strip())

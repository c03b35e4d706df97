"""The front matter of Markdown: values as they are spelled, never a surprise of YAML's types, and never a bomb."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from ingest import dates
from ingest.model import Published
from ingest.text import clean

MAX_CHARACTERS = 20_000
MAX_DEPTH = 8

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
        published=next(filter(None, map(dates.whole, _all(values, KEYS["date"]))), None),
    )


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

"""The values that a page's scripts hold, read as literals; nothing is ever run.

Two places matter: ``window.cgiDataNew = {…}``, an object literal, on pages since 2025; and assignments such as
``var biz = "" || "Mz…"``, ``window.ct = '…'``, ``d.title = xml ? getXmlValue('…') : '…'`` on all. Half of the
assignments start with an empty string, and the same names are assigned other things elsewhere
(``var mid = start + end >> 1``), so a value is the first string of an assignment that isn't empty, and the first
assignment that has one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from html import unescape as entity
from typing import TypeAlias

from ingest.markup.outline import Script
from ingest.text import storable

_DOUBLE = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_SINGLE = r"'[^'\\]*+(?:\\.[^'\\]*+)*+'"
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_PLAIN = {"n": "\n", "r": "\r", "t": "\t", "b": "", "f": "", "v": "", "0": "", "\n": ""}

_DATA = re.compile(r"cgiDataNew\s{0,9}=\s{0,9}\{")
_LIBRARY = 1_000_000  # characters; a longer script is the same on all pages and holds nothing of this one
_PREFIXES = ("var ", "window.", "d.", "_g.")
_MOST_ASSIGNMENTS = 200
_VARIABLES = (
    *("ContentNoEncode", "TextContentNoEncode", "_copyright_stat", "alias", "appmsgid", "author", "biz", "bizuin"),
    *("content_noencode", "copyright_stat", "createTime", "create_time", "ct", "desc", "idx", "is_paid"),
    *("is_pay_subscribe", "item_show_type", "itemidx", "link", "mid", "msg_link", "msg_source_url", "msg_title"),
    *("nick_name", "nickname", "oriCreateTime", "ori_create_time", "ori_send_time", "reprint_url", "share_notice"),
    *("sn", "source_biz", "source_encode_biz", "source_idx", "source_mid", "source_url", "svr_time", "title"),
    *("user_name", "videoContentNoEncode"),
)
"""The names that are looked for; no page is searched for another one."""
_NAMED = {
    prefix: re.compile(f"{re.escape(prefix)}({'|'.join(sorted(_VARIABLES, reverse=True))})") for prefix in _PREFIXES
}
_WITHIN = {name: [short for short in _VARIABLES if name.startswith(short)] for name in _VARIABLES}
_ASSIGNED = re.compile(r"\s*=\s*(?:\(?\s*xml\s*\?[^:;\n]{0,300}:)?")
_TERM = re.compile(
    rf"[\s(]*(?:(?:htmlDecode|JsDecode)\s*\()?\s*(?:({_DOUBLE}|{_SINGLE})|[A-Za-z_$][\w.$]*(?:\[[^\]\n]{{0,60}}\])?)"
    r"[\s)]*(?:\*\s*1)?(?:\.html\(false\))?\s*(\|\|)?",
    re.DOTALL,
)

_TOKEN = re.compile(rf"\s*(?:({_DOUBLE}|{_SINGLE})|(-?\d[\w.]*)|([A-Za-z_$][\w$.]*)|(\|\||.))", re.DOTALL)
_MEMBER = re.compile(
    rf"\s*([A-Za-z_$][\w$.]*)\s*:\s*(JsDecode\s*\(\s*)?({_DOUBLE}|{_SINGLE})(?(2)\s*\))(\s*\*\s*1)?\s*(?:,|(?=\}}))",
    re.DOTALL,
)
_DEEPEST = 40

_MARKUP = re.compile(r"</?(?:a|b|em|i|img|mp-[a-z-]+|p|section|span|strong|br)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{1,30});", re.ASCII)
_UNSET_JS = re.compile(r"\\x[0-9a-f]{2}|\\n")

Value: TypeAlias = "str | list[Value] | dict[str, Value]"


def js_decoded(literal: str) -> str:
    """The value of a JavaScript string literal, without its quotes. A broken escape stands for itself."""
    if "\\" not in literal:
        return literal
    if literal.count("\\") == literal.count("\\x"):  # Python reads these alike, and quickly
        try:
            return literal.encode("raw_unicode_escape").decode("unicode_escape")
        except UnicodeDecodeError:
            pass  # one is broken
    value = _ESCAPE.sub(_unescaped, literal)
    return storable(value) if "\\u" in literal else value  # two halves may make a character


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else _PLAIN.get(found[3], found[3])


def unescape(words: str) -> str:
    """HTML entities decoded once; only whole ones, since ``&times`` in an address isn't the sign ×."""
    return _ENTITY.sub(lambda found: entity(found[0]), words)


def plain(words: str) -> str:
    """The words of a post without their mark-up; what only looks like mark-up stays."""
    if _UNSET_JS.search(words):
        words = unescape(js_decoded(words))
    words = re.sub(r"<br\s*/?>", "\n", words.replace("\r\n", "\n"), flags=re.IGNORECASE)
    return unescape(_MARKUP.sub("", words))


class Fields:
    """What the scripts of one page say."""

    def __init__(self, scripts: Iterable[Script]) -> None:
        own = [script for script in scripts if "html" not in script.kind]
        self._data = next((one.words for one in own if "cgiDataNew" in one.text and _DATA.search(one.words)), "")
        words = (one.words for one in own if len(one.text) < _LIBRARY)
        self._scripts = "\n".join(one for one in words if one is not self._data)

    @cached_property
    def data(self) -> dict[str, Value]:
        """``window.cgiDataNew``: strings, lists and objects; numbers stay strings. Empty when the page has none."""
        found = _DATA.search(self._data)
        return objects(self._data[found.end() - 1 :]) if found else {}

    def variable(self, *names: str) -> str:
        """The first assignment of a string to one of these names that isn't empty, or an empty string."""
        for name in names:
            for prefix in _PREFIXES:
                for at in self._places[prefix][name]:
                    if value := _assigned(self._scripts, at):
                        return value
        return ""

    @cached_property
    def _places(self) -> dict[str, dict[str, list[int]]]:
        """For each prefix the characters at which each name ends behind it, gathered in one sweep."""
        places: dict[str, dict[str, list[int]]] = {}
        for prefix, pattern in _NAMED.items():
            places[prefix] = {name: [] for name in _VARIABLES}
            for found in pattern.finditer(self._scripts):
                for name in _WITHIN[found[1]]:
                    if len(places[prefix][name]) < _MOST_ASSIGNMENTS:
                        places[prefix][name].append(found.start(1) + len(name))
        return places

    def literal(self, name: str) -> Value:
        """The first list or object that is assigned to ``name`` and isn't empty, or an empty string."""
        for prefix in _PREFIXES:
            at = self._scripts.find(prefix + name)
            if at >= 0 and (start := _ASSIGNED.match(self._scripts, at + len(prefix + name))):
                value = _Literal(self._scripts, start.end()).value(0)
                if value and not isinstance(value, str):
                    return value
        return ""

    def text(self, *names: str) -> str:
        """A field of the data, else a variable; HTML entities decoded once."""
        return unescape(self.raw(*names))

    def part(self, name: str) -> dict[str, Value]:
        """An object inside the data; empty when it is absent."""
        value = self.data.get(name)
        return value if isinstance(value, dict) else {}

    def raw(self, *names: str) -> str:
        """A field of the data, else a variable, as the script has it."""
        for name in names:
            value = self.data.get(name)
            if isinstance(value, str) and value:
                return value
        return self.variable(*names)


def _assigned(script: str, at: int) -> str:
    start = _ASSIGNED.match(script, at)
    at = start.end() if start else at
    while start and (term := _TERM.match(script, at)):
        if term[1] and len(term[1]) > 2:
            return js_decoded(term[1][1:-1])
        if not term[2]:
            break
        at = term.end()
    return ""


def objects(script: str) -> dict[str, Value]:
    """The object literal that a script begins with; what stands before the first thing it can't be is kept."""
    value = _Literal(script, 0).value(0)
    return value if isinstance(value, dict) else {}


class _Literal:
    """Reads one JavaScript literal: objects, lists, strings, numbers, ``JsDecode('…')``, ``'0' * 1``, ``'' || 'x'``."""

    def __init__(self, script: str, at: int) -> None:
        self._script = script
        self._at = at
        self._broken = False

    def value(self, depth: int) -> Value:
        """The value that starts here; an empty string when there is none."""
        result: Value = ""
        parentheses = 0
        while (token := self._peek()) and not self._broken:
            string, number, name, sign = token.groups()
            if sign and sign in ",}];" and not parentheses:
                break
            self._at = token.end()
            if sign in ("{", "["):
                result = self._members(depth + 1) if sign == "{" else self._elements(depth + 1)
            elif sign in ("(", ")"):
                parentheses = max(parentheses + (1 if sign == "(" else -1), 0)
            elif string and not result:
                result = js_decoded(string[1:-1])
            elif number and not result:
                result = number
            elif name in ("true", "false"):
                result = name
        return result

    def _members(self, depth: int) -> dict[str, Value]:
        members: dict[str, Value] = {}
        self._broken = self._broken or depth > _DEEPEST
        while not self._broken:
            if found := _MEMBER.match(self._script, self._at):
                members[found[1]] = js_decoded(found[3][1:-1]) or ("1" if found[4] else "")
                self._at = found.end()
                continue
            if (token := self._next(depth)) is None:
                break
            string, number, name, sign = token.groups()
            if sign == "}":
                break
            if sign == ",":
                continue
            key = name or number or (string or "")[1:-1]
            colon = self._peek()
            if not key or colon is None or colon[4] != ":":
                self._broken = True
                break
            self._at = colon.end()
            members[key] = self.value(depth)
        return members

    def _elements(self, depth: int) -> list[Value]:
        elements: list[Value] = []
        while token := self._peek():
            if self._broken or depth > _DEEPEST:
                self._broken = True
                break
            if token[4] in ("]", ",", "}", ";"):
                self._at = token.end()
                if token[4] != ",":
                    break
                continue
            elements.append(self.value(depth))
        return elements

    def _next(self, depth: int) -> re.Match[str] | None:
        if self._broken or depth > _DEEPEST:
            self._broken = True
            return None
        token = self._peek()
        if token:
            self._at = token.end()
        return token

    def _peek(self) -> re.Match[str] | None:
        return _TOKEN.match(self._script, self._at)

"""Takes the reader's own session keys out of addresses and page bytes, before anything is stored or logged.

A page that was opened in WeChat, and the address it was opened by, hold keys with which anybody can act as that reader
for a while. They stand in addresses (``&pass_ticket=…``, with ``&`` in all its spellings) and in scripts
(``window.appmsg_token = "…"``, ``uin: '…'``). Their values are emptied; nothing else changes.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

SECRETS = (
    "pass_ticket",
    "appmsg_token",
    "exportkey",
    "exportkey_token",
    "poc_token",
    "wxtoken",
    "wap_sid2",
    "cap_sid",
    "slave_sid",
    "session_key",
    "access_token",
    "__second_open_token__",
    "passticket",
    "appmsgtoken",
    "data_ticket",
    "user_uin",
    "__moon_report_uin",
    "uin",
    "key",
)
"""Names of session keys, in lower case; upper and lower case make no difference."""
_COMMON = {b"uin", b"key", b"access_token", b"session_key"}
_OF_A_READER = frozenset(
    {"wx_header", "sharer_shareinfo", "sharer_shareinfo_first", "sharer_shareid", "sharer_sharetime"}
    | {"enterid", "clicktime", "devicetype", "nettype", "abtest_cookie", "sessionid"}
)
"""Parameters that are no keys but tell who opened or passed on an address of WeChat, and on what; they only go out of
addresses: in a page's bytes they are everywhere, and bytes are kept as they came where nothing forbids it."""

# Two names are common words; their values tell. A reader's number in an address is base64, while an address with a
# plain number is somebody's public QQ contact. A session key is long and hexadecimal, any other "key" is none of ours.
_KEY = re.compile(rb"[0-9a-fA-F]{32,}\Z")
_UIN_IN_ADDRESS = re.compile(rb"(?=.*[A-Za-z])[\w+/=%-]{6,}\Z")
_SHORTEST = 5  # shorter values ("0", "777") are placeholders

_BEFORE_PARAMETER = re.compile(rb"(?:[?&;]|\\x26|\\u0026|%26|%3[fF])\Z")
_PARAMETER = re.compile(rb"(=)([\w.~+/=*%!-]*)")
_PLAIN_VALUE = re.compile(rb"=([\w.~+/=*%!-]{8,})")  # as in a cookie
_RUN = re.compile(rb"[^&;\s\"'`]*")
_LAST_DIGIT = re.compile(rb".*\d", re.DOTALL)
_HOSTS = ("weixin.qq.com", ".qpic.cn", ".qlogo.cn")  # of WeChat's pages and pictures
_WECHAT_URL = re.compile(rb"weixin\.qq\.com/[^\s\"'<>]*\Z")
_URL_BEFORE = 1500  # bytes in which the host of an address stands before its parameter
_ENCODED_PARAMETER = re.compile(rb"(%3[dD])((?:(?!%26|%23)[\w.~+*%!-])*)")

_STRING = rb"""\\?"[^"\\\n]*+\\?"|\\?'[^'\\\n]*+\\?'"""
_TERM = rb"(?:(?:JsDecode|htmlDecode)\((?:" + _STRING + rb")\)|[\w.$]+\[(?:" + _STRING + rb")\]|" + _STRING + rb")"
_CHOICE = rb"(?:\(?xml[ \t]*\?[^:;\n]{0,200}:[ \t]*)?\(?"  # xml ? getXmlValue('…') : '…'
_FIELD = re.compile(
    rb"""\\?["']?\]?[ \t]*(?:[:=]|value[ \t]*=)[ \t]*"""
    + _CHOICE
    + rb"("
    + _TERM
    + rb"(?:[ \t]*\|\|[ \t]*"
    + _TERM
    + rb")*+)"
)
_NUMBER = re.compile(rb"""\\?["']?\]?[ \t]*[:=][ \t]*(\d{5,})""")
_VALUE = re.compile(rb"(\[?)(?:" + _STRING + rb")")

_SEPARATOR = re.compile(r"(&(?:amp;)*|\\x26(?:amp;)*|\\u0026)")
_WORD = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$")


def redact(data: bytes) -> bytes:
    """The bytes with every session key emptied; ``redact(redact(x)) == redact(x)``, in linear time."""
    spans: list[tuple[int, int]] = []
    lower = data.lower()
    for name in SECRETS:
        spans += _spans(data, lower, name.encode())
    if not spans:
        return data
    parts: list[bytes] = []
    at = 0
    for start, end in sorted(spans):
        if start >= at:
            parts.append(data[at:start])
        at = max(at, end)
    parts.append(data[at:])
    return b"".join(parts)


def redact_words(words: str) -> str:
    """A person's words with the session keys emptied in the addresses of WeChat that are printed among them."""
    if "=" not in words or "weixin.qq.com" not in words:
        return words
    return redact(words.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")


def redact_url(url: str) -> str:
    """The address without session parameters, also in addresses that it carries as a parameter."""
    address, hash_, fragment = url.partition("#")
    path, mark, query = address.partition("?")
    of_wechat = any(name in url for name in _HOSTS)
    kept: list[str] = []
    pieces = _SEPARATOR.split(query)
    for separator, parameter in zip(["", *pieces[1::2]], pieces[::2], strict=True):
        name, equals, value = parameter.partition("=")
        if _is_secret(unquote(name), unquote(value).encode(), of_wechat):
            continue
        kept.append((separator if kept else "") + name + equals + _redact_carried(value))
    query = "".join(kept)
    fragment = redact_url("?" + fragment)[1:] if "=" in fragment and "?" not in fragment else fragment
    return path + (mark if query else "") + query + (hash_ if fragment else "") + fragment


def _redact_carried(value: str) -> str:
    """An address inside an address is encoded once more than its carrier."""
    if not value.lower().startswith(("http%3a", "https%3a")):
        return value
    carried = unquote(value)
    clean = redact_url(carried)
    return value if clean == carried else quote(clean, safe="")


def _is_secret(name: str, value: bytes, of_wechat: bool) -> bool:
    name = name.lower()
    if name not in SECRETS:
        return of_wechat and name in _OF_A_READER
    if name == "key":
        return of_wechat or _KEY.match(value) is not None
    if name in {"access_token", "session_key"}:
        return len(value) >= _SHORTEST
    return name != "uin" or of_wechat or _UIN_IN_ADDRESS.match(value) is not None


def _spans(data: bytes, lower: bytes, name: bytes) -> list[tuple[int, int]]:
    """The ranges of the values of one name, which is looked for in the bytes in lower case."""
    found: list[tuple[int, int]] = []
    digits = _Digits(data)
    at = lower.find(name)
    while at >= 0:
        after = at + len(name)
        spans, after = _values(data, name, at, after, digits)
        found += spans
        at = lower.find(name, after)
    return found


class _Digits:
    """Whether a digit is ahead in a run of characters. Runs are gone through once, from left to right."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._end = self._last = -1

    def ahead(self, at: int) -> bool:
        if at >= self._end:
            run = _RUN.match(self._data, at)
            assert run is not None  # it matches the empty run too
            self._end = run.end()
            last = _LAST_DIGIT.match(run[0])
            self._last = at + last.end() - 1 if last else -1
        return self._last >= at


def _values(data: bytes, name: bytes, at: int, after: int, digits: _Digits) -> tuple[list[tuple[int, int]], int]:
    """The ranges of the values behind one occurrence of a name, and where to go on."""
    before = data[max(at - 6, 0) : at]
    if _BEFORE_PARAMETER.search(before):
        pattern = _ENCODED_PARAMETER if data.startswith((b"%3d", b"%3D"), after) else _PARAMETER
        if parameter := pattern.match(data, after):
            of_wechat = _WECHAT_URL.search(data[max(at - _URL_BEFORE, 0) : at]) is not None
            told = of_wechat or _tells(name, parameter[2], _UIN_IN_ADDRESS)
            return [parameter.span(2)] if told else [], parameter.end()
    if before[-1:] and before[-1] in _WORD:
        return [], after
    if field := _FIELD.match(data, after):
        spans = []
        for value in _VALUE.finditer(data, field.start(1), field.end(1)):
            inside = value[0].strip(b"\\\"'")
            if not value[1] and _tells(name, inside, None):
                start = value.start() + value[0].index(inside)
                spans.append((start, start + len(inside)))
        return spans, field.end()
    if name != b"key" and (number := _NUMBER.match(data, after)):
        return [number.span(1)], number.end()
    # Without a digit it is a variable.
    if name not in _COMMON and digits.ahead(after) and (plain := _PLAIN_VALUE.match(data, after)):
        return [plain.span(1)], plain.end()
    return [], after


def _tells(name: bytes, value: bytes, uin: re.Pattern[bytes] | None) -> bool:
    if name == b"key":
        return _KEY.match(value) is not None
    if name == b"uin" and uin is not None:
        return uin.match(value) is not None
    return len(value) >= _SHORTEST

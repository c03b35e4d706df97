"""The forms of an article's address, and the identity that some of them hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote, unquote

from ingest.model import Address
from ingest.urls.normalise import split

NAME = "wechat"
HOSTS = frozenset({"mp.weixin.qq.com"})

_ORIGIN = "https://mp.weixin.qq.com"
_PARAMETERS = r"[A-Za-z_]\w*=[\w.~%+/=*!-]*(?:(?:&(?:amp;)*|\\x26(?:amp;)*|\\u0026)[A-Za-z_]\w*=[\w.~%+/=*!-]*)*"

LINK = re.compile(
    r"(?:(?i:https?):)?(?:\\?/){2}(?i:mp\.weixin\.qq\.com)\\?/"
    r"(?:s\\?/[A-Za-z0-9_-]{22}(?:\?" + _PARAMETERS + r")?"
    r"|(?:s|mp\\?/appmsg\\?/show)\\?/?\?" + _PARAMETERS + r")"
    r"(?:#(?:wechat_redirect|rd))?",
    re.ASCII,
)
"""A short link ends after 22 characters, whatever stands behind it; a long one at the first character no query has."""

_SHORT = re.compile(r"/s/([A-Za-z0-9_-]{22})", re.ASCII)
_LONG_PATHS = frozenset({"/s", "/s/", "/mp/appmsg/show"})
_CAPTCHA_PATH = "/mp/wappoc_appmsgcaptcha"
_TEMPORARY = ("src", "timestamp", "ver", "signature", "new")
_BIZ = re.compile(r"[A-Za-z0-9+/]{4,64}={0,2}\Z", re.ASCII)
_NUMBER = re.compile(r"0*([1-9]\d{0,18})\Z", re.ASCII)
_SN = re.compile(r"[0-9a-fA-F]{32}\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Identity:
    """What an article is, however it is addressed: account, push, place in the push. ``sn`` is its check digest."""

    biz: str
    mid: str
    idx: str
    sn: str | None = None

    @property
    def native_id(self) -> str:
        return f"{self.biz}/{self.mid}/{self.idx}"

    @property
    def address(self) -> Address:
        """The long form, without anything that belongs to a session."""
        sn = f"&sn={self.sn}" if self.sn else ""
        url = f"{_ORIGIN}/s?__biz={quote(self.biz, safe='=/')}&mid={self.mid}&idx={self.idx}{sn}"
        return Address(f"{NAME}:{self.native_id}", url, NAME)


def made(biz: str, mid: str, idx: str, sn: str = "") -> Identity | None:
    """An identity of these pieces, or None when one of them isn't what it should be. A lost padding is put back."""
    biz = biz.strip().replace(" ", "+")
    biz = biz.rstrip("=") + "=" * (-len(biz.rstrip("=")) % 4)
    number, place = _NUMBER.match(mid.strip()), _NUMBER.match(idx.strip())
    if not _BIZ.match(biz) or not number or not place:
        return None
    return Identity(biz, number[1], place[1], sn.strip().lower() if _SN.match(sn.strip()) else None)


def address(url: str) -> Address | None:
    """The address that this URL is a form of; None when it is no article's.

    Keys: ``wechat:s/<token>``, ``wechat:<biz>/<mid>/<idx>``, and ``wechat:tmp/<digest of the signature>`` for the links
    that a search engine gives out and that die within hours.
    """
    path, query = _parts(url)
    if short := _SHORT.match(path):
        return Address(f"{NAME}:s/{short[1]}", f"{_ORIGIN}/s/{short[1]}", NAME)
    if path == _CAPTCHA_PATH and (target := query.get("target_url")) and _CAPTCHA_PATH not in target:
        return address(target)
    if path not in _LONG_PATHS:
        return None
    if found := _identity(query):
        return found.address
    if query.get("signature") and query.get("timestamp") and query.get("src"):
        digest = sha256(query["signature"].encode()).hexdigest()[:16]
        kept = "&".join(f"{name}={quote(query[name], safe='*-')}" for name in _TEMPORARY if name in query)
        return Address(f"{NAME}:tmp/{digest}", f"{_ORIGIN}/s?{kept}", NAME)
    return None


def identity(url: str) -> Identity | None:
    """The identity that a long link holds."""
    path, query = _parts(url)
    return _identity(query) if path in _LONG_PATHS else None


def is_captcha(url: str | None) -> bool:
    """Whether this is where WeChat sends readers whom it takes for a program."""
    return url is not None and _parts(url)[0] == _CAPTCHA_PATH


def _identity(query: dict[str, str]) -> Identity | None:
    mid = query.get("mid") or query.get("appmsgid") or ""
    idx = query.get("idx") or query.get("itemidx") or ""
    return made(query.get("__biz", ""), mid, idx, query.get("sn") or query.get("sign") or "")


def _parts(url: str) -> tuple[str, dict[str, str]]:
    """Path and parameters of an address on this site, unescaped; nothing when it is of another site."""
    parts = split(url)
    if parts is None or parts.hostname not in HOSTS:
        return "", {}
    query: dict[str, str] = {}
    for name, _, value in (pair.partition("=") for pair in parts.query.split("&")):
        query.setdefault(name, _unquoted(value))
    return parts.path, query


def _unquoted(value: str) -> str:
    """Some tools encode an address twice."""
    value = unquote(value)
    return unquote(value) if re.search(r"%(?:3[dD]|2[bBfF]|3[aA])", value) else value

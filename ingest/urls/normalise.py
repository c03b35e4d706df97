"""One spelling of a URL, one key of any page: host, path and query, without what only tells where a reader came from.

What a site knows of its own URLs is in ``ingest/sites``; ``ingest.sites.known`` asks it first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

from ingest.model import Address
from ingest.redact import redact_url

MAX_URL = 2000
MOST_SPELLINGS = 50
"""Spellings of one address that are kept of one text or page."""
TRACKING = (
    r"(?:utm_\w+|spm(?:_id_from)?|scm|(?:fb|[fgy])clid|msclkid|mc_[ce]id|igshid|vd_source|isappinstalled"
    r"|share_(?:token|from|source|medium|session_id|tag)|wx(?:share|from)\w*|nsukey)"
)
"""Names of parameters that only tell where a reader came from; upper and lower case make no difference."""
SHARED_FROM = frozenset({"singlemessage", "groupmessage", "timeline", "wechat", "weixin"})
"""Values of ``from`` that do; other values may name a page."""
_TRACKING = re.compile(rf"{TRACKING}\Z", re.IGNORECASE)
_ESCAPES = (("\\x26", "&"), ("\\u0026", "&"), ("\\/", "/"), ("&amp;", "&"), ("&amp;", "&"))
_ENCODED = re.compile(r"https?%3A", re.IGNORECASE)
_NAKED = re.compile(r"[\w-]+(?:\.[\w-]+)+/")  # an address without its scheme
_PLACE = re.compile(r"^(?:www|m|wap|mobile|amp)\.")
_SAFE = "/%:@!$&'()*+,;=~-._"


def plain(url: str) -> str:
    """The URL without the escapes of a page's script, of HTML, or of another URL around it."""
    if _ENCODED.match(url):
        url = unquote(url)
    for escaped, character in _ESCAPES:
        url = url.replace(escaped, character)
    return url


@lru_cache(maxsize=256)
def split(url: str) -> SplitResult | None:
    """The parts of a web address in any spelling, its scheme left out or not, its path quoted in one way.

    None when it is no address of the web, or holds a name and password. Every site asks for the same URL in turn.
    """
    url = plain(url.strip())
    if url.startswith("//"):
        url = "https:" + url
    try:
        parts = urlsplit(url if "://" in url[:12] else "https://" + url)
        is_web = parts.scheme.lower() in ("http", "https") and parts.hostname and parts.username is None
    except ValueError:
        return None
    if not is_web:
        return None
    return parts._replace(scheme=parts.scheme.lower(), path=quoted(parts.path))


def quoted(path: str) -> str:
    """A path with the characters quoted that have to be, and no others."""
    return quote(unquote(path), safe=_SAFE)


def normalised(url: str) -> Address | None:
    """The address of a page of any site: scheme, tracking and fragment make no difference; None when it is none."""
    url = "https:" + url if url.startswith("//") else url
    name = host(url)
    if not name or "." not in name:
        return None
    try:
        parts = urlsplit(redact_url(url))
        port = parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or parts.username is not None or parts.password is not None:
        return None
    pairs = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if not _tracks(key, value)]
    place = name if port in (None, 80, 443) else f"{name}:{port}"
    path = quoted(parts.path) or "/"
    query = f"?{urlencode(sorted(pairs))}" if pairs else ""
    shown = parts._replace(scheme=parts.scheme.lower(), netloc=place, fragment="").geturl()
    return Address(f"url:{place}{path.rstrip('/') or '/'}{query}"[:MAX_URL], shown)


def spelled(address: Address | None, url: str) -> Address | None:
    """The address with the URL by which it was met, free of secrets; none that is too long for an address."""
    if address is None:
        return None
    met = redact_url(plain(url.strip()))
    known = met in (address.url, *address.spellings) or len(met) > MAX_URL
    return address if known else replace(address, spellings=(*address.spellings, met))


def distinct(addresses: Iterable[Address | None]) -> tuple[Address, ...]:
    """Each address once, in the order of their first occurrence, with the last one's URL and the spellings of all."""
    found: dict[str, Address] = {}
    for address in filter(None, addresses):
        if (first := found.get(address.key)) and first.spellings:
            met = dict.fromkeys((*first.spellings, *address.spellings))
            address = replace(address, spellings=tuple(met)[:MOST_SPELLINGS])  # noqa: PLW2901
        found[address.key] = address
    return tuple(found.values())


def host(url: str | None) -> str:
    """The host of an address in lower case; empty when it has none."""
    try:
        return (urlsplit(url or "").hostname or "").lower().rstrip(".")
    except ValueError:
        return ""


def absolute(url: str, base: str | None) -> str | None:
    """A link joined to its page; None when it leads nowhere on the web."""
    url = url.strip()
    if _NAKED.match(url) and same_site(url.partition("/")[0].lower(), host(base)):
        url = f"https://{url}"
    try:
        joined = urljoin(base or "", url)
    except ValueError:  # "http://[": not an address that can be joined
        return None
    return joined if joined.lower().startswith(("http://", "https://")) and len(joined) <= MAX_URL else None


def same_site(one: str, other: str) -> bool:
    """Whether two hosts are one, ``www.`` and ``m.`` aside."""
    return bool(one) and _PLACE.sub("", one) == _PLACE.sub("", other)


def _tracks(name: str, value: str) -> bool:
    return bool(_TRACKING.match(name)) or (name == "from" and value in SHARED_FROM)

"""The key of any address: its host, path and query without what only tells where a reader came from."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

from ingest.model import Address
from ingest.redact import redact_url
from ingest.sites import site_of

MAX_URL = 2000
_TRACKING = re.compile(
    r"(?:utm_\w+|spm(?:_id_from)?|scm|[fgy]clid|msclkid|mc_[ce]id|igshid|vd_source|isappinstalled"
    r"|share_(?:token|from|source|medium|session_id|tag)|wx(?:share|from)\w*|nsukey)\Z",
    re.IGNORECASE,
)
_SHARED_FROM = {"singlemessage", "groupmessage", "timeline", "wechat", "weixin"}
_NAKED = re.compile(r"[\w-]+(?:\.[\w-]+)+/")  # an address without its scheme
_PLACE = re.compile(r"^(?:www|m|wap|mobile|amp)\.")


def address(url: str) -> Address | None:
    """The address of a page of any site: scheme, tracking and fragment make no difference; None when it is none."""
    name = host(url)
    if not name or "." not in name:
        return None
    try:
        parts = urlsplit(redact_url(url))
        port = parts.port
    except ValueError:
        return None
    if parts.username is not None or parts.password is not None:
        return None
    pairs = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if not _tracks(key, value)]
    place = name if port in (None, 80, 443) else f"{name}:{port}"
    path = quote(unquote(parts.path), safe="/%:@!$&'()*+,;=~-._") or "/"
    query = f"?{urlencode(sorted(pairs))}" if pairs else ""
    shown = parts._replace(scheme=parts.scheme.lower(), netloc=place, fragment="").geturl()
    return Address(f"url:{place}{path.rstrip('/') or '/'}{query}"[:MAX_URL], shown)


def known(url: str) -> Address | None:
    """The address as its own site spells it, else as any page's."""
    site = site_of(host(url))
    return (site.address(url) if site else None) or address(url)


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


def addresses(url: str | None, saved_from: str | None, own: tuple[str, ...]) -> tuple[Address, ...]:
    """All addresses of a page, the one it calls its own first; another host's, or a mere front page, is not taken."""
    found = [one for one in (url, saved_from) if one]
    hosts = [host(one) for one in found]
    proven: list[str] = []
    for told in own:
        joined = absolute(told, found[0] if found else None)
        if joined is None or (hosts and not any(same_site(host(joined), name) for name in hosts)):
            continue
        if urlsplit(joined).path.strip("/") or not any(urlsplit(one).path.strip("/") for one in found):
            proven.append(joined)
    made = [spelled for one in (*proven[:1], *found, *proven[1:]) if (spelled := known(one))]
    return tuple({one.key: one for one in made}.values())


def _tracks(name: str, value: str) -> bool:
    return bool(_TRACKING.match(name)) or (name == "from" and value in _SHARED_FROM)

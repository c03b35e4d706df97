"""What can be followed from a page: the feeds that it declares, its albums, and for WeChat what else is known.

WeChat closed all ways to list the articles of an account but its public albums (July 2026), so for an article the
advice is what an operator can set up, in plain words.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from ingest.markup.page import Page, attribute
from ingest.sources.discover import Place
from ingest.sources.discover.album import listing
from ingest.sources.discover.gather import words

_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml",
          "application/json", "text/xml", "application/xml")  # fmt: skip
_WECHAT = "mp.weixin.qq.com"
_COMMENTS = re.compile(r"comments?\b|评论", re.IGNORECASE)
_ALBUM = re.compile(r"https?:(?:\\?/){2}mp\.weixin\.qq\.com\\?/mp\\?/appmsgalbum\?[\w.~%+/=*&;\\-]{10,400}")
_ALBUM_TITLE = re.compile(r"appmsgalbuminfo.{0,400}?\btitle\s*:\s*(?:JsDecode\()?['\"]([^'\"]{1,100})", re.DOTALL)
_BIZ = re.compile(r"""(?:\bbiz(?:uin)?\s*[:=]\s*|__biz=)["']?(?:["']\s*\|\|\s*["'])?(M[A-Za-z0-9+/]{8,30}={0,2})""")
_MOST = 20
USUAL = ("atom.xml", "feed.xml", "index.xml", "rss.xml", "feed", "sitemap.xml")
"""Where blogs have their feed as a rule, for those that declare none."""


@dataclass(frozen=True, slots=True)
class Advice:
    """Feeds that a page declares, albums that it names, and lines for a person."""

    feeds: tuple[Place, ...] = ()
    albums: tuple[Place, ...] = ()
    lines: tuple[str, ...] = ()


def advice(html: str, url: str | None) -> Advice:
    """What is known of following the author of a page."""
    page = Page(html, url)
    feeds = declared(page)
    is_wechat = _WECHAT in (urlsplit(url or "").hostname or "") or "mmbizwap:" in html
    albums = _albums(html) if is_wechat else ()
    return Advice(feeds, albums, tuple(_lines(feeds, albums, _biz(html) if is_wechat else None, is_wechat)))


def declared(page: Page) -> tuple[Place, ...]:
    """The feeds that a page declares in its head, feeds of comments last."""
    found: dict[str, Place] = {}
    base = page.soup.find("base", href=True)
    root = urljoin(page.url or "", attribute(base, "href")) if base else page.url or ""
    for link in page.soup.find_all("link", href=True, limit=1000):
        if "alternate" not in attribute(link, "rel").lower().split():
            continue
        if attribute(link, "type").partition(";")[0].strip().lower() not in _TYPES or attribute(link, "hreflang"):
            continue
        try:
            target = urljoin(root, attribute(link, "href").strip())
        except ValueError:
            continue
        if target.startswith(("http://", "https://")) and "/wp-json" not in target and "oembed" not in target:
            found.setdefault(target, Place(target, words(attribute(link, "title"), 200)))
    ordered = sorted(found.values(), key=lambda place: bool(_COMMENTS.search(f"{place.url} {place.title or ''}")))
    return tuple(ordered[:_MOST])


def usual(url: str) -> tuple[str, ...]:
    """Where to look for the feed of a site that declares none."""
    return tuple(urljoin(url, f"/{name}") for name in USUAL)


def _albums(html: str) -> tuple[Place, ...]:
    title = _ALBUM_TITLE.search(html)
    found: dict[str, Place] = {}
    for match in _ALBUM.finditer(html):
        plain = match[0].replace("\\/", "/").replace("\\x26amp;", "&").replace("\\x26", "&").replace("&amp;", "&")
        if place := listing(plain):
            found.setdefault(place, Place(place, words(title[1]) if title and not found else None))
    return tuple(found.values())[:_MOST]


def _biz(html: str) -> str | None:
    found = _BIZ.search(html)
    return found[1] if found else None


def _lines(feeds: Iterable[Place], albums: Iterable[Place], biz: str | None, is_wechat: bool) -> Iterable[str]:
    for feed in feeds:
        yield f"The page declares a feed: {feed.url}{f' ({feed.title})' if feed.title else ''}"
    for album in albums:
        yield f"The article belongs to an album that can be followed: {album.url}"
    if not is_wechat:
        return
    yield "WeChat has closed the list of an account's articles (July 2026); an article alone can't be followed."
    if not albums:
        yield "Look whether another article of the account belongs to an album (合集); albums can be followed."
    yield "Ask whether the account has a feed at a bridge: the public list of wechat2rss (wechat2rss.xlab.app)."
    book = _decimal(biz) if biz else None
    own = f" The account's number there is MP_WXS_{book}." if book else ""
    yield f"Or run a bridge of your own (we-mp-rss, wechat2rss) and add its feed with your own server's address.{own}"
    yield "Many authors have a blog with the same essays; its address is often in 阅读原文 or in the account's profile."


def _decimal(biz: str) -> str | None:
    """The account's number, which biz is in base64."""
    try:
        number = base64.b64decode(biz + "=" * (-len(biz) % 4), validate=True).decode("ascii")
    except ValueError:
        return None
    return number if number.isdigit() else None

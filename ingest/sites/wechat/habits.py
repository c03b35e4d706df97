"""What the bodies of this site do in their own way: emoji that are pictures, pictures behind drawings, links."""

from __future__ import annotations

import re

from bs4 import Tag

from ingest.markup.body import Habits
from ingest.markup.page import attribute
from ingest.sites.wechat.addresses import address
from ingest.urls.normalise import host
from ingest.urls.wrappers import unwrapped

_EMOJI = re.compile(r"/(?:we-emoji|emoji|Expression)/", re.IGNORECASE)
_EMOJI_HOSTS = frozenset({"res.wx.qq.com"})
_NO_WORDS = frozenset({"图片", "image"})
_BACKGROUND = re.compile(
    r"background(?:-image)?\s*:[^;]{0,200}?url\(\s*[\"']?(?:&quot;)?([^\"')&\s]{1,1000})", re.IGNORECASE
)
_PICTURE_HOSTS = (".qpic.cn", ".qlogo.cn")
# The third part of a path names the picture, whatever size and format the rest of the address asks for.
_PICTURE = re.compile(r"https?://[a-z]+\.(?:qpic|qlogo)\.cn/(?:sz_)?mm(?:biz|sns)(?:_[a-z]+)?/([\w-]{20,})/", re.ASCII)


def _words(tag: Tag) -> str | None:
    """An emoji is a word of its sentence and no picture of the essay."""
    if tag.name != "img":
        return None
    url = attribute(tag, "data-src") or attribute(tag, "src")
    if not _EMOJI.search(url) or host(f"https:{url}" if url.startswith("//") else url) not in _EMOJI_HOSTS:
        return None
    alt = attribute(tag, "alt").strip()
    return "" if alt in _NO_WORDS else alt


def _background(tag: Tag) -> str | None:
    """The picture behind a drawing: in posts that answer to a touch all pictures stand there.

    Behind words it is wallpaper, so an element counts that holds nothing but drawings.
    """
    style = attribute(tag, "style")
    if tag.name == "image":
        url = attribute(tag, "href") or attribute(tag, "xlink:href")
    elif "url(" in style and (tag.name == "svg" or _holds_drawings_only(tag)):
        found = _BACKGROUND.search(style)
        url = found[1] if found else ""
    else:
        return None
    url = f"https:{url}" if url.startswith("//") else url
    return url if host(url).endswith(_PICTURE_HOSTS) else None


def _holds_drawings_only(tag: Tag) -> bool:
    children = [child for child in tag.contents if isinstance(child, Tag) or str(child).strip()]
    return bool(children) and all(isinstance(child, Tag) and child.name == "svg" for child in children)


def _link(url: str) -> str:
    """An article's link without what belongs to a visit."""
    inner = unwrapped(url)
    known = address(inner)
    return known.url if known and known.url else inner


def same_picture(url: str) -> str:
    """The name of the picture at an address; the address itself when it has none."""
    found = _PICTURE.match(url)
    return found[1] if found else url


HABITS = Habits(_words, _background, _link, same_picture)

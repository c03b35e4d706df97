"""A page of links: an index, an archive, a column's front page. The operator's words say which of them are meant."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bs4 import Tag

from ingest.markup.page import Page, attribute
from ingest.model import TooLarge
from ingest.sources.discover import Answer, Found
from ingest.sources.discover.gather import Gathering, words

KIND = "page"
FEWEST = 3
"""Links from which a page is a page of links."""
MOST_PAGE = 5_000_000
"""Bytes of a page of links."""
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|div|a)\b", re.IGNORECASE)
_FURNITURE = ["nav", "header", "footer", "aside", "form"]
_SHORTEST_TITLE = 4
_ESSAYS = "mp.weixin.qq.com"


def read(answer: Answer) -> Found | None:
    """The links of a page that have a title, in their order. Menus and footers are left out."""
    if answer.json is not None:
        return None
    if len(answer.unpacked) > MOST_PAGE:
        raise TooLarge(f"A page of {len(answer.unpacked):,} bytes is no page of links; the limit is {MOST_PAGE:,}.")
    if not _HTML.search(answer.text[:20_000]):
        return None
    page = Page(answer.text, answer.url)
    for tag in page.soup(_FURNITURE):
        tag.decompose()
    gathering = Gathering(answer)
    anchors = page.soup.find_all("a", href=True)
    for number, anchor in enumerate(anchors):
        if gathering.is_full:
            gathering.more = len(anchors) - number
            break
        url, title = attribute(anchor, "href"), _title(anchor)
        if url.startswith("#") or (len(title or "") < _SHORTEST_TITLE and _ESSAYS not in url):
            continue
        if _leads_elsewhere(answer, url):
            gathering.add(url, title=title)
    title = page.soup.title.get_text() if page.soup.title else None
    return gathering.found(KIND, title) if len(gathering.items) >= FEWEST else None


def _leads_elsewhere(answer: Answer, url: str) -> bool:
    """Whether a link leads to another page that may be an essay: front pages are none."""
    try:
        there, here = urlsplit(answer.join(url)), urlsplit(answer.url or "")
    except ValueError:
        return True  # it is refused with its reason
    if there.path in ("", "/") and not there.query and there.scheme in ("http", "https"):
        return False
    return (there.hostname, there.path, there.query) != (here.hostname, here.path, here.query)


def _title(anchor: Tag) -> str | None:
    return words(anchor.get_text(" ", strip=True) or attribute(anchor, "title"), is_markup=False)

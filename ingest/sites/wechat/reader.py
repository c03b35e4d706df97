"""Reads one page: what it is, in the order that tells, and its state."""

from __future__ import annotations

import re

from ingest.markup.page import Page, classes
from ingest.model import Address, Reading, State
from ingest.sites.wechat import notices
from ingest.sites.wechat.addresses import HOSTS, NAME, address, is_captcha
from ingest.sites.wechat.article import READER, Article
from ingest.sites.wechat.fields import js_decoded
from ingest.urls.normalise import distinct, host, spelled

_CONTAINERS = ("#js_article", "#js_content", "#img_list")
_STOPPED = frozenset({"weixin110.qq.com"})  # where links to blocked pages lead
_OURS = ({"rich_media", "share_content_page", "page_pages"}, {"rich_media_content"})
_ASSETS = re.compile(r"res\.wx\.qq\.com/(?!open/)")  # under open/ is what every site may load
_NOTICES = (".weui-msg", ".weui-msg__title", ".mesg-block")
_LITERAL_QUOTE = re.compile(r'<\w+ [^<>]{0,200}?=\\"')


def owns(page: Page) -> bool:
    """Whether a page that was handed in without an address is of this site, by its address or by its structure."""
    for url in (page.url, page.saved_from):
        if url and host(url) in HOSTS | _STOPPED:
            return True
    page = _whole(page)
    outer, inner = page.first("#js_article"), page.first("#js_content")
    if any(tag and not ours.isdisjoint(classes(tag)) for tag, ours in zip((outer, inner), _OURS, strict=True)):
        return True
    if inner and page.has("#activity-name"):
        return True
    scripts = "\n".join(script.words or script.source for script in page.scripts)
    sources = " ".join(element.given("href") for element in page.declared if element.name == "link")
    ours = "mmbizwap" in scripts or any(_ASSETS.search(words) for words in (scripts, sources))
    ours = ours or ("res.wx.qq.com" in sources and page.first(*_NOTICES) is not None)
    return ours and (bool(notices.sentence(page, scripts)) or notices.is_captcha(page, scripts))


def read(page: Page) -> Reading:
    """The state of a page of this site, and its essay when it has one."""
    page = _whole(page)
    if is_captcha(page.url):
        return _captcha(page)
    reading = None
    if page.has(*_CONTAINERS):
        article = Article(page)
        reading = article.reading()
        if reading.essay is not None and not article.empty:
            return reading
    scripts = "\n".join(script.words for script in page.scripts)
    if notices.is_captcha(page, scripts):
        return _captcha(page)
    return _notice(page, scripts, reading)


def _whole(page: Page) -> Page:
    r"""Some tools save a page as a string literal, with ``\n`` and ``\"`` written out."""
    if _LITERAL_QUOTE.search(page.html, 0, 5000) is None:
        return page
    return Page(js_decoded(page.html), page.url, page.origin)


def _captcha(page: Page) -> Reading:
    """A captcha says nothing about the essay; behind a long link it says that the short one is needed."""
    found = _known(page)
    long = bool(found) and not found[0].key.startswith((f"{NAME}:s/", f"{NAME}:tmp/"))
    state = State.NEEDS_SHORT_LINK if long else State.VERIFY_PAGE
    return Reading(state, READER, NAME, reason="the site asks for a captcha", addresses=found)


def _notice(page: Page, scripts: str, empty: Reading | None) -> Reading:
    """What the site says instead; beside a container without a body (``empty``) only a known notice counts."""
    if empty is not None and page.first(*_NOTICES) is None:
        return empty
    said = notices.sentence(page, scripts)
    state = notices.answer(page.html) if page.html[:1] == "{" else None
    if state is not None:
        said = page.html[:200]
    elif said:
        state = notices.state(said)
    if empty is not None and (state is None or state is State.UNKNOWN_NOTICE):
        return empty
    found = _known(page)
    if state is None:
        reason = "the page has no article container and no notice"
        return Reading(State.UNREADABLE, READER, NAME, reason=reason, addresses=found)
    if state is State.MOVED:
        target = notices.migrated_to(scripts)
        moved = address(target) if target else None
        # Without a place to go to, the old one is all there was.
        state, found = (State.MOVED, (moved, *found)) if moved else (State.GONE, found)
    return Reading(state, READER, NAME, reason=said, addresses=found)


def _known(page: Page) -> tuple[Address, ...]:
    """The addresses that the page was found at."""
    return distinct(spelled(address(url), url) for url in (page.url, page.saved_from) if url)

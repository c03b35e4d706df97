"""The body that a feed brought, as an essay; or why it is none.

Bridges send what they got: a failure text, a captcha page without its scripts, a whole page, a summary. Only an essay's
own text is one, and what is in doubt is left to the page.
"""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, unquote, urlsplit

from bs4 import BeautifulSoup, Tag

from ingest.markup.body import render
from ingest.markup.page import attribute
from ingest.model import Account, Essay, Evidence, Reading, State
from ingest.sources.discover import Found, Item
from ingest.text import display_title, fold, language, storable

READER = "feed/2"
MOST_MARKUP = 4_000_000
"""Characters of one body; the longest essays have a tenth of it."""
SHORTEST_DIGEST = 200
"""Folded characters from which what stands in a summary's place may be the whole text."""
_SHORT = 160  # a longer text quotes a notice, a shorter one is it

_WHOLE_PAGE = re.compile(r"<!doctype\s+html|<html[\s>]|<body[\s>]|<head[\s>]|PAGE_MID\s*=", re.IGNORECASE)
_FAILURE = re.compile(
    r"获取(?:全文|正文|内容|文章)失败|(?:全文|正文|内容)获取失败|请重试|环境异常|完成验证后即可|去验证|访问过于频繁|操作频繁"
    r"|已被发布者删除|因违规无法查看|无法查看|链接已过期|参数错误|请在微信客户端打开|未知错误|系统出错|已迁移|已自主注销"
    r"|帐号已被|账号已被|加载中|deleted by the author|verify you are human|enable javascript|access denied"
    r"|failed to (?:load|fetch|get)|404 not found",
    re.IGNORECASE,
)
_CUT = re.compile(
    r"(?:\[?(?:…|\.{3}|。{3})\]?|阅读全文|查看全文|阅读原文|全文|read more|continue reading|\[&hellip;\])\W*\Z",
    re.IGNORECASE,
)
_ADDED = re.compile(r"^\W*(?:📍\s*发表于|🔗.{0,3}\s*阅读原文|阅读原文\W*$|The post .{1,300} appeared first on )")
_PROXY = "/img-proxy"
_LOGO = re.compile(r"^.*?/static/res/logo/(?=https?:)")


def reading(item: Item, found: Found) -> Reading | str:
    """The reading of the body that came with an item, or the reason why it is no essay."""
    markup = _unwrapped(storable(item.markup or ""))
    if not markup:
        return "no body"
    if len(markup) > MOST_MARKUP:
        return f"a body of {len(markup):,} characters"
    if _WHOLE_PAGE.search(markup):
        return "a whole page in place of a body"
    soup = BeautifulSoup(markup, "lxml")
    for tag in soup(["style", "script", "noscript"]):
        tag.decompose()
    _mend_pictures(soup)
    _drop_added(soup)
    body = render(soup, item.address.url)
    size = len(fold(body.text))
    if not size:
        return "a body without words"
    if len(body.text) < _SHORT and _FAILURE.search(body.text):
        return "a failure text in place of a body"
    if item.is_digest and (size < SHORTEST_DIGEST or _CUT.search(body.text) or not _has_blocks(soup)):
        return "a summary"
    account = item.account or found.title
    essay = Essay(
        text=body.text,
        markdown=body.markdown,
        display_title=display_title(item.title, body.text),
        title=item.title,
        url=item.address.url,
        account=Account(account) if account else None,
        author=item.author,
        published=item.published,
        language=language(body.text),
        images=body.images,
    )
    return Reading(
        State.ARTICLE, READER, item.address.site, essay, addresses=(item.address,), evidence=Evidence.REDUCED
    )


def _unwrapped(markup: str) -> str:
    """Without a CDATA mark that a bridge escaped once too often."""
    markup = markup.strip()
    if markup.startswith("&lt;![CDATA["):
        markup = unescape(markup)
    if markup.startswith("<![CDATA["):
        markup = markup.removeprefix("<![CDATA[").removesuffix("]]>").replace("]]]]><![CDATA[>", "]]>")
    return markup.strip()


def _mend_pictures(soup: BeautifulSoup) -> None:
    """Pictures lead to where they are, not to the bridge that passes them on."""
    for tag in soup.find_all("img"):
        for name in ("src", "data-src"):
            url = attribute(tag, name)
            if _LOGO.match(url):
                tag[name] = _LOGO.sub("", url)
            elif _PROXY in url:
                inner = parse_qs(urlsplit(url).query).get("u", [""])[0]
                if unquote(inner).startswith(("http://", "https://")):
                    tag[name] = unquote(inner)


def _drop_added(soup: BeautifulSoup) -> None:
    """Lines that a bridge wrote at the beginning and the end of the body."""
    blocks = [tag for tag in soup.find_all(["p", "div", "a", "small", "blockquote"]) if not tag.find(["p", "div"])]
    for tag in [*blocks[:3], *blocks[-3:]]:
        if isinstance(tag, Tag) and not tag.decomposed and _ADDED.match(tag.get_text(" ", strip=True)[:400]):
            tag.decompose()


def _has_blocks(soup: BeautifulSoup) -> bool:
    """Whether it is built as a text is: several paragraphs or lines."""
    return len(soup.find_all(["p", "section", "br", "h1", "h2", "h3", "li", "pre", "blockquote"], limit=3)) >= 2

"""Who wrote a page, and where it says that it was taken from."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from ingest.model import Address, Claim
from ingest.redact import redact_url
from ingest.sites import known
from ingest.sites.web.head import Head
from ingest.sites.web.tree import unseen
from ingest.text import clean, fold
from ingest.urls.normalise import absolute, host, same_site

_AFTER = "来源|发布|时间|编辑|责编|浏览|阅读|记者|字号|点击|分享|打印|收藏|关注|评论|转载|翻译|日期|摄影"
_NAME = (
    r"([^\s|｜，,。:：;；()（）\[\]【】<>《》“”\"/]{2,30}"
    rf"(?:[ 　·&、，,](?!{_AFTER})(?:and )?[^\s|｜，,。:：;；()（）\[\]【】\d]{{1,20}}){{0,3}})"
)
_WORD = r"(?!Posted|Published|Updated|On\b|At\b)"
_PERSON = rf"{_WORD}[A-Z][\w.'’-]+(?:\s{_WORD}(?:[A-Z][\w.'’-]*|de|van|von|al|bin)){{0,3}}"
_SHOWN = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:^|[\s|｜(（\[【·,，])(?:本文)?(?:作\s*者|撰\s*文|撰\s*稿|文)\s*[:：|｜/]\s*(?:文\s*[/|｜:：])?\s*{_NAME}",
        rf"^文\s*[/|｜丨]\s*{_NAME}",
        r"(?:^|[|·•]\s*)(?i:(?:written|posted|published)\s+)?(?i:by):?\s+"
        rf"({_PERSON}(?:(?:,| and| &)\s{_PERSON}){{0,3}})",
    )
)
_MAIL = re.compile(r"[\s;,；<(（]*[\w.+-]+@[\w-]+(?:\.[\w-]+)+[>)）]*")
_DATE = re.compile(r"\s*[|·•,，]?\s*(?:19|20)\d\d\s?[-/.年]")
_LABEL = re.compile(r"^(?:本文)?(?:作者|文|撰文|撰稿|记者)\s*[:：|/｜]\s*|^(?:written |posted )?by:?\s+", re.IGNORECASE)
_NOBODY = re.compile(
    r"(?:admin(?:istrator)?|root|editor|editors|staff|user|author|guest|佚名|未知|匿名|网络|本站|小编|管理员|网友|"
    r"不详|null|none|undefined|责任编辑|编辑|原创|转载|来源)(?:$|[\s\d:：])",
    re.IGNORECASE,
)
_EDITOR = re.compile(r"责任?编辑?|编辑|校对|审核|监制|editor", re.IGNORECASE)
_EDITORS = re.compile(r"(?:责任编辑|责编|编辑|校对|审核)\s*[:：]\s*([^\s|，,、。:：;；()（）\[\]【】]{2,12})")
_SOURCE = re.compile(
    r"(?:本文)?(?:文章|稿件|信息|新闻|内容)?(?:来源|转载自|转自|转载于|摘自|出处|原载(?:于)?|首发于"
    r"|原文(?:链接|地址|网址|出处|来自)?)\s*(?:于|自)?\s*[:：]?\s*[《“\"]?$"
    r"|(?:originally (?:published|appeared|posted)|first (?:published|appeared)|reprinted from|cross-?posted from"
    r"|source|via)(?: (?:on|at|in|by))?\s*:?\s*$",
    re.IGNORECASE,
)
_MOST_AUTHORS = 60  # characters
_AUTHOR_METAS = (
    "author",
    "article:author",
    "byl",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "citation_author",
    "og:article:author",
)


def author(head: Head, region: list[str], marked: list[str], account: str | None, words: str) -> str | None:
    """Who wrote it: what the head says, what is marked up as an author, what a line beside the title says.

    Never an editor: who is one stands somewhere in the ``words`` of the page.
    """
    editors = {fold(found) for found in _EDITORS.findall(words)}
    told = [head.told("author"), *(head.meta(name) for name in _AUTHOR_METAS)]
    shown = [found[1] for line in region for pattern in _SHOWN if (found := pattern.search(line))]
    for name in (*told, *marked, *shown):
        kept = _name(name)
        if kept and fold(kept) != fold(account or "") and not any(one in fold(kept) for one in editors if len(one) > 1):
            return kept
    return None


def _name(told: str) -> str | None:
    name = _DATE.split(_MAIL.sub("", clean(" ".join(told.split()))), maxsplit=1)[0]
    name = _LABEL.sub("", name).strip(" ,;；，、|·")
    if not name or len(name) > _MOST_AUTHORS or "://" in name or "@" in name or _NOBODY.match(name) or name.isdigit():
        return None
    return None if _EDITOR.search(name) or "www." in name.lower() else name


def source(parts: list[HtmlElement], base: str | None, own: tuple[Address, ...]) -> tuple[Claim, ...]:
    """The page that this one says it was taken from, when it says so with a link."""
    keys = {one.key for one in own}
    hosts = {host(one.url) for one in own}
    for part in parts:
        for link in part.iter("a"):
            before = _before(link)
            if not before or not _SOURCE.search(before):
                continue
            url = absolute(link.get("href") or "", base)
            target = known(redact_url(url)) if url else None
            if target is None or target.key in keys or target.url is None:
                continue
            is_page = target.key.removeprefix(f"url:{host(target.url)}") not in ("", "/")
            if is_page and not any(same_site(host(target.url), name) for name in hosts):
                quote = clean(f"{before} {link.text_content()}")[-200:]
                return (Claim("reprint_of", target, " ".join(quote.split())),)
    return ()


def _before(link: HtmlElement) -> str:
    """The words that stand right before a link."""
    earlier = link.getprevious()
    if earlier is not None:
        words = earlier.tail or ""
        if not words.strip() and not unseen(earlier):
            words = earlier.text_content()
    else:
        parent = link.getparent()
        words = (parent.text or "") if parent is not None else ""
        if not words.strip() and parent is not None and (before := parent.getprevious()) is not None:
            words = before.text_content() if not (before.tail or "").strip() else before.tail or ""
    return " ".join(words.split())[-60:]

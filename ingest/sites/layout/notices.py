"""What sites answer instead of an article, whatever the site: challenges of their guards, and the errors of servers."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Tag

from ingest.model import State
from ingest.sites.layout.places import Parts, Place, words

Notices = tuple[tuple[str, State], ...]

SHORT = 1500  # characters that a page shows at most when all of it is a notice
LONGEST = 300  # characters of a sentence that are kept

# In the source of a page without an article: the scripts of guards that want a browser, or a person.
CHALLENGES: Notices = (
    ("_wafchallengeid", State.VERIFY_PAGE),
    ("__ac_signature", State.VERIFY_PAGE),
    ("acw_sc__v2", State.VERIFY_PAGE),
    ("_waf_bd8ce2ce37", State.VERIFY_PAGE),
    ("TCaptcha.js", State.VERIFY_PAGE),
    ("/cdn-cgi/challenge-platform/", State.VERIFY_PAGE),
    ("cf-browser-verification", State.VERIFY_PAGE),
    ("cf_chl_opt", State.VERIFY_PAGE),
    ("captcha.gtimg.com", State.VERIFY_PAGE),
    ("geetest.com", State.VERIFY_PAGE),
)

# The first that occurs in the notice decides.
PHRASES: Notices = (
    ("安全验证", State.VERIFY_PAGE),
    ("请完成验证", State.VERIFY_PAGE),
    ("人机验证", State.VERIFY_PAGE),
    ("滑动验证", State.VERIFY_PAGE),
    ("just a moment", State.VERIFY_PAGE),
    ("attention required! | cloudflare", State.VERIFY_PAGE),
    ("verify you are human", State.VERIFY_PAGE),
    ("访问过于频繁", State.RATE_LIMITED),
    ("访问频繁", State.RATE_LIMITED),
    ("操作频繁", State.RATE_LIMITED),
    ("请求过于频繁", State.RATE_LIMITED),
    ("too many requests", State.RATE_LIMITED),
    ("已被作者删除", State.DELETED_BY_AUTHOR),
    ("作者已删除", State.DELETED_BY_AUTHOR),
    ("deleted by its author", State.DELETED_BY_AUTHOR),
    ("deleted by the author", State.DELETED_BY_AUTHOR),
    ("涉嫌违反相关法律法规", State.VIOLATION),
    ("违反相关法律法规", State.VIOLATION),
    ("因违规", State.VIOLATION),
    ("账号已被封禁", State.ACCOUNT_GONE),
    ("账号已注销", State.ACCOUNT_GONE),
    ("请先登录", State.IDENTITY_CHECK),
    ("登录后查看", State.IDENTITY_CHECK),
    ("登录后即可", State.IDENTITY_CHECK),
    ("页面不存在", State.NOT_FOUND),
    ("页面没有找到", State.NOT_FOUND),
    ("页面找不到", State.NOT_FOUND),
    ("页面走丢", State.NOT_FOUND),
    ("文章不存在", State.NOT_FOUND),
    ("内容不存在", State.NOT_FOUND),
    ("找不到页面", State.NOT_FOUND),
    ("找不到该页", State.NOT_FOUND),
    ("无法找到该页", State.NOT_FOUND),
    ("404 not found", State.NOT_FOUND),
    ("page not found", State.NOT_FOUND),
    ("410 gone", State.GONE),
    ("403 forbidden", State.VERIFY_PAGE),
    ("access denied", State.VERIFY_PAGE),
    ("502 bad gateway", State.SERVER_ERROR),
    ("503 service", State.SERVER_ERROR),
    ("504 gateway", State.SERVER_ERROR),
    ("500 internal server error", State.SERVER_ERROR),
    ("系统繁忙", State.UNAVAILABLE),
    ("服务器繁忙", State.UNAVAILABLE),
)

_WORD = re.compile(r"\w")


def challenge(html: str, marks: Notices) -> tuple[State, str] | None:
    """The state that a challenge's script tells, and the mark that told it."""
    return next(((state, mark) for mark, state in marks + CHALLENGES if mark in html), None)


def sentence(parts: Parts, places: tuple[Place, ...]) -> str:
    """What a page without an article says: at its notice's places, else all of it when that is little.

    A long page that isn't understood may be an essay that quotes a notice: it says nothing.
    """
    said = [_words(place(parts)) for place in places]
    if not any(said) and len(shown := _shown(parts.soup)) <= SHORT:
        said = [_title(parts.soup), shown]
    said = [one for one in dict.fromkeys(said) if _WORD.search(one)]
    return " ".join(said)[:LONGEST]


def meaning(said: str, phrases: Notices) -> State | None:
    """What a sentence means; None when nobody has met it."""
    plain = said.replace("帐", "账").lower()
    return next((state for phrase, state in phrases + PHRASES if phrase.lower() in plain), None)


def _words(found: Tag | str | None) -> str:
    """Blocks of a notice stand apart."""
    return words(found.get_text(" ") if isinstance(found, Tag) else found)


def _title(soup: BeautifulSoup) -> str:
    return " ".join(soup.title.get_text().split()) if soup.title else ""


def _shown(soup: BeautifulSoup) -> str:
    return " ".join((soup.body or soup).get_text(" ").split())

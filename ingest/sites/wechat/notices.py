"""What WeChat says instead of an article, and what that means. All of it comes with HTTP 200."""

from __future__ import annotations

import re
from functools import cache

from bs4 import Tag

from ingest.markup.page import Page
from ingest.model import State
from ingest.text import fold

# The first that occurs in the notice decides, so the particular stands before the general. Words are compared folded:
# 帐号 and 账号, Simplified and Traditional, capitals and spaces make no difference. Most English ones are the site's in
# substance only: few were seen, so they ask for as little as tells.
NOTICES: tuple[tuple[str, State], ...] = (
    ("环境异常", State.VERIFY_PAGE),
    ("完成验证后即可继续访问", State.VERIFY_PAGE),
    ("environment is abnormal", State.VERIFY_PAGE),
    ("abnormal environment", State.VERIFY_PAGE),
    ("complete the verification", State.VERIFY_PAGE),
    ("失效的验证页面", State.VERIFY_PAGE),
    ("访问过于频繁", State.IDENTITY_CHECK),
    ("验证身份", State.IDENTITY_CHECK),
    ("从微信打开", State.IDENTITY_CHECK),
    ("verify your identity", State.IDENTITY_CHECK),
    ("操作频繁", State.RATE_LIMITED),
    ("操作过于频繁", State.RATE_LIMITED),
    ("freq control", State.RATE_LIMITED),
    ("too frequent", State.RATE_LIMITED),
    ("too many requests", State.RATE_LIMITED),
    ("迁移时未将文章素材同步", State.GONE),
    ("账号迁移流程", State.UNAVAILABLE),
    ("process of migrat", State.UNAVAILABLE),
    ("该公众号已迁移", State.MOVED),
    ("该账号已迁移", State.MOVED),
    ("account has been migrated", State.MOVED),
    ("account has migrated", State.MOVED),
    ("被发布者删除", State.DELETED_BY_AUTHOR),
    ("被作者删除", State.DELETED_BY_AUTHOR),
    ("deleted by the author", State.DELETED_BY_AUTHOR),
    ("deleted by its author", State.DELETED_BY_AUTHOR),
    ("deleted by the publisher", State.DELETED_BY_AUTHOR),
    ("账号已被屏蔽", State.ACCOUNT_GONE),
    ("账号被屏蔽", State.ACCOUNT_GONE),
    ("账号已自主注销", State.ACCOUNT_GONE),
    ("账号已系统注销", State.ACCOUNT_GONE),
    ("账号已注销", State.ACCOUNT_GONE),
    ("账号已被注销", State.ACCOUNT_GONE),
    ("账号已被系统回收", State.ACCOUNT_GONE),
    ("账号已被回收", State.ACCOUNT_GONE),
    ("账号已冻结", State.ACCOUNT_GONE),
    ("账号已被冻结", State.ACCOUNT_GONE),
    ("account has been blocked", State.ACCOUNT_GONE),
    ("account has been suspended", State.ACCOUNT_GONE),
    ("account has been frozen", State.ACCOUNT_GONE),
    ("account has been deregistered", State.ACCOUNT_GONE),
    ("account has been canceled", State.ACCOUNT_GONE),
    ("account has been cancelled", State.ACCOUNT_GONE),
    ("account has been deleted", State.ACCOUNT_GONE),
    ("account has been reclaimed", State.ACCOUNT_GONE),
    ("因违规无法查看", State.VIOLATION),
    ("涉嫌侵权", State.VIOLATION),
    ("冒名侵权", State.VIOLATION),
    ("发送失败无法查看", State.VIOLATION),
    ("涉嫌违反相关法律法规", State.VIOLATION),
    ("用户公众账号信息服务管理规定", State.VIOLATION),
    ("violating relevant", State.VIOLATION),
    ("violates regulations", State.VIOLATION),
    ("violated regulations", State.VIOLATION),
    ("violation of", State.VIOLATION),
    ("due to violation", State.VIOLATION),
    ("suspected of infring", State.VIOLATION),
    ("链接已过期", State.LINK_EXPIRED),
    ("连结已过期", State.LINK_EXPIRED),
    ("链接已失效", State.LINK_EXPIRED),
    ("link has expired", State.LINK_EXPIRED),
    ("link expired", State.LINK_EXPIRED),
    ("参数错误", State.PARAM_ERROR),
    ("parameter error", State.PARAM_ERROR),
    ("invalid parameter", State.PARAM_ERROR),
    ("incorrect parameter", State.PARAM_ERROR),
    ("请在微信客户端打开", State.UNSUPPORTED),
    ("open the link in wechat", State.UNSUPPORTED),
    ("open this link in wechat", State.UNSUPPORTED),
    ("已停止访问该网页", State.GONE),
    ("access to this webpage has been stopped", State.GONE),
    ("内容审核中", State.UNAVAILABLE),
    ("暂时无法查看", State.UNAVAILABLE),
    ("暂无权限查看", State.UNAVAILABLE),
    ("temporarily unavailable", State.UNAVAILABLE),
    ("未知错误", State.UNAVAILABLE),
    ("unknown error", State.UNAVAILABLE),
    ("系统出错", State.UNAVAILABLE),
    ("系统错误", State.UNAVAILABLE),
    ("system error", State.UNAVAILABLE),
)

# What the site's interfaces answer instead of a page, by the number they give.
_ANSWERS = {"200003": State.UNSUPPORTED, "200013": State.RATE_LIMITED}  # no session; too many requests
_ANSWER = re.compile(r'\s*\{.{0,300}?"ret"\s*:\s*"?(-?\d{1,9})', re.DOTALL)

_ONE_SPELLING = str.maketrans({"帐": "账", "賬": "账", "佈": "布"})
_CAPTCHA_SCRIPTS = ("secitptpage/verify.html", "secitptpage/template/verify", "TCaptcha.js")
_TITLES = (".weui-msg__title", ".mesg-block", ".global_error_msg", ".page_rumor")
_DETAILS = (".weui-msg__desc", ".weui-msg__tips")
_MOST_WORDS = 3  # titles, and details, that are one notice
_WRITTEN = re.compile(r"weui-msg__(?:title|desc)[^<>]{0,80}>([^<]{1,300})<")
_MIGRATED = re.compile(r"""transferTargetLink\s*=\s*["']([^"'\n]{1,2000})["']""")
_WORD = re.compile(r"\w")
_LONGEST = 500  # characters of a sentence that are kept
_SHORT_PAGE = 2000  # characters of text; an article that lost its container has more


def is_captcha(page: Page, scripts: str) -> bool:
    """Whether the page is the captcha's, known by its scripts: one variant has no words at all."""
    if any(marker in scripts for marker in _CAPTCHA_SCRIPTS) or page.has("#js_verify"):
        return True
    return any(marker in script.source for script in page.scripts for marker in _CAPTCHA_SCRIPTS)


def sentence(page: Page, scripts: str) -> str:
    """What the notice says: shown, or written by a script; empty when the page is no notice."""
    shown = [_words(tag) for places in (_TITLES, _DETAILS) for tag in page.every(*places, limit=_MOST_WORDS)]
    if not any(shown):
        shown = [" ".join(words.split()) for words in _WRITTEN.findall(scripts)[:4]]
    message = None if any(shown) else page.first(".weui-msg")
    if message is not None:
        shown = [_words(message)]
    title = None if any(shown) else page.soup.title
    if title is not None and (message is not None or len(page.soup.get_text()) < _SHORT_PAGE):
        shown = [_words(title)]
    return " ".join(dict.fromkeys(words for words in shown if _WORD.search(words)))[:_LONGEST]


def state(said: str) -> State:
    """What a notice means; one that nobody has met goes to a person."""
    plain = _folded(said)
    return next((meaning for words, meaning in _known() if words in plain), State.UNKNOWN_NOTICE)


def answer(page: str) -> State | None:
    """What an interface's answer in JSON means that came in the place of a page; None when the page is none."""
    found = _ANSWER.match(page, 0, 1000)
    return _ANSWERS.get(found[1], State.UNKNOWN_NOTICE) if found else None


def migrated_to(scripts: str) -> str | None:
    """Where a migrated account's article is now."""
    found = _MIGRATED.search(scripts)
    return found[1] if found else None


@cache
def _known() -> tuple[tuple[str, State], ...]:
    return tuple((_folded(words), meaning) for words, meaning in NOTICES)


def _folded(words: str) -> str:
    return fold(words).translate(_ONE_SPELLING)


def _words(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())

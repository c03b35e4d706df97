"""What WeChat says instead of an article, and what that means. All of it comes with HTTP 200."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Tag

from ingest.model import State

# The first that occurs in the notice decides, so the particular stands before the general.
NOTICES: tuple[tuple[str, State], ...] = (
    ("环境异常", State.VERIFY_PAGE),
    ("完成验证后即可继续访问", State.VERIFY_PAGE),
    ("environment is abnormal", State.VERIFY_PAGE),
    ("访问过于频繁", State.IDENTITY_CHECK),
    ("验证身份", State.IDENTITY_CHECK),
    ("从微信打开", State.IDENTITY_CHECK),
    ("操作频繁", State.RATE_LIMITED),
    ("freq control", State.RATE_LIMITED),
    ("原账号迁移时未将文章素材同步", State.GONE),
    ("账号迁移流程", State.UNAVAILABLE),
    ("该公众号已迁移", State.MOVED),
    ("已被发布者删除", State.DELETED_BY_AUTHOR),
    ("deleted by the author", State.DELETED_BY_AUTHOR),
    ("因违规无法查看", State.VIOLATION),
    ("涉嫌侵权", State.VIOLATION),
    ("冒名侵权", State.VIOLATION),
    ("发送失败无法查看", State.VIOLATION),
    ("涉嫌违反相关法律法规", State.VIOLATION),
    ("用户公众账号信息服务管理规定", State.VIOLATION),
    ("violating relevant laws", State.VIOLATION),
    ("violates regulations", State.VIOLATION),
    ("账号已被屏蔽", State.ACCOUNT_GONE),
    ("账号已自主注销", State.ACCOUNT_GONE),
    ("账号已系统注销", State.ACCOUNT_GONE),
    ("账号已注销", State.ACCOUNT_GONE),
    ("账号已被系统回收", State.ACCOUNT_GONE),
    ("账号已冻结", State.ACCOUNT_GONE),
    ("账号已被冻结", State.ACCOUNT_GONE),
    ("链接已过期", State.LINK_EXPIRED),
    ("链接已失效", State.LINK_EXPIRED),
    ("link has expired", State.LINK_EXPIRED),
    ("参数错误", State.PARAM_ERROR),
    ("请在微信客户端打开", State.UNSUPPORTED),
    ("已停止访问该网页", State.GONE),
    ("内容审核中", State.UNAVAILABLE),
    ("暂时无法查看", State.UNAVAILABLE),
    ("未知错误", State.UNAVAILABLE),
    ("系统出错", State.UNAVAILABLE),
)

_CAPTCHA_SCRIPTS = ("secitptpage/verify.html", "secitptpage/template/verify", "TCaptcha.js")
_TITLES = ".weui-msg__title, .mesg-block, .global_error_msg, .page_rumor"
_DETAILS = ".weui-msg__desc, .weui-msg__tips"
_WRITTEN = re.compile(r"weui-msg__(?:title|desc)[^<>]{0,80}>([^<]{1,300})<")
_MIGRATED = re.compile(r"""transferTargetLink\s*=\s*["']([^"'\n]{1,2000})["']""")
_WORD = re.compile(r"\w")


def is_captcha(soup: BeautifulSoup, scripts: str) -> bool:
    """Whether the page is the captcha's, known by its scripts: one variant has no words at all."""
    if any(marker in scripts for marker in _CAPTCHA_SCRIPTS) or soup.find(id="js_verify") is not None:
        return True
    sources = (str(tag.get("src", "")) for tag in soup.find_all("script", src=True))
    return any(marker in source for source in sources for marker in _CAPTCHA_SCRIPTS)


def sentence(soup: BeautifulSoup, scripts: str) -> str:
    """What the notice says: shown, or written by a script; empty when the page is no notice."""
    shown = [_words(tag) for tag in (*soup.select(_TITLES, limit=3), *soup.select(_DETAILS, limit=3))]
    if not any(shown):
        shown = [" ".join(words.split()) for words in _WRITTEN.findall(scripts)[:4]]
    if not any(shown) and soup.title is not None and (soup.find(class_="weui-msg") or len(soup.get_text()) < 2000):
        shown = [_words(soup.title)]
    return " ".join(dict.fromkeys(words for words in shown if _WORD.search(words)))


def state(said: str) -> State:
    """What a notice means; one that nobody has met goes to a person."""
    plain = said.replace("帐", "账").lower()
    return next((meaning for words, meaning in NOTICES if words in plain), State.UNKNOWN_NOTICE)


def migrated_to(scripts: str) -> str | None:
    """Where a migrated account's article is now."""
    found = _MIGRATED.search(scripts)
    return found[1] if found else None


def _words(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())

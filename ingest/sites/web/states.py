"""What a page is when it is no essay: a challenge, a log-in, a notice, a list of links, a shell that scripts fill.

Essays quote notices and carry the scripts of captchas, so none of this is asked of a page with a body that says much.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from ingest.model import State
from ingest.sites.web.container import Choice
from ingest.sites.web.head import Head
from ingest.sites.web.tree import HEADINGS, Block

NOTICE_AT_MOST = 160.0  # size of the words of a page that is a notice (``tree.size``)
_SHELL_AT_MOST = 30.0
_TEASER = 80.0
_MANY = 3  # teasers that make a list, headings that are links
_CUT = 2  # paragraphs that break off
_ESSAY = 300.0  # worth of the prose of an essay
_MOST_LINES = 200
_REASON = 200  # characters of what a notice says

_CHALLENGES = re.compile(
    r"cf-chl-|/cdn-cgi/challenge-platform/|cf_chl_opt|cf-turnstile|aliyun_waf|acw_sc__v[23]|_waf_bd8ce2ce37|"
    r"/_waf_/|waf_captcha"
    r"|aliyunCaptcha|punish\?x5secdata|x5referer|__jsl_clearance|zse-ck|_wafchallengeid|__ac_nonce|byted_acrawler"
    r"|_Incapsula_Resource|px-captcha|captcha-delivery\.com|ddos-guard|geetest|TCaptcha\.js|safeline|"
    r"hcaptcha\.com|recaptcha/api",
    re.IGNORECASE,
)
_CHALLENGE_WORDS = re.compile(
    r"just a moment|checking your browser|verify (?:that )?you are (?:a )?human|are you a robot|"
    r"attention required|enable cookies"
    r"|access denied|request blocked|security check|ddos protection|安全验证|人机验证|完成验证|滑动验证|"
    r"拖动.{0,4}滑块|访问验证|请输入验证码|环境异常"
    r"|请求被(?:拦截|阻断)|访问被(?:拦截|拒绝|阻断)|网站防火墙|您的(?:访问|请求).{0,12}(?:拦截|阻断)",
    re.IGNORECASE,
)

# The first that a notice says tells its state.
_NOTICES = tuple(
    (re.compile(pattern, re.IGNORECASE), state)
    for pattern, state in (
        (r"(?:内容|文章|帖子|页面|该文|博文|日记|回答)?.{0,4}已?被?(?:作者|发布者|博主|楼主|用户|"
            r"主人)(?:自行)?删除|deleted by (?:its |the )?author", State.DELETED_BY_AUTHOR),
        (r"(?:因|涉嫌)?违(?:规|反|法).{0,24}(?:无法|不能|停止|删除|屏蔽|下架|不予)|violat(?:es|ed|ing) (?:our|"
            r"the) (?:rules|terms|guidelines|policy)", State.VIOLATION),
        (r"(?:账号|帐号|用户|博客|专栏).{0,6}(?:已注销|被封|不存在|已关闭)|account (?:has been )?(?:suspended|"
            r"deactivated)", State.ACCOUNT_GONE),
        (r"(?<![\d.])410\b.{0,12}gone|permanently removed|no longer available|已下架|已下线|已失效|已过期", State.GONE),
        (r"(?<![\d.])404(?!\d)|(?:页面|网页|文章|内容|帖子|主题|信息|链接|资源|文件|视频|新闻|地址|博文|"
            r"日记).{0,10}(?:不存在|找不到|未找到|没有找到|已(?:经)?(?:被)?删除|飞走|走丢|丢失)"
         r"|(?:没有找到|找不到|无法找到|未找到|访问的).{0,12}(?:页面|网页|文章|内容|帖子|地址|资源|文件|不存在)|"
             r"指定的主题不存在|走丢了|迷路了"
         r"|(?:page|article|post|file|content|document|url)(?: you (?:were|are) looking for|"
             r" you requested)?.{0,24}(?:not found|cannot be found|can['’]t be found|could not be found|"
             r"couldn['’]t be found|doesn['’]t exist|does not exist|(?:has|have|been) (?:been )?(?:removed|"
             r"deleted|moved))"
         r"|not found|nothing (?:was )?found", State.NOT_FOUND),
        (r"(?:访问|操作|请求).{0,4}(?:过于|太|太过)(?:频繁|快)|too many requests|rate limit|"
         r"(?<!\d)429(?!\d)", State.RATE_LIMITED),
        (r"(?:系统|网站|站点|服务器?)(?:正在)?(?:维护|升级|繁忙|开小差)|under maintenance|"
            r"service (?:temporarily )?unavailable|bad gateway|gateway time-?out"
         r"|(?<!\d)50[234](?!\d)|internal server error|temporarily unavailable", State.UNAVAILABLE),
        (r"(?:请|需要?|您?尚?未|先)(?:先|您)?(?:后)?(?:登录|登陆)|登录后(?:可|才|即可|查看|继续|阅读)|"
            r"(?:log|sign) ?in (?:to|or)|please (?:log|sign) ?in|members? only|"
            r"仅限会员|没有权限|无权(?:访问|查看)", State.IDENTITY_CHECK),
    )
)  # fmt: skip
_PASSWORD = re.compile(r"<input[^>]{0,300}type\s*=\s*[\"']?password", re.IGNORECASE)
_SCRIPTED = re.compile(r"javascript|脚本|浏览器版本过低|loading|加载中", re.IGNORECASE)
_MORE = re.compile(
    r"(?:\.{3,}|…+|\[…\]|\[详细\]|【详细】|\[\.\.\.\]|(?:阅读|查看)(?:全文|更多|原文)|read more|continue reading)\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Judged:
    """A state that is no essay's, and why."""

    state: State
    reason: str


def notice(html: str, lines: list[str], size: float) -> Judged | None:
    """What a page that says little says; ``lines`` are what it shows and its title, ``size`` is how much that is.

    ``html`` is empty when the page has a body: captchas are loaded for the comments of essays, too.
    """
    if size > NOTICE_AT_MOST:
        return None
    lines = lines[-_MOST_LINES:]
    told = next((found[0] for line in lines if (found := _CHALLENGE_WORDS.search(line))), "")
    if not told and size < NOTICE_AT_MOST / 2 and (found := _CHALLENGES.search(html)):
        told = found[0]
    if told:
        return Judged(State.VERIFY_PAGE, f"the site asks for a proof that a person is reading: {told[:_REASON]}")
    for pattern, state in _NOTICES:
        if said := next((line for line in lines if pattern.search(line)), None):
            return Judged(state, said[:_REASON])
    if _PASSWORD.search(html):
        return Judged(State.IDENTITY_CHECK, "the page asks for a password and says little else")
    return None


def shell(html: str, size: float) -> Judged | None:
    """A page without words, which scripts would fill."""
    if size > _SHELL_AT_MOST or "<script" not in html.lower():
        return None
    return Judged(State.UNREADABLE, "the page is filled by scripts; its HTML holds no text")


def index(blocks: list[Block], choice: Choice, head: Head, url: str | None) -> Judged | None:
    """A page that leads to essays and is none itself: its body is headings that are links, teasers, lists of links.

    What stands before a title that the body shows is not looked at, and a page that says it is an article is believed.
    """
    if head.article or head.meta("og:type", "bytedance:type").lower() == "article":
        return None
    at, page = choice.at, blocks[0]
    body = blocks[at]
    start = choice.heading if choice.heading is not None and at < choice.heading <= body.last else at
    inner = [block for block in blocks[start : body.last + 1] if block.words]
    headings = [block for block in inner if block.element.tag in HEADINGS]
    leading = sum(block.links > 0.7 * block.words for block in headings)
    if leading >= _MANY and leading >= 0.6 * len(headings):
        return _list(f"{leading} of its {len(headings)} headings are links")
    if not choice.anchored and (parts := _parts(blocks, at)) >= _MANY:
        return _list(f"its body is one of {parts} parts, each headed by a link")
    prose = [block for block in inner if block.worth > 0]
    cut = sum(_MORE.search(block.text) is not None and _beside_a_link(blocks, at, block) for block in prose)
    if cut >= _CUT and cut >= 0.5 * len(prose):
        return _list(f"{cut} of its {len(prose)} paragraphs break off for more")
    if choice.anchored and body.total >= _ESSAY and body.linked < 0.5 * body.said:
        return None
    teasers = [block.total for block in blocks if block.teaser]
    small = not choice.anchored and body.total < min(NOTICE_AT_MOST, sum(teasers))
    if len(teasers) >= _MANY and (small or _in_teaser(blocks, at)):
        return _list(f"it has {len(teasers)} teasers")
    mostly_links = page.linked > 0.6 * page.said and body.total < 0.15 * page.linked
    front = not (urlsplit(url or "").path.strip("/") if url else "x") and not urlsplit(url or "").query
    short = all(block.worth < _TEASER for block in prose)
    if (mostly_links and short and not choice.anchored) or (front and page.linked > 0.5 * page.said):
        return _list(f"{page.linked / page.said:.0%} of its words are links")
    if body.linked > 0.8 * body.said and body.said > 60:
        return _list(f"{body.linked / body.said:.0%} of the words in its body are links")
    return None


def _list(seen: str) -> Judged:
    return Judged(State.NOT_A_PAGE, f"a page of links to essays, no essay: {seen}")


def _parts(blocks: list[Block], at: int) -> int:
    """How many parts of the page are as this one is, and begin with a heading that is a link."""
    one = blocks[at]
    alike = [n for n, block in enumerate(blocks) if block.parent == one.parent and block.element.tag == one.element.tag
             and block.element.get("class") == one.element.get("class")]  # fmt: skip
    return sum(any(part.element.tag in HEADINGS and part.links > 0.7 * part.words > 0
                   for part in blocks[n : blocks[n].last + 1]) for n in alike)  # fmt: skip


def _beside_a_link(blocks: list[Block], at: int, block: Block) -> bool:
    """Whether a paragraph, or the part of the body that it is in, has a link: dots at an end may be the author's."""
    return block.links > 0 or (block.parent != at and blocks[block.parent].linked > 0)


def _in_teaser(blocks: list[Block], at: int) -> bool:
    while at >= 0:
        if blocks[at].teaser:
            return True
        at = blocks[at].parent
    return False

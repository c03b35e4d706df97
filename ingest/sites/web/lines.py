"""Lines that belong to the page and not to the essay, told by their words.

Rules of words alone are wrong about one time in three, so they are asked only before the first and after the last
paragraph of a body, of short lines, and what they take is kept with its kind.
"""

from __future__ import annotations

import re

_DATE = r"(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?"
_TIME = r"\d{1,2}\s*[:：]\s*\d{2}(?:\s*[:：]\s*\d{2})?"
_MONTHS = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"

_LONGEST = 160  # characters; a longer line is a paragraph

# The first that matches tells the kind.
_LINES = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("breadcrumb", r"(?:(?:您|你)?(?:现|所)?(?:当前|现在)?(?:的)?(?:所在)?位置\s*[:：]|首页\s*[>›»/＞→]|"
            r"home\s*[>›»/])"),
        ("breadcrumb", r"[^。，]{1,20}(?:\s*[>›»＞]\s*[^>›»＞。，]{1,30}){2,}$"),
        ("byline", rf"(?:发布|发表|更新|提交|刊登|时间|日期)?(?:时间|日期|"
            rf"于)?\s*[:：]?\s*{_DATE}\s*(?:星期.)?\s*(?:{_TIME})?(?:$|[\s|·,，]*"
                   r"(?:来源|作者|编辑|责编|浏览|阅读|点击|评论|字号|发布|分享|文章|稿源|\S{2,12}$))"),
        ("byline", r"(?:文章)?(?:来源|稿源|出处|信息来源|新闻来源|发布时间|发布日期|发布者|发布人|更新时间|"
            r"浏览次数|浏览量|阅读量|阅读数|点击数|点击量|点击|阅读|"
            r"浏览)\s*[:：]\s*\S{0,40}(?:\s+\S{1,30}){0,8}$"),
        ("byline", r"(?:作者|文|撰文|by)\s*[:：]?\s*\S{1,20}\s+.{0,60}(?:来源|时间|日期|" + _DATE + ")"),
        ("byline", rf"(?:(?:published|posted|updated|last updated|(?:posted |"
            rf"written )?by [\w .'-]{{2,40}}?)\b.{{0,40}}?)?(?:on )?(?:{_MONTHS} \d{{1,2}}(?:st|nd|rd|"
            rf"th)?,? \d{{4}}|\d{{1,2}} {_MONTHS},? \d{{4}})"
                   r"(?:,? (?:at )?\d{1,2}[:.]\d{2}.{0,20})?(?:\s*[|·•/–-].{0,40})?$"),
        ("byline", r"(?:\d+\s*(?:次)?(?:阅读|评论|点赞|收藏|浏览|人阅读)|\d+ min(?:ute)?s? read|"
            r"(?:written )?by [A-Z][\w.'-]+(?: [A-Z][\w.'-]+){0,3})$"),
        ("share", r"(?:分享到|分享至|分享|转发|微信扫一扫|扫一扫|扫码|用微信|点赞|收藏|打印|字号|字体|"
            r"大\s*中\s*小|复制链接|举报|纠错|投诉|评论|我要评论|返回顶部|share (?:this|on|via)|tweet|print|"
            r"email this)(?:$|[\s:：|】\]本关订微到至，,。“\"（(])"),
        ("share", r"[+-]?(?:大|小|打印|字体|字号|收藏|纠错|\s|【|】|\||/|\[|\])+$"),
        ("navigation", r"(?:上一篇|下一篇|上一章|下一章|上一页|下一页|阅读下一篇|返回\S{1,6}(?=[，,]|$)|前一篇|"
            r"后一篇|previous(?: (?:post|article))?|next(?: (?:post|article))?|newer|older)\s*(?:[:：]|"
            r"[>›»→<«←]|$|\s\S)"),
        ("related", r"(?:相关(?:阅读|新闻|文章|推荐|链接|报道|专题|资讯|标签|内容|稿件|图片)|延伸阅读|推荐阅读|"
            r"更多阅读|往期(?:回顾|推荐|精选)|热门(?:文章|推荐|新闻|阅读|标签)|猜你喜欢|你可能(?:也|还)?喜欢|"
            r"大家都在看|为您推荐|精彩推荐|编辑推荐|最新(?:文章|推荐|评论|资讯)|阅读更多|查看更多|更多精彩|"
            r"点击查看|read (?:more|next|also)|related (?:posts?|articles?|stories|reading|content)|"
            r"you (?:may|might) also like|more (?:from|on|in) |see also$|recommended|most (?:read|popular)|"
            r"trending)"),
        ("source", r"(?:本文|文章)?(?:转载自|转自|摘自|转载于|原载于?|首发于|原文(?:链接|地址|出处))\s*[:：]?"),
        ("disclaimer", r"[(（【\[*※]*\s*(?:(?:免责|版权|特别|郑重|重要|法律)声明|声明\s*[:：]|版权(?:归|所有)|"
            r"转载请|如需转载|本(?:文|网|站|平台)(?:版权|内容|所载|转载|刊载|仅|系|由|部分)|"
            r"以上(?:内容|文章|图片)?(?:仅|来自|为|均|[（(]包括)|未经(?:书面|本网|许可|授权|允许)|"
            r"凡(?:本网|注明|本站|来源)|(?:更多内容请)?关注(?:我们|微信|公众号)|风险提示|投资有风险|特别提示|温馨提示|"
            r"举报(?:电话|邮箱)|违法和不良|联系(?:我们|方式|电话|邮箱)|"
            r"(?:客服|投稿|商务合作|广告合作|工作日|QQ群?)\s*[:：号]|copyright|©|all rights reserved|disclaimer|"
            r"the views expressed|this (?:article|post|story) (?:was|is) (?:originally|first) )"),
        ("tags", r"(?:标签|关键词|关键字|tags?|filed under|categories|category|分类|分类专栏|文章标签|话题|"
            r"topics?)\s*[:：]"),
        ("editor", r"[\[(（【\s]*(?:责任编辑|责编|编辑|校对|审核|监制)\s*[:：]\s*[\])）】\s]*$"),
        ("comments", r"(?:网友评论|发表评论|全部评论|评论区|热门评论|用户评论|登录后|请登录|发表回复|暂无评论|"
            r"条评论|leave a (?:reply|comment)|\d+ (?:comments?|responses?)|comments? \(\d+\)|post a comment|"
            r"log ?in to)"),
        ("subscribe", r"(?:sign up|subscribe|join (?:our|the) |get (?:the|our) (?:latest|best|newsletter)|"
            r"follow (?:us|me) |enter your email|订阅)"),
    )
)  # fmt: skip


def kind_of_line(words: str) -> str | None:
    """The kind of chrome that a line's words say it is."""
    line = " ".join(words.split())
    if not line or len(line) > _LONGEST:
        return None
    return next((kind for kind, pattern in _LINES if pattern.match(line)), None)

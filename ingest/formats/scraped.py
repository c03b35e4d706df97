"""A page scraped to text: breadcrumb, title, byline, body, then repost line, disclaimer and contacts of the site.

What belongs to the site is kept as typed chrome. The address that the site gives for itself is the document's; whom it
was copied from stays unknown unless the repost line says it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.formats.plain import MAX_TITLE, mentions, paragraphs
from ingest.formats.turns import find_turns
from ingest.model import Chrome, Essay, Link, Role
from ingest.text import display_title, language

READER = "scraped/1"
FEWEST_KINDS = 2
MOST_LINES = 60  # of furniture at each end
PROOF = ({"breadcrumb"}, {"repost_line"}, {"contact", "disclaimer"})
"""Furniture of which one set must be there: the rest is what people write around their own essays too."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of furniture: what its line looks like, how long it may be, how many different marks it must have."""

    pattern: re.Pattern[str]
    longest: int
    marks: int = 1


_BYLINE = re.compile(
    r"(?:文章)?(?:来源|作者|编辑|时间|日期|发布时间|发布日期|更新时间|阅读量?|浏览量?|点击|评论)\s*[:：][^。！？!?；;]*\Z"
)
_HEAD = {
    "breadcrumb": _Kind(
        re.compile(
            r"(?:\d+[.、]\s*)?(?:您?(?:当前|现在)?(?:的|所在)?位置\s*[:：]\s*)?(?:首页|主页)\s*[>›»/＞][^。！？]*\Z"
        ),
        100,
    ),
    "byline": _Kind(_BYLINE, 100),
}
_DISCLAIMER = (
    r"免责声明|版权声明|不代表本(?:网站|网|站|平台)|(?:来源|来自|转载自)于?(?:互联网|网络)|网友发布|如有侵权|(?:侵权|联系).{0,8}删除"
    r"|仅供.{0,8}(?:学习|参考)|转载.{0,8}注明|注明出处|版权归.{0,8}所有"
)
_TAIL = {
    "repost_line": (
        _Kind(
            re.compile(
                r"(?:本文|文章|原文|内容)?(?:系|为|由)?(?:转载自|转自|转载于|转载来源)"
                r"|(?:本文|文章|原文|内容)(?:来源于|来自|来源)\s*(?:[:：]|互联网|网络)|来源\s*[:：]"
            ),
            100,
        ),
    ),
    "disclaimer": (
        _Kind(re.compile(rf"(?:[*※【\[（(]\s*)?(?:特别|郑重)?(?:{_DISCLAIMER}|声明\s*[:：])"), 80),
        _Kind(re.compile(_DISCLAIMER), 500, marks=2),
    ),
    "contact": (
        _Kind(re.compile(r"(?:联系我们|联系方式|联系站长)\s*[:：]?\Z"), 20),
        _Kind(
            re.compile(r"(?:QQ|微信|电话|手机|邮箱|传真|Email)群?号?码?\s*[:：]\s*[\w@.*+\- /()（）#]*\Z", re.I | re.A),
            60,
        ),
        _Kind(re.compile(r"地址\s*[:：][^。！？]*[省市区县路号楼室]"), 60),
        _Kind(re.compile(r"工作(?:日|时间)\s*[:：].*\d{1,2}[:：]\d{2}"), 60),
    ),
    "editor": (_Kind(re.compile(r"[（(\[【]?(?:责任编辑|责编|编辑|审核|校对|值班编辑)\s*[:：][^。！？]*\Z"), 40),),
    "share": (_Kind(re.compile(r"(?:分享到|分享至|分享文章|扫一扫)[^。！？]*\Z"), 60),),
    "tags": (_Kind(re.compile(r"(?:标签|关键词|tags?)\s*[:：][^。！？]*\Z", re.IGNORECASE), 100),),
    "pager": (
        _Kind(re.compile(r"(?:上一篇|下一篇|上一条|下一条)\s*(?:[:：]|\Z)"), 100),
        _Kind(re.compile(r"(?:相关(?:文章|推荐|阅读)|猜你喜欢|返回(?:首页|列表|顶部))[^。！？]*\Z"), 30),
    ),
    "copyright": (_Kind(re.compile(r"copyright|©|版权所有", re.IGNORECASE), 150),),
}
_OWN_URL = re.compile(r"(?:出处|原文(?:地址|链接)|本文(?:地址|链接)|转载请注明)[^\n]{0,20}?(https?://[\x21-\x7e]+)")
_OWN_WORDS = re.compile(r"本文(?:地址|链接)|转载请注明")
_AUTHOR = re.compile(r"作者\s*[:：]\s*([^\s,，;；|]{1,20})")
_NOBODY = {"佚名", "网络", "匿名", "未知", "不详", "互联网", "admin"}
_OWN_WORK = re.compile(r"(?<!非)原创")


def read(text: str, links: Sequence[Link]) -> Essay | None:
    """The essay, when the furniture around it is a site's (``PROOF``) and leaves words to read."""
    lines = text.split("\n")
    start, head = _strip(lines, range(len(lines)), {name: (kind,) for name, kind in _HEAD.items()})
    end, tail = _strip(lines, range(len(lines) - 1, start - 1, -1), _TAIL)
    title, body, byline = _title("\n".join(lines[start : end + 1]).strip("\n"))
    chrome = [*head, *byline, *reversed(tail)]
    kinds = {part.kind for part in chrome}
    if len(kinds) < FEWEST_KINDS or not any(proof <= kinds for proof in PROOF) or not body.strip():
        return None
    own = _OWN_URL.search("\n".join(part.text for part in tail))
    url = own[1].rstrip(".,;)") if own else None
    return Essay(
        text=body,
        markdown=paragraphs(body),
        title=title,
        display_title=display_title(title, body),
        author=_author(chrome),
        url=url,
        language=language(body),
        role=_role(chrome),
        turns=find_turns(body),
        chrome=tuple(chrome),
        claims=mentions(text, links, {url}),
    )


def declares(essay: Essay) -> bool:
    """Whether the address is said to be the page's own; "original" and "source" may name the one it was taken from."""
    return any(essay.url in part.text and _OWN_WORDS.search(part.text) for part in essay.chrome if essay.url)


def _strip(lines: list[str], order: range, kinds: dict[str, tuple[_Kind, ...]]) -> tuple[int, list[Chrome]]:
    """Walks from one end over furniture and blank lines; where the essay begins, and the furniture in walking order."""
    found: list[Chrome] = []
    for n in order:
        line = lines[n].strip()
        if len(found) == MOST_LINES:
            return n, found
        kind = next((name for name, forms in kinds.items() if any(_fits(line, form) for form in forms)), None)
        if kind:
            found.append(Chrome(kind, line))
        elif line:
            return n, found
    return order.stop, found


def _fits(line: str, kind: _Kind) -> bool:
    if not line or len(line) > kind.longest:
        return False
    if kind.marks == 1:
        return bool(kind.pattern.match(line))
    return len({match[0] for match in kind.pattern.finditer(line)}) >= kind.marks


def _title(text: str) -> tuple[str | None, str, list[Chrome]]:
    """The first line is the title, blank line behind it or not, and may ask a question; then come bylines."""
    first, _, rest = text.partition("\n")
    first = first.strip()
    if not rest.strip() or len(first) > MAX_TITLE or first.endswith(("。", "，", "；", "、", ",", ";")):
        return None, text, []
    lines = rest.split("\n")
    start, byline = _strip(lines, range(len(lines)), {"byline": (_HEAD["byline"],)})
    return first, "\n".join(lines[start:]).strip("\n"), byline


def _author(chrome: list[Chrome]) -> str | None:
    named = (found[1] for part in chrome if (found := _AUTHOR.search(part.text)))
    return next(
        (name for name in named if name.casefold() not in _NOBODY and ":" not in name and "：" not in name), None
    )


def _role(chrome: list[Chrome]) -> Role:
    """A repost when the site says that it took the essay from elsewhere, and nowhere that it is an original."""
    taken = any(part.kind in ("repost_line", "disclaimer") for part in chrome)
    return Role.REPOST if taken and not any(_OWN_WORK.search(part.text) for part in chrome) else Role.UNKNOWN

"""A page scraped to text: breadcrumb, title, body, then repost line, disclaimer and contacts of the reposting site.

What belongs to the site is kept as typed chrome. The address that the site gives for itself is the document's; whom it
was copied from stays unknown unless the repost line says it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.formats.plain import MAX_TITLE, paragraphs
from ingest.model import Chrome, Essay, Link, Role
from ingest.text import display_title, language

READER = "scraped/1"
FEWEST_KINDS = 2

_HEAD = {
    "breadcrumb": re.compile(r"^(?:\d+[.、]\s*)?(?:您?(?:当前|现在)?(?:的)?位置\s*[:：]\s*)?(?:首页|主页)\s*[>›»/＞]"),
    "byline": re.compile(r"^(?:来源|作者|时间|发布时间|编辑|阅读)\s*[:：].{0,60}$"),
}
_TAIL = {
    "repost_line": re.compile(r"^(?:本文|文章|原文)?(?:转载自|转自|来源于|转载来源)"),
    "disclaimer": re.compile(r"免责声明|版权声明|不代表本(?:网站|站)立场|如有侵权|(?:侵权|联系).{0,8}删除"),
    "contact": re.compile(
        r"^(?:联系我们|联系方式|(?:QQ|微信|电话|手机|邮箱|地址)号?(?:码)?\s*[:：].*|工作(?:日|时间)\s*[:：].*)$"
    ),
    "pager": re.compile(r"^(?:上一篇|下一篇|相关(?:文章|推荐|阅读)|猜你喜欢|返回(?:首页|列表))"),
    "copyright": re.compile(r"^(?:copyright|©|版权所有)", re.IGNORECASE),
}
_OWN_URL = re.compile(r"(?:出处|原文(?:地址|链接)|本文(?:地址|链接)|转载请注明)[^\n]{0,20}?(https?://[\x21-\x7e]+)")
_AUTHOR = re.compile(r"作者\s*[:：]\s*([^\s,，;；|]{1,20})")


def read(text: str, links: Sequence[Link]) -> Essay | None:
    """The reposted essay, when at least two kinds of the site's furniture stand around it."""
    lines = text.split("\n")
    start, head = _strip(lines, range(len(lines)), _HEAD)
    end, tail = _strip(lines, range(len(lines) - 1, start - 1, -1), _TAIL)
    chrome = [*head, *reversed(tail)]
    if len({part.kind for part in chrome}) < FEWEST_KINDS:
        return None
    title, body = _title("\n".join(lines[start : end + 1]).strip("\n"))
    own = _OWN_URL.search("\n".join(part.text for part in tail))
    author = next((found[1] for part in chrome if (found := _AUTHOR.search(part.text))), None)
    return Essay(
        text=body,
        markdown=paragraphs(body),
        title=title,
        display_title=display_title(title, body),
        author=author,
        url=own[1].rstrip(".,;)") if own else None,
        language=language(body),
        role=Role.REPOST,
        chrome=tuple(chrome),
    )


def _strip(lines: list[str], order: range, kinds: dict[str, re.Pattern[str]]) -> tuple[int, list[Chrome]]:
    """Walks from one end over furniture and blank lines; where the essay begins, and the furniture in walking order."""
    found: list[Chrome] = []
    for n in order:
        line = lines[n].strip()
        kind = next((name for name, pattern in kinds.items() if pattern.search(line)), None)
        if kind:
            found.append(Chrome(kind, line))
        elif line:
            return n, found
    return order.stop, found


def _title(text: str) -> tuple[str | None, str]:
    """A scraped page's first line is its title, blank line behind it or not; it may ask a question."""
    first, _, rest = text.partition("\n")
    first = first.strip()
    if rest.strip() and len(first) <= MAX_TITLE and not first.endswith(("。", "，", "；", "、", ",", ";")):
        return first, rest.strip("\n")
    return None, text

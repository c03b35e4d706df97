"""Links that only lead to another address, and pictures that are only passed on: what they wrap."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

WRAPPERS = {
    "mp.weixinbridge.com": "url",
    "link.zhihu.com": "target",
    "link.juejin.cn": "target",
    "link.csdn.net": "target",
    "links.jianshu.com": "to",
    "link.jianshu.com": "t",
    "c.pc.qq.com": "pfurl",
    "nimg.ws.126.net": "url",
}
"""Host, and the parameter that holds the address (facts of 2026)."""


def unwrapped(url: str) -> str:
    """The address inside a link that only leads to another one; any other address as it is."""
    if "?" not in url:
        return url
    try:
        parts = urlsplit(url)
        name = WRAPPERS.get(parts.hostname or "")
    except ValueError:
        return url
    inner = parse_qs(parts.query).get(name, [""])[0] if name else ""
    return inner if inner.lower().startswith(("http://", "https://")) else url

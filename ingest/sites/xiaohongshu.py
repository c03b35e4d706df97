"""Notes at Xiaohongshu: a few lines and pictures, in the page's data. Unshared addresses are asked to log in."""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qs, quote, urlsplit

from ingest.model import Address, State
from ingest.sites.layout import Form, Forms, Layout, Parts, at, attr, data, values

NAME = "xiaohongshu"
READER = "xiaohongshu/2"
HOSTS = frozenset({"xiaohongshu.com", "www.xiaohongshu.com", "m.xiaohongshu.com", "xhslink.com", "www.xhslink.com"})

_FORMS = Forms(
    NAME,
    HOSTS,
    (
        Form(
            r"/(?:explore|discovery/item|search_result)/(?P<id>[0-9a-f]{24})",
            "{id}",
            "https://www.xiaohongshu.com/explore/{id}",
        ),
        Form(r"/(?P<id>(?:\w/)?\w{5,14})", "link/{id}", "https://xhslink.com/{id}", host=r"(?:www\.)?xhslink\.com"),
    ),
)
LINK = _FORMS.link
_NOTE = "note.noteDetailMap.{id}.note"


def address(url: str) -> Address | None:
    """A note's address; the token by which it was shared belongs to what is fetched, not to its identity."""
    found = _FORMS.address(url)
    token = parse_qs(urlsplit(url.replace("&amp;", "&")).query).get("xsec_token", [""])[0] if found else ""
    if not found or not token:
        return found
    return Address(found.key, f"{found.url}?xsec_token={quote(token)}&xsec_source=pc_share", NAME)


def _body(parts: Parts) -> str | None:
    lines = data(f"{_NOTE}.desc")(parts)
    pictures = values(parts, f"{_NOTE}.imageList.urlDefault") or values(parts, f"{_NOTE}.imageList.url")
    shown = "".join(f'<p><img src="{escape(str(url))}"></p>' for url in pictures)
    said = escape(lines).replace("[话题]#", "").replace("\n", "<br>") if isinstance(lines, str) else ""
    return f"<p>{said}</p>{shown}" if said or shown else None


_LAYOUT = Layout(
    name=NAME,
    reader=READER,
    forms=_FORMS,
    scripts=("window.__INITIAL_STATE__",),
    body=(_body, at("#detail-desc")),
    title=(data(f"{_NOTE}.title"), at("#detail-title")),
    account=(data(f"{_NOTE}.user.nickname"), at(".author .username")),
    account_ids=(data(f"{_NOTE}.user.userId"),),
    author=(data(f"{_NOTE}.user.nickname"), at(".author .username")),
    published=(data(f"{_NOTE}.time"), attr("[itemprop=datePublished]", "content")),
    state=State.IMAGE_POST,
    landings=(
        ("/login", State.IDENTITY_CHECK),
        ("/website-login/captcha", State.VERIFY_PAGE),
        ("/404", State.NOT_FOUND),
    ),
    phrases=(
        ("当前笔记暂时无法浏览", State.UNAVAILABLE),
        ("笔记不存在", State.NOT_FOUND),
        ("扫码查看", State.IDENTITY_CHECK),
        ("登录后推荐更懂你的笔记", State.IDENTITY_CHECK),
    ),
)
owns, read = _LAYOUT.owns, _LAYOUT.read

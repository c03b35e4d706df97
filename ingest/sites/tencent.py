"""Tencent News: new.qq.com, news.qq.com, and the pages that its app shares."""

from __future__ import annotations

import re
from html import escape

from ingest.model import State
from ingest.sites.layout import Form, Forms, Layout, Parts, at, data, meta, values

NAME = "tencent"
READER = "tencent/2"
HOSTS = frozenset({"new.qq.com", "news.qq.com", "view.inews.qq.com", "inews.qq.com", "xw.qq.com", "page.om.qq.com"})

_ID = r"(?P<id>\d{8}[A-Z][0-9A-Z]{5,7})"
_FORMS = Forms(
    NAME,
    HOSTS,
    (
        Form(
            rf"/(?:rain/a|a|k|omn|omn/\d{{8}}|cmsid|cmsn/\w+|page)/{_ID}(?:\.html)?",
            "{id}",
            "https://news.qq.com/rain/a/{id}",
        ),
    ),
)
LINK, address = _FORMS.link, _FORMS.address

_PICTURE = re.compile(r"<!--\s*(IMG_\d+)\s*-->")


def _body(parts: Parts) -> str | None:
    """The text, in which comments stand for the pictures that are listed beside it."""
    text = data("originContent.text")(parts)

    def shown(mark: re.Match[str]) -> str:
        paths = (f"originAttribute.{mark[1]}.{name}" for name in ("origUrl", "imgurl", "url"))
        url = next((str(url) for path in paths for url in values(parts, path)), "")
        return f'<img src="{escape(url)}">' if url else ""

    return _PICTURE.sub(shown, text) if isinstance(text, str) else None


_LAYOUT = Layout(
    name=NAME,
    reader=READER,
    forms=_FORMS,
    scripts=("window.DATA",),
    body=(_body, at("#ArticleContent .article-content-wrap", ".article-content-wrap", "#Cnt-Main-Article-QQ")),
    title=(data("title"), at(".content-article h1"), meta("og:title")),
    account=(data("media", "card.chlname"), at(".media-name")),
    account_ids=(data("media_id"),),
    published=(data("pubtime"), at(".media-meta")),
    urls=(data("url"),),
    preview=(data("article_is_pay"),),
    landings=(("/babygohome", State.NOT_FOUND), ("/404", State.NOT_FOUND)),
    said=(at(".error-tips", ".not-found"),),
    phrases=(("文章已删除", State.GONE), ("内容已下线", State.GONE)),
)
owns, read = _LAYOUT.owns, _LAYOUT.read

"""Articles of accounts at sohu.com."""

from __future__ import annotations

from ingest.model import Role, State
from ingest.sites.layout import Form, Forms, Layout, at, attr, meta, within, without

NAME = "sohu"
READER = "sohu/2"
HOSTS = frozenset({"sohu.com", "www.sohu.com", "m.sohu.com", "3g.sohu.com"})

_FORMS = Forms(
    NAME,
    HOSTS,
    (
        Form(r"/a/(?P<id>\d{5,12})_(?P<author>\d+)", "{id}", "https://www.sohu.com/a/{id}_{author}"),
        Form(r"/(?:a|n)/(?P<id>\d{5,12})", "{id}", "https://www.sohu.com/a/{id}"),
    ),
)
LINK, address = _FORMS.link, _FORMS.address


def _picture(url: str) -> str:
    """Some pictures are encrypted: what stands in their address is none."""
    return url if "//" in url[:8] else ""


_LAYOUT = Layout(
    name=NAME,
    reader=READER,
    forms=_FORMS,
    body=(at("#mp-editor", "article.article", "#articleContent"),),
    title=(without(at(".text-title h1", "#article-title-hash", "h1"), ".article-tag"),),
    account=(meta("mediaid"), at("#user-info h4", "[data-role=original-link]")),
    account_ids=(
        within(attr("link[rel=canonical]", "href"), r"/a/\d+_(\d+)"),
        within(meta("og:url"), r"/a/\d+_(\d+)"),
    ),
    published=(attr("#news-time", "data-val"), meta("datepublished", "og:release_date"), at("#news-time")),
    chrome=(
        ("site_link", "#backsohucom"),
        ("credit", "p[data-role=editor-name]"),
        ("source", "[data-role=original-title]"),
        ("source", "[data-role=original-link]"),
    ),
    picture=_picture,
    role=(at(".article-tag"),),
    roles=(("原创", Role.ORIGINAL), ("转载", Role.REPRINT)),
    said=(at(".error-box", ".err404"),),
    phrases=(("文章已被删除", State.GONE), ("文章正在审核", State.UNAVAILABLE)),
)
owns, read = _LAYOUT.owns, _LAYOUT.read

"""CSDN blogs. A page shows the whole article in ``#content_views`` unless it must be paid for or followed."""

from __future__ import annotations

from ingest.model import Role, State
from ingest.sites.layout import Form, Forms, Layout, at, attr, linked, meta, within

NAME = "csdn"
READER = "csdn/2"
HOSTS = frozenset({"blog.csdn.net", ".blog.csdn.net"})

_FORMS = Forms(
    NAME,
    HOSTS,
    (
        Form(
            r"/(?P<user>\w[\w-]*)/article/details/(?P<id>\d+)",
            "{id}",
            "https://blog.csdn.net/{user}/article/details/{id}",
            host=r"(?:m\.)?blog\.csdn\.net",
        ),
        Form(
            r"/article/details/(?P<id>\d+)",
            "{id}",
            "https://{user}.blog.csdn.net/article/details/{id}",
            host=r"(?P<user>\w[\w-]*)\.blog\.csdn\.net",
        ),
    ),
)
LINK, address = _FORMS.link, _FORMS.address

_LAYOUT = Layout(
    name=NAME,
    reader=READER,
    forms=_FORMS,
    body=(at("#content_views"),),
    title=(at("#articleContentId", ".title-article"), meta("og:title")),
    account=(attr("#uid", "title"), at(".follow-nickName", "#uid"), meta("author")),
    account_ids=(
        attr("#uid .name", "username"),
        within(attr("link[rel=canonical]", "href"), r"csdn\.net/([\w-]+)/article"),
    ),
    author=(attr("#uid", "title"), at(".follow-nickName", "#uid"), meta("author")),
    published=(attr(".blog-postTime", "data-time"), at(".up-time .time", ".bar-content .time"), linked("pubDate")),
    chrome=(
        ("advertisement", ".csdn-video-box, .article-recommend, .blog_extension"),
        ("button", ".hljs-button"),
        ("line_numbers", ".pre-numbering"),
    ),
    preview=(
        within(at(".hide-article-box", "#hide-article-box"), r"(VIP|会员|解锁|关注博主|付费)"),
        within(at(".column-mask", ".article-vip-mask", ".vip-mask"), r"(VIP|会员|解锁|订阅|付费)"),
    ),
    role=(attr(".article-type-img", "src"), at(".creativecommons")),
    roles=((r"original|原创文章", Role.ORIGINAL), (r"reprint|转载文章", Role.REPRINT)),
    landings=(("passport.csdn.net", State.IDENTITY_CHECK),),
    said=(at(".not-found-wrap", ".new_404", ".error_text"),),
    phrases=(
        ("文章已被下架", State.GONE),
        ("文章审核中", State.UNAVAILABLE),
        ("已被博主设为私密", State.GONE),
        ("仅粉丝可见", State.IDENTITY_CHECK),
    ),
)
owns, read = _LAYOUT.owns, _LAYOUT.read

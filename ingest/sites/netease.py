"""Articles of 163.com: the news sections, and the accounts that publish there (dy)."""

from __future__ import annotations

from ingest.model import State
from ingest.sites.layout import Form, Forms, Layout, at, attr, meta, within

NAME = "netease"
READER = "netease/2"
HOSTS = frozenset({"163.com", ".163.com"})

_ID = r"(?P<id>[0-9A-Z]{16})"
_FORMS = Forms(
    NAME,
    HOSTS,
    (
        Form(
            rf"/(?P<section>\w+)/article/{_ID}\.html",
            "{id}",
            "https://www.163.com/{section}/article/{id}.html",
            host=r"(?:www|m|3g)\.163\.com",
        ),
        Form(
            rf"/news/(?:a|v)/{_ID}\.html", "{id}", "https://www.163.com/news/article/{id}.html", host=r"c\.m\.163\.com"
        ),
        Form(
            rf"/(?P<day>\d\d/\d{{4}}/\d\d)/{_ID}\.html",
            "{id}",
            "https://{section}.163.com/{day}/{id}.html",
            host=r"(?P<section>\w+)\.163\.com",
        ),
    ),
)
LINK, address = _FORMS.link, _FORMS.address

_LAYOUT = Layout(
    name=NAME,
    reader=READER,
    forms=_FORMS,
    body=(at(".post_body", "#endText", ".article-body"),),
    title=(at(".post_title", "#epContentLeft h1"), meta("og:title")),
    account=(at(".post_info a[href*='/media/']", ".post_info a:not([href*=tipoff])", "#ne_article_source"),),
    account_ids=(within(attr(".post_info a[href*='/media/']", "href"), r"/media/(\w+)"),),
    published=(meta("article:published_time"), at(".post_info", ".post_time_source")),
    chrome=(("credit", ".ep-source"), ("advertisement", ".gg200x300, .ad_module"), ("related", ".post_recommend")),
    said=(at(".error_msg", ".page-404"),),
    phrases=(("抱歉，您访问的页面不存在", State.NOT_FOUND), ("内容已被删除", State.GONE)),
)
owns, read = _LAYOUT.owns, _LAYOUT.read

"""Juejin. Its guard answers with a proof of work (``_wafchallengeid``) instead of the article, with HTTP 200."""

from __future__ import annotations

from ingest.model import State
from ingest.sites.layout import Form, Forms, Layout, at, attr, meta, within

NAME = "juejin"
READER = "juejin/2"
HOSTS = frozenset({"juejin.cn", ".juejin.cn", "juejin.im", ".juejin.im"})

_FORMS = Forms(
    NAME,
    HOSTS,
    (
        Form(r"/(?:s?post|entry)/(?P<id>\d{16,20})", "{id}", "https://juejin.cn/post/{id}"),
        Form(r"/(?P<kind>post|entry)/(?P<id>[0-9a-f]{24})", "{id}", "https://juejin.im/{kind}/{id}"),
    ),
)
LINK, address = _FORMS.link, _FORMS.address

_AUTHOR = (
    at(".author-info-block .name", ".author-name", ".username"),
    attr("[itemprop=author] [itemprop=name]", "content"),
)
_LAYOUT = Layout(
    name=NAME,
    reader=READER,
    forms=_FORMS,
    body=(at(".article-viewer", "#article-root"),),
    title=(at(".article-title"), meta("headline")),
    account=_AUTHOR,
    account_ids=(within(attr("[itemprop=author] [itemprop=url]", "content"), r"/user/(\d+)"),),
    author=_AUTHOR,
    published=(meta("datepublished"), attr("time[datetime]", "datetime"), at(".meta-box .time")),
    chrome=(("button", ".code-block-extension-header, .copy-code-btn"),),
    said=(at(".not-found", ".error-page"),),
    phrases=(("文章审核中", State.UNAVAILABLE), ("文章正在审核", State.UNAVAILABLE), ("已下架", State.GONE)),
)
owns, read = _LAYOUT.owns, _LAYOUT.read

"""36kr. Some pages carry their article only in a form that the site's own script decrypts: those are for a person."""

from __future__ import annotations

from ingest.model import State
from ingest.sites.layout import Form, Forms, Layout, at, data, meta

NAME = "36kr"
READER = "36kr/2"
HOSTS = frozenset({"36kr.com", "www.36kr.com", "m.36kr.com"})

_FORMS = Forms(
    NAME,
    HOSTS,
    (
        Form(r"/(?:p|coop/\w+/post)/(?P<id>\d+)(?:\.html)?", "p/{id}", "https://36kr.com/p/{id}"),
        Form(r"/newsflashes/(?P<id>\d+)", "newsflashes/{id}", "https://36kr.com/newsflashes/{id}"),
    ),
)
LINK, address = _FORMS.link, _FORMS.address

_ARTICLE = "articleDetail.articleDetailData.data"
_AUTHOR = (data(f"{_ARTICLE}.author"), at(".article-title-icon .title-icon-item", ".article-author-name"))
_LAYOUT = Layout(
    name=NAME,
    reader=READER,
    forms=_FORMS,
    scripts=("window.initialState",),
    body=(data(f"{_ARTICLE}.widgetContent"), at(".articleDetailContent")),
    title=(data(f"{_ARTICLE}.widgetTitle"), at(".article-title"), meta("og:title")),
    account=_AUTHOR,
    account_ids=(data(f"{_ARTICLE}.authorId"),),
    author=_AUTHOR,
    published=(data(f"{_ARTICLE}.publishTime"), meta("article:published_time")),
    marks=(('"isEncrypt":true', State.UNREADABLE),),
    said=(at(".not-found-page", ".error-page"),),
)
owns, read = _LAYOUT.owns, _LAYOUT.read

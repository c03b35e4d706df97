"""Toutiao. Without its cookies the site answers with a shell of scripts (``__ac_signature``) and HTTP 200."""

from __future__ import annotations

from ingest.model import Role, State
from ingest.sites.layout import Form, Forms, Layout, at, data, linked

NAME = "toutiao"
READER = "toutiao/2"
HOSTS = frozenset({"toutiao.com", "www.toutiao.com", "m.toutiao.com", "toutiaocdn.com", "m.toutiaocdn.com"})

_FORMS = Forms(
    NAME,
    HOSTS,
    (
        Form(
            r"/(?:(?:article|item|group|i|a)/?)(?P<id>\d{16,20})(?:/info)?",
            "{id}",
            "https://www.toutiao.com/article/{id}/",
        ),
        Form(r"/is/(?P<id>\w{6,16})", "is/{id}", "https://m.toutiao.com/is/{id}/"),
    ),
)
LINK, address = _FORMS.link, _FORMS.address

_LAYOUT = Layout(
    name=NAME,
    reader=READER,
    forms=_FORMS,
    scripts=("#RENDER_DATA",),
    body=(data("data.content", "articleInfo.content"), at(".tt-article-content", ".article-content article")),
    title=(data("data.title", "articleInfo.title"), at(".article-content h1")),
    account=(data("data.mediaInfo.name", "data.source", "articleInfo.source"), at(".article-meta .name")),
    account_ids=(data("data.mediaInfo.unsafeUserId"),),
    published=(
        data("data.seoTDK.publishTimestamp", "data.publishTime", "articleInfo.publishTime"),
        linked("datePublished"),
        at(".article-meta"),
    ),
    role=(data("data.isOriginal"),),
    roles=(("true", Role.ORIGINAL),),
    marks=(("__ac_nonce", State.VERIFY_PAGE),),
    landings=(("/trending/", State.UNSUPPORTED), ("/video/", State.UNSUPPORTED), ("/w/", State.UNSUPPORTED)),
    said=(at(".error-page", ".article-deleted"),),
    phrases=(("文章已被删除", State.GONE), ("内容已被删除", State.GONE), ("内容审核中", State.UNAVAILABLE)),
)
owns, read = _LAYOUT.owns, _LAYOUT.read

"""Jianshu. The page's data holds the whole note; what is shown may be its beginning."""

from __future__ import annotations

from ingest.model import State
from ingest.sites.layout import Form, Forms, Layout, at, attr, data

NAME = "jianshu"
READER = "jianshu/2"
HOSTS = frozenset({"jianshu.com", "www.jianshu.com", "m.jianshu.com"})

_FORMS = Forms(NAME, HOSTS, (Form(r"/p/(?P<id>[0-9a-f]{12})", "{id}", "https://www.jianshu.com/p/{id}"),))
LINK, address = _FORMS.link, _FORMS.address

_NOTE = "props.initialState.note.data"
_AUTHOR = (data(f"{_NOTE}.user.nickname"), at(".author .name"))
_LAYOUT = Layout(
    name=NAME,
    reader=READER,
    forms=_FORMS,
    scripts=("#__NEXT_DATA__",),
    body=(data(f"{_NOTE}.free_content"), at("article", ".show-content")),
    title=(data(f"{_NOTE}.public_title"), at("h1")),
    account=_AUTHOR,
    account_ids=(data(f"{_NOTE}.user.slug"),),
    author=_AUTHOR,
    published=(data(f"{_NOTE}.first_shared_at"), attr("time[datetime]", "datetime"), at(".publish-time")),
    picture=lambda url: url.partition("?")[0],
    preview=(data(f"{_NOTE}.paid"),),
    landings=(("/sign_in", State.IDENTITY_CHECK),),
    said=(at(".error-block", "[class*=error]"),),
    phrases=(
        ("您要找的页面不存在", State.NOT_FOUND),
        ("文章已被作者删除", State.DELETED_BY_AUTHOR),
        ("该文章已被锁定", State.VIOLATION),
        ("文章被锁定", State.VIOLATION),
        ("该文章为私密", State.GONE),
    ),
)
owns, read = _LAYOUT.owns, _LAYOUT.read

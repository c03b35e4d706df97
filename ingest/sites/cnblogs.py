"""Blogs at cnblogs.com: every blog has its own look, but the same ids."""

from __future__ import annotations

from ingest.model import State
from ingest.sites.layout import Form, Forms, Layout, Parts, at

NAME = "cnblogs"
READER = "cnblogs/2"
HOSTS = frozenset({"cnblogs.com", "www.cnblogs.com", "m.cnblogs.com"})

_BLOG = r"/(?P<blog>[\w.-]+)"
_FORMS = Forms(
    NAME,
    HOSTS,
    (
        Form(
            rf"{_BLOG}/(?:p|articles)/(?P<id>[\w-]+?)(?:\.html?)?",
            "{blog}/{id}",
            "https://www.cnblogs.com/{blog}/p/{id}.html",
            lower=("blog",),
        ),
        Form(
            rf"{_BLOG}/archive/\d{{4}}/\d{{1,2}}/\d{{1,2}}/(?P<id>[\w-]+?)(?:\.html?)?",
            "{blog}/{id}",
            "https://www.cnblogs.com/{blog}/p/{id}.html",
            lower=("blog",),
        ),
    ),
    glued=False,
)
LINK, address = _FORMS.link, _FORMS.address


def _blog(parts: Parts) -> str | None:
    """The name that a blog has in its addresses."""
    return parts.names.get("blog", "").lower() or None


_LAYOUT = Layout(
    name=NAME,
    reader=READER,
    forms=_FORMS,
    body=(at("#cnblogs_post_body"),),
    title=(at("#cb_post_title_url", ".postTitle"),),
    account=(at("#Header1_HeaderTitle", ".headermaintitle", "#blogTitle h1"),),
    account_ids=(_blog,),
    author=(at("#author_profile_detail a", ".postDesc a:not([href*=EditPosts])"),),
    published=(at("#post-date"),),
    chrome=(("button", ".cnblogs_code_toolbar, .cnblogs_code_copy"),),
    landings=(("account.cnblogs.com", State.IDENTITY_CHECK),),
    said=(at("#error-page", ".error-content"),),
    phrases=(
        ("该博文已被删除", State.DELETED_BY_AUTHOR),
        ("您没有权限查看", State.IDENTITY_CHECK),
        ("需要密码", State.IDENTITY_CHECK),
        ("请输入阅读密码", State.IDENTITY_CHECK),
        ("404. 抱歉", State.NOT_FOUND),
        ("您访问的资源不存在", State.NOT_FOUND),
    ),
)
owns, read = _LAYOUT.owns, _LAYOUT.read

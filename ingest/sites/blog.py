"""Blogs made by Hexo, Hugo or Jekyll, on GitHub Pages or at hosts of their own.

They are known by the generator that they name, and by one container of a post: a page with several is a list, and a
theme that has none of these containers is left to the reader for the rest of the web.
"""

from __future__ import annotations

import re

from ingest.markup.page import Page
from ingest.sites import site_of
from ingest.sites.layout import Form, Forms, Layout, Parts, at, attr, linked, meta, only

NAME = "blog"
READER = "blog/2"
HOSTS = frozenset({".github.io", ".gitee.io"})

_POST = Form(r"(?P<path>/.+?)(?:/index\.html?)?", "{host}{path}", "{spelled}")
_FORMS = Forms(NAME, HOSTS, (_POST,), glued=False)
LINK, address = _FORMS.link, _FORMS.address

_GENERATORS = re.compile(r"\b(hexo|hugo|jekyll)\b", re.IGNORECASE)
_BODY = only(
    "[itemprop=articleBody]",
    ".post-body",
    ".article-entry",
    "#article-container",
    ".post-content",
    ".entry-content",
    ".e-content",
    ".article-content",
    ".markdown-body",
    "article .content",
    "article",
)

_LAYOUT = Layout(
    name=NAME,
    reader=READER,
    forms=Forms(NAME, frozenset({"*"}), (_POST,)),  # each of these hosts is somebody's, and tells nothing of the others
    body=(_BODY,),
    title=(
        at(
            ".post-title", ".article-title", ".entry-title", ".p-name", "[itemprop='name headline']", "article h1", "h1"
        ),
        meta("og:title"),
    ),
    account=(meta("og:site_name"), at(".site-title", ".brand-title", ".logo")),
    author=(
        meta("article:author", "author"),
        attr("[itemprop=author] [itemprop=name]", "content"),
        linked("author.name"),
        at(".p-author", ".post-author"),
    ),
    published=(
        meta("article:published_time", "datepublished"),
        attr("time[itemprop~=datePublished]", "datetime"),
        attr(".dt-published", "datetime"),
        linked("datePublished"),
        attr("article time[datetime]", "datetime"),
        attr("time[datetime]", "datetime"),
        at(".post-date", ".post-meta"),
    ),
    chrome=(
        ("toc", ".toc, #toc, #TOC, #TableOfContents, .post-toc"),
        ("copyright", ".post-copyright, .article-copyright"),
        ("related", ".post-nav, .related-posts, .popular-posts"),
        ("tags", ".post-tags, .article-tag-list"),
        ("donation", ".post-reward, .reward-container"),
        ("anchor", "a.headerlink, a.anchor"),
        ("title", "header, h1.post-title, h1.article-title"),
        ("footer", "footer"),
    ),
)


def owns(page: Page) -> bool:
    """Whether a page is a post of such a blog, and of no platform that has a site here."""
    url = page.url or page.saved_from or ""
    hosted = _FORMS.owns(url)
    if not hosted and (_known_elsewhere(url) or not _GENERATORS.search(Parts(page).metas.get("generator", ""))):
        return False
    return _BODY(Parts(page)) is not None


def _known_elsewhere(url: str) -> bool:
    host = re.match(r"https?://([^/:?#]+)", url, re.IGNORECASE)
    return host is not None and site_of(host[1].lower()) is not None


read = _LAYOUT.read

"""Substack: publications at <name>.substack.com, and at hosts of their own, which are known by their structure.

A publication is its host: what a page on somebody's own host says of other hosts is not believed.
"""

from __future__ import annotations

from dataclasses import replace

from ingest.markup.page import Page
from ingest.model import State
from ingest.sites.layout import Form, Forms, Layout, Parts, at, attr, data, linked, meta

NAME = "substack"
READER = "substack/2"
HOSTS = frozenset({"substack.com", ".substack.com"})

_SLUG = r"(?P<slug>[a-z0-9](?:[\w-]|%[0-9A-F]{2})*)"
_POST = Form(rf"/p/{_SLUG}(?:/comments)?", "{host}/{slug}", "https://{host}/p/{slug}")
_NUMBERED = Form(
    r"/(?:home/post|@[\w.-]+)/p-(?P<id>\d+)",
    "p-{id}",
    "https://substack.com/home/post/p-{id}",
    host=r"(?:www\.)?substack\.com",
)
_SHARED = Form(
    rf"/pub/(?P<publication>[\w-]+)/p/{_SLUG}",
    "{publication}.substack.com/{slug}",
    "https://{publication}.substack.com/p/{slug}",
    host=r"open\.substack\.com",
)
_FORMS = Forms(NAME, HOSTS, (_SHARED, _NUMBERED, _POST), glued=False)
LINK, address = _FORMS.link, _FORMS.address

_LAYOUT = Layout(
    name=NAME,
    reader=READER,
    forms=replace(_FORMS, hosts=HOSTS | {"*"}),
    scripts=("window._preloads",),
    body=(
        at(".available-content .body.markup", ".available-content .body", ".available-content"),
        data("post.body_html"),
    ),
    title=(at("h1.post-title"), data("post.title"), meta("og:title")),
    account=(data("pub.name"), linked("publisher.name"), meta("og:site_name")),
    account_ids=(data("pub.subdomain"),),
    author=(linked("author.name"), data("post.publishedBylines.name"), meta("author")),
    published=(linked("datePublished"), data("post.post_date"), attr("time[datetime]", "datetime")),
    zone="UTC",
    chrome=(
        ("subscription", ".subscription-widget-wrap, .subscription-widget-wrap-editor, .subscribe-widget"),
        ("paywall", ".paywall"),
        ("button", ".button-wrapper, .image-link-expand, .captioned-button-wrap"),
        ("share", ".post-ufi, .digest-post-embed"),
    ),
    preview=(at(".paywall", ".paywall-title"), data("post.truncated_body_text.paywalled")),
    landings=(("substack.com/sign-in", State.IDENTITY_CHECK),),
    said=(at(".error-page", ".not-found"),),
    phrases=(("page not found", State.NOT_FOUND), ("this post was deleted", State.DELETED_BY_AUTHOR)),
)


def owns(page: Page) -> bool:
    """Whether a page is of a publication, by its host or by what only Substack's pages have."""
    if _FORMS.owns(page.url or page.saved_from or ""):
        return True
    body = page.first(".available-content")
    return body is not None and "substackcdn.com" in page.html and bool(Parts(page).soup.select_one("h1.post-title"))


read = _LAYOUT.read

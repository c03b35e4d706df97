"""Medium: stories at medium.com, and at publications' own hosts, which are known by their structure.

A story's id is the twelve digits that its address ends with. On somebody's own host it counts for that host only.
"""

from __future__ import annotations

from dataclasses import replace

from ingest.markup.page import Page
from ingest.model import State
from ingest.sites.layout import Form, Forms, Layout, Parts, at, linked, meta, source, within

NAME = "medium"
READER = "medium/2"
HOSTS = frozenset({"medium.com", ".medium.com"})

_ID = r"(?P<id>[0-9a-f]{10,12})"
_STORY = rf"/(?:[^/]+/)*(?:[^/]*-|p/){_ID}"
_FORMS = Forms(
    NAME,
    HOSTS,
    (Form(_STORY, "{id}", "https://medium.com/p/{id}", host=r"(?:[\w-]+\.)?medium\.com"),),
    glued=False,
)
LINK, address = _FORMS.link, _FORMS.address

_LAYOUT = Layout(
    name=NAME,
    reader=READER,
    forms=replace(_FORMS, hosts=HOSTS | {"*"}, forms=(*_FORMS.forms, Form(_STORY, "{host}/{id}", "{spelled}"))),
    body=(at("article"),),
    title=(at(".pw-post-title", "article h1"), meta("og:title")),
    account=(within(meta("og:site_name"), r"^(?!Medium$)(.+)$"), linked("publisher.name"), meta("author")),
    author=(meta("author"), linked("author.name")),
    published=(meta("article:published_time"), linked("datePublished")),
    zone="UTC",
    chrome=(
        ("title", "h1.pw-post-title"),
        ("byline", ".speechify-ignore"),
        ("button", "[data-testid=headerClapButton], [data-testid=audioPlayButton]"),
    ),
    preview=(source('"isLockedPreviewOnly":true'),),
    landings=(("medium.com/m/signin", State.IDENTITY_CHECK),),
    phrases=(
        ("out of nothing, something", State.NOT_FOUND),
        ("author deleted this", State.DELETED_BY_AUTHOR),
        ("removed by the author", State.DELETED_BY_AUTHOR),
        ("user deactivated", State.ACCOUNT_GONE),
        ("account is suspended", State.ACCOUNT_GONE),
        ("under investigation", State.VIOLATION),
    ),
)


def owns(page: Page) -> bool:
    """Whether a page is a story, by its host or by the app that it names for itself."""
    if _FORMS.owns(page.url or page.saved_from or ""):
        return True
    metas = Parts(page).metas
    return metas.get("al:android:package") == "com.medium.reader" or metas.get("al:ios:url", "").startswith(
        "medium://p/"
    )


read = _LAYOUT.read

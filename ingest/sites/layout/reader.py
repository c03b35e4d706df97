"""A site's layout, as data, and how a page is read with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from bs4 import Tag

from ingest import dates
from ingest import text as texts
from ingest.markup.body import Body, render
from ingest.markup.page import Page, attribute
from ingest.model import (
    About,
    Account,
    Address,
    Chrome,
    Completeness,
    Essay,
    Published,
    Reading,
    Role,
    State,
)
from ingest.sites.layout import notices
from ingest.sites.layout.forms import Forms
from ingest.sites.layout.notices import Notices
from ingest.sites.layout.places import Parts, Place, attr, meta, own_tree, words
from ingest.text import clean
from ingest.urls.normalise import distinct, spelled
from ingest.urls.wrappers import unwrapped

_OWN_URLS = (attr("link[rel=canonical]", "href"), meta("og:url"))
_SIGNED = re.compile(r"\?(?=[^#]*\b(?:x-signature|x-expires)=).*", re.IGNORECASE)  # new in each page, and soon expired
_PICTURES = ("data-src", "data-original-src", "data-original", "data-actualsrc", "src")


@dataclass(frozen=True)
class Layout:
    """Where the parts of an article stand in the pages of one site, and what the site says instead of one.

    Of several places the first that holds something counts: name the newest first. ``body`` is required: a page
    without it is a challenge, a notice, or unreadable, but never an essay.
    """

    name: str
    reader: str
    forms: Forms
    body: tuple[Place, ...]
    title: tuple[Place, ...] = (meta("og:title"),)
    account: tuple[Place, ...] = ()
    account_ids: tuple[Place, ...] = ()
    author: tuple[Place, ...] = ()
    published: tuple[Place, ...] = ()
    zone: str = dates.CHINA
    """Where a time without an offset is of, and in whose calendar it was published."""
    scripts: tuple[str, ...] = ()
    """The embedded data: names that JSON is assigned to, or the CSS selectors of scripts that are JSON."""
    urls: tuple[Place, ...] = ()
    """Addresses that the page gives itself beside the canonical one; the first is its identity."""
    chrome: tuple[tuple[str, str], ...] = ()
    """What stands in the body and isn't of the essay: kind, CSS selector."""
    unlinked: str = ""
    """Links that the site put there, as a CSS selector: their words are the author's, their addresses aren't."""
    picture: Callable[[str], str] | None = None
    """The address of a picture without what only says its size."""
    preview: tuple[Place, ...] = ()
    """What only the beginning of an essay that must be paid for has."""
    role: tuple[Place, ...] = ()
    roles: tuple[tuple[str, Role], ...] = ()
    """What the words at ``role`` have in them, and the role that tells."""
    state: State = State.ARTICLE
    completeness: Completeness = Completeness.FULL
    marks: Notices = ()
    """Challenges, by what stands in their source."""
    landings: Notices = ()
    """Pages that the site sends readers to instead, by what stands in their address."""
    said: tuple[Place, ...] = ()
    """Where a notice stands."""
    phrases: Notices = ()
    open: Callable[[Address], str | None] = field(default=lambda address: address.url)
    """What a person opens, when that isn't what is fetched."""

    def owns(self, page: Page) -> bool:
        """Whether a page is of this site, by where it was found, else by the address that it gives itself."""
        found = [url for url in (page.url, page.saved_from) if url] or page.own_urls
        return any(self.forms.owns(url) for url in found)

    def read(self, page: Page) -> Reading:
        """The state of a page, and its essay when it has one."""
        return _Look(self, page).reading()


def first_of(*layouts: Layout) -> Callable[[Page], Reading]:
    """Reads a page with the first layout that it has a body for, else as the first says."""

    def read(page: Page) -> Reading:
        looks = [_Look(layout, page) for layout in layouts]
        return next((look for look in looks if look.body is not None), looks[0]).reading()

    return read


class _Look:
    """One page, looked at with one layout."""

    def __init__(self, layout: Layout, page: Page) -> None:
        self.layout = layout
        self.page = page
        self.chrome: list[Chrome] = []

    @cached_property
    def urls(self) -> tuple[str, ...]:
        """Where the page says it is, and where it was found."""
        bare = Parts(self.page, {}, self.layout.scripts)
        told = [url for place in (*self.layout.urls, *_OWN_URLS) if (url := words(place(bare)))]
        found = [url for url in (self.page.url, self.page.saved_from) if url]
        return (*(url for url in told if not found or self.layout.forms.believes(found[0], url)), *found)

    @cached_property
    def addresses(self) -> tuple[Address, ...]:
        return distinct(spelled(self.layout.forms.address(url), url) for url in self.urls)

    @cached_property
    def parts(self) -> Parts:
        names = next((names for url in self.urls if (names := self.layout.forms.names(url))), {})
        return Parts(self.page, names, self.layout.scripts)

    @cached_property
    def body(self) -> Body | None:
        """The body at the first place that holds words or pictures."""
        for place in self.layout.body:
            found = place(self.parts)
            if not found:
                continue
            root = own_tree(found)
            self.chrome = self._take_chrome(root)
            self._straighten(root)
            body = render(root, self.page.url)
            if body.text or body.images:
                return body
        return None

    def _take_chrome(self, root: Tag) -> list[Chrome]:
        """Take out what isn't of the essay, and keep its words."""
        taken, gone = [], set[int]()
        for kind, selector in self.layout.chrome:
            for tag in root.select(selector):
                if id(tag) in gone:
                    continue
                gone.update(id(inner) for inner in tag.descendants)
                if said := clean(words(tag)):
                    taken.append(Chrome(kind, said))
                tag.extract()
        return taken

    def _straighten(self, root: Tag) -> None:
        """Links lead where they lead, and pictures have their own address."""
        for link in root.select(self.layout.unlinked) if self.layout.unlinked else ():
            link.unwrap()
        for link in root.find_all("a", href=True):
            link["href"] = unwrapped(attribute(link, "href"))
        for image in root.find_all("img"):
            urls = (attribute(image, name).strip() for name in _PICTURES)
            url = unwrapped(next((url for url in urls if url and not url.startswith(("data:", "about:"))), ""))
            url = _SIGNED.sub("", url)
            image["data-src"] = self.layout.picture(url) if self.layout.picture else url

    def reading(self) -> Reading:
        layout = self.layout
        if self.body is None:
            return self._without_body()
        if not self.page.is_whole:
            return self._reading(State.UNREADABLE, "the page is cut off: its end is missing")
        essay = self._essay(self.body)
        state = State.PREVIEW_ONLY if essay.completeness is Completeness.PREVIEW else layout.state
        return Reading(state, layout.reader, layout.name, essay, None, self.addresses)

    def _reading(self, state: State, reason: str) -> Reading:
        return Reading(state, self.layout.reader, self.layout.name, reason=reason, addresses=self.addresses)

    def _without_body(self) -> Reading:
        """A challenge is known by its source or its address, a notice by its words; words count only here."""
        layout = self.layout
        landed = ((state, mark) for mark, state in layout.landings if mark in (self.page.url or ""))
        if told := next(landed, None) or notices.challenge(self.page.html, layout.marks):
            return self._reading(told[0], f"instead of the article the site answers with {told[1]}")
        said = notices.sentence(self.parts, layout.said)
        state = notices.meaning(said, layout.phrases)
        if state and (self.page.is_whole or state.about is About.US):
            return self._reading(state, said)
        if not self.page.is_whole:
            return self._reading(State.UNREADABLE, "the page is cut off: its end is missing")
        if said:
            return self._reading(State.UNKNOWN_NOTICE, said)
        return self._reading(State.UNREADABLE, "the page has no article container")

    def _essay(self, body: Body) -> Essay:
        layout = self.layout
        title = clean(self._words(layout.title)) or None
        account = clean(self._words(layout.account)) or None
        ids = tuple(dict.fromkeys(one for place in layout.account_ids if (one := words(place(self.parts)))))
        own = self.addresses[0] if self.addresses else None
        unpaid = any(place(self.parts) is not None for place in layout.preview)
        return Essay(
            text=body.text or title or "",
            markdown=body.markdown or body.text or title or "",
            display_title=texts.display_title(title, body.text),
            title=title,
            native_id=own.key.partition(":")[2] if own else None,
            url=layout.open(own) if own else None,
            account=Account(account, ids) if account or ids else None,
            author=clean(self._words(layout.author)) or None,
            published=self._published(),
            language=texts.language(body.text),
            completeness=Completeness.PREVIEW if unpaid else layout.completeness,
            role=self._role(),
            images=body.images,
            chrome=tuple(self.chrome),
        )

    def _words(self, places: tuple[Place, ...]) -> str:
        return next((found for place in places if (found := words(place(self.parts)))), "")

    def _published(self) -> Published | None:
        told = (dates.published(words(place(self.parts)), self.layout.zone) for place in self.layout.published)
        return next((found for found in told if found), None)

    def _role(self) -> Role:
        told = self._words(self.layout.role)
        return next((role for word, role in self.layout.roles if re.search(word, told)), Role.UNKNOWN)

"""Reads one page of any site."""

from __future__ import annotations

from functools import cached_property
from html import escape

from bs4 import BeautifulSoup
from lxml.html import HtmlElement, tostring

from ingest import text as texts
from ingest.markup.body import Body, render
from ingest.markup.page import Page
from ingest.model import Account, Chrome, Essay, Evidence, Reading, Role, State
from ingest.sites.web import byline, states
from ingest.sites.web.address import addresses
from ingest.sites.web.container import choose
from ingest.sites.web.dates import published
from ingest.sites.web.ends import cut_off
from ingest.sites.web.head import Head
from ingest.sites.web.lines import kind_of_line
from ingest.sites.web.names import kind_of, weight_of
from ingest.sites.web.opinions import second
from ingest.sites.web.title import headline, shown_title, site_name
from ingest.sites.web.tree import Block, measure, parse, revealed, size
from ingest.sites.web.trim import Trim
from ingest.urls.normalise import absolute, host

NAME = "web"
READER = "web/2"

MAX_PAGE = 16_000_000  # characters; longer pages are not read
_REGION = 40  # blocks beside the title in which a byline stands
_SURE = 30.0  # size of a body with a title that is a short item, and no notice in a page of chrome
_LEAST = 8.0  # size of a text that is a body
_PROSE = 20.0  # worth of a paragraph
_LINE = 200  # characters of a line that may be a byline
_TOLD = 200  # characters of a JSON-LD body that is worth more than a page without one
_AUTHORS = (
    ".//*[@itemprop='author' or @rel='author' or contains(concat(' ', @class, ' '), ' author ')"
    " or contains(@class, 'author-name') or contains(@class, 'author_name') or contains(@class, 'post-author')]"
)
_SHORT = 200  # characters of an essay beside which a longer one may be hidden
_TIMES = 4
_AROUND = 20  # blocks beside a body whose chrome is kept


def owns(page: Page) -> bool:
    """Every page: this site is asked last."""
    return bool(page.html)


def read(page: Page) -> Reading:
    """The state of a page, and its essay when it has one."""
    found = addresses(page.url, page.saved_from, ())
    if len(page.html) > MAX_PAGE:
        reason = f"the page has more than {MAX_PAGE:,} characters"
        return Reading(State.TOO_COSTLY, READER, NAME, reason=reason, addresses=found)
    if not page.is_whole and (inside := cut_off(page.html)):
        reason = f"the page is cut off: it ends inside {inside}"
        return Reading(State.UNREADABLE, READER, NAME, reason=reason, addresses=found)
    root = parse(page.html)
    if root is None:
        return Reading(State.UNREADABLE, READER, NAME, reason="the page is empty", addresses=found)
    reading = _Web(page, root).reading()
    return _revealed(page, reading) if _length(reading) < _SHORT else reading


def _revealed(page: Page, reading: Reading) -> Reading:
    """The reading of what a page hides until its scripts run, where that is an essay and the rest next to nothing."""
    root = revealed(page.html)
    hidden = _Web(page, root) if root is not None else None
    if hidden is None or hidden.blocks[hidden.choice.at].total <= _SURE:
        return reading  # terms and menus wait for a click, too
    shown = hidden.reading()
    return shown if _length(shown) > max(_TIMES * _length(reading), _SHORT) else reading


def _length(reading: Reading) -> int:
    return len(reading.essay.text) if reading.essay else 0


class _Web:
    """One page that is not cut off."""

    def __init__(self, page: Page, root: HtmlElement) -> None:
        self.page, self.root, self.head = page, root, Head(root)
        self.url = page.url or page.saved_from
        self.base = absolute(self.head.base, self.url) or self.url
        self.addresses = addresses(page.url, page.saved_from, self.head.own_urls)
        self.blocks = measure(root, self.url)
        self.title = headline(self.head, self.url, self.blocks)
        self.choice = choose(self.blocks, self.title, self.head.description)

    @cached_property
    def words(self) -> str:
        """All words of the page."""
        return " ".join(block.text for block in self.blocks if block.words)

    def reading(self) -> Reading:
        """The state of the page; an essay when it is one."""
        told = self._told()
        if (judged := self._judged(told)) is not None:
            return self._without(judged)
        at = self.choice.at
        if not self.choice.anchored and not told:
            at = second(self.page.html, self.blocks, at)
        region = self._region(at)
        times = [one for block in region for one in block.element.iter("time") if one.get("datetime")]
        lines = [words for block in region if len(words := " ".join(block.text.split())) <= _LINE]
        marked = [" ".join(one.text_content().split()) for one in self.root.xpath(_AUTHORS)[:9] if not _commented(one)]
        name = site_name(self.head)
        claims = byline.source([block.element for block in region], self.base, self.addresses)
        shown = shown_title(self.blocks, self.choice.heading, self.title)
        around = self._chrome_around(at)
        element, chrome = Trim(self.blocks, at, shown or self.title).run()
        body = _told_body(told) if told else self._rendered(element)
        if size(body.text) < _LEAST:
            return self._without(states.Judged(State.UNREADABLE, "no body was found in the page"))
        if size(body.text) < _PROSE and not self.choice.anchored and weight_of(self.blocks[at].element) == 1:
            said = " ".join(body.text.split())
            return self._without(
                states.Judged(State.UNREADABLE, f"too little text, and nothing says it is one: {said}")
            )
        claims = claims or byline.source([element], self.base, self.addresses)
        language = texts.language(body.text) or self.head.language or None
        essay = Essay(
            text=body.text,
            markdown=body.markdown,
            display_title=texts.display_title(shown, body.text),
            title=shown,
            url=self.addresses[0].url if self.addresses else None,
            account=Account(name) if name else None,
            author=byline.author(self.head, [*lines, *_edges(body.text)], marked, name, self.words),
            published=published(self.head, [*lines, *_edges(body.text)], times, self.url, language == "zh"),
            language=language,
            images=body.images,
            chrome=_distinct((*around, *chrome)),
            role=Role.REPRINT if claims else Role.UNKNOWN,
            claims=claims,
        )
        evidence = Evidence.WHOLE if self.page.is_whole else Evidence.REDUCED
        return Reading(
            State.ARTICLE, READER, NAME, essay, addresses=self.addresses, evidence=evidence,
            host=host(self.url or essay.url) or None,
        )  # fmt: skip

    def _without(self, judged: states.Judged) -> Reading:
        return Reading(judged.state, READER, NAME, reason=judged.reason, addresses=self.addresses)

    def _judged(self, told: str) -> states.Judged | None:
        """What the page is when it is no essay."""
        if told:
            return None
        body, html = self.blocks[self.choice.at], self.page.html
        plain = self.blocks[0].said - self.blocks[0].linked
        much = max(body.total, 0.0)
        sure = self.choice.anchored and much > _SURE
        shown = self.blocks[self.choice.at : body.last + 1] if sure else self.blocks
        lines = [" ".join(block.text.split()) for block in shown if block.words]
        if found := states.notice("" if sure else html, [*lines, self.head.title], max(plain, much)):
            return found
        if found := states.shell(html, plain):
            return found
        return states.index(self.blocks, self.choice, self.head, self.url)

    def _told(self) -> str:
        """The body that the JSON-LD gives, where the page itself shows next to nothing."""
        told = self.head.article.get("articleBody")
        if not isinstance(told, str) or len(told) < _TOLD:
            return ""
        return told if self.blocks[self.choice.at].said < size(told) / 3 else ""

    def _region(self, at: int) -> list[Block]:
        """The blocks between the title and the body, and those of the body up to its first paragraph."""
        heading = self.choice.heading
        start = heading if heading is not None and heading < at else max(at - _REGION // 4, 0)
        start, end = max(start, at - _REGION), at + _REGION // 4
        end = next((n + 1 for n in range(at, end) if n < len(self.blocks) and self.blocks[n].worth > _PROSE), end)
        return [block for block in self.blocks[start:end] if block.words and block.element.tag != "li"]

    def _chrome_around(self, at: int) -> tuple[Chrome, ...]:
        """What stands right before and after the body and says that it is chrome."""
        last = self.blocks[at].last
        start = min(at, self.choice.heading or at) - _AROUND
        beside = [*self.blocks[max(start, 0) : at], *self.blocks[last + 1 : last + 1 + _AROUND]]
        found = (
            (kind_of_line(block.text), texts.clean(" ".join(block.text.split()))) for block in beside if block.words
        )
        return tuple(Chrome(kind, words) for kind, words in found if kind)

    def _rendered(self, element: HtmlElement) -> Body:
        markup = tostring(element, encoding="unicode", with_tail=False)
        body = BeautifulSoup(markup, "lxml").body
        return render(body, self.base) if body else Body("", "")


def _commented(element: HtmlElement) -> bool:
    """Whether an element belongs to a comment, or to another essay."""
    return any(kind_of(one) in ("comments", "related") for one in (element, *element.iterancestors()))


def _told_body(told: str) -> Body:
    lines = (f"<p>{escape(line, quote=False)}</p>" for line in told.split("\n") if line.strip())
    body = BeautifulSoup("".join(lines), "lxml").body
    return render(body) if body else Body("", "")


def _edges(text: str) -> list[str]:
    """The short lines at both ends of a text, where writers sign."""
    lines = [line for line in text.split("\n") if line and not line.startswith("- ")]
    return [line for line in (*lines[:3], *lines[-3:]) if len(line) <= _LINE // 4]


def _distinct(chrome: tuple[Chrome, ...]) -> tuple[Chrome, ...]:
    return tuple(dict.fromkeys(one for one in chrome if one.text))

"""Takes the chrome out of a body: by names, by links, by words at its edges. What is taken is kept, with its kind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from lxml.html import HtmlElement

from ingest.model import Chrome
from ingest.sites.web.lines import kind_of_line
from ingest.sites.web.names import kind_of
from ingest.sites.web.tree import HEADINGS, INLINE, UNSEEN, Block, size
from ingest.text import clean, fold

_MOST_BY_NAME = 0.35  # a part with more of the body's prose is none of its chrome, whatever its names say
_LINKS = 0.6  # share of link text that makes a part a list of links
_PROSE = 20.0  # a block worth this much is a paragraph of the essay
_INLINE = ("span", "a", "i", "em", "label", "small")
_NAMED_INLINE = frozenset({"edit", "share", "player", "dialog", "comments"})
_CITED = re.compile(
    r"\W*(?:\d+\W+)?(?:主要|部分)?(?:参考|参阅|引用|注释|文献|资料来源|数据来源|出处|书目|来源)(?:[^。]{0,10})$"
    r"|\W*(?:\d+\W+)?(?:references?|bibliography|sources?|citations?|works cited|further reading"
    r"|footnotes?|notes?)\W*$",
    re.IGNORECASE,
)
_NEAR = 20  # elements beside one that are looked at
_TITLE_AND = 12  # folded characters beside the title in a heading that repeats it


class Trim:
    """One body; ``chrome`` is what was taken out of it."""

    def __init__(self, blocks: Sequence[Block], at: int, title: str) -> None:
        self.blocks, self.at, self.title = blocks, at, fold(title)
        self.last = blocks[at].last
        self.gone: set[int] = set()
        self.chrome: list[Chrome] = []

    def run(self) -> tuple[HtmlElement, tuple[Chrome, ...]]:
        """The element of the body without its chrome, and the chrome."""
        self._by_name()
        self._by_links()
        self._edges()
        self._inline()
        self._indents()
        return self.blocks[self.at].element, tuple(self.chrome)

    def _inner(self) -> list[int]:
        return [at for at in range(self.at + 1, self.last + 1) if at not in self.gone]

    def _take(self, at: int, kind: str) -> None:
        block = self.blocks[at]
        self.gone.update(range(at, block.last + 1))
        self._drop(block.element, kind, said(block.element))

    def _by_name(self) -> None:
        whole = max(self.blocks[self.at].total, 1.0)
        for at in self._inner():
            block = self.blocks[at]
            if at in self.gone or block.kind is None:
                continue
            if block.total < _MOST_BY_NAME * whole:
                self._take(at, block.kind)

    def _by_links(self) -> None:
        first, last = self._prose()
        cited = 0
        for at in self._inner():
            block = self.blocks[at]
            if at in self.gone or at <= cited or block.total >= 0 or block.linked < _LINKS * block.said:
                continue
            if _is_in_a_row(block.element):
                continue
            if self._is_cited(at):
                cited = block.last
            elif block.last < first or at > last or block.linked > _PROSE * 4:
                self._take(at, "links")

    def _is_cited(self, at: int) -> bool:
        """Whether a list of links is what the author has read: a line before it says so."""
        nearest = range(at - 1, max(self.at, at - _NEAR) - 1, -1)
        before = next((self.blocks[n] for n in nearest if self.blocks[n].words), None)
        return before is not None and _CITED.match(before.text) is not None

    def _prose(self) -> tuple[int, int]:
        """The first and the last paragraph of the body."""
        prose = [at for at in [self.at, *self._inner()] if self.blocks[at].worth >= _PROSE
                 and kind_of_line(self.blocks[at].text) is None]  # fmt: skip
        return (prose[0], prose[-1]) if prose else (self.last + 1, self.at)

    def _edges(self) -> None:
        first, last = self._prose()
        for at in self._inner():
            block = self.blocks[at]
            if at in self.gone or (first <= at <= last) or not block.said or block.is_code:
                continue
            if block.last >= first and at < first:
                continue  # holds the first paragraph
            words = said(block.element)
            if self._is_title(block, words) and at < first:
                self._take(at, "title")
            elif kind := kind_of_line(words):
                self._take(at, kind)

    def _inline(self) -> None:
        """Chrome between the words: what is named so, advertisements, the way back or onward at the end."""
        body = self.blocks[self.at].element
        first = next(body.iter("b", "strong", "font", "big"), None)
        if first is not None and self.title and fold(words := said(first)) == self.title and _is_alone(first):
            self._drop(first, "title", words)
        for part in list(body.iter(*_INLINE)):
            if (
                (kind := kind_of(part)) in _NAMED_INLINE
                and size(words := said(part)) < _PROSE
                and part.find(".//img") is None
                and next(part.iterancestors("pre", "code"), None) is None
            ):
                self._drop(part, kind, words)
        links = list(body.iter("a"))
        for link in links:
            words = said(link)
            kind = "advert" if words.startswith("广告") else kind_of_line(words) if link is links[-1] else None
            if kind in ("advert", "navigation", "share"):
                self._drop(link, kind, words)

    def _indents(self) -> None:
        """Paragraphs are set in by two wide spaces on many Chinese pages."""
        for part in self.blocks[self.at].element.iter():
            if part.text and "\u3000" in part.text and (part.tag not in INLINE or part.text.startswith("\u3000\u3000")):
                part.text = part.text.lstrip()
            if part.tail and part.tag in ("br", "p") and "\u3000" in part.tail:
                part.tail = part.tail.lstrip()

    def _drop(self, part: HtmlElement, kind: str, words: str) -> None:
        if part.getparent() is not None:
            if words:
                self.chrome.append(Chrome(kind, words))
            part.drop_tree()

    def _is_title(self, block: Block, words: str) -> bool:
        folded = fold(words[:400])
        if not folded or not self.title:
            return False
        heading = block.element.tag in HEADINGS
        return folded == self.title or (
            heading
            and (self.title in folded or folded in self.title)
            and abs(len(folded) - len(self.title)) < _TITLE_AND
        )


def _is_in_a_row(element: HtmlElement) -> bool:
    """Whether a cell stands beside one with words and without links: a part of a table of data."""
    row = element.getparent() if element.tag in ("td", "th") else None
    others = (cell for cell in islice(row if row is not None else (), _NEAR) if cell is not element)
    return any(next(cell.iter("a"), None) is None and said(cell) for cell in others)


def _is_alone(part: HtmlElement) -> bool:
    """Whether nothing else stands in the line of a part."""
    words = said(part)
    while (parent := part.getparent()) is not None and parent.tag in INLINE:
        if said(parent) != words:
            return False
        part = parent
    if parent is None:
        return False
    following = part.getnext()
    ends = not (part.tail or "").strip() and (following is None or following.tag == "br" or following.tag not in INLINE)
    before = part.getprevious()
    begins = (
        not (parent.text or "").strip() if before is None else before.tag == "br" and not (before.tail or "").strip()
    )
    return ends and begins


def said(element: HtmlElement) -> str:
    """The words of an element, without what nobody sees."""
    parts: list[str] = []
    for node in element.iter():
        if node.tag in UNSEEN:
            continue
        parent = node.getparent()
        if node.text and not (parent is not None and parent.tag in UNSEEN):
            parts.append(node.text)
        if node is not element and node.tail:
            parts.append(node.tail)
    return clean("\n".join(line for part in parts if (line := " ".join(part.split()))))

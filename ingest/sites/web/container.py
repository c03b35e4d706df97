"""Which element of a page is its body.

An element is worth the sum of its blocks (``tree``). On that, a page gives four more hints: names of containers, the
description in its head (most are the first words of the body), the place of its title (the body follows it, with no
other prose between), and how much of an element is links.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from lxml.html import HtmlElement

from ingest.sites.web.names import weight_of
from ingest.sites.web.title import title_at
from ingest.sites.web.tree import HEADINGS, Block, add_up
from ingest.text import fold

_DESCRIBED = 2.5
_BEFORE_TITLE = 0.3
_AROUND_TITLE = 0.85  # the title stands before the body, in it only where a page has no better container
_ANOTHER = 0.2
_WEAKLY_NAMED = 1.5
_NOTHING = 60.0  # a page worth less has no body outside of its chrome
_PARTS = frozenset({"p", "li", "dd", "dt", "ul", "ol", "dl", "blockquote", "pre", "tr", "tbody", "table", "td", "th"})
_SAYS_MORE = 1.5
_LIST = 0.6  # share of link text that makes an element a list of links
_NEARLY_ALL = 0.8
_NO_WRAPPER = frozenset({"comments", "footer", "dialog", "disclaimer"})
_WORDLESS = frozenset({"breadcrumb", "navigation", "tags"})
_HARDLY = 0.1
_LEAD = 16  # folded characters of a description that tell a paragraph


@dataclass(frozen=True)
class Choice:
    """The numbers of the blocks that are the body, show the title, and begin as the description does."""

    at: int
    heading: int | None
    lead: int | None
    anchored: bool  # whether the title leads to the body, or the description stands in it


def choose(blocks: list[Block], title: str, description: str) -> Choice:
    """The body of a page."""
    heading = title_at(blocks, title)
    lead = _lead_at(blocks, description, heading or 0)
    for anchor in (heading, lead):
        _clear(blocks, anchor)
    add_up(blocks, heading)
    if misnamed := _misnamed(blocks):
        for at in misnamed:
            blocks[at].kind = None
        add_up(blocks, heading)
    scale = _Scale(blocks, heading, lead)
    best = max(range(len(blocks)), key=lambda at: (scale.value(at), at))
    if blocks[best].total > 0:
        best = _around(blocks, best)
        return Choice(best, heading, lead, scale.leads_to(best))
    # Not one sentence: the container that a name tells, after the title.
    named = [at for at in range(heading or 0, len(blocks)) if blocks[at].said and not scale.chrome[at]
             and weight_of(blocks[at].element) > 1 and blocks[at].linked < blocks[at].said / 2]  # fmt: skip
    best = max(named, key=lambda at: blocks[at].said - 2 * blocks[at].linked, default=best)
    return Choice(best, heading, lead, bool(named))


class _Scale:
    """What each element of a page is worth as its body."""

    def __init__(self, blocks: Sequence[Block], heading: int | None, lead: int | None) -> None:
        self.blocks, self.heading, self.lead = blocks, heading, lead
        self.chrome = _inside_chrome(blocks)
        self.own = _own(blocks, heading)
        self.skipped = _prose_before(blocks, self.chrome)

    def value(self, at: int) -> float:
        """The prose of an element, weighed by what speaks for it and against it."""
        block = self.blocks[at]
        if self.chrome[at]:
            return -1e9
        weight = weight_of(block.element)
        worth = block.total
        if weight > _WEAKLY_NAMED and block.said < _NOTHING:
            worth = max(worth, block.said - 3 * block.linked)
        if worth <= 0:
            return worth
        worth *= weight * (1 - block.linked / max(block.said, 1.0))
        if self.lead is not None and at <= self.lead <= block.last:
            worth *= _DESCRIBED
        if not self.own <= at <= self.blocks[self.own].last:
            worth *= _ANOTHER
        if self.heading is not None and self.heading < at:
            worth -= self._between(at)
        elif self.heading is not None:
            worth *= _BEFORE_TITLE if self.heading > block.last else _AROUND_TITLE
        return worth

    def leads_to(self, at: int) -> bool:
        """Whether the title leads to this element, or the description stands in it."""
        block = self.blocks[at]
        if self.lead is not None and at <= self.lead <= block.last:
            return True
        return self.heading is not None and self.heading <= block.last and self._between(at) < block.total

    def _between(self, at: int) -> float:
        """The prose between the title and an element."""
        return max(self.skipped[at] - self.skipped[self.heading or 0], 0.0)


def _around(blocks: Sequence[Block], at: int) -> int:
    """What a paragraph stands in, if that says more and is no list of links: a paragraph alone is seldom a body."""
    while blocks[at].element.tag in _PARTS and blocks[at].parent >= 0:
        around = blocks[blocks[at].parent]
        says_more = around.said - around.linked > _SAYS_MORE * blocks[at].said
        if around.kind is not None or not says_more or around.linked >= _LIST * around.said:
            break
        at = blocks[at].parent
    return at


def _misnamed(blocks: Sequence[Block]) -> list[int]:
    """The elements that are named as if they were chrome and are none.

    Those that hold nearly all prose of the page: but for what asks, warns or answers, since a page that shows nothing
    else has no body. And those of a kind that never holds prose, with prose in them and hardly a link.
    """
    before = list(accumulate((max(block.worth, 0.0) for block in blocks), initial=0.0))
    found = []
    for at, block in enumerate(blocks):
        held = before[block.last + 1] - before[at]
        if block.kind is None or held <= _NOTHING:
            continue
        wraps = held > max(_NEARLY_ALL * before[-1], 2 * _NOTHING) and block.kind not in _NO_WRAPPER
        if wraps or (block.kind in _WORDLESS and block.linked < _HARDLY * block.said):
            found.append(at)
    return found


def _own(blocks: Sequence[Block], heading: int | None) -> int:
    """The element that the body is in: the whole page, or one of several essays, the one with the title.

    Several essays are siblings of one name, each with a heading.
    """
    if heading is None:
        return 0
    children: dict[int, list[int]] = defaultdict(list)
    for at, block in enumerate(blocks):
        children[block.parent].append(at)
    child = heading
    while (at := blocks[child].parent) >= 0:
        one = blocks[child].element
        others = [n for n in children[at] if n != child and _name(blocks[n].element) == _name(one)]
        named = one.tag == "article" or (one.get("class") and child != heading)
        if named and others and all(_is_titled(blocks, n) for n in others):
            return child
        child = at
    return 0


def _name(element: HtmlElement) -> tuple[str, str | None]:
    return element.tag, element.get("class")


def _is_titled(blocks: Sequence[Block], at: int) -> bool:
    return any(block.element.tag in HEADINGS for block in blocks[at : blocks[at].last + 1])


def _clear(blocks: list[Block], at: int | None) -> None:
    """What holds the title or the lead is no chrome, whatever its names say."""
    while at is not None and at >= 0:
        blocks[at].kind = None
        at = blocks[at].parent


def _lead_at(blocks: Sequence[Block], description: str, start: int) -> int | None:
    """The first block behind the title that has the first words of the description."""
    lead = fold(description[:200])[:_LEAD]
    if len(lead) < _LEAD:
        return None
    for at, block in enumerate(blocks[start:], start):
        if block.words > _LEAD and block.element.tag not in HEADINGS and lead in fold(block.text[:600]):
            return at
    return None


def _inside_chrome(blocks: Sequence[Block]) -> list[bool]:
    inside = [False] * len(blocks)
    for at, block in enumerate(blocks):
        inside[at] = block.kind is not None or (block.parent >= 0 and inside[block.parent])
    return inside


def _prose_before(blocks: Sequence[Block], chrome: Sequence[bool]) -> list[float]:
    """For each block, the prose of all blocks before it that are no chrome."""
    before, so_far = [0.0] * len(blocks), 0.0
    for at, block in enumerate(blocks):
        before[at] = so_far
        if not chrome[at]:
            so_far += max(block.worth, 0.0)
    return before

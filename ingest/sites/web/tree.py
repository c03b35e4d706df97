"""The tree of any page, parsed once by lxml, and what one walk measures of each element.

A block is an element with text of its own (inline children included). Prose makes it worth something, links and lone
labels cost; an element is worth the sum of the blocks in it. Text counts in thirds of its UTF-8 bytes, so that a Han
character is 1 and an English word about 2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass, field

from lxml import etree
from lxml.html import HtmlElement, HTMLParser

from ingest.sites.web.names import kind_of

UNSEEN = frozenset(
    {"script", "style", "noscript", "template", "head", "title", "meta", "link", "iframe", "object", "embed", "svg"}
    | {"button", "select", "input", "textarea", "option", "canvas", "video", "audio", "map"}
)
INLINE = frozenset(
    {"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "br", "cite", "code", "del", "dfn", "em", "font", "i", "img"}
    | {"ins", "kbd", "label", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub"}
    | {"sup", "time", "tt", "u", "var", "wbr", "picture", "source"}
)
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_NO_WORDS = frozenset({"script", "style", "template"})
_SAYS_MUCH = 200  # characters
_ENDS = re.compile(r"[。！？!?；;…，：]|[.,:](?:\s|$)")
_COST_OF_LINKS = 2.0
_COST_OF_A_LABEL = 2.0  # a line that is no sentence: a button, a caption, a date
_OF_CODE = 0.6
_A_LINK = 0.7  # share of link text that makes a heading a link
_TEASER = 150.0
_MANY = 3  # elements of one kind that make a list
_MOSTLY = 0.7
_SHORT = 5.0
_LONG = 40.0  # lines of this size are prose without a full stop too


@dataclass(slots=True)
class Block:
    """What one element holds: its own text, and the sums of all within."""

    element: HtmlElement
    parent: int
    kind: str | None = None  # the kind of chrome that its name says
    is_code: bool = False
    words: float = 0.0
    links: float = 0.0
    ends: bool = False  # whether it holds the end of a sentence
    breaks: int = 0
    begun: bool | None = None  # whether its first words are a link
    teaser: bool = False  # whether it is about another essay
    worth: float = 0.0  # of its own text
    total: float = 0.0  # of all within, chrome left out
    linked: float = 0.0  # size of the link text within
    said: float = 0.0  # size of all text within
    last: int = 0  # number of the last block within
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its own text."""
        return " ".join(self.parts)


def parse(html: str) -> HtmlElement | None:
    """The root of a page; None when there is nothing in it."""
    data = html.replace("\x00", "").encode("utf-8", "replace")
    parser = HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(data, parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None


def size(text: str) -> float:
    """How much a text says, whatever its script."""
    return len(text.encode("utf-8", "replace")) / 3


def unseen(element: HtmlElement) -> bool:
    """Whether nobody reads this element."""
    style = element.get("style")
    return element.tag in UNSEEN or (style is not None and _HIDDEN.search(style) is not None)


def revealed(html: str) -> HtmlElement | None:
    """The page as its scripts may show it: what is hidden and says much, and what stands in for scripts, is seen.

    None when nothing of the sort is in it.
    """
    root = parse(html)
    if root is None:
        return None
    shown, held = False, [0]
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            held.append(0 if element.tag in _NO_WORDS else len(element.text or ""))
            continue
        within = held.pop()
        held[-1] += within + len(element.tail or "")
        if within < _SAYS_MUCH:
            continue
        if element.tag == "noscript":
            element.tag, shown = "div", True
        elif _HIDDEN.search(element.get("style") or ""):
            del element.attrib["style"]
            shown = True
    return root if shown else None


def measure(root: HtmlElement, url: str | None = None) -> list[Block]:
    """Every block-level element of a page in document order; parents come before their children."""
    own = {"", *_spellings(url)}
    blocks = [Block(root, -1)]
    at, in_link, in_jump = 0, 0, 0
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if element is root:
            if event == "start":
                _take(blocks, 0, element.text, 0, 0)
            continue
        tag = element.tag
        if event == "start":
            if unseen(element):
                walk.skip_subtree()
                continue
            if tag in INLINE:
                in_link += tag == "a"
                in_jump += _jumps(element, own)
                blocks[at].breaks += tag == "br"
            else:
                in_code = blocks[at].is_code
                blocks.append(Block(element, at, None if in_code else kind_of(element), in_code or tag == "pre"))
                at = len(blocks) - 1
            _take(blocks, at, element.text, in_link, in_jump)
        else:
            if tag in INLINE and not unseen(element):
                in_link -= tag == "a"
                in_jump -= _jumps(element, own)
            elif blocks[at].element is element:
                blocks[at].last = len(blocks) - 1
                at = blocks[at].parent
            _take(blocks, at, element.tail, in_link, in_jump)
    blocks[0].last = len(blocks) - 1
    return blocks


def add_up(blocks: list[Block], title: int | None) -> None:
    """Give every block its worth, and the sums of all within; chrome and teasers count for nothing around them."""
    children: list[list[Block]] = [[] for _ in blocks]
    for block in blocks[1:]:
        children[block.parent].append(block)
    shown = blocks[title] if title is not None else None
    for block, within in zip(reversed(blocks), reversed(children), strict=True):
        block.worth = block.total = _worth(block)
        block.said = block.words + sum(child.said for child in within)
        block.linked = block.links + sum(child.linked for child in within)
        block.teaser = _is_teaser(block, within, shown)
        begun = [child for child in within if child.begun and 0 < child.total < _TEASER and child.element.tag != "p"]
        listed = len(begun) >= _MANY and len(begun) > _MOSTLY * sum(child.said > 0 for child in within)
        for child in begun if listed else ():
            child.teaser = True
        block.total += sum(child.total for child in within if child.kind is None and not child.teaser)


def _worth(block: Block) -> float:
    plain = block.words - block.links
    if not block.words or block.element.tag in HEADINGS:
        return 0.0
    if block.element.tag == "pre":
        return _OF_CODE * plain
    if (block.ends and plain > _SHORT) or plain > _LONG or (block.breaks and plain > _SHORT and not block.links):
        return plain - _COST_OF_LINKS * block.links
    if block.element.tag == "p" and not block.links:
        return plain / 2  # a line of verse, a caption
    return -_COST_OF_A_LABEL - _COST_OF_LINKS * min(block.links, 20) if block.links else 0.0


def _is_teaser(block: Block, within: list[Block], title: Block | None) -> bool:
    """Whether this is one heading that is a link, and a little prose: another essay's."""
    headings = [child for child in within if child.element.tag in HEADINGS and child.words]
    if len(headings) != 1 or not 0 < block.total + sum(child.total for child in within) < _TEASER:
        return False
    return headings[0] is not title and headings[0].links > _A_LINK * headings[0].words


def _spellings(url: str | None) -> Iterator[str]:
    """What a link to a page may call it in that page: all of its address, or the end of it."""
    if url:
        yield (whole := url.partition("#")[0])
        yield whole.partition("://")[2].partition("/")[1] + whole.partition("://")[2].partition("/")[2]
        yield whole.rpartition("/")[2]


def _jumps(element: HtmlElement, own: Set[str]) -> bool:
    """Whether this is a link to a place in the page that it is in: a heading with its own address, a note."""
    if element.tag != "a":
        return False
    page, mark, _ = (element.get("href") or "").strip().partition("#")
    return bool(mark) and page in own


def _take(blocks: list[Block], at: int, text: str | None, in_link: int, in_jump: int) -> None:
    """Add words to a block; a heading that is a link to itself is none."""
    if not text or not (words := text.strip()):
        return
    block = blocks[at]
    leads = in_link > in_jump
    if block.element.tag in HEADINGS:
        in_link -= in_jump
    amount = size(words)
    block.words += amount
    block.parts.append(words)
    if in_link:
        block.links += amount
    elif not block.ends and _ENDS.search(words):
        block.ends = True
    while at >= 0 and blocks[at].begun is None:
        blocks[at].begun = leads
        at = blocks[at].parent

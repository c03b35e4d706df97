"""What the parser tells of a page, kept as a list; a tree is built only of the elements that somebody reads.

BeautifulSoup builds its tree while lxml's parser tells it that an element starts, that words come, that it ends. Here
the same parser tells the same to a list. The part of the list that is about one element builds the tag that the tree of
the whole page has in its place: no element is looked for in the source, so nothing in the source can deceive.

Most of a page may be scripts. Their words are not shown to the parser, and not copied before somebody asks for them:
the HTML standard ends a script at the first ``</script`` unless ``<!--`` came before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from sys import intern
from typing import TypeAlias

from bs4 import BeautifulSoup, Tag
from bs4.builder._lxml import LXMLTreeBuilder
from bs4.element import (
    Comment,
    Doctype,
    NamespacedAttribute,
    NavigableString,
    PageElement,
    ProcessingInstruction,
    XMLAttributeDict,
)
from lxml import etree

_SCRIPT = re.compile(r"<script(?:[\s/][^<>]*)?>", re.IGNORECASE)
_SCRIPT_END = re.compile(r"<(?:!--|/script[\s/>])", re.IGNORECASE)
_SEVERAL = LXMLTreeBuilder.DEFAULT_CDATA_LIST_ATTRIBUTES
_SEEN = re.compile(r"[^ \n\t\f\r]")


@dataclass(eq=False, slots=True)
class Element:
    """An element: where its events start, how many come before its end, and its tag once that is built.

    The tag has the same attributes, not a copy of them.
    """

    name: str
    attributes: XMLAttributeDict
    parent: Element | None = None
    start: int = 0
    length: int = 0
    tag: Tag | None = None

    def given(self, name: str) -> str:
        """One attribute as ``ingest.page.attribute`` gives that of its tag; empty when it is absent."""
        value = self.attributes.get(name, "")
        if name in _SEVERAL["*"] or name in _SEVERAL.get(self.name, ()):
            return " ".join(value.split() if isinstance(value, str) else value)
        return str(value)


@dataclass(frozen=True)
class Raw:
    """Words that no parser need see: a part of the page's source, cut out when somebody asks for it."""

    html: str
    start: int
    end: int

    @cached_property
    def words(self) -> str:
        """The words as a parser gives them."""
        words = self.html[self.start : self.end]
        if "\r" in words:
            words = words.replace("\r\n", "\n").replace("\r", "\n")
        return words.replace("\0", "\ufffd")

    def __contains__(self, words: str) -> bool:
        return self.html.find(words, self.start, self.end) >= 0

    def __len__(self) -> int:
        return len(self.words) if "\r" in self else self.end - self.start


Event: TypeAlias = Element | str | Raw | tuple[type[NavigableString], str] | None
"""The start of an element, words, what isn't words (a comment, say), or the end of the innermost open element."""


@dataclass(frozen=True, slots=True)
class Script:
    """A script: its type, the address of its source, and what stands in it."""

    kind: str
    source: str
    text: str | Raw

    @property
    def words(self) -> str:
        """What stands in it, as BeautifulSoup has it."""
        return self.text if isinstance(self.text, str) else self.text.words


class Outline:
    """The elements of one page in their order. Raises ``UnicodeEncodeError`` for a text with halves of characters."""

    def __init__(self, html: str) -> None:
        told = _told(html.removeprefix("\ufeff"))
        self.elements = told.elements
        self._events = told.events

    def tree(self) -> BeautifulSoup:
        """The whole page, as ``BeautifulSoup(html, "lxml")`` has it. It is built once: its words then stand there."""
        return _built(self._taken())

    def tag(self, element: Element) -> Tag:
        """The element with all that is in it; what it stands in has nothing else in it."""
        if element.tag is None:
            around = [Element(outer.name, outer.attributes) for outer in _outer(element)]
            _built(chain(reversed(around), islice(self._events, element.start, element.start + element.length)))
        assert element.tag is not None
        return element.tag

    def scripts(self) -> Iterator[Script]:
        """The scripts in their order."""
        for element in self.elements:
            if element.name == "script":
                yield Script(element.given("type"), element.given("src"), self._text(element))

    def _text(self, element: Element) -> str | Raw:
        inside = self._events[element.start + 1 : element.start + element.length]
        if len(inside) == 1 and isinstance(inside[0], Raw):
            return inside[0]
        return (self.tag(element).string or "") if element.tag or inside else ""

    def _taken(self) -> Iterator[Event]:
        self._events.reverse()
        while self._events:
            yield self._events.pop()


def _told(html: str) -> _Told:
    """What the parser tells of a page. It is asked itself whether what looks like a script's start is one."""
    told = _Told()
    parser = etree.HTMLParser(target=told, encoding="utf-8")
    at = 0
    while tag := _SCRIPT.search(html, at):
        parser.feed(html[at : tag.start()].encode())
        before = len(told.elements)
        parser.feed(tag[0].encode())
        at = tag.end()
        if len(told.elements) > before and told.elements[-1].name == "script" and told.events[-1] is told.elements[-1]:
            end = _SCRIPT_END.search(html, at)
            if end and end[0] != "<!--" and _SEEN.search(html, at, end.start()):
                told.events.append(Raw(html, at, end.start()))
                at = end.start()
    parser.feed(html[at:].encode())
    parser.close()
    return told


class _Told:
    """What lxml's parser calls. It tells of no end but that of the innermost open element."""

    def __init__(self) -> None:
        self.elements: list[Element] = []
        self.events: list[Event] = []
        self.data = self.events.append
        self._open: list[Element] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        parent = self._open[-1] if self._open else None
        element = Element(intern(name), _named(attributes), parent, len(self.events))
        self._open.append(element)
        self.elements.append(element)
        self.events.append(element)

    def end(self, _name: str) -> None:
        element = self._open.pop()
        element.length = len(self.events) - element.start
        self.events.append(None)

    def comment(self, words: str) -> None:
        self.events.append((Comment, words))

    def pi(self, target: str, words: str) -> None:
        self.events.append((ProcessingInstruction, f"{target} {words}"))

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        self.events.append((Doctype, str(Doctype.for_name_and_ids(name, public, system))))

    def close(self) -> None:
        while self._open:
            self.end("")


class _Builder(LXMLTreeBuilder):
    """Builds what BeautifulSoup builds of the same events, but need not expect ends that close nothing."""

    def __init__(self, events: Iterable[Event]) -> None:
        super().__init__()
        self._events = events

    def feed(self, markup: str | bytes) -> None:  # noqa: ARG002  what bs4 calls it with
        """Builds the events; there is no markup."""
        soup = self.soup
        assert soup is not None
        parent: Tag = soup
        last: PageElement | None = None
        words: list[str] = []
        kind, keeps = NavigableString, False  # what words are here, and whether blanks are kept
        outer = [(parent, kind, keeps)]

        def put(text: str, kind: type[NavigableString]) -> NavigableString:
            if not keeps and (text.isspace() or not text) and _SEEN.search(text) is None:
                text = "\n" if "\n" in text else " "
            string = kind(text)
            string.setup(parent, last)
            parent.contents.append(string)
            return string

        for event in self._events:
            if isinstance(event, str | Raw):
                words.append(event if isinstance(event, str) else event.words)
                continue
            if words:
                last = put("".join(words), kind)
                words.clear()
            if isinstance(event, Element):
                outer.append((parent, kind, keeps))
                given, namespaces = event.attributes, self.active_namespace_prefixes[-1]
                tag = Tag(soup, self, event.name, None, None, given, parent, last, namespaces=namespaces)
                parent.contents.append(tag)
                event.tag = parent = last = tag
                kind = self.string_containers.get(tag.name, kind)
                keeps = keeps or tag.name in self.preserve_whitespace_tags
            elif event is None:
                parent, kind, keeps = outer.pop()
            else:
                last = put(event[1], event[0])
        if words:
            put("".join(words), kind)
        self._events = ()


def _named(attributes: Mapping[str, str]) -> XMLAttributeDict:
    """The attributes as BeautifulSoup names them, which takes braces in a name for those of a namespace."""
    if "{" not in "".join(attributes):
        return XMLAttributeDict({intern(name): value for name, value in attributes.items()})
    named = XMLAttributeDict()
    for name, value in attributes.items():
        space, brace, local = name[1:].partition("}")
        named[NamespacedAttribute(None, local, space) if name[0] == "{" and brace else name] = value
    return named


def _outer(element: Element) -> Iterator[Element]:
    while element.parent is not None:
        element = element.parent
        yield element


def _built(events: Iterable[Event]) -> BeautifulSoup:
    return BeautifulSoup("", builder=_Builder(events))

"""A page: decoded HTML with its tree, and a body of it as Markdown and as clean text.

``render`` walks the body once, without recursion, and writes two things side by side: the clean text, and a flat form
of the HTML in which only what Markdown can say is left. markdownify then turns the flat form into Markdown, so that
neither the depth nor the width of a hostile page costs more than its length.
"""

# ruff: noqa: ARG002  # markdownify calls its converters by name

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from urllib.parse import urljoin

from bs4 import BeautifulSoup, Tag
from bs4.element import CData, NavigableString, PageElement
from markdownify import MarkdownConverter

from ingest import text as texts
from ingest.model import Image

MAX_NESTING = 30  # lists and quotes deeper than this keep their text, not their nesting
SAVED_FROM_WITHIN = 4096  # characters at the start of a page in which a "saved from" comment stands

_SPACE = re.compile(r"[ \t\r\n\f\xa0]+")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufdd0-\ufddf]"
)
_MARK = "\ufdd0"  # a noncharacter that stands in the text where a picture was, until its position is counted
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_AS_BLOCK = re.compile(r"display\s*:\s*(?:block|flex|table)", re.IGNORECASE)
_LANGUAGE = re.compile(r"(?:^|\s)(?:language-|lang-|brush:\s*|code-snippet__)([\w+#-]+)")
_NO_LANGUAGE = frozenset({"fix", "js_wrap", "none", "plain", "plaintext", "text"})
_BLANK_START = re.compile(r"\A(?:[ \t]*\n)+")
_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+)|\burl:\s*(https?://\S+)")

_DROPPED = frozenset(
    {"script", "style", "noscript", "template", "head", "title", "meta", "link", "iframe", "object", "embed"}
    | {"button", "select", "input", "textarea"}
)
_GUTTERS = frozenset({"gutter", "code-snippet__line-index", "line-numbers-rows", "hljs-ln-numbers", "lnt"})
_BLOCKS = frozenset(
    {"p", "div", "section", "article", "main", "header", "footer", "aside", "nav", "center", "address", "pre", "body"}
    | {"figure", "figcaption", "details", "summary", "form", "fieldset", "dl", "dt", "dd", "foreignobject"}
    | {"table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th"}
)
_LISTS = frozenset({"ul", "ol"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_FRAMES = _LISTS | _HEADINGS | {"li", "blockquote"}
_INLINE = {"b": "strong", "strong": "strong", "i": "em", "em": "em", "del": "del", "s": "del", "strike": "del"}
_CODE = frozenset({"code", "kbd", "samp", "tt"})
_BREAKS_CODE = frozenset({"div", "p", "li", "section", "tr"})
_ROWS = frozenset({"table", "thead", "tbody", "tfoot"})
_NOT_IN_A_CELL = frozenset({"table", "pre", "blockquote"}) | _FRAMES
_BREAK = frozenset({"br"})
_NOT_IN_CODE = frozenset({"img", "p", "section", "table", "pre", "blockquote"}) | _HEADINGS


Leave = Callable[[], None] | None  # what is to be done at the end of an element


@dataclass(frozen=True)
class Page:
    """One HTML page. ``url`` is where it was found, None when nobody knows; ``origin`` is the path of the file."""

    html: str
    url: str | None = None
    origin: str | None = None

    @cached_property
    def soup(self) -> BeautifulSoup:
        """The tree, parsed once; lxml, since html.parser is quadratic on hostile input."""
        return BeautifulSoup(self.html, "lxml")

    @cached_property
    def _places(self) -> dict[str, Tag]:
        places: dict[str, Tag] = {}
        for tag in self.soup.find_all(True):
            for name in classes(tag):
                places.setdefault(f".{name}", tag)
            if name := attribute(tag, "id"):
                places.setdefault(f"#{name}", tag)
        return places

    def first(self, *places: str) -> Tag | None:
        """The element at the first of these places (``#id`` or ``.class``) that the page has; one walk serves all."""
        return next((self._places[place] for place in places if place in self._places), None)

    @cached_property
    def saved_from(self) -> str | None:
        """The address that a browser or SingleFile noted in the first comment of the file it saved."""
        start = self.html[:SAVED_FROM_WITHIN]
        found = _SAVED_FROM.search(start) if start.lstrip().startswith("<") and "<!--" in start else None
        return (found[1] or found[2]) if found else None


@dataclass(frozen=True)
class Body:
    """A part of a page: clean text, Markdown, and its pictures, each once, in reading order."""

    text: str
    markdown: str
    images: tuple[Image, ...] = ()


def render(root: Tag, base: str | None = None) -> Body:
    """What a person reads in ``root``; relative links are joined to ``base``, or left as they are without one.

    Paragraphs, lists, tables, quotes and code keep their structure in both forms. Scripts, styles, ``noscript`` copies
    and what is hidden by ``display: none`` are left out; ``root`` itself may be hidden. The tree isn't changed.
    """
    flow = _Flow(base)
    flow.walk(root)
    text, positions = _positions(flow.text())
    images = tuple(Image(url, alt, at) for (url, alt), at in zip(flow.images.items(), positions, strict=True))
    return Body(text, _markdown(flow.html()), images)


def picture(tag: Tag, base: str | None = None) -> str | None:
    """The address of an ``img``: what it loads later comes before its placeholder; never a ``data:`` picture."""
    for name in ("data-src", "data-original", "data-actualsrc", "src"):
        url = attribute(tag, name).strip()
        if url and not url.lower().startswith(("data:", "about:", "javascript:")):
            return _absolute(url, base)
    return None


def attribute(tag: Tag, name: str) -> str:
    """One attribute as a string; empty when it is absent."""
    value = tag.get(name)
    return "" if value is None else value if isinstance(value, str) else " ".join(value)


def classes(tag: Tag) -> list[str]:
    """The classes of an element."""
    return attribute(tag, "class").split()


def _absolute(url: str, base: str | None) -> str:
    if base:
        try:
            return urljoin(base, url)
        except ValueError:  # "http://[": not an address that can be joined
            return url
    return f"https:{url}" if url.startswith("//") else url


def _positions(marked: str) -> tuple[str, list[int | None]]:
    """The clean text, and for each mark in it the character that it stands before."""
    first, *rest = texts.clean(marked).split(_MARK)
    places: list[int | None] = []
    at = len(first)
    for part in rest:
        places.append(at)
        at += len(part)
    text = first + "".join(rest)
    cleaned = texts.clean(text)
    return cleaned, places if cleaned == text else [None] * len(places)


@dataclass
class _Frame:
    """A list, an item, a quote or a heading; it is written when its first content comes, so none is ever empty."""

    name: str
    opening: str
    label: str = ""
    written: bool = False
    count: int = 0


@dataclass
class _Flow:
    """Writes the text and the flat HTML of one body while its tree is walked."""

    base: str | None
    images: dict[str, str | None] = field(default_factory=dict)
    _text: list[str] = field(default_factory=list)
    _html: list[str] = field(default_factory=list)
    _frames: list[_Frame] = field(default_factory=list)
    _wanted: list[tuple[str, str]] = field(default_factory=list)
    _open: list[tuple[str, str]] = field(default_factory=list)
    _marks: int = 0
    _gap: int = 0  # line ends that come before the next word of the text
    _breaks: int = 0  # br elements since the last content of this paragraph
    _space: bool = False
    _paragraph: str | None = None  # the closing tag of the open paragraph; "" in an item's first one

    def walk(self, root: Tag) -> None:
        """Visit everything below ``root`` in order."""
        path: list[tuple[Iterator[PageElement], Leave]] = [(iter(root.contents), None)]
        while path:
            children, leave = path[-1]
            child = next(children, None)
            if child is None:
                path.pop()
                if leave is not None:
                    leave()
            elif isinstance(child, Tag):
                if not _dropped(child) and not self._leaf(child):
                    path.append((iter(child.contents), self._enter(child)))
            elif type(child) in (NavigableString, CData):
                self._words(str(child))
        self._boundary()

    def text(self) -> str:
        """The text so far, with a mark where each picture was."""
        return "".join(self._text) + _MARK * self._marks

    def html(self) -> str:
        """The flat HTML so far."""
        return "".join(self._html)

    # What is written whole, without a look at its children.

    def _leaf(self, tag: Tag) -> bool:
        name = tag.name
        if name == "br":
            self._breaks += 1
        elif name == "img":
            self._image(tag)
        elif name == "hr":
            self._boundary()
            self._raw("<hr>")
        elif self._is_code(tag):
            self._code(tag)
        elif name == "table" and _is_data(tag):
            self._table(tag)
        else:
            return False
        return True

    def _is_code(self, tag: Tag) -> bool:
        """A ``pre`` without pictures and paragraphs, or a ``code`` of several lines that stands alone."""
        if tag.name == "pre":
            return not _holds(tag, _NOT_IN_CODE)
        return tag.name == "code" and ("code", "") not in self._wanted and _holds(tag, _BREAK)

    def _image(self, tag: Tag) -> None:
        url = picture(tag, self.base)
        if url is None:
            return
        alt = _SPACE.sub(" ", _UNSEEN.sub("", attribute(tag, "alt"))).strip()
        alt = "" if alt in ("图片", "image") else alt  # what editors put there when the author says nothing
        if url not in self.images:
            self.images[url] = alt or None
            self._marks += 1
        self._start()
        self._raw(f'<img src="{escape(url)}" alt="{escape(alt)}">')

    def _code(self, tag: Tag) -> None:
        lines = _code(tag)
        if not lines.strip():
            return
        self._boundary()
        self._flush_frames()
        self._put(lines)
        self._raw(f'<pre lang="{escape(_language(tag))}">{escape(lines)}</pre>')
        self._boundary()

    def _table(self, tag: Tag) -> None:
        rows = [[self._cell(cell) for cell in _cells(row)] for row in tag.find_all("tr")]
        self._boundary()
        self._flush_frames()
        caption = tag.find("caption")
        if isinstance(caption, Tag):
            self._words(caption.get_text(" "))
            self._boundary()
        self._put("\n".join("\t".join(cell.text() for cell in row) for row in rows))
        kinds = ["th"] + ["td"] * (len(rows) - 1)
        written = (
            "".join(f"<{kind}{cell.span}>{cell.html()}</{kind}>" for cell in row)
            for kind, row in zip(kinds, rows, strict=True)
        )
        self._raw("<table>" + "".join(f"<tr>{row}</tr>" for row in written) + "</table>")
        self._boundary()

    def _cell(self, tag: Tag) -> _Cell:
        cell = _Cell(self.base, images=self.images, span=_colspan(tag))
        cell.walk(tag)
        return cell

    # What has children.

    def _enter(self, tag: Tag) -> Leave:
        name = tag.name
        if name in _INLINE:
            return self._style((_INLINE[name], ""))
        if name in _CODE:
            return self._style(("code", ""))
        if name == "a":
            url = attribute(tag, "href").strip()
            if url and not url.startswith("#") and not url.lower().startswith(("javascript:", "data:")):
                return self._style(("a", _absolute(url, self.base)))
        elif name in _FRAMES:
            return self._frame(tag)
        elif name in _BLOCKS or _AS_BLOCK.search(attribute(tag, "style")):
            self._boundary()
            return self._boundary
        return None

    def _style(self, style: tuple[str, str]) -> Leave:
        if any(name == style[0] for name, _ in self._wanted):
            return None
        self._wanted.append(style)

        def leave() -> None:
            self._wanted.remove(style)

        return leave

    def _frame(self, tag: Tag) -> Leave:
        self._boundary()
        name = tag.name
        inside = self._frames[-1].name if self._frames else ""
        if len(self._frames) >= MAX_NESTING or inside in _HEADINGS:
            return self._boundary
        frame = _Frame(name, f"<{name}>")
        if name == "ol":
            start = attribute(tag, "start")
            frame.count = int(start) - 1 if start.isascii() and start.isdigit() and len(start) < 10 else 0
        self._frames.append(frame)

        def leave() -> None:
            self._boundary()
            self._frames.pop()
            if frame.written:
                self._raw(f"</{name}>")
                self._gap = max(self._gap, self._distance())

        return leave

    def _distance(self) -> int:
        """How many line ends stand between two blocks here: lists are tight."""
        return 1 if any(frame.name in ("li", "ul", "ol") for frame in self._frames) else 2

    def _boundary(self) -> None:
        """A block starts or ends here."""
        if self._paragraph is not None:
            self._sync([])
            self._raw(self._paragraph)
            self._paragraph = None
        if self._text:
            self._gap = max(self._gap, self._distance())
        self._breaks = 0
        self._space = False

    # Words.

    def _words(self, raw: str) -> None:
        words = _SPACE.sub(" ", _UNSEEN.sub("", raw))
        if not words.strip(" "):
            self._space = self._space or bool(words)
            return
        spaced = self._space or words.startswith(" ")
        fresh = self._start()
        if spaced and not fresh:
            self._put(" ")
            self._raw(" ")
        word = words.strip(" ")
        self._sync(self._wanted)
        self._put(word)
        self._raw(escape(word, quote=False))
        self._space = words.endswith(" ")

    def _start(self) -> bool:
        """Be inside a paragraph; whether its line is fresh, so that no space may come first."""
        if self._breaks > 1:
            self._boundary()
        fresh = self._breaks > 0
        if self._paragraph is None:
            self._flush_frames()
            self._open_paragraph()
            fresh = True
        elif self._breaks:
            self._raw("<br>")
            self._gap = 1
        self._breaks = 0
        self._space = False
        self._sync(self._wanted)
        return fresh

    def _open_paragraph(self) -> None:
        frame = self._frames[-1] if self._frames else None
        if frame and frame.name in _HEADINGS:
            self._paragraph = " "
        elif frame and frame.name == "li" and not frame.count:
            frame.count = 1
            self._paragraph = ""
        else:
            self._raw("<p>")
            self._paragraph = "</p>"

    def _flush_frames(self) -> None:
        for depth, frame in enumerate(self._frames):
            if frame.written:
                continue
            frame.written = True
            if frame.name == "li":
                frame.label = self._number(depth)
                frame.opening = f'<li label="{frame.label}">'
                nesting = sum(outer.name in _LISTS for outer in self._frames[:depth])
                self._put("  " * max(nesting - 1, 0) + frame.label + " ")
            self._raw(frame.opening)

    def _number(self, depth: int) -> str:
        outer = next((frame for frame in reversed(self._frames[:depth]) if frame.name in _LISTS), None)
        if outer is None or outer.name == "ul":
            return "-"
        outer.count += 1
        return f"{outer.count}."

    def _sync(self, wanted: list[tuple[str, str]]) -> None:
        """Close and open inline elements until exactly those wanted are open."""
        same = 0
        for have, want in zip(self._open, wanted, strict=False):
            if have != want:
                break
            same += 1
        for name, _ in reversed(self._open[same:]):
            self._raw(f"</{name}>")
        for name, url in wanted[same:]:
            self._raw(f'<{name} href="{escape(url)}">' if url else f"<{name}>")
        self._open = list(wanted)

    def _put(self, words: str) -> None:
        if self._text and self._gap:
            self._text.append("\n" * self._gap)
        self._gap = 0
        self._text.append(_MARK * self._marks + words if words.strip() else words)
        if words.strip():
            self._marks = 0

    def _raw(self, markup: str) -> None:
        self._html.append(markup)


@dataclass
class _Cell(_Flow):
    """The content of one table cell: one line, whatever stands in it."""

    span: str = ""

    def _is_code(self, tag: Tag) -> bool:
        return False

    def _boundary(self) -> None:
        self._breaks = 0
        self._space = bool(self._text)

    def _start(self) -> bool:
        spaced = bool(self._text) and (self._space or self._breaks > 0)
        if spaced:
            self._sync([])
            self._put(" ")
            self._raw(" ")
        self._breaks = 0
        self._space = False
        self._sync(self._wanted)
        return spaced or not self._text

    def html(self) -> str:
        self._sync([])
        return super().html()


def _dropped(tag: Tag) -> bool:
    if tag.name in _DROPPED or _HIDDEN.search(attribute(tag, "style")):
        return True
    return not _GUTTERS.isdisjoint(classes(tag))


def _holds(root: Tag, names: frozenset[str]) -> bool:
    """Whether an element of these names is inside; ``find`` goes down to the last descendant before it looks."""
    path = [iter(root.contents)]
    while path:
        child = next(path[-1], None)
        if child is None:
            path.pop()
        elif isinstance(child, Tag):
            if child.name in names:
                return True
            path.append(iter(child.contents))
    return False


def _colspan(tag: Tag) -> str:
    span = attribute(tag, "colspan")
    return f' colspan="{span}"' if span.isascii() and span.isdigit() and len(span) < 3 else ""


def _is_data(table: Tag) -> bool:
    """Whether a table holds rows and columns; one that only lays out blocks is read block by block."""
    if _holds(table, _NOT_IN_A_CELL):
        return False
    rows = table.find_all("tr")
    if any(row.parent is None or row.parent.name not in _ROWS for row in rows):
        return False
    held = [cell for row in rows for cell in _cells(row)]
    caption = table.find("caption")
    parts = [*held, caption] if isinstance(caption, Tag) else held
    return len(held) > len(rows) and sum(map(_length, parts)) == _length(table)


def _cells(row: Tag) -> list[Tag]:
    return row.find_all(["td", "th"], recursive=False)


def _length(tag: Tag) -> int:
    return sum(len(words) for words in tag.stripped_strings)


def _code(tag: Tag) -> str:
    """The lines of a code block as they are: a line may be a ``code`` or block of its own, or end with ``br``."""
    per_line = len(tag.find_all("code", limit=2)) > 1
    parts: list[str] = []
    path: list[tuple[Tag, Iterator[PageElement]]] = [(tag, iter(tag.contents))]
    while path:
        node, children = path[-1]
        child = next(children, None)
        if child is None:
            path.pop()
            _end_line(node, per_line and node is not tag, parts)
        elif isinstance(child, Tag):
            if child.name == "br":
                parts.append("\n")
            elif not _dropped(child):
                _end_line(child, False, parts)
                path.append((child, iter(child.contents)))
        elif type(child) in (NavigableString, CData) and (node.name == "code" or not per_line or str(child).strip()):
            parts.append(str(child))
    code = _UNSEEN.sub("", "".join(parts).replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " "))
    return _BLANK_START.sub("", code).rstrip()


def _end_line(node: Tag, per_line: bool, parts: list[str]) -> None:
    """Ends the line where an element of a code block starts or ends, if that element makes lines."""
    started = bool(parts) and not parts[-1].endswith("\n")
    if (per_line and node.name == "code") or (started and node.name in _BREAKS_CODE):
        parts.append("\n")


def _language(tag: Tag) -> str:
    code = tag.find("code")
    for node in (tag, code if isinstance(code, Tag) else tag, tag.parent or tag):
        named = attribute(node, "data-lang") or attribute(node, "data-language")
        if named := named or next(iter(_LANGUAGE.findall(attribute(node, "class"))), ""):
            return "" if named in _NO_LANGUAGE else re.sub(r"[^\w+#-]", "", named)
    return ""


_ESCAPED = re.compile(r"[\\`*]|(?<![^\W_])_|_(?![^\W_])|~~|<(?=[A-Za-z/!?])|&(?=#?\w+;)|\](?=[(:])")
_LINE_START = re.compile(r"^(\s*)(#{1,6}(?=\s|$)|>|[-+](?=\s))", re.MULTILINE)
_TICKS = re.compile("`{3,}")


class _Markdown(MarkdownConverter):
    """markdownify's converter, for the flat form: exact code, tables with pipes, pictures wherever they stand."""

    class Options:
        heading_style = "atx"
        bullets = "-"
        newline_style = "backslash"
        table_infer_header = True

    def escape(self, text: str, parent_tags: set[str]) -> str:
        return _ESCAPED.sub(lambda found: "\\" + found[0], text)

    def convert_p(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return "\n\n" + _LINE_START.sub(r"\1\\\2", text.strip(" \n")) + "\n\n"

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        fence = "`" * (1 + max([2, *map(len, _TICKS.findall(text))]))
        return f"\n\n{fence}{attribute(el, 'lang')}\n{text}\n{fence}\n\n"

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        url = attribute(el, "src").replace(" ", "%20").replace("(", "%28").replace(")", "%29")
        return f"![{attribute(el, 'alt').replace('[', '(').replace(']', ')')}]({url})"

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        url = attribute(el, "href").replace(" ", "%20").replace("(", "%28").replace(")", "%29")
        words = text.strip()
        return text.replace(words, f"[{words}]({url})", 1) if words else text

    def convert_li(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        label = attribute(el, "label") + " "
        indent = " " * len(label)
        lines = text.strip("\n ").split("\n")
        return label + "\n".join([lines[0], *(indent + line if line else "" for line in lines[1:])]) + "\n"

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        span = int(attribute(el, "colspan") or 1)
        return " " + text.strip().replace("|", "\\|").replace("\n", " ") + " |" * span

    convert_th = convert_td


def _markdown(flat: str) -> str:
    soup = BeautifulSoup(f"<body>{flat}</body>", "lxml")
    body = soup.body
    return "" if body is None else str(_Markdown().convert_soup(body)).strip("\n")

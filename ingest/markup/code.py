"""Code blocks: which elements are one, their lines as they are, and their language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import Tag
from bs4.element import CData, NavigableString, PageElement

from ingest.markup.elements import HEADINGS, dropped, holds
from ingest.markup.page import attribute
from ingest.markup.writer import seen

_LANGUAGE = re.compile(r"(?:^|\s)(?:language-|lang-|brush:\s*|code-snippet__)([\w+#-]+)")
_NO_LANGUAGE = frozenset({"fix", "js_wrap", "none", "plain", "plaintext", "text"})
_BLANK_START = re.compile(r"\A(?:[ \t]*\n)+")
_ENDS_LINE = frozenset({"div", "p", "li", "section", "tr"})
_BREAK = frozenset({"br"})
_NOT_IN_CODE = frozenset({"img", "p", "section", "table", "pre", "blockquote"}) | HEADINGS


def is_block(tag: Tag, *, in_line: bool) -> bool:
    """Whether this is a ``pre`` without pictures and paragraphs, or a ``code`` of several lines that stands alone."""
    if tag.name == "pre":
        return not holds(tag, _NOT_IN_CODE)
    return tag.name == "code" and not in_line and holds(tag, _BREAK)


def lines(tag: Tag) -> str:
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
            elif not dropped(child):
                _end_line(child, False, parts)
                path.append((child, iter(child.contents)))
        elif type(child) in (NavigableString, CData) and (node.name == "code" or not per_line or str(child).strip()):
            parts.append(str(child))
    code = seen("".join(parts).replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " "))
    return _BLANK_START.sub("", code).rstrip()


def _end_line(node: Tag, per_line: bool, parts: list[str]) -> None:
    """Ends the line where an element of a code block starts or ends, if that element makes lines."""
    started = bool(parts) and not parts[-1].endswith("\n")
    if (per_line and node.name == "code") or (started and node.name in _ENDS_LINE):
        parts.append("\n")


def language(tag: Tag) -> str:
    """The language that the block, its ``code`` or what it stands in names; empty when none does."""
    code = tag.find("code")
    for node in (tag, code if isinstance(code, Tag) else tag, tag.parent or tag):
        named = attribute(node, "data-lang") or attribute(node, "data-language")
        if named := named or next(iter(_LANGUAGE.findall(attribute(node, "class"))), ""):
            return "" if named in _NO_LANGUAGE else re.sub(r"[^\w+#-]", "", named)
    return ""

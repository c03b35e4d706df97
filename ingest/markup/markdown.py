"""The flat form of a body as Markdown."""

# ruff: noqa: ARG002  # markdownify calls its converters by name

from __future__ import annotations

import re
from unicodedata import category

from bs4 import Tag
from bs4.element import NavigableString, PageElement
from markdownify import MarkdownConverter

from ingest.markup.outline import Outline
from ingest.markup.page import attribute

_ESCAPED = re.compile(r"[\\`*]|(?<![^\W_])_|_(?![^\W_])|~~|<(?=[A-Za-z/!?])|&(?=#?\w+;)|\](?=[(:])")
_LINE_START = re.compile(r"^(\s*)(#{1,6}(?=\s|$)|>|[-+](?=\s))", re.MULTILINE)
_CRIED = "\ufdd1"  # a noncharacter in place of a "!" that would make a picture of the link behind it
_MARKS = frozenset({"strong", "em", "del"})
_TICKS = re.compile("`{3,}")


class _Markdown(MarkdownConverter):
    """markdownify's converter, for the flat form: exact code, tables with pipes, pictures wherever they stand."""

    class Options:
        heading_style = "atx"
        bullets = "-"
        newline_style = "backslash"
        table_infer_header = True

    def escape(self, text: str, parent_tags: set[str]) -> str:
        if "tex" in parent_tags:
            return text
        return _ESCAPED.sub(lambda found: "\\" + found[0], text)

    def convert_p(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return "\n\n" + _LINE_START.sub(r"\1\\\2", text.strip(" \n")) + "\n\n"

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        fence = "`" * (1 + max([2, *map(len, _TICKS.findall(text))]))
        return f"\n\n{fence}{attribute(el, 'lang')}\n{text}\n{fence}\n\n"

    def convert_strong(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return _marked(el, text, "**")

    def convert_em(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return _marked(el, text, "*")

    def convert_del(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return _marked(el, text, "~~")

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


def _marked(el: Tag, text: str, mark: str) -> str:
    """The words between marks; between tags where the marks would not be read as such.

    A mark opens only before a letter, or behind a space or punctuation, and closes in the same way: Han characters
    stand beside punctuation without a space.
    """
    words = text.strip()
    if not words:
        return text
    before, after = _beside(el.previous_sibling, -1), _beside(el.next_sibling, 0)
    opens = not _is_mark(words[0]) or before is None or _is_apart(before)
    closes = not _is_mark(words[-1]) or after is None or _is_apart(after)
    stuck = "*" in (before, after) or mark[0] in (words[0], words[-1])
    left, right = (mark, mark) if opens and closes and not stuck else (f"<{el.name}>", f"</{el.name}>")
    return text.replace(words, f"{left}{words}{right}", 1)


def _beside(node: PageElement | None, at: int) -> str | None:
    """The character beside a mark, ``*`` for a mark, ``(`` for another tag; None where the line ends."""
    if node is None or (isinstance(node, Tag) and node.name == "br"):
        return None
    if isinstance(node, Tag):
        return "*" if node.name in _MARKS else "("
    return str(node)[at] if str(node) else None


def _is_mark(char: str) -> bool:
    return category(char)[0] in "PS"


def _is_apart(char: str) -> bool:
    return char.isspace() or category(char)[0] == "P" or (char.isascii() and not char.isalnum())


def convert(flat: str) -> str:
    """The Markdown of a flat form."""
    body = Outline(f"<body>{flat}</body>").tree().body
    if body is None:
        return ""
    for link in body.find_all("a"):
        before = link.previous_sibling
        if isinstance(before, NavigableString) and before.endswith("!"):
            before.replace_with(before[:-1] + _CRIED)
    return str(_Markdown().convert_soup(body)).strip("\n").replace(_CRIED, "\\!")

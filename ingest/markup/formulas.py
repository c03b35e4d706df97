"""Formulas: which elements are one, and its TeX. A page may show one formula several times over; it is written once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from urllib.parse import unquote_plus, urlsplit

from bs4 import Tag

from ingest.markup.page import attribute, classes

_TEX = "application/x-tex"
_SCRIPT = "math/tex"
_DRAWN = frozenset(
    {
        "MathJax",
        "MathJax_Display",
        "MathJax_Preview",
        "MathJax_SVG",
        "MathJax_SVG_Display",
        "MathJax_CHTML",
        "mjx-chtml",
    }
)
_PICTURES = re.compile(r"latex|\btex\b|mwe-math|equation|formula|(?:^|\s)math(?:$|\s|-)", re.IGNORECASE)
_RENDERERS = re.compile(
    r"//latex\.codecogs\.com/|//(?:www\.)?zhihu\.com/equation\?|/(?:latex|mathtex|mimetex)\.(?:php|cgi)"
)
_SOURCE = re.compile(r"[\\^_{}=+]")
_SHOWN = re.compile(r"^\{\\(?:display|text)style\s*(.*)\}$", re.DOTALL)
_BLOCKS = frozenset({"section", "div", "p", "figure"})
_SPACE = re.compile(r"\s+")
_LONGEST = 10_000  # characters
_MOST = 3_000  # elements and words of one formula


@dataclass(frozen=True, slots=True)
class Formula:
    """The TeX of a formula, empty for another copy of one; ``display`` when it stands in a line of its own."""

    tex: str
    display: bool = False

    @property
    def written(self) -> str:
        """As text and Markdown have it; empty for a copy."""
        mark = "$$" if self.display else "$"
        return f"{mark}{self.tex}{mark}" if self.tex else ""


def formula(tag: Tag) -> Formula | None:
    """The formula that an element is; None when it is none, or gives no TeX."""
    name = tag.name
    if name == "script":
        kind = attribute(tag, "type")
        return _made(tag.get_text(), "display" in kind) if kind.startswith(_SCRIPT) else None
    if name == "math":
        annotated = _annotated(tag) or attribute(tag, "alttext")
        return _made(annotated, attribute(tag, "display") == "block") if annotated else None
    if name == "img":
        return _picture(tag)
    if not tag.attrs:
        return None
    if told := attribute(tag, "data-formula") or attribute(tag, "data-tex"):
        return _made(told, name in _BLOCKS)
    named = classes(tag)
    if not _DRAWN.isdisjoint(named):
        return Formula("") if _has_source_after(tag) else None
    if "katex" in named or "katex-display" in named:
        annotated = _annotated(tag)
        return _made(annotated, "katex-display" in named) if annotated else None
    return None


def _made(tex: str, display: bool) -> Formula | None:
    words = _SPACE.sub(" ", tex).strip().strip("$").strip()
    if found := _SHOWN.match(words):
        words = found[1].strip()
    return Formula(words, display) if 0 < len(words) <= _LONGEST else None


def _annotated(tag: Tag) -> str:
    """The TeX that stands beside MathML."""
    inner = (one for one in islice(tag.descendants, _MOST) if isinstance(one, Tag) and one.name == "annotation")
    return next((one.get_text() for one in inner if attribute(one, "encoding") == _TEX), "")


def _has_source_after(tag: Tag) -> bool:
    """Whether the script that this was drawn from comes next."""
    following = tag.find_next_siblings(limit=3)
    return any(attribute(one, "type").startswith(_SCRIPT) for one in following)


def _picture(tag: Tag) -> Formula | None:
    """A picture of a formula, whose source is its address or what it is called."""
    url = attribute(tag, "src") or attribute(tag, "data-src")
    drawn = _RENDERERS.search(url) is not None
    if not drawn and not tag.has_attr("eeimg") and not _PICTURES.search(attribute(tag, "class")):
        return None
    told = attribute(tag, "alt").strip() or attribute(tag, "data-formula") or (_asked(url) if drawn else "")
    return _made(told, False) if told and (drawn or _SOURCE.search(told) or len(told) < 4) else None


def _asked(url: str) -> str:
    try:
        query = urlsplit(url).query
    except ValueError:  # "http://[": not an address
        return ""
    return unquote_plus(query.removeprefix("tex=").partition("&")[0])

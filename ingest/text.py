"""One text for people (``clean``), one for comparison (``fold``); a name and a language for a text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from ingest.model import Link

DISPLAY_TITLE_LENGTH = 60
UNTITLED = "（无题）"

# Controls, and characters that no reader sees. U+200D stays: it joins emoji.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]"
)
_SPACES = "\t \u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f"
_BLANK_LINES = re.compile(r"\n{3,}")
_SENTENCE_END = re.compile(r"(?<=[。！？!?…])|\n")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KANA = re.compile("[\u3040-\u30ff]")
_LETTER = re.compile(r"[^\W\d_]")
# Forms that OpenCC 1.4 exchanges in words, and that the tables of its Python port lack.
_MORE_VARIANTS = "像象 径迳 坏坯 拼拚 狸貍 溪谿 捍扞 鋪舖 札劄 札箚 扇搧 繞遶 夹袷"


def clean(text: str) -> str:
    """The text as a person reads it: line ends unified, unseen characters and spaces at line ends gone.

    ``clean(clean(x)) == clean(x)``. Lone surrogates, which no database takes, become U+FFFD.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    text = storable(text)
    text = "\n".join(line.rstrip(_SPACES) for line in _UNSEEN.sub("", text).replace("\u00a0", " ").split("\n"))
    return _BLANK_LINES.sub("\n\n", text).strip("\n ")


def storable(text: str) -> str:
    """The text as any database takes it: without NUL, halves of a character joined or made U+FFFD."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


@cache
def _variants() -> dict[int, int]:
    """Code point → representative of its class of Simplified, Traditional and regional forms.

    Classes are the connected components of OpenCC's character pairs: those of its character tables, and those that its
    phrase tables of equal length put in the same place (瞭/了, 藉/借), which the character tables lack.
    """
    parent: dict[str, str] = {}

    def find(char: str) -> str:
        while (up := parent.setdefault(char, char)) != char:
            parent[char] = parent[up]
            char = parent[char]
        return char

    def join(a: str, b: str) -> None:
        low, high = sorted((find(a), find(b)))
        parent[high] = low

    for table in ("STCharacters", "TSCharacters", "STPhrases", "TSPhrases", "TWVariants", "HKVariants"):
        lines = (files("opencc") / "dictionary" / f"{table}.txt").read_text("utf-8").splitlines()
        for line in lines:
            source, _, targets = line.partition("\t")
            for target in targets.split():
                if len(target) == len(source):
                    for a, b in zip(source, target, strict=True):
                        join(a, b)
    for pair in _MORE_VARIANTS.split():
        join(*pair)
    return {ord(char): ord(find(char)) for char in parent if find(char) != char}


def without(text: str, links: Sequence[Link]) -> str:
    """The text without the characters that spell its links."""
    parts, at = [], 0
    for link in links:
        parts.append(text[at : link.start])
        at = link.end
    return "".join([*parts, text[at:]])


class _Fold(dict[int, str]):
    """Code point → what the fold makes of it, worked out when it is met first.

    Characters may be taken one by one: what composes them or puts marks in order is undone by the decomposition, and
    the marks are dropped.
    """

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", chr(code)).casefold())
        self[code] = "".join(char for char in plain.translate(_variants()) if char.isalnum())
        return self[code]


_FOLD = _Fold()


def fold(text: str) -> str:
    """The text for comparison: letters and digits only, width, case, accents and Simplified/Traditional made equal."""
    return text.translate(_FOLD)


def display_title(title: str | None, text: str) -> str:
    """The title, or the first sentence of the text, at most ``DISPLAY_TITLE_LENGTH`` characters; never empty."""
    if title:
        return title
    first = next((part.strip() for part in _SENTENCE_END.split(text) if part.strip()), "")
    first = first.rstrip("。") or UNTITLED
    return first if len(first) <= DISPLAY_TITLE_LENGTH else first[: DISPLAY_TITLE_LENGTH - 1] + "…"


def language(text: str) -> str | None:
    """``zh``, ``ja``, ``en`` (mostly ASCII letters), or None when the letters don't tell."""
    sample = text[:4000]
    letters = len(_LETTER.findall(sample))
    if not letters:
        return None
    if len(_KANA.findall(sample)) > 0.05 * letters:
        return "ja"
    if len(_HAN.findall(sample)) > 0.15 * letters:
        return "zh"
    return "en" if sum(c.isascii() for c in sample if c.isalpha()) > 0.9 * letters else None

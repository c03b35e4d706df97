"""Text → addresses: finds the links in what a person pasted or wrote, and gives each its key.

Chats glue words to links, wrap links into other links, escape them once or twice, break them over lines, and keep only
the title of a card. Whatever spells a link is found with its range of characters, so that the words around it remain.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.model import Address, Link
from ingest.sites import known, site_of
from ingest.text import clean, without
from ingest.urls.normalise import MAX_URL, distinct, host, plain, spelled
from ingest.urls.wrappers import unwrapped

MOST_UNWRAPPED = 3

# What a URL may consist of. CJK letters and full-width punctuation end it: in Chinese text words are glued to links.
_CHARACTERS = r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%\\]"
_LONGEST = 2 * MAX_URL
"""Characters among which a link is looked for; its escapes take some."""
_URL = re.compile(rf"https?(?::|%3A)(?:/|\\/|%2F){{2}}{_CHARACTERS}{{1,{_LONGEST}}}", re.IGNORECASE)
_REST = re.compile(rf"{_CHARACTERS}*")
_TRAILING = ".,;:!?'\"]\\*_~"
_FULL_WIDTH = re.compile("[hｈ][tｔ][tｔ][pｐ][sｓ]?[:：][/／][/／][!-~！-～]+", re.IGNORECASE)
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FULL_WIDTH_ENDS = frozenset("，。！；？、）】》」』“”")
_CARD = re.compile(r"^[ \t]*\[(?:链接|公众号文章|小程序|视频号|Link|Article)\][ \t]*(\S[^\n]{0,300})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a pasted text holds: links in order (repeats included), titles of cards without a link, and the words."""

    links: tuple[Link, ...]
    cards: tuple[str, ...]
    note: str

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Each address once, in order."""
        return distinct(link.address for link in self.links)


def accept(text: str) -> Accepted:
    """Everything that a pasted text hands in."""
    text = clean(text)
    links = find(text)
    rest = without(text, links)
    cards = tuple(dict.fromkeys(match[1].strip() for match in _CARD.finditer(rest)))
    words = re.sub(r"[ \t]+", " ", _CARD.sub("", rest))
    return Accepted(links, cards, clean(re.sub(r"\n\s*\n+", "\n", words)))


def find(text: str) -> tuple[Link, ...]:
    """The links of a clean text in order, each with the range of characters that spells it."""
    return tuple(_links(_narrow(text)))


def address(url: str) -> Address | None:
    """The address that a URL is a form of, unwrapped and free of tracking and secrets; None when it is none."""
    inner = url.strip()
    for _ in range(MOST_UNWRAPPED):
        inner = plain(inner)
        wrapped = unwrapped(inner)
        if wrapped == inner:
            break
        inner = wrapped
    return spelled(known(inner), url)


def card_address(title: str) -> Address:
    """The stand-in for a card whose link the chat did not keep."""
    return Address(f"card:{hashlib.sha256(title.encode()).hexdigest()[:16]}")


def _links(text: str) -> Iterator[Link]:
    at = 0
    while found := _URL.search(text, at):
        start, end = found.start(), _end(text, found)
        at = max(end, start + len("http://"))
        spelled = "".join(text[start:end].split())
        if len(spelled) > MAX_URL:
            at = _REST.match(text, at).end()  # type: ignore[union-attr]  # it matches the empty string too
        elif made := address(spelled):
            yield Link(made, start, end)


def _end(text: str, found: re.Match[str]) -> int:
    """Where a link ends: where its site says, else at the last character that belongs to a URL."""
    site = site_of(host(plain(found[0])))
    if site is None or site.LINK is None:
        return found.start() + len(_balanced(found[0].rstrip(_TRAILING)))
    if own := site.LINK.match(text, found.start()):
        return own.end()
    # A chat may have broken the link over two lines; only a whole one counts.
    rest = re.compile(r"\n[ \t]*([A-Za-z0-9_\-=&%?.]+)").match(text, found.end())
    if rest and (own := site.LINK.match(found[0] + rest[1])) and own.end() > len(found[0]):
        return rest.start(1) + own.end() - len(found[0])
    return found.start() + len(found[0].rstrip(_TRAILING))


def _balanced(url: str) -> str:
    """A closing bracket that was never opened belongs to the sentence."""
    unopened = url.count(")") - url.count("(")
    while unopened > 0 and url.endswith(")"):
        url = url[:-1].rstrip(_TRAILING)
        unopened -= 1
    return url


def _narrow(text: str) -> str:
    """The text with full-width links in ASCII, character for character."""

    def narrow(match: re.Match[str]) -> str:
        end = next((n for n, char in enumerate(match[0]) if char in _FULL_WIDTH_ENDS), len(match[0]))
        return match[0][:end].translate(_NARROW) + match[0][end:]

    return _FULL_WIDTH.sub(narrow, text)

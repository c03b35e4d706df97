"""Other articles that a body speaks of: links, quotation blocks, and addresses that are printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bs4 import Tag
from bs4.element import NavigableString

from ingest.markup.page import attribute, classes
from ingest.model import Address, Claim
from ingest.redact import redact_words
from ingest.sites.wechat.addresses import HOSTS, LINK, address
from ingest.urls.normalise import spelled
from ingest.urls.wrappers import unwrapped

MOST = 200
"""Mentions that are kept of one page."""
_LONGEST = 300  # characters of an anchor's or a quotation's words that are kept
_HOST = next(iter(HOSTS))


def mentions(root: Tag, titles: Mapping[str, str], own: Iterable[str]) -> tuple[Claim, ...]:
    """A claim for each article that ``root`` leads to, in order, without those whose keys are the page's ``own``.

    ``titles`` are what the page's data calls the articles; they stand in where a link has no words of its own. Cards of
    accounts, albums and topics lead to no article.
    """
    claims: dict[tuple[str, str], Claim] = {}
    for kind, found, words in _found(root):
        place = (kind, found.key)
        if place not in claims and found.key not in own:
            said = (words if isinstance(words, str) else _words(words)) if words is not None else ""
            claims[place] = Claim(kind, found, said or titles.get(found.key))
            if len(claims) == MOST:
                break
    return tuple(claims.values())


def _found(root: Tag) -> Iterator[tuple[str, Address, Tag | str | None]]:
    """Kind, address, and the element or the words that tell what is there."""
    for node in root.descendants:
        if isinstance(node, Tag):
            cited = "js_blockquote_wrap" in classes(node)
            url = attribute(node, "data-url" if cited else "href") if cited or node.name == "a" else ""
            if url and (found := spelled(address(unwrapped(url)), url)):
                if cited:
                    yield "quotes", found, node
                yield "links_to", found, None if cited else node
        elif type(node) is NavigableString and _HOST in node.lower():
            for link in LINK.finditer(node):
                if found := spelled(address(link[0]), link[0]):
                    yield "links_to", found, None


def _words(tag: Tag) -> str:
    """The first words in an element; a broken one may hold the rest of the page."""
    picture = ""
    words: list[str] = []
    length = 0
    for node in tag.descendants:
        if isinstance(node, Tag):
            picture = picture or (attribute(node, "alt") if node.name == "img" else "")
        elif type(node) is NavigableString:
            words.append(str(node))
            length += len(node)
        if length > 2 * _LONGEST:
            break
    said = " ".join("".join(words).split()) or attribute(tag, "textvalue") or picture
    return redact_words(said)[:_LONGEST]

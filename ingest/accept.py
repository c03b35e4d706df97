"""Text → addresses: finds the links in what a person pasted or wrote, and gives each its key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from ingest.model import Address, Link
from ingest.sites import Site, sites

MAX_URL = 2000
# What a URL may consist of. CJK letters and full-width punctuation end it: in Chinese text words are glued to links.
_URL = re.compile(r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+", re.IGNORECASE)
_TRAILING = re.compile(r"[.,;:!?'\"\])]+$")


def find(text: str) -> tuple[Link, ...]:
    """The links of a text in order, each with the range of characters that spells it."""
    return tuple(_links(text))


def _links(text: str) -> Iterator[Link]:
    at = 0
    while found := _URL.search(text, at):
        url, site = found[0], _site_of(found[0])
        own = site.LINK.match(url) if site else None
        url = own[0] if own else _TRAILING.sub("", url)
        at = found.start() + max(len(url), len("http://"))
        if len(url) <= MAX_URL and (made := address(url)):
            yield Link(made, found.start(), found.start() + len(url))


def address(url: str) -> Address | None:
    """The address that a URL is a form of; None for what no site here knows."""
    site = _site_of(url)
    return site.address(url) if site else None


def _site_of(url: str) -> Site | None:
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:
        return None
    return next((site for site in sites() if host in site.HOSTS), None)

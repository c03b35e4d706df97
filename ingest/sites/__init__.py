"""One file in this folder is one site: its hosts, the identity of its addresses, its states, its reader.

A site is a module with the names of ``Site``. It is found by a scan of the folder: to add a site, add its file here and
a saved page with the expected value under ``tests/pages/<site>/``; nothing else is edited. ``web`` is the rest of the
web: it is asked last, and reads what no other site owns.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast

from ingest.markup.page import Page
from ingest.model import Address, Reading
from ingest.urls.normalise import host, normalised, spelled


class Site(Protocol):
    """What a module in this folder offers."""

    NAME: str
    READER: str
    HOSTS: frozenset[str]
    """Its hosts; ``.example.com`` stands for all hosts under that name, but not for the name itself."""
    LINK: re.Pattern[str] | None
    """Matches one link of this site at the start of a string, without words that were glued to it; None when a link
    ends where any link does."""

    @staticmethod
    def address(url: str) -> Address | None:
        """The address that this URL is a form of, free of tracking and secrets; None when it is no essay's.

        ``Address.url`` is what is fetched; what a person opens is ``Essay.url``.
        """

    # A site with text files (Markdown at GitHub) also has text_file(essay: Essay, found: Address) -> Essay, which adds
    # to the essay of a file what its address tells.

    @staticmethod
    def owns(page: Page) -> bool:
        """Whether a page is of this site: by its address, or by its structure when it was handed in without one."""

    @staticmethod
    def read(page: Page) -> Reading:
        """The state of the page, and its essay when it has one."""


WEB = "web"
LAYOUT = "layout"
"""What sites that are described rather than programmed have in common; the one name here that is no site."""


@cache
def sites() -> tuple[Site, ...]:
    """All sites in the order of their names, the rest of the web last."""
    found = (module.name for module in iter_modules(__path__) if module.name != LAYOUT)
    names = sorted(found, key=lambda name: (name == WEB, name))
    return tuple(cast(Site, import_module(f"{__name__}.{name}")) for name in names)


def site_of(name: str) -> Site | None:
    """The site that a host belongs to; None for the rest of the web."""
    names = {name, *(name[at:] for at, char in enumerate(name) if char == ".")}
    return next((site for site in sites() if not names.isdisjoint(site.HOSTS)), None)


def known(url: str) -> Address | None:
    """The address as its own site spells it, else as any page's; None when it is none."""
    site = site_of(host(url))
    return spelled((site.address(url) if site else None) or normalised(url), url)

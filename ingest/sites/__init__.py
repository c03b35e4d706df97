"""One file in this folder is one site: its hosts, the identity of its addresses, its states, its reader.

A site is a module with the names of ``Site``. It is found by a scan of the folder: to add a site, add its file here and
a saved page with the expected value under ``tests/pages/<site>/``; nothing else is edited.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast

from ingest.model import Address, Reading
from ingest.page import Page


class Site(Protocol):
    """What a module in this folder offers."""

    NAME: str
    READER: str
    HOSTS: frozenset[str]
    LINK: re.Pattern[str]
    """Matches one link of this site at the start of a string, without words that were glued to it."""

    @staticmethod
    def address(url: str) -> Address | None:
        """The address that this URL is a form of, free of tracking and secrets; None when it is no essay's."""

    @staticmethod
    def owns(page: Page) -> bool:
        """Whether a page that was handed in without an address is of this site."""

    @staticmethod
    def read(page: Page) -> Reading:
        """The state of the page, and its essay when it has one."""


@cache
def sites() -> tuple[Site, ...]:
    """All sites, in the order of their names."""
    names = sorted(module.name for module in iter_modules(__path__))
    return tuple(cast(Site, import_module(f"{__name__}.{name}")) for name in names)

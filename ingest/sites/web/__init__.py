"""The rest of the web: a reader for pages of any site, asked last.

Which element is the body is found by measure (``tree``, ``container``), with trafilatura and readability-lxml as a
second opinion where the page gives no hint (``opinions``); its chrome is taken out and kept (``trim``, ``lines``).
"""

from __future__ import annotations

import re

from ingest.sites.web.reader import NAME, READER, owns, read
from ingest.urls.normalise import normalised as address

HOSTS: frozenset[str] = frozenset()
LINK: re.Pattern[str] | None = None

__all__ = ["HOSTS", "LINK", "NAME", "READER", "address", "owns", "read"]

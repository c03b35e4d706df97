"""What the libraries of this field say, behind names with types: trafilatura, readability-lxml and htmldate."""

from __future__ import annotations

import logging
from configparser import ConfigParser
from copy import deepcopy

import trafilatura
from htmldate import find_date
from lxml import etree
from readability import Document
from trafilatura.settings import DEFAULT_CONFIG

for name in ("trafilatura", "readability", "htmldate", "justext"):
    logging.getLogger(name).setLevel(logging.CRITICAL)  # what they find is judged here, not reported

log = logging.getLogger(__name__)

# trafilatura's 250 characters are a short item in English, but a whole one in Chinese.
_CONFIG: ConfigParser = deepcopy(DEFAULT_CONFIG)
_CONFIG.set("DEFAULT", "MIN_EXTRACTED_SIZE", "60")


def by_trafilatura(html: str) -> str:
    """The body as trafilatura finds it, empty when it finds none."""
    try:
        return trafilatura.extract(html, favor_precision=True, include_comments=False, config=_CONFIG) or ""
    except (ValueError, TypeError, AttributeError, RecursionError, etree.LxmlError):
        return ""


def by_readability(html: str) -> str:
    """The body as readability-lxml finds it, empty when it finds none."""
    try:
        summary = etree.HTML(Document(html).summary(html_partial=True))
    except Exception:  # it raises its own Unparseable around anything
        log.info("readability gave up on a page", exc_info=True)  # an opinion less, and no failure of ours
        return ""
    return "" if summary is None else "\n".join(str(part) for part in summary.itertext())


def visible_date(html: str) -> str | None:
    """The day of the first publication as htmldate finds it in a part of a page."""
    try:
        return find_date(html, original_date=True, extensive_search=True, outputformat="%Y-%m-%d")
    except (ValueError, TypeError, AttributeError, etree.LxmlError):
        return None

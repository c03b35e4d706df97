"""A decoded file or page → its reading: picks the site or the format that knows it."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from urllib.parse import urlsplit

from ingest.decoding.decode import decode
from ingest.formats import TEXT_FORMATS, scraped, wechat_export
from ingest.markup.page import Page
from ingest.model import About, Address, Completeness, Essay, Evidence, Link, Reading, Refused, State
from ingest.redact import redact_url
from ingest.sites import known, site_of, sites
from ingest.text import clean, without
from ingest.urls.normalise import split

_DECLARATION = re.compile(r"\s*<\?xml[^>]*>")
_COMMENT = re.compile(r"\s*<!--")
_ROOT = re.compile(r"\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
log = logging.getLogger(__name__)

READER = "files/2"
DECODER = "decode/1"


def is_page(text: str, name: str = "") -> bool:
    """Whether a decoded file is an HTML page, by its beginning or by its name."""
    return _begins_as_page(text[:20_000]) or name.lower().removesuffix(".gz").endswith((".html", ".htm", ".xhtml"))


def _begins_as_page(text: str) -> bool:
    """Whether a root element comes first, behind nothing but a declaration and comments."""
    declaration = _DECLARATION.match(text)
    at = declaration.end() if declaration else 0
    while comment := _COMMENT.match(text, at):
        end = text.find("-->", comment.end())
        if end < 0:
            return False
        at = end + len("-->")
    return _ROOT.match(text, at) is not None


def read_page(page: Page) -> Reading:
    """The reading of a page by its site; ``unsupported`` when no site here knows it. Raises Refused."""
    for site in sites():
        try:
            if site.owns(page):
                return site.read(page)
        except Refused:
            raise
        except Exception as error:  # one page must not end the work on the others
            return failed(site.READER, page.url or page.origin, error)
    if not page.is_whole:
        return Reading(State.UNREADABLE, READER, reason="the page is cut off: it has no end")
    return Reading(State.UNSUPPORTED, READER, reason="no reader knows this page's site; its bytes are kept")


def read_bytes(data: bytes, url: str | None, asked: str | None = None, is_text: bool = False) -> Reading:
    """The reading of what the address ``url`` answered; never raises for what the bytes are.

    ``url`` is None for a file that was handed in. ``asked`` is the address that was asked for in the first place,
    ``is_text`` that the server called it a text.
    """
    try:
        text = decode(data).text
        if url and is_text and not is_page(text):
            return read_text_file(text, url)
        reading = read_page(Page(text, url=url))
        # A captcha may say of the address that was asked, and not of us, that it is the wrong form of it.
        return read_page(Page(text, url=asked)) if asked and reading.state.about is About.US else reading
    except Refused as error:
        return Reading(error.state, READER, reason=str(error))
    except Exception as error:  # one page must not end the work on the others
        return failed(READER, url, error)


def failed(reader: str, key: str | None, error: Exception) -> Reading:
    """The reading of what a reader broke down on, a mistake of ours: the traceback goes to the log, with the key."""
    log.error("%s failed on %s", reader, redact_url(key or "what has no address"), exc_info=error)
    reason = f"the reader failed on it ({type(error).__name__}); its bytes are kept"
    return Reading(State.UNREADABLE, reader, reason=reason)


def read_text_file(text: str, url: str) -> Reading:
    """The reading of a text or Markdown file that was fetched from this address."""
    # What a file on the network says of its address may be said by anybody.
    reading = replace(read_text(clean(text), (), url), addresses=(), evidence=Evidence.WHOLE)
    site = site_of(urlsplit(url).hostname or "")
    found = site.address(url) if site else None
    if reading.essay is None or site is None or found is None:
        return reading
    tell: Callable[[Essay, Address], Essay] | None = getattr(site, "text_file", None)
    essay = tell(reading.essay, found) if tell else reading.essay
    return replace(reading, site=site.NAME, essay=essay, addresses=(found,))


def read_text(text: str, links: Sequence[Link], key: str | None = None) -> Reading:
    """The reading of a text file, whose clean form and links are given, by the first format that takes it.

    ``key`` is its path or address, for the log. Raises Refused.
    """
    if not text:
        return Reading(State.UNREADABLE, READER, reason="the file is empty")
    if not without(text, links).strip():
        return Reading(State.NOT_A_PAGE, READER, reason="only links, which were accepted")
    for file_format in TEXT_FORMATS:
        try:
            essay = file_format.read(text, links)
        except Refused:
            raise
        except Exception as error:  # one file must not end the load of the others
            return failed(file_format.READER, key, error)
        if essay:
            is_own = file_format.READER != scraped.READER or scraped.declares(essay)
            own = _declared(essay) if is_own else None
            # A page of that address, once it is here, is better evidence than a file that was made of it.
            evidence = Evidence.REDUCED if own else Evidence.WHOLE
            addresses = (own,) if own else ()
            return Reading(State.ARTICLE, file_format.READER, essay=essay, addresses=addresses, evidence=evidence)
    raise AssertionError("the last format takes every text")


def _declared(essay: Essay) -> Address | None:
    """The address that a file declares to be its document's; a site's front page is no essay's."""
    if essay.url is None or essay.completeness is not Completeness.FULL:
        return None
    parts = split(essay.url)
    return known(essay.url) if parts and (parts.path.strip("/") or parts.query) else None


@cache
def readers() -> str:
    """Digest of all readers of this program; what the same ones have read of the same bytes need not be read again."""
    formats = [READER, DECODER, wechat_export.READER, *(text_format.READER for text_format in TEXT_FORMATS)]
    names = sorted([*formats, *(site.READER for site in sites())])
    return hashlib.sha256(" ".join(names).encode()).hexdigest()[:16]

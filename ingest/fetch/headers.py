"""Reads the headers of an answer, which may say anything: what makes no sense is None."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests

MAX_RETRY_AFTER = 24 * 3600  # seconds; some servers say a thousand years
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CHARSET = re.compile(r""";\s*charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE | re.ASCII)
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,60}\Z", re.ASCII)
_VALIDATOR = re.compile(r"[\x20-\x7e]{1,256}\Z")


def redirect_target(response: requests.Response) -> str | None:
    """Where a redirect leads, as it was sent; None if the answer is no redirect."""
    location = response.headers.get("Location")
    if response.status_code not in _REDIRECTS or not location:
        return None
    # headers are read as Latin-1, and servers send Chinese paths in UTF-8
    return location.encode("latin-1", "replace").decode("utf-8", "replace")


def media_type(response: requests.Response) -> str | None:
    """``text/html``, in lower case."""
    named = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return named if _MEDIA_TYPE.match(named) else None


def charset(response: requests.Response) -> str | None:
    """The declared charset, in lower case; it may be wrong or unknown."""
    found = _CHARSET.search(response.headers.get("Content-Type", ""))
    return found[1].lower() if found else None


def validator(response: requests.Response, name: str) -> str | None:
    """A value that can be sent back as it came; a 304 may leave it out."""
    value = response.headers.get(name, "").strip()
    return value if _VALIDATOR.match(value) else None


def retry_after(response: requests.Response) -> int | None:
    """Seconds to wait, from seconds or a date, at most a day."""
    value = response.headers.get("Retry-After", "").strip()[:100]
    if value.isascii() and value.isdigit():
        return min(int(value), MAX_RETRY_AFTER)
    try:
        until = parsedate_to_datetime(value)
        seconds = (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(round(seconds), 0), MAX_RETRY_AFTER)

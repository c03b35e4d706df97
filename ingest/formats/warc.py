"""WARC: what crawlers and archives keep. Each answer with an HTML page is a page with its address and its date.

An archive may have any size, so it is read as a stream: one record is in memory at a time, and records, bytes and
unpacked bytes have bounds. What is damaged ends the reading with a reason; the pages before it stay.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from ingest.settings import settings

READER = "warc/1"
NAMES = (".warc", ".warc.gz")
_PAGES = ("text/html", "application/xhtml+xml")
_PIECE = 256 * 1024
_OF_ANOTHER = "a record about another"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of one archive is read, unpacked; a page has about three records. By default what the settings say."""

    page_bytes: int = field(default_factory=lambda: settings().max_file_bytes)
    records: int = field(default_factory=lambda: settings().max_warc_records)
    total_bytes: int = field(default_factory=lambda: settings().max_warc_bytes)


@dataclass(frozen=True, slots=True)
class Captured:
    """A page of an archive: where it was, when it was asked for, how the server answered, what it sent."""

    url: str
    at: datetime | None
    status: int | None
    data: bytes
    number: int


@dataclass
class Passed:
    """What was passed over, by its reason; ``ended`` says why the reading ended before the archive did."""

    counts: Counter[str] = field(default_factory=Counter)
    pages: int = 0
    ended: str | None = None

    def told(self) -> str:
        """One line for people."""
        counted = ", ".join(f"{count} {reason}" for reason, count in sorted(self.counts.items()))
        parts = [f"an archive of {self.pages} pages", counted and f"passed over: {counted}", self.ended]
        return "; ".join(part for part in parts if part)


def pages(path: Path, limits: Limits, passed: Passed) -> Iterator[Captured]:
    """The pages of an archive in order, within the limits; what is passed over is counted."""
    try:
        with path.open("rb") as stream:
            yield from _pages(stream, limits, passed)
    except (ArchiveLoadFailed, OSError, EOFError, ValueError) as error:
        passed.ended = f"the archive is damaged or cut off ({type(error).__name__})"


def digest(path: Path) -> bytes:
    """Digest of an archive's bytes, of its path when they can't be had."""
    made = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while piece := stream.read(1024 * 1024):
                made.update(piece)
    except OSError:
        return hashlib.sha256(os.fsencode(path)).digest()
    return made.digest()


def _pages(stream: BinaryIO, limits: Limits, passed: Passed) -> Iterator[Captured]:
    total = 0
    for number, record in enumerate(ArchiveIterator(stream), 1):
        if number > limits.records or total > limits.total_bytes:
            passed.ended = f"the archive is longer than {limits.records:,} records or {limits.total_bytes:,} bytes"
            return
        reason = _unwanted(record)
        if reason:
            if reason != _OF_ANOTHER:
                passed.counts[reason] += 1
            total += _drain(record.raw_stream, limits.total_bytes - total)
            continue
        body = record.content_stream()
        data = _read(body, limits.page_bytes)
        total += len(data) + _drain(body, limits.total_bytes - total)
        if len(data) > limits.page_bytes:
            passed.counts["too large"] += 1
            continue
        passed.pages += 1
        status = _status(record)
        yield Captured(
            record.rec_headers.get_header("WARC-Target-URI").strip("<>"), _date(record), status, data, number
        )


def _unwanted(record: Any) -> str | None:
    """Why a record is no page; and which records only speak of others."""
    if record.rec_type not in ("response", "resource", "revisit"):
        return _OF_ANOTHER
    if record.rec_type == "revisit":
        return "seen before (revisit)"
    url = (record.rec_headers.get_header("WARC-Target-URI") or "").strip("<>")
    if not url.startswith(("http://", "https://")):
        return _OF_ANOTHER
    status = _status(record)
    if status is not None and status not in (200, 203):
        return f"http {status}" if 100 <= status < 600 else "http status of its own"
    headers = record.http_headers or record.rec_headers
    kind = (headers.get_header("Content-Type") or "").partition(";")[0].strip().lower()
    return None if kind in _PAGES else "no page"


def _status(record: Any) -> int | None:
    code = record.http_headers.get_statuscode() if record.http_headers else None
    return int(code) if code and code.isascii() and code.isdigit() else None


def _date(record: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat((record.rec_headers.get_header("WARC-Date") or "").replace("Z", "+00:00"))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _read(stream: Any, limit: int) -> bytes:
    """At most one byte more than the limit."""
    parts, size = [], 0
    while size <= limit and (piece := stream.read(min(_PIECE, limit + 1 - size))):
        parts.append(piece)
        size += len(piece)
    return b"".join(parts)


def _drain(stream: Any, most: int) -> int:
    """Reads to the end of a record, or to the bound of the archive."""
    size = 0
    while size <= most and (piece := stream.read(_PIECE)):
        size += len(piece)
    return size

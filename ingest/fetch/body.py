"""Reads the body of an answer: in time, under its limits, and with the knowledge whether all of it came."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import requests
import urllib3

from ingest.fetch.ends import Ended, Watch
from ingest.fetch.guard import Limits
from ingest.model import State

CHUNK = 64 * 1024
CODINGS = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}
MAX_CODINGS = 3
_HTML = ("text/html", "application/xhtml+xml")
_UNTOLD = ("text/plain", "text/markdown")  # nothing in them tells their end
_MEMBER = b"\x1f\x8b"  # a gzip file of several members is one file
_TAIL = 4096  # bytes at the end of a page in which its closing tag stands; counters and comments may follow it


@dataclass(frozen=True, slots=True)
class Body:
    """``ended`` says what told the end: ``length``, ``chunked``, or only the connection, ``closed``."""

    data: bytes
    ended: str
    wire_bytes: int


def read_body(response: requests.Response, content_type: str | None, limits: Limits, watch: Watch) -> Body:
    """The unpacked body. Raises ``Ended`` if it is too large, too slow, broken or cut, and what the network raises."""
    raw = response.raw
    ended = _how_it_ends(raw, limits)
    wire = _Wire(raw, limits.wire_bytes, watch)
    codings = _codings(response.headers.get("Content-Encoding", ""))
    chunks: Iterator[bytes] = iter(wire)
    for coding in reversed(codings):
        chunks = _unpacked(chunks, coding, limits.unpacked_bytes, watch)
    whole = io.BytesIO()  # its getvalue doesn't copy, so a page is never in memory twice
    for chunk in chunks:
        whole.write(chunk)
    data = whole.getvalue()
    if ended == "closed" and not codings and not _looks_whole(data, content_type):
        raise Ended(State.NETWORK_ERROR, "truncated: the connection closed before the end of the page")
    return Body(data, ended, wire.total)


class _Wire:
    """The body as it comes, piece by piece. ``total`` counts its bytes."""

    def __init__(self, raw: urllib3.HTTPResponse, limit: int, watch: Watch) -> None:
        self.total = 0
        self._raw = raw
        self._limit = limit
        self._watch = watch

    def __iter__(self) -> Iterator[bytes]:
        self._watch.doing = "body"
        while True:
            # read1 returns what is there; read and iter_content wait for a whole chunk and let the deadline pass
            data = self._raw.read1(CHUNK, decode_content=False)
            self._watch.check()
            if not data:
                return
            self.total += len(data)
            if self.total > self._limit:
                raise _too_large("on the wire", self._limit)
            yield data


def _how_it_ends(raw: urllib3.HTTPResponse, limits: Limits) -> str:
    transfer = raw.headers.get("Transfer-Encoding", "chunked" if raw.chunked else "identity").strip().lower()
    if transfer not in ("chunked", "identity"):
        raise Ended(State.SERVER_ERROR, "transfer encoding: one that nobody asked for")
    if raw.chunked:
        return "chunked"
    if raw.length_remaining is None:
        return "closed"
    if raw.length_remaining > limits.wire_bytes:
        raise _too_large("on the wire", limits.wire_bytes)
    return "length"


def _codings(header: str) -> list[str]:
    names = [name for name in (part.strip().lower() for part in header.split(",")) if name not in ("", "identity")]
    if len(names) > MAX_CODINGS or not all(name in CODINGS for name in names):
        raise Ended(State.SERVER_ERROR, "content encoding: one that nobody asked for")
    return [CODINGS[name] for name in names]


def _unpacked(chunks: Iterator[bytes], coding: str, limit: int, watch: Watch) -> Iterator[bytes]:
    """Unpacks in small pieces, so that a bomb is noticed at the limit and not after it."""
    engine, total = None, 0
    for chunk in chunks:
        data = chunk
        while data:
            if engine is None or engine.eof:
                if engine is not None and not (coding == "gzip" and data.startswith(_MEMBER)):
                    break  # padding behind the end
                engine = _engine(coding, data)
            for piece in _pieces(engine, data, coding):
                watch.check()
                total += len(piece)
                if total > limit:
                    raise _too_large("unpacked", limit)
                yield piece
            data = engine.unused_data
    if engine is None or not engine.eof:
        raise Ended(State.NETWORK_ERROR, f"truncated: the {coding} body ended early")


def _pieces(engine: zlib._Decompress, data: bytes, coding: str) -> Iterator[bytes]:
    piece = b" "
    while piece and (data or len(piece) == CHUNK):
        try:
            piece = engine.decompress(data, CHUNK)
        except zlib.error:
            raise Ended(State.NETWORK_ERROR, f"broken: the body is not {coding}") from None
        data = engine.unconsumed_tail
        yield piece


def _engine(coding: str, start: bytes) -> zlib._Decompress:
    """``deflate`` is zlib's format by its definition, and the bare one by the habit of some servers."""
    if coding == "gzip":
        return zlib.decompressobj(16 + zlib.MAX_WBITS)
    return zlib.decompressobj(zlib.MAX_WBITS if start[0] & 0x0F == 8 and start[0] >> 4 < 8 else -zlib.MAX_WBITS)


def _looks_whole(data: bytes, content_type: str | None) -> bool:
    """Whether a body without a length came to its own end."""
    tail = data[-_TAIL:].replace(b"\0", b"").rstrip()  # without NUL, UTF-16 reads like ASCII
    if content_type in _HTML:
        return re.search(rb"</(?:html|article)\s*>", tail, re.IGNORECASE) is not None
    if content_type is None:
        return tail.endswith((b">", b"}", b"]"))
    if content_type.endswith(("/json", "+json")):
        return tail.endswith((b"}", b"]"))
    return content_type in _UNTOLD or tail.endswith(b">")


def _too_large(where: str, limit: int) -> Ended:
    return Ended(State.TOO_LARGE, f"more than {limit:,} bytes {where}")

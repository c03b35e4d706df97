"""What a server of the lab can do with a request: one function each, its options are the script's."""

from __future__ import annotations

import gzip
import socket
import struct
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from threading import Event

MIB = 1024 * 1024
HTML = "text/html; charset=utf-8"
PAGE = "<!DOCTYPE html><html><head><title>{{token}}</title></head><body><p>{{host}}{{path}} {{look}}</p></body></html>"


@dataclass(frozen=True)
class Asked:
    """One request: ``at`` in seconds since the epoch, ``path`` with its query, header names in lower case."""

    at: float
    host: str
    path: str
    headers: Mapping[str, str]
    tls: bool
    method: str = "GET"


@dataclass
class Talk:
    """A connection whose request was read. ``look`` counts the looks at this path, from 1."""

    sock: socket.socket
    asked: Asked
    look: int
    pages: Path
    over: Event

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def wait(self, seconds: float) -> None:
        """Sleeps, or ends the talk when the lab closes or the client is gone."""
        if self.over.wait(seconds):
            raise ConnectionAbortedError

    def head(self, status: int = 200, /, **headers: object) -> None:
        """The status line and headers; ``content_type`` is sent as Content-Type."""
        phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Odd"
        lines = [f"HTTP/1.1 {status} {phrase}"]
        lines += [f"{name.replace('_', '-').title()}: {value}" for name, value in headers.items() if value is not None]
        self.send(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    def content(self, file: str | None, html: str | None) -> bytes:
        """A page with ``{{token}}`` (the path's last part), ``{{path}}``, ``{{host}}``, ``{{look}}`` filled in.

        ``{{mid}}`` is a number of ten digits that goes with host and path, so that one file is many articles.
        """
        data = (self.pages / file).read_bytes() if file else (PAGE if html is None else html).encode()
        path = self.asked.path.partition("?")[0]
        names = {"token": path.rpartition("/")[2], "path": path, "host": self.asked.host, "look": str(self.look)}
        names["mid"] = str(2_000_000_000 + zlib.crc32(f"{self.asked.host}{path}".encode()) % 1_000_000_000)
        for name, value in names.items():
            data = data.replace(b"{{%s}}" % name.encode(), value.encode())
        return data


BEHAVIOURS: dict[str, Callable[..., None]] = {}


def behaviour(function: Callable[..., None]) -> Callable[..., None]:
    BEHAVIOURS[function.__name__] = function
    return function


# Answers


@behaviour
def page(talk, file=None, html=None, status=200, content_type=HTML, etag=None, packed=None, headers=None):
    """A page with its length; with ``etag`` a 304 for who knows it; ``packed``: gzip, deflate, bare or twice."""
    if etag and talk.asked.headers.get("if-none-match") == etag:
        return talk.head(304, etag=etag)
    data = talk.content(file, html)
    data, coding = PACKED[packed](data) if packed else (data, None)
    named = {"content_type": content_type, "content_encoding": coding, "etag": etag, **(headers or {})}
    talk.head(status, **named, content_length=len(data))
    return talk.send(data)


@behaviour
def status(talk, code, headers=None, body="<html>no</html>"):
    talk.head(code, content_type=HTML, content_length=len(body), **(headers or {}))
    talk.send(body.encode())


@behaviour
def redirect(talk, to, code=302, body_bytes=0):
    """``to`` may be any text, also one that is no address."""
    talk.head(code, location=to.encode().decode("latin-1"), content_length=body_bytes)
    for piece in zeros(body_bytes):
        talk.send(piece)


@behaviour
def chunked(talk, file=None, html=None, content_type=HTML):
    talk.head(content_type=content_type, transfer_encoding="chunked")
    talk.send(b"".join(chunk(piece) for piece in pieces(talk.content(file, html), 700)) + chunk(b""))


@behaviour
def closed(talk, file=None, html=None, content_type=HTML):
    """A whole page whose end only the connection tells."""
    talk.head(content_type=content_type)
    talk.send(talk.content(file, html))


@behaviour
def empty(talk):
    talk.head(content_type=HTML, content_length=0)


@behaviour
def no_content(talk):
    talk.head(204)


# Slow


@behaviour
def stall(talk, seconds=60):
    """Silence after the request."""
    talk.wait(seconds)


@behaviour
def slow_headers(talk, each=0.1):
    for number in range(10_000):
        talk.send(b"HTTP/1.1 200 OK\r\n" if number == 0 else b"X-%d: y\r\n" % number if number < 90 else b"x")
        talk.wait(each)


@behaviour
def slow_first_line(talk, each=0.1):
    for letter in b"HTTP/1.1 200 " + b"O" * 10_000:
        talk.send(bytes([letter]))
        talk.wait(each)


@behaviour
def drip(talk, each=0.1, length=100_000):
    """A page that looks whole, then spaces one by one; without ``length`` it would be whole whenever it is cut."""
    talk.head(content_type=HTML, content_length=length)
    talk.send(talk.content(None, None))
    for letter in b" " * 99_000:
        talk.send(bytes([letter]))
        talk.wait(each)


@behaviour
def slow_chunks(talk, each=0.1):
    talk.head(content_type=HTML, transfer_encoding="chunked")
    for _ in range(10_000):
        talk.send(chunk(b"x"))
        talk.wait(each)


@behaviour
def slow_trailers(talk, each=0.1):
    talk.head(content_type=HTML, transfer_encoding="chunked")
    talk.send(chunk(b"<html></html>") + b"0\r\n")
    for number in range(10_000):
        talk.send(b"X-%d: y\r\n" % number)
        talk.wait(each)


@behaviour
def forever_100(talk):
    """An endless row of interim answers."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        talk.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


# Broken


@behaviour
def reset(talk, after=0):
    """A reset, at once or after that many bytes of a page."""
    if after:
        talk.head(content_type=HTML, content_length=100_000)
        talk.send(b"x" * after)
        talk.wait(0.1)
    talk.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@behaviour
def hang_up(talk):
    """Closes without a word."""


@behaviour
def cut_length(talk):
    data = talk.content(None, None)
    talk.head(content_type=HTML, content_length=len(data) + 500)
    talk.send(data)


@behaviour
def cut_chunked(talk):
    talk.head(content_type=HTML, transfer_encoding="chunked")
    talk.send(chunk(talk.content(None, None)))


@behaviour
def cut_inside_chunk(talk):
    talk.head(content_type=HTML, transfer_encoding="chunked")
    talk.send(chunk(talk.content(None, None))[:-20])


@behaviour
def cut_closed(talk):
    talk.head(content_type=HTML)
    talk.send(talk.content(None, None)[:60])


@behaviour
def cut_gzip(talk):
    """The compressed page lacks its end, while the length is that of what is sent."""
    data = gzip.compress(talk.content(None, None))[:-12]
    talk.head(content_type=HTML, content_encoding="gzip", content_length=len(data))
    talk.send(data)


@behaviour
def bad_gzip(talk):
    data = talk.content(None, None)
    talk.head(content_type=HTML, content_encoding="gzip", content_length=len(data))
    talk.send(data)


@behaviour
def long_length(talk, length=10**12):
    """Promises more than anybody wants."""
    talk.head(content_type=HTML, content_length=length)
    talk.send(b"<html>")


@behaviour
def two_lengths(talk):
    talk.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!")


@behaviour
def short_length(talk):
    """Says less than it sends."""
    data = talk.content(None, "<html>whole</html>")
    talk.head(content_type=HTML, content_length=len(data))
    talk.send(data + b"<script>more</script>")


@behaviour
def garbage(talk):
    """No HTTP: what a server of version 0.9 or of another protocol says first."""
    talk.send(b"SSH-2.0-OpenSSH_9.6\r\n\x00\xff" * 50)


# Large


@behaviour
def bomb(talk, size=100 * MIB):
    talk.head(content_type=HTML, content_length=None)
    for piece in zeros(size):
        talk.send(piece)


@behaviour
def endless_chunked(talk):
    talk.head(content_type=HTML, transfer_encoding="chunked")
    piece = chunk(b"x" * 65536)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        talk.send(piece)


@behaviour
def gzip_bomb(talk, size=1024 * MIB, twice=False):
    data = packed_zeros(size)
    data = gzip.compress(data) if twice else data
    coding = "gzip, gzip" if twice else "gzip"
    talk.head(content_type=HTML, content_encoding=coding, content_length=len(data))
    talk.send(data)


@behaviour
def tiny_members(talk, count=200_000):
    """Very many empty gzip files one after the other."""
    data = gzip.compress(b"") * count
    talk.head(content_type=HTML, content_encoding="gzip", content_length=len(data))
    talk.send(data)


@behaviour
def many_codings(talk, count=50):
    talk.head(content_type=HTML, content_encoding=", ".join(["gzip"] * count), content_length=3)
    talk.send(b"abc")


@behaviour
def long_header(talk, size=MIB):
    talk.send(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * size + b"\r\n\r\n")


@behaviour
def many_headers(talk, count=300):
    talk.send(b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(count)) + b"\r\n")


@behaviour
def cookie_flood(talk):
    """As many and as long cookies as a client reads, before a page."""
    data = talk.content(None, None)
    cookie = b"Set-Cookie: " + b"a=b; expires=Thu, 01 Jan 1970 00:00:00" * 1500 + b"\r\n"
    talk.send(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n" % len(data) + cookie * 90 + b"\r\n"
    )
    talk.send(data)


def zeros(size: int) -> Iterator[bytes]:
    piece = b"\0" * 65536
    for left in range(size, 0, -65536):
        yield piece[:left]


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def packed_zeros(size: int) -> bytes:
    """A gzip file of that many zeros, made from one compressed MiB; its checksum is wrong, which shows at the end."""
    engine = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = engine.compress(b"\0" * MIB) + engine.flush(zlib.Z_FULL_FLUSH)
    head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03"
    return head + block * (size // MIB) + b"\x03\x00" + struct.pack("<II", 0, size % 2**32)


def _bare(data: bytes) -> bytes:
    engine = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return engine.compress(data) + engine.flush()


PACKED: dict[str, Callable[[bytes], tuple[bytes, str]]] = {
    "gzip": lambda data: (gzip.compress(data), "gzip"),
    "deflate": lambda data: (zlib.compress(data), "deflate"),
    "bare": lambda data: (_bare(data), "deflate"),
    "twice": lambda data: (gzip.compress(gzip.compress(data)), "gzip, gzip"),
    "members": lambda data: (gzip.compress(data[:50]) + gzip.compress(data[50:]) + b"\0" * 100, "gzip"),
    "brotli": lambda data: (data, "br"),
}

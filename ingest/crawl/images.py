"""Bytes of documents' pictures, for those who ask for it (``ESSAYS_KEEP_IMAGES``): fetched politely, kept by digest.

Pictures vanish with their articles. They are fetched after their documents are stored, under the same guard and the
same spacing a host as pages, with the page as their referer: WeChat's picture host answers a stranger's with a picture
that says so, under HTTP 200. What came is judged by its first bytes, since the server's word and the address's lie.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ingest.crawl import hosts, worker
from ingest.crawl.hosts import NotBefore, Turn
from ingest.crawl.retry import wait
from ingest.fetch import Fetched
from ingest.fetch.guard import Limits
from ingest.model import State
from ingest.settings import MIB, settings
from ingest.store import Connection, Store, ask

MOST = 100
"""Pictures that are kept of one document."""
LARGEST = 10 * MIB
KEPT = "kept"

_REFERERS = ((".qpic.cn", "https://mp.weixin.qq.com/"), (".qlogo.cn", "https://mp.weixin.qq.com/"))
_KINDS = ("image/", "application/octet-stream", "binary/octet-stream")
_STARTS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
_BRANDS = {b"avif": "image/avif", b"avis": "image/avif", b"heic": "image/heic", b"heix": "image/heic"}
_SVG = re.compile(rb"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!DOCTYPE svg[^>]{0,300}>\s*)?<svg[\s>]")


@dataclass(frozen=True, slots=True)
class Kept:
    """How many pictures were looked at, and how many of them are kept."""

    looks: int = 0
    kept: int = 0


def keep(store: Store, documents: Sequence[int] | None = None, seconds: float = 300) -> Kept:
    """Fetches pictures of these documents, or of all, that are not kept yet, for at most so many seconds.

    Does nothing unless the setting says so. What is left is left to the next call; any number of workers may do it at
    once. A picture that doesn't come is a row with its reason, and never touches its document.
    """
    if not settings().keep_images:
        return Kept()
    wanted = None if documents is None else list(documents)
    store.ask("pictures", "want", documents=wanted, most=MOST)
    looks = kept = 0

    def step(host: str) -> bool:
        nonlocal looks, kept
        turn, leased = store.attempt(partial(_take, host=host))
        if leased is None:
            return isinstance(turn, NotBefore)
        if turn.is_for_rules:
            hosts.learn_rules(store, turn, leased.url)
        else:
            looks += 1
            kept += _look_at(store, turn, leased)
        return True

    worker.over_hosts(store, [row.host for row in store.ask("pictures", "hosts")], step, seconds)
    return Kept(looks, kept)


def media_type(data: bytes) -> str | None:
    """What a picture is by its first bytes; None when it is none."""
    if found := next((kind for start, kind in _STARTS if data.startswith(start)), None):
        return found
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp":
        return _BRANDS.get(data[8:12])
    return "image/svg+xml" if _SVG.match(data[:4096]) else None


def referer_of(host: str, page: str | None) -> str | None:
    """The referer that a picture's host expects: its site's, else that of the page."""
    return next((own for end, own in _REFERERS if host.endswith(end)), page)


def _take(connection: Connection, host: str) -> tuple[Any, Any]:
    """A turn and a leased picture, or the one whose host's rules are to be asked for; else None in its place."""
    turn = hosts.take(connection, host)
    if isinstance(turn, NotBefore):
        return turn, None
    if turn.is_for_rules:
        found = ask(connection, "pictures", "any_due", host=host)
    else:
        found = ask(connection, "pictures", "lease", host=host, seconds=worker.LEASE_SECONDS)
    if not found:
        hosts.give_back(connection, turn, None)
        return turn, None
    return turn, found[0]


def _look_at(store: Store, turn: Turn, leased: Any) -> bool:
    """One look at a leased picture; whether it is kept now."""
    referer = referer_of(leased.host, leased.referer)
    headers = {"Accept": "image/*", **({"Referer": referer} if referer else {})}
    limits = Limits(wire_bytes=LARGEST, unpacked_bytes=LARGEST)
    visited = hosts.visit(store, turn, leased.url, headers=headers, kinds=_KINDS, limits=limits)
    fetched = visited.fetched
    state, reason, kind = _judge(fetched)
    sha256 = None
    again = None
    if kind is not None and fetched.body is not None:
        sha256 = hashlib.sha256(fetched.body).digest()
    elif state is not None:
        again = wait(State(state), leased.tries, fetched.retry_after)

    def end(connection: Connection) -> bool:
        visited.end(connection)
        hosts.note(connection, turn.host, fetched, None)
        if not ask(connection, "pictures", "still_mine", url=leased.url, tries=leased.tries):
            return False
        if sha256 is not None and fetched.body is not None:
            size = len(fetched.body)
            ask(connection, "pictures", "keep", sha256=sha256, media_type=kind, size=size, bytes=fetched.body)
        ask(
            connection, "pictures", "looked", url=leased.url, sha256=sha256, state=state or KEPT, reason=reason,
            wait=again.total_seconds() if again else None,
        )  # fmt: skip
        return sha256 is not None

    return store.attempt(end)


def _judge(fetched: Fetched) -> tuple[State | None, str | None, str | None]:
    """State and reason of a look in vain, or the media type of what came."""
    if fetched.body is None:
        return fetched.state or State.NOT_A_PAGE, fetched.reason, None
    kind = media_type(fetched.body)
    if kind is None:
        return State.NOT_A_PAGE, f"the answer says {fetched.content_type} and is no picture", None
    return None, None, kind

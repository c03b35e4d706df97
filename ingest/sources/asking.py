"""Asks a source for its bytes: politely, host by host, and from an operator's own server when they said so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ingest.crawl import hosts
from ingest.crawl.retry import BLOCKED
from ingest.fetch import Fetched
from ingest.fetch.guard import DEFAULT_PORTS, Resolve
from ingest.fetch.robots import Verdict
from ingest.model import IngestError, State
from ingest.settings import settings
from ingest.store import Store

PATIENCE = 60.0
"""Seconds to wait for a host's turn; what takes longer is left to a later check."""

KINDS = ("text/", "application/")
"""Feeds, packed sitemaps and lists of subscriptions come under many types; what they are, their bytes say."""


@dataclass(frozen=True, slots=True)
class OwnServer:
    """A server of the operator's: this host and this port may be asked, whatever network they are in."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, place: str, url: str) -> OwnServer:
        """From ``host:port``. Raises ``IngestError`` when the URL is of another one."""
        try:
            own, asked = urlsplit(f"//{place.strip()}"), urlsplit(url.strip())
            host, port = own.hostname or "", own.port
            same = (asked.hostname, asked.port or DEFAULT_PORTS.get(asked.scheme)) == (host, port)
        except ValueError:
            host, port, same = "", None, False
        if not host or port is None or own.path or own.username is not None:
            raise IngestError(f"{place[:80]!r} is no host and port.", "Write it like 192.168.1.5:8001.")
        if not same:
            raise IngestError(f"The address is not on your own server {host}:{port}.", "Both name one host and port.")
        return cls(asked.scheme, host, port)

    def asked(self, url: str) -> str:
        """The URL as it is asked for: fetches know the usual ports only, and ``resolve`` leads them to this one."""
        return self._with(url, self.port, None)

    def told(self, url: str) -> str:
        """The URL as the operator knows it."""
        return self._with(url, None, self.port)

    def resolve(self) -> Resolve:
        """The one exemption: redirects to other hosts and ports of the network stay refused."""
        given = Resolve.parse(settings().resolve)
        return Resolve({**given.table, (self.host, DEFAULT_PORTS[self.scheme]): (self.host, self.port)})

    def _with(self, url: str, before: int | None, after: int | None) -> str:
        parts = urlsplit(url)
        usual = DEFAULT_PORTS[self.scheme]
        of = {self.port} if before else {None, usual}
        if parts.scheme != self.scheme or parts.hostname != self.host or (parts.port or usual) not in (of | {usual}):
            return url
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return parts._replace(netloc=f"{shown}:{after}" if after and after != usual else shown).geturl()


@dataclass(frozen=True, slots=True)
class Asked:
    """What asking a source came to.

    ``fetched`` is None when its host is paused, or left alone for longer; ``robots`` is what the host's robots.txt says
    of the address, None when there was no asking, or on a server of the operator's.
    """

    fetched: Fetched | None = None
    robots: Verdict | None = None


def ask_source(
    store: Store,
    url: str,
    config: Mapping[str, Any],
    *,
    followed: bool = False,
    etag: str | None = None,
    last_modified: str | None = None,
    patience: float = PATIENCE,
) -> Asked:
    """The answer of a source, when its host's turn has come.

    ``followed`` says that a page led to it and no person asked for it: then robots.txt is obeyed.
    """
    own = OwnServer.of(config["own_server"], url) if config.get("own_server") else None
    turn = hosts.wait_for(store, url, patience, rules=own is None)
    if turn is None:
        return Asked()
    visited = hosts.visit(
        store, turn, own.asked(url) if own else url, hears_rules=own is None, followed=followed,
        etag=etag, last_modified=last_modified, kinds=KINDS, resolve=own.resolve() if own else None,
    )  # fmt: skip
    store.attempt(visited.end)
    return Asked(visited.fetched, visited.robots)


def note(store: Store, url: str, fetched: Fetched, state: State | None) -> None:
    """Tells the host's breaker how the source answered."""
    host = urlsplit(url).hostname or ""
    store.attempt(lambda connection: hosts.note(connection, host, fetched, state in BLOCKED))

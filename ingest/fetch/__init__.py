"""Asks one address for its page, whatever the server does.

A server may lie, drip, bomb, loop or break: each ends within the budget, as a ``Fetched`` with its state and reason.
Requests is used hop by hop and through its transport only: ``requests.Session.send`` reads the whole body of a
redirect even with ``stream=True`` and ``allow_redirects=False`` (200 MB of it took 55 s and 5 GB when followed).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests

from ingest.fetch.body import Body, read_body
from ingest.fetch.dial import Door, GuardedAdapter
from ingest.fetch.ends import FAILURES, Ended, Watch, explain
from ingest.fetch.guard import Forbidden, Limits, Resolve, Target, check_url
from ingest.fetch.headers import charset, media_type, redirect_target, retry_after, validator
from ingest.model import IngestError, State
from ingest.redact import redact_url
from ingest.settings import Settings, settings

__all__ = ["Fetched", "fetch", "user_agent"]

HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Encoding": "gzip, deflate",  # what body.py unpacks under a limit
    "Accept-Language": "zh-CN",  # WeChat's notices come in the reader's language
}
_NEVER_SENT = frozenset({"authorization", "proxy-authorization", "cookie", "host", "range", "content-length"})
_PAGES = frozenset({"text/html", "text/plain", "text/markdown", "text/xml", "application/xml", "application/json"})
_PAGE_SUFFIXES = ("+xml", "+json")

# At its debug level urllib3 logs every address in full, with the session keys that it may hold.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)


BeforeHop = Callable[[str, float], bool]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What asking one address came to: a ``body`` to read, or a ``state`` with its ``reason``, never both.

    ``url`` is the address that answered last and ``hops`` are all that were asked, in order, without session keys.
    ``body`` is unpacked, as long as the server sent it; ``wire_bytes`` counts it as it came. ``ended`` says what told
    its end: ``length``, ``chunked``, or only the connection, ``closed``. ``retry_after`` and ``seconds`` are seconds.
    ``asked_at`` is the monotonic time by which the last server had its request, None when none was asked.
    ``etag`` and ``last_modified`` are fit for the next request.
    """

    url: str
    hops: tuple[str, ...]
    seconds: float
    state: State | None = None
    reason: str | None = None
    http_status: int | None = None
    body: bytes | None = None
    content_type: str | None = None
    charset: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    retry_after: int | None = None
    ended: str | None = None
    wire_bytes: int = 0
    asked_at: float | None = None


def fetch(
    url: str,
    *,
    etag: str | None = None,
    last_modified: str | None = None,
    headers: Mapping[str, str] | None = None,
    kinds: tuple[str, ...] = (),
    before_hop: BeforeHop | None = None,
    limits: Limits | None = None,
    resolve: Resolve | None = None,
    ca_bundle: Path | None = None,
    user_agent: str | None = None,
    proxy: str | None = None,
) -> Fetched:
    """Asks ``url`` for its page; what is not given is taken from the settings.

    ``etag`` and ``last_modified`` make the request conditional; they and ``headers`` go to the address's own host only.
    ``kinds`` are the beginnings of the media types that are wanted in the place of a page's (``image/``); a server that
    names none is believed.
    ``before_hop`` is asked, with the seconds that are left, before another host than the one before is asked; when it
    says no, the fetch ends as ``rate_limited``.
    Never raises for what a server or the network does. Raises ``IngestError`` for settings that make no sense and
    ``ValueError`` for headers that are never sent.
    """
    given = settings()
    if unsent := _NEVER_SENT & {name.lower() for name in headers or ()}:
        raise ValueError(f"never sent: {', '.join(sorted(unsent))}")
    own = dict(headers or {})
    own |= {"If-None-Match": etag} if etag else {}
    own |= {"If-Modified-Since": last_modified} if last_modified else {}
    limits = limits or Limits()
    with Watch(limits.seconds) as watch:
        trip = _Trip(
            own=own,
            kinds=kinds,
            before_hop=before_hop,
            limits=limits,
            resolve=Resolve.parse(given.resolve) if resolve is None else resolve,
            verify=_trusted(ca_bundle or given.ca_bundle),
            agent=user_agent or _agent(given),
            proxy=proxy or given.proxy,
            watch=watch,
        )
        return trip.to(url)


def user_agent() -> str:
    """The honest name that servers see by default."""
    return _agent(settings())


@dataclass(slots=True)
class _Trip:
    """One fetch on its way from hop to hop."""

    own: dict[str, str]
    kinds: tuple[str, ...]
    before_hop: BeforeHop | None
    limits: Limits
    resolve: Resolve
    verify: str | bool
    agent: str
    proxy: str | None
    watch: Watch
    hops: list[str] = field(default_factory=list)
    response: requests.Response | None = None
    answered_at: float | None = None

    def to(self, url: str) -> Fetched:
        """Goes there, and says how it ended."""
        try:
            return self._fetched(body=self._follow(url))
        except Forbidden as refusal:
            hopped = len(self.hops) > 1 or self.response is not None
            reason = f"redirect: {refusal.reason}" if hopped else refusal.reason
            return self._fetched(Ended(State.REFUSED, reason), redact_url(url))
        except Ended as end:
            return self._fetched(end)
        except FAILURES as error:
            try:
                self.watch.check()  # a socket that the watch shut breaks in many ways
            except Ended as late:
                return self._fetched(late)
            return self._fetched(explain(error, self.watch))

    def _follow(self, url: str) -> Body:
        """The body at the end of the redirects; each address is checked before it is asked."""
        target = check_url(url, self.resolve)
        host, seen = target.host, set[str]()
        while target.url not in seen:
            if len(seen) > self.limits.hops:
                raise Forbidden(f"more than {self.limits.hops}")
            seen.add(target.url)
            with closing(self._ask(target, self.own if target.host == host else {})) as response:
                self.watch.check()
                self.response = response
                place = redirect_target(response)
                if place is None:
                    return self._body(response)
            before = target.host
            try:
                target = check_url(urljoin(target.url, place), self.resolve)
            except ValueError:
                raise Forbidden("the address can't be read") from None
            if target.host != before and self.before_hop and not self.before_hop(target.host, self.watch.left()):
                raise Ended(State.RATE_LIMITED, f"it leads to {target.host}, which is not to be asked now")
        raise Forbidden("a circle")

    def _ask(self, target: Target, own: Mapping[str, str]) -> requests.Response:
        """The answer of one address, its body not yet read. Each hop is a stranger: new connection, no cookies."""
        self.hops.append(redact_url(target.url))
        self.response = self.answered_at = None
        names = {**HEADERS, "User-Agent": self.agent, **own}
        try:
            request = requests.Request("GET", target.url, headers=names).prepare()
        except requests.exceptions.InvalidURL:
            raise Forbidden("the address can't be read") from None
        if urlsplit(request.url or "").hostname != target.host:
            raise Forbidden("the address can be read in two ways")
        door = Door(self.watch, self.resolve, self.proxy)
        with closing(GuardedAdapter(door)) as adapter:
            response = adapter.send(
                request,
                stream=True,
                timeout=self.watch.left(),
                verify=self.verify,
                proxies={target.scheme: self.proxy} if self.proxy else None,
            )
        self.answered_at = time.monotonic()
        if not door.asked:
            response.close()
            raise AssertionError("a connection went past the guard: urllib3's _new_conn is no longer called")
        return response

    def _body(self, response: requests.Response) -> Body:
        """The body of a page. Raises ``Ended`` for every answer that is none."""
        if response.status_code not in (200, 203):
            raise _no_page(response, conditional=bool(self.own.keys() & {"If-None-Match", "If-Modified-Since"}))
        kind = media_type(response)
        if not (kind is None or (kind.startswith(self.kinds) if self.kinds else _is_page(kind))):
            raise Ended(State.NOT_A_PAGE, f"the answer is {kind}")
        body = read_body(response, kind, self.limits, self.watch)
        if not body.data:
            raise Ended(State.SERVER_ERROR, "the answer is empty")
        return body

    def _fetched(self, end: Ended | None = None, url: str = "", body: Body | None = None) -> Fetched:
        answer = self.response
        return Fetched(
            url=self.hops[-1] if self.hops else url,
            hops=tuple(self.hops),
            seconds=self.watch.seconds,
            state=end.state if end else None,
            reason=end.reason if end else None,
            http_status=answer.status_code if answer is not None else None,
            body=body.data if body else None,
            content_type=media_type(answer) if answer is not None else None,
            charset=charset(answer) if answer is not None else None,
            etag=validator(answer, "ETag") if answer is not None else None,
            last_modified=validator(answer, "Last-Modified") if answer is not None else None,
            retry_after=retry_after(answer) if answer is not None else None,
            ended=body.ended if body else None,
            wire_bytes=body.wire_bytes if body else 0,
            # A request that was never answered may have arrived at any time until now.
            asked_at=self.answered_at or time.monotonic() if self.hops else None,
        )


def _is_page(kind: str) -> bool:
    """Whether a reader may know the type."""
    if kind in _PAGES:
        return True
    return kind.startswith("application/") and kind.endswith(_PAGE_SUFFIXES)


def _no_page(response: requests.Response, *, conditional: bool) -> Ended:
    """What a status says of the page. A refusal to us (401, 403, …) may end, so it is no fact about the address."""
    status = response.status_code
    said = f"http {status}"
    if status == 304 and conditional:
        return Ended(State.NOT_MODIFIED, said)
    if status in (404, 410):
        return Ended(State.NOT_FOUND if status == 404 else State.GONE, said)
    if status == 429 or (status == 503 and retry_after(response) is not None):
        return Ended(State.RATE_LIMITED, said)
    if 400 <= status < 500:
        return Ended(State.UNAVAILABLE, said)
    return Ended(State.SERVER_ERROR, said if status >= 500 else f"{said}: an answer that nobody asked for")


def _trusted(bundle: Path | None) -> str | bool:
    """The certificates to trust: never none. Raises ``IngestError`` if the file isn't there."""
    if bundle is not None and not bundle.is_file():
        raise IngestError(f"ESSAYS_CA_BUNDLE names no file: {bundle}.", "Correct it in the environment.")
    return True if bundle is None else str(bundle)


def _agent(given: Settings) -> str:
    return f"essay-ingest/{_version()}" + (f" (+{given.contact})" if given.contact else "")


@cache
def _version() -> str:
    try:
        return version("essay-ingest")
    except PackageNotFoundError:
        return "0"

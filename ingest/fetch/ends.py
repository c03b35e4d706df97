"""How a fetch ends when no page comes: by the clock, by a limit, or by what went wrong on the way."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from types import TracebackType

import requests.exceptions
import urllib3.exceptions

from ingest.model import State


class Ended(Exception):
    """The fetch is over, without a page."""

    def __init__(self, state: State, reason: str) -> None:
        super().__init__(state, reason)
        self.state = state
        self.reason = reason


class Watch:
    """The wall clock of one fetch. When it runs out, it shuts the sockets, and it remembers that it did.

    Timeouts of sockets count from byte to byte, so a server that drips would never meet one. A socket that was shut
    looks to the reader like an answer that came to its end: whoever reads must call ``check`` afterwards.
    """

    def __init__(self, seconds: float) -> None:
        self.doing = "start"  # what the reason says wasn't done in time
        self._seconds = seconds
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._held: list[socket.socket] = []
        self._over = False
        self._timer = threading.Timer(seconds, self._shut)
        self._timer.daemon = True

    def __enter__(self) -> Watch:
        self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._timer.cancel()
        with self._lock:
            for held in self._held:
                held.close()
            self._held.clear()

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._began

    def check(self) -> None:
        """Raises ``Ended`` if the time is over."""
        if self._over or self.seconds >= self._seconds:
            raise self.late()

    def left(self) -> float:
        """The seconds that are left, more than none. Raises ``Ended`` if the time is over."""
        self.check()
        return max(self._seconds - self.seconds, 0.001)

    def late(self) -> Ended:
        return Ended(State.TOO_SLOW, f"{self.doing}: not done within {self._seconds:g} s")

    def hold(self, sock: socket.socket) -> None:
        """Takes a socket under watch: a duplicate, because TLS detaches the one that it wraps."""
        with self._lock:
            self._held.append(sock.dup())
        self.check()

    def _shut(self) -> None:
        with self._lock:
            self._over = True
            for held in self._held:
                with suppress(OSError):  # the other side may have been quicker
                    held.shutdown(socket.SHUT_RDWR)


# The first that is found in the chain of an error names it, so the special stand before the general.
_REASONS: tuple[tuple[type[BaseException], State, str], ...] = (
    (requests.exceptions.ProxyError, State.NETWORK_ERROR, "proxy: it did not connect"),
    (ssl.SSLCertVerificationError, State.NETWORK_ERROR, "tls certificate: {detail}"),
    (http.client.LineTooLong, State.TOO_LARGE, "headers: a line of more than 64 KiB"),
    (http.client.RemoteDisconnected, State.NETWORK_ERROR, "no answer: the server closed the connection"),
    (http.client.BadStatusLine, State.NETWORK_ERROR, "no http: the answer is something else"),
    (http.client.IncompleteRead, State.NETWORK_ERROR, "truncated: the body ended early"),
    (urllib3.exceptions.IncompleteRead, State.NETWORK_ERROR, "truncated: the body ended early"),
    (urllib3.exceptions.InvalidHeader, State.NETWORK_ERROR, "headers: they contradict each other"),
    (ConnectionResetError, State.NETWORK_ERROR, "reset: the server broke the connection"),
    (BrokenPipeError, State.NETWORK_ERROR, "reset: the server broke the connection"),
    (ConnectionAbortedError, State.NETWORK_ERROR, "reset: the connection was aborted"),
    (ssl.SSLEOFError, State.NETWORK_ERROR, "tls: the connection was cut"),
    (ssl.SSLError, State.NETWORK_ERROR, "tls: {detail}"),
    (http.client.HTTPException, State.NETWORK_ERROR, "headers: {detail}"),
    (OSError, State.NETWORK_ERROR, "network: {detail}"),
)
FAILURES = (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError)


def explain(error: BaseException, watch: Watch) -> Ended:
    """State and reason for what a library raised. Reasons never quote addresses: they may hold session keys."""
    causes = list(_causes(error))
    if any(isinstance(cause, (TimeoutError, urllib3.exceptions.TimeoutError)) for cause in causes):
        return watch.late()
    own = [cause for cause in causes if not isinstance(cause, requests.exceptions.RequestException)]
    for kind, state, reason in _REASONS:
        for cause in causes if issubclass(kind, requests.exceptions.RequestException) else own:
            if isinstance(cause, kind):
                return Ended(state, reason.format(detail=_detail(cause)))
    return Ended(State.NETWORK_ERROR, f"network: {type(error).__name__}")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and everything inside it: libraries wrap in arguments, attributes and causes."""
    waiting, seen = [error], set[int]()
    while waiting:
        cause = waiting.pop(0)
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        inside = (*cause.args, getattr(cause, "reason", None), cause.__cause__)
        waiting += [one for one in inside if isinstance(one, BaseException)]


def _detail(cause: BaseException) -> str:
    names = (getattr(cause, name, None) for name in ("verify_message", "reason", "strerror"))
    said = next((name for name in names if isinstance(name, str) and name), None)
    said = said or str(cause.args[0] if cause.args else type(cause).__name__)
    return said[:120].lower().replace("_", " ")

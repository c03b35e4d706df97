"""Opens the connections of one fetch: each DNS answer is checked, and the socket goes to the very address that passed.

Between a check and a connection that asks the DNS again, a name can change its answer (DNS rebinding: of 50 tries 50
got through). So the check stands inside of the connection: urllib3's ``_new_conn`` is replaced, and nothing else, so
that the Host header, SNI and the certificate's name stay those of the address. ``_new_conn`` is not public: ``asked``
counts its calls, and a fetch that got an answer without one fails.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import BaseHTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool

from ingest.fetch.ends import Ended, Watch
from ingest.fetch.guard import DEFAULT_PORTS, Forbidden, Resolve, is_public
from ingest.model import State

_UNKNOWN = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))  # not every system has both
Place = tuple[socket.AddressFamily, tuple[Any, ...]]


class Door:
    """Where every connection of one fetch goes out. ``proxy`` is the operator's own and needs no check."""

    def __init__(self, watch: Watch, resolve: Resolve, proxy: str | None = None) -> None:
        self.watch = watch
        self.asked = 0
        self._resolve = resolve
        self._proxy: tuple[str | None, int] | None = None
        if proxy:
            parts = urlsplit(proxy)
            self._proxy = parts.hostname, parts.port or DEFAULT_PORTS[parts.scheme]

    def open(self, host: str, port: int) -> socket.socket:
        """A connected socket. Raises ``Forbidden`` for places that are not public, ``Ended`` for those not reached."""
        self.asked += 1
        places = self._places(host.strip("[]").removesuffix("."), port)
        self.watch.doing = "connecting"
        problem: OSError | None = None
        for tried, (family, place) in enumerate(places):
            sock = socket.socket(family, socket.SOCK_STREAM)
            try:
                sock.settimeout(self.watch.left() / (len(places) - tried))
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.connect(place)
                self.watch.hold(sock)
            except OSError as error:
                problem = error
                sock.close()
            except Ended:
                sock.close()
                raise
            else:
                return sock
        raise self._unreached(problem)

    def _places(self, host: str, port: int) -> list[Place]:
        """Where a name leads, all of it public or given by the operator."""
        if pinned := self._resolve.find(host, port):
            return self._lookup(*pinned)
        places = self._lookup(host, port)
        if (host, port) != self._proxy:
            for _, place in places:
                if not is_public(str(place[0])):
                    raise Forbidden(f"the host leads to {place[0]}, which is not a public address")
        return places

    def _lookup(self, host: str, port: int) -> list[Place]:
        """Asks the system's resolver, from a thread, because nothing else can end its waiting."""
        self.watch.doing = "dns"
        answers: list[Place] = []
        problems: list[OSError] = []

        def ask() -> None:
            try:
                answers.extend((info[0], info[4]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
            except OSError as error:
                problems.append(error)

        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        asking.join(self.watch.left())
        if asking.is_alive():
            raise self.watch.late()
        if not answers:
            unknown = not problems or problems[0].errno in _UNKNOWN
            raise Ended(State.NETWORK_ERROR, "dns: no such host" if unknown else "dns: the resolver does not answer")
        return answers

    def _unreached(self, problem: OSError | None) -> Ended:
        if isinstance(problem, TimeoutError):
            return self.watch.late()
        if isinstance(problem, ConnectionRefusedError):
            return Ended(State.NETWORK_ERROR, "connecting: refused")
        detail = problem.strerror.lower() if problem and problem.strerror else "impossible"
        return Ended(State.NETWORK_ERROR, f"connecting: {detail}")


class _Plain(HTTPConnection):
    door: ClassVar[Door]

    def _new_conn(self) -> socket.socket:
        sock = self.door.open(self._dns_host, self.port)
        self.door.watch.doing = "tls handshake"
        return sock

    def connect(self) -> None:
        super().connect()
        self.door.watch.doing = "headers"


class _Tls(_Plain, HTTPSConnection):
    pass


class GuardedAdapter(HTTPAdapter):
    """The transport of one fetch, whose every connection goes through its door."""

    def __init__(self, door: Door) -> None:
        super().__init__()
        self._door = door

    def get_connection_with_tls_context(
        self,
        request: PreparedRequest,
        verify: bool | str | None,
        proxies: Mapping[str, str] | None = None,
        cert: tuple[str, str] | str | None = None,
    ) -> Any:
        pool = super().get_connection_with_tls_context(request, verify, proxies, cert)
        kind = _Tls if isinstance(pool, HTTPSConnectionPool) else _Plain
        pool.ConnectionCls = type(kind.__name__, (kind,), {"door": self._door})  # type: ignore[attr-defined]
        return pool

    def build_response(self, req: PreparedRequest, resp: BaseHTTPResponse) -> Response:
        """As the original, without reading cookies: none is kept, and a header full of them costs a second."""
        response = Response()
        response.status_code = resp.status
        response.headers = CaseInsensitiveDict(resp.headers)
        response.raw = resp
        response.request = req
        return response

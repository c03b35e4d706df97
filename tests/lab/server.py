"""The servers of the lab: one listener for TLS and one without, a thread a connection, one request a connection."""

from __future__ import annotations

import fnmatch
import json
import socket
import ssl
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.lab.behaviours import BEHAVIOURS, Asked, Talk
from tests.lab.certificates import Authority

PAGES = Path(__file__).parent.parent / "pages" / "wechat"
Step = Mapping[str, Any]
Script = Mapping[str, Mapping[str, Any]]


class Lab:
    """Plays the hosts of a script. ``asked`` holds every request, in order; ``log`` gets them as lines of JSON."""

    def __init__(self, script: Script, pages: Path = PAGES, log: Path | None = None) -> None:
        self.asked: list[Asked] = []
        self._script: dict[str, dict[str, Any]] = {host: dict(paths) for host, paths in script.items()}
        for paths in script.values():
            _check(*(step for path, row in paths.items() if path != "tls" for step in _row(row)))
        self._pages = pages
        self._log = log
        self._lock = threading.Lock()
        self._looks: Counter[tuple[str, str]] = Counter()
        self._over = threading.Event()
        self._talking: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listeners: list[socket.socket] = []
        self._folder = tempfile.TemporaryDirectory(prefix="lab-")
        self._authority = Authority(Path(self._folder.name))
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._ports: dict[bool, int] = {False: 0, True: 0}

    def __enter__(self) -> Lab:
        self.up()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def bundle(self) -> Path:
        """The certificates to trust."""
        return self._authority.bundle

    def resolve(self) -> str:
        """Where the hosts of the script are, as ``ESSAYS_RESOLVE`` says it."""
        names = [host for host in self._script if host != "*"]
        return ",".join(
            f"{host}:{port}=127.0.0.1:{self._ports[tls]}" for host in names for port, tls in ((80, False), (443, True))
        )

    def environment(self) -> dict[str, str]:
        """What makes this program reach the lab by its hosts' real names."""
        return {"ESSAYS_RESOLVE": self.resolve(), "ESSAYS_CA_BUNDLE": str(self.bundle)}

    @property
    def looks(self) -> list[Asked]:
        """Requests for anything but robots.txt."""
        with self._lock:
            return [asked for asked in self.asked if asked.path != "/robots.txt"]

    def script(self, host: str, path: str, *steps: Step) -> None:
        """Sets what one path does from now on; a new host needs a new ``resolve``."""
        _check(*steps)
        with self._lock:
            self._script.setdefault(host, {})[path] = list(steps)
            self._looks[host, path] = 0

    def up(self) -> None:
        """Listens, on the same ports as before."""
        self._over.clear()
        for tls in (False, True):
            listener = socket.create_server(("127.0.0.1", self._ports[tls]), backlog=128)
            listener.settimeout(0.1)
            self._ports[tls] = listener.getsockname()[1]
            self._listeners.append(listener)
            self._start(self._accept, listener, tls)

    def down(self) -> None:
        """The network is gone: connections break, new ones are refused."""
        self._over.set()
        with self._lock:
            for talking in self._talking:
                with suppress(OSError):
                    talking.shutdown(socket.SHUT_RDWR)
        for thread in list(self._threads):
            thread.join(10)
        self._threads.clear()
        for listener in self._listeners:
            listener.close()
        self._listeners.clear()

    def close(self) -> None:
        self.down()
        self._folder.cleanup()

    def _start(self, function: Any, *given: object) -> None:
        thread = threading.Thread(target=function, args=given, daemon=True)
        thread.start()
        with self._lock:
            self._threads = [thread, *(one for one in self._threads if one.is_alive())]

    def _accept(self, listener: socket.socket, tls: bool) -> None:
        while not self._over.is_set():
            try:
                sock, _ = listener.accept()
            except TimeoutError:
                continue
            self._start(self._serve, sock, tls)

    def _serve(self, sock: socket.socket, tls: bool) -> None:
        sock.settimeout(30)
        kept = sock.dup()  # TLS takes the other over; this one can be shut from outside
        with self._lock:
            self._talking.add(kept)
        try:
            with suppress(OSError):  # clients go when they have had enough
                if tls:
                    context = self._context("localhost")
                    context.sni_callback = self._by_name
                    sock = context.wrap_socket(sock, server_side=True)
                self._answer(sock, tls)
        finally:
            with self._lock:
                self._talking.discard(kept)
            sock.close()
            kept.close()

    def _by_name(self, sock: ssl.SSLSocket, name: str | None, _: ssl.SSLContext) -> int | None:
        kind = self._script.get(name or "", {}).get("tls", "good")
        if kind == "stall":
            self._over.wait(60)
        if kind == "uneven":  # every other handshake is slow, so that requests arrive later than they were begun
            with self._lock:
                self._looks[name or "", "tls"] += 1
                is_slow = self._looks[name or "", "tls"] % 2
            self._over.wait(0.25 if is_slow else 0)
            kind = "good"
        if kind in ("stall", "refuse"):
            return ssl.ALERT_DESCRIPTION_HANDSHAKE_FAILURE
        sock.context = self._context(name or "localhost", kind)
        return None

    def _context(self, host: str, kind: str = "good") -> ssl.SSLContext:
        with self._lock:
            if host not in self._contexts:
                self._contexts[host] = self._authority.context(host, kind)
            return self._contexts[host]

    def _answer(self, sock: socket.socket, tls: bool) -> None:
        if (asked := _read(sock, tls)) is None:
            return
        with self._lock:
            self.asked.append(asked)
            step, look = self._next(asked)
            if self._log:
                with self._log.open("a") as log:
                    log.write(json.dumps({**vars(asked), "do": step["do"]}, ensure_ascii=False) + "\n")
        options = {name: value for name, value in step.items() if name not in ("do", "times")}
        BEHAVIOURS[step["do"]](Talk(sock, asked, look, self._pages, self._over), **options)

    def _next(self, asked: Asked) -> tuple[Step, int]:
        """The behaviour whose turn it is, and the number of the look."""
        paths = self._script.get(asked.host, self._script.get("*", {}))
        for path in ("*", *_candidates(paths, asked.path)):
            if path not in paths:
                continue
            self._looks[asked.host, path] += 1
            look = self._looks[asked.host, path]
            step = _turn(paths[path], look)
            if step["do"] != "pass":
                return step, look
        return {"do": "status", "code": 404}, 1


def _check(*steps: Step) -> None:
    if unknown := {step["do"] for step in steps} - {*BEHAVIOURS, "pass"}:
        raise ValueError(f"no behaviour of the lab: {', '.join(sorted(unknown))}")


def _row(steps: Any) -> list[Step]:
    return steps if isinstance(steps, list) else [steps]


def _turn(steps: Any, look: int) -> Step:
    row = _row(steps)
    for step in row:
        look -= step.get("times", 1)
        if look <= 0:
            return step
    return row[-1]


def _candidates(paths: Mapping[str, Any], path: str) -> list[str]:
    bare = path.partition("?")[0]
    patterns = sorted((one for one in paths if "*" in one and one != "*"), key=len, reverse=True)
    return [path, *([bare] if bare != path else []), *(one for one in patterns if fnmatch.fnmatchcase(bare, one))]


def _read(sock: socket.socket, tls: bool) -> Asked | None:
    data = b""
    while b"\r\n\r\n" not in data and len(data) < 65536:
        piece = sock.recv(4096)
        if not piece:
            return None
        data += piece
    first, *lines = data.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    method, _, rest = first.partition(" ")
    path = rest.rpartition(" ")[0]
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    host = headers.get("host", "").partition(":")[0]
    if path.startswith("http://"):  # as a proxy is asked
        path = urlsplit(path)._replace(scheme="", netloc="").geturl() or "/"
    return Asked(time.time(), host, path, headers, tls, method)

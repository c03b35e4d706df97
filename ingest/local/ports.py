"""What a service needs of the machine before it starts: a free port and some space."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterable
from pathlib import Path

from ingest.model import StartFailed

HOST = "127.0.0.1"
SPACE = 500 * 1000 * 1000


def is_free(port: int) -> bool:
    """Whether nothing listens on that port of 127.0.0.1."""
    with socket.socket() as asked:
        asked.settimeout(1)
        if asked.connect_ex((HOST, port)) == 0:
            return False
    with socket.socket() as bound:
        # Connections that just closed don't make a port taken, as little as they do for the servers we start.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((HOST, port))
        except OSError:
            return False
    return True


def first_free(wanted: Iterable[int]) -> int:
    """The first of these ports that is free.

    Raises StartFailed when none is.
    """
    tried = []
    for port in wanted:
        if port <= 65535 and is_free(port):
            return port
        tried.append(port)
    raise StartFailed(f"None of {len(tried)} ports on {HOST} is free.", "End a program that listens there.")


def need_space(folder: Path) -> None:
    """Refuse to begin where the disk would soon be full.

    Raises StartFailed when less than 500 MB are free.
    """
    free = shutil.disk_usage(folder).free
    if free < SPACE:
        raise StartFailed(
            f"The disk of {folder} has {free / 1e6:.0f} MB free; {SPACE / 1e6:.0f} MB are needed.",
            "Free some space, or set ESSAYS_HOME to a folder on another disk.",
        )

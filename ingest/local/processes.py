"""Processes that outlive the command which started them: recognised without doubt, ended without remainder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")


class Process(NamedTuple):
    """One process. Its number alone could by now belong to another one; number and start never do."""

    pid: int
    started: str


class Row(NamedTuple):
    """A living process as the system lists it."""

    process: Process
    parent: int
    session: int


def identify(pid: int) -> Process | None:
    """The living process with that number, or None."""
    row = _row(pid) if sys.platform == "linux" else _table_of_ps().get(pid)
    return row.process if row else None


def alive(process: Process) -> bool:
    """Whether that very process still runs; one that ended and waits for its parent doesn't."""
    with suppress(OSError):  # not our child: nothing to collect
        os.waitpid(process.pid, os.WNOHANG)
    return identify(process.pid) == process


def command_line(pid: int) -> str:
    """The command that a process was started with; empty when there is no such process."""
    if sys.platform == "linux":
        try:
            return (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    return _ps("-o", "command=", "-p", str(pid)).strip()


def table() -> dict[int, Row]:
    """Every living process by its number."""
    if sys.platform != "linux":
        return _table_of_ps()
    rows = (_row(int(folder.name)) for folder in PROC.iterdir() if folder.name.isdigit())
    return {row.process.pid: row for row in rows if row}


def family(roots: Iterable[Process], mark: str = "") -> set[Process]:
    """The roots, everything they started, and everything that those started, as far as it lives.

    Each root must lead a session. Members are known by parent and by session, and by ``mark``, a ``NAME=value`` of
    their environment: a child in a session of its own whose parent died has nothing else in common with us.
    """
    rows = table()
    # A root from before the last boot has no session; its number may lead somebody else's.
    ours = {root.pid for root in roots if _same_boot(root) and (root.pid not in rows or rows[root.pid].process == root)}
    members = {pid for pid, row in rows.items() if pid in ours or row.session in ours or (mark and _marked(pid, mark))}
    grown = True
    while grown:
        children = {pid for pid, row in rows.items() if row.parent in members} - members
        members |= children
        grown = bool(children)
    return {rows[pid].process for pid in members - {os.getpid()}}


def end(roots: Mapping[Process, float], mark: str = "") -> bool:
    """End the roots and all that belongs to them: each root is asked, and killed after so many seconds.

    Returns False when something is left even then.
    """
    members = family(roots, mark)
    for root in members.intersection(roots):
        _send(root, signal.SIGTERM)
    asked, seen = time.monotonic(), set(members)
    while members := {each for each in members | family(roots, mark) if alive(each)}:
        seen |= members
        waited = time.monotonic() - asked
        if waited > max(roots.values(), default=0) + 10:
            return False
        late = [root for root, patience in roots.items() if waited > patience]
        # Without a root nobody is left to ask the others.
        for member in family(late) if members.intersection(roots) else members:
            _send(member, signal.SIGKILL)
        time.sleep(0.1)
    wait_until_collected(process.pid for process in seen)
    return True


def end_alone(process: Process, patience: float) -> None:
    """End one process and leave alone what it started: it is asked, and killed after so many seconds."""
    _send(process, signal.SIGTERM)
    limit = time.monotonic() + patience
    while alive(process):
        if time.monotonic() > limit:
            _send(process, signal.SIGKILL)
        time.sleep(0.05)


def wait_until_collected(pids: Iterable[int], patience: float = 5.0) -> None:
    """Give the system's first process a moment to collect what ended, so that nobody sees it in a list any more."""
    limit, left = time.monotonic() + patience, list(pids)
    while (left := [pid for pid in left if (PROC / str(pid)).exists()]) and time.monotonic() < limit:
        time.sleep(0.1)


def _send(process: Process, number: signal.Signals) -> None:
    if identify(process.pid) == process:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(process.pid, number)


def _marked(pid: int, mark: str) -> bool:
    if sys.platform != "linux":
        return False
    try:
        return mark.encode() in (PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:  # another user's, or gone
        return False


def _same_boot(process: Process) -> bool:
    return sys.platform != "linux" or process.started.startswith(_boot())


@cache
def _boot() -> str:
    try:
        return (PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return "boot"


def _row(pid: int) -> Row | None:
    try:
        # The name in parentheses may itself hold spaces and parentheses.
        values = (PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:  # it ended while we looked
        return None
    if len(values) < 20 or values[0] in "ZX":
        return None
    return Row(Process(pid, f"{_boot()}/{values[19]}"), int(values[1]), int(values[3]))


def _table_of_ps() -> dict[int, Row]:
    rows = {}
    for line in _ps("-axo", "pid=,ppid=,pgid=,stat=,lstart=").splitlines():
        pid, parent, group, state, started = line.split(None, 4)
        if not state.startswith("Z"):
            rows[int(pid)] = Row(Process(int(pid), started.strip()), int(parent), int(group))
    return rows


def _ps(*arguments: str) -> str:
    return subprocess.run(["ps", *arguments], capture_output=True, text=True, check=False).stdout

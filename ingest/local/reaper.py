"""Limits for analysts that hold: Postgres lets every session set its timeouts aside, so somebody has to look.

The questions are cheap and mostly answered by nothing; several may ask them at once.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass

from ingest.local import processes
from ingest.local.postgres import postgres_status
from ingest.store import Store

LIMITS = {"statement": 630, "idle": 330, "transaction": 3660, "locks": 1000, "patience": 30}
"""Seconds, a little more than the role's own settings allow, and locks, for which all sessions share room."""

LAST = 19
"""The lowest priority that a process can have."""
TRIES = 5


@dataclass(frozen=True, slots=True)
class Reaped:
    """A session of an analyst that went too far, and what was done to it."""

    pid: int
    role: str
    why: str
    act: str

    def __str__(self) -> str:
        return f"{self.role}, process {self.pid}: {self.why}; {self.act}"


def reap(store: Store, **limits: float) -> list[Reaped]:
    """Ends what analysts do beyond ``LIMITS``, or those given instead, as the loader; returns what it came to.

    Raises ``IngestError`` when the database can't be asked.
    """
    rows = store.ask("walls", "reap", **{**LIMITS, **limits})
    return [Reaped(row.pid, row.role, row.why, row.act) for row in rows if row.done]


def step_back(store: Store) -> int:
    """Leaves analysts what processor time loading doesn't need, where the server is the embedded one.

    Returns how many sessions it is new for; one is a role's until it ends, so that it need never be undone.
    """
    server = postgres_status().pid
    if server is None or not (sessions := store.ask("walls", "sessions")):
        return 0
    rows = processes.table()
    # The same number may be another machine's: only children of our own server are meant.
    return sum(_yield(pid) for (pid,) in sessions if pid in rows and rows[pid].parent == server)


def _yield(pid: int) -> bool:
    # Linux weighs sessions before processes, and Postgres makes each of its processes a session of its own.
    autogroup = processes.PROC / str(pid) / "autogroup"
    with suppress(OSError):  # it ended, its user is not ours, or there are no such groups
        for _ in range(TRIES):
            if autogroup.read_text("ascii").endswith(f" {LAST}\n"):
                break
            try:
                autogroup.write_text(str(LAST), "ascii")
            except BlockingIOError:  # ten a second are taken
                time.sleep(0.11)
    with suppress(OSError):
        if os.getpriority(os.PRIO_PROCESS, pid) < LAST:
            os.setpriority(os.PRIO_PROCESS, pid, LAST)
            return True
    return False


def watch(store: Store) -> list[Reaped]:
    """What somebody has to do every few seconds: analysts step back behind loading, and what goes too far is ended."""
    step_back(store)
    return reap(store)


def missing_walls(store: Store) -> list[tuple[str, str]]:
    """What of the walls around analysts this database lacks, each with its remedy."""
    return [(row.wall, row.remedy) for row in store.ask("walls", "missing")]

"""A process of its own that restarts what died on this machine: the embedded Postgres, or a component of Airflow.

It knows no more than the remembered state, and has the environment of the components. Whoever stops them ends it first;
when it is killed itself, nothing else ends.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from ingest.local import state
from ingest.local.airflow import COMPONENTS, living, restart
from ingest.local.postgres import ensure_postgres, postgres_status

EVERY = 2.0
STEADY = 60.0
"""Seconds after which a part that was restarted counts as sound again."""
MOST = 5
POSTGRES = "postgres"

log = logging.getLogger(__name__)


class Act(Enum):
    """What is done about a part now."""

    WAIT = "wait"
    RESTART = "restart"
    GIVE_UP = "give up"


@dataclass(slots=True)
class Part:
    """What became of one part: how often in a row it was restarted, and when last."""

    tries: int = 0
    tried_at: float = 0.0

    def turn(self, lives: bool, now: float) -> Act:
        """What to do about it; each try in a row waits twice as long, and there are ``MOST``."""
        if lives:
            if now - self.tried_at > STEADY:
                self.tries = 0
            return Act.WAIT
        if self.tries and now - self.tried_at < 2**self.tries:
            return Act.WAIT
        if self.tries >= MOST:
            return Act.GIVE_UP
        self.tries, self.tried_at = self.tries + 1, now
        return Act.RESTART


def watch() -> None:
    """Looks after every part until it is ended."""
    parts = {name: Part() for name in (POSTGRES, *COMPONENTS)}
    log.info("watching %s", ", ".join(parts))
    while True:
        for name, part in parts.items():
            try:
                _look_after(name, part)
            except Exception:  # it is the last one that may end
                log.exception("%s could not be restarted", name)
        time.sleep(EVERY)


def _look_after(name: str, part: Part) -> None:
    local = state.read()
    if name in local.given_up or (name != POSTGRES and (name not in local.processes or postgres_status().pid is None)):
        return
    lives = postgres_status().pid is not None if name == POSTGRES else name in living(local)
    act = part.turn(lives, time.monotonic())
    if act is Act.RESTART:
        log.warning("%s ended; try %d to restart it", name, part.tries)
        _RESTARTS.get(name, lambda: restart(name))()
        log.info("%s is restarted", name)
    elif act is Act.GIVE_UP:
        log.error("%s ended %d times in a row and is left alone", name, part.tries)
        with state.changing() as local:
            local.given_up[name] = f"it ended {part.tries} times in a row"


_RESTARTS: dict[str, Callable[[], object]] = {POSTGRES: lambda: ensure_postgres(for_airflow=True)}


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    watch()

"""The trigger behind DAGs that run when something became due, so that no run exists when nothing is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent

EVERY = 10.0
"""Seconds between two questions to the database."""
REST = 60.0
"""Seconds after an event in which its run may begin, before it is asked again."""


class DueTrigger(BaseEventTrigger):
    """Asks the database whether something is due that nobody is working on, and says so.

    As it comes by every few seconds, it ends what analysts' sessions do for too long as well.

    ``question`` is a statement of ``sql/statements/due.sql`` that returns one row with ``addresses`` or ``sources``.
    """

    def __init__(self, question: str, every: float = EVERY, rest: float = REST) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.question, self.every, self.rest = question, every, rest

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """How the triggerer makes it anew."""
        given = {"question": self.question, "every": self.every, "rest": self.rest}
        return f"{type(self).__module__}.{type(self).__qualname__}", given

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """An event each time that something is due; a database that is away is asked again."""
        while True:
            if due := await asyncio.to_thread(self._ask):
                yield TriggerEvent({"due": due})  # type: ignore[no-untyped-call]
                await asyncio.sleep(self.rest)
            else:
                await asyncio.sleep(self.every)

    def _ask(self) -> int:
        from ingest import pipeline
        from ingest.local import reaper
        from ingest.model import IngestError

        try:
            store = pipeline.connect()
            try:
                for reaped in reaper.watch(store):  # whoever asks every few seconds can do that as well
                    self.log.warning("An analyst went too far: %s", reaped)
                return int(store.ask("due", self.question)[0][0])
            finally:
                store.close()
        except IngestError as error:
            self.log.warning("Whether something is due can't be asked: %s", error)
            return 0

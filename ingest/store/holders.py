"""Who holds the lock that a session waits for."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from ingest.model import IngestError
from ingest.store.connection import Store

_log = logging.getLogger(__name__)
_INTERVAL = 0.1


class Watch:
    """Sees, from a session of its own, who was last in the way of another."""

    def __init__(self, store: Store) -> None:
        self.holder: str | None = None
        self._store = store
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def over(self, connection: Connection) -> None:
        """Begins to watch over this connection's session."""
        pid = int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
        self._thread = threading.Thread(target=self._look, args=(pid,), daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._ended.set()
        if self._thread:
            self._thread.join()

    def _look(self, pid: int) -> None:
        while not self._ended.wait(_INTERVAL):
            try:
                rows = self._store.ask("analyst_views", "holders", pid=pid)
            except IngestError:
                _log.debug("Who holds a lock can't be told.", exc_info=True)
                return
            for row in rows:
                self.holder = row.holder


@contextmanager
def watched(store: Store) -> Iterator[Watch]:
    """A watch that ends with the block."""
    watch = Watch(store)
    try:
        yield watch
    finally:
        watch.end()

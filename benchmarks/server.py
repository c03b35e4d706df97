"""The Postgres of a benchmark."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from ingest.local.postgres import Urls, destroy_postgres, ensure_postgres
from ingest.store import migrate


@contextmanager
def server() -> Iterator[Urls]:
    """A server of its own with an empty, migrated database; it is removed, however the benchmark ends."""
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["ESSAYS_HOME"] = f"{scratch}/home"
        urls = ensure_postgres()
        try:
            migrate(urls.owner)
            yield urls
        finally:
            destroy_postgres()

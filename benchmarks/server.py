"""The Postgres of a benchmark, and questions to it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2

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


def query(url: str, sql: str, *given: Any) -> list[tuple[Any, ...]]:
    """The rows of one statement in a transaction of its own, none where it returns none."""
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql, given or None)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()

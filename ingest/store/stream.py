"""Rows of a long statement, a few at a time: one snapshot of the database, and little memory however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ingest.store.connection import Store, ask, explain, statements

AT_A_TIME = 500


@contextmanager
def snapshot(store: Store) -> Iterator[Connection]:
    """A transaction that reads the database as it is now, whatever is loaded meanwhile. Raises ``IngestError``."""
    try:
        with store.engine.connect() as connection:
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                ask(connection, "export", "prepare")
                yield connection
    except DBAPIError as error:
        raise explain(error, store.url) from error


def stream(connection: Connection, room: str, name: str, **values: Any) -> Iterator[tuple[Any, ...]]:
    """The rows of a named statement through a cursor of the server's."""
    result = connection.exec_driver_sql(
        statements(room)[name], values, execution_options={"stream_results": True, "yield_per": AT_A_TIME}
    )
    try:
        for row in result:
            yield tuple(row)
    finally:
        result.close()

"""One database: its connection, its named statements, and its failures in the words of this program."""

from __future__ import annotations

import io
import random
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

import psycopg2
from psycopg2.extensions import connection as DriverConnection  # noqa: N812  the driver names its class in lower case
from sqlalchemy import URL, Connection, Engine, Row, create_engine, make_url
from sqlalchemy.exc import DBAPIError

from ingest.model import BadValue, DatabaseDown, IngestError, Unavailable
from ingest.settings import MIB, resource
from ingest.store.rows import as_copy

_BLOCK = re.compile(r"^-- (\w+) --$", re.MULTILINE)
_COLUMNS = re.compile(r"\(([^)]*)\)")
_DISK_FULL = "53100"
_READ_ONLY = "25006"
_NO_RIGHTS = "42501"
_UNDEFINED = {"42P01", "42883", "3F000", "42703"}
TRIES = 6
LOCK_TIMEOUT = "60s"
IDLE_TIMEOUT = "5min"
"""How long a transaction may do nothing: one whose process was stopped must not block the others without limit."""
_KEEPALIVE = {"keepalives": 1, "keepalives_idle": 60, "keepalives_interval": 10, "keepalives_count": 6}
T = TypeVar("T")
RETRYABLE = {"40001", "40P01", "23505", "55P03"}
"""Serialisation failure, deadlock, unique violation by a neighbour, lock timeout: the transaction may be run again."""


@cache
def statements(room: str) -> Mapping[str, str]:
    """The statements of ``sql/statements/<room>.sql``, by the names of their blocks."""
    parts = _BLOCK.split((resource("sql") / "statements" / f"{room}.sql").read_text("utf-8"))
    return {name: body.strip() for name, body in zip(parts[1::2], parts[2::2], strict=True)}


def sqlalchemy_url(url: str) -> URL:
    """The URL with psycopg2 as driver: a bare ``postgresql://`` means another driver since SQLAlchemy 2.1."""
    try:
        made = make_url(url)
    except Exception as error:
        raise DatabaseDown(
            "The database URL can't be read.", "It looks like postgresql://user:password@host/db."
        ) from error
    if made.get_backend_name() not in {"postgresql", "postgres"}:
        raise DatabaseDown(f"{made.get_backend_name()} is not Postgres.", "The URL starts with postgresql://.")
    return made.set(drivername="postgresql+psycopg2")


def where(url: str) -> str:
    """Host, port and database of a URL, without its password."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or 5432}{parts.path}"


def sqlstate(error: DBAPIError) -> str:
    return getattr(error.orig, "pgcode", None) or ""


def explain(error: DBAPIError, url: str) -> IngestError:
    """The failure of a statement in our words; driver texts may carry row values, so only codes go through."""
    state = sqlstate(error)
    if state == _DISK_FULL:
        return Unavailable("The database's disk is full; this batch was not stored.", "Free space, then run again.")
    if state == _READ_ONLY:
        return Unavailable("The database is read-only just now.", "Connect to the primary server.")
    if state == _NO_RIGHTS:
        return Unavailable(f"The database role of {where(url)} lacks a right.", "Run `ingest migrate` as the owner.")
    if state == "55P03":
        return Unavailable("Another session held a lock for too long.", "Run again when it has finished.")
    if state.startswith("22") or state == "23514":
        return BadValue(
            f"The database can't take a value of it (SQLSTATE {state}).", "Please report it with this code."
        )
    if state in _UNDEFINED:
        return Unavailable("The database lacks a table or function.", "Run `ingest migrate`.")
    if "authentication failed" in str(error.orig):
        return DatabaseDown(
            f"Postgres at {where(url)} doesn't take the password of {urlsplit(url).username}.",
            "Give the right URL; `ingest migrate` as the owner gives the loader and the analyst new passwords.",
        )
    if not state or state.startswith(("08", "57P", "28")):
        return DatabaseDown(
            f"Postgres at {where(url)} doesn't answer: {_first_line(error)}.", "`ingest doctor` says more."
        )
    return IngestError(f"Postgres refused a statement (SQLSTATE {state}).", "Please report it with this code.")


def _first_line(error: DBAPIError) -> str:
    text = str(error.orig).strip().splitlines() or ["no reason given"]
    return text[0].rstrip(".")


class Store:
    """A database that looks are stored in and questions are asked of."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine: Engine = create_engine(
            sqlalchemy_url(url),
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": 10,
                "options": f"-c lock_timeout={LOCK_TIMEOUT} -c idle_in_transaction_session_timeout={IDLE_TIMEOUT}",
                **_KEEPALIVE,
            },
        )

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction; raises ``IngestError`` for driver errors, except for those that may be tried again."""
        try:
            with self.engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            if sqlstate(error) in RETRYABLE:
                raise
            raise explain(error, self.url) from error

    def attempt(self, work: Callable[[Connection], T]) -> T:
        """What ``work`` returns in a transaction, which is run again when a neighbour was in the way.

        Raises ``IngestError`` for driver errors, also when the neighbours don't give way.
        """
        for tries in range(TRIES):
            try:
                with self.transaction() as connection:
                    return work(connection)
            except DBAPIError as error:
                if tries == TRIES - 1:
                    raise explain(error, self.url) from error
                time.sleep(0.05 * 2**tries * random.uniform(0.5, 1.5))  # noqa: S311  so that neighbours part
        raise AssertionError("the last try returns or raises")

    def ask(self, room: str, name: str, **values: Any) -> list[Row[Any]]:
        """The rows of a named statement, in a transaction of its own."""
        return self.attempt(lambda connection: ask(connection, room, name, **values))

    def clean(self, room: str, name: str) -> None:
        """Runs a statement that wants no transaction; what this role or server may not do is left to autovacuum."""
        with suppress(DBAPIError), self.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(statements(room)[name])

    def close(self) -> None:
        self.engine.dispose()


def ask(connection: Connection, room: str, name: str, **values: Any) -> list[Row[Any]]:
    """The rows of a named statement; an empty list when it returns none."""
    result = connection.exec_driver_sql(statements(room)[name], values)
    return list(result) if result.returns_rows else []


def append(connection: Connection, room: str, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Adds rows by a named COPY whose columns are their keys. Raises ``DBAPIError``, as statements do."""
    if not rows:
        return
    statement = statements(room)[name]
    columns = _COLUMNS.search(statement)
    assert columns is not None
    data = io.BytesIO(as_copy(columns[1].replace(",", " ").split(), rows))
    try:
        with cast(DriverConnection, connection.connection.dbapi_connection).cursor() as cursor:
            cursor.copy_expert(statement, data, MIB)
    except psycopg2.Error as error:
        raise DBAPIError(statement, None, error) from error

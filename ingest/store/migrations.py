"""Migrations: numbered SQL files, each applied once, and the analyst views, in one transaction under one lock.

``sql/migrations`` goes forward only, and a number may be filled in late, since areas have ranges of their own: what
counts is the set of applied numbers, not the highest. ``sql/migrations.lock`` freezes what landed. ``sql/analyst`` has
the analyst views, which are replaced whole when they differ.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import cast

import psycopg2
from psycopg2.extensions import connection as DriverConnection  # noqa: N812  the driver names its class in lower case
from psycopg2.extensions import encrypt_password
from psycopg2.sql import SQL, Identifier, Literal
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ingest.model import DatabaseMismatch, IngestError, Unavailable
from ingest.settings import resource
from ingest.store import analyst_views
from ingest.store.connection import Store, ask, explain, sqlalchemy_url, sqlstate
from ingest.store.holders import Watch, watched

APPLIER_TIMEOUT = "60s"
LOCK_TRIES = 8
_LOCK_SECONDS = (0.5, 4)  # of the first try and of the last: whoever comes later waits as long
_VIEWS = "analyst_views"
_FORMER_VIEWS = "face"
_RACE = {"23505", "42P07", "42P06", "42710", "XX000"}
_LOCK_NOT_AVAILABLE, _DEADLOCK, _CHANGED_MEANWHILE = "55P03", "40P01", "XX000"
_BOOTSTRAP = """
CREATE SCHEMA IF NOT EXISTS ingest;
CREATE TABLE IF NOT EXISTS ingest.migration (
    name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());
COMMENT ON TABLE ingest.migration IS 'Which files of sql/ this database has'
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of ``sql/migrations``, or all of ``sql/analyst`` under the name ``analyst_views``."""

    name: str
    sql: str
    former: frozenset[str] = field(default=frozenset())
    """Digests that the file had on main before it was frozen. What they lacked is mended by a later file."""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()

    def is_in(self, applied: Mapping[str, str]) -> bool:
        """Whether a database with these names and digests has it."""
        return applied.get(self.name) in {self.sha256, *self.former}


def available(folder: Path | None = None) -> list[Migration]:
    """All migrations in order, the analyst views last."""
    sql = folder or resource("sql")
    lock = sql / "migrations.lock"
    lines = [line.split() for line in lock.read_text("utf-8").splitlines()] if lock.exists() else []
    former = {name: frozenset(digests) for name, _, *digests in lines}
    numbered = [
        Migration(file.stem, file.read_text("utf-8"), former.get(file.stem, frozenset()))
        for file in sorted((sql / "migrations").glob("*.sql"))
    ]
    views = "\n".join(file.read_text("utf-8") for file in sorted((sql / "analyst").glob("*.sql")))
    return [*numbered, Migration(_VIEWS, views)]


def migrate(url: str, folder: Path | None = None) -> list[str]:
    """Brings the database at ``url`` up to date, all or nothing; returns the names of what was applied.

    Any number of processes may do it at once. Raises ``DatabaseMismatch`` when the database is newer than this program
    or when an applied file has changed since, ``DatabaseDown`` when it can't be reached, ``Unavailable`` when a session
    that goes on holds a lock, ``IngestError`` when a user's object stands on an analyst view that has to change.
    """
    store = Store(url)
    try:
        migrations = available(folder)
        _bootstrap(store)
        return _apply(store, migrations)
    finally:
        store.close()


def schema_version(store: Store) -> str | None:
    """The highest applied number, or None for a database that was never migrated.

    Raises ``DatabaseMismatch`` when the database is older or newer than this program.
    """
    with store.transaction() as connection:
        if connection.exec_driver_sql("SELECT to_regclass('ingest.migration')").scalar() is None:
            return None
        applied = _applied(connection)
    migrations = available()
    _check(applied, migrations)
    if not all(migration.is_in(applied) for migration in migrations):
        raise DatabaseMismatch("The database is older than this program.", "Run `ingest migrate`.")
    return max(name for name in applied if name != _VIEWS)


def _applied(connection: Connection) -> dict[str, str]:
    """The digests of what the database has, by name."""
    rows = connection.exec_driver_sql("SELECT name, sha256 FROM ingest.migration WHERE name <> %(former)s",
                                      {"former": _FORMER_VIEWS})  # fmt: skip
    return {row.name: row.sha256 for row in rows}


def _check(applied: Mapping[str, str], migrations: list[Migration]) -> None:
    known = {migration.name: migration for migration in migrations}
    if newer := sorted(applied.keys() - known.keys()):
        raise DatabaseMismatch(
            f"The database is newer than this program: it has {newer[-1]}.",
            "Install the current version of essay ingest.",
        )
    if changed := sorted(name for name in applied if name != _VIEWS and not known[name].is_in(applied)):
        raise DatabaseMismatch(
            f"The migration {changed[0]} differs from the one that was applied.",
            "Undo the change; write a new file instead.",
        )


def _bootstrap(store: Store) -> None:
    # Two sessions that create the same schema or table at once: one gets a unique violation although it said
    # IF NOT EXISTS. The second try finds it.
    for attempt in range(20):
        try:
            with store.engine.begin() as connection:
                exists = connection.exec_driver_sql("SELECT to_regclass('ingest.migration')").scalar()
                if not exists:
                    _run_file(connection, _BOOTSTRAP)
            return
        except DBAPIError as error:
            if sqlstate(error) not in _RACE or attempt == 19:
                raise explain(error, store.url) from error
        except psycopg2.Error as error:
            if error.pgcode not in _RACE or attempt == 19:
                raise IngestError(f"The schema can't be made: {str(error).strip().splitlines()[0]}.") from error
        time.sleep(0.05)


def _apply(store: Store, migrations: list[Migration]) -> list[str]:
    """Applies what the database lacks, in one transaction, and again when a neighbour was in the way."""
    locked = 0
    for attempt in range(10 * LOCK_TRIES):
        with watched(store) as watch:
            try:
                with store.transaction() as connection:
                    watch.over(connection)
                    return _apply_in(connection, migrations, watch, min(_LOCK_SECONDS[0] * 2**locked, _LOCK_SECONDS[1]))
            except DBAPIError as error:
                if sqlstate(error) not in {_LOCK_NOT_AVAILABLE, _DEADLOCK}:
                    raise explain(error, store.url) from error
                locked += 1
            except _Failed as failed:
                code = failed.error.pgcode
                # Roles are the server's: another database's migration may change the same row at the same time.
                if code not in {_LOCK_NOT_AVAILABLE, _DEADLOCK, _CHANGED_MEANWHILE} or attempt == 10 * LOCK_TRIES - 1:
                    raise IngestError(
                        f"Migration {failed.name} failed: {str(failed.error).strip().splitlines()[0]}.",
                        "Nothing of it was applied.",
                    ) from failed.error
                locked += code != _CHANGED_MEANWHILE
        if locked == LOCK_TRIES:
            raise Unavailable(
                f"Migrating has to wait for {watch.holder or 'another session'}.",
                "Nothing was applied. Run `ingest migrate` again when it has ended its transaction.",
            )
        # Whoever had to wait for these locks meanwhile goes first.
        time.sleep(min(0.05 * 2**locked, 2) * random.uniform(0.5, 1.5))  # noqa: S311
    raise AssertionError("the last try returns or raises")


class _Failed(Exception):
    """The driver's error, with the migration that it came from."""

    def __init__(self, name: str, error: psycopg2.Error) -> None:
        super().__init__(name)
        self.name = name
        self.error = error


def _apply_in(connection: Connection, migrations: list[Migration], watch: Watch, seconds: float) -> list[str]:
    """Applies what the database lacks, and waits for a lock for so long; the names of it."""
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{APPLIER_TIMEOUT}'")
    try:
        connection.exec_driver_sql("LOCK TABLE ingest.migration IN EXCLUSIVE MODE")
    except DBAPIError as error:
        if sqlstate(error) != _LOCK_NOT_AVAILABLE:
            raise
        raise Unavailable(
            f"Another migration goes on: {watch.holder or 'who it is can not be told'}.",
            "Run `ingest migrate` again when it has finished.",
        ) from error
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(seconds * 1000)}")
    applied = _applied(connection)
    _check(applied, migrations)
    missing = [migration for migration in migrations if not migration.is_in(applied)]
    if missing:
        ask(connection, "analyst_views", "lock")
    for migration in missing:
        try:
            if migration.name == _VIEWS:
                analyst_views.replace(connection, partial(_run_file, connection, migration.sql))
            else:
                _run_file(connection, migration.sql)
        except psycopg2.Error as error:
            raise _Failed(migration.name, error) from error
        connection.exec_driver_sql(
            "INSERT INTO ingest.migration (name, sha256) VALUES (%(name)s, %(sha256)s)"
            " ON CONFLICT (name) DO UPDATE SET sha256 = excluded.sha256, applied_at = now()",
            {"name": migration.name, "sha256": migration.sha256},
        )
    connection.exec_driver_sql("DELETE FROM ingest.migration WHERE name = %(former)s", {"former": _FORMER_VIEWS})
    return [migration.name for migration in missing]


def _run_file(connection: Connection, sql: str) -> None:
    """Runs a file as it is: without parameters, since ``%`` and ``:word`` mean something to every wrapper."""
    with cast(DriverConnection, connection.connection.dbapi_connection).cursor() as cursor:
        cursor.execute(sql)


def set_passwords(owner_url: str, role_urls: list[str]) -> None:
    """Gives the roles of these URLs the passwords in them, on a server that was given to us.

    The password is sent as its SCRAM verifier, so that no log of the server shows it.
    """
    store = Store(owner_url)
    try:
        with store.transaction() as connection:
            driver = cast(DriverConnection, connection.connection.dbapi_connection)
            for url in map(sqlalchemy_url, role_urls):
                role, password = url.username or "", str(url.password or "")
                secret = encrypt_password(password, role, scope=driver, algorithm="scram-sha-256")
                with driver.cursor() as cursor:
                    cursor.execute(SQL("ALTER ROLE {} PASSWORD {}").format(Identifier(role), Literal(secret)))
    finally:
        store.close()

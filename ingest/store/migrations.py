"""Migrations: numbered SQL files, each applied once in a transaction of its own, under one lock.

``sql/migrations`` goes forward only, and a number may be filled in late, since areas have ranges of their own: what
counts is the set of applied numbers, not the highest. ``sql/analyst`` is the face; it is applied whole when it differs.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import psycopg2
from psycopg2.extensions import connection as DriverConnection  # noqa: N812  the driver names its class in lower case
from psycopg2.extensions import encrypt_password
from psycopg2.sql import SQL, Identifier, Literal
from sqlalchemy.exc import DBAPIError

from ingest.model import DatabaseMismatch, IngestError
from ingest.settings import resource
from ingest.store.connection import Store, explain, sqlalchemy_url, sqlstate

LOCK_TIMEOUT = "60s"
STATEMENT_LOCK_TIMEOUT = "4s"
_FACE = "face"
_RACE = {"23505", "42P07", "42P06", "42710", "XX000"}
_BOOTSTRAP = """
CREATE SCHEMA IF NOT EXISTS ingest;
CREATE TABLE IF NOT EXISTS ingest.migration (
    name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());
COMMENT ON TABLE ingest.migration IS 'Which files of sql/ this database has'
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of ``sql/migrations``, or all of ``sql/analyst`` under the name ``face``."""

    name: str
    sql: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def available(folder: Path | None = None) -> list[Migration]:
    """All migrations in order, the face last."""
    sql = folder or resource("sql")
    numbered = [Migration(file.stem, file.read_text("utf-8")) for file in sorted((sql / "migrations").glob("*.sql"))]
    face = "\n".join(file.read_text("utf-8") for file in sorted((sql / "analyst").glob("*.sql")))
    return [*numbered, Migration(_FACE, face)]


def migrate(url: str, folder: Path | None = None) -> list[str]:
    """Brings the database at ``url`` up to date; returns the names of what was applied.

    Any number of processes may do it at once. Raises ``DatabaseMismatch`` when the database is newer than this program
    or when an applied file has changed since, ``DatabaseDown`` when it can't be reached.
    """
    store = Store(url)
    try:
        migrations = available(folder)
        _bootstrap(store)
        return [migration.name for migration in migrations if _apply(store, migration, migrations)]
    finally:
        store.close()


def schema_version(store: Store) -> str | None:
    """The highest applied number, or None for a database that was never migrated.

    Raises ``DatabaseMismatch`` when the database is older or newer than this program.
    """
    with store.transaction() as connection:
        if connection.exec_driver_sql("SELECT to_regclass('ingest.migration')").scalar() is None:
            return None
        rows = connection.exec_driver_sql("SELECT name, sha256 FROM ingest.migration").all()
    applied = {row.name: row.sha256 for row in rows}
    migrations = available()
    _check(applied, migrations)
    if [m.name for m in migrations if applied.get(m.name) != m.sha256]:
        raise DatabaseMismatch("The database is older than this program.", "Run `ingest migrate`.")
    return str(max(name for name in applied if name != _FACE))


def _check(applied: dict[str, str], migrations: list[Migration]) -> None:
    known = {migration.name: migration.sha256 for migration in migrations}
    if newer := sorted(applied.keys() - known.keys()):
        raise DatabaseMismatch(
            f"The database is newer than this program: it has {newer[-1]}.",
            "Install the current version of essay ingest.",
        )
    if changed := sorted(n for n, sha in applied.items() if n != _FACE and known[n] != sha):
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
                    _run_file(cast(DriverConnection, connection.connection.dbapi_connection), _BOOTSTRAP)
            return
        except DBAPIError as error:
            if sqlstate(error) not in _RACE or attempt == 19:
                raise explain(error, store.url) from error
        except psycopg2.Error as error:
            if error.pgcode not in _RACE or attempt == 19:
                raise IngestError(f"The schema can't be made: {str(error).strip().splitlines()[0]}.") from error
        time.sleep(0.05)


def _apply(store: Store, migration: Migration, migrations: list[Migration]) -> bool:
    """Applies one migration unless the database has it; whether it did."""
    for attempt in range(20):
        try:
            with store.transaction() as connection:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
                connection.exec_driver_sql("LOCK TABLE ingest.migration IN EXCLUSIVE MODE")
                rows = connection.exec_driver_sql("SELECT name, sha256 FROM ingest.migration").all()
                applied = {row.name: row.sha256 for row in rows}
                _check(applied, migrations)
                if applied.get(migration.name) == migration.sha256:
                    return False
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{STATEMENT_LOCK_TIMEOUT}'")
                _run_file(cast(DriverConnection, connection.connection.dbapi_connection), migration.sql)
                connection.exec_driver_sql(
                    "INSERT INTO ingest.migration (name, sha256) VALUES (%(name)s, %(sha256)s)"
                    " ON CONFLICT (name) DO UPDATE SET sha256 = excluded.sha256, applied_at = now()",
                    {"name": migration.name, "sha256": migration.sha256},
                )
                return True
        except DBAPIError as error:
            raise explain(error, store.url) from error
        except psycopg2.Error as error:
            # Roles are the server's: another database's migration may change the same row at the same time.
            if error.pgcode != "XX000" or attempt == 19:
                raise IngestError(
                    f"Migration {migration.name} failed: {str(error).strip().splitlines()[0]}.",
                    "Nothing of it was applied.",
                ) from error
        time.sleep(0.05)
    return False


def _run_file(connection: DriverConnection, sql: str) -> None:
    """Runs a file as it is: without parameters, since ``%`` and ``:word`` mean something to every wrapper."""
    with connection.cursor() as cursor:
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

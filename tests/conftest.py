"""A real Postgres for the whole suite, in a home of its own, and a fresh database for every test that asks for one."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine

HOME = Path(tempfile.mkdtemp(prefix="essays-test-"))
os.environ["ESSAYS_HOME"] = str(HOME)
for name in [name for name in os.environ if name.startswith("ESSAYS_") and name != "ESSAYS_HOME"]:
    del os.environ[name]

from ingest.local import binaries  # noqa: E402  after the home is set
from ingest.local.postgres import destroy_postgres, ensure_postgres, superuser_url  # noqa: E402  after the home is set
from ingest.store import Store, migrate  # noqa: E402
from ingest.store.connection import sqlalchemy_url  # noqa: E402

from .lab.fixture import open_lab  # noqa: E402, F401  a fixture for all

if programs := os.environ.get("TEST_POSTGRES"):  # a folder with another version's programs
    binaries.find = lambda: Path(programs)

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The superuser's URL of a server that lives as long as the suite."""
    ensure_postgres()
    yield superuser_url()
    destroy_postgres()


@pytest.fixture(scope="session")
def template(server: str) -> str:
    """Name of a migrated database, to be copied."""
    name = f"template_{uuid.uuid4().hex[:8]}"
    execute(server, f"CREATE DATABASE {name} OWNER essays_owner")
    migrate(database_url(name))
    return name


@contextmanager
def new_database(server: str, template: str = "template1") -> Iterator[str]:
    """Name of a database of the owner's, which is dropped afterwards; empty unless it has a template."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    execute(server, f"CREATE DATABASE {name} TEMPLATE {template} OWNER essays_owner")
    try:
        yield name
    finally:
        execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(server: str, template: str) -> Iterator[str]:
    """Name of a fresh, migrated database."""
    with new_database(server, template) as name:
        yield name


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    """The fresh database as the loader."""
    made = Store(database_url(database, "loader"))
    yield made
    made.close()


@pytest.fixture
def analyst(database: str) -> Iterator[Store]:
    """The fresh database as the analyst."""
    made = Store(database_url(database, "analyst"))
    yield made
    made.close()


def database_url(name: str, role: str = "owner") -> str:
    """The URL of a database of the suite's server, for a role."""
    return str(getattr(ensure_postgres(), role)).rpartition("/")[0] + f"/{name}"


def execute(url: str, *statements: str) -> None:
    """Runs statements outside of a transaction."""
    engine = create_engine(sqlalchemy_url(url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def change(store: Store, *statements: str) -> None:
    """Runs statements in one transaction."""
    with store.transaction() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def rows(store: Store, sql: str) -> list[tuple[object, ...]]:
    """The rows of a query as tuples."""
    with store.transaction() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(sql)]


def need_version(store: Store, version: int, why: str) -> None:
    """Skips the test on a server that is older."""
    ((found,),) = rows(store, "SELECT current_setting('server_version_num')::int / 10000")
    if found < version:
        pytest.skip(f"Postgres {found}: {why}")


def shared(name: str) -> Path:
    """A folder of real data beside the project; the test is skipped where it is absent."""
    folder = SHARED / name
    if not folder.exists():
        pytest.skip(f"the real data of shared/{name} is not on this machine")
    return folder

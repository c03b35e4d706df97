import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ingest.model import DatabaseDown, DatabaseMismatch, IngestError
from ingest.settings import resource
from ingest.store import Store, migrate, schema_version

from ..conftest import database_url, execute, new_database, rows

APPLIERS = 20


@pytest.fixture
def empty(server: str):
    with new_database(server) as name:
        yield name


def test_twenty_appliers_at_once_on_an_empty_database_all_succeed(empty: str) -> None:
    with ThreadPoolExecutor(APPLIERS) as pool:
        applied = list(pool.map(migrate, [database_url(empty)] * APPLIERS))
    names = [name for part in applied for name in part]
    assert sorted(names) == sorted(set(names)), "each migration was applied once, by one of them"
    assert names.count("analyst_views") == 1


def test_databases_of_one_server_are_migrated_at_once(server: str) -> None:
    names = [f"many_{n}_{uuid.uuid4().hex[:6]}" for n in range(6)]
    execute(server, *(f"CREATE DATABASE {name} OWNER essays_owner" for name in names))
    try:
        with ThreadPoolExecutor(len(names)) as pool:
            applied = list(pool.map(migrate, map(database_url, names)))
        assert all("analyst_views" in part for part in applied)
    finally:
        execute(server, *(f"DROP DATABASE {name} WITH (FORCE)" for name in names))


def test_an_empty_server_without_our_roles_gets_them(empty: str, server: str) -> None:
    assert migrate(server.rpartition("/")[0] + f"/{empty}")
    assert schema_version(Store(database_url(empty))) is not None


def test_migrating_again_applies_nothing(database: str) -> None:
    assert migrate(database_url(database)) == []


def copy_of_sql(folder: Path) -> Path:
    for part in ("migrations", "analyst"):
        (folder / part).mkdir()
        for file in (resource("sql") / part).glob("*.sql"):
            (folder / part / file.name).write_text(file.read_text("utf-8"), "utf-8")
    return folder


def test_a_number_below_the_highest_is_still_applied(database: str, tmp_path: Path) -> None:
    sql = copy_of_sql(tmp_path)
    (sql / "migrations" / "0150_late.sql").write_text("CREATE TABLE ingest.late (n int) -- 100%, :word\n", "utf-8")
    assert migrate(database_url(database), sql) == ["0150_late"]


def test_a_failed_migration_leaves_nothing_and_says_which_it_was(database: str, tmp_path: Path) -> None:
    sql = copy_of_sql(tmp_path)
    (sql / "migrations" / "0950_bad.sql").write_text("CREATE TABLE ingest.half (n int); SELECT nonsense;", "utf-8")
    with pytest.raises(IngestError, match=r"0950_bad failed.*Nothing of it was applied"):
        migrate(database_url(database), sql)
    assert rows(Store(database_url(database)), "SELECT to_regclass('ingest.half')") == [(None,)]


def test_a_newer_database_is_left_alone(database: str) -> None:
    execute(database_url(database), "INSERT INTO ingest.migration VALUES ('9999_future', 'x')")
    with pytest.raises(DatabaseMismatch, match="newer than this program"):
        schema_version(Store(database_url(database, "loader")))
    with pytest.raises(DatabaseMismatch, match="newer than this program"):
        migrate(database_url(database))


def test_an_older_database_is_named_with_its_remedy(database: str) -> None:
    execute(database_url(database), "DELETE FROM ingest.migration WHERE name = 'analyst_views'")
    with pytest.raises(DatabaseMismatch, match=r"older.*ingest migrate"):
        schema_version(Store(database_url(database, "loader")))


def test_an_applied_migration_that_changed_is_noticed(database: str) -> None:
    execute(database_url(database), "UPDATE ingest.migration SET sha256 = 'other' WHERE name LIKE '0100%%'")
    with pytest.raises(DatabaseMismatch, match="differs"):
        migrate(database_url(database))


def test_a_database_that_is_down_is_named_without_its_password() -> None:
    with pytest.raises(DatabaseDown) as caught:
        migrate("postgresql://someone:topsecret@127.0.0.1:1/essays")
    assert "127.0.0.1:1/essays" in str(caught.value)
    assert "topsecret" not in str(caught.value)

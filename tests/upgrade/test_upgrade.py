"""Databases of earlier releases, with rows of every kind, become what a fresh one is, and lose nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest
import zstandard

from ingest import pipeline
from ingest.model import DatabaseMismatch, Unavailable
from ingest.store import Store, face, migrate, migrations, schema_version

from ..conftest import change, database_url, execute, new_database, rows
from .catalogue import catalogue
from .dump import DUMPS
from .unit import copy_of_sql

RELEASES = sorted(file.name.removesuffix(".sql.zst") for file in DUMPS.glob("*.sql.zst"))
# Counts that an upgrade changes: what it writes down of itself, and what is derived from the texts that are there.
DERIVED = {  # what is told from the rest, and made anew where its form changes
    "ingest.migration", "ingest.analyst_object", "ingest.gate", "ingest.search_text", "ingest.fingerprint",
    "ingest.fingerprint_dead", "ingest.fingerprint_leaf", "ingest.fingerprint_slice", "ingest.fingerprinted",
}  # fmt: skip


@pytest.fixture(scope="module")
def fresh(template: str) -> set[str]:
    return catalogue(database_url(template))


def load(url: str, release: str) -> None:
    """Puts the dump of a release into an empty database."""
    connection = psycopg2.connect(url)
    text = zstandard.decompress((DUMPS / f"{release}.sql.zst").read_bytes()).decode()
    if connection.server_version < 170000:  # a right of Postgres 17
        text = text.replace(",MAINTAIN ON TABLE", " ON TABLE")
    with connection, connection.cursor() as cursor:
        cursor.execute(text)
    connection.close()


@contextmanager
def restored(server: str, release: str) -> Iterator[str]:
    """Name of a database with the dump of a release in it."""
    with new_database(server) as name:
        load(database_url(name), release)
        yield name


@pytest.fixture(params=RELEASES)
def old(request: pytest.FixtureRequest, server: str) -> Iterator[str]:
    with restored(server, request.param) as name:
        yield name


@pytest.fixture
def oldest(server: str) -> Iterator[str]:
    with restored(server, "5519180") as name:
        yield name


def counts(name: str) -> dict[str, int]:
    """How many rows each table of ours has."""
    store = Store(database_url(name))
    tables = rows(
        store, "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('ingest', 'essays', 'notes')"
    )
    found = {str(table): int(str(rows(store, f"SELECT count(*) FROM {table}")[0][0])) for (table,) in tables}
    store.close()
    return found


def texts(name: str) -> list[tuple[object, ...]]:
    """What is kept of every document, whatever its views are called."""
    store = Store(database_url(name))
    found = rows(store, "SELECT d.key, d.document_id, d.work_id, r.number, r.cause, r.title, md5(r.text), md5(r.markdown)"
                        " FROM ingest.document d JOIN ingest.revision r USING (document_id) ORDER BY d.key, r.number")  # fmt: skip
    store.close()
    return found


def test_a_database_of_each_release_becomes_what_a_fresh_one_is(old: str, fresh: set[str]) -> None:
    migrate(database_url(old))
    made = catalogue(database_url(old))
    assert sorted(fresh - made) == [] and sorted(made - fresh) == []
    assert migrate(database_url(old)) == []
    assert schema_version(Store(database_url(old, "loader")))


def test_every_row_is_still_there_sound_and_read_by_analysts(old: str) -> None:
    before, words = counts(old), texts(old)
    migrate(database_url(old))
    after = counts(old)
    assert {table: n for table, n in before.items() if table not in DERIVED} == {
        table: after[table] for table in before if table not in DERIVED
    }
    assert texts(old) == words
    loader = Store(database_url(old, "loader"))
    pipeline.relate(loader)
    assert face.inconsistencies(loader) == []
    loader.close()
    analyst = Store(database_url(old, "analyst"))
    views = rows(analyst, "SELECT schemaname || '.' || viewname FROM pg_views WHERE schemaname IN ('essays', 'notes')")
    assert len(views) > 20
    for (view,) in views:
        rows(analyst, f"SELECT * FROM {view}")
    assert rows(analyst, "SELECT count(*) FROM essays.document") == [(before["ingest.document"],)]
    assert rows(analyst, "SELECT count(*) > 0 FROM essays.search('模型')") == [(True,)]
    analyst.close()


def test_a_dump_has_rows_of_every_kind() -> None:
    """Checked on what the dumps say, so that a table which a release has and fills can't be forgotten."""
    empty = {
        "ingest.fingerprint_dead",
        "ingest.fingerprint_leaf",
        "ingest.settling",
        "ingest.settling_edge",
        "ingest.work_was",
    }
    for release in RELEASES:
        text = zstandard.decompress((DUMPS / f"{release}.sql.zst").read_bytes()).decode()
        tables = {line.split()[2] for line in text.splitlines() if line.startswith("CREATE TABLE ")}
        filled = {line.split()[2] for line in text.splitlines() if line.startswith("INSERT INTO ")}
        assert sorted(tables - filled - empty) == [], release


def test_twenty_appliers_at_once_upgrade_it_once(old: str, fresh: set[str]) -> None:
    with ThreadPoolExecutor(20) as pool:
        applied = [names for names in pool.map(migrate, [database_url(old)] * 20) if names]
    assert len(applied) <= 1
    assert catalogue(database_url(old)) == fresh


def test_reading_and_loading_go_on_beside_it(old: str, fresh: set[str]) -> None:
    over, failed, done = threading.Event(), [], {"analyst": 0, "loader": 0}

    def work(role: str, statement: str) -> None:
        connection = psycopg2.connect(database_url(old, role))
        while not over.wait(0.01):
            try:
                with connection, connection.cursor() as cursor:
                    cursor.execute(statement)
                done[role] += 1
            except psycopg2.Error as error:
                failed.append(error)
                return
        connection.close()

    beside = [
        threading.Thread(target=work, args=("analyst", "SELECT count(*) FROM essays.essay e JOIN essays.document d USING (essay_id)")),
        threading.Thread(target=work, args=("loader", "INSERT INTO ingest.run (dag, label) VALUES ('beside', gen_random_uuid()::text)")),
    ]  # fmt: skip
    for thread in beside:
        thread.start()
    try:
        migrate(database_url(old))
        while min(done.values()) == 0 and not failed:
            over.wait(0.01)
    finally:
        over.set()
        for thread in beside:
            thread.join()
    assert failed == [] and min(done.values()) > 0
    assert catalogue(database_url(old)) == fresh


def test_an_analyst_who_goes_on_reading_is_named_and_nothing_changes(
    oldest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "LOCK_TRIES", 2)
    before = counts(oldest)
    idle = psycopg2.connect(database_url(oldest, "analyst"), application_name="notebook")
    with idle.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM essays.essay")
    with pytest.raises(Unavailable) as caught:
        migrate(database_url(oldest))
    assert f"session {idle.info.backend_pid} of essays_analyst (notebook), in a transaction since 20" in str(
        caught.value
    )
    assert "essays.essay" not in str(caught.value) and "\n" not in str(caught.value)
    assert counts(oldest) == before
    idle.close()
    assert migrate(database_url(oldest))


def test_half_of_an_upgrade_is_completed(oldest: str, fresh: set[str], tmp_path: Path) -> None:
    half = copy_of_sql(tmp_path)
    for file in [*(half / "migrations").glob("0[67]*.sql"), *(half / "analyst").glob("*.sql")]:
        file.unlink()
    (half / "analyst" / "nothing.sql").write_text("SELECT 1", "utf-8")
    migrate(database_url(oldest), half)
    with pytest.raises(DatabaseMismatch, match=r"older.*ingest migrate"):
        schema_version(Store(database_url(oldest, "loader")))
    migrate(database_url(oldest))
    assert catalogue(database_url(oldest)) == fresh


def test_a_newer_database_is_named_and_left_alone(old: str) -> None:
    execute(database_url(old), "INSERT INTO ingest.migration VALUES ('9999_future', 'x')")
    before = standing(old)
    with pytest.raises(DatabaseMismatch, match=r"newer than this program: it has 9999_future"):
        migrate(database_url(old))
    assert standing(old) == before


def standing(name: str) -> list[tuple[object, ...]]:
    """What a database has that knows no analyst objects yet."""
    store = Store(database_url(name))
    found = rows(store, "SELECT name, sha256 FROM ingest.migration ORDER BY 1") + rows(
        store, "SELECT c.oid::regclass::text, c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
               " WHERE n.nspname IN ('essays', 'ingest', 'notes') ORDER BY 1")  # fmt: skip
    store.close()
    return found


def test_a_users_view_on_an_old_view_survives_or_is_named(old: str) -> None:
    change(
        Store(database_url(old)),
        "CREATE SCHEMA mine",
        "CREATE VIEW mine.titles AS SELECT essay_id, title FROM essays.essay",
    )
    migrate(database_url(old))
    assert rows(Store(database_url(old)), "SELECT count(*) > 0 FROM mine.titles") == [(True,)]

"""The analyst views are replaced whole, and nothing of anybody else's goes with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg2
import pytest

from ingest.model import IngestError, Unavailable
from ingest.store import Store, migrate, migrations

from ..conftest import change, database_url, execute, rows
from .catalogue import catalogue
from .unit import copy_of_sql, edit

ESSAYS, CITE = "analyst/20_essays.sql", "analyst/61_cite.sql"


@pytest.fixture
def sql(tmp_path: Path) -> Path:
    return copy_of_sql(tmp_path)


@pytest.fixture
def owner(database: str):
    store = Store(database_url(database))
    yield store
    store.close()


def column_in_the_middle(sql: Path) -> None:
    edit(sql, ESSAYS, "    d.obtained, d.completeness,", "    d.char_count * 2 AS length, d.obtained, d.completeness,")


def column_below(sql: Path) -> None:
    """In a view that others of ours read."""
    edit(sql, "analyst/10_documents.sql", "SELECT\n", "SELECT\n    1 AS more,\n")


def column_at_the_end(sql: Path) -> None:
    edit(sql, "analyst/30_history.sql", "\nFROM ingest.fetch f", ",\n    1 AS more\nFROM ingest.fetch f")


def parameter_renamed(sql: Path) -> None:
    path = sql / CITE
    path.write_text(path.read_text("utf-8").replace("document_id bigint, style", "document bigint, style"), "utf-8")


def file_removed(sql: Path) -> None:
    (sql / CITE).unlink()


def columns(owner: Store, view: str) -> list[str]:
    return [str(name) for (name,) in rows(owner, "SELECT attname::text FROM pg_attribute WHERE attrelid = "
            f"'{view}'::regclass AND attnum > 0 ORDER BY attnum")]  # fmt: skip


def made_anew(server: str, sql: Path) -> set[str]:
    from ..conftest import new_database

    with new_database(server) as name:
        migrate(database_url(name), sql)
        return catalogue(database_url(name))


@pytest.mark.parametrize(
    "edited", [column_in_the_middle, column_below, column_at_the_end, parameter_renamed, file_removed]
)
def test_an_edited_unit_makes_of_an_existing_database_what_it_makes_of_a_fresh_one(
    edited: Callable[[Path], None], database: str, server: str, sql: Path
) -> None:
    edited(sql)
    assert migrate(database_url(database), sql) == ["analyst_views"]
    assert catalogue(database_url(database)) == made_anew(server, sql)
    assert migrate(database_url(database), sql) == []
    assert migrate(database_url(database)) == ["analyst_views"], "and back again"


def test_a_removed_function_is_gone_and_what_a_migration_made_stays(database: str, owner: Store, sql: Path) -> None:
    file_removed(sql)
    migrate(database_url(database), sql)
    gone = "SELECT to_regproc('essays.cite'), to_regproc('essays.cited'), to_regproc('ingest.bibtex')"
    assert rows(owner, gone) == [(None, None, None)]
    assert rows(owner, "SELECT count(*) > 0 FROM essays.topic") == [(True,)]


USERS = {
    "a view": ("CREATE VIEW mine.own AS SELECT essay_id, title FROM essays.essay", "view mine.own"),
    "a materialized view": (
        "CREATE MATERIALIZED VIEW mine.own AS SELECT essay_id FROM essays.essay",
        "materialized view mine.own",
    ),
    "a function": (
        "CREATE FUNCTION mine.own(e essays.essay) RETURNS text LANGUAGE sql AS 'SELECT e.title'",
        "function mine.own(essays.essay)",
    ),
    "a table with a column of its row type": ("CREATE TABLE mine.own (e essays.essay)", "table mine.own"),
    "a row type": ("CREATE TYPE mine.own AS (e essays.essay)", "composite type mine.own"),
    "a trigger": (
        "CREATE FUNCTION mine.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
        "CREATE TRIGGER own INSTEAD OF INSERT ON essays.essay FOR EACH ROW EXECUTE FUNCTION mine.f()",
        "trigger own on view essays.essay",
    ),
    "a view inside of the schema": ("CREATE VIEW essays.own AS SELECT essay_id FROM essays.essay", "view essays.own"),
}


@pytest.mark.parametrize(("made", "named"), USERS.values(), ids=USERS)
def test_what_a_user_made_on_a_view_that_changes_is_named_and_nothing_changes(
    made: str, named: str, database: str, owner: Store, sql: Path
) -> None:
    execute(database_url(database), "CREATE SCHEMA mine", made)
    (sql / "migrations" / "0990_table.sql").write_text("CREATE TABLE ingest.later (n integer);", "utf-8")
    column_in_the_middle(sql)
    before = catalogue(database_url(database))
    with pytest.raises(IngestError) as caught:
        migrate(database_url(database), sql)
    assert f"depend on what changes: {named}." in str(caught.value)
    assert "\n" not in str(caught.value) and "Drop them" in str(caught.value)
    assert catalogue(database_url(database)) == before


def test_what_a_user_made_on_what_keeps_its_shape_is_left_as_it_is(database: str, owner: Store, sql: Path) -> None:
    change(
        owner,
        "CREATE SCHEMA mine",
        "CREATE VIEW mine.log AS SELECT * FROM essays.fetch_log",
        "CREATE MATERIALIZED VIEW mine.kept AS SELECT essay_id FROM essays.essay",
        "CREATE VIEW essays.own AS SELECT document_id FROM essays.document",
    )
    numbers = "SELECT 'mine.log'::regclass::oid, 'mine.kept'::regclass::oid, 'essays.own'::regclass::oid, 'essays.essay'::regclass::oid"
    before = rows(owner, numbers)
    column_at_the_end(sql)
    file_removed(sql)
    assert migrate(database_url(database), sql) == ["analyst_views"]
    assert rows(owner, numbers) == before
    assert "more" in columns(owner, "essays.fetch_log") and "more" not in columns(owner, "mine.log")


def test_a_users_object_with_the_name_of_a_new_view_is_not_replaced(database: str, owner: Store, sql: Path) -> None:
    change(owner, "CREATE VIEW essays.shiny AS SELECT 1 AS own")
    (sql / "analyst" / "80_shiny.sql").write_text("CREATE OR REPLACE VIEW essays.shiny AS SELECT 1 AS own;", "utf-8")
    with pytest.raises(IngestError, match=r"new view essays.shiny, and there is one of yours already"):
        migrate(database_url(database), sql)


def test_rights_that_somebody_gave_on_what_is_made_again_are_kept(
    database: str, server: str, owner: Store, sql: Path
) -> None:
    execute(server, 'DROP ROLE IF EXISTS "bi tool%%"', 'CREATE ROLE "bi tool%%"')
    change(
        owner,
        'GRANT USAGE ON SCHEMA essays TO "bi tool%%"',
        'GRANT SELECT ON essays.essay TO "bi tool%%" WITH GRANT OPTION',
        'GRANT SELECT (title) ON essays.catalog TO "bi tool%%"',
        'GRANT EXECUTE ON FUNCTION essays.cite TO "bi tool%%"',
    )  # fmt: skip
    column_in_the_middle(sql)
    parameter_renamed(sql)
    migrate(database_url(database), sql)
    held = """SELECT has_table_privilege('bi tool%%', 'essays.essay', 'SELECT WITH GRANT OPTION'),
        has_column_privilege('bi tool%%', 'essays.catalog', 'title', 'SELECT'),
        has_function_privilege('bi tool%%', 'essays.cite(bigint,text)', 'EXECUTE'),
        has_table_privilege('bi tool%%', 'essays.document', 'SELECT')"""
    assert rows(owner, held) == [(True, True, True, False)]
    execute(server.rpartition("/")[0] + f"/{database}", 'DROP OWNED BY "bi tool%%"')
    execute(server, 'DROP ROLE "bi tool%%"')


def test_a_syntax_error_in_the_unit_changes_nothing(database: str, sql: Path) -> None:
    edit(sql, "analyst/62_notes.sql", "CREATE OR REPLACE VIEW", "CREATE OR REPLAICE VIEW")
    (sql / "migrations" / "0990_table.sql").write_text("CREATE TABLE ingest.later (n integer);", "utf-8")
    before = catalogue(database_url(database))
    with pytest.raises(
        IngestError, match=r"^Migration analyst_views failed: syntax error .* Nothing of it was applied.$"
    ):
        migrate(database_url(database), sql)
    assert catalogue(database_url(database)) == before


def test_words_about_a_table_are_changed_with_the_unit(database: str, owner: Store, sql: Path) -> None:
    edit(sql, "analyst/01_comments.sql", "'The code'", "'The code of the codebook'")
    migrate(database_url(database), sql)
    assert rows(owner, "SELECT col_description('notes.coding'::regclass, 6)") == [("The code of the codebook",)]


def test_what_a_user_made_on_a_view_of_a_view_that_changes_is_named(database: str, owner: Store, sql: Path) -> None:
    change(owner, "CREATE SCHEMA mine", "CREATE VIEW mine.own AS SELECT essay_id FROM essays.essay")
    column_below(sql)
    with pytest.raises(IngestError, match=r"depend on what changes: view mine.own\. Drop them"):
        migrate(database_url(database), sql)


@pytest.mark.parametrize("state", ["idle", "running"])
def test_a_session_in_the_way_is_named_and_readers_who_come_later_are_served(
    state: str, database: str, sql: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "LOCK_TRIES", 2)
    column_in_the_middle(sql)
    holder = psycopg2.connect(database_url(database, "analyst"), application_name="psql", async_=False)
    with holder.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM essays.catalog")
        if state == "running":
            cursor.execute("DECLARE slow CURSOR FOR SELECT pg_sleep(0.01) FROM essays.catalog")
    with pytest.raises(
        Unavailable, match=rf"session {holder.info.backend_pid} of essays_analyst \(psql\), in a transaction since"
    ):
        migrate(database_url(database), sql)
    assert rows(Store(database_url(database, "analyst")), "SELECT count(*) FROM essays.catalog") == [(0,)]
    holder.close()
    assert migrate(database_url(database), sql) == ["analyst_views"]


def test_a_session_that_migrates_for_long_is_named(database: str, sql: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "APPLIER_TIMEOUT", "500ms")
    other = psycopg2.connect(database_url(database), application_name="ingest")
    with other.cursor() as cursor:
        cursor.execute("LOCK TABLE ingest.migration IN EXCLUSIVE MODE")
    with pytest.raises(
        Unavailable, match=rf"Another migration goes on: session {other.info.backend_pid} of essays_owner"
    ):
        migrate(database_url(database))
    other.close()

"""Notes: analysts write their own rows and read all; loaders have no part; codings outlive edits and merges."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from ingest.store import Store, migrate

from ..conftest import change, database_url, execute, rows
from .examples import NATIVE, SHORT, TEXT, load_files, load_page

OBJECTS = ["coded", "coding", "entry", "note", "tag"]


@pytest.fixture
def number(store: Store, tmp_path: Path) -> int:
    """The number of a document."""
    load_files(store, tmp_path / "own", a="第一句话。第二句话说的是涌现。第三句话。\n")
    return int(str(rows(store, "SELECT document_id FROM essays.document")[0][0]))


@pytest.fixture
def colleague(server: str, database: str) -> Iterator[Store]:
    """Another person with an analyst's rights and a login of their own."""
    name = f"reader_{uuid.uuid4().hex[:8]}"
    execute(server, f"CREATE ROLE {name} LOGIN PASSWORD 'secret' IN ROLE essays_analyst")
    url = database_url(database, "analyst")
    made = Store(f"postgresql://{name}:secret@{url.partition('@')[2]}")
    yield made
    made.close()
    execute(server, f"DROP ROLE {name}")


def refused(store: Store, statement: str, why: str) -> None:
    with store.engine.connect() as connection, pytest.raises(DBAPIError, match=why):
        connection.exec_driver_sql(statement)


def test_everything_is_explained(store: Store, database: str) -> None:
    owner = Store(database_url(database))
    silent = rows(owner, """
        SELECT c.relname || coalesce('.' || a.attname, '')
        FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
        WHERE c.relnamespace = 'notes'::regnamespace AND c.relkind IN ('r', 'v')
            AND coalesce(col_description(c.oid, a.attnum), CASE WHEN a.attnum IS NULL THEN obj_description(c.oid) END) IS NULL
        UNION ALL
        SELECT proname FROM pg_proc WHERE pronamespace = 'notes'::regnamespace AND obj_description(oid) IS NULL""")  # fmt: skip
    named = rows(
        owner,
        "SELECT relname FROM pg_class WHERE relnamespace = 'notes'::regnamespace AND relkind IN ('r', 'v') ORDER BY 1",
    )
    owner.close()
    assert silent == []
    assert [name for (name,) in named] == OBJECTS


def test_an_analyst_tags_notes_and_codes(analyst: Store, number: int) -> None:
    change(
        analyst,
        f"INSERT INTO notes.tag (document_id, tag) VALUES ({number}, '涌现')",
        f"INSERT INTO notes.note (document_id, text) VALUES ({number}, '值得引用')",
        f"INSERT INTO notes.coding (document_id, from_char, to_char, code, memo) VALUES ({number}, 6, 15, '观点', '第二句')",
    )
    assert rows(analyst, "SELECT document_id, kind, words, text, by FROM notes.entry ORDER BY kind") == [
        (number, "coding", "观点", "第二句话说的是涌现。\n第二句", "essays_analyst"),
        (number, "note", None, "值得引用", "essays_analyst"),
        (number, "tag", "涌现", None, "essays_analyst"),
    ]
    change(
        analyst, "UPDATE notes.note SET text = '不必'", "DELETE FROM notes.tag", "UPDATE notes.coding SET code = '论据'"
    )
    assert rows(analyst, "SELECT kind, coalesce(words, text) FROM notes.entry ORDER BY 1") == [
        ("coding", "论据"),
        ("note", "不必"),
    ]


@pytest.mark.parametrize("table", ["tag", "note", "coding"])
def test_rows_of_others_are_read_and_not_touched(analyst: Store, colleague: Store, number: int, table: str) -> None:
    values = {
        "tag": f"notes.tag (document_id, tag) VALUES ({number}, '涌现')",
        "note": f"notes.note (document_id, text) VALUES ({number}, '好')",
        "coding": f"notes.coding (document_id, from_char, to_char, code) VALUES ({number}, 1, 2, '观点')",
    }[table]
    change(analyst, f"INSERT INTO {values}")
    change(colleague, f"INSERT INTO {values}")
    assert rows(colleague, f"SELECT count(*) FROM notes.{table}") == [(2,)]
    change(colleague, f"UPDATE notes.{table} SET at = at - interval '1 day'", f"DELETE FROM notes.{table}")
    assert rows(analyst, f"SELECT by FROM notes.{table}") == [("essays_analyst",)]
    # Neither in another's name, nor handed over, nor by taking on the shared role.
    refused(
        colleague,
        f"INSERT INTO {values.replace(') VALUES (', ', by) VALUES (').removesuffix(')')}, 'essays_analyst')",
        "row-level security",
    )
    refused(analyst, f"UPDATE notes.{table} SET by = 'another'", "row-level security")
    with colleague.engine.begin() as connection:
        connection.exec_driver_sql("SET ROLE essays_analyst")
        assert connection.exec_driver_sql(f"DELETE FROM notes.{table}").rowcount == 0


@pytest.mark.parametrize("name", OBJECTS)
def test_the_loader_has_nothing_there(store: Store, name: str) -> None:
    refused(store, f"SELECT * FROM notes.{name}", "permission denied")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE notes.mine (n int)", "TRUNCATE notes.tag", "ALTER TABLE notes.tag DISABLE ROW LEVEL SECURITY",
        "DROP POLICY own_delete ON notes.tag", "ALTER TABLE notes.tag DISABLE TRIGGER ALL", "DROP TABLE notes.note",
        "SELECT notes.is_restored('notes.tag'::regclass)",
    ],
)  # fmt: skip
def test_an_analyst_changes_rows_and_nothing_else(analyst: Store, statement: str) -> None:
    refused(analyst, statement, "permission denied|must be owner")


def test_a_coding_keeps_its_passage_when_the_text_is_edited(
    store: Store, analyst: Store, number: int, tmp_path: Path
) -> None:
    change(
        analyst,
        f"INSERT INTO notes.coding (document_id, from_char, to_char, code) VALUES ({number}, 6, 15, '观点'), ({number}, 1, 5, '开头')",
    )
    load_files(store, tmp_path / "own", a="新的开头。第一句。第二句话说的是涌现。\n")
    assert rows(
        analyst,
        """SELECT code, revision_number, from_char, to_char, quote, current_revision_number, current_from_char, current_to_char
           FROM notes.coded ORDER BY coding_id""",
    ) == [("观点", 1, 6, 15, "第二句话说的是涌现。", 2, 10, 19), ("开头", 1, 1, 5, "第一句话。", 2, None, None)]
    change(
        analyst,
        f"INSERT INTO notes.coding (document_id, revision_number, from_char, to_char, code) VALUES ({number}, 1, 1, 1, '旧')",
    )
    assert rows(analyst, "SELECT quote, current_from_char FROM notes.coded WHERE code = '旧'") == [("第", None)]


def test_what_is_written_about_a_merged_document_is_found(store: Store, analyst: Store) -> None:
    load_page(store, SHORT, TEXT, None)
    ((old,),) = rows(store, "SELECT document_id FROM essays.document")
    change(
        analyst,
        f"INSERT INTO notes.tag (document_id, tag) VALUES ({old}, '规模')",
        f"INSERT INTO notes.coding (document_id, from_char, to_char, code) VALUES ({old}, 1, 4, '概念')",
    )
    load_page(store, SHORT, "按：" + TEXT, NATIVE)
    ((new, essay),) = rows(store, "SELECT document_id, essay_id FROM essays.document")
    assert old != new
    assert rows(analyst, "SELECT DISTINCT document_id, essay_id FROM notes.entry") == [(new, essay)]
    assert rows(analyst, "SELECT quote, current_from_char FROM notes.coded") == [("规模定律", 3)]
    change(
        analyst,
        f"INSERT INTO notes.tag (document_id, tag) VALUES ({old}, '后来')",
        "UPDATE notes.coding SET memo = '改'",
    )
    assert rows(analyst, "SELECT document_id FROM notes.tag WHERE tag = '后来'") == [(new,)]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("tag (document_id, tag) VALUES (1, 'x')", "no document 1"),
        ("note (document_id, text) VALUES (1, 'x')", "no document 1"),
        ("coding (document_id, from_char, to_char, code) VALUES (1, 1, 1, 'x')", "no such document or revision"),
        ("coding (document_id, revision_number, from_char, to_char, code) VALUES ({n}, 9, 1, 1, 'x')", "no such document or revision"),
        ("coding (document_id, from_char, to_char, code) VALUES ({n}, 1, 900, 'x')", "not in a text of"),
        ("coding (document_id, from_char, to_char, code) VALUES ({n}, 0, 1, 'x')", "not in a text of"),
        ("coding (document_id, from_char, to_char, code) VALUES ({n}, 3, 2, 'x')", "not in a text of"),
        ("tag (document_id, tag) VALUES ({n}, '')", "check constraint"),
        ("tag (document_id, tag) VALUES ({n}, ' x')", "check constraint"),
        ("note (document_id, text) VALUES ({n}, repeat('x', 100001))", "check constraint"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(analyst: Store, number: int, row: str, why: str) -> None:
    refused(analyst, f"INSERT INTO notes.{row.format(n=number)}", why)


def test_a_quote_cannot_be_forged(analyst: Store, number: int) -> None:
    change(
        analyst,
        f"INSERT INTO notes.coding (document_id, from_char, to_char, code, quote, text_sha256) VALUES ({number}, 1, 2, 'x', 'lie', 'lie')",
    )
    change(analyst, "UPDATE notes.coding SET quote = 'lie', text_sha256 = 'lie'")
    assert rows(analyst, "SELECT quote, current_from_char FROM notes.coded") == [("第一", 1)]


def test_notes_are_restored_as_they_were_into_a_database_that_has_no_documents_yet(database: str) -> None:
    owner = Store(database_url(database))
    change(
        owner,
        "INSERT INTO notes.tag VALUES (42, '旧', 'reader', '2025-01-01')",
        "INSERT INTO notes.note VALUES (7, 42, '旧', 'reader', '2025-01-01')",
        "INSERT INTO notes.coding VALUES (7, 42, 1, 1, 2, '旧', NULL, '引文', 'ab', 'reader', '2025-01-01')",
    )
    assert rows(owner, "SELECT by, at::date::text, quote FROM notes.coding") == [("reader", "2025-01-01", "引文")]
    assert rows(owner, "SELECT count(*) FROM notes.entry") == [(0,)]
    owner.close()


def test_notes_survive_new_analyst_views_and_a_reload(
    store: Store, analyst: Store, database: str, number: int, tmp_path: Path
) -> None:
    change(analyst, f"INSERT INTO notes.tag (document_id, tag) VALUES ({number}, '涌现')")
    execute(database_url(database), "UPDATE ingest.migration SET sha256 = 'other' WHERE name = 'analyst_views'")
    assert migrate(database_url(database)) == ["analyst_views"]
    load_files(store, tmp_path / "own")
    assert rows(analyst, "SELECT document_id, words FROM notes.entry") == [(number, "涌现")]

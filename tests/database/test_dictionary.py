"""The database explains itself, and the page that is made of its words is up to date."""

from collections.abc import Iterator

import pytest

from ingest.export import dictionary
from ingest.store import Store

from ..conftest import ROOT, database_url, execute

PAGE = ROOT / "docs" / "data-dictionary.md"


@pytest.fixture
def store(template: str) -> Iterator[Store]:
    made = Store(database_url(template, "loader"))
    yield made
    made.close()


def test_the_checked_in_page_is_the_generated_one(store: Store) -> None:
    assert PAGE.read_text("utf-8") == dictionary.render(store), "run `make docs`"


def test_nothing_in_the_database_is_without_a_comment(store: Store) -> None:
    assert dictionary.uncommented(store) == []


def test_what_has_no_comment_is_named(database: str) -> None:
    store = Store(database_url(database, "loader"))
    before = dictionary.uncommented(store)
    execute(
        database_url(database),
        "CREATE TYPE ingest.mood AS ENUM ('good', 'bad')",
        "CREATE TABLE ingest.dumb (n int CHECK (n > 0), word text CHECK (word IN ('so', 'or so')), mood ingest.mood)",
        "COMMENT ON COLUMN ingest.dumb.word IS 'How. or so: nearly'",
        "COMMENT ON COLUMN ingest.dumb.mood IS 'good: fine; bad: not so good: or so'",
        "CREATE FUNCTION essays.mute() RETURNS int LANGUAGE sql RETURN 1",
    )
    assert [name for name in dictionary.uncommented(store) if name not in before] == [
        "essays.mute", "ingest.dumb", "ingest.dumb.n", "ingest.dumb.word = so"]  # fmt: skip
    store.close()


def test_values_name_the_views_that_show_them(store: Store) -> None:
    page = dictionary.render(store)
    corpus = page.partition("### ingest.document.corpus\n")[2].partition("###")[0]
    assert "`essays.document`" in corpus and "`essays.essay`" in corpus and "`essays.turn`" not in corpus
    assert "| `ingested` | from links, feeds or files handed in |" in corpus


def test_bars_in_comments_do_not_break_tables(store: Store) -> None:
    tables = [line for line in dictionary.render(store).splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in tables} == {3, 4}

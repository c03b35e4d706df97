"""The cookbook: every file is one question in two languages and one query that answers it on the examples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.store import Store, migrate

from ..conftest import ROOT, database_url, new_database, rows
from .examples import load_examples

FILES = sorted((ROOT / "sql" / "cookbook").glob("*.sql"))
EXPECTED: dict[str, tuple[str, int]] = {  # columns, and the least number of rows that the examples give
    "01_overview": ("corpus found_by site essays documents characters earliest latest undated", 2),
    "02_new_this_week": ("first_seen_at display_title account published_on found_by url", 12),
    "03_term_by_month": ("period matches essays percent", 4),
    "04_term_by_account": ("name period matches essays percent", 2),
    "05_keyword_in_context": ("display_title published_on context speaker", 2),
    "06_what_a_speaker_says": ("published_on display_title position text", 3),
    "07_who_speaks_most": ("speaker turns characters transcripts percent", 5),
    "08_questions_and_answers": ("document_id position question speaker answer", 5),
    "09_who_quotes_this": (
        "display_title account published_on kind share position other_from_char other_to_char text", 1),
    "10_who_links_here": ("display_title account published_on kind words url", 1),
    "11_reposts_in_time": (
        "position published_at role account site is_best source_account source_basis delay availability url", 2),
    "12_who_copies_whom": ("source copied_by works usual_delay basis", 1),
    "13_without_an_original": ("essay_id display_title account role completeness copy_count url", 2),
    "14_cited_not_here": ("cited_by kinds called url state last_cited_on", 1),
    "15_edited_after_publication": (
        "recorded_at document_id account title_before title_after is_text_changed char_change after_publication"
        " from_revision to_revision", 0),
    "16_taken_down": (
        "noticed_at state account display_title published_at lived_at_least lived_at_most back_at document_id", 0),
    "17_essays_like_a_passage": ("display_title account clauses share one_of_them", 1),
    "18_first_use_of_a_term": ("published_on display_title account url", 2),
    "19_rising_terms": ("term now before", 1),
    "20_length_pictures_code": ("display_title char_count pictures code_blocks tables", 12),
    "21_rhythm_and_former_names": (
        "name documents originals usual_gap_days longest_gap_days silent_days usual_hour name_then used_from used_until"
        " documents_then", 1),
    "22_silent_sources": ("slug kind title last_new_at usual_gap silent_for state reason failures url", 0),
    "23_waiting_for_a_person": ("question asked_at detail url document_id other_document_id", 0),
    "24_originals_as_jsonl": ("line", 2),
    "25_references": ("document_id gb7714 bibtex", 2),
    "26_evidence": (
        "revision_number cause is_current how fetched_at http_status url file sha256 bytes reader run text_sha256", 1),
    "27_silent_accounts": ("name last_on silent_days usual_gap_days documents", 0),
    "28_lines_of_the_last_edits": ("recorded_at document_id line", 0),
    "29_seed_and_ingested": ("held_by essays seed_copies ingested_copies characters", 2),
    "30_new_per_week": ("week new_essays copies_by_now characters ingested", 1),
    "31_a_person_over_time": ("published_on part display_title account char_count url", 3),
    "32_an_account_over_time": ("published_at gap display_title role char_count availability url", 2),
    "33_story_of_a_link": ("at event detail run", 5),
    "34_two_documents_side_by_side": ("position a_from a_to b_from b_to a_text b_text", 1),
    "35_search": ("rank display_title account published_on snippet", 1),
    "36_what_became_of_a_run": ("run outcome state addresses for_example", 4),
    "37_what_a_column_means": ("column type meaning", 28),
    "38_who_is_quoted_most": ("essay_id title account by_essays kinds", 1),
    "39_published_when": ("weekday hour essays accounts", 4),
    "40_speakers_of_a_panel": ("speaker after times usual_characters", 8),
}  # fmt: skip
CHINESE = re.compile(r"-- [^\x00-\x7f].*[？。！：；]|-- .*[一-鿿].*[？。，：]")
ENGLISH = re.compile(r"-- [A-Z][\x00-\x7f]+[.?:]$")


@pytest.fixture(scope="module")
def analyst(server: str) -> Iterator[Store]:
    """The analyst of a database with the examples in it."""
    with new_database(server) as name:
        migrate(database_url(name))
        loader = Store(database_url(name, "loader"))
        load_examples(loader)
        loader.close()
        made = Store(database_url(name, "analyst"))
        yield made
        made.close()


def test_the_files_are_numbered_without_gaps_and_each_has_its_expectation() -> None:
    assert [file.name[:2] for file in FILES] == [f"{n:02}" for n in range(1, len(FILES) + 1)]
    assert [file.stem for file in FILES] == list(EXPECTED)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_asks_in_both_languages_and_is_one_query(file: Path) -> None:
    first, second, *rest = file.read_text("utf-8").rstrip("\n").splitlines()
    assert CHINESE.match(first), first
    assert ENGLISH.match(second), second
    query = "\n".join(line for line in rest if not line.startswith("--"))
    assert re.match(r"SELECT|WITH", query)
    assert query.count(";") == 1 and query.endswith(";")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_answers_its_question(analyst: Store, file: Path) -> None:
    query = file.read_text("utf-8")
    columns, least = EXPECTED[file.stem]
    with analyst.transaction() as connection, connection.connection.cursor() as cursor:
        cursor.execute(query)
        found = cursor.fetchall()
        assert [column.name for column in cursor.description] == columns.split()
    assert len(found) >= least


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_reads_few_pages_of_so_small_a_corpus(analyst: Store, file: Path) -> None:
    with analyst.transaction() as connection, connection.connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {file.read_text('utf-8')}")
        ((plans,),) = cursor.fetchall()
    assert plans[0]["Plan"]["Shared Hit Blocks"] + plans[0]["Plan"]["Shared Read Blocks"] < 20_000


def test_every_question_of_the_cookbook_is_in_the_analysts_page() -> None:
    page = (ROOT / "docs" / "analyst.md").read_text("utf-8")
    assert [file.stem for file in FILES if f"{file.stem}.sql" not in page] == []


def test_the_queries_of_the_analysts_page_run(analyst: Store) -> None:
    page = (ROOT / "docs" / "analyst.md").read_text("utf-8")
    queries = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    assert len(queries) == 5
    for query in queries:
        with analyst.transaction() as connection, connection.connection.cursor() as cursor:
            cursor.execute(query)


def test_the_analysts_page_names_every_view(analyst: Store) -> None:
    page = (ROOT / "docs" / "analyst.md").read_text("utf-8")
    views = rows(analyst, "SELECT table_name FROM information_schema.views WHERE table_schema = 'essays'")
    assert [name for (name,) in views if f"`{name}`" not in page] == []

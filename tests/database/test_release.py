"""Releases: frozen selections that nothing changes, and whose export has the same bytes whatever is loaded later."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.dataset as ds
import pytest
from sqlalchemy.exc import DBAPIError

from ingest.export import FORMATS, export, releases
from ingest.export.releases import Selection, make
from ingest.model import Account, IngestError, Precision, Published
from ingest.store import Store, face

from ..conftest import database_url, execute, rows
from .examples import NATIVE, SHORT, TEXT, load_examples, load_files, load_page
from .test_export import TEXTS, digests


def test_a_release_has_each_work_once_with_its_digests(store: Store) -> None:
    load_examples(store)
    made = make(store, "2026年秋-v1.0", note="一篇论文")
    assert made.is_new
    assert rows(store, "SELECT count(*) FROM essays.catalog") == [(made.item_count,)]
    items = rows(store, "SELECT document_id, revision_number, text_sha256, text FROM essays.release_item ORDER BY 1")
    lines = []
    for document, revision, digest, text in items:
        assert hashlib.sha256(str(text).encode()).hexdigest() == digest
        lines.append(f"{document} {revision} {digest}\n")
    assert hashlib.sha256("".join(lines).encode()).hexdigest() == made.sha256
    assert rows(store, "SELECT release, note, selection, item_count, sha256 FROM essays.release") == [
        ("2026年秋-v1.0", "一篇论文", {}, made.item_count, made.sha256)]  # fmt: skip


@pytest.mark.parametrize("file_format", FORMATS)
def test_its_export_has_the_same_bytes_after_edits_merges_and_new_essays(
    store: Store, tmp_path: Path, file_format: str
) -> None:
    load_files(store, tmp_path / "own", **TEXTS)
    load_page(store, SHORT, TEXT, None)
    make(store, "paper")
    export(store, tmp_path / "before", file_format, release="paper")
    load_files(store, tmp_path / "own", a=TEXTS["a"].replace("写下", "改写"), f="新来的一篇文章,发布之后才有。\n")
    load_page(store, SHORT, TEXT + "补记。", NATIVE)
    assert face.inconsistencies(store) == []
    assert rows(store, "SELECT count(*) FROM ingest.document WHERE merged_into IS NOT NULL") == [(1,)]
    again = export(store, tmp_path / "after", file_format, release="paper")
    assert again.rows == 6
    assert digests(tmp_path / "before") == digests(tmp_path / "after")
    assert export(store, tmp_path / "before", file_format, release="paper").written == 0


def test_its_items_still_resolve_after_a_merge(store: Store) -> None:
    load_page(store, SHORT, TEXT, None)
    make(store, "paper")
    load_page(store, SHORT, TEXT + "补记。", NATIVE)
    assert rows(
        store,
        """SELECT i.document_id = d.document_id, c.document_id = d.document_id, c.text = i.text, c.is_current,
               essays.resolve(i.essay_id) = d.essay_id
           FROM essays.release_item i
           JOIN essays.document d ON d.document_id = essays.resolve_document(i.document_id)
           CROSS JOIN essays.cited(i.document_id, i.text_sha256) c""",
    ) == [(False, True, True, False, True)]


def test_the_same_words_give_the_same_release_and_other_words_none(store: Store, tmp_path: Path) -> None:
    load_files(store, tmp_path / "own", **TEXTS)
    made = make(store, "paper", Selection(from_date=date(2026, 1, 1)))
    load_files(store, tmp_path / "own", f=TEXTS["b"].replace("另一篇", "又一篇"))
    again = make(store, "paper", Selection(from_date=date(2026, 1, 1)))
    assert (again.is_new, again.sha256, again.made_at) == (False, made.sha256, made.made_at)
    with pytest.raises(IngestError, match="of another selection"):
        make(store, "paper")


def test_selections_are_by_corpus_date_account_and_site(store: Store, tmp_path: Path) -> None:
    load_files(store, tmp_path / "own", **TEXTS)
    published = Published(datetime(2026, 3, 1, tzinfo=UTC), Precision.SECOND)
    load_page(store, SHORT, TEXT, NATIVE, account=Account("慢炖", ("gh_0123456789ab",)), published=published)
    counts = {
        Selection(): 6, Selection(corpus="seed"): 5, Selection(corpus="own"): 5, Selection(corpus="ingested"): 1,
        Selection(site="wechat"): 1, Selection(account="慢炖"): 1, Selection(account="gh_0123456789ab"): 1,
        Selection(from_date=date(2026, 2, 1)): 3, Selection(to_date=date(2026, 1, 31)): 2,
        Selection(from_date=date(2026, 1, 31), to_date=date(2026, 1, 31)): 1,
        Selection(corpus="seed", from_date=date(2026, 2, 1)): 2,
    }  # fmt: skip
    found = {selection: make(store, f"r{n}", selection).item_count for n, selection in enumerate(counts)}
    assert found == counts
    with pytest.raises(IngestError, match="Nothing is selected"):
        make(store, "none", Selection(account="' OR true --"))
    assert rows(store, "SELECT count(*) FROM essays.release WHERE release = 'none'") == [(0,)]


@pytest.mark.parametrize("name", ["", ".", "../up", "a/b", "a b", "a\nb", "x" * 101, "=1", "-x", "a=b", "\x00"])
def test_a_name_is_good_for_a_folder(store: Store, name: str) -> None:
    with pytest.raises(IngestError, match="can't be the name"):
        make(store, name)


def test_ten_at_once_make_one(store: Store, database: str, tmp_path: Path) -> None:
    load_files(store, tmp_path / "own", **TEXTS)

    def one(_: int) -> releases.Release:
        own = Store(database_url(database, "loader"))
        try:
            return make(own, "paper")
        finally:
            own.close()

    with ThreadPoolExecutor(10) as pool:
        made = list(pool.map(one, range(10)))
    assert sum(release.is_new for release in made) == 1
    assert len({release.sha256 for release in made}) == 1
    assert rows(store, "SELECT count(*) FROM essays.release_item") == [(5,)]


@pytest.mark.parametrize("role", ["loader", "analyst"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ingest.release SET note = 'x'",
        "DELETE FROM ingest.release_item",
        "INSERT INTO ingest.release_item SELECT * FROM ingest.release_item",
        "TRUNCATE ingest.release_item",
        "DELETE FROM ingest.revision",
        "UPDATE ingest.revision SET text = 'x'",
        "UPDATE essays.release_item SET text = 'x'",
    ],
)
def test_nobody_changes_a_release(store: Store, database: str, role: str, statement: str) -> None:
    asked = Store(database_url(database, role))
    with asked.engine.connect() as connection, pytest.raises(DBAPIError, match=r"permission denied|cannot update"):
        connection.exec_driver_sql(statement)
    asked.close()


def test_an_analyst_cannot_make_one(analyst: Store) -> None:
    with analyst.engine.connect() as connection, pytest.raises(DBAPIError, match="permission denied"):
        connection.exec_driver_sql("SELECT ingest.make_release('x', '{}', NULL)")


def test_a_text_that_is_not_what_was_frozen_is_not_exported(store: Store, database: str, tmp_path: Path) -> None:
    load_files(store, tmp_path / "own", **TEXTS)
    make(store, "paper")
    execute(database_url(database), "UPDATE ingest.revision SET text = text || '!' WHERE published_on IS NULL")
    with pytest.raises(IngestError, match="is not what was released"):
        export(store, tmp_path / "out", release="paper")
    assert not (tmp_path / "out" / "release=paper" / "month=undated" / "release_item.parquet").exists()


def test_releases_side_by_side_are_one_data_set(store: Store, tmp_path: Path) -> None:
    load_files(store, tmp_path / "own", **TEXTS)
    for name, selection in (("all", Selection()), ("late", Selection(from_date=date(2026, 2, 1)))):
        make(store, name, selection)
        export(store, tmp_path / "out", release=name)
    table = ds.dataset(tmp_path / "out", format="parquet").to_table()
    assert sorted(table["release"].to_pylist()) == ["all"] * 5 + ["late"] * 2

"""A seed corpus is loaded, loaded again, edited, moved, thinned out: nothing is lost, doubled or invented."""

from pathlib import Path

import pytest

from ingest import pipeline
from ingest.intake import batches, seeds
from ingest.model import IngestError
from ingest.store import Store

from ..conftest import ROOT, rows, shared

PLAIN = "第一段说模型变大了。\n第二段说账单也变大了。\n"


def load(store: Store, folder: Path, corpus: str | None = None) -> pipeline.Account:
    name, paths = seeds.plan(store, str(folder), corpus)
    run_id = pipeline.open_run(store, "seed")
    seeds.load(store, run_id, str(folder), name, paths)
    pipeline.relate(store)
    account = pipeline.close_run(store, run_id, name)
    pipeline.check_total(account, len(paths))
    return account


def documents(store: Store) -> list[tuple[object, ...]]:
    return rows(store, "SELECT document_id, key FROM ingest.document ORDER BY key")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "a.txt").write_text(PLAIN, "utf-8")
    (folder / "b.md").write_text("# 标题\n\n正文一段。\n", "utf-8")
    return folder


def test_loading_twice_adds_only_runs_and_fetches(store: Store, corpus: Path) -> None:
    assert load(store, corpus).looks == {"fetched (article)": 2}
    before = (
        rows(store, "SELECT * FROM essays.document ORDER BY document_id"),
        rows(store, "SELECT * FROM essays.revision"),
    )
    assert load(store, corpus).looks == {"already_settled (article)": 2}
    after = (
        rows(store, "SELECT * FROM essays.document ORDER BY document_id"),
        rows(store, "SELECT * FROM essays.revision"),
    )
    assert after == before
    assert rows(store, "SELECT count(*) FROM essays.fetch_log") == [(4,)]


def test_a_task_that_is_tried_again_counts_its_files_once(store: Store, corpus: Path) -> None:
    name, paths = seeds.plan(store, str(corpus))
    run_id = pipeline.open_run(store, "seed", "the same run")
    for _ in range(3):
        seeds.load(store, pipeline.open_run(store, "seed", "the same run"), str(corpus), name, paths)
    assert pipeline.close_run(store, run_id).origins == len(paths)


def test_a_changed_file_is_a_new_revision_of_the_same_document(store: Store, corpus: Path) -> None:
    load(store, corpus)
    (corpus / "a.txt").write_text(PLAIN + "第三段是后来加的。\n", "utf-8")
    before = documents(store)
    load(store, corpus)
    assert documents(store) == before
    story = rows(store, "SELECT r.revision_number, r.cause, r.is_current FROM essays.revision r JOIN essays.document d"
                        " USING (document_id) WHERE d.title IS NULL ORDER BY 1")  # fmt: skip
    assert story == [(1, "first", False), (2, "publisher_edit", True)]
    assert rows(store, "SELECT text FROM essays.document WHERE title IS NULL")[0][0].endswith("第三段是后来加的。")


def test_a_moved_file_stays_the_same_document(store: Store, corpus: Path) -> None:
    load(store, corpus)
    before = documents(store)
    (corpus / "deep").mkdir()
    (corpus / "a.txt").rename(corpus / "deep" / "renamed.txt")
    assert load(store, corpus).missing == ()
    assert documents(store) == before
    assert rows(store, "SELECT path FROM ingest.seed_file ORDER BY 1") == [("b.md",), ("deep/renamed.txt",)]


def test_a_new_file_at_the_place_of_a_moved_one_is_a_document_of_its_own(store: Store, corpus: Path) -> None:
    load(store, corpus)
    (corpus / "a.txt").rename(corpus / "z.txt")
    load(store, corpus)
    (corpus / "a.txt").write_text("这是另一篇,碰巧用了旧名字。\n", "utf-8")
    load(store, corpus)
    assert len(documents(store)) == 3
    assert rows(store, "SELECT max(revision_number) FROM essays.revision") == [(1,)]
    load(store, corpus)
    assert len(documents(store)) == 3


def test_a_deleted_file_is_noticed_and_its_document_stays(store: Store, corpus: Path) -> None:
    load(store, corpus)
    (corpus / "a.txt").unlink()
    assert load(store, corpus).missing == ("a.txt",)
    assert len(documents(store)) == 2
    (corpus / "a.txt").write_text(PLAIN, "utf-8")
    assert load(store, corpus).missing == ()


def test_equal_file_names_of_two_corpora_do_not_mix(store: Store, corpus: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.txt").write_text("别的文集里的同名文件。\n", "utf-8")
    load(store, corpus)
    load(store, other)
    assert rows(store, "SELECT found_by, count(*) FROM essays.document GROUP BY 1 ORDER BY 1") == [
        ("seed:corpus", 2), ("seed:other", 1)]  # fmt: skip


def test_numbers_of_documents_do_not_depend_on_the_order_of_loading(store: Store, corpus: Path) -> None:
    name, paths = seeds.plan(store, str(corpus))
    run_id = pipeline.open_run(store, "seed")
    for path in reversed(paths):
        seeds.load(store, run_id, str(corpus), name, [path])
    assert [number for number, _ in documents(store)] == [
        rows(store, f"SELECT ('x' || substr(encode(sha256('{key}'::bytea), 'hex'), 1, 13))::bit(52)::bigint")[0][0]
        for _, key in documents(store)
    ]


@pytest.mark.parametrize(
    ("name", "data", "state"),
    [
        ("empty.txt", b"", "unreadable"),
        ("blank.txt", b" \n\n \t", "unreadable"),
        ("picture.txt", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "unreadable"),
        ("cut.txt.gz", b"\x1f\x8b\x08\x00\x00", "unreadable"),
        ("only_link.txt", b"https://mp.weixin.qq.com/s/TestLinkNote_-1234567x", "not_a_page"),
    ],
)
def test_a_bad_file_gets_a_state_and_the_others_are_loaded(
    store: Store, corpus: Path, name: str, data: bytes, state: str
) -> None:
    (corpus / name).write_bytes(data)
    looks = load(store, corpus).looks
    assert looks["fetched (article)"] == 2
    assert any(outcome.endswith(f"({state})") for outcome in looks)
    assert len(documents(store)) == 2
    (reason,) = rows(store, f"SELECT reason FROM essays.fetch_log WHERE file = '{name}'")
    assert reason[0]


def test_a_file_in_gb18030_is_loaded_whole(store: Store, tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "old.txt").write_bytes(PLAIN.encode("gb18030"))
    load(store, tmp_path / "c")
    assert rows(store, "SELECT text FROM essays.document") == [(PLAIN.strip(),)]


def test_a_directory_that_is_not_there_is_one_clear_error(store: Store, tmp_path: Path) -> None:
    with pytest.raises(IngestError, match="is not there"):
        seeds.plan(store, str(tmp_path / "nowhere"))
    (tmp_path / "file").write_text("x", "utf-8")
    with pytest.raises(IngestError, match="is a file"):
        seeds.plan(store, str(tmp_path / "file"))


def test_thousands_of_files_are_loaded_in_batches(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for n in range(1500):
        (folder / f"{n:04}.txt").write_text(f"第{n}篇,写于某天。\n它只有两行。\n", "utf-8")
    assert load(store, folder).looks == {"fetched (article)": 1500}
    assert rows(store, "SELECT count(*), count(DISTINCT essay_id) FROM essays.document") == [(1500, 1500)]


def test_the_real_seeds_are_five_documents(store: Store) -> None:
    account = load(store, shared("seeds"))
    assert (account.looks, account.waiting) == ({"fetched (article)": 5}, 1)
    assert rows(store, "SELECT corpus, completeness, role, count(*) FROM essays.document GROUP BY 1, 2, 3 ORDER BY 2, 3") == [
        ("seed", "excerpt", "unknown", 1), ("seed", "full", "repost", 1), ("seed", "full", "unknown", 3)]  # fmt: skip


def test_the_examples_load_with_their_copies_related(store: Store) -> None:
    load(store, ROOT / "examples" / "corpus", "examples")
    assert rows(store, "SELECT count(*) FROM essays.document") == [(9,)]
    assert rows(store, "SELECT count(*), max(copy_count) FROM essays.essay") == [(8, 2)]


def test_an_edit_that_is_taken_back_is_current_again(store: Store, corpus: Path) -> None:
    for text in (PLAIN, PLAIN + "改过。\n", PLAIN):
        (corpus / "a.txt").write_text(text, "utf-8")
        load(store, corpus)
    assert rows(store, "SELECT text, revision_number FROM essays.document WHERE title IS NULL") == [(PLAIN.strip(), 3)]


def test_swapped_and_renumbered_files_stay_their_documents(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "c"
    folder.mkdir()
    for n in range(1, 5):
        (folder / f"{n}.txt").write_text(f"第{n}篇,自有它的一段话,说的是编号{n}的事情。\n", "utf-8")
    load(store, folder)
    before = rows(store, "SELECT document_id, text FROM essays.document ORDER BY 1")
    for n in range(4, 1, -1):
        (folder / f"{n}.txt").rename(folder / f"{n + 1}.txt")
    (folder / "2.txt").write_text("插进来的新的一篇,排在第二。\n", "utf-8")
    load(store, folder)
    after = rows(store, "SELECT document_id, text FROM essays.document ORDER BY 1")
    assert set(before) < set(after)
    assert len(after) == 5
    (folder / "1.txt").rename(folder / "x")
    (folder / "3.txt").rename(folder / "1.txt")
    (folder / "x").rename(folder / "3.txt")
    load(store, folder)
    assert rows(store, "SELECT document_id, text FROM essays.document ORDER BY 1") == after


def test_a_file_that_moved_away_and_is_copied_back_gets_a_document(store: Store, corpus: Path) -> None:
    load(store, corpus)
    (corpus / "a.txt").rename(corpus / "c.txt")
    load(store, corpus)
    (corpus / "a.txt").write_bytes((corpus / "c.txt").read_bytes())
    load(store, corpus)
    assert len(documents(store)) == 3
    assert rows(store, "SELECT count(*) FROM ingest.seed_file WHERE document_id IS NULL") == [(0,)]


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: 旧文\ndate: 1936-10-19\n---\n\n一九三六年的一篇。\n",
        "---\ntitle: 怪日期\ndate: 2024-02-30\n---\n\n没有这一天。\n",
        "---\ntitle: 远\ndate: 9999-12-31 23:59:59Z\n---\n\n太远了。\n",
        "---\n" + "[" * 3000 + "\n---\n\n括号。\n",
    ],
    ids=["old", "impossible", "far", "nested"],
)
def test_a_strange_date_or_front_matter_stops_nobody(store: Store, corpus: Path, text: str) -> None:
    (corpus / "odd.md").write_text(text, "utf-8")
    assert load(store, corpus).documents == 3


def test_a_reader_that_breaks_on_a_file_leaves_the_others(store: Store, corpus: Path, monkeypatch) -> None:
    from ingest.intake import files

    def broken(text: str, *more: object) -> None:
        if "账单" in text:
            raise ValueError("a bug in a reader")
        return original(text, *more)

    original = files.read.read_text
    monkeypatch.setattr(files.read, "read_text", broken)
    looks = load(store, corpus).looks
    assert looks == {"fetched (article)": 1, "fetched (unreadable)": 1}
    assert "ValueError" in str(rows(store, "SELECT reason FROM essays.fetch_log WHERE state = 'unreadable'"))


def test_a_file_name_that_is_no_utf8_is_loaded_under_an_escaped_name(store: Store, corpus: Path) -> None:
    import os

    Path(os.fsdecode(os.fsencode(corpus) + b"/\xd6\xd0.txt")).write_text("名字是GBK的文件,内容是好的。\n", "utf-8")
    assert load(store, corpus).documents == 3
    assert load(store, corpus).looks == {"already_settled (article)": 3}


def test_a_file_that_became_unreadable_is_a_problem_and_its_document_stays(store: Store, corpus: Path) -> None:
    import os

    load(store, corpus)
    (corpus / "a.txt").unlink()
    os.mkfifo(corpus / "a.txt")
    account = load(store, corpus)
    assert [(problem.file, problem.state) for problem in account.problems] == [("a.txt", "refused")]
    assert len(documents(store)) == 2


def test_a_link_that_leads_out_of_the_folder_is_refused(store: Store, corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("文集之外的文件。\n", "utf-8")
    (corpus / "link.txt").symlink_to(tmp_path / "secret.txt")
    account = load(store, corpus)
    assert account.documents == 2
    assert "leads out" in account.problems[0].reason


def test_a_new_reader_reads_old_files_again(store: Store, corpus: Path, monkeypatch) -> None:
    from ingest import read

    load(store, corpus)
    monkeypatch.setattr(read, "readers", lambda: "another set")
    assert load(store, corpus).looks == {"same_document (article)": 2}


def test_large_files_are_loaded_in_batches_of_bounded_size(store: Store, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(batches, "BATCH_BYTES", 3_000_000)
    (tmp_path / "c").mkdir()
    for n in range(8):
        (tmp_path / "c" / f"{n}.txt").write_text(f"第{n}个很长的文件。" + "字" * 400_000, "utf-8")
    assert load(store, tmp_path / "c").documents == 8


def test_a_thousand_equal_files_are_related_in_no_time(store: Store, tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    for n in range(1000):
        (tmp_path / "c" / f"{n}.txt").write_text("该内容已经被原作者删除,以下为占位文字,请勿转载,谢谢合作。\n", "utf-8")
    load(store, tmp_path / "c")
    assert rows(store, "SELECT copy_count FROM essays.essay") == [(1000,)]


@pytest.mark.parametrize("name", ["", "  "])
def test_an_empty_directory_name_is_refused(store: Store, name: str) -> None:
    with pytest.raises(IngestError, match="No directory was named"):
        seeds.plan(store, name)

"""Works: copies are found whatever their dress, numbers hold, and the order of loading makes no difference."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from opencc import OpenCC

from ingest import pipeline
from ingest.intake import seeds
from ingest.store import Store

from ..conftest import database_url, rows

TEXT = "压缩就是智能。\n这句话听起来像口号,其实是一个可以检验的说法。\n检验的办法是数比特。\n"
COPIES = {
    "a.txt": TEXT,
    "b.txt": OpenCC("s2t").convert(TEXT).replace(",", ","),
    "c.txt": TEXT.replace("\n", ""),
    "d.txt": "另一篇,谁也不像。\n",
}


def write(folder: Path, texts: dict[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def load(store: Store, folder: Path, paths: list[str] | None = None) -> None:
    name, found = seeds.plan(store, str(folder), "works")
    seeds.load(store, pipeline.open_run(store, "seed"), str(folder), name, paths or found)
    pipeline.relate(store)


def works(store: Store) -> list[tuple[object, ...]]:
    return rows(store, "SELECT d.key, d.work_id, w.best_document_id, w.copy_count FROM ingest.document d"
                       " JOIN ingest.work w USING (work_id) ORDER BY 1")  # fmt: skip


def test_copies_in_other_dress_are_one_work(store: Store, tmp_path: Path) -> None:
    load(store, write(tmp_path / "w", COPIES))
    assert rows(store, "SELECT copy_count FROM essays.essay ORDER BY 1") == [(1,), (3,)]
    assert rows(store, "SELECT count(*) FROM essays.relation WHERE kind = 'same_text'") == [(6,)]


@pytest.mark.parametrize("order", list(itertools.permutations(COPIES))[::5])
def test_works_do_not_depend_on_the_order_of_loading(store: Store, tmp_path: Path, order: tuple[str, ...]) -> None:
    folder = write(tmp_path / "w", COPIES)
    for path in order:
        load(store, folder, [path])
    one_by_one = works(store)
    store.ask("relate", "settle", ids=[row[0] for row in rows(store, "SELECT document_id FROM ingest.document")])
    assert works(store) == one_by_one
    assert [row[3] for row in one_by_one] == [3, 3, 3, 1]
    assert len({row[1] for row in one_by_one}) == 2
    assert {row[1] for row in one_by_one} == {
        row[0] for row in rows(store, "SELECT min(document_id) FROM ingest.document GROUP BY work_id")
    }


def test_an_edit_takes_a_copy_out_of_its_work_and_its_number_still_resolves(store: Store, tmp_path: Path) -> None:
    folder = write(tmp_path / "w", COPIES)
    for path in COPIES:
        load(store, folder, [path])
    before = rows(store, "SELECT document_id FROM ingest.document ORDER BY 1")
    write(folder, {"a.txt": TEXT + "作者后来又加了一段,说比特也有贵贱。\n"})
    load(store, folder)
    assert rows(store, "SELECT copy_count FROM essays.essay ORDER BY 1") == [(1,), (1,), (2,)]
    resolved = [rows(store, f"SELECT essays.resolve({number})")[0][0] for (number,) in before]
    live = {row[0] for row in rows(store, "SELECT essay_id FROM essays.catalog")}
    assert {number for number in resolved if number is not None} <= live
    assert rows(
        store, "SELECT count(*) FROM essays.catalog WHERE essay_id IN (SELECT old_id FROM ingest.work_was)"
    ) == [(0,)]


def test_two_texts_without_letters_are_no_copies(store: Store, tmp_path: Path) -> None:
    load(store, write(tmp_path / "w", {"a.txt": "……", "b.txt": "!!!"}))
    assert rows(store, "SELECT count(*) FROM essays.essay") == [(2,)]


def test_loaders_at_the_same_time_make_the_same_works(store: Store, database: str, tmp_path: Path) -> None:
    texts = {
        f"{group}-{copy}.txt": f"第{group}组的同一段话,写了又写,改了又改,还是原来那一句,一个字也没有变。\n"
        for group in range(20)
        for copy in range(8)
    }
    folder = write(tmp_path / "w", texts)
    name, paths = seeds.plan(store, str(folder), "works")

    def work(share: list[str]) -> None:
        own = Store(database_url(database, "loader"))
        run_id = pipeline.open_run(own, "seed")
        for path in share:
            seeds.load(own, run_id, str(folder), name, [path])
            pipeline.relate(own)
        own.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, [paths[n::4] for n in range(4)]))
    assert rows(store, "SELECT copy_count, count(*) FROM essays.essay GROUP BY 1") == [(8, 20)]
    assert store.ask("face", "doctor") == []


def test_two_loaders_of_the_same_files_store_each_once(store: Store, database: str, tmp_path: Path) -> None:
    folder = write(tmp_path / "w", {f"{n}.txt": f"第{n}篇,内容各不相同,编号是{n * 7919}。\n" for n in range(60)})
    name, paths = seeds.plan(store, str(folder), "works")

    def work(n: int) -> int:
        own = Store(database_url(database, "loader"))
        run_id = pipeline.open_run(own, "seed")
        seeds.load(own, run_id, str(folder), name, paths if n % 2 else paths[::-1])
        pipeline.relate(own)
        total = pipeline.close_run(own, run_id).origins
        own.close()
        return total

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(4))) == [60] * 4
    assert rows(store, "SELECT count(*), max(revision_number) FROM essays.document") == [(60, 1)]

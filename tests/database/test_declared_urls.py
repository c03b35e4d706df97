"""Files that say where their essay is: links lead to it, the same address again is a revision."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ingest import pipeline
from ingest.intake import imports, seeds
from ingest.model import Address
from ingest.store import Store

from .examples import load_page

POND = "池塘里的水位每天早晨量一次，量水位的人姓顾，他把数字写在一块旧木板上，已经写了十一年。"
POND_AGAIN = "池塘里的水位每天早晨量两次，量水位的人姓顾，他把数字写在一块旧木板上，已经写了十二年。"
BRIDGE = "新桥通车那天下着小雨，镇上的孩子们第一次坐着汽车过河，司机说桥面还有些滑，请大家坐稳。"
OVEN = "面包炉需要预热四十分钟，师傅说温度计不可信，要听炉壁的声音，声音脆了才可以放面团进去。"
AT = "https://blog.example.net/p/pond"


def note(text: str, url: str | None = AT, title: str = "水位") -> str:
    return f"---\ntitle: {title}\n" + (f"url: {url}\n" if url else "") + f"date: 2024-03-01\n---\n\n{text}\n"


def load(store: Store, folder: Path, **texts: str) -> None:
    folder.mkdir(exist_ok=True, parents=True)
    for name, text in texts.items():
        (folder / f"{name}.md").write_text(text, "utf-8")
    run_id = pipeline.open_run(store, "import_files")
    imports.load(store, run_id, imports.plan([str(folder)]))
    pipeline.relate(store)
    pipeline.close_run(store, run_id)


def plant(store: Store, folder: Path, **texts: str) -> None:
    folder.mkdir(exist_ok=True, parents=True)
    for name, text in texts.items():
        (folder / f"{name}.md").write_text(text, "utf-8")
    corpus, paths = seeds.plan(store, str(folder), folder.name)
    run_id = pipeline.open_run(store, "seed")
    seeds.load(store, run_id, str(folder), corpus, paths)
    pipeline.relate(store)
    pipeline.close_run(store, run_id)


def rows(store: Store, sql: str) -> list[tuple[Any, ...]]:
    with store.transaction() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(sql)]


@pytest.mark.parametrize("spelled", [AT, "http://blog.example.net/p/pond/?utm_source=x"])
def test_a_link_to_the_address_that_a_file_declares_leads_to_its_document(
    store: Store, analyst: Store, tmp_path: Path, spelled: str
) -> None:
    load(store, tmp_path / "in", a=note(POND), b=note(f"{BRIDGE}参见[水位]({spelled})。", None, "新桥"))
    assert rows(analyst, "SELECT o.title FROM essays.relation r JOIN essays.document o ON o.document_id = r.other_document_id"
                         " WHERE r.kind = 'links_to'") == [("水位",)]  # fmt: skip
    assert rows(analyst, "SELECT * FROM essays.missing") == []
    assert {"revision", "mention"} <= {
        event for (event,) in rows(analyst, f"SELECT event FROM essays.why('{spelled}')")
    }


def test_the_same_address_again_is_a_revision(store: Store, analyst: Store, tmp_path: Path) -> None:
    load(store, tmp_path / "v1", pond=note(POND))
    load(store, tmp_path / "v2", pond=note(POND_AGAIN))
    assert rows(analyst, "SELECT revision_number, cause, text FROM essays.revision ORDER BY 1") == [
        (1, "first", POND), (2, "publisher_edit", POND_AGAIN)]  # fmt: skip
    assert rows(analyst, "SELECT count(*) FROM essays.document") == [(1,)]


def test_versions_in_one_folder_loaded_twice_add_nothing(store: Store, analyst: Store, tmp_path: Path) -> None:
    for _ in range(2):
        load(store, tmp_path / "in", pond1=note(POND), pond2=note(POND_AGAIN))
        assert rows(analyst, "SELECT text FROM essays.revision ORDER BY revision_number") == [(POND,), (POND_AGAIN,)]


def test_files_that_declare_one_address_and_hold_different_essays_swallow_nothing(
    store: Store, analyst: Store, tmp_path: Path
) -> None:
    for _ in range(2):
        load(store, tmp_path / "in", a=note(POND), b=note(BRIDGE, title="新桥"), c=note(OVEN, title="面包炉"))
        assert rows(analyst, "SELECT text, revision_number FROM essays.document ORDER BY title") == [
            (t, 1) for t in (BRIDGE, POND, OVEN)]  # fmt: skip
    assert rows(analyst, "SELECT count(*) FROM essays.fetch_log WHERE reason LIKE 'another essay is at%%'") >= [(2,)]


def test_a_front_page_is_no_essays_address(store: Store, analyst: Store, tmp_path: Path) -> None:
    front = "https://blog.example.net/"
    load(store, tmp_path / "in", a=note(POND, front), b=note(POND_AGAIN, front))
    assert rows(analyst, "SELECT count(*) FROM essays.document") == [(2,)]


def test_a_page_of_that_address_is_the_same_document_and_better_evidence(
    store: Store, analyst: Store, tmp_path: Path
) -> None:
    load(store, tmp_path / "in", pond=note(POND))
    load_page(store, Address("url:blog.example.net/p/pond", AT), POND_AGAIN, None)
    load(store, tmp_path / "again", pond=note(POND + "末尾多一句。"))
    assert rows(analyst, "SELECT revision_number, cause, text FROM essays.revision ORDER BY 1") == [
        (1, "first", POND), (2, "better_evidence", POND_AGAIN)]  # fmt: skip


def test_a_seed_stays_a_document_of_its_own_whose_declared_address_is_found(
    store: Store, analyst: Store, tmp_path: Path
) -> None:
    plant(store, tmp_path / "own", a=note(POND), b=note(f"{BRIDGE}参见[水位]({AT}#top)。", None, "新桥"))
    found = "SELECT o.corpus, o.title FROM essays.relation r JOIN essays.document o ON o.document_id = r.other_document_id WHERE r.kind = 'links_to'"
    assert rows(analyst, found) == [("seed", "水位")]
    assert rows(analyst, "SELECT * FROM essays.missing") == []
    assert "revision" in {event for (event,) in rows(analyst, f"SELECT event FROM essays.why('{AT}?utm_source=y')")}
    assert rows(
        analyst,
        f"SELECT essays.resolve_document('{AT}') = (SELECT document_id FROM essays.document WHERE title = '水位')",
    ) == [(True,)]
    load(store, tmp_path / "in", pond=note(POND_AGAIN))
    assert rows(analyst, "SELECT corpus, count(*) FROM essays.document GROUP BY 1 ORDER BY 1") == [
        ("ingested", 1),
        ("seed", 2),
    ]
    assert rows(analyst, found) == [("ingested", "水位")]

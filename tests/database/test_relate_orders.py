"""What relating finds is a function of the texts: the order of loading and the number of workers make no difference."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ingest import pipeline
from ingest.model import Address, Essay, Look, Obtained, Reading, Snapshot, State
from ingest.settings import settings
from ingest.similarity import relating
from ingest.store import Store, face
from ingest.store.record import record

from ..conftest import ROOT, database_url, new_database, rows
from .test_relate import edited, look, prose

STATE = {
    "relations": "SELECT a.key, kind, other_key, share, other_share FROM essays.relation JOIN ingest.document a USING (document_id)"
                 " WHERE basis = 'measured'",
    "passages": "SELECT a.key, b.key, p.kind, from_char, to_char, other_from_char, other_to_char FROM essays.passage p"
                " JOIN ingest.document a USING (document_id) JOIN ingest.document b ON b.document_id = other_document_id",
    "questions": "SELECT key_a, key_b, evidence_sha, answer FROM ingest.review",
    "texts": "SELECT d.key, r.fold_sha FROM ingest.document d JOIN ingest.revision r ON r.revision_id = d.current_revision_id",
    "works": "SELECT key, w.work_id, copy_count, best_document_id, is_listed FROM ingest.document JOIN ingest.work w USING (work_id)",
}  # fmt: skip


def state(store: Store) -> dict[str, list[str]]:
    """What was found, by keys that no order of loading gives."""
    return {
        name: sorted(str([bytes(v) if isinstance(v, memoryview) else v for v in row]) for row in rows(store, query))
        for name, query in STATE.items()
    }


def essays(count: int, groups: Sequence[int] = (3, 9, 17, 65)) -> list[Look]:
    """Essays of which some share a passage with 2, 8, 16 or 64 others, and some are copies, doubtful copies and excerpts."""
    pick = random.Random(count)
    texts = [prose(1000 + n, 14) for n in range(count)]
    for number, size in enumerate(groups):
        passage = prose(900 + number, 5)
        for n in pick.sample(range(count), min(size, count)):
            texts[n] += "\n\n" + passage
    for n in range(count // 6):
        source, target = pick.sample(range(count), 2)
        text = texts[source]
        made = (edited(text), text[100:400], text + prose(800 + n, 4), prose(700 + n, 8) + text[200:500])
        texts[target] = made[n % 4]
    return [look(f"essay{n}", text) for n, text in enumerate(texts)]


def load(store: Store, looks: Sequence[Look], size: int) -> None:
    run_id = pipeline.open_run(store, "links")
    for start in range(0, len(looks), size):
        record(store, run_id, looks[start : start + size], "readers")
        pipeline.relate(store)
    assert face.inconsistencies(store) == []


def loaded(server: str, template: str, looks: Sequence[Look], size: int) -> dict[str, list[str]]:
    with new_database(server, template) as name:
        store = Store(database_url(name, "loader"))
        load(store, looks, size)
        found = state(store)
        store.close()
    return found


@pytest.mark.parametrize(("count", "size", "orders"), [(48, 7, 2), pytest.param(300, 25, 5, marks=pytest.mark.slow)])
def test_shuffled_orders_find_the_same(server: str, template: str, count: int, size: int, orders: int) -> None:
    looks = essays(count)
    at_once = loaded(server, template, looks, count)
    assert all(at_once.values())
    for order in range(orders):
        shuffled = random.Random(order).sample(looks, count)
        assert loaded(server, template, shuffled, size) == at_once


@pytest.fixture
def packing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ESSAYS_PACK_FINGERPRINTS", "true")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def known_by_address(name: str, text: str, native: str | None) -> Look:
    """A page of WeChat whose identity is known, or not yet."""
    address = Address(f"wechat:s/{name:A<22}", f"https://mp.weixin.qq.com/s/{name:A<22}", "wechat")
    essay = Essay(text, text, name, title=name, native_id=native, url=address.url)
    reading = Reading(State.ARTICLE, "wechat/1", "wechat", essay, addresses=(address,))
    key = f"wechat:{native}" if native else address.key
    return Look(address, Snapshot(text.encode()), reading, "network", Obtained.FETCHED, "ingested", "links",
                f"{name} {native}", key)  # fmt: skip


@pytest.mark.parametrize(("count", "size", "orders"), [(40, 9, 1), pytest.param(200, 20, 4, marks=pytest.mark.slow)])
def test_edits_merges_packing_and_relating_all_again_leave_what_one_load_finds(
    server: str, template: str, packing: None, count: int, size: int, orders: int
) -> None:
    final = essays(count, (3, 9, 17, 40))
    pages = [known_by_address(f"page{n}", str(one.reading.essay.text), f"biz/{n}/1") for n, one in enumerate(final[:4])]
    expected = loaded(server, template, [*final[4:], *pages], count)
    for order in range(orders):
        pick = random.Random(order)
        # A third had another's text at first, two pages were known by their address alone.
        first = [look(str(one.reading.essay.title), prose(5000 + n, 3) + final[n - 1].reading.essay.text[-350:])
                 for n, one in enumerate(final) if n % 3 == 0 and n > 3]  # fmt: skip
        first += [known_by_address(f"page{n}", str(final[n].reading.essay.text), None) for n in range(2)]
        looks = pick.sample(first, len(first)) + pick.sample([*final[4:], *pages], count)
        with new_database(server, template) as name:
            store = Store(database_url(name, "loader"))
            for start in range(0, len(looks), size):
                load(store, looks[start : start + size], size)
                if start // size % 2:
                    relating.pack(store, share=0)
            assert state(store) == expected
            assert relating.measure_again(store) == (count, [])
            relating.relate_all(store)
            assert state(store) == expected
            store.close()


@pytest.mark.slow
def test_workers_that_load_relate_pack_and_forget_at_the_same_time_find_the_same(
    server: str, template: str, packing: None
) -> None:
    looks = essays(150)
    expected = loaded(server, template, looks, 150)
    with new_database(server, template) as name:
        store = Store(database_url(name, "loader"))

        def work(number: int) -> None:
            own = Store(database_url(name, "loader"))
            run_id = pipeline.open_run(own, "links")
            for start in range(0, 50, 10):
                record(own, run_id, looks[number * 50 + start : number * 50 + start + 10], "readers")
                pipeline.relate(own)
                relating.pack(own, share=0)
            if number == 0:
                own.ask("relate", "forget")
            own.close()

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(work, range(3)))
        pipeline.relate(store)
        assert state(store) == expected
        assert relating.measure_again(store) == (150, [])
        store.close()


@pytest.mark.slow
def test_two_seedings_of_one_folder_with_some_killed_find_what_one_finds(
    server: str, template: str, tmp_path: Path
) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for one in essays(150):
        (folder / f"{one.reading.essay.title}.txt").write_text(str(one.reading.essay.text), "utf-8")

    def seed(name: str) -> subprocess.Popen[str]:
        urls = {"ESSAYS_DATABASE_URL": database_url(name), "ESSAYS_LOADER_URL": database_url(name, "loader"),
                "ESSAYS_ANALYST_URL": database_url(name, "analyst")}  # fmt: skip
        return subprocess.Popen([sys.executable, "-m", "ingest", "seed", str(folder)], cwd=ROOT, text=True,
                                env=os.environ | urls, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip

    def finish(one: subprocess.Popen[str]) -> None:
        said = one.communicate(timeout=300)[0]
        assert one.returncode == 0, said

    with new_database(server, template) as name:
        finish(seed(name))
        store = Store(database_url(name, "loader"))
        expected = state(store)
        store.close()
    pick = random.Random(1)
    for _ in range(3):
        with new_database(server, template) as name:
            store = Store(database_url(name, "loader"))
            pair = [seed(name), seed(name)]
            while not face.counts(store)["documents"]:
                time.sleep(0.05)
            time.sleep(pick.uniform(0, 1.5))
            pair[0].send_signal(signal.SIGKILL)
            pair[0].communicate()
            finish(pair[1])
            last = [seed(name), seed(name)]
            for one in last:
                finish(one)
            assert face.counts(store)["unrelated"] == 0
            assert state(store) == expected
            assert relating.measure_again(store) == (150, [])
            store.close()

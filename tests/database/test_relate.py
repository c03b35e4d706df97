"""What documents are to one another, measured when they are loaded: near copies, excerpts, quotations, works."""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from typing import Any

import pytest

from ingest import pipeline, similarity
from ingest.model import Address, Completeness, Essay, IngestError, Look, Obtained, Published, Reading, Snapshot, State
from ingest.settings import settings
from ingest.similarity import relating
from ingest.store import Store, face
from ingest.store.record import record

from ..conftest import database_url, execute, rows

WORDS = """模型 参数 数据 算力 损失 曲线 规模 能力 涌现 推理 训练 语料 词元 注意 记忆 样本 评测 工具 代理 上下文 长度
成本 延迟 开源 闭源 论文 实验 假设 证据 边界 风险 对齐 反馈 奖励 搜索 采样 温度 梯度 优化 收敛 泛化 迁移 蒸馏 量化 剪枝""".split()  # noqa: SIM905


def prose(seed: int, sentences: int = 40) -> str:
    """A text of its own: sentences that no other seed has."""
    pick = random.Random(seed)
    lines = []
    for n in range(sentences):
        words = "".join(pick.choice(WORDS) + pick.choice("的与在把被让从到向为") for _ in range(pick.randint(6, 12)))
        lines.append(f"{words}第{seed}之{n}。" + ("\n\n" if n % 5 == 4 else ""))
    return "".join(lines).strip()


def edited(text: str, share: float = 0.1, seed: int = 0) -> str:
    """The text with a share of its sentences changed."""
    pick = random.Random(seed)
    return "。".join(one + "改了" if pick.random() < share else one for one in text.split("。"))


def look(name: str, text: str, day: str | None = None, completeness: Completeness = Completeness.FULL) -> Look:
    from datetime import datetime

    published = Published(datetime.fromisoformat(f"{day}T00:00:00+08:00")) if day else None
    essay = Essay(text, text, name, title=name, published=published, completeness=completeness)
    address = Address(f"url:{name}.example.com/", f"https://{name}.example.com/")
    return Look(address, Snapshot(text.encode()), Reading(State.ARTICLE, "web/1", None, essay), "network",
                Obtained.FETCHED, "ingested", "links", f"{name} {len(text)}", address.key)  # fmt: skip


def load(store: Store, *looks: Look, relate: bool = True) -> None:
    run_id = pipeline.open_run(store, "links")
    for one in looks:
        record(store, run_id, [one], "readers")
    if relate:
        pipeline.relate(store)
        assert face.inconsistencies(store) == []


RELATIONS = """SELECT a.title, kind, b.title FROM essays.relation r JOIN essays.document a USING (document_id)
    JOIN essays.document b ON b.document_id = r.other_document_id WHERE basis = 'measured' ORDER BY 1, 2, 3"""


def test_a_near_copy_is_one_work_with_its_original(store: Store) -> None:
    text = prose(1)
    load(
        store, look("original", text, "2025-01-01"), look("repost", edited(text), "2025-02-01"), look("other", prose(2))
    )
    assert rows(store, RELATIONS) == [("original", "near_copy", "repost"), ("repost", "near_copy", "original")]
    assert rows(store, "SELECT title, copy_count FROM essays.essay ORDER BY 1") == [("original", 2), ("other", 1)]


def test_an_excerpt_stays_a_work_unless_it_says_that_it_is_one(store: Store) -> None:
    whole = prose(3, 80)
    part = whole[400:1200]
    load(store, look("whole", whole), look("column", part), look("note", part[:500], completeness=Completeness.EXCERPT))
    assert ("column", "excerpt_of", "whole") in rows(store, RELATIONS)
    assert ("note", "excerpt_of", "whole") in rows(store, RELATIONS)
    assert rows(store, "SELECT title FROM essays.essay ORDER BY 1") == [("column",), ("whole",)]


def test_a_measured_excerpt_is_hidden_once_the_essay_that_holds_it_is_here(store: Store) -> None:
    whole = prose(4, 80)
    load(store, look("note", whole[300:900], completeness=Completeness.EXCERPT))
    assert rows(store, "SELECT title FROM essays.essay") == [("note",)]
    load(store, look("whole", whole))
    assert rows(store, "SELECT title FROM essays.essay") == [("whole",)]


def test_who_published_later_quotes_and_the_passage_is_the_one_in_both_texts(store: Store) -> None:
    first, second = prose(5), prose(6)
    passage = first[200:500]
    second = second[:600] + passage + second[600:]
    load(store, look("later", second, "2025-03-01"), look("earlier", first, "2025-01-01"))
    assert rows(store, RELATIONS) == [("later", "quotes", "earlier")]
    ((text, other, cut),) = rows(
        store,
        "SELECT p.text, p.other_text, substr(d.text, p.from_char, p.to_char - p.from_char + 1) FROM essays.passage p"
        " JOIN essays.document d USING (document_id) WHERE d.title = 'later'",
    )
    assert text == cut == other
    assert str(passage) in str(text) and len(str(text)) < len(passage) + 30
    ((a,), (b,)) = rows(store, "SELECT document_id FROM essays.document ORDER BY title")
    assert rows(store, f"SELECT a_text = b_text, a_from, b_from - a_from FROM essays.compare({a}, {b})")[0][0] is True


def test_a_new_revision_replaces_fingerprints_and_relations_and_leaves_the_work(store: Store) -> None:
    text = prose(7)
    load(store, look("original", text), look("repost", edited(text)))
    before = rows(store, "SELECT count(*) FROM ingest.fingerprint")[0][0]
    load(store, look("repost", prose(8)))
    assert rows(store, RELATIONS) == []
    assert rows(store, "SELECT title, copy_count FROM essays.essay ORDER BY 1") == [("original", 1), ("repost", 1)]
    assert rows(store, "SELECT count(*) FROM ingest.fingerprinted") == [(2,)]
    assert rows(store, "SELECT count(*) FROM ingest.match UNION ALL SELECT count(*) FROM ingest.passage") == [
        (0,),
        (0,),
    ]
    assert abs(rows(store, "SELECT count(*) FROM ingest.fingerprint")[0][0] - before) < 10
    assert rows(
        store,
        """SELECT count(*) FROM ingest.fingerprint f
        WHERE NOT EXISTS (SELECT FROM ingest.fingerprinted n WHERE n.number = f.key & 16777215)""",
    ) == [(0,)]


TEXT = prose(9)
CHAIN = [look("a", TEXT, "2025-01-01"), look("b", edited(TEXT, 0.1, 1), "2025-01-02"),
         look("c", edited(edited(TEXT, 0.1, 1), 0.1, 2), "2025-01-03"), look("d", TEXT + prose(10, 60))]  # fmt: skip


@pytest.mark.parametrize("order", list(permutations(range(4)))[::5])
def test_the_order_of_loading_does_not_matter(store: Store, order: tuple[int, ...]) -> None:
    for n in order:
        load(store, CHAIN[n])
    assert rows(store, "SELECT title, copy_count FROM essays.essay ORDER BY title") == [("a", 3), ("d", 1)]
    assert [row for row in rows(store, RELATIONS) if row[1] == "excerpt_of"] == [
        ("a", "excerpt_of", "d"), ("b", "excerpt_of", "d"), ("c", "excerpt_of", "d")]  # fmt: skip


@pytest.mark.parametrize("order", range(3))
def test_relations_do_not_depend_on_how_many_had_a_passage_before(store: Store, order: int) -> None:
    passage = prose(40)[:200]
    looks = [look(f"essay{n}", prose(50 + n, 12) + passage + prose(60 + n, 12)) for n in range(5)]
    looks += [look("source", prose(40)), look("copy", edited(prose(40)))]
    random.Random(order).shuffle(looks)
    for one in looks:
        load(store, one)
    found = rows(store, RELATIONS)
    assert ("source", "near_copy", "copy") in found
    relating.relate_all(store)
    assert rows(store, RELATIONS) == found


def test_near_twins_that_come_at_the_same_time_find_each_other(store: Store, database: str) -> None:
    texts = [prose(100 + n, 12) for n in range(24)]
    load(store, *(look(f"one{n}", text) for n, text in enumerate(texts)), relate=False)
    load(store, *(look(f"two{n}", edited(text, 0.1)) for n, text in enumerate(texts)), relate=False)

    def work(_: int) -> int:
        own = Store(database_url(database, "loader"))
        try:
            return pipeline.relate(own)
        finally:
            own.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) >= 48
    pipeline.relate(store)
    assert rows(store, "SELECT count(*), min(copy_count), max(copy_count) FROM essays.essay") == [(24, 2, 2)]
    assert face.inconsistencies(store) == []


def test_a_crash_before_the_end_is_made_good_by_the_next_call(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    text = prose(11)
    load(store, look("original", text), look("repost", edited(text)), relate=False)
    with monkeypatch.context() as then:
        then.setattr(relating, "_measure", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            pipeline.relate(store)
    assert rows(store, "SELECT count(*) FROM ingest.fingerprinted") == [(2,)]
    assert rows(store, "SELECT count(*) FROM ingest.revision WHERE related_at IS NULL") == [(2,)]
    assert pipeline.relate(store) == 2
    assert rows(store, "SELECT count(*) FROM essays.essay") == [(1,)]


def test_relating_all_again_gives_the_same(store: Store) -> None:
    for one in CHAIN:
        load(store, one)
    before = rows(store, RELATIONS), rows(store, "SELECT * FROM essays.passage ORDER BY 1, 2, 4")
    assert pipeline.relate_all(store) == 4
    assert (rows(store, RELATIONS), rows(store, "SELECT * FROM essays.passage ORDER BY 1, 2, 4")) == before
    assert face.inconsistencies(store) == []


DOUBTFUL = [look("original", prose(12)), look("longer", prose(12) + prose(13, 11))]
QUESTIONS = "SELECT answer FROM ingest.review ORDER BY asked_at, answer"


def answer(store: Store, given: str) -> None:
    (a,), (b,) = rows(store, "SELECT document_id FROM essays.document WHERE title IN ('original', 'longer')")
    relating.answer(store, int(str(a)), int(str(b)), given, "somebody")
    assert face.inconsistencies(store) == []


def test_a_near_copy_that_is_barely_one_waits_for_a_person(store: Store) -> None:
    load(store, *DOUBTFUL)
    assert [row[1] for row in rows(store, RELATIONS)] == ["near_copy", "near_copy"]
    assert rows(store, QUESTIONS) == [(None,)]
    assert rows(store, "SELECT copy_count FROM essays.essay") == [(1,), (1,)]


@pytest.mark.parametrize(("given", "works"), [("same", [(2,)]), ("different", [(1,), (1,)])])
def test_an_answer_is_kept_while_the_texts_stay(store: Store, given: str, works: list[tuple[int, ...]]) -> None:
    load(store, *DOUBTFUL)
    answer(store, given)
    assert rows(store, "SELECT copy_count FROM essays.essay") == works
    load(store, look("other", prose(14)))
    relating.relate_all(store)
    assert rows(store, "SELECT copy_count FROM essays.essay WHERE title <> 'other'") == works
    assert rows(store, QUESTIONS) == [(given,)]


def test_an_answer_is_asked_for_again_only_while_the_texts_are_others(store: Store) -> None:
    load(store, *DOUBTFUL)
    answer(store, "same")
    load(store, look("longer", prose(12) + prose(13, 11) + "又补了一句,说的是另一件事情,与前面没有关系。"))
    assert rows(store, QUESTIONS) == [("same",), (None,)]
    assert rows(store, "SELECT copy_count FROM essays.essay") == [(1,), (1,)]
    load(store, look("longer", prose(12) + prose(13, 11)))
    assert rows(store, QUESTIONS) == [("same",)]
    assert rows(store, "SELECT copy_count FROM essays.essay") == [(2,)]


def test_a_question_that_no_longer_arises_is_taken_back(store: Store) -> None:
    load(store, *DOUBTFUL)
    load(store, look("longer", prose(15)))
    assert rows(store, QUESTIONS) == []


@pytest.mark.parametrize(("a", "b", "given"), [(1, 2, "same"), (1, 2, "perhaps")])
def test_an_answer_to_no_question_changes_nothing(store: Store, a: int, b: int, given: str) -> None:
    load(store, *DOUBTFUL)
    with pytest.raises(IngestError, match=r"Nobody asks about 1 and 2|is no answer"):
        relating.answer(store, a, b, given, "somebody")
    assert rows(store, QUESTIONS) == [(None,)]


BREAK = {
    "UPDATE ingest.side SET share_a = 0.5": "shares something else with others",
    "DELETE FROM ingest.side": "the relation is not the measured one",
    "UPDATE ingest.match SET share_a = 0.5": "the relation is not the measured one",
    "DELETE FROM ingest.passage": "the relation is not the measured one",
    "DELETE FROM ingest.fingerprint": "fingerprints are missing",
    "UPDATE ingest.document SET work_id = (SELECT min(work_id) FROM ingest.work)": "holds what are no copies",
}


@pytest.mark.parametrize("harm", list(BREAK))
def test_measuring_again_notices_what_is_wrong(store: Store, database: str, harm: str) -> None:
    load(store, *CHAIN, *DOUBTFUL)
    assert relating.measure_again(store) == (6, [])
    assert relating.measure_again(store, sample=2) == (2, [])
    execute(database_url(database), harm)
    count, differing = relating.measure_again(store)
    assert count == 6
    assert any(BREAK[harm] in line for line in differing), differing


def test_nothing_is_measured_again_while_documents_wait(store: Store) -> None:
    load(store, *CHAIN, relate=False)
    assert relating.measure_again(store) == (0, [])


def test_a_thousand_copies_and_boilerplate_on_all_of_them_are_bounded(store: Store) -> None:
    footer = prose(15, 4)
    load(store, *(look(f"copy{n}", TEXT + f"\n\n转自第{n}号。") for n in range(60)), relate=False)
    load(store, *(look(f"own{n}", prose(200 + n, 10) + "\n\n" + footer) for n in range(60)), relate=False)
    assert pipeline.relate(store) == 120
    assert rows(store, "SELECT count(*), max(copy_count) FROM essays.essay") == [(61, 60)]
    assert rows(store, "SELECT count(*) FROM ingest.match")[0][0] <= 16 * 120


@pytest.fixture
def packing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ESSAYS_PACK_FINGERPRINTS", "true")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def found(store: Store, text: str) -> dict[int, list[int]]:
    rows_ = store.ask("relate", "look_up", probes=similarity.probes(text).tolist(), most=17)
    return {row.probe: row.numbers for row in rows_}


def test_packed_fingerprints_answer_as_rows_do_at_an_eighth_of_the_size(store: Store, packing) -> None:
    texts = [prose(300 + n, 30) for n in range(40)]
    footer = prose(16, 6)
    load(store, *(look(f"doc{n}", text + "\n\n" + footer) for n, text in enumerate(texts)))
    before = [found(store, text + footer) for text in texts]
    assert relating.pack(store) == 64
    assert rows(store, "SELECT count(*) FROM ingest.fingerprint") == [(0,)]
    assert [found(store, text + footer) for text in texts] == before
    assert relating.pack(store) == 0, "nothing grew since"
    load(store, look("late", edited(texts[3])))
    assert ("late", "near_copy", "doc3") in rows(store, RELATIONS)
    assert relating.pack(store, share=0) == 64
    assert ("late", "near_copy", "doc3") in rows(store, RELATIONS)
    assert pipeline.relate_all(store) == 41
    assert ("late", "near_copy", "doc3") in rows(store, RELATIONS)


def test_a_revision_that_was_packed_and_replaced_is_found_no_more(store: Store, packing) -> None:
    old, new = prose(17), prose(18)
    load(store, look("one", old))
    relating.pack(store)
    load(store, look("one", new))
    load(store, look("other", edited(old)))
    assert rows(store, RELATIONS) == []
    relating.pack(store, share=0)
    assert rows(
        store,
        """SELECT count(*) FROM ingest.fingerprint_leaf, unnest(keys) key
        WHERE (key & 16777215) NOT IN (SELECT number FROM ingest.fingerprinted)""",
    ) == [(0,)]
    load(store, look("third", edited(new)))
    assert ("third", "near_copy", "one") in rows(store, RELATIONS)


def test_loading_and_packing_at_the_same_time_lose_and_double_nothing(store: Store, database: str, packing) -> None:
    texts = [prose(400 + n, 15) for n in range(60)]
    load(store, *(look(f"doc{n}", text) for n, text in enumerate(texts)), relate=False)

    def work(what: int) -> None:
        own = Store(database_url(database, "loader"))
        try:
            for _ in range(6):
                (pipeline.relate if what < 2 else lambda s: relating.pack(s, share=0))(own)
        finally:
            own.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    pipeline.relate(store)
    keys = "SELECT key FROM ingest.fingerprint UNION ALL SELECT unnest(keys) FROM ingest.fingerprint_leaf"
    expected = sum(len(similarity.fingerprints(text)) for text in texts)
    assert rows(store, f"SELECT count(*), count(DISTINCT key) FROM ({keys}) k") == [(expected, expected)]


def waits_for_a_lock(store: Store) -> bool:
    return rows(store, """SELECT count(*) > 0 FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'""") == [(True,)]  # fmt: skip


def test_a_worker_that_was_slow_to_compare_loses_nothing_that_another_found_meanwhile(
    store: Store, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = prose(31)
    load(store, look("one", text), look("two", edited(text)), relate=False)
    monkeypatch.setattr(relating, "BATCH", 1)
    compared, go_on, measure = threading.Event(), threading.Event(), relating._measure

    def slow(*given: Any) -> Any:
        found = measure(*given)
        if threading.current_thread().name == "slow":
            compared.set()
            go_on.wait(60)
        return found

    def work() -> None:
        own = Store(database_url(database, "loader"))
        try:
            relating.relate(own)
        finally:
            own.close()

    monkeypatch.setattr(relating, "_measure", slow)
    first, second = threading.Thread(target=work, name="slow"), threading.Thread(target=work)
    first.start()
    assert compared.wait(60)
    second.start()
    while second.is_alive() and not waits_for_a_lock(store):
        time.sleep(0.01)
    go_on.set()
    first.join()
    second.join()
    assert rows(store, RELATIONS) == [("one", "near_copy", "two"), ("two", "near_copy", "one")]
    assert rows(store, "SELECT copy_count FROM essays.essay") == [(2,)]

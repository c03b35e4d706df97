"""Lines that recur on a host are its chrome: counted by texts, kept with their words, whatever the order of the pages."""

from __future__ import annotations

import random
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from ingest import pipeline
from ingest.crawl import worker
from ingest.intake import imports, reread, submit
from ingest.model import Address, Evidence, Look, Obtained, Reading, Snapshot, State
from ingest.read import read_bytes, readers
from ingest.store import Connection, Store, lines
from ingest.store.record import record

from ..conftest import ROOT, database_url, rows

HOST = "river.example.com"
MOTTO, LIKED, MORE = "河湾网，每天一篇好文章", "觉得好就寄给一位朋友吧", "河湾网的编辑部在旧船坞二楼"
FOOTER = (LIKED, MORE)
SUBJECTS = ["书店", "渡口", "茶馆", "钟楼", "果园", "邮局", "粮仓", "码头"]


def said(subject: str, number: int) -> tuple[str, ...]:
    """Four paragraphs that no other subject has."""
    return tuple(
        f"{subject}的第{part}段写在{number}月，说的是{subject}旁边住着的人怎样过{what}，谁也没有觉得麻烦，"
        f"只是到了{number + part}号，{subject}的门总是先开半扇，等看清了来人，再开另外半扇，于是大家都记住了{subject}。"
        for part, what in enumerate(("立冬", "小雪", "大寒", "清明"), 1)
    )


def page(subject: str, text: Sequence[str], head: Sequence[str] = (), tail: Sequence[str] = FOOTER) -> str:
    body = "".join(f"<p>{line}</p>" for line in (*head, *text, *tail))
    return (
        f"<!doctype html><html><head><meta charset=utf-8><title>{subject}纪事</title></head><body>"
        f"<article><h1>{subject}纪事</h1>{body}</article></body></html>"
    )


def pages(count: int, **parts: Sequence[str]) -> dict[str, str]:
    """So many pages of distinct texts, by their paths."""
    return {f"/{n}": page(subject, said(subject, n), **parts) for n, subject in enumerate(SUBJECTS[:count], 1)}


def looks(made: dict[str, str], host: str = HOST) -> list[Look]:
    found = []
    for path, html in made.items():
        url = f"https://{host}{path}"
        snapshot, address = Snapshot(html.encode()), Address(f"url:{host}{path}", url)
        reading = read_bytes(snapshot.data, url)
        assert reading.essay is not None
        found.append(
            Look(address, snapshot, reading, "network", Obtained.FETCHED, "ingested", "links", url, address.key,
                 http_status=200, final_url=url)
        )  # fmt: skip
    return found


def store_one_by_one(store: Store, made: dict[str, str], host: str = HOST) -> None:
    for look in looks(made, host):
        record(store, pipeline.open_run(store, "links"), [look], readers())


def ends(store: Store) -> list[tuple[object, ...]]:
    """Of each document in the order of its path: whether the footer is in its text, and which lines are chrome of it."""
    return rows(
        store,
        f"""SELECT d.url, r.text LIKE '%%{MORE}%%', r.markdown LIKE '%%{MORE}%%', ARRAY(
            SELECT s.data ->> 'text' FROM ingest.segment s WHERE s.revision_id = r.revision_id AND s.kind = 'chrome'
                AND s.data ->> 'type' = 'recurring' ORDER BY s.n)
        FROM ingest.document d JOIN ingest.revision r ON r.revision_id = d.current_revision_id ORDER BY d.url""",
    )


def causes(store: Store) -> list[tuple[object, ...]]:
    return rows(
        store,
        """SELECT d.url, string_agg(r.cause, ' ' ORDER BY r.number) FROM ingest.document d JOIN ingest.revision r
        USING (document_id) GROUP BY d.url ORDER BY d.url""",
    )


def counted(store: Store) -> set[tuple[object, ...]]:
    """How often lines were counted, and how many lines that is of."""
    return set(rows(store, "SELECT texts, count(*) FROM ingest.host_line WHERE line <> 0 GROUP BY texts"))


def url(number: int) -> str:
    return f"https://{HOST}/{number}"


LEFT, TAKEN = (True, True, []), (False, False, [*FOOTER])


def test_the_third_page_of_a_host_is_read_without_what_recurs_and_keeps_it_as_chrome(store: Store) -> None:
    store_one_by_one(store, pages(4))
    assert ends(store) == [(url(1), *LEFT), (url(2), *LEFT), (url(3), *TAKEN), (url(4), *TAKEN)]
    assert {cause for _, cause in causes(store)} == {"first"}
    for subject in SUBJECTS[2:4]:
        assert rows(store, f"SELECT count(*) FROM ingest.revision WHERE text LIKE '%%{subject}的第4段%%'") == [(1,)]


def test_pages_that_came_too_early_are_read_again_once_and_the_cause_is_the_reader(store: Store) -> None:
    store_one_by_one(store, pages(5))
    assert reread.recurring(store) == 2
    assert ends(store) == [(url(n), *TAKEN) for n in range(1, 6)]
    assert [cause for _, cause in causes(store)] == ["first reader_change"] * 2 + ["first"] * 3
    assert reread.recurring(store) == 0 and reread.plan(store) == []
    store_one_by_one(store, pages(5))
    assert [cause for _, cause in causes(store)] == ["first reader_change"] * 2 + ["first"] * 3


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_pages_makes_no_difference_in_the_end(store: Store, seed: int) -> None:
    made = list(pages(6).items())
    random.Random(seed).shuffle(made)
    store_one_by_one(store, dict(made))
    reread.recurring(store)
    assert ends(store) == [(url(n), *TAKEN) for n in range(1, 7)]


def test_one_batch_of_a_host_is_read_as_its_pages_one_by_one(store: Store) -> None:
    record(store, pipeline.open_run(store, "links"), looks(pages(4)), readers())
    assert ends(store) == [(url(1), *LEFT), (url(2), *LEFT), (url(3), *TAKEN), (url(4), *TAKEN)]


def test_a_repeated_look_at_a_document_counts_nothing(store: Store) -> None:
    run_id = pipeline.open_run(store, "links")
    for _ in range(3):
        record(store, run_id, looks(pages(1)), readers())
        store_one_by_one(store, pages(1))
        edited = {"/1": page("书店", (*said("书店", 1), "后来又添了一句。"))}
        store_one_by_one(store, edited)
    assert {texts for texts, _ in counted(store)} == {1}
    assert ends(store) == [(url(1), *LEFT)]


def test_a_page_counts_that_comes_after_the_body_of_its_feed(store: Store) -> None:
    for look in looks(pages(4)):
        essay = look.reading.essay
        assert essay is not None
        short = replace(essay, text=essay.text[:200], markdown=essay.text[:200])
        body = Reading(State.ARTICLE, "feed/1", None, short, addresses=(look.address,), evidence=Evidence.REDUCED)
        fed = replace(look, reading=body, how="feed", obtained=Obtained.FEED, origin=f"feed {look.origin}")
        for one in (fed, look):
            record(store, pipeline.open_run(store, "links"), [one], readers())
    assert rows(store, "SELECT max(texts) FROM ingest.host_line") == [(4,)]
    assert [row[1:] for row in ends(store)] == [LEFT, LEFT, TAKEN, TAKEN]


def test_only_pages_are_read_again_as_pages(store: Store) -> None:
    for number, look in enumerate(looks(pages(4)), 1):
        essay = look.reading.essay
        assert essay is not None
        longer = replace(essay, text=essay.text * 9, markdown=essay.markdown * 9)
        body = Reading(State.ARTICLE, "feed/1", None, longer, addresses=(look.address,), evidence=Evidence.REDUCED)
        fed = replace(
            look,
            reading=body,
            snapshot=Snapshot(b"a feed"),
            how="feed",
            obtained=Obtained.FEED,
            origin=f"feed {look.origin}",
        )
        for one in (fed, look, replace(fed, origin="once more")) if number == 1 else (look,):
            record(store, pipeline.open_run(store, "links"), [one], readers())
    assert reread.recurring(store) == 1, "the first page shrank, so that its feed's body stands until a person looks"
    assert [cause for _, cause in causes(store)] == ["first", "first reader_change", "first", "first"]


def test_workers_at_once_count_every_document_once(store: Store, database: str) -> None:
    made, stores = looks(pages(8)), [Store(database_url(database, "loader")) for _ in range(4)]
    runs = [pipeline.open_run(store, "links") for _ in made]

    def work(number: int) -> bool:
        return record(stores[number % 4], runs[number], [made[number % len(made)]], readers())

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, [*range(8), *range(8)]))
    for one in stores:
        one.close()
    assert rows(store, "SELECT max(texts) FROM ingest.host_line") == [(8,)]
    reread.recurring(store)
    assert ends(store) == [(url(n), *TAKEN) for n in range(1, 9)]


def test_one_essay_at_many_addresses_is_no_chrome_of_its_host(store: Store) -> None:
    poem = [f"第{n}行是一只鸟，落在{SUBJECTS[n % 8]}的第{n}根檐上" for n in range(40)]
    store_one_by_one(store, {f"/copy/{n}": page("檐上", poem, tail=()) for n in range(5)})
    assert {texts for texts, _ in counted(store)} == {1}
    assert reread.recurring(store) == 0
    assert rows(store, "SELECT DISTINCT length(text) FROM ingest.revision") == [(len("\n\n".join(poem)),)]


def test_two_copies_that_are_stored_at_the_same_moment_count_once(store: Store, database: str) -> None:
    store_one_by_one(store, pages(1), host="other.example.com")  # so that they share nothing that is new but their host
    html = next(iter(pages(1).values()))
    made, other = looks({"/one": html, "/two": html}), Store(database_url(database, "loader"))
    runs = [pipeline.open_run(store, "links") for _ in made]
    together = threading.Barrier(2)

    def meet(_: Connection) -> bool:
        with suppress(threading.BrokenBarrierError):  # the second can't be here before the first is stored
            together.wait(timeout=0.5)
        return True

    with ThreadPoolExecutor(2) as pool:
        stored = [
            pool.submit(record, each, runs[n], [made[n]], readers(), meet) for n, each in enumerate((store, other))
        ]
        assert all(one.result() for one in stored)
    other.close()
    assert rows(store, f"SELECT DISTINCT texts FROM ingest.host_line WHERE host = '{HOST}' AND line <> 0") == [(1,)]


def test_copies_are_read_again_with_the_texts_that_count(store: Store) -> None:
    one, two, three = pages(3).values()
    store_one_by_one(store, {"/1": one, "/1/copy": one, "/2": two, "/2/copy": two})
    assert [row[1:] for row in ends(store)] == [LEFT] * 4
    store_one_by_one(store, {"/3": three})
    reread.recurring(store)
    assert [row[1:] for row in ends(store)] == [TAKEN] * 5


def test_a_long_introduction_and_a_refrain_in_the_middle_stay_in_the_text(store: Store) -> None:
    intro = "这是河湾随笔的又一篇，写的是河边的人和事，作者住在旧船坞，每个月写一篇，已经写了很多年，" * 4
    refrain = "河水照旧往东流。"
    for n, subject in enumerate(SUBJECTS[:5], 1):
        text = said(subject, n)
        made = page(subject, (intro, *text[:2], refrain, *text[2:]), head=(MOTTO,), tail=())
        store_one_by_one(store, {f"/{n}": made})
    reread.recurring(store)
    kept = rows(store, f"SELECT count(*) FROM essays.document WHERE text LIKE '%%{intro[:40]}%%{refrain}%%'")
    gone = rows(store, f"SELECT count(*) FROM essays.document WHERE text LIKE '%%{MOTTO}%%'")
    said_as_chrome = rows(
        store, f"SELECT count(DISTINCT revision_id) FROM ingest.segment WHERE data ->> 'text' = '{MOTTO}'"
    )
    assert (kept, gone, said_as_chrome) == ([(5,)], [(0,)], [(5,)])


def test_an_edit_is_an_edit_and_a_footer_that_is_known_by_now_is_none(store: Store) -> None:
    store_one_by_one(store, pages(4))
    first, second = pages(2).values()
    redesigned = first.replace("<body>", "<body><!-- another visit -->")
    edited = second.replace("谁也没有觉得麻烦", "谁也不觉得麻烦")
    assert edited != second
    store_one_by_one(store, {"/1": redesigned, "/2": edited, "/3": list(pages(3).values())[2]})
    assert dict(causes(store)) == {
        url(1): "first reader_change", url(2): "first publisher_edit", url(3): "first", url(4): "first",
    }  # fmt: skip
    assert [row[1:] for row in ends(store)] == [TAKEN] * 4


def test_what_was_taken_stays_taken_when_its_line_is_forgotten(store: Store, database: str) -> None:
    store_one_by_one(store, pages(4))
    with Store(database_url(database)).transaction() as connection:
        connection.exec_driver_sql("DELETE FROM ingest.host_line")
    store_one_by_one(store, {path: html.replace("<body>", "<body><i></i>") for path, html in pages(4).items()})
    assert {cause for _, cause in causes(store)} == {"first"}


def test_hosts_know_nothing_of_each_other(store: Store) -> None:
    made = list(pages(4).items())
    for n, (path, html) in enumerate(made):
        store_one_by_one(store, {path: html}, host=f"{'ab'[n % 2]}.example.com")
    assert [row[1:] for row in ends(store)] == [LEFT] * 4


def test_saved_pages_are_read_again_as_they_were_handed_in(store: Store, tmp_path: Path) -> None:
    for path, html in pages(4).items():
        saved = f"<!-- saved from url=(0029)https://{HOST}{path} -->\n{html}"
        (tmp_path / f"{path[1:]}.html").write_text(saved, "utf-8")
    run_id = pipeline.open_run(store, "files")
    plan = imports.plan([str(tmp_path)])
    imports.load(store, run_id, plan)
    assert [row[1:] for row in ends(store)] == [LEFT, LEFT, TAKEN, TAKEN]
    assert len(reread.plan(store)) == 2
    account = reread.load(store, pipeline.open_run(store, "reread"), reread.plan(store))
    assert account == 2 and [row[1:] for row in ends(store)] == [TAKEN] * 4
    assert rows(store, "SELECT DISTINCT obtained FROM ingest.document") == [("handed_in",)]
    again = pipeline.open_run(store, "files")
    imports.load(store, again, plan)
    assert pipeline.close_run(store, again).outcomes == {"already_settled": 4}


def test_pages_from_the_network_are_counted_under_their_lease(
    store: Store, open_lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESSAYS_HOST_SPACING", "0")
    open_lab(
        {HOST: {path: {"do": "page", "html": html} for path, html in pages(4).items()}}, ROOT / "examples" / "pages"
    )
    run_id = pipeline.open_run(store, "links")
    submit.hand_in(store, run_id, " ".join(url(n) for n in range(1, 5)))
    worker.fetch_due(store, run_id, 20, of_run=run_id)
    pipeline.close_run(store, run_id)
    assert reread.recurring(store) == 2
    assert [row[1:] for row in ends(store)] == [TAKEN] * 4
    pipeline.relate(store)
    assert rows(store, "SELECT count(*) FROM essays.document") == [(4,)]


def test_rare_lines_are_forgotten_and_a_host_has_a_bound(
    store: Store, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_one_by_one(store, pages(3))
    store_one_by_one(store, pages(1), host="other.example.com")
    with Store(database_url(database)).transaction() as connection:
        connection.exec_driver_sql(
            "UPDATE ingest.host_line SET last_seen_at = now() - interval '100 days' WHERE host LIKE 'other%%'"
        )
    reread.recurring(store)
    assert rows(store, "SELECT DISTINCT host FROM ingest.host_line") == [(HOST,)]
    monkeypatch.setattr(lines, "MOST_LINES", len(FOOTER))
    assert lines.forget(store) > 0
    assert rows(store, "SELECT texts FROM ingest.host_line WHERE line <> 0") == [(3,)] * len(FOOTER)


def test_a_page_of_many_lines_is_remembered_by_few(store: Store) -> None:
    text = [f"第{n}行只有这几个字" for n in range(5000)]
    store_one_by_one(store, {"/long": page("长卷", text)})
    assert rows(store, "SELECT count(*) <= 105 FROM ingest.host_line") == [(True,)]

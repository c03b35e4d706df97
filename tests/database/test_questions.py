"""The questions that people ask: each view and function answers what it says, and touches only what it is asked about."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ingest import pipeline
from ingest.model import Account, Address, Claim, Essay, Look, Obtained, Published, Reading, Role, Snapshot, State, Turn
from ingest.store import Connection, Store
from ingest.store.record import record

from ..conftest import ROOT, database_url, execute, need_version, new_database, rows

CORPUS = ROOT / "examples" / "corpus"
BEIJING = ZoneInfo("Asia/Shanghai")
DAY = datetime(2026, 3, 2, 8, 30, tzinfo=BEIJING)
PARAGRAPHS = [
    "曲线最值钱的地方，不是告诉你会赢，而是在花掉百分之一预算的时候告诉你会输，这一点做过三次小实验的人都明白。",
    "数据更像粮食，脏的要洗，陈的要挑，同一袋米煮到第五遍就只剩米汤，再往上加算力也不过是在背书。",
    "损失平滑地往下走，本领却像楼梯，有时一步跨三级，有时半年站在原地，用户看到的是最短的那块木板。",
    "换一种架构，换一份配比，换一个优化器，线就要重新画，拿旧线预测新路好比拿去年的潮汐表出海。",
]
TEXT = "\n".join(PARAGRAPHS)
OTHER = (
    "窗外下了一夜的雨，早上起来阳台的薄荷全活了。\n我把它们一盆一盆搬到太阳底下，想起去年这个时候它们还是一把种子。\n"
)


def address(name: str) -> Address:
    return Address(f"https://essays.example/{name}", f"https://essays.example/{name}")


def essay(text: str, title: str = "曲线之外", **values: Any) -> Essay:
    return Essay(text, text, title, title=title, **values)


def published(days: float) -> Published:
    return Published(DAY + timedelta(days=days))


def load(store: Store, name: str, made: Essay, corpus: str = "ingested") -> int:
    """Stores and relates an essay at an address of that name; its number."""
    where = address(name)
    reading = Reading(State.ARTICLE, "web/1", "web", made, addresses=(where,))
    obtained = Obtained.SEED if corpus == "seed" else Obtained.FETCHED
    how, found_by = ("seed", "seed:old") if corpus == "seed" else ("network", "links")
    look = Look(where, Snapshot(f"{name} {made}".encode()), reading, how, obtained, corpus, found_by,
                f"{name} {hash(made)}", where.key)  # fmt: skip
    run_id = pipeline.open_run(store, "links")
    record(store, run_id, [look], "readers")
    pipeline.relate(store)
    pipeline.close_run(store, run_id)
    return int(str(rows(store, f"SELECT document_id FROM ingest.address WHERE key = '{where.key}'")[0][0]))


def looked(store: Store, name: str, looks: Sequence[tuple[str, int]]) -> None:
    """Looks at the address over the network, at days after publication, in place of those that loading made."""
    run_id = pipeline.open_run(store, "refresh")
    for state, day in looks:
        with store.transaction() as connection:
            connection.exec_driver_sql(
                "INSERT INTO ingest.fetch (address_id, run_id, fetched_at, how, state)"
                f" SELECT address_id, {run_id}, '{DAY + timedelta(days=day)}', 'network', '{state}'"
                f" FROM ingest.address WHERE key = '{address(name).key}'"
            )


def test_a_takedown_says_how_long_the_essay_lived(store: Store) -> None:
    number = load(store, "a", essay(TEXT, published=published(0), account=Account("木板"), role=Role.ORIGINAL), "seed")
    load(store, "b", essay(OTHER, published=published(0)), "seed")
    looked(store, "a", [("article", 1), ("rate_limited", 2), ("article", 3), ("violation", 7), ("violation", 9),
                        ("article", 10), ("account_gone", 30)])  # fmt: skip
    looked(store, "b", [("article", 1)])
    assert rows(store, "SELECT document_id, account, state, lived_at_least, lived_at_most, back_at IS NULL FROM essays.takedown"
                       " ORDER BY noticed_at") == [
        (number, "木板", "violation", timedelta(days=3), timedelta(days=7), False),
        (number, "木板", "account_gone", timedelta(days=10), timedelta(days=30), True),
    ]  # fmt: skip


def test_what_was_gone_at_the_first_look_lived_at_most_until_then(store: Store) -> None:
    load(store, "a", essay(TEXT, published=published(0)), "seed")
    looked(store, "a", [("deleted_by_author", 4)])
    assert rows(store, "SELECT was_there_at, lived_at_least, lived_at_most FROM essays.takedown") == [
        (None, None, timedelta(days=4))]  # fmt: skip


def test_an_account_has_one_timeline_under_all_its_names(store: Store) -> None:
    for day, name in ((0, "旧名"), (2, "旧名"), (2.1, "旧名"), (9, "新名")):
        text = "".join(random.Random(day).choices("天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏", k=120))
        load(store, f"a{day}", essay(text, published=published(day), account=Account(name, ("gh_1", "biz1"))))
    ((account,),) = rows(store, "SELECT DISTINCT account_id FROM essays.account_timeline")
    assert rows(store, f"SELECT account, gap FROM essays.account_timeline WHERE account_id = {account} ORDER BY published_at") == [
        ("旧名", None), ("旧名", timedelta(days=2)), ("旧名", timedelta(days=0.1)), ("新名", timedelta(days=6.9))]  # fmt: skip
    assert rows(store, "SELECT name, documents, usual_gap_days, longest_gap_days, usual_hour FROM essays.account_rhythm") == [
        ("新名", 4, 4.5, 7, 8)]  # fmt: skip


def test_copies_are_in_order_of_time_with_whom_they_took_it_from(store: Store) -> None:
    named = Claim("reprint_of", address("repost"))
    early = load(store, "early", essay(TEXT, published=published(1), account=Account("早报")))
    source = load(store, "source", essay(TEXT, published=published(2), account=Account("原号"), role=Role.ORIGINAL))
    repost = load(store, "repost", essay(TEXT, published=published(3), account=Account("转号"), role=Role.REPOST))
    third = load(
        store, "third", essay(TEXT, published=published(5), account=Account("三手"), role=Role.REPRINT, claims=(named,))
    )
    undated = load(store, "undated", essay(TEXT, account=Account("无日")))
    assert rows(store, "SELECT position, document_id, source_document_id, source_basis, delay FROM essays.copy ORDER BY 1") == [
        (1, early, source, "original", timedelta(days=-1)),
        (2, source, None, None, None),
        (3, repost, source, "original", timedelta(days=1)),
        (4, third, repost, "declared", timedelta(days=2)),
        (5, undated, source, "original", None),
    ]  # fmt: skip


def test_without_an_original_the_earliest_copy_is_the_source(store: Store) -> None:
    first = load(store, "first", essay(TEXT, published=published(1)))
    second = load(store, "second", essay(TEXT, published=published(2)))
    twin = load(store, "twin", essay(TEXT, published=published(1)))
    undated = load(store, "undated", essay(TEXT))
    found = dict(rows(store, "SELECT document_id, (source_document_id, source_basis)::text FROM essays.copy"))
    assert set(found) == {first, second, twin, undated}
    assert found[second] in {f"({first},earlier)", f"({twin},earlier)"}
    assert {found[first], found[twin], found[undated]} == {"(,)"}


def test_a_source_that_is_not_here_is_named_by_its_link(store: Store) -> None:
    load(store, "reprint", essay(TEXT, role=Role.REPRINT, claims=(Claim("reprint_of", address("nowhere"), "来源"),)))
    assert rows(store, "SELECT source_document_id, source_url, source_basis FROM essays.copy") == [
        (None, "https://essays.example/nowhere", "declared")]  # fmt: skip
    assert rows(store, "SELECT url, cited_by, kinds, state FROM essays.missing") == [
        ("https://essays.example/nowhere", 1, ["reprint_of"], None)]  # fmt: skip
    load(store, "nowhere", essay(OTHER))
    assert rows(store, "SELECT * FROM essays.missing") == []


def test_quotations_are_found_from_the_quoted_one_and_from_any_copy_of_it(store: Store) -> None:
    whole = (CORPUS / "01-plain-memory.txt").read_text("utf-8").strip()
    around = (CORPUS / "02-plain-exam.txt").read_text("utf-8").strip()
    said = "".join(whole.split("\n")[3:6])
    quoted = load(store, "quoted", essay(whole, published=published(0)))
    copy = load(store, "copy", essay(whole, published=published(9)))
    quoting = load(store, "quoting", essay(f"{around}\n{said}\n{around[:300]}", "读后", published=published(4)))
    linking = load(store, "linking", essay("推荐一篇，请自己去看，这里不抄了。" * 3, "推荐", published=published(5),
                                           claims=(Claim("links_to", address("copy"), "曲线之外"),)))  # fmt: skip
    for asked in (quoted, copy):
        found = rows(store, f"SELECT document_id, kind, is_declared, passages, words FROM essays.quoted_by({asked})")
        assert [row[:4] for row in found] == [(quoting, "quotes", False, 1), (linking, "links_to", True, None)]
        assert said[20:-20] in str(found[0][4]) and found[1][4] == "曲线之外"
    assert rows(store, f"SELECT * FROM essays.quoted_by({quoting})") == []
    assert rows(store, "SELECT * FROM essays.quoted_by(1)") == []


def test_a_copy_of_a_known_work_is_not_new(store: Store) -> None:
    first = load(store, "first", essay(TEXT))
    load(store, "other", essay(OTHER))
    load(store, "copy", essay(TEXT, role=Role.ORIGINAL, published=published(0)))
    execute_as_owner(store, "ALTER TABLE ingest.document DISABLE TRIGGER USER",
                     f"UPDATE ingest.document SET first_seen_at = '2026-01-04 23:30+08' WHERE document_id = {first}")  # fmt: skip
    found = rows(store, "SELECT week::text, display_title, copy_count FROM essays.new_essay ORDER BY first_seen_at")
    assert len(found) == 2
    assert found[0] == ("2025-12-29", "曲线之外", 2), "the week of its first copy, which began on a Monday in Beijing"
    assert rows(store, "SELECT held_by, seed_copies, ingested_copies FROM essays.seed_vs_ingested ORDER BY 3") == [
        ("ingested", 0, 1), ("ingested", 0, 2)]  # fmt: skip


def test_works_that_seeds_and_links_have_in_common(store: Store) -> None:
    load(store, "one", essay(TEXT), "seed")
    load(store, "two", essay(TEXT))
    load(store, "three", essay(OTHER), "seed")
    assert rows(store, "SELECT held_by, seed_copies, ingested_copies FROM essays.seed_vs_ingested ORDER BY 1") == [
        ("both", 1, 1), ("seed", 1, 0)]  # fmt: skip


def test_an_author_is_found_in_bylines_and_in_transcripts(store: Store) -> None:
    load(store, "alone", essay(TEXT, published=published(1), author="阿木"))
    load(store, "copy", essay(TEXT, published=published(2), author="阿木"))
    load(store, "pair", essay(OTHER, "两个人", published=published(3), author="阿水、阿木"))
    load(store, "else", essay(OTHER * 2 + TEXT, "别人", published=published(3), author="阿木头"))
    said = "阿木：我先说一句开场白。\n阿水：好，请接着讲。\n阿木：讲完了。\n"
    turns = (Turn(0, 13, 3, "阿木", "guest"), Turn(13, 23, 16, "阿水", "guest"), Turn(23, 30, 26, "阿木", "guest"))
    load(store, "panel", essay(said, "圆桌", turns=turns))
    assert rows(store, "SELECT part, display_title, char_count FROM essays.author_timeline('阿木')") == [
        ("author", "曲线之外", len(TEXT)), ("author", "两个人", len(OTHER)), ("speaker", "圆桌", 14)]  # fmt: skip


def test_what_waits_for_a_person_is_listed_until_it_is_settled(store: Store) -> None:
    run_id = pipeline.open_run(store, "links")
    for name, state, reason in (
        ("n", State.UNKNOWN_NOTICE, "此页面升级中"),
        ("l", State.NEEDS_SHORT_LINK, None),
        ("x", State.NOT_FOUND, None),
    ):
        look = Look(address(name), None, Reading(state, "web/1", "web", None, reason), "network", Obtained.FETCHED,
                    "ingested", "links", name, address(name).key)  # fmt: skip
        record(store, run_id, [look], "readers")
    pipeline.close_run(store, run_id)
    execute_as_owner(store, *(f"UPDATE ingest.address SET state = '{state}' WHERE key = '{address(name).key}'"
                              for name, state in (("n", "unknown_notice"), ("l", "needs_short_link"), ("x", "not_found"))))  # fmt: skip
    assert rows(store, "SELECT question, url, detail FROM essays.to_review ORDER BY 1") == [
        ("needs_short_link", "https://essays.example/l", None), ("unknown_notice", "https://essays.example/n", "此页面升级中")]  # fmt: skip
    one, other = load(store, "n", essay(TEXT)), load(store, "o", essay(OTHER, "雨"))
    execute_as_owner(store, "INSERT INTO ingest.review (question, key_a, key_b, evidence_sha)"
                            f" SELECT 'near_copy', a.key, b.key, '' FROM ingest.document a, ingest.document b"
                            f" WHERE a.document_id = {one} AND b.document_id = {other}")  # fmt: skip
    assert rows(store, "SELECT question, detail, document_id, other_document_id FROM essays.to_review WHERE question <> 'needs_short_link'") == [
        ("near_copy", "曲线之外 / 雨", one, other)]  # fmt: skip
    execute_as_owner(store, "UPDATE ingest.review SET answered_at = now()")
    assert [row[0] for row in rows(store, "SELECT question FROM essays.to_review")] == ["needs_short_link"]


def test_edits_are_listed_with_what_they_changed(store: Store) -> None:
    number = load(store, "a", essay(TEXT, published=published(0)))
    load(store, "a", essay(TEXT, "曲线之内", published=published(0)))
    load(store, "a", essay(TEXT + "\n补记。", "曲线之内", published=published(0)))
    assert rows(store, "SELECT document_id, cause, from_revision, to_revision, title_before, title_after, char_change, is_text_changed"
                       " FROM essays.edit ORDER BY to_revision") == [
        (number, "publisher_edit", 1, 2, "曲线之外", "曲线之内", 0, False),
        (number, "publisher_edit", 2, 3, "曲线之内", "曲线之内", 4, True),
    ]  # fmt: skip


def test_a_diff_is_a_unified_diff(store: Store) -> None:
    lines = [f"第{n}段。" for n in range(1, 21)]
    number = load(store, "a", essay("\n".join(lines)))
    edited = ["新的开头。", *lines[:9], "改过的第十段。", *lines[10:19]]
    load(store, "a", essay("\n".join(edited)))
    found = [str(row[0]) for row in rows(store, f"SELECT line FROM essays.diff({number}, 1, 2)")]
    assert found[0].startswith("--- revision 1, first, 20") and found[1].startswith(
        "+++ revision 2, publisher_edit, 20"
    )
    assert found[2:] == [
        "@@ -1,3 +1,4 @@", "+新的开头。", " 第1段。", " 第2段。", " 第3段。",
        "@@ -7,7 +8,7 @@", " 第7段。", " 第8段。", " 第9段。", "-第10段。", "+改过的第十段。", " 第11段。", " 第12段。", " 第13段。",
        "@@ -17,4 +18,3 @@", " 第17段。", " 第18段。", " 第19段。", "-第20段。",
    ]  # fmt: skip
    assert rows(store, f"SELECT line FROM essays.diff({number})") == [(line,) for line in found], (
        "the last change by default"
    )
    assert [
        str(row[0])[0]
        for row in rows(store, f"SELECT line FROM essays.diff({number}, 2, 1) WHERE old_line = 1 OR new_line = 1")
    ] == ["-", " "]
    for nothing in ("1, 1", "7, 8", "NULL, 1"):
        assert rows(store, f"SELECT * FROM essays.diff({number}, {nothing})") == []
    assert rows(store, "SELECT * FROM essays.diff(1)") == []


def test_random_diffs_apply_and_are_the_shortest(store: Store, tmp_path: Path) -> None:
    chance = random.Random(4)
    before, number = "", 0
    for round_ in range(12):
        text = "\n".join(chance.choices("甲乙丙丁戊", k=chance.randint(12, 22)))
        number = load(store, "a", essay(text))
        if round_:
            patch = "\n".join(str(row[0]) for row in rows(store, f"SELECT line FROM essays.diff({number})")) + "\n"
            (tmp_path / "old").write_text(before + "\n", "utf-8")
            (tmp_path / "new").write_text(text + "\n", "utf-8")
            theirs = subprocess.run(
                ["diff", "-d", "-U3", "old", "new"], check=False, cwd=tmp_path, capture_output=True, text=True
            ).stdout
            assert changed(patch) == changed(theirs)
            assert applied(before, patch) == text
        before = text


def changed(patch: str) -> int:
    return sum(line[0] in "+-" for line in patch.splitlines()[2:])


def applied(text: str, patch: str) -> str:
    """The text with the patch applied; its hunks must fit."""
    old, new, at = text.split("\n"), [], 0
    for line in patch.splitlines()[2:]:
        if line.startswith("@@"):
            start, _, count = line.split()[1][1:].partition(",")
            upto = int(start) - (count != "0")
            new += old[at:upto]
            at = upto
        elif line[0] == "+":
            new.append(line[1:])
        else:
            assert old[at] == line[1:]
            new += [line[1:]] if line[0] == " " else []
            at += 1
    return "\n".join(new + old[at:])


def test_a_diff_of_two_strangers_is_quick(store: Store) -> None:
    chance = random.Random(1)
    number = load(store, "a", essay("\n".join(str(chance.random()) for _ in range(3000))))
    load(store, "a", essay("\n".join(str(chance.random()) for _ in range(3000))))
    with store.transaction() as connection:
        connection.exec_driver_sql("SET LOCAL statement_timeout = '5s'")
        assert connection.exec_driver_sql(f"SELECT count(*) FROM essays.diff({number})").scalar() == 6003


def execute_as_owner(store: Store, *statements: str) -> None:
    execute(database_url(store.url.rpartition("/")[2]), *statements)


DOCUMENTS = 3000
FILL = f"""
ALTER TABLE ingest.document DISABLE TRIGGER USER;
ALTER TABLE ingest.work DISABLE TRIGGER USER;
INSERT INTO ingest.source (slug, kind) VALUES ('links', 'links');
INSERT INTO ingest.run (label, dag) VALUES ('fill', 'fill');
INSERT INTO ingest.account (site) SELECT 'web' FROM generate_series(1, 300);
INSERT INTO ingest.address (key, url, site) SELECT 'k' || n, 'https://essays.example/' || n, 'web' FROM generate_series(1, {DOCUMENTS}) n;
INSERT INTO ingest.address (key, url, state) SELECT 'none' || n, 'https://essays.example/none' || n, CASE n %% 100 WHEN 0 THEN 'unreadable' ELSE 'not_found' END
    FROM generate_series(1, {DOCUMENTS}) n;
INSERT INTO ingest.document (document_id, key, corpus, found_by, obtained, completeness, role, first_seen_at)
    SELECT n, 'd' || n, 'ingested', 'links', 'fetched', 'full', 'unknown', timestamptz '2026-01-01' + n * interval '1 hour'
    FROM generate_series(1, {DOCUMENTS}) n;
UPDATE ingest.address SET document_id = substr(key, 2)::bigint WHERE key ~ '^k';
INSERT INTO ingest.fetch (address_id, run_id, how, state, fetched_at)
    SELECT address_id, 1, 'network', CASE WHEN look = 3 AND document_id %% 100 = 0 THEN 'violation' ELSE 'article' END, timestamptz '2026-06-01' + look * interval '1 day'
    FROM ingest.address, generate_series(1, 3) look WHERE document_id IS NOT NULL ORDER BY look;
INSERT INTO ingest.revision (document_id, number, cause, fetch_id, reader, evidence, content_sha, account_id, account, author, title,
        display_title, published_at, published_precision, published_on, text, markdown, related_at, recorded_at)
    SELECT n, v, CASE v WHEN 1 THEN 'first' ELSE 'publisher_edit' END, n, 'web/1', 'whole', '', n %% 300 + 1, '账号' || n %% 300, '作者' || n %% 500,
        '题' || n, '题' || n, timestamptz '2025-01-01' + n * interval '1 hour', 'second', date '2025-01-01' + n / 24,
        repeat(md5(n::text) || E'\\n', 20) || v, '', now(), timestamptz '2026-01-01' + n * interval '1 hour'
    FROM generate_series(1, {DOCUMENTS}) n, generate_series(1, 2) v WHERE v = 1 OR n %% 10 = 0;
UPDATE ingest.document d SET current_revision_id = (SELECT max(revision_id) FROM ingest.revision r WHERE r.document_id = d.document_id);
INSERT INTO ingest.work SELECT n, n, CASE WHEN n %% 20 = 1 THEN 2 ELSE 1 END, false, true FROM generate_series(1, {DOCUMENTS}) n WHERE n %% 20 <> 2;
UPDATE ingest.document SET work_id = document_id - CASE WHEN document_id %% 20 = 2 THEN 1 ELSE 0 END;
INSERT INTO ingest.claim (revision_id, kind, target_key)
    SELECT current_revision_id, CASE WHEN document_id %% 7 + to_ = 0 THEN 'reprint_of' ELSE 'links_to' END,
        CASE WHEN to_ = 2 THEN 'none' ELSE 'k' END || (document_id * 31 + to_) %% {DOCUMENTS} + 1
    FROM ingest.document, generate_series(0, 2) to_;
INSERT INTO ingest.match
    SELECT one.current_revision_id, other.current_revision_id, 'quotes', 'b', 0.1, 0.2
    FROM ingest.document one JOIN ingest.document other ON other.document_id = one.document_id + 40
    WHERE one.current_revision_id < other.current_revision_id;
INSERT INTO ingest.passage SELECT a, b, 1, '[0,40)', '[10,50)' FROM ingest.match;
INSERT INTO ingest.segment
    SELECT current_revision_id, n, 'turn', int4range(n * 10, n * 10 + 10), jsonb_build_object('speaker', '讲者' || document_id %% 400, 'role', 'guest', 'said_from', n * 10)
    FROM ingest.document, generate_series(1, 3) n WHERE document_id %% 2 = 0;
ALTER TABLE ingest.document ENABLE TRIGGER USER;
ALTER TABLE ingest.work ENABLE TRIGGER USER;
ANALYZE;
"""


@pytest.fixture(scope="module")
def full(server: str, template: str) -> Iterator[Store]:
    """A database with thousands of documents, as the analyst."""
    with new_database(server, template) as name:
        execute(database_url(name), FILL)
        analyst = Store(database_url(name, "analyst"))
        yield analyst
        analyst.close()


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("SELECT * FROM essays.takedown", 30),
        ("SELECT * FROM essays.takedown WHERE document_id = 700", 1),
        ("SELECT * FROM essays.account_timeline WHERE account = '账号7'", 10),
        ("SELECT * FROM essays.account_timeline WHERE account_id = 7 ORDER BY published_at", 10),
        ("SELECT * FROM essays.account_rhythm WHERE account_id = 7", 1),
        ("SELECT * FROM essays.author_timeline('作者7')", 6),
        ("SELECT * FROM essays.author_timeline('讲者8')", 8),
        ("SELECT * FROM essays.copy WHERE essay_id = 21", 2),
        ("SELECT * FROM essays.quoted_by(701)", 6),
        ("SELECT * FROM essays.seed_vs_ingested WHERE essay_id = 21", 1),
        ("SELECT * FROM essays.new_essay WHERE first_seen_at >= '2026-05-05 00:00+00'", 24),
        ("SELECT * FROM essays.edit WHERE document_id = 700", 1),
        ("SELECT * FROM essays.edit WHERE recorded_at >= '2026-05-05 00:00+00'", 3),
        ("SELECT * FROM essays.diff(700)", 8),
        ("SELECT * FROM essays.missing WHERE key = 'none34'", 1),
        ("SELECT * FROM essays.to_review", 30),
        ("SELECT * FROM essays.turn WHERE speaker = '讲者8'", 24),
    ],
)
def test_a_question_touches_only_what_it_is_about(full: Store, question: str, found: int) -> None:
    with full.transaction() as connection:
        for way in ("seqscan", "hashjoin", "mergejoin"):  # so small a database would be read as a whole otherwise
            connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        before = dict(rows_read(connection))
        assert len(connection.exec_driver_sql(question).all()) == found
        touched = {name: read - before.get(name, 0) for name, read in rows_read(connection)}
    assert any(touched.values()), "the server counts"
    if "quoted_by" in question:
        need_version(full, 16, "it reads all documents for this one, where so small a database leaves it the choice")
    assert {name: read for name, read in touched.items() if read > DOCUMENTS / 10} == {}


def rows_read(connection: Connection) -> list[tuple[str, int]]:
    """The rows of private tables that this connection has read, as the server counts."""
    found = connection.exec_driver_sql(
        "SELECT relname, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables"
        " WHERE schemaname = 'ingest'"
    )
    return [(row[0], row[1]) for row in found]

"""Search finds exactly what is there, whatever happens to the database, and says where."""

from __future__ import annotations

import random
import re
import subprocess
import time
import uuid
from pathlib import Path

import pytest
from psycopg2.extras import execute_values
from sqlalchemy.exc import DBAPIError

from ingest import pipeline
from ingest.intake import seeds
from ingest.local import binaries
from ingest.settings import resource
from ingest.store import Store, migrate
from ingest.text import fold
from tools.search_tables import UNICODE, characters, characters_sql, code, searched

from ..conftest import database_url, execute, rows
from .examples import load_examples

WORDS = [
    "我们", "可以", "一个", "使用", "如果", "人工智能", "机器学习", "大模型", "泡沫", "压缩", "就是", "智能", "规模定律",
    "数据", "程序员", "的", "了", "是", "在", "不", "人", "深度求索", "DeepSeek", "GPT-4", "c++",
    "node.js", "scaling", "law", "the", "attention", "is", "all", "you", "need", "３．５",
    "ＡＩ", "說", "壓縮", "資料庫", "後", "里", "裏", "發", "髮", "café", "我们可以", "这个问题", "很多时候", "蠶",
    "㐷", "𠗣", "😀", "—", "“", "”", "，", "。", "！", "?", "(", ")", "%", "_", "\\", "'", '"',
    "100%", "a_b",
]  # fmt: skip
SEPARATORS = ["", "", "", "", " ", "\n", "，", "。\n\n"]


def made_text(chance: random.Random) -> str:
    return (
        "".join(
            chance.choice(WORDS) + chance.choice(SEPARATORS)
            for _ in range(chance.randrange(3, chance.choice([20, 60, 300])))
        ).strip()
        or "空"
    )


def add(store_url: str, texts: dict[int, tuple[str | None, str]], **more: str) -> None:
    """Documents with these titles and texts, made current and works as the loader makes them."""
    columns = {"corpus": "ingested", "role": "unknown", "language": "zh", "account": None, "site": None,
               "published_on": None, **more}  # fmt: skip
    store = Store(store_url)
    with store.transaction() as connection:
        cursor = connection.connection.cursor()
        cursor.execute("INSERT INTO ingest.source (slug, kind) VALUES ('files', 'files') ON CONFLICT DO NOTHING")
        cursor.execute("INSERT INTO ingest.run (dag, label) VALUES ('t', %s) RETURNING run_id", (uuid.uuid4().hex,))
        run_id = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO ingest.address (key) VALUES (%s) RETURNING address_id", (f"file:{uuid.uuid4().hex}",)
        )
        cursor.execute("INSERT INTO ingest.fetch (address_id, run_id, how, state) VALUES (%s, %s, 'handed_in', 'article')"
                       " RETURNING fetch_id", (cursor.fetchone()[0], run_id))  # fmt: skip
        fetch_id = cursor.fetchone()[0]
        execute_values(cursor, "INSERT INTO ingest.document (document_id, key, corpus, found_by, obtained, completeness, role, site)"
                               " VALUES %s ON CONFLICT DO NOTHING",
                       [(n, f"file:{n}", columns["corpus"], "files", "handed_in", "full", columns["role"], columns["site"]) for n in texts])  # fmt: skip
        execute_values(
            cursor,
            "INSERT INTO ingest.revision (document_id, number, cause, fetch_id, reader, evidence, content_sha, title,"
            " display_title, language, account, published_at, published_precision, published_on, text, markdown)"
            " SELECT id, coalesce((SELECT max(number) FROM ingest.revision WHERE document_id = id), 0) + 1, 'first', fetched, 'r',"
            " 'whole', '', title, coalesce(title, 'x'), language, account, at::timestamptz, CASE WHEN at IS NOT NULL THEN 'day' END,"
            " at::date, body, '' FROM (VALUES %s) v (id, fetched, title, language, account, at, body)",
            [(n, fetch_id, title, columns["language"], columns["account"], columns["published_on"], text)
             for n, (title, text) in texts.items()],
        )  # fmt: skip
        cursor.execute("UPDATE ingest.document d SET current_revision_id = (SELECT max(revision_id) FROM ingest.revision r"
                       " WHERE r.document_id = d.document_id) WHERE document_id = ANY (%s)", (list(texts),))  # fmt: skip
        cursor.execute("SELECT ingest.settle_works(%s)", (list(texts),))
    store.close()


def ask(store: Store, sql: str, *values: object) -> list[tuple[object, ...]]:
    with store.transaction() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(sql, values)]


def matched(store: Store, query: str, **filters: object) -> set[int]:
    named = "".join(f", {name} => %s" for name in filters)
    found = ask(store, f"SELECT document_id FROM essays.matches(%s{named})", query, *filters.values())
    assert len(found) == len(set(found))
    return {row[0] for row in found}


def made_query(chance: random.Random, texts: dict[int, tuple[str | None, str]]) -> tuple[str, list[str], list[str]]:
    """A query as a person writes it, with its folded terms and exclusions."""
    parts, terms, excluded = [], [], []
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        title, text = chance.choice(list(texts.values()))
        whole = text if title is None or chance.random() < 0.8 else title
        at = chance.randrange(len(whole))
        term = whole[at : at + chance.choice([1, 2, 2, 3, 4, 5, 8, 12, 60])]
        if chance.random() < 0.2:
            term = "".join(chance.sample(term, len(term)))
        term = re.sub('["“”]', "x", term)
        plain = searched(term).strip()
        if not plain:
            continue
        sign = "-" if chance.random() < 0.2 else ""
        parts.append(f'{sign}"{term}"')
        (excluded if sign else terms).append(plain)
    if not terms:
        parts.append("的")
        terms.append("的")
    return chance.choice([" ", "　"]).join(parts), terms, excluded


def expected(texts: dict[int, tuple[str | None, str]], terms: list[str], excluded: list[str]) -> set[int]:
    found = set()
    for number, (title, text) in texts.items():
        wholes = [searched(title or ""), searched(text)]
        if all(any(t in w for w in wholes) for t in terms) and not any(t in w for w in wholes for t in excluded):
            found.add(number)
    return found


def assert_exact(store: Store, texts: dict[int, tuple[str | None, str]], seed: int, count: int = 150) -> None:
    chance = random.Random(seed)
    for _ in range(count):
        query, terms, excluded = made_query(chance, texts)
        assert matched(store, query, copies=True) == expected(texts, terms, excluded), query


def made_texts(seed: int, numbers: range) -> dict[int, tuple[str | None, str]]:
    chance = random.Random(seed)
    return {n: (chance.choice([None, chance.choice(WORDS) + chance.choice(WORDS)]), made_text(chance)) for n in numbers}


def test_what_is_found_is_exactly_what_is_there_through_edits_and_new_vocabulary(database: str, analyst: Store) -> None:
    texts = made_texts(1, range(1, 301))
    add(database_url(database), texts)
    assert_exact(analyst, texts, 2)
    edited = made_texts(3, range(100, 200))
    add(database_url(database), edited)
    texts |= edited
    assert_exact(analyst, texts, 4)
    chance = random.Random(5)
    alien = "".join(map(chr, range(0x9000, 0x9100)))  # runs that no text had
    new = {n: (None, "".join(chance.choices(alien, k=200))) for n in range(400, 440)}
    add(database_url(database), new)
    texts |= new
    assert_exact(analyst, texts, 6)
    execute(database_url(database), "REINDEX INDEX ingest.search_text_keys")
    assert_exact(analyst, texts, 7)


def test_a_dump_restored_elsewhere_finds_the_same(database: str, analyst: Store, server: str, tmp_path: Path) -> None:
    texts = made_texts(8, range(1, 101))
    add(database_url(database), texts)
    programs = binaries.find()
    if not (programs / "pg_dump").exists():
        pytest.skip("this Postgres comes without pg_dump")
    subprocess.run([str(programs / "pg_dump"), "--format=plain", f"--file={tmp_path / 'dump.sql'}", superuser(server, database)], check=True, capture_output=True)  # fmt: skip
    name = f"restored_{uuid.uuid4().hex[:8]}"
    execute(server, f"CREATE DATABASE {name} OWNER essays_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")
    try:
        subprocess.run([str(programs / "psql"), "--quiet", "--set=ON_ERROR_STOP=1",
                        f"--file={tmp_path / 'dump.sql'}", superuser(server, name)], check=True, capture_output=True)  # fmt: skip
        execute(server.rpartition("/")[0] + f"/{name}", f"GRANT CONNECT ON DATABASE {name} TO essays_analyst")
        restored = Store(database_url(name, "analyst"))
        assert_exact(restored, texts, 9, 80)
        add(database_url(name), {500: (None, "恢复之后的新词：鹦鹉螺号")})
        assert matched(restored, "鹦鹉螺号") == {500}
        restored.close()
    finally:
        execute(server, f"DROP DATABASE {name} WITH (FORCE)")


def superuser(server: str, name: str) -> str:
    return server.rpartition("/")[0] + f"/{name}"


def test_search_has_the_classes_of_the_comparison(analyst: Store) -> None:
    table = characters()
    for char, to in table.items():
        assert len(to) == 1
        assert to == " " or fold(char) == fold(to), (char, to)
        assert table.get(to, to) == to, "folding twice changes nothing"
    for a, b in ("發髮", "后後", "里裏", "说說", "ＡA", "éE", "瞭了"):
        assert searched(a) == searched(b)


def test_the_tables_in_the_migrations_are_those_that_the_tool_makes() -> None:
    import unicodedata

    made = (resource("sql") / "migrations" / "0500_search_characters.sql").read_text("utf-8")
    if unicodedata.unidata_version == UNICODE:
        assert made == characters_sql()
    grams = (resource("sql") / "migrations" / "0510_search_grams.sql").read_text("utf-8")
    pairs, longer = (
        [int(n) for n in listed.split(",")] for listed in re.findall(r"A(?:NY|LL) \('\{\n(.*?)\n\}'", grams, re.DOTALL)
    )
    assert len(set(pairs) | set(longer)) == len(pairs) + len(longer) > 3000


def test_the_database_folds_and_numbers_as_the_tool_does(store: Store, server: str, database: str) -> None:
    texts = [text for _, text in made_texts(10, range(60)).values()] + ["".join(map(chr, range(1, 0x3000)))]
    texts += ["".join(characters())[n : n + 500] for n in range(0, len(characters()), 500)]
    owner = Store(database_url(database))
    for text in texts:
        assert ask(owner, "SELECT ingest.search_fold(%s)", text) == [(searched(text),)]
    for gram in ["我", "我们", "我们可", "我们可以", "thing", "𠗣𠗣", "是 g", "b 对"]:
        assert ask(owner, "SELECT %s = ANY (ingest.search_keys(%s))", code(gram), gram) == [(True,)], gram
    owner.close()


def test_no_two_words_have_one_number_and_none_has_that_of_a_run(database: str) -> None:
    chance = random.Random(14)
    signs = "abcdefghijklmnopqrstuvwxyz0123456789"
    words = {"a000", "aaaa", "zzzzzzzzzz", "z999999999", "g000", "fzzzzzzzzz", "aaaaa", "aaaa0", "flutter", "flutters"}
    words |= {
        chance.choice(signs[:26]) + "".join(chance.choices(signs, k=chance.randrange(3, 10))) for _ in range(2000)
    }
    owner = Store(database_url(database))
    ((numbers,),) = ask(owner, "SELECT array_agg(DISTINCT ingest.search_word(w)) FROM unnest(%s) w", sorted(words))
    assert isinstance(numbers, list)
    assert len(numbers) == len(words)
    assert not [n for n in numbers if -(2**61) <= n <= 0x10FFFF << 42]
    owner.close()


def test_words_and_phrases_are_found_whatever_is_beside_them(database: str, analyst: Store) -> None:
    """Prefixes, suffixes, one letter more or less, digits, full width, spaces, ends of texts and of titles."""
    words = ["flutter", "flutters", "fflutter", "flutte", "flutter2", "2flutter", "flvtter", "typescript", "typescripts",
             "xtypescript", "typescrip", "javascript", "javascripts", "ab12", "1234", "node.js", "c++", "é", "prob", "problem"]  # fmt: skip
    beside = ["", " ", "  ", "\n", "是", "是 ", " 对", "，", "-", "_", ".", "'", "1", "Ｇ", "é", "的 "]
    chance = random.Random(15)
    texts: dict[int, tuple[str | None, str]] = {}
    for number in range(1, 400):
        parts = [
            chance.choice(beside) + chance.choice(words) + chance.choice(beside) for _ in range(chance.randrange(1, 5))
        ]
        text = "".join(parts).strip() or "空"
        if chance.random() < 0.2:
            text = text.translate({n: n + 0xFEE0 for n in range(33, 127)}).upper()
        texts[number] = (chance.choice([None, "flutter", "关于 flutter", "prob 是"]), text)
    add(database_url(database), texts)
    asked = [
        *words,
        "是 flutter",
        "flutter 对",
        "flutter typescript",
        "是 flutter 对",
        "flutter  flutter",
        "r 是",
        "t f",
    ]
    for term in map(searched, asked):
        for query, terms, excluded in (
            (f'"{term}"', [term], []), (f'flutter "{term}"', ["flutter", term], []), (f'"{term}" -prob', [term], ["prob"]),
            (f'prob -"{term}"', ["prob"], [term]),
        ):  # fmt: skip
            assert matched(analyst, query, copies=True) == expected(texts, terms, excluded), query
            ((counted,),) = ask(analyst, "SELECT essays.count_matches(%s, copies => true)", query)
            assert counted == len(expected(texts, terms, excluded)), query
    assert_exact(analyst, texts, 16)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("压缩", {1, 2}), ("壓縮", {1, 2}), ("GPT-4", {1}), ("ｇｐｔ－４", {1}), ("深度 压缩", {1}), ("压缩 -GPT", {2}),
        ('"scaling law"', {3}), ('"scaling law', {3}), ("“Scaling Law”", {3}), ("law scaling", {3}), ('"law scaling"', set()),
        ("缩", {1, 2}), ("，", {1}), ("c++", {3}), ("标题", {2}), ("标题 定律", set()), ("100%", {3}), ("a_b", {3}), ("a%b", set()),
        ("压缩-", set()), ("- 压缩", {1}), ("题压", set()),
    ],
)  # fmt: skip
def test_the_language_of_queries(database: str, analyst: Store, query: str, found: set[int]) -> None:
    add(database_url(database), {1: (None, "壓縮就是智能，GPT-4 的深度"), 2: ("一个标题", "压缩"),
                                 3: (None, "Scaling\nLaw 是 - 规模定律 c++ 100% a_b 说起智  能")})  # fmt: skip
    assert matched(analyst, query) == found


@pytest.mark.parametrize(
    ("query", "says"),
    [("", "no term"), ("   ", "no term"), ('""', "no term"), ("-广告", "only what shall not"), ("啊" * 10_000, "too long"),
     ("，", None), ('"', "no term"), ('压缩 "没有关', None), ("'; DROP TABLE ingest.document; --", None),
     ("(a+)+$" * 100, None), ("%", None), ("\\", None), ("的 " * 400, None), ("😀", None), ("\x01\x02", "no term"), (" ".join(map(chr, range(0x4E00, 0x4E30))), "too long")],
)  # fmt: skip
def test_bad_input_gets_an_answer_or_a_clear_error(database: str, analyst: Store, query: str, says: str | None) -> None:
    add(database_url(database), made_texts(11, range(1, 50)))
    for function in ("search", "matches", "mentions", "count_matches", "term_trend"):
        with analyst.engine.connect() as connection:
            connection.exec_driver_sql("SET LOCAL statement_timeout = '30s'")  # what runs away would take years
            if says is None:
                connection.exec_driver_sql(f"SELECT * FROM essays.{function}(%s)", (query,))
            else:
                with pytest.raises(DBAPIError, match=rf"{says}(.|\n)*HINT"):
                    connection.exec_driver_sql(f"SELECT * FROM essays.{function}(%s)", (query,))


def test_null_is_no_term(analyst: Store) -> None:
    with pytest.raises(DBAPIError, match="no term"), analyst.engine.connect() as connection:
        connection.exec_driver_sql("SELECT * FROM essays.search(NULL)")


def test_snippets_show_every_term_and_mark_it_where_it_is(database: str, analyst: Store) -> None:
    texts = made_texts(12, range(1, 200))
    texts[500] = (
        None,
        "开头。" + "无关的话。" * 300 + "泡沫之前，" + "还有大模型。" + "无关的话。" * 300 + "泡沫再来。",
    )
    add(database_url(database), texts)
    (snippet,) = ask(
        analyst, "SELECT snippet FROM essays.search('泡沫 大模型 无关', copies => true) WHERE document_id = 500"
    )[0]
    assert "<b>泡沫</b>" in snippet
    assert "<b>大模型</b>" in snippet
    assert "<b>无关</b>" in snippet
    chance = random.Random(13)
    for _ in range(80):
        query, terms, _excluded = made_query(chance, texts)
        for number, snippet in ask(
            analyst, "SELECT document_id, snippet FROM essays.search(%s, 50, copies => true)", query
        ):
            text = texts[int(str(number))][1].translate({10: " ", 9: " "})
            bare = re.sub("</?b>", "", str(snippet))
            assert bare.removeprefix("…").removesuffix("…") in text, "the snippet is a piece of the text"
            marked = [searched(part) for part in re.findall("<b>(.*?)</b>", str(snippet))]
            assert all(any(t in part or part in t for t in terms) for part in marked)
            if len(terms) == 1 and terms[0] in searched(text) and len(terms[0]) <= 100:
                assert terms[0] in marked or any(terms[0] in part for part in marked)


def test_the_title_counts_more_and_frequency_counts(database: str, analyst: Store) -> None:
    filler = "别的话。" * 100
    add(
        database_url(database),
        {1: (None, "涌现" + filler), 2: (None, "涌现涌现涌现" + filler), 3: ("论涌现", "涌现" + filler)},
    )
    ranked = ask(analyst, "SELECT document_id, hits FROM essays.search('涌现')")
    assert ranked == [(3, 2), (2, 3), (1, 1)]
    assert len(ask(analyst, "SELECT * FROM essays.search('涌现', 2)")) == 2
    for bad in (0, -1, 100_000):
        with pytest.raises(DBAPIError, match="max_rows"), analyst.engine.connect() as connection:
            connection.exec_driver_sql("SELECT * FROM essays.search('涌现', %s)", (bad,))


def test_filters_are_arguments(database: str, analyst: Store) -> None:
    url, text = database_url(database), "关于泡沫的文章，内容各不相同："
    add(
        url,
        {1: (None, text + "一" * 30)},
        account="甲",
        corpus="seed",
        language="zh",
        published_on="2026-01-31",
        site="wechat",
    )
    add(url, {2: (None, text + "二" * 30)}, account="乙", role="original", published_on="2026-02-01")
    add(url, {3: (None, text + "三" * 30)}, account="乙", language="en")
    for filters, found in [
        ({}, {1, 2, 3}), ({"account": "甲"}, {1}), ({"corpus": "seed"}, {1}), ({"role": "original"}, {2}), ({"site": "wechat"}, {1}),
        ({"language": "en"}, {3}), ({"published_from": "2026-01-31"}, {1, 2}), ({"published_to": "2026-01-31"}, {1}),
        ({"published_from": "2026-02-01", "account": "甲"}, set()),
    ]:  # fmt: skip
        assert matched(analyst, "泡沫", **filters) == found
        named = "".join(f", {name} => %s" for name in filters)
        values = ("泡沫", *filters.values())
        assert ask(analyst, f"SELECT essays.count_matches(%s{named})", *values) == [(len(found),)]
        assert {r[0] for r in ask(analyst, f"SELECT document_id FROM essays.search(%s{named})", *values)} == found
        assert {r[0] for r in ask(analyst, f"SELECT document_id FROM essays.mentions(%s{named})", *values)} == found
        assert sum(r[0] for r in ask(analyst, f"SELECT matches FROM essays.term_trend(%s{named})", *values)) == len(
            found
        )


def test_works_by_default_and_copies_on_request(store: Store, analyst: Store, tmp_path: Path) -> None:
    text = "压缩就是智能。\n这句话听起来像口号,其实是一个可以检验的说法。\n检验的办法是数比特。\n"
    (tmp_path / "c").mkdir()
    for name, content in {
        "a.txt": text,
        "b.txt": text.replace("\n", ""),
        "c.txt": "另一篇,谁也不像,也说压缩。\n",
    }.items():
        (tmp_path / "c" / name).write_text(content, "utf-8")
    name, paths = seeds.plan(store, str(tmp_path / "c"))
    seeds.load(store, pipeline.open_run(store, "seed"), str(tmp_path / "c"), name, paths)
    assert len(matched(analyst, "压缩", copies=True)) == 3
    assert len(matched(analyst, "压缩")) == 3, "nobody has looked for their copies yet"
    pipeline.relate(store)
    assert len(matched(analyst, "压缩")) == 2
    assert len(matched(analyst, "压缩", copies=True)) == 3
    (tmp_path / "c" / "b.txt").write_text("改成了完全不同的一篇文章,只说涌现,不说别的,长度也够。\n", "utf-8")
    name, paths = seeds.plan(store, str(tmp_path / "c"))
    seeds.load(store, pipeline.open_run(store, "seed"), str(tmp_path / "c"), name, paths)
    pipeline.relate(store)
    assert len(matched(analyst, "压缩", copies=True)) == 2
    assert len(matched(analyst, "涌现")) == 1
    assert rows(store, "SELECT * FROM ingest.search_problems()") == []


def test_mentions_name_who_speaks_and_where(store: Store, analyst: Store) -> None:
    load_examples(store)
    found = ask(
        analyst, "SELECT m.*, d.text FROM essays.mentions('的', 10) m JOIN essays.document d USING (document_id)"
    )
    assert any(row[5] for row in found), "there is a transcript among the examples"
    for row in found:
        at, before, keyword, after, text = row[7], row[8], row[9], row[10], str(row[11])
        flat = text.translate({10: " ", 9: " "})
        assert text[at - 1 : at - 1 + len(keyword)] == keyword == "的"
        assert flat[max(0, at - 11) : at - 1] == before
        assert flat[at : at + 10] == after
    wrong = ask(analyst, "SELECT count(*) FROM essays.mentions('的') m JOIN essays.turn t USING (document_id)"
                         " WHERE m.from_char BETWEEN t.from_char AND t.to_char AND m.speaker IS DISTINCT FROM t.speaker")  # fmt: skip
    assert wrong == [(0,)]


def test_trends_have_shares_undated_rows_and_topics(database: str, analyst: Store) -> None:
    url = database_url(database)
    add(url, {1: (None, "DeepSeek 发布了新的模型，大家都在用它写东西")}, published_on="2026-01-05")
    add(url, {2: (None, "深度求索的论文写得很清楚，值得一读再读的")}, published_on="2026-01-20")
    add(url, {3: (None, "别的话题，和这个没有关系，只是为了凑数而写")}, published_on="2026-01-31")
    add(url, {4: (None, "二月没有人提到它，大家都在过年，吃饺子和汤圆")}, published_on="2026-02-10")
    add(url, {5: (None, "DeepSeek 又出现了一次，但是这篇没有写日期的")})
    trend = "SELECT period::text, matches, essays, share::float FROM essays.term_trend(%s)"
    assert ask(analyst, trend, "deepseek") == [
        ("2026-01-01", 2, 3, 0.6667),
        ("2026-02-01", 0, 1, 0.0),
        (None, 1, 1, 1.0),
    ]
    assert ask(analyst, trend, "深度求索") == ask(analyst, trend, "DeepSeek")
    assert ask(analyst, trend, '"深度求索"')[0] == ("2026-01-01", 1, 3, 0.3333)
    assert len(ask(analyst, "SELECT * FROM essays.term_trend('deepseek', 'day')")) == 5
    with pytest.raises(DBAPIError, match="no unit 'hour'"), analyst.engine.connect() as connection:
        connection.exec_driver_sql("SELECT * FROM essays.term_trend('deepseek', 'hour')")
    assert ask(analyst, "SELECT count(*) FROM essays.topic WHERE topic = 'DeepSeek'") == [(2,)]


@pytest.mark.parametrize(
    "statement",
    ["SELECT * FROM ingest.search_text", "SELECT ingest.search_update('{1}')", "SELECT * FROM ingest.search_documents('x', NULL, NULL, NULL, NULL, NULL, NULL, NULL, false)",
     "INSERT INTO essays.topic VALUES ('a', 'b')", "SELECT ingest.search_fold('x')"],
)  # fmt: skip
def test_an_analyst_sees_nothing_behind_search(analyst: Store, statement: str) -> None:
    with analyst.engine.connect() as connection, pytest.raises(DBAPIError, match="permission denied"):
        connection.exec_driver_sql(statement)


def test_the_loader_needs_no_right_on_what_is_derived(store: Store) -> None:
    for statement in ("SELECT * FROM ingest.search_text", "UPDATE ingest.search_text SET is_shown = true"):
        with store.engine.connect() as connection, pytest.raises(DBAPIError, match="permission denied"):
            connection.exec_driver_sql(statement)


@pytest.mark.slow
def test_at_twenty_thousand_documents_the_index_answers(database: str, analyst: Store) -> None:
    url = database_url(database)
    execute(url, "DROP INDEX ingest.search_text_keys", "ALTER TABLE ingest.document DISABLE TRIGGER search_update")
    add(url, {n: (None, f"第{n}篇。" + "人工智能和我们的生活") for n in range(1, 20_001)})
    execute(
        url,
        "ALTER TABLE ingest.document ENABLE TRIGGER search_update",
        "SELECT ingest.search_update(ARRAY(SELECT document_id FROM ingest.document))",
        "CREATE INDEX search_text_keys ON ingest.search_text USING gin (ingest.search_keys(body))",
        "ALTER INDEX ingest.search_text_keys ALTER COLUMN 1 SET STATISTICS 0",
        "ANALYZE ingest.search_text",
    )
    owner = Store(url)
    with owner.engine.connect() as connection:
        connection.exec_driver_sql("SET enable_seqscan = off")
        plan = connection.exec_driver_sql(
            "EXPLAIN SELECT count(*) FROM ingest.search_text s WHERE ingest.search_keys(s.body) @> ingest.search_keys('第7篇')"
            " AND ingest.search_passes(s, NULL, NULL, NULL, NULL, NULL, NULL, NULL)").scalars().all()  # fmt: skip
        assert any("Bitmap Index Scan on search_text_keys" in line for line in plan), plan
        assert not any("search_passes" in line for line in plan), "the filters are part of the plan"
    used = "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'search_text_keys'"
    read = "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'search_text'"
    before = (rows(owner, used)[0][0], rows(owner, read)[0][0])
    for query in ("第777篇", "人工智能", "篇", "的生", "第7篇 -我"):
        assert len(ask(analyst, "SELECT * FROM essays.search(%s, copies => true)", query)) == min(
            20, len(matched(analyst, query, copies=True))
        )
    analyst.close()
    for _ in range(50):
        execute(url, "SELECT pg_stat_clear_snapshot()")
        after = (rows(owner, used)[0][0], rows(owner, read)[0][0])
        if after[0] > before[0]:
            break
        time.sleep(0.2)
    assert after[0] >= before[0] + 10
    assert after[1] == before[1], "nothing read the table from end to end"
    owner.close()


@pytest.mark.parametrize("without", ["05", "0560"])
def test_migrating_a_database_that_has_essays_makes_them_found(server: str, tmp_path: Path, without: str) -> None:
    sql = tmp_path / "sql"
    for part in ("migrations", "analyst"):
        (sql / part).mkdir(parents=True)
        for file in (resource("sql") / part).glob("*.sql"):
            if not file.name.startswith((without if part == "migrations" else "01_", "50_")):
                (sql / part / file.name).write_text(file.read_text("utf-8"), "utf-8")
    name = f"older_{uuid.uuid4().hex[:8]}"
    execute(server, f"CREATE DATABASE {name} OWNER essays_owner")
    try:
        migrate(database_url(name), sql)
        add(database_url(name), {1: ("旧库", "早就在这里的一篇文章，一直没有被检索过 flutter")})
        migrate(database_url(name))
        owner = Store(database_url(name))
        assert matched(owner, "检索") == matched(owner, "flutter") == {1}
        assert rows(owner, "SELECT * FROM ingest.search_problems()") == []
        owner.close()
    finally:
        execute(server, f"DROP DATABASE {name} WITH (FORCE)")

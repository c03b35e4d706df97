"""Essays into Postgres: our record step beside COPY, pandas and dlt.

Two floors. ``copy`` is a bare COPY of key, title, text and markdown into one table without a key: nothing can beat it, and
it finds out nothing. ``copy_same`` is a COPY of the very rows that ours makes (bytes packed, digests and numbers given)
into the same empty tables, with their keys, indexes, foreign keys and triggers, in one transaction: what ours takes beyond
it is its own. ``pandas`` is ``to_sql``; dlt appends (``dlt_append``) or merges by a primary key (``dlt_merge``, its mode
that knows a row again, as ours does). pandas and dlt store the four columns; both have connected, and dlt has made its
tables and stored a row, before the clock runs, as ours has.

``ours`` stores snapshot, look, address, document, revision, outcome and search's row of each essay in batches of 50, each a
transaction, and judges what is new. ``ours_again`` is another run over the same essays: it may add looks, and stops the
program when any other row was written. ``no_search`` says the same of both with search's triggers off, so that the
difference is what search costs. The essays are made up of random words, of the length of real ones, or come from
``--data`` (``corpus.jsonl.gz``: one JSON object a line with ``text``). Rounds are interleaved; ratios are taken within each,
and the median counts.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import dlt
import pandas
import psycopg2
from sqlalchemy import create_engine

from benchmarks.report import arguments, show
from benchmarks.server import server
from ingest import pipeline
from ingest.model import Address, Essay, Look, Obtained, Reading, Snapshot, State
from ingest.store import Store, migrate
from ingest.store.connection import sqlalchemy_url
from ingest.store.record import record

LENGTH = 2000
BATCH = 50
KNOWN = ("source", "snapshot", "document", "address", "revision", "segment", "claim", "seed_file", "search_text")
"""What is left alone by a run that finds nothing new; every run adds to run, fetch and run_address."""


def texts(count: int, seed: int) -> list[str]:
    """Texts of ``LENGTH`` Chinese characters with the frequencies of a Zipf law."""
    random_ = random.Random(seed)
    alphabet = [chr(0x4E00 + n) for n in range(3000)]
    weights = [1 / (n + 1) for n in range(3000)]
    return ["".join(random_.choices(alphabet, weights, k=LENGTH)) for _ in range(count)]


def looks(essays: list[str], run: str) -> list[Look]:
    made = []
    for n, text in enumerate(essays):
        key = f"file:{run}-{n}"
        reading = Reading(State.ARTICLE, "plain/1", essay=Essay(text, text, text[:20], title=text[:20], language="zh"))
        made.append(Look(Address(key), Snapshot(text.encode()), reading, "handed_in", Obtained.HANDED_IN, "ingested",
                         "files", key, key))  # fmt: skip
    return made


def ours(store: Store, essays: list[str]) -> float:
    prepared = looks(essays, "round")
    began = time.perf_counter()
    run_id = pipeline.open_run(store, "benchmark")
    for start in range(0, len(prepared), BATCH):
        record(store, run_id, prepared[start : start + BATCH], "benchmark")
    return time.perf_counter() - began


def ours_again(store: Store, essays: list[str], owner: str) -> float:
    with psycopg2.connect(owner) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()")
        before = cursor.fetchone()[0]
    seconds = ours(store, essays)
    with psycopg2.connect(owner) as connection, connection.cursor() as cursor:
        for table in KNOWN:
            cursor.execute(f"SELECT count(*) FROM ingest.{table} WHERE xmin::text::bigint > {before}")
            if written := cursor.fetchone()[0]:
                raise SystemExit(f"Loading the same essays again wrote {written:,} rows of ingest.{table}.")
    return seconds


def dump(owner: str) -> dict[str, bytes]:
    """The rows that a load made, as COPY takes them, in an order that foreign keys allow."""
    tables = (
        "source",
        "run",
        "snapshot",
        "document",
        "address",
        "fetch",
        "run_address",
        "revision",
        "segment",
        "claim",
    )
    dumped = {}
    with psycopg2.connect(owner) as connection, connection.cursor() as cursor:
        for table in tables:
            cursor.execute("SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
                           " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''"
                           " AND attname <> 'current_revision_id'", (f"ingest.{table}",))  # fmt: skip
            columns, rows = cursor.fetchone()[0], io.BytesIO()
            cursor.copy_expert(f"COPY ingest.{table} ({columns}) TO STDOUT", rows)
            dumped[f"ingest.{table} ({columns})"] = rows.getvalue()
    return dumped


def copy_same(dumped: dict[str, bytes], owner: str) -> float:
    with psycopg2.connect(owner) as connection, connection.cursor() as cursor:
        began = time.perf_counter()
        for table, rows in dumped.items():
            cursor.copy_expert(f"COPY {table} FROM STDIN", io.BytesIO(rows), 1 << 20)
        cursor.execute("UPDATE ingest.document d SET current_revision_id = r.revision_id FROM ingest.revision r"
                       " WHERE r.document_id = d.document_id")  # fmt: skip
        connection.commit()
        return time.perf_counter() - began


def copy(rows: list[dict[str, str]], owner: str) -> float:
    with psycopg2.connect(owner) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE peers.copied (key text, title text, text text, markdown text)")
        connection.commit()
        began = time.perf_counter()
        lines = "".join(
            "\t".join(value.replace("\\", r"\\").replace("\n", r"\n").replace("\t", r"\t").replace("\r", r"\r")
                      for value in row.values()) + "\n" for row in rows)  # fmt: skip
        cursor.copy_expert("COPY peers.copied FROM STDIN", io.BytesIO(lines.encode()), 1 << 20)
        connection.commit()
        return time.perf_counter() - began


def frame(rows: list[dict[str, str]], owner: str) -> float:
    engine = create_engine(sqlalchemy_url(owner))
    with engine.connect():
        began = time.perf_counter()
    pandas.DataFrame(rows).to_sql("framed", engine, schema="peers", index=False)
    seconds = time.perf_counter() - began
    engine.dispose()
    return seconds


def loader(disposition: str) -> Callable[[list[dict[str, str]], str], float]:
    def load(rows: list[dict[str, str]], owner: str) -> float:
        name = f"{disposition}_{uuid.uuid4().hex[:8]}"
        pipe = dlt.pipeline(name, destination=dlt.destinations.postgres(owner), dataset_name=f"dlt_{disposition}")
        settings = {"table_name": "essay", "write_disposition": disposition, "primary_key": "key"}
        pipe.run([{**rows[0], "key": "first"}], **settings)
        began = time.perf_counter()
        pipe.run(rows, **settings)
        return time.perf_counter() - began

    return load


PEERS = {"copy": copy, "pandas": frame, "dlt_append": loader("append"), "dlt_merge": loader("merge")}


def empty(owner: str, search: bool = True) -> None:
    """A database without rows; with ``search`` False nothing keeps what is searched."""
    schemas = "essays, ingest, notes, peers, dlt_append, dlt_append_staging, dlt_merge, dlt_merge_staging"
    with psycopg2.connect(owner) as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {schemas} CASCADE; CREATE SCHEMA peers")
    migrate(owner)
    if not search:
        with psycopg2.connect(owner) as connection, connection.cursor() as cursor:
            cursor.execute("ALTER TABLE ingest.document DISABLE TRIGGER USER")


def measure(essays: list[str], owner: str, url: str) -> dict[str, float]:
    """Seconds of one round, by contender; those that are compared run one after the other."""
    rows = [{"key": str(n), "title": text[:20], "text": text, "markdown": text} for n, text in enumerate(essays)]
    seconds = {}
    for search, suffix in ((True, ""), (False, "_no_search")):
        empty(owner, search)
        store = Store(url)
        store.ask("run", "missing_files", corpus="")
        seconds[f"ours{suffix}"] = ours(store, essays)
        dumped = dump(owner)
        seconds[f"ours_again{suffix}"] = ours_again(store, essays, owner)
        store.close()
        empty(owner, search)
        seconds[f"copy_same{suffix}"] = copy_same(dumped, owner)
    return seconds | {name: peer(rows, owner) for name, peer in PEERS.items()}


def figures(rounds: list[dict[str, float]], count: int) -> dict[str, dict[str, float]]:
    """Medians over the rounds, of rates as of ratios: a round's contenders share the state that the machine was in."""

    def row(name: str) -> dict[str, float]:
        same = "copy_same_no_search" if name.endswith("_no_search") else "copy_same"
        floors = {"vs_copy": "copy", "vs_same": same, "vs_dlt": "dlt_merge", "vs_dlt_append": "dlt_append"}
        taken = statistics.median(one[name] for one in rounds)
        ratios = {title: statistics.median(one[floor] / one[name] for one in rounds) for title, floor in floors.items()}
        return {"essays_per_s": count / taken, "ms_per_essay": 1000 * taken / count, **ratios}

    return {name: row(name) for name in sorted(rounds[0])}


def main() -> None:
    parser = arguments("Essays into Postgres, beside COPY, pandas and dlt.")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, help="folder with corpus.jsonl.gz, whose first texts are taken")
    options = parser.parse_args()
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    if options.data:
        with gzip.open(options.data / "corpus.jsonl.gz", "rt", encoding="utf-8") as file:
            essays = [json.loads(line)["text"] for _, line in zip(range(options.count), file, strict=False)]
    else:
        essays = texts(options.count, options.seed)
    rounds: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as scratch, server() as urls:
        os.environ["DLT_DATA_DIR"] = f"{scratch}/dlt"
        for _ in range(options.rounds):
            rounds.append(measure(essays, urls.owner, urls.loader))
    mean = sum(map(len, essays)) / len(essays)
    print(f"{len(essays)} essays of {mean:,.0f} characters, seed {options.seed}, median of {options.rounds} rounds")
    show(figures(rounds, len(essays)), ("dlt", "pandas", "sqlalchemy", "psycopg2-binary"), options.json)


if __name__ == "__main__":
    main()

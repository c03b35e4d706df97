"""Essays into Postgres: our record step beside a bare COPY and dlt's merge.

COPY is the floor that nothing can beat: it appends to a table without a key. Ours stores snapshot, look, address,
document, revision and outcome of each essay, and finds out what is new; dlt merges rows by a primary key. The essays
are made up of random words, of the length of real ones. Rounds are interleaved, and the median counts.
"""

from __future__ import annotations

import io
import os
import random
import statistics
import tempfile
import time

import dlt
import psycopg2

from benchmarks.report import arguments, show
from ingest import pipeline
from ingest.local.postgres import destroy_postgres, ensure_postgres
from ingest.model import Address, Essay, Look, Obtained, Reading, Snapshot, State
from ingest.store import Store, migrate
from ingest.store.record import record

LENGTH = 2000
BATCH = 50


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


def ours(essays: list[str], url: str) -> float:
    store = Store(url)
    prepared = looks(essays, "round")
    began = time.perf_counter()
    run_id = pipeline.open_run(store, "benchmark")
    for start in range(0, len(prepared), BATCH):
        record(store, run_id, prepared[start : start + BATCH])
    seconds = time.perf_counter() - began
    store.close()
    return seconds


def copy(essays: list[str], url: str) -> float:
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE copied (key text, title text, text text, markdown text)")
        connection.commit()
        began = time.perf_counter()
        lines = "".join(f"{n}\t{text[:20]}\t{text}\t{text}\n" for n, text in enumerate(essays))
        cursor.copy_expert("COPY copied FROM STDIN", io.StringIO(lines))
        connection.commit()
        return time.perf_counter() - began


def merge(essays: list[str], url: str) -> float:
    rows = [{"key": str(n), "title": text[:20], "text": text, "markdown": text} for n, text in enumerate(essays)]
    began = time.perf_counter()
    loader = dlt.pipeline("bench", destination=dlt.destinations.postgres(url), dataset_name="merged")
    loader.run(rows, table_name="essay", write_disposition="merge", primary_key="key")
    return time.perf_counter() - began


def empty(owner: str) -> None:
    with psycopg2.connect(owner) as connection, connection.cursor() as cursor:
        cursor.execute(
            "DROP SCHEMA IF EXISTS essays, ingest, notes, merged, merged_staging CASCADE; DROP TABLE IF EXISTS copied"
        )
    migrate(owner)


def main() -> None:
    parser = arguments("Essays into Postgres, beside COPY and dlt.")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    essays = texts(options.count, options.seed)
    with tempfile.TemporaryDirectory() as scratch:
        os.environ |= {"ESSAYS_HOME": f"{scratch}/home", "DLT_DATA_DIR": f"{scratch}/dlt"}
        urls = ensure_postgres()
        seconds: dict[str, list[float]] = {"ours": [], "copy": [], "dlt": []}
        try:
            for _ in range(options.rounds):
                empty(urls.owner)
                seconds["copy"].append(copy(essays, urls.owner))
                seconds["ours"].append(ours(essays, urls.loader))
                seconds["dlt"].append(merge(essays, urls.owner))
        finally:
            destroy_postgres()
    print(f"{options.count} essays of {LENGTH} characters, seed {options.seed}, median of {options.rounds} rounds")
    rates = {name: options.count / statistics.median(taken) for name, taken in seconds.items()}
    show(
        {n: {"essays_per_s": r, "vs_copy": r / rates["copy"], "vs_dlt": r / rates["dlt"]} for n, r in rates.items()},
        ("dlt", "sqlalchemy", "psycopg2-binary"),
        options.json,
    )


if __name__ == "__main__":
    main()

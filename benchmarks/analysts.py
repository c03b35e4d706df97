"""Loading beside analysts: how long batches of the record step take, alone and beside twenty sessions of bad queries.

The sessions set their timeouts aside, share the machine's cores with the loader, and never pause: scans of all texts by
regular expressions, joins of everything with everything, sorts that spill to disk, hashes, aggregates of all texts, bombs
of numbers, floods of notifications, and transactions that stay open. Nothing ends them while the windows last: in the first
nobody looks at them, in the second they were made to step back once, as happens every few seconds where the server is our
own; then they are ended. The texts are made up of random words.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from itertools import count
from threading import Thread

import psycopg2

from benchmarks.load import BATCH, looks, ours, texts
from benchmarks.report import arguments, show
from benchmarks.server import server
from ingest import pipeline
from ingest.local import reaper
from ingest.model import IngestError
from ingest.store import Store
from ingest.store.record import record

WORST = (
    "SELECT count(*) FROM essays.document WHERE text ~ '(.*的.*一){3}'",
    "SELECT count(*) FROM essays.document a, essays.document b WHERE a.text < b.text",
    "SELECT count(*) FROM (SELECT text, markdown FROM essays.document ORDER BY reverse(text), markdown OFFSET 1) s",
    "SELECT length(string_agg(text, '' ORDER BY md5(text))) FROM essays.essay",
    "SELECT count(*) FROM generate_series(1, 100000000) a, generate_series(1, 100000000) b",
    "SELECT count(DISTINCT md5(g::text)) FROM generate_series(1, 20000000) g",
    "SELECT count(*), sum(length(c)) FROM essays.document, regexp_split_to_table(text, '') c",
    "DO 'BEGIN FOR n IN 1..200 LOOP PERFORM pg_notify(''flood'', n || repeat(''x'', 7000)); END LOOP; END'",
    "SELECT count(*) FROM essays.relation r, essays.passage p, pg_locks l",
    "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
)


def rage(url: str, sessions: int) -> None:
    """Runs the worst queries in so many sessions until the process is ended; every second session in one transaction."""

    def one(n: int) -> None:
        with psycopg2.connect(url) as connection:
            connection.autocommit = n % 2 == 0
            with connection.cursor() as cursor:
                for name in ("statement_timeout", "transaction_timeout", "idle_in_transaction_session_timeout"):
                    cursor.execute(f"SET {name} = 0")
                cursor.execute("SET work_mem = '64kB'")
                for turn in count():
                    try:
                        cursor.execute(WORST[(n + turn) % len(WORST)])
                    except psycopg2.errors.ConfigurationLimitExceeded:
                        connection.rollback()  # a sort met its limit: the next one

    threads = [Thread(target=one, args=(n,)) for n in range(sessions)]
    for thread in threads:
        thread.start()
    print("all are there", flush=True)
    for thread in threads:
        thread.join()


def window(store: Store, essays: list[str], name: str, seconds: float) -> dict[str, float]:
    """Batches recorded one after another for so long."""
    run_id = pipeline.open_run(store, "benchmark", name)
    taken, failed, began = [], 0, time.perf_counter()
    for n in count():
        if (start := time.perf_counter()) - began > seconds:
            break
        batch = looks([f"{n} {text}" for text in essays], f"{name}-{n}")
        try:
            record(store, run_id, batch, "benchmark")
        except IngestError:
            failed += 1
        taken.append(1000 * (time.perf_counter() - start))
    cuts = statistics.quantiles(taken, n=100, method="inclusive")
    return {"p50_ms": cuts[49], "p99_ms": cuts[98], "batches": len(taken), "failed": failed}


def main() -> None:
    if len(sys.argv) == 3 and sys.argv[1] == "rage":
        rage(os.environ["URL"], int(sys.argv[2]))
        return
    parser = arguments("Loading beside analysts who run the worst queries.")
    parser.add_argument("--count", type=int, default=1000, help="essays that are there before")
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    essays = texts(options.count, options.seed)
    with server() as urls:
        store = Store(urls.loader)
        ours(store, essays)
        pipeline.relate(store)
        figures = {"quiet": window(store, essays[:BATCH], "quiet", options.seconds)}
        mad = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.analysts", "rage", str(options.sessions)],
            env=os.environ | {"URL": urls.analyst}, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert mad.stdout
            mad.stdout.readline()
            time.sleep(2)
            figures["unwatched"] = window(store, essays[:BATCH], "unwatched", options.seconds)
            reaper.watch(store)
            figures["ours"] = window(store, essays[:BATCH], "watched", options.seconds)
            figures["ours"]["reaped"] = len(reaper.reap(store, statement=1, idle=1, transaction=1, patience=0))
        finally:
            mad.kill()
            mad.communicate()
        for row in figures.values():
            row |= {f"{key}_ratio": row[f"{key}_ms"] / figures["quiet"][f"{key}_ms"] for key in ("p50", "p99")}
        store.close()
    print(f"{options.sessions} sessions, batches of {BATCH} essays for {options.seconds:.0f} s, seed {options.seed}")
    show(figures, ("sqlalchemy", "psycopg2-binary"), options.json)


if __name__ == "__main__":
    main()

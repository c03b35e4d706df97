"""Nothing missed and nothing doubled: near copies that come at the same time, and one corpus loaded in many orders.

Pairs: two near copies each are stored, then related by four workers at once; every pair has to be one work. Orders: the same
essays, copies, excerpts and quotations among them, are loaded and related one by one in shuffled orders; works and
relations have to be the same each time. Exit code 1 when anything differs.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time

from benchmarks.load import looks
from benchmarks.report import arguments, show
from benchmarks.server import server
from ingest import pipeline
from ingest.store import Store, face
from ingest.store.record import record

WORKER = "import os; from ingest import pipeline; from ingest.store import Store; print(pipeline.relate(Store(os.environ['URL'])))"
WORKERS = 4
LENGTH = 600
RELATIONS = "SELECT a.key, r.kind, r.other_key, r.share, r.other_share FROM essays.relation r JOIN ingest.document a USING (document_id)"
WORKS = "SELECT d.key, d.work_id FROM ingest.document d"


def prose(pick: random.Random, length: int = LENGTH) -> str:
    """Random Han characters in sentences: a text of its own."""
    chars = [chr(0x4E00 + pick.randrange(3000)) for _ in range(length)]
    return "".join(char + ("。" if n % 17 == 16 else "") for n, char in enumerate(chars))


def edited(text: str, pick: random.Random) -> str:
    return "。".join(part + "了" if pick.random() < 0.1 else part for part in text.split("。"))


def store_all(store: Store, texts: list[str], run: str) -> None:
    run_id = pipeline.open_run(store, "benchmark")
    prepared = looks(texts, run)
    for start in range(0, len(prepared), 100):
        record(store, run_id, prepared[start : start + 100], "benchmark")


def pairs(store: Store, url: str, count: int) -> dict[str, float]:
    """Missed pairs, and relations too many, of so many pairs."""
    pick = random.Random(1)
    texts = [prose(pick) for _ in range(count)]
    both = texts + [edited(text, pick) for text in texts]
    store_all(store, both, "pairs")
    began = time.perf_counter()
    started = [
        subprocess.Popen([sys.executable, "-c", WORKER], env=os.environ | {"URL": url}, stdout=subprocess.PIPE)
        for _ in range(WORKERS)
    ]
    for one in started:
        one.communicate()
    pipeline.relate(store)
    seconds = time.perf_counter() - began
    with store.transaction() as connection:
        works = connection.exec_driver_sql("SELECT copy_count, count(*) FROM ingest.work GROUP BY 1").all()
        matches = connection.exec_driver_sql("SELECT count(*) FROM ingest.match").scalar_one()
    paired = dict(map(tuple, works)).get(2, 0)
    wrong = len(face.inconsistencies(store))
    return {"pairs": count, "missed": count - paired, "doubled": max(matches - count, 0), "inconsistent": wrong,
            "essays_per_s": 2 * count / seconds}  # fmt: skip


def related(count: int) -> list[str]:
    """Essays of which a half are copies, excerpts and quotations of the others."""
    pick = random.Random(2)
    own = [prose(pick, 1200) for _ in range(count // 2)]
    kinds = (
        lambda text: edited(text, pick),
        lambda text: text[200:700],
        lambda text: prose(pick, 500) + text[300:500] + prose(pick, 500),
    )
    return own + [kinds[n % 3](pick.choice(own)) for n in range(count - len(own))]


def orders(url_of: str, count: int, times: int) -> dict[str, float]:
    """How many of the shuffled orders gave other works or relations than the first."""
    texts = related(count)
    keyed = looks(texts, "orders")
    first, different = None, 0
    store = Store(url_of)
    for order in range(times):
        shuffled = list(keyed)
        random.Random(order).shuffle(shuffled)
        with store.transaction() as connection:
            connection.exec_driver_sql(
                "TRUNCATE ingest.document, ingest.work, ingest.work_was, ingest.address, ingest.run, ingest.fingerprint,"
                " ingest.fingerprinted, ingest.stale, ingest.side, ingest.review RESTART IDENTITY CASCADE"
            )
        run_id = pipeline.open_run(store, "benchmark")
        for start in range(0, len(shuffled), 20):
            record(store, run_id, shuffled[start : start + 20], "benchmark")
            pipeline.relate(store)
        with store.transaction() as connection:
            found = [sorted(map(str, connection.exec_driver_sql(query).all())) for query in (WORKS, RELATIONS)]
        first = first or found
        different += found != first
    store.close()
    return {"essays": count, "orders": times, "different": different}


def main() -> None:
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--essays", type=int, default=500)
    parser.add_argument("--orders", type=int, default=20)
    given = parser.parse_args()
    with server() as urls:
        store = Store(urls.loader)
        told = {"pairs": pairs(store, urls.loader, given.pairs)}
        store.close()
        told["orders"] = orders(urls.owner, given.essays, given.orders)
    show(told, ("numpy", "psycopg2-binary"), given.json)
    wrong = (
        told["pairs"]["missed"] + told["pairs"]["doubled"] + told["pairs"]["inconsistent"] + told["orders"]["different"]
    )
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()

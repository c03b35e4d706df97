"""Look-up, insert and size of the index of fingerprints, as rows and packed in leaves, at growing numbers of essays.

Fingerprints are made up: 78 an essay as measured on real ones, a twentieth of them from a pool of 2,000 with the
frequencies of a Zipf law, as footers and common phrases have them. A look-up asks for as many probes as a real essay
has (173), half of the fingerprints of a stored one among them. The two layouts are asked in turn, in one run.
"""

from __future__ import annotations

import json
import statistics
import time

import numpy as np
import psycopg2

from benchmarks.report import arguments, show
from benchmarks.server import server
from ingest.store import Store

AN_ESSAY, PROBES, POOL, COMMON = 78, 173, 2000, 0.05
BATCH = 10_000
QUERIES = 200
INSERTS = 20


def hashes(essays: int, random: np.random.Generator) -> np.ndarray:
    """Essays × AN_ESSAY hashes of 39 bits."""
    made = random.integers(0, 1 << 39, size=(essays, AN_ESSAY), dtype=np.int64)
    pool = np.random.default_rng(0).integers(0, 1 << 39, size=POOL, dtype=np.int64)
    weights = 1 / np.arange(1, POOL + 1)
    common = random.random(made.shape) < COMMON
    made[common] = random.choice(pool, size=int(common.sum()), p=weights / weights.sum())
    return made


def fill(cursor, first: int, count: int, seed: int) -> None:
    """Adds essays as rows, sorted as the pipeline does."""
    for start in range(first, first + count, BATCH):
        size = min(BATCH, first + count - start)
        own = hashes(size, np.random.default_rng((seed, start)))
        keys = np.sort((own << 24 | np.arange(start, start + size)[:, None]).ravel())
        cursor.execute("INSERT INTO ingest.fingerprint SELECT unnest(%s::bigint[])", (keys.tolist(),))


def look_ups(store: Store, essays: int, seed: int) -> list[float]:
    random = np.random.default_rng(seed + 7)
    times = []
    for _ in range(QUERIES):
        start = int(random.integers(0, max(essays // BATCH, 1))) * BATCH + 1
        size = min(BATCH, essays - start + 1)
        known = hashes(size, np.random.default_rng((seed, start)))[int(random.integers(0, size))]
        probes = np.concatenate(
            (random.choice(known, AN_ESSAY // 2), hashes(2, random).ravel()[: PROBES - AN_ESSAY // 2])
        )
        asked = np.unique(probes).tolist()
        began = time.perf_counter()
        store.ask("relate", "look_up", probes=asked, most=17)
        times.append(1000 * (time.perf_counter() - began))
    return times


def inserts(store: Store, seed: int) -> float:
    """Milliseconds for the keys of one essay, committed; they are taken out again."""
    times = []
    for n in range(INSERTS):
        keys = (hashes(1, np.random.default_rng((seed, 10**9 + n)))[0] << 24 | 16777000).tolist()
        began = time.perf_counter()
        store.ask("relate", "add_keys", keys=sorted(keys))
        times.append(1000 * (time.perf_counter() - began))
        store.ask("relate", "remove_keys", keys=keys)
    return statistics.median(times)


def main() -> None:
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--essays", type=int, nargs="+", default=[10_000, 100_000], help="sizes, ascending")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rows: dict[str, dict[str, float]] = {}
    with server() as urls:
        for layout in ("rows", "leaves"):
            store = Store(urls.loader)
            store.ask("relate", "forget")
            measure(store, urls.owner, layout, given.essays, given.seed, rows)
            store.close()
    show(rows, ("numpy", "psycopg2-binary"), None)
    if given.json:
        given.json.write_text(json.dumps(summary(rows, given.essays), indent=2), "utf-8")


def measure(store: Store, owner: str, layout: str, sizes: list[int], seed: int, rows: dict) -> None:
    done = 0
    for essays in sizes:
        began = time.perf_counter()
        with psycopg2.connect(owner) as connection, connection.cursor() as cursor:
            fill(cursor, done + 1, essays - done, seed)
        filled = time.perf_counter() - began
        began = time.perf_counter()
        if layout == "leaves":
            for number in range(64):
                store.ask("relate", "merge", slice=number)
                if number % 8 == 7:
                    store.clean("relate", "clean_up")
            store.clean("relate", "rebuild")
        merged = time.perf_counter() - began
        settle(owner)
        look_ups(store, essays, seed)  # warms
        times = sorted(look_ups(store, essays, seed))
        sizes_row = store.ask("relate", "sizes")[0]
        rows[f"{layout} {essays:,}"] = {
            "lookup_p50_ms": statistics.median(times), "lookup_p95_ms": times[int(0.95 * len(times))],
            "insert_ms": inserts(store, seed), "bytes_per_essay": sizes_row.bytes / essays,
            "fill_per_s": (essays - done) / filled, "merge_s": merged,
        }  # fmt: skip
        done = essays


def settle(owner: str) -> None:
    """What autovacuum does sooner or later."""
    connection = psycopg2.connect(owner)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE ingest.fingerprint_leaf")
        cursor.execute("VACUUM ANALYZE ingest.fingerprint")
    connection.close()


def summary(rows: dict[str, dict[str, float]], sizes: list[int]) -> dict[str, dict[str, dict[str, float]]]:
    """As programs read it: ours is the packed layout, rows its plain form."""
    names = {"ours": "leaves", "rows": "rows"}
    figures = ("lookup_p50_ms", "lookup_p95_ms", "bytes_per_essay", "insert_ms")
    return {
        name: {figure: {str(size): rows[f"{layout} {size:,}"][figure] for size in sizes} for figure in figures}
        for name, layout in names.items()
    }


if __name__ == "__main__":
    main()

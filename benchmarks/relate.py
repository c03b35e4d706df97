"""Relate and store: essays a second from stored revisions to settled works, with one worker and with two.

The essays come from ``--data`` (``corpus.jsonl.gz``: one JSON object a line with ``text``), or are made up of random words,
which share nothing. Loading is not counted: ``load.py`` measures it.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.load import ours, texts
from benchmarks.report import arguments, show
from benchmarks.server import query, server
from ingest.store import Store

WORKER = "import os; from ingest import pipeline; from ingest.store import Store; print(pipeline.relate(Store(os.environ['URL'])))"


def main() -> None:
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with corpus.jsonl.gz")
    parser.add_argument("--essays", type=int, default=1000, help="essays to make up without --data")
    given = parser.parse_args()
    essays = _corpus(given.data) if given.data else texts(given.essays, seed=1)
    figures = {}
    with server() as urls:
        store = Store(urls.loader)
        ours(store, essays)
        for workers in (1, 2):
            query(urls.owner, "TRUNCATE ingest.side, ingest.match, ingest.passage, ingest.review")
            store.ask("relate", "forget")
            figures[f"{workers} worker" + "s" * (workers > 1)] = _relate(urls.loader, workers, len(essays))
        sizes = store.ask("relate", "sizes")[0]
        figures["index"] = {"bytes_per_essay": sizes.bytes / len(essays), "fingerprints": sizes.rows / len(essays)}
        store.close()
    show(figures, ("numpy", "psycopg2-binary"), given.json)


def _relate(url: str, workers: int, essays: int) -> dict[str, float]:
    began, used = time.perf_counter(), os.times()
    started = [
        subprocess.Popen([sys.executable, "-c", WORKER], env=os.environ | {"URL": url}, stdout=subprocess.PIPE)
        for _ in range(workers)
    ]
    related = sum(int(one.communicate()[0]) for one in started)
    seconds = time.perf_counter() - began
    now = os.times()
    processor = now.children_user + now.children_system - used.children_user - used.children_system
    return {"essays_per_s": essays / seconds, "seconds": seconds, "worker_cpu_s": processor, "related": related}


def _corpus(folder: Path) -> list[str]:
    with gzip.open(folder / "corpus.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line)["text"] for line in file]


if __name__ == "__main__":
    main()

"""Saved pages to rows, end to end: ours, which keeps bytes and relates copies, beside Scrapy with trafilatura and INSERT.

The pages are those of a folder, each written several times with another identity, title and nonce, so that every one is
a document of its own. Both contenders read the same files and write to the same server; rounds are interleaved, and
the median counts.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.report import arguments, show
from benchmarks.server import server
from ingest import pipeline
from ingest.decoding.decode import unpack
from ingest.intake import imports
from ingest.settings import MIB
from ingest.store import Store, migrate

SPIDER = """
import pathlib, sys
import psycopg2, scrapy, trafilatura
from scrapy.crawler import CrawlerProcess

class Pages(scrapy.Spider):
    name = "pages"
    start_urls = [path.as_uri() for path in sorted(pathlib.Path(sys.argv[1]).glob("*.html"))]
    custom_settings = {"LOG_ENABLED": False, "ROBOTSTXT_OBEY": False, "TELNETCONSOLE_ENABLED": False}

    def open(self):
        self.connection = psycopg2.connect(sys.argv[2])
        return self.connection.cursor()

    def parse(self, response):
        if not hasattr(self, "cursor"):
            self.cursor = self.open()
        found = trafilatura.bare_extraction(response.text, url="https://mp.weixin.qq.com/", with_metadata=True)
        self.cursor.execute("INSERT INTO scraped VALUES (%s, %s, %s)", (response.url, found and found.title, found and found.text))
        self.connection.commit()

process = CrawlerProcess()
process.crawl(Pages)
process.start()
"""


def write_pages(source: Path, target: Path, times: int) -> int:
    """Copies of the article pages of ``source``, each with an identity of its own; how many."""
    count = 0
    for path in sorted(source.glob("article*.html*")) + sorted(source.glob("reprint*.html*")):
        page = unpack(path.read_bytes(), 64 * MIB).decode()
        mids = {
            part for part in page.split('"') if part.isdigit() and len(part) == 10 and part.startswith(("22", "26"))
        }
        for n in range(times):
            made = page
            for mid in mids:
                made = made.replace(mid, str(int(mid) + 1000 * (n + 1)))
            (target / f"{path.name.partition('.')[0]}-{n:03}.html").write_text(made, "utf-8")
            count += 1
    return count


def ours(folder: Path, url: str) -> float:
    store = Store(url)
    began = time.perf_counter()
    plan = imports.plan([str(folder)])
    run_id = pipeline.open_run(store, "benchmark")
    imports.load(store, run_id, plan)
    pipeline.relate(store)
    pipeline.check_total(pipeline.close_run(store, run_id), plan.total)
    seconds = time.perf_counter() - began
    store.close()
    return seconds


def scrapy(folder: Path, url: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", SPIDER, str(folder), url], check=True, capture_output=True)
    return time.perf_counter() - began


def empty(owner: str) -> None:
    """Both start from an empty database in each round."""
    store = Store(owner)
    with store.transaction() as connection:
        connection.exec_driver_sql("DROP SCHEMA IF EXISTS essays, ingest, notes CASCADE")
        connection.exec_driver_sql("DROP TABLE IF EXISTS scraped")
        connection.exec_driver_sql("CREATE TABLE scraped (url text PRIMARY KEY, title text, text text)")
    store.close()
    migrate(owner)


def main() -> None:
    parser = arguments("Saved pages to rows, end to end, beside Scrapy with trafilatura and INSERT.")
    parser.add_argument("--data", type=Path, default=Path("examples/pages"), help="folder of saved WeChat pages")
    parser.add_argument("--times", type=int, default=20, help="copies of each article")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, server() as urls:
        pages = Path(scratch) / "pages"
        pages.mkdir()
        count = write_pages(options.data, pages, options.times)
        seconds: dict[str, list[float]] = {"ours": [], "scrapy": []}
        for _ in range(options.rounds):
            empty(urls.owner)
            seconds["ours"].append(ours(pages, urls.loader))
            seconds["scrapy"].append(scrapy(pages, urls.owner))
    print(f"{count} pages of {options.data}, median of {options.rounds} interleaved rounds")
    rates = {name: count / statistics.median(taken) for name, taken in seconds.items()}
    show(
        {name: {"pages_per_s": rate, "vs_scrapy": rate / rates["scrapy"]} for name, rate in rates.items()},
        ("scrapy", "trafilatura", "sqlalchemy", "lxml"),
        options.json,
    )


if __name__ == "__main__":
    main()

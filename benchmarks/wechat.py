"""Read WeChat pages: decoded HTML to state and essay, beside the tree alone that BeautifulSoup with lxml builds of it.

A folder holds saved pages (``*.html`` or ``*.html.gz``). ``ours`` reads a page of an address, as one that was fetched;
``ours handed in`` reads one that must be known by its structure first. Contenders take turns page by page, and who begins
changes with the round. A page counts with the median of its CPU times over the rounds. Every measurement has a text that
nobody has touched before, and begins without garbage.
"""

from __future__ import annotations

import gc
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import median

from bs4 import BeautifulSoup

from benchmarks.report import arguments, show
from ingest.decoding.decode import decode, unpack
from ingest.markup.page import Page
from ingest.read import read_page
from ingest.settings import MIB

_URL = "https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAAA"
TREE = "beautifulsoup"
CONTENDERS: dict[str, Callable[[str], object]] = {
    "ours": lambda html: read_page(Page(html, _URL)),
    "ours handed in": lambda html: read_page(Page(html)),
    TREE: lambda html: BeautifulSoup(html, "lxml"),
}


def seconds(contender: str, data: bytes) -> float:
    """The CPU time that one contender takes for one page."""
    html = decode(data).text
    gc.collect()
    began = time.process_time()
    made = CONTENDERS[contender](html)
    taken = time.process_time() - began
    del made
    return taken


def main() -> None:
    parser = arguments("WeChat pages a second, beside BeautifulSoup's tree alone.")
    parser.add_argument("--data", type=Path, default=Path("../shared/pages/wechat"), metavar="DIR")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    paths = sorted((*options.data.glob("*.html"), *options.data.glob("*.html.gz")))
    pages = {path.name.partition(".")[0]: unpack(path.read_bytes(), 64 * MIB) for path in paths}
    if not pages:
        parser.error(f"{options.data} has no saved pages")
    times: dict[tuple[str, str], list[float]] = defaultdict(list)
    names = list(CONTENDERS)
    for round_ in range(options.rounds):
        first = round_ % len(names)
        for page, data in pages.items():
            for contender in names[first:] + names[:first]:
                times[contender, page].append(seconds(contender, data))
    medians = {at: median(taken) for at, taken in times.items()}
    figures: dict[str, dict[str, float]] = {}
    for contender in CONTENDERS:
        total = sum(medians[contender, page] for page in pages)
        figures[contender] = {
            "pages_per_s": len(pages) / total,
            "ms_per_page": 1000 * total / len(pages),
            "vs_tree": sum(medians[TREE, page] for page in pages) / total,
        }
    print(f"{len(pages)} pages of {options.data}, {options.rounds} interleaved rounds, medians of CPU time")
    show(figures, ("beautifulsoup4", "lxml", "markdownify"), options.json)
    print(f"\n{'ms':36}" + "".join(f"{name:>18}" for name in CONTENDERS) + f"{'vs_tree':>18}")
    for page in pages:
        row = [medians[contender, page] for contender in CONTENDERS]
        ratio = medians[TREE, page] / medians["ours", page]
        print(f"{page[:35]:36}" + "".join(f"{1000 * taken:>18.2f}" for taken in row) + f"{ratio:>18.2f}")


if __name__ == "__main__":
    main()

"""The body of a page: our reader of the rest of the web beside trafilatura in three modes, and readability-lxml.

Each folder holds saved pages (``<id>.html`` or ``<id>.html.gz``) and a ``truth.json`` (id -> url, text). A score is the F1
of the longest common subsequence of tokens: each Han character is one token, each other word one. Subsequences are exact
(bit-parallel, Hyyrö 2004), not difflib's. A page without a body is right when nothing is extracted from it, else its F1
is 0. Figures are given for each folder and for all. Contenders take turns page by page in the order of each round; speed is CPU time, the best of the rounds.
"""

from __future__ import annotations

import html
import json
import random
import re
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import trafilatura
from lxml import html as lxml_html
from readability import Document

from benchmarks.report import arguments, show
from ingest.decoding.decode import decode, unpack
from ingest.markup.page import Page
from ingest.settings import MIB
from ingest.sites import web
from ingest.sites.web.address import host

Figures = dict[str, dict[str, float]]
PACKAGES = ("trafilatura", "readability-lxml", "lxml", "beautifulsoup4")
_TOKEN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]|[^\\W_\u3400-\u9fff\uf900-\ufaff]+")


@dataclass(frozen=True)
class Case:
    """One page with the text that a person says is its body."""

    name: str
    url: str
    html: str
    truth: list[str]


@dataclass(frozen=True)
class Score:
    """How one extracted text compares with the truth."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def tokens(text: str) -> list[str]:
    """Each Han character, each other word, in lower case."""
    return _TOKEN.findall(text.lower())


def common(a: list[str], b: list[str]) -> int:
    """The length of the longest common subsequence: one row of the table is one integer."""
    places: dict[str, int] = defaultdict(int)
    for at, token in enumerate(a):
        places[token] |= 1 << at
    row = full = (1 << len(a)) - 1
    for token in b:
        if match := row & places.get(token, 0):
            row = ((row + match) | (row - match)) & full
    return len(a) - row.bit_count()


def score(found: list[str], truth: list[str]) -> Score:
    """Precision and recall of the tokens in the longest common subsequence."""
    if not found or not truth:
        right = float(not found and not truth)
        return Score(right, right)
    same = common(truth, found)
    return Score(same / len(found), same / len(truth))


def cases(folder: Path) -> list[Case]:
    """The pages of a folder, decoded as the pipeline decodes them."""
    told = json.loads((folder / "truth.json").read_text("utf-8"))
    made = []
    for name, about in told.items():
        path = next(path for path in (folder / f"{name}.html.gz", folder / f"{name}.html") if path.is_file())
        page = decode(unpack(path.read_bytes(), 64 * MIB))
        made.append(Case(name, about["url"], page.text, tokens(about["text"])))
    return made


def ours(case: Case) -> str:
    essay = web.read(Page(case.html, case.url)).essay
    return essay.text if essay else ""


def readability(case: Case) -> str:
    summary = Document(case.html, url=case.url).summary(html_partial=True)
    tree = lxml_html.fromstring(summary)
    for tag in tree.iter("br", "p", "div", "li", "tr"):
        tag.tail = "\n" + (tag.tail or "")
    return str(tree.text_content())


def _trafilatura(**mode: bool) -> Callable[[Case], str]:
    return lambda case: trafilatura.extract(case.html, url=case.url, include_comments=False, **mode) or ""


CONTENDERS: dict[str, Callable[[Case], str]] = {
    "ours": ours,
    "trafilatura": _trafilatura(),
    "trafilatura_precision": _trafilatura(favor_precision=True),
    "trafilatura_recall": _trafilatura(favor_recall=True),
    "readability": readability,
}


def extracted(contender: str, case: Case) -> tuple[str, float]:
    """The text, and the CPU seconds it took; a library that raises has found nothing."""
    began = time.process_time()
    try:
        text = CONTENDERS[contender](case)
    except Exception as error:  # a peer's crash is its own result, not ours
        if contender == "ours":
            raise
        print(f"{contender} raised {type(error).__name__} on {case.name}")
        text = ""
    return text, time.process_time() - began


def interval(values: list[float], sites: list[str], seed: int, resamples: int = 2000) -> tuple[float, float]:
    """Where 95 % of the means lie when sites are drawn anew, each with all its pages: pages of one site are alike."""
    by_site: dict[str, list[float]] = defaultdict(list)
    for value, site in zip(values, sites, strict=True):
        by_site[site].append(value)
    sums = [(sum(found), len(found)) for found in by_site.values()]
    draw = random.Random(seed)
    means = []
    for _ in range(resamples):
        drawn = draw.choices(sums, k=len(sums))
        means.append(sum(total for total, _ in drawn) / sum(count for _, count in drawn))
    means.sort()
    return means[resamples // 40], means[-resamples // 40 - 1]


def figures(scores: dict[str, list[Score]], seconds: dict[str, list[float]], sites: list[str], seed: int) -> Figures:
    """One row a contender. A page is lost whole by one whose F1 is below .5 where another has .8."""
    best = [max(row.f1 for row in rows) for rows in zip(*scores.values(), strict=True)]
    made: Figures = {}
    for contender, rows in scores.items():
        low, high = interval([row.f1 for row in rows], sites, seed)
        made[contender] = {
            "f1": fmean(row.f1 for row in rows),
            "f1_low": low,
            "f1_high": high,
            "precision": fmean(row.precision for row in rows),
            "recall": fmean(row.recall for row in rows),
            "below_half": sum(row.f1 < 0.5 for row in rows),
            "lost_whole": sum(row.f1 < 0.5 and top >= 0.8 for row, top in zip(rows, best, strict=True)),
            "pages_per_s": len(rows) / sum(seconds[contender]),
        }
    return made


def main() -> None:
    parser = arguments("The body of a page, beside trafilatura and readability-lxml.")
    parser.add_argument("--data", type=Path, nargs="+", default=[Path("../shared/pages/zh_articles")], metavar="DIR")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--worst", type=int, default=10, help="how many pages to list")
    parser.add_argument("--seed", type=int, default=1, help="of the intervals")
    options = parser.parse_args()
    folders = [(folder.name, case) for folder in options.data for case in cases(folder)]
    pages = [case for _, case in folders]
    scores: dict[str, list[Score]] = defaultdict(list)
    seconds: dict[str, list[float]] = {contender: [float("inf")] * len(pages) for contender in CONTENDERS}
    for round_ in range(options.rounds):
        for at, case in enumerate(pages):
            for contender in CONTENDERS:
                text, taken = extracted(contender, case)
                seconds[contender][at] = min(taken, seconds[contender][at])
                if round_ == 0:
                    scores[contender].append(score(tokens(html.unescape(text)), case.truth))
    sites = [host(case.url) or case.name for case in pages]
    print(f"{options.rounds} interleaved rounds; intervals of 95 % over sites, seed {options.seed}")
    names = list(dict.fromkeys(name for name, _ in folders))
    for name in names if len(names) > 1 else ():
        kept = [at for at, (folder, _) in enumerate(folders) if folder == name]
        print(f"\n{len(kept)} pages of {name}")
        some = figures({who: [rows[at] for at in kept] for who, rows in scores.items()},
                       {who: [taken[at] for at in kept] for who, taken in seconds.items()},
                       [sites[at] for at in kept], options.seed)  # fmt: skip
        show(some, PACKAGES, None)
    print(f"\n{len(pages)} pages of {', '.join(names)}, {len(set(sites))} sites")
    show(figures(scores, seconds, sites, options.seed), PACKAGES, options.json)
    slowest = max(range(len(pages)), key=lambda at: seconds["ours"][at])
    print(
        f"ours: slowest page {pages[slowest].name} {1000 * seconds['ours'][slowest]:.0f} ms, {len(pages[slowest].html):,} characters"
    )
    print(f"\n{'our worst pages':16}" + "".join(f"{name:>23}" for name in CONTENDERS))
    for at in sorted(range(len(pages)), key=lambda at: scores["ours"][at].f1)[: options.worst]:
        print(f"{pages[at].name:16}" + "".join(f"{scores[name][at].f1:>23.3f}" for name in CONTENDERS))


if __name__ == "__main__":
    main()

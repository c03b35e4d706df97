"""Copies, excerpts and quotations found among essays: our engine beside gaoya, datasketch and rensa.

``--data`` holds ``corpus.jsonl.gz`` (``id``, ``lang``, ``text``), loaded first, and ``queries.jsonl.gz`` (``qid``, ``cls``, ``lang``,
``text``, ``targets``), each of them asked for the corpus essays that it overlaps. Every peer is run at its defaults on the
text as it is, and at the settings that find most (5-grams of our folded text, bands that reach down to a Jaccard
similarity of 0.3, estimated similarity checked against that). Their figure for strong relations counts every wrong pair,
because they tell no kinds apart. Speed is that of fingerprints or signatures in CPU time on one thread, ours of many
essays at a time, as the pipeline makes them; the peers get the folded text for nothing.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import statistics
import time
import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import similarity_peers as peers
from benchmarks.report import arguments, show
from ingest.similarity import Index, Passage, Verdict, fingerprints_of, shingles
from ingest.similarity.alignment import align
from ingest.similarity.shingles import shared
from ingest.text import fold

CLASSES = ("exact", "near", "contain", "contain_surround", "digest3", "contained_by")
STRONG = {Verdict.SAME_TEXT, Verdict.NEAR_COPY, Verdict.EXCERPT_OF}
CUTS, NOISE, CUT_LENGTH = 400, 0.02, (200, 700)  # inserts of our own making, half of them with changed characters
MANY = 10  # essays beside which one can't be told as the source of what they all have
MARGIN = 1000  # characters at the ends of an essay that nothing is cut from: headers and footers are of many essays

Essay = dict[str, Any]
Found = dict[int, bool]  # document → whether the relation is a strong one


@dataclass
class Score:
    """Counts of one contender over some queries."""

    queries: int = 0
    expected: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    wrong: int = 0
    strong_false: int = 0
    missed: list[tuple[Essay, int]] = field(default_factory=list)

    def add(self, query: Essay, related: Found) -> None:
        targets = set(query["targets"])
        self.queries += 1
        self.expected[query["cls"]] += len(targets)
        self.found[query["cls"]] += len(targets & related.keys())
        self.wrong += len(related.keys() - targets)
        self.strong_false += sum(strong for document, strong in related.items() if document not in targets)
        self.missed += [(query, target) for target in sorted(targets - related.keys())]

    def figures(self) -> dict[str, Any]:
        right = self.found.total()
        return {
            "recall": {name: self.found[name] / max(1, self.expected[name]) for name in CLASSES},
            "overlap_precision": right / max(1, right + self.wrong),
            "strong_false": self.strong_false,
            "queries": self.queries,
        }


def read(file: Path) -> list[Essay]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def scored(queries: list[Essay], ask: Callable[[Essay], Found]) -> tuple[Score, list[Score], float]:
    """All queries; their halves, parted by a hash; CPU seconds."""
    whole, halves, seconds = Score(), [Score(), Score()], 0.0
    for query in queries:
        began = time.process_time()
        related = ask(query)
        seconds += time.process_time() - began
        whole.add(query, related)
        halves[zlib.crc32(str(query["qid"]).encode()) & 1].add(query, related)
    return whole, halves, seconds


def kinds(index: Index) -> tuple[Counter[tuple[str, str]], Callable[[Essay], Found]]:
    told: Counter[tuple[str, str]] = Counter()

    def ask(query: Essay) -> Found:
        related = index.relate(query["text"])
        told.update((query["cls"], str(c.verdict)) for n, c in related.items() if n in query["targets"])
        return {number: comparison.verdict in STRONG for number, comparison in related.items()}

    return told, ask


def told_by_none(missed: list[tuple[Essay, int]], corpus: Mapping[int, str]) -> Counter[str]:
    """The missed pairs by class whose passage ``MANY`` other essays have as fully: which it is from, no method can tell."""
    ready = [shingles(text) for text in corpus.values()]
    counts: Counter[str] = Counter()
    for query, target in missed:
        text = shingles(query["text"])
        passages = align(text, [source := shingles(corpus[target])], shared(text, [source]), text.information, 1.0)[0]
        best = max(passages, key=lambda span: span.weight)
        inside = np.zeros(text.codes.size)
        inside[best.from_a : best.to_a] = text.information[best.from_a : best.to_a]
        others = align(text, ready, shared(text, ready), inside, 1.0)
        worth = [max((span.weight for span in spans), default=0.0) for spans in others]
        counts[query["cls"]] += sum(round(value - best.weight, 6) >= 0 for value in worth) > MANY
    return counts


def overlap(passages: tuple[Passage, ...], begin: int, end: int) -> float:
    """Intersection over union of what the passages cover in the target, and the range that was cut from it."""
    inside = np.zeros(max([end, *(p.to_b for p in passages)]), bool)
    for passage in passages:
        inside[passage.from_b : passage.to_b] = True
    common = int(inside[begin:end].sum())
    return common / (int(inside.sum()) + end - begin - common)


def known_cuts(corpus: Mapping[int, str], queries: list[Essay], seed: int) -> list[tuple[str, int, int, int]]:
    """(text, target, begin, end): passages put into new essays, with and without noise; clean excerpts found again."""
    random_ = random.Random(seed)
    hosts = [q["text"] for q in queries if q["cls"] == "neg" and len(q["text"]) > 2 * CUT_LENGTH[1]]
    long = [number for number, text in corpus.items() if len(text) > 2 * MARGIN + 2 * CUT_LENGTH[1]]
    cuts = []
    for n in range(CUTS if hosts else 0):
        host, target = random_.choice(hosts), random_.choice(long)
        length = random_.randint(*CUT_LENGTH)
        begin = random_.randrange(MARGIN, len(corpus[target]) - MARGIN - length)
        passage = [
            random_.choice(corpus[target]) if n % 2 and random_.random() < NOISE else char
            for char in corpus[target][begin : begin + length]
        ]
        at = random_.randrange(len(host))
        cuts.append((host[:at] + "".join(passage) + host[at:], target, begin, begin + length))
    for query in queries:
        if query["cls"] == "contain" and corpus[query["targets"][0]].count(query["text"]) == 1:
            target = query["targets"][0]
            begin = corpus[target].index(query["text"])
            cuts.append((query["text"], target, begin, begin + len(query["text"])))
    return cuts


def rates(
    ways: Mapping[str, Callable[[list[str]], object]], texts: Mapping[str, list[str]], rounds: int
) -> dict[str, float]:
    """Essays a CPU second: the median of interleaved rounds."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            began = time.process_time()
            way(texts[name])
            taken[name].append((time.process_time() - began) / len(texts[name]))
    return {name: 1 / statistics.median(seconds) for name, seconds in taken.items()}


def one_by_one(way: Callable[[str], object], texts: list[str]) -> None:
    for text in texts:
        way(text)


def measure_ours(corpus: Mapping[int, str], queries: list[Essay], seed: int) -> tuple[dict[str, Any], list[Score]]:
    """Our figures and those of the halves; prints what the peers have nothing like."""
    index = Index()
    for number, text in corpus.items():
        index.add(number, text)
    told, ask = kinds(index)
    whole, halves, seconds = scored(queries, ask)
    cuts = known_cuts(corpus, queries, seed)
    overlaps = []
    for text, target, begin, end in cuts:
        comparison = index.relate(text).get(target)
        overlaps.append(overlap(comparison.passages, begin, end) if comparison else 0.0)
    good = sum(value >= 0.9 for value in overlaps)
    print(f"{len(cuts)} known cuts: {good} told to 0.9, {overlaps.count(0.0)} not found")
    print(f"relating takes {1000 * seconds / len(queries):.2f} ms of CPU a query")
    print(f"{len(whole.missed)} missed pairs; of passages that over {MANY} essays have as fully, which none can tell:")
    for cls, count in told_by_none(whole.missed, corpus).items():
        of = whole.expected[cls]
        print(f"  {cls:18}{count:3}, so at most {1 - count / of:.4f} of {of} pairs can be found")
    for (cls, verdict), count in sorted(told.items()):
        print(f"  {cls:18}{verdict:12}{count:6}")
    return whole.figures() | {"passage_iou_90": good / max(1, len(cuts))}, halves


def measure_peer(peer: peers.Contender, corpus: Mapping[int, str], queries: list[Essay]) -> dict[str, Any]:
    def given(text: str) -> str:
        return fold(text) if peer.wants_fold else text

    for number, text in corpus.items():
        peer.insert(number, given(text))
    score, _, _ = scored(queries, lambda query: dict.fromkeys(peer.query(given(query["text"])), True))
    return score.figures()


def speeds(
    contenders: Mapping[str, peers.Contender], corpus: Mapping[int, str], options: argparse.Namespace
) -> dict[str, float]:
    """Essays a CPU second of every contender on the same sample."""
    sample = [corpus[n] for n in random.Random(options.seed).sample(sorted(corpus), min(options.sample, len(corpus)))]
    folded = [fold(text) for text in sample]
    ways: dict[str, Callable[[list[str]], object]] = {"ours": fingerprints_of}
    ways |= {name: partial(one_by_one, peer.sign) for name, peer in contenders.items()}
    texts = {name: folded if name in contenders and contenders[name].wants_fold else sample for name in ways}
    return rates(ways, texts, options.rounds)


def flat(figures: Mapping[str, Any]) -> dict[str, float]:
    return figures["recall"] | {name: value for name, value in figures.items() if name != "recall"}


def main() -> None:
    parser = arguments("Copies, excerpts and quotations among essays, beside gaoya, datasketch and rensa.")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of the labelled set")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sample", type=int, default=200, help="essays that speed is measured on")
    options = parser.parse_args()
    corpus = {essay["id"]: essay["text"] for essay in read(options.data / "corpus.jsonl.gz")}
    queries = read(options.data / "queries.jsonl.gz")
    print(f"{len(corpus)} essays, {len(queries)} queries, seed {options.seed}")

    figures: dict[str, dict[str, Any]] = {}
    figures["ours"], halves = measure_ours(corpus, queries, options.seed)
    contenders = peers.contenders(options.seed)
    for name, peer in contenders.items():
        figures[name] = measure_peer(peer, corpus, queries)
    for name, rate in speeds(contenders, corpus, options).items():
        figures[name]["essays_per_s"] = rate

    table = {name: flat(row) for name, row in figures.items()}
    table |= {f"ours, half {n}": flat(half.figures()) for n, half in enumerate(halves, 1)}
    show(table, ("numpy", "gaoya", "datasketch", "rensa"), None)
    for name in contenders:
        print(f"ours is {figures['ours']['essays_per_s'] / figures[name]['essays_per_s']:,.1f} times as fast as {name}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2), "utf-8")


if __name__ == "__main__":
    main()

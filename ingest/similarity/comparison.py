"""What two texts are of one another: copies, excerpt and source, or texts that share passages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np

from ingest.similarity.alignment import Span, align, extended
from ingest.similarity.rarity import Rarity, rarity
from ingest.similarity.shingles import Floats, Shingles, shingles

MIN_PASSAGE = 60  # folded characters of the shortest passage that relates texts
MIN_WEIGHT = 25.0  # what must match in it, in Han characters that one work has: below it, finds are addresses and names
MOST = 0.75  # share of a text in passages that makes it a copy or an excerpt; excerpts of three fifths stay below it


class Verdict(StrEnum):
    """What two texts are of one another."""

    SAME_TEXT = "same_text"
    NEAR_COPY = "near_copy"
    EXCERPT_OF = "excerpt_of"
    QUOTES = "quotes"


@dataclass(frozen=True, slots=True, order=True)
class Passage:
    """The 0-based, half-open ranges of characters in two texts that say the same."""

    from_a: int
    to_a: int
    from_b: int
    to_b: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What texts ``a`` and ``b`` are of one another, and the passages that they share, in the order of ``a``.

    ``share_a``: how much of ``a`` stands in those passages, from 0 to 1, where a character that many works have counts
    little; ``share_b`` alike. ``part`` is the text that the other holds more of: the excerpt of an ``excerpt_of``.
    """

    verdict: Verdict | None = None
    share_a: float = 0.0
    share_b: float = 0.0
    passages: tuple[Passage, ...] = ()
    part: Literal["a", "b"] | None = None


def compare(a: str | Shingles, b: str | Shingles, common: Rarity | None = None) -> Comparison:
    """Compares two texts; without ``common``, all that they share counts in full. Linear in their lengths."""
    a, b = _ready(a), _ready(b)
    return _compared(a, b, common.weights(a) if common else a.information, common)


def relate(
    text: str | Shingles, compared: Mapping[int, str | Shingles], witnesses: Iterable[str | Shingles] = ()
) -> dict[int, Comparison]:
    """The documents among ``compared`` that share a passage with a text (``candidates`` chooses them).

    How common a passage is, is counted over the texts given. So of a passage that several works have, the verdict may
    depend on how many of them were there before; relating all again settles it.
    """
    if not compared:
        return {}
    a, others = _ready(text), {number: _ready(b) for number, b in compared.items()}
    common = rarity(a, list(others.values()), [_ready(witness) for witness in witnesses])
    weight = common.weights(a)
    comparisons = {number: _compared(a, b, weight, common) for number, b in others.items()}
    return {number: comparison for number, comparison in comparisons.items() if comparison.verdict}


def _ready(text: str | Shingles) -> Shingles:
    return text if isinstance(text, Shingles) else shingles(text)


def _compared(a: Shingles, b: Shingles, weight_a: Floats, common: Rarity | None) -> Comparison:
    if a.codes.size and np.array_equal(a.codes, b.codes):
        whole = Span(0, a.codes.size, 0, b.codes.size)
        return Comparison(Verdict.SAME_TEXT, 1.0, 1.0, (_passage(whole, a, b),))
    found = [span for span in align(a, b, weight_a, MIN_WEIGHT) if span.to_a - span.from_a >= MIN_PASSAGE]
    if not found:
        return Comparison()
    spans = [extended(span, a.codes, b.codes) for span in found]
    share_a = _covered(((s.from_a, s.to_a) for s in spans), weight_a)
    share_b = _covered(((s.from_b, s.to_b) for s in spans), common.weights(b) if common else b.information)
    verdict = _verdict(share_a, share_b)
    part: Literal["a", "b"] | None = None
    if verdict is not Verdict.NEAR_COPY:
        part = "a" if share_a >= share_b else "b"
    return Comparison(verdict, share_a, share_b, tuple(sorted(_passage(s, a, b) for s in spans)), part)


def _verdict(share_a: float, share_b: float) -> Verdict:
    if min(share_a, share_b) >= MOST:
        return Verdict.NEAR_COPY
    return Verdict.EXCERPT_OF if max(share_a, share_b) >= MOST else Verdict.QUOTES


def _covered(ranges: Iterable[tuple[int, int]], weight: Floats) -> float:
    inside = np.zeros(weight.size, bool)
    for begin, end in ranges:
        inside[begin:end] = True
    return float(weight[inside].sum() / weight.sum())


def _passage(span: Span, a: Shingles, b: Shingles) -> Passage:
    from_a, to_a = a.offsets[span.from_a], a.offsets[span.to_a - 1] + 1
    from_b, to_b = b.offsets[span.from_b], b.offsets[span.to_b - 1] + 1
    return Passage(int(from_a), int(to_a), int(from_b), int(to_b))

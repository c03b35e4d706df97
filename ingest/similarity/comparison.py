"""What two texts are of one another: copies, excerpt and source, or texts that share passages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np

from ingest.similarity.alignment import Span, align, extended
from ingest.similarity.rarity import weights, works
from ingest.similarity.shingles import Floats, Ints, Shared, Shingles, shared, shingles

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


def compare(a: str | Shingles, b: str | Shingles) -> Comparison:
    """Compares two texts; all that they share counts in full. Linear in their lengths."""
    a, b = _ready(a), _ready(b)
    return _compared(a, [b], shared(a, [b]), np.ones(a.grams.hashes.size, np.int64))[0]


def relate(
    text: str | Shingles, compared: Mapping[int, str | Shingles], witnesses: Iterable[str | Shingles] = ()
) -> dict[int, Comparison]:
    """The documents among ``compared`` that share a passage with a text (``candidates`` chooses them).

    How common a passage is, is counted over the texts given. So of a passage that several works have, the verdict may
    depend on how many of them were there before; relating all again settles it.
    """
    if not compared:
        return {}
    a, others = _ready(text), [_ready(b) for b in compared.values()]
    texts = [*others, *(_ready(witness) for witness in witnesses)]
    found = shared(a, texts)
    comparisons = _compared(a, others, found, works(a, texts, found, len(others)))
    return {number: one for number, one in zip(compared, comparisons, strict=True) if one.verdict}


def _ready(text: str | Shingles) -> Shingles:
    return text if isinstance(text, Shingles) else shingles(text)


def _compared(a: Shingles, others: Sequence[Shingles], found: Shared, having: Ints) -> list[Comparison]:
    """What a text and each of others are of one another."""
    weight = weights(a, a.grams.places, having.repeat(a.grams.times))
    aligned = align(a, others, found, weight, MIN_WEIGHT)
    comparisons = []
    for number, (b, spans) in enumerate(zip(others, aligned, strict=True)):
        if a.codes.size and np.array_equal(a.codes, b.codes):
            whole = Span(0, a.codes.size, 0, b.codes.size)
            comparisons.append(Comparison(Verdict.SAME_TEXT, 1.0, 1.0, (_passage(whole, a, b),)))
        elif long := [span for span in spans if span.to_a - span.from_a >= MIN_PASSAGE]:
            own = found.text == number
            weight_b = weights(b, found.place[own], having[found.gram[own]])
            comparisons.append(_told(a, b, [extended(span, a.codes, b.codes) for span in long], weight, weight_b))
        else:
            comparisons.append(Comparison())
    return comparisons


def _told(a: Shingles, b: Shingles, spans: list[Span], weight_a: Floats, weight_b: Floats) -> Comparison:
    share_a = _covered(((s.from_a, s.to_a) for s in spans), weight_a)
    share_b = _covered(((s.from_b, s.to_b) for s in spans), weight_b)
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

"""Where two texts say the same: local alignments of their common k-grams.

Common k-grams lie on diagonals (place in one text minus place in the other). Neighbours on a diagonal join to segments;
segments join to a passage where what they match outweighs the gaps between them, as in the local alignment of Smith
and Waterman with linear gap costs. So a chance match beyond the end of a passage never lengthens it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ingest.similarity.folding import Codes
from ingest.similarity.shingles import PLACE, Floats, Ints, Shingles

OCCURRENCES = 4  # a k-gram that a text repeats more often tells nothing about places
BRIDGE = 16  # characters on one diagonal that may differ within a segment: a changed word and the k-grams it spoils
MIN_SEGMENT = 8.0  # information of the shortest segment: one k-gram of Han characters
GAP_COST = 0.5  # of what a matching character earns: passages of which every second sentence was changed hold together
MAX_GAP = 200.0  # information; a longer insertion parts a passage
LOOK_BACK = 32  # segments before a segment that may precede it in a passage: bounds the time of hostile texts
EXTENSION = 64  # characters looked at beyond an end: what two changes near it can hide from k-grams
CHANGE = 2  # matching characters that a changed one costs there
_SKIPS = ((0, 0), (1, 0), (0, 1), (2, 0), (0, 2))  # characters left out of one text
_MIDDLE = 1 << 30  # makes diagonals positive


class Span(NamedTuple):
    """A passage: half-open ranges of folded characters in both texts, and what the characters that match are worth."""

    from_a: int
    to_a: int
    from_b: int
    to_b: int
    weight: float = 0.0


class _Segments(NamedTuple):
    from_a: Ints
    to_a: Ints
    from_b: Ints
    to_b: Ints
    weight: Floats


def align(a: Shingles, b: Shingles, weight: Floats, least: float) -> list[Span]:
    """The passages that two texts share, best first.

    ``weight``: what each character of ``a`` is worth; ``least``: of the characters of a passage that match. Of passages
    that lie on one another for the most part, as in a text that repeats itself, only the best is told.
    """
    places_a, places_b = _common(a.sorted, b.sorted)
    if not places_a.size:
        return []
    found = _segments(places_a, places_b, a, _sums(weight))
    score, before = _chain(found, _sums(a.information), _sums(b.information))
    spans: list[Span] = []
    told_a, told_b = np.zeros(a.codes.size, bool), np.zeros(b.codes.size, bool)
    used = [False] * len(score)
    for last in sorted((n for n, value in enumerate(score) if value >= least), key=lambda n: -score[n]):
        members, at = [], last
        while at >= 0 and not used[at]:
            used[at] = True
            members.append(at)
            at = before[at]
        if not members or (span := _span(found, members)).weight < least:
            continue
        inside_a, inside_b = told_a[span.from_a : span.to_a], told_b[span.from_b : span.to_b]
        if max(inside_a.mean(), inside_b.mean()) < 0.5:
            inside_a[:] = True
            inside_b[:] = True
            spans.append(span)
    return spans


def extended(span: Span, a: Codes, b: Codes) -> Span:
    """The span with the characters beyond its ends that changes near them kept from making up k-grams."""
    from_a, to_a, from_b, to_b, weight = span
    back_a, back_b = _advance(
        a[max(0, from_a - EXTENSION) : from_a][::-1], b[max(0, from_b - EXTENSION) : from_b][::-1]
    )
    on_a, on_b = _advance(a[to_a : to_a + EXTENSION], b[to_b : to_b + EXTENSION])
    return Span(from_a - back_a, to_a + on_a, from_b - back_b, to_b + on_b, weight)


def _advance(a: Codes, b: Codes) -> tuple[int, int]:
    """How many characters two texts have in common from their beginnings on, with changes between them."""
    done_a = done_b = 0
    while True:
        best, step_a, step_b = 0, 0, 0
        for skip_a, skip_b in _SKIPS:
            rest_a, rest_b = a[done_a + skip_a :], b[done_b + skip_b :]
            size = min(rest_a.size, rest_b.size)
            score = np.where(rest_a[:size] == rest_b[:size], 1, -CHANGE).cumsum()
            if not size or (gain := int(score.max()) - CHANGE * max(skip_a, skip_b)) <= best:
                continue
            length = int(score.argmax()) + 1
            best, step_a, step_b = gain, skip_a + length, skip_b + length
        if not best:
            return done_a, done_b
        done_a, done_b = done_a + step_a, done_b + step_b


def _span(found: _Segments, members: list[int]) -> Span:
    first, last = members[-1], members[0]
    from_a, to_a = int(found.from_a[first]), int(found.to_a[last])
    from_b, to_b = int(found.from_b[first]), int(found.to_b[last])
    return Span(from_a, to_a, from_b, to_b, float(found.weight[members].sum()))


def _sums(values: Floats) -> Floats:
    return np.concatenate(([0.0], values.cumsum()))


def _common(a: Ints, b: Ints) -> tuple[Ints, Ints]:
    """The places in both texts of the k-grams that they share, every pair of places."""
    if not b.size:
        return a[:0], b[:0]
    hashes_a, hashes_b = a >> 32, b >> 32
    first = hashes_b.searchsorted(hashes_a)
    shared = hashes_b.take(first, mode="clip") == hashes_a
    hashes_a, first, places = hashes_a[shared], first[shared], a[shared] & PLACE
    times_b = hashes_b.searchsorted(hashes_a, "right") - first
    runs = np.diff(np.flatnonzero(np.diff(hashes_a, prepend=-1)), append=hashes_a.size)
    telling = (runs.repeat(runs) <= OCCURRENCES) & (times_b <= OCCURRENCES)
    places, first, times_b = places[telling], first[telling], times_b[telling]
    nth = np.arange(times_b.sum()) - (times_b.cumsum() - times_b).repeat(times_b)
    return places.repeat(times_b), b[first.repeat(times_b) + nth] & PLACE


def _segments(places_a: Ints, places_b: Ints, a: Shingles, weights: Floats) -> _Segments:
    """The segments of at least ``MIN_SEGMENT``, by their place in ``a``."""
    key = np.sort((places_a - places_b + _MIDDLE) << 32 | places_a)
    end = np.maximum.accumulate(key - (key & PLACE) + a.ends[key & PLACE])
    key, end, _ = _merged(key, end, 0)
    sums = np.stack((_sums(a.information), weights))
    values = sums[:, end & PLACE] - sums[:, key & PLACE]
    key, end, new = _merged(key, end, BRIDGE)
    information, weight = np.add.reduceat(values, new, axis=1)
    kept = np.flatnonzero(information >= MIN_SEGMENT)
    kept = kept[(key[kept] & PLACE).argsort(kind="stable")]
    from_a, to_a, diagonal = key[kept] & PLACE, end[kept] & PLACE, (key[kept] >> 32) - _MIDDLE
    return _Segments(from_a, to_a, from_a - diagonal, to_a - diagonal, weight[kept])


def _merged(begin: Ints, end: Ints, gap: int) -> tuple[Ints, Ints, Ints]:
    """Ranges with at most ``gap`` between them made one, and the first of those that each was made of."""
    new = np.concatenate(([0], np.flatnonzero(begin[1:] > end[:-1] + gap) + 1))
    return begin[new], end[np.concatenate((new[1:], [begin.size])) - 1], new


def _chain(found: _Segments, sums_a: Floats, sums_b: Floats) -> tuple[list[float], list[int]]:
    """For each segment the score of the best passage that ends with it, and the segment before it there, or -1."""
    # Places are measured in information, so that a gap of letters costs what the letters are worth.
    begin_a, end_a = sums_a[found.from_a].tolist(), sums_a[found.to_a].tolist()
    begin_b, end_b = sums_b[found.from_b].tolist(), sums_b[found.to_b].tolist()
    score, before = found.weight.tolist(), [-1] * found.from_a.size
    for this, own in enumerate(score):
        best = 0.0
        for other in range(this - 1, max(-1, this - 1 - LOOK_BACK), -1):
            gap_a, gap_b = begin_a[this] - end_a[other], begin_b[this] - end_b[other]
            low, high = (gap_a, gap_b) if gap_a < gap_b else (gap_b, gap_a)
            if high > MAX_GAP or low <= -own:
                continue
            # An overlap counts once: the part of this segment is taken off.
            value = score[other] - GAP_COST * high if low >= 0 else score[other] + low - GAP_COST * (high - low)
            if value > best:
                best, before[this] = value, other
        score[this] += best
    return score, before

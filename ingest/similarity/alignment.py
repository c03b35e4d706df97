"""Where two texts say the same: local alignments of their common k-grams.

Common k-grams lie on diagonals (place in one text minus place in the other). Neighbours on a diagonal join to segments;
segments join to a passage where what they match outweighs the gaps between them, as in the local alignment of Smith
and Waterman with linear gap costs. So a chance match beyond the end of a passage never lengthens it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ingest.similarity.folding import Codes
from ingest.similarity.shingles import Floats, Ints, Shared, Shingles

OCCURRENCES = 4  # a k-gram that a text repeats more often tells nothing about places
BRIDGE = 16  # characters on one diagonal that may differ within a segment: a changed word and the k-grams it spoils
MIN_SEGMENT = 8.0  # information of the shortest segment: one k-gram of Han characters
GAP_COST = 0.5  # of what a matching character earns: passages of which every second sentence was changed hold together
MAX_GAP = 200.0  # information; a longer insertion parts a passage
LOOK_BACK = 32  # segments before a segment that may precede it in a passage: bounds the time of hostile texts
EXTENSION = 64  # characters looked at beyond an end: what two changes near it can hide from k-grams
CHANGE = 2  # matching characters that a changed one costs there
_SKIPS = ((0, 0), (1, 0), (0, 1), (2, 0), (0, 2))  # characters left out of one text
_PLACE = 0xFFFFFFFF
_ROUNDING = 1e-9  # sums in another order


class Span(NamedTuple):
    """A passage: half-open ranges of folded characters in both texts, and what the characters that match are worth."""

    from_a: int
    to_a: int
    from_b: int
    to_b: int
    weight: float = 0.0


class _Segments(NamedTuple):
    text: Ints
    from_a: Ints
    to_a: Ints
    from_b: Ints
    to_b: Ints
    weight: Floats


def align(a: Shingles, others: Sequence[Shingles], found: Shared, weight: Floats, least: float) -> list[list[Span]]:
    """The passages that a text shares with each of others, best first.

    ``found``: the k-grams that they share, of more texts perhaps; ``weight``: what each character of ``a`` is worth;
    ``least``: of the characters of a passage that match. Of passages that lie on one another for the most part, as in a
    text that repeats itself, only the best is told.
    """
    segments = _segments(a, others, found, weight)
    bounds = segments.text.searchsorted(np.arange(len(others) + 1))
    # No passage is worth more than all segments of its text together.
    worth = _sums(segments.weight)[bounds]
    sums_a = _sums(a.information)
    spans: list[list[Span]] = [[] for _ in others]
    for number in np.flatnonzero(np.diff(worth) >= least * (1 - _ROUNDING)).tolist():
        own = _Segments._make(values[bounds[number] : bounds[number + 1]] for values in segments)
        spans[number] = _passages(a, others[number], own, sums_a, least)
    return spans


def _passages(a: Shingles, b: Shingles, found: _Segments, sums_a: Floats, least: float) -> list[Span]:
    score, before = _chain(found, sums_a, _sums(b.information))
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


def _pairs(a: Shingles, texts: int, found: Shared) -> tuple[Ints, Ints, Ints]:
    """Every pair of places in ``a`` and in one of the first ``texts`` others that begin the same k-gram.

    The others' numbers, the places in ``a``, those in the others.
    """
    grams = a.grams
    telling = np.flatnonzero((found.text < texts) & (np.maximum(found.times, grams.times[found.gram]) <= OCCURRENCES))
    gram = found.gram[telling]
    times = grams.times[gram]
    again = telling.repeat(times)
    nth = np.arange(again.size) - (times.cumsum() - times - grams.first[gram]).repeat(times)
    return found.text[again], grams.places[nth], found.place[again]


def _segments(a: Shingles, others: Sequence[Shingles], found: Shared, weights: Floats) -> _Segments:
    """The segments of at least ``MIN_SEGMENT``, by text and place in ``a``."""
    text, places_a, places_b = _pairs(a, len(others), found)
    if not text.size:
        return _Segments(text, text, text, text, text, np.empty(0))
    sums = np.stack((_sums(a.information), _sums(weights)))
    # The others lie one behind the other, so far apart that they share no diagonal; there is room for 2^31 characters.
    starts = np.cumsum([0] + [other.codes.size + a.codes.size + 1 for other in others])
    key = np.sort((places_a - places_b - starts[text] + starts[-1]) << 32 | places_a)
    end = np.maximum.accumulate(key - (key & _PLACE) + a.ends[key & _PLACE])
    key, end, _ = _merged(key, end, 0)
    values = sums[:, end & _PLACE] - sums[:, key & _PLACE]
    key, end, new = _merged(key, end, BRIDGE)
    information, weight = np.add.reduceat(values, new, axis=1)
    kept = np.flatnonzero(information >= MIN_SEGMENT)
    from_a, to_a = key[kept] & _PLACE, end[kept] & _PLACE
    shift = starts[-1] - (key[kept] >> 32)
    text = starts.searchsorted(from_a + shift, "right") - 1
    shift -= starts[text]
    order = np.lexsort((from_a, text))
    told = (text, from_a, to_a, from_a + shift, to_a + shift, weight[kept])
    return _Segments._make(values[order] for values in told)


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

"""A text made ready to be compared: folded, its k-grams hashed, its characters weighed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.similarity.folding import Codes, fold, is_ideographic
from ingest.similarity.hashing import doubled, joined

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

GRAM, ALPHABETIC_GRAM = 8, 16  # shorter than those of fingerprints: they find what stands between two changes
ALPHABETIC_WEIGHT = 0.3  # what a letter of an alphabet tells, in Han characters
SAMPLE = 1 << 26  # k-grams with a smaller hash, one of 64, stand for a text where texts are held against one another
_PLACE = np.uint64(0xFFFFFFFF)
_LEAST_SIEVE, _SIEVE = 16, 5  # bits, and those more than the text's length has: one of 32 foreign k-grams falls through


@dataclass(frozen=True)
class Shingles:
    """The k-grams of a text.

    ``codes``: folded characters; ``offsets``: their indices in the text; ``hashes``: those of the k-grams that begin at
    each folded character, 0 where none fits any more.
    """

    codes: Codes
    offsets: Ints
    hashes: Codes

    @cached_property
    def ideographic(self) -> NDArray[np.bool_]:
        return is_ideographic(self.codes)

    @cached_property
    def ends(self) -> Ints:
        """Where a k-gram ends that begins at a place."""
        return np.arange(self.codes.size) + np.where(self.ideographic, GRAM, ALPHABETIC_GRAM)

    @cached_property
    def information(self) -> Floats:
        """What each character tells, in Han characters."""
        return np.where(self.ideographic, 1.0, ALPHABETIC_WEIGHT)

    @cached_property
    def sample(self) -> Codes:
        """The hashes below ``SAMPLE``, ascending, each once."""
        hashes = np.sort(self.hashes[self.hashes < SAMPLE])
        return hashes[np.flatnonzero(np.diff(hashes, prepend=np.uint32(0)))]

    @cached_property
    def grams(self) -> Grams:
        places = np.flatnonzero(self.hashes)
        hashes, places = _ordered(self.hashes[places], places)
        first = np.flatnonzero(np.diff(hashes, prepend=np.uint32(0)))
        bits = min(32, max(_LEAST_SIEVE, hashes.size.bit_length() + _SIEVE))
        shift = np.uint32(32 - bits)
        sieve = np.zeros(1 << bits, bool)
        sieve[hashes >> shift] = True
        return Grams(hashes[first], places, first, np.diff(first, append=hashes.size), sieve, shift)


@dataclass(frozen=True, slots=True)
class Grams:
    """The distinct k-grams of a text, by hash.

    ``hashes``: ascending; ``places``: where they begin, those of one k-gram together; ``first``: the index there of the
    first of each; ``times``: how many each has; ``sieve``: whether some hash has these leading bits, all but ``shift``.
    """

    hashes: Codes
    places: Ints
    first: Ints
    times: Ints
    sieve: NDArray[np.bool_]
    shift: np.uint32


class Shared(NamedTuple):
    """Where other texts have the k-grams of a text: one entry an occurrence, by k-gram, text and place.

    ``text``: the number of the other text; ``place``: in it; ``gram``: the number of the k-gram among the distinct ones
    of the text; ``times``: how often the other text has it.
    """

    text: Ints
    place: Ints
    gram: Ints
    times: Ints


def shared(a: Shingles, others: Sequence[Shingles]) -> Shared:
    """The k-grams of a text in other texts, all of them at once."""
    grams = a.grams
    hashes = np.concatenate([other.hashes for other in others])
    # Most k-grams are foreign, and most of those end here. What is searched for in order is found sooner.
    hits = np.flatnonzero(grams.sieve.take(hashes >> grams.shift))
    hashes, hits = _ordered(hashes[hits], hits)
    gram = grams.hashes.searchsorted(hashes)
    if gram.size:
        same = grams.hashes.take(gram, mode="clip") == hashes
        hits, gram = hits[same], gram[same]
    starts = np.cumsum([0] + [other.hashes.size for other in others])
    text = starts.searchsorted(hits, "right") - 1
    first = np.flatnonzero(np.diff(gram << len(others).bit_length() | text, prepend=-1))
    times = np.diff(first, append=gram.size)
    return Shared(text, hits - starts[text], gram, times.repeat(times))


def _ordered(hashes: Codes, places: Ints) -> tuple[Codes, Ints]:
    """Both by hash, then by place."""
    both = np.sort(hashes.astype(np.uint64) << np.uint64(32) | places.view(np.uint64))
    return (both >> np.uint64(32)).astype(np.uint32), (both & _PLACE).view(np.int64)


def shingles(text: str) -> Shingles:
    """The k-grams of a text."""
    folded = fold(text)
    codes = folded.codes
    hashes = doubled(codes)[2]
    sixteen = joined(hashes, hashes, GRAM)
    alphabetic = ~is_ideographic(codes[: hashes.size])
    np.copyto(hashes[: sixteen.size], sixteen, where=alphabetic[: sixteen.size])
    hashes[sixteen.size :][alphabetic[sixteen.size :]] = 0
    return Shingles(codes, folded.offsets, hashes)

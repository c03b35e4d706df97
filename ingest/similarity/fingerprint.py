"""Fingerprints of a text: a few of its k-grams, chosen so that texts with a common passage choose the same ones.

The choice is winnowing (Schleimer, Wilkerson, Aiken: Winnowing, SIGMOD 2003): the k-gram with the smallest hash of each
window of ``WINDOW`` k-grams. Texts that share ``WINDOW + k - 1`` folded characters in a row share a fingerprint, and a
text has about ``2 / (WINDOW + 1)`` fingerprints a character. Fingerprints are stored: whoever changes anything here
computes all of them again.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ingest.similarity.folding import Codes, fold_codes, is_ideographic
from ingest.similarity.hashing import BASE

GRAM, ALPHABETIC_GRAM = 10, 24  # characters; of about the same rarity in Han and in an alphabet
WINDOW = 128
HASH_BITS = 39  # what a positive int8 leaves beside a document number of 24 bits

_SMALL = np.uint32(5 / WINDOW * 2**32)  # a minimum of WINDOW hashes is smaller than this with a probability of 1 - e^-5
_NONE = np.uint32(0xFFFFFFFF)
_BLOCK = 1 << 16  # characters worked on at once: they stay in the cache, and a long text takes no more memory
_OVERLAP = WINDOW + ALPHABETIC_GRAM
_PLACE_BITS = np.uint32((1 << 13) - 1)  # enough to tell places within a window; the other 19 bits order k-grams
_LAST = _NONE & ~_PLACE_BITS


def _powers(base: int, count: int) -> Codes:
    return np.concatenate(([1], np.full(count - 1, base))).astype(np.uint32).cumprod(dtype=np.uint32)


_POWERS = _powers(BASE, _BLOCK + _OVERLAP)
_INVERSE = _powers(pow(BASE, -1, 1 << 32), _BLOCK + _OVERLAP)
_PLACE = np.arange(_BLOCK + _OVERLAP, dtype=np.uint32) & _PLACE_BITS
_FIRST = np.zeros(1, np.int64)


def _multipliers() -> NDArray[np.uint64]:
    """Pseudo-random odd numbers (SplitMix: Steele, Lea, Flood, OOPSLA 2014), for both lengths of k-grams."""
    state = np.arange(1, ALPHABETIC_GRAM + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    state = (state ^ (state >> np.uint64(31))) | np.uint64(1)
    return np.stack((np.where(np.arange(ALPHABETIC_GRAM) < GRAM, state, 0).astype(np.uint64), state))


_MULTIPLIERS = _multipliers()
_PLACES = np.arange(ALPHABETIC_GRAM)


def fingerprints(text: str) -> NDArray[np.int64]:
    """What is stored of a text: sorted, distinct, ``HASH_BITS`` bits each; nothing for a text shorter than a k-gram."""
    codes = fold_codes(text)
    return _strong_hashes(codes, _winnow(codes))


def probes(text: str) -> NDArray[np.int64]:
    """What is looked up for a text: its fingerprints, and other k-grams that another text may have chosen.

    Which k-gram is chosen depends on the text around a passage, and on changes within it. So every k-gram is looked up
    whose hash is small enough to be a minimum elsewhere, unless the text is so long that it has plenty.
    """
    codes = fold_codes(text)
    chosen = _winnow(codes)
    if codes.size <= _BLOCK:
        chosen = np.concatenate((chosen, np.flatnonzero(_gram_hashes(codes) < _SMALL)))
    return _strong_hashes(codes, chosen)


def _winnow(codes: Codes) -> NDArray[np.int64]:
    """Where the chosen k-grams begin."""
    chosen = [_winnow_block(codes[at : at + _BLOCK + _OVERLAP]) + at for at in range(0, codes.size, _BLOCK)]
    return np.concatenate(chosen) if chosen else np.empty(0, np.int64)


def _winnow_block(codes: Codes) -> NDArray[np.int64]:
    hashes = _gram_hashes(codes)
    if not hashes.size:
        return np.empty(0, np.int64)
    # The low bits, which decide nothing, take the place of each k-gram along to where it is the minimum.
    hashes &= ~_PLACE_BITS
    hashes |= _PLACE[: hashes.size]
    smallest = _sliding_minimum(hashes, min(WINDOW, hashes.size))
    windows = np.concatenate((_FIRST, np.flatnonzero((smallest[1:] ^ smallest[:-1]) > _PLACE_BITS) + 1))
    chosen = smallest[windows]
    places: NDArray[np.int64] = windows + ((chosen - windows) & _PLACE_BITS)
    return places if chosen.max() < _LAST else places[chosen < _LAST]


def _gram_hashes(codes: Codes) -> Codes:
    """A hash of the k-gram that begins at each character; ``_NONE`` where none fits any more.

    The k-gram's characters times the powers of a base, taken from the sums over the whole text.
    """
    size = codes.size - GRAM + 1
    if size <= 0:
        return codes[:0]
    sums = np.empty(codes.size + ALPHABETIC_GRAM, np.uint32)
    sums[0] = 0
    np.cumsum(codes * _POWERS[: codes.size], dtype=np.uint32, out=sums[1 : codes.size + 1])
    ideographic = is_ideographic(codes[:size])
    hashes = np.where(ideographic, sums[GRAM : GRAM + size], sums[ALPHABETIC_GRAM : ALPHABETIC_GRAM + size])
    hashes -= sums[:size]
    hashes *= _INVERSE[:size]
    long = max(0, codes.size - ALPHABETIC_GRAM + 1)
    hashes[long:][~ideographic[long:]] = _NONE
    return hashes


def _sliding_minimum(values: Codes, width: int) -> Codes:
    done = 1
    while done < width:
        step = min(done, width - done)
        values = np.minimum(values[:-step], values[step:])
        done += step
    return values


def _strong_hashes(codes: Codes, places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Multilinear hashes (Lemire, Kaser: Strongly universal string hashing is fast, 2014) of the k-grams there."""
    if not places.size:
        return np.empty(0, np.int64)
    grams = codes.take(places[:, None] + _PLACES, mode="clip")
    several = np.where(is_ideographic(grams[:, :1]), _MULTIPLIERS[0], _MULTIPLIERS[1])
    several *= grams
    hashes = several.sum(axis=1) >> np.uint64(64 - HASH_BITS)
    hashes.sort()
    distinct: NDArray[np.uint64] = hashes[np.concatenate((_FIRST, np.flatnonzero(hashes[1:] != hashes[:-1]) + 1))]
    return distinct.view(np.int64)

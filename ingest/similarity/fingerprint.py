"""Fingerprints of a text: a few of its k-grams, chosen so that texts with a common passage choose the same ones.

The choice is winnowing (Schleimer, Wilkerson, Aiken: Winnowing, SIGMOD 2003): the k-gram with the smallest hash of each
window of ``WINDOW`` k-grams. Texts that share ``WINDOW + k - 1`` folded characters in a row share a fingerprint, and a
text has about ``2 / (WINDOW + 1)`` fingerprints a character. Fingerprints are stored: whoever changes anything here
computes all of them again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ingest.similarity.folding import Codes, folds, is_ideographic
from ingest.similarity.hashing import BASE

Ints = NDArray[np.int64]

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
_NOWHERE = np.empty(0, np.int64)


def _multipliers() -> NDArray[np.uint64]:
    """Pseudo-random odd numbers (SplitMix: Steele, Lea, Flood, OOPSLA 2014), for both lengths of k-grams."""
    state = np.arange(1, ALPHABETIC_GRAM + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    state = (state ^ (state >> np.uint64(31))) | np.uint64(1)
    return np.stack((np.where(np.arange(ALPHABETIC_GRAM) < GRAM, state, 0).astype(np.uint64), state))


_MULTIPLIERS = np.ascontiguousarray(_multipliers().T)
_SHIFT = np.uint64(64 - HASH_BITS)
_HASH = (1 << HASH_BITS) - 1
_BEYOND = np.zeros(ALPHABETIC_GRAM, np.uint32)


def fingerprints(text: str) -> Ints:
    """What is stored of a text: sorted, distinct, ``HASH_BITS`` bits each; nothing for a text shorter than a k-gram."""
    return fingerprints_of([text])[0]


def fingerprints_of(texts: Sequence[str]) -> list[Ints]:
    """The ``fingerprints`` of each text; many at a time take half the time."""
    return [own for some in _batches(texts) for own in _made(some, every_small=False)]


def probes(text: str) -> Ints:
    """What is looked up for a text: its fingerprints, and other k-grams that another text may have chosen.

    Which k-gram is chosen depends on the text around a passage, and on changes within it. So every k-gram is looked up
    whose hash is small enough to be a minimum elsewhere, unless the text is so long that it has plenty.
    """
    return probes_of([text])[0]


def probes_of(texts: Sequence[str]) -> list[Ints]:
    """The ``probes`` of each text."""
    return [own for some in _batches(texts) for own in _made(some, every_small=True)]


def _batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """The texts in turn, at most a block of characters at a time, or one longer text."""
    begin = size = 0
    for number, text in enumerate(texts):
        if size and size + len(text) > _BLOCK:
            yield texts[begin:number]
            begin, size = number, 0
        size += len(text)
    if texts:
        yield texts[begin:]


def _made(texts: Sequence[str], *, every_small: bool) -> Iterator[Ints]:
    """The fingerprints of each of a few texts, or their probes."""
    codes, bounds = folds(texts)
    if codes.size <= _BLOCK:
        places = _winnow(codes, bounds, every_small=every_small)
    else:  # a long text, or characters that folded to several
        places = np.concatenate([_winnow_long(codes[a:b], every_small=every_small) + a for a, b in pairwise(bounds)])
    owner = np.searchsorted(bounds, places, "right") - 1
    keys = np.sort(owner << HASH_BITS | _strong_hashes(codes, places))
    keys = keys[np.flatnonzero(np.diff(keys, prepend=-1))]
    ends = keys.searchsorted(np.arange(len(texts) + 1) << HASH_BITS).tolist()
    return (keys[begin:end] & _HASH for begin, end in pairwise(ends))


def _winnow_long(codes: Codes, *, every_small: bool) -> Ints:
    """Where the chosen k-grams of a text begin."""
    if codes.size <= _BLOCK:
        return _winnow(codes, [0, codes.size], every_small=every_small)
    parts = [codes[at : at + _BLOCK + _OVERLAP] for at in range(0, codes.size, _BLOCK)]
    chosen = [_winnow(part, [0, part.size], every_small=False) + n * _BLOCK for n, part in enumerate(parts)]
    return np.concatenate(chosen)


def _winnow(codes: Codes, bounds: Sequence[int], *, every_small: bool) -> Ints:
    """Where the chosen k-grams begin of texts that lie one behind the other, in any order, some perhaps twice.

    ``bounds``: where each text begins, and where the last ends. With ``every_small``, k-grams with small hashes too.
    """
    hashes = _gram_hashes(codes, bounds)
    small = np.flatnonzero(hashes < _SMALL) if every_small else _NOWHERE
    # The low bits, which decide nothing, take the place of each k-gram in its text along to where it is the minimum.
    hashes &= ~_PLACE_BITS
    hashes |= np.concatenate([_PLACE[: b - a] for a, b in pairwise(bounds)])
    begins, sizes = np.array(bounds[:-1]), np.diff(bounds) - GRAM + 1
    brief = np.flatnonzero((sizes > 0) & (sizes < WINDOW)).tolist()
    alone = [bounds[n] + int(hashes[bounds[n] : bounds[n] + sizes[n]].argmin()) for n in brief]
    chosen = np.array([place for place in alone if hashes[place] < _LAST], np.int64)
    if codes.size < WINDOW + GRAM - 1:
        return np.concatenate((chosen, small))
    smallest = _sliding_minimum(hashes, WINDOW)
    windows = np.flatnonzero((smallest[1:] ^ smallest[:-1]) > _PLACE_BITS) + 1
    owner = begins.searchsorted(windows, "right") - 1
    inside = windows - begins[owner] <= sizes[owner] - WINDOW
    whole = begins[sizes >= WINDOW]
    windows, begins = np.concatenate((whole, windows[inside])), np.concatenate((whole, begins[owner[inside]]))
    minima = smallest[windows]
    places = windows + ((minima - (windows - begins)) & _PLACE_BITS)
    return np.concatenate((chosen, places[minima < _LAST], small))


def _gram_hashes(codes: Codes, bounds: Sequence[int]) -> Codes:
    """A hash of the k-gram that begins at each character; ``_NONE`` where none fits into its text.

    The k-gram's characters times the powers of a base, taken from the sums over all texts.
    """
    size = codes.size
    sums = np.zeros(size + ALPHABETIC_GRAM, np.uint32)
    np.cumsum(codes * _POWERS[:size], dtype=np.uint32, out=sums[1 : size + 1])
    alphabetic = ~is_ideographic(codes)
    hashes = sums[ALPHABETIC_GRAM:] - sums[GRAM : GRAM + size]
    hashes *= alphabetic
    hashes += sums[GRAM : GRAM + size]
    hashes -= sums[:size]
    hashes *= _INVERSE[:size]
    for begin, end in pairwise(bounds):
        tail = max(begin, end - ALPHABETIC_GRAM + 1)
        hashes[tail:end][alphabetic[tail:end]] = _NONE
        hashes[max(begin, end - GRAM + 1) : end] = _NONE
    return hashes


def _sliding_minimum(values: Codes, width: int) -> Codes:
    done = 1
    while done < width:
        step = min(done, width - done)
        values = np.minimum(values[:-step], values[step:])
        done += step
    return values


def _strong_hashes(codes: Codes, places: Ints) -> Ints:
    """Multilinear hashes (Lemire, Kaser: Strongly universal string hashing is fast, 2014) of the k-grams there."""
    grams = sliding_window_view(np.concatenate((codes, _BEYOND)), ALPHABETIC_GRAM)[places]
    both = grams.astype(np.uint64) @ _MULTIPLIERS
    hashes: NDArray[np.uint64] = np.where(is_ideographic(grams[:, 0]), both[:, 0], both[:, 1]) >> _SHIFT
    return hashes.view(np.int64)

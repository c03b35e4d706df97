"""A text made ready to be compared: folded, its k-grams sorted by hash, its characters weighed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ingest.similarity.folding import Codes, fold, is_ideographic
from ingest.similarity.hashing import doubled, joined

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

GRAM, ALPHABETIC_GRAM = 8, 16  # shorter than those of fingerprints: they find what stands between two changes
ALPHABETIC_WEIGHT = 0.3  # what a letter of an alphabet tells, in Han characters
PLACE = 0xFFFFFFFF


@dataclass(frozen=True)
class Shingles:
    """The k-grams of a text.

    ``codes``: folded characters; ``offsets``: their indices in the text; ``sorted``: ``hash << 32 | place`` of each
    k-gram, ascending. Places count folded characters.
    """

    codes: Codes
    offsets: Ints
    sorted: Ints

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
    def distinct(self) -> Ints:
        """The hashes of the k-grams, ascending, each once."""
        hashes: Ints = self.sorted >> 32
        return hashes[np.flatnonzero(np.diff(hashes, prepend=-1))]


def shingles(text: str) -> Shingles:
    """The k-grams of a text."""
    folded = fold(text)
    codes = folded.codes
    eight = doubled(codes)[2]
    sixteen = joined(eight, eight, GRAM)
    ideographic = is_ideographic(codes[: eight.size])
    hashes = eight.astype(np.int64)
    np.copyto(hashes[: sixteen.size], sixteen, where=~ideographic[: sixteen.size])
    fits = ideographic.copy()
    fits[: sixteen.size] = True
    places = np.flatnonzero(fits)
    return Shingles(codes, folded.offsets, np.sort(hashes[places] << 32 | places))

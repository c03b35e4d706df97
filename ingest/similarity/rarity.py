"""How common the words of a text are: in how many works they stand, counted on the spot among the texts at hand.

A passage that one other work has is evidence in full. A footer that every essay of a site has is none, and an often
quoted sentence is little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.similarity.shingles import ALPHABETIC_GRAM, GRAM, PLACE, Floats, Ints, Shingles

EXPONENT = 2.0  # what n works have is worth n to the minus this: 225 characters of three works weigh as 25 of one
_SAMPLE = 1 << 26  # k-grams with a smaller hash, one of 64, stand for a text where texts are held against one another
_COPIES = 0.5  # share of the smaller sample: then the texts are of one work


@dataclass(frozen=True, slots=True)
class Rarity:
    """``grams``: hashes of k-grams, ascending; ``works``: how many works have each. All others are in one work."""

    grams: Ints
    works: Ints

    def weights(self, text: Shingles) -> Floats:
        """What each character of a text is worth: what it tells, divided by how common it is."""
        hashes, places = text.sorted >> 32, text.sorted & PLACE
        at = self.grams.searchsorted(hashes)
        known = self.grams.take(at, mode="clip") == hashes if self.grams.size else np.zeros(hashes.size, bool)
        if not known.any():
            return text.information
        works = np.ones((2, text.codes.size))
        places = places[known]
        works[np.where(text.ideographic[places], 0, 1), places] = self.works[at[known]]
        # A character is as common as the most common k-gram that holds it.
        common = np.maximum(_greatest(works[0], GRAM), _greatest(works[1], ALPHABETIC_GRAM))
        return text.information * common**-EXPONENT


def rarity(text: Shingles, compared: Sequence[Shingles], witnesses: Sequence[Shingles] = ()) -> Rarity:
    """How many works have the k-grams that a text shares with those it is compared with."""
    grams = text.distinct[np.any([_held(text.distinct, other) for other in compared], axis=0)]
    others = [*compared, *witnesses]
    held = np.array([_held(grams, other) for other in others])
    works = np.zeros(grams.size, np.int64)
    for work in _works(others):
        works += held[work].any(axis=0)
    return Rarity(grams[works > 1], works[works > 1])


def _held(grams: Ints, text: Shingles) -> NDArray[np.bool_]:
    if not text.distinct.size:
        return np.zeros(grams.size, bool)
    found: NDArray[np.bool_] = text.distinct.take(text.distinct.searchsorted(grams), mode="clip") == grams
    return found


def _works(texts: Sequence[Shingles]) -> list[list[int]]:
    """The numbers of the texts, those of one work together: copies that are not yet known as such count once."""
    samples = [text.distinct[: text.distinct.searchsorted(_SAMPLE)] for text in texts]
    sizes = np.array([max(1, sample.size) for sample in samples])
    grams, numbers = np.unique(np.concatenate(samples), return_inverse=True)
    holds = np.zeros((len(texts), grams.size), np.float32)
    holds[np.repeat(np.arange(len(texts)), [sample.size for sample in samples]), numbers] = 1
    copies = holds @ holds.T >= _COPIES * np.minimum.outer(sizes, sizes)
    works: list[list[int]] = []
    for number in range(len(texts)):
        work = next((work for work in works if copies[number, work[0]]), None)
        if work is None:
            works.append([number])
        else:
            work.append(number)
    return works


def _greatest(values: Floats, width: int) -> Floats:
    """The greatest of the ``width`` values up to each."""
    done = 1
    while done < width:
        step = min(done, width - done)
        values = np.concatenate((values[:step], np.maximum(values[step:], values[:-step])))
        done += step
    return values

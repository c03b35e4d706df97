"""How common the words of a text are: in how many works they stand, counted on the spot among the texts at hand.

A passage that one other work has is evidence in full. A footer that every essay of a site has is none, and an often
quoted sentence is little.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ingest.similarity.shingles import ALPHABETIC_GRAM, GRAM, Floats, Ints, Shared, Shingles

EXPONENT = 2.0  # what n works have is worth n to the minus this: 225 characters of three works weigh as 25 of one
_COPIES = 0.5  # share of the smaller sample: then the texts are of one work


def works(text: Shingles, others: Sequence[Shingles], found: Shared, compared: int) -> Ints:
    """How many works have each k-gram of a text, among those that the first ``compared`` of the others have.

    All other k-grams count as those of one work.
    """
    size = text.grams.hashes.size
    bits = len(others).bit_length()
    holders = np.sort(found.gram << bits | _works(others)[found.text])
    having = np.bincount(holders[np.flatnonzero(np.diff(holders, prepend=-1))] >> bits, minlength=size)
    told = np.zeros(size, bool)
    told[found.gram[found.text < compared]] = True
    return np.where(told, having, 1)


def weights(text: Shingles, places: Ints, having: Ints) -> Floats:
    """What each character of a text is worth: what it tells, divided by how common it is.

    ``having``: how many works have the k-grams that begin at ``places``; all others are in one work.
    """
    common = having > 1
    if not common.any():
        return text.information
    places = places[common]
    greatest = np.ones((2, text.codes.size))
    greatest[np.where(text.ideographic[places], 0, 1), places] = having[common]
    # A character is as common as the most common k-gram that holds it.
    of = np.maximum(_greatest(greatest[0], GRAM), _greatest(greatest[1], ALPHABETIC_GRAM))
    return text.information * of**-EXPONENT


def _works(texts: Sequence[Shingles]) -> Ints:
    """The number of the first text of each one's work: copies that are not yet known as such count once."""
    sizes = np.array([text.sample.size for text in texts])
    grams, numbers = np.unique(np.concatenate([text.sample for text in texts]), return_inverse=True)
    holds = np.zeros((len(texts), grams.size), np.float32)
    holds[np.arange(len(texts)).repeat(sizes), numbers] = 1
    least = np.maximum(sizes, 1)
    copies = (holds @ holds.T >= _COPIES * np.minimum.outer(least, least)).tolist()
    firsts: list[int] = []
    for number, copy_of in enumerate(copies):
        firsts.append(next((first for first in range(number) if firsts[first] == first and copy_of[first]), number))
    return np.array(firsts)


def _greatest(values: Floats, width: int) -> Floats:
    """The greatest of the ``width`` values up to each."""
    done = 1
    while done < width:
        step = min(done, width - done)
        values = np.concatenate((values[:step], np.maximum(values[step:], values[:-step])))
        done += step
    return values

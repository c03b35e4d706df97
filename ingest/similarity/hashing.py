"""Polynomial hashes of all k-grams of a text at once."""

from __future__ import annotations

import numpy as np

from ingest.similarity.folding import Codes

BASE = 0x9E3779B1  # odd, so that powers keep all 32 bits (Knuth's multiplicative constant)


def joined(left: Codes, right: Codes, shift: int) -> Codes:
    """Hashes of ``left``'s characters followed by those of ``right``'s that begin ``shift`` places further on."""
    size = max(0, min(left.size, right.size - shift))
    hashes = left[:size] * np.uint32(pow(BASE, shift, 1 << 32))
    hashes += right[shift : shift + size]
    return hashes


def doubled(codes: Codes) -> tuple[Codes, Codes, Codes]:
    """Hashes of the 2-grams, 4-grams and 8-grams that begin at each character."""
    two = joined(codes, codes, 1)
    four = joined(two, two, 2)
    return two, four, joined(four, four, 4)

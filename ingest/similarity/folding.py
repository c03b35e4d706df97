"""The fold as an array of characters, each with its place in the text that a person reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from ingest.text import fold as fold_text

Codes = NDArray[np.uint32]

_CODE_POINTS = 0x110000
_DROPPED = 0  # no letter or digit has this code point
_UNKNOWN = 0xFFFFFFFF
_ALPHABET_END = 0x2E80  # alphabets end here, Han and kana follow; Hangul folds to its letters

# Code point → folded code point, or _DROPPED, or _CODE_POINTS + the number of a character that folds to several.
_table = np.full(_CODE_POINTS, _UNKNOWN, np.uint32)
_several: list[Codes] = []
_learning = Lock()


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text: ``codes`` are its code points, ``offsets`` the index in the text of the character behind each."""

    codes: Codes
    offsets: NDArray[np.int64]


def encode(text: str) -> Codes:
    """The code points of a text, halves of characters included."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def folds(texts: Sequence[str]) -> tuple[Codes, list[int]]:
    """The folds of several texts as code points, one behind the other; where each begins, and where the last ends."""
    folded, several = _look_up(encode("".join(texts)))
    kept = folded != _DROPPED
    ends = [0, *accumulate(map(len, texts))]
    bounds = [0, *accumulate(int(np.count_nonzero(kept[begin:end])) for begin, end in pairwise(ends))]
    codes = folded.compress(kept)
    if several:
        codes, repeats = _expand(codes)
        bounds = np.concatenate(([0], repeats.cumsum()))[bounds].tolist()
    return codes, bounds


def fold(text: str) -> Folded:
    """``ingest.text.fold`` as code points, with offsets into the text."""
    folded, several = _look_up(encode(text))
    offsets = np.flatnonzero(folded != _DROPPED)
    kept = folded[offsets]
    if several:
        kept, repeats = _expand(kept)
        offsets = offsets.repeat(repeats)
    return Folded(kept, offsets)


def is_ideographic(codes: Codes) -> NDArray[np.bool_]:
    """Which characters carry about a word each, and not about a sound."""
    return codes >= _ALPHABET_END


def _look_up(codes: Codes) -> tuple[Codes, bool]:
    """What each character folds to, and whether some fold to several."""
    folded = _table.take(codes)
    if not codes.size or folded.max() < _CODE_POINTS:
        return folded, False
    for code in np.unique(codes[folded == _UNKNOWN]).tolist():
        _learn(code)
    folded = _table.take(codes)
    return folded, bool(folded.max() >= _CODE_POINTS)


def _learn(code: int) -> None:
    made = encode(fold_text(chr(code)))
    if made.size <= 1:
        _table[code] = made[0] if made.size else _DROPPED
        return
    with _learning:
        _several.append(made)
        _table[code] = _CODE_POINTS + len(_several) - 1


def _expand(kept: Codes) -> tuple[Codes, NDArray[np.int64]]:
    """The characters with expansions put in, and how many each became."""
    made_of = np.array([made.size for made in _several])
    number = kept.astype(np.int64) - _CODE_POINTS
    repeats = np.where(number >= 0, made_of[np.maximum(number, 0)], 1)
    firsts = repeats.cumsum() - repeats
    out = kept.repeat(repeats)
    for n in np.unique(number[number >= 0]).tolist():
        places = firsts[number == n]
        out[places[:, None] + np.arange(made_of[n])] = _several[n]
    return out, repeats

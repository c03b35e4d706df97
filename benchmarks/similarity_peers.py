"""The peers of ``benchmarks.similarity``, each at its defaults and at its best on Chinese text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from datasketch import MinHash, MinHashLSH
from gaoya.minhash import MinHashStringIndex
from rensa import RMinHash, RMinHashLSH

GRAM, JACCARD, BANDS, ROWS = 5, 0.3, 42, 3
HASHES = BANDS * ROWS


class Contender(Protocol):
    wants_fold: bool

    def sign(self, text: str) -> object: ...
    def insert(self, number: int, text: str) -> None: ...
    def query(self, text: str) -> Iterable[int]: ...


def grams(text: str) -> list[str]:
    return list({text[at : at + GRAM] for at in range(max(1, len(text) - GRAM + 1))})


def words(text: str) -> list[str]:
    return list(set(text.split()))


class Gaoya:
    """Checks the estimated similarity itself; signs only while it inserts or asks."""

    def __init__(self, best: bool) -> None:
        self.wants_fold = best
        self.index = (
            MinHashStringIndex(32, JACCARD, BANDS, ROWS, None, "char", False, (GRAM, GRAM))
            if best
            else MinHashStringIndex()
        )

    def sign(self, text: str) -> object:
        return self.index.query(text)

    def insert(self, number: int, text: str) -> None:
        self.index.insert_document(number, text)

    def query(self, text: str) -> Iterable[int]:
        return self.index.query(text)


@dataclass
class Datasketch:
    wants_fold: bool
    seed: int
    signatures: dict[int, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.index = MinHashLSH(num_perm=HASHES, params=(BANDS, ROWS)) if self.wants_fold else MinHashLSH()

    def sign(self, text: str) -> Any:
        made = MinHash(num_perm=HASHES if self.wants_fold else 128, seed=self.seed)
        made.update_batch([gram.encode() for gram in (grams(text) if self.wants_fold else words(text))])
        return made

    def insert(self, number: int, text: str) -> None:
        self.signatures[number] = self.sign(text)
        self.index.insert(number, self.signatures[number])

    def query(self, text: str) -> Iterable[int]:
        made = self.sign(text)
        least = JACCARD if self.wants_fold else 0.0
        return [n for n in self.index.query(made) if self.signatures[n].jaccard(made) >= least]


@dataclass
class Rensa:
    wants_fold: bool
    seed: int
    signatures: dict[int, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        hashes, bands, least = (HASHES, BANDS, JACCARD) if self.wants_fold else (128, 8, 0.8)
        self.hashes, self.least = hashes, least
        self.index = RMinHashLSH(threshold=least, num_perm=hashes, num_bands=bands)

    def sign(self, text: str) -> Any:
        made = RMinHash(num_perm=self.hashes, seed=self.seed)
        made.update(grams(text) if self.wants_fold else words(text))
        return made

    def insert(self, number: int, text: str) -> None:
        self.signatures[number] = self.sign(text)
        self.index.insert(number, self.signatures[number])

    def query(self, text: str) -> Iterable[int]:
        made = self.sign(text)
        return [n for n in self.index.query(made) if self.signatures[n].jaccard(made) >= self.least]


def contenders(seed: int) -> dict[str, Contender]:
    """The best settings bear the bare names."""
    return {
        "gaoya": Gaoya(best=True),
        "datasketch": Datasketch(True, seed),
        "rensa": Rensa(True, seed),
        "gaoya_default": Gaoya(best=False),
        "datasketch_default": Datasketch(False, seed),
        "rensa_default": Rensa(False, seed),
    }

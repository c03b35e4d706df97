"""A store of fingerprints in memory, with the limits that the database has."""

from __future__ import annotations

from bisect import insort

from ingest.similarity.candidates import POSTINGS, candidates
from ingest.similarity.comparison import Comparison, relate
from ingest.similarity.fingerprint import fingerprints, probes
from ingest.similarity.shingles import Shingles, shingles


class Index:
    """Documents by number, to be related to texts.

    The order of adding changes nothing: a fingerprint keeps its ``POSTINGS`` lowest document numbers, whenever they
    came.
    """

    def __init__(self) -> None:
        self._postings: dict[int, list[int]] = {}
        self._texts: dict[int, Shingles] = {}

    def add(self, number: int, text: str) -> None:
        """Stores a document under a number of its own."""
        self._texts[number] = shingles(text)
        for fingerprint in fingerprints(text).tolist():
            documents = self._postings.setdefault(fingerprint, [])
            insort(documents, number)
            del documents[POSTINGS:]

    def relate(self, text: str) -> dict[int, Comparison]:
        """The stored documents that share a passage with a text that is not stored."""
        postings = [found for probe in probes(text).tolist() if (found := self._postings.get(probe))]
        chosen = candidates(postings)
        compared = {number: self._texts[number] for number in chosen.compared}
        return relate(text, compared, [self._texts[number] for number in chosen.witnesses])

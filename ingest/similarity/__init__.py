"""Which texts share passages, and what they are of one another. Pure: no database, no files.

A text's ``fingerprints`` are stored; its ``probes`` are looked up; both come faster for many texts at a time.
``candidates`` chooses among the documents found; ``relate`` compares their texts and says what each is: ``same_text``,
``near_copy``, ``excerpt_of``, ``quotes``.
"""

from ingest.similarity.candidates import POSTINGS, Candidates, candidates
from ingest.similarity.comparison import Comparison, Passage, Verdict, compare, relate
from ingest.similarity.fingerprint import HASH_BITS, fingerprints, fingerprints_of, probes, probes_of
from ingest.similarity.index import Index
from ingest.similarity.shingles import Shingles, shingles

__all__ = [
    "HASH_BITS",
    "POSTINGS",
    "Candidates",
    "Comparison",
    "Index",
    "Passage",
    "Shingles",
    "Verdict",
    "candidates",
    "compare",
    "fingerprints",
    "fingerprints_of",
    "probes",
    "probes_of",
    "relate",
    "shingles",
]

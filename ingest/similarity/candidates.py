"""Which stored texts are worth comparing with a text, and which tell how common its passages are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

POSTINGS = 8  # documents that a look-up returns for one fingerprint: the first ones by number
MOST = 16  # texts that are fetched for one text
COMPARED = 12  # of them, those with a rare fingerprint; the rest is left to others that show what is common
RARE = 3  # documents that may share a fingerprint which says by itself that a passage was taken over
SHARE = 0.25  # of a text's fingerprints found: a copy or an excerpt, however many documents have them
WITNESSES = 4  # documents that have to share a fingerprint before it is known to be common


@dataclass(frozen=True, slots=True)
class Candidates:
    """Document numbers: those to compare, best first, and those that only show how common passages are."""

    compared: tuple[int, ...] = ()
    witnesses: tuple[int, ...] = ()


def candidates(postings: Sequence[Sequence[int]]) -> Candidates:
    """At most ``MOST`` documents; nothing when none can share more than common passages.

    ``postings``: for each fingerprint of the text that is stored, the documents that have it, at most ``POSTINGS``.
    """
    held: dict[int, list[int]] = {}
    for number, documents in enumerate(postings):
        for document in documents:
            held.setdefault(document, []).append(number)
    rare = {document for documents in postings if len(documents) <= RARE for document in documents}
    worth = rare | {document for document, numbers in held.items() if len(numbers) >= SHARE * len(postings)}
    if not worth:
        return Candidates()
    evidence = {document: sum(1 / len(postings[n]) for n in numbers) for document, numbers in held.items()}
    first = sorted(rare, key=lambda document: (-evidence[document], document))[:COMPARED]
    chosen = first + _covering(postings, held, evidence, first)
    return Candidates(tuple(d for d in chosen if d in worth), tuple(d for d in chosen if d not in worth))


def _covering(
    postings: Sequence[Sequence[int]], held: dict[int, list[int]], evidence: dict[int, float], first: list[int]
) -> list[int]:
    """More documents, so that each fingerprint is held by ``WITNESSES``: greedily those that still add the most."""
    lacking = [min(len(documents), WITNESSES) for documents in postings]
    gain = {document: len(numbers) for document, numbers in held.items()}
    chosen: list[int] = []
    waiting = first[::-1]
    while gain and len(first) + len(chosen) - len(waiting) < MOST:
        if waiting:
            document = waiting.pop()
        else:
            document = max(gain, key=lambda d: (gain[d], evidence[d], -d))
            if not gain[document]:
                break
            chosen.append(document)
        del gain[document]
        for number in held[document]:
            lacking[number] -= 1
            if not lacking[number]:
                for other in postings[number]:
                    if other in gain:
                        gain[other] -= 1
    return chosen

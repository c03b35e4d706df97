"""The step that finds out what new documents are to those that are here: copies, excerpts, quotations, or new works.

Fingerprints are committed before they are looked up, so of two documents that come at the same time at least one finds
the other. A crash leaves ``related_at`` NULL, and the next call does it again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from ingest import similarity
from ingest.settings import settings
from ingest.similarity import POSTINGS, Comparison, Shingles, Verdict, shingles
from ingest.store import Connection, Store, ask
from ingest.store.revisions import fold_sha
from ingest.store.rows import as_array, as_json

BATCH = 100
"""Documents that are related in one transaction."""
FEW = 8
"""Documents that may share a fingerprint for what they are to one another to be measured again when one more has it.
Of what more have in common, relations may depend on the order of loading."""
NUMBER_BITS = 24
GROWN = 0.05
"""Share of new keys from which a slice is written anew: half of it doubles what is written, twice of it halves it."""
SLICES_TO_CLEAN = 8
"""Slices after whose merge the space that they had is given free, so that the next ones take it."""
DOUBTFUL = 0.8
"""A near copy whose smaller share is below this is shown to a person as well."""

Pair = tuple[int, int]


def relate(store: Store) -> int:
    """Relates all documents that have not been, and settles their works; how many that were.

    Any number of workers may do it at once: each takes documents that nobody else holds. May be stopped and repeated.
    Raises ``IngestError`` when the numbers for fingerprints have run out.
    """
    related = 0
    while done := store.attempt(lambda connection: _relate_batch(store, connection)):
        related += done
    return related


def relate_all(store: Store) -> int:
    """Forgets all that was measured, folds and fingerprints included, and measures it again; how many documents."""
    after = 0
    while rows := store.ask("relate", "folds", after=after, limit=BATCH):
        folds = ((row, fold_sha(row.text)) for row in rows)
        stale = [
            {"revision_id": row.revision_id, "fold_sha": sha}
            for row, sha in folds
            if sha != (bytes(row.fold_sha) if row.fold_sha else None)
        ]
        if stale:
            store.ask("relate", "set_folds", rows=as_json(stale))
        after = rows[-1].revision_id
    store.ask("relate", "forget")
    return relate(store)


def pack(store: Store, share: float = GROWN) -> int:
    """Packs the fingerprints of slices that grew by more than this share since; how many slices, none unless set so.

    Any number may do it at once, beside loading; what is looked up meanwhile is the same.
    """
    if not settings().pack_fingerprints:
        return 0
    slices = [row.slice for row in store.ask("relate", "slices", share=share)]
    for done, number in enumerate(slices, 1):
        store.ask("relate", "merge", slice=number)
        if done % SLICES_TO_CLEAN == 0:
            store.clean("relate", "clean_up")
    if slices:
        store.clean("relate", "rebuild")
    return len(slices)


def _relate_batch(store: Store, connection: Connection) -> int:
    pending = ask(connection, "relate", "pending", limit=BATCH)
    if not pending:
        return 0
    store.attempt(lambda other: _index(other, pending))
    # To the end of the transaction: what a neighbour finds meanwhile would be deleted below, unseen.
    ask(connection, "relate", "take_gate")
    again, measured = _measure(connection, pending)
    documents = [row.document_id for row in pending]
    ask(connection, "relate", "remove_matches", documents=documents)
    was = ask(connection, "relate", "remove_among", ids=[row.revision_id for row in again])
    matches = [_match_row(a, b, comparison) for (a, b), comparison in measured.items()]
    if matches:
        ask(connection, "relate", "add_matches", rows=as_json(matches))
        ask(connection, "relate", "remove_passages", rows=as_json(matches))
        passages = [row for (a, b), comparison in measured.items() for row in _passage_rows(a, b, comparison)]
        ask(connection, "relate", "add_passages", rows=as_json(passages))
    if doubtful := [one for one in matches if one["kind"] == "near_copy" and _least_share(one) < DOUBTFUL]:
        ask(connection, "relate", "ask_person", rows=as_json(doubtful))
    ask(connection, "relate", "settle", ids=[*documents, *_other_copies(again, was, matches)])
    ask(connection, "relate", "set_related", ids=[row.revision_id for row in pending])
    return len(pending)


def _least_share(match: dict[str, Any]) -> float:
    return float(min(match["share_a"], match["share_b"]))


def _index(connection: Connection, pending: Sequence[Any]) -> None:
    """Adds the fingerprints of these revisions, and removes those of revisions that they replace."""
    outdated = ask(connection, "relate", "outdated", documents=[row.document_id for row in pending])
    if outdated:
        ask(connection, "relate", "remove_keys", keys=as_array(_keys([(row.number, row.text) for row in outdated])))
        ask(connection, "relate", "remove_numbers", numbers=[row.number for row in outdated])
    texts = {row.revision_id: row.text for row in pending}
    added = ask(connection, "relate", "add_numbers", ids=list(texts))
    if keys := _keys([(row.number, texts[row.revision_id]) for row in added]):
        ask(connection, "relate", "add_keys", keys=as_array(keys))


def _keys(numbered: Sequence[tuple[int, str]]) -> list[int]:
    """The rows of the index that these texts have under these numbers, in its order."""
    made = similarity.fingerprints_of([text for _, text in numbered])
    keys = [own << NUMBER_BITS | number for own, (number, _) in zip(made, numbered, strict=True)]
    return np.sort(np.concatenate(keys)).tolist() if keys else []


def _measure(connection: Connection, pending: Sequence[Any]) -> tuple[list[Any], dict[Pair, Comparison]]:
    """The matches of these revisions with all that is in the index, by pairs of revisions.

    What a new text shares with others is more common than it was when those were compared. So those that are related
    are measured again among themselves; they come first.
    """
    chosen, affected = _chosen(connection, pending)
    others = _texts(connection, _documents_of(chosen) | affected)
    again = [
        row
        for document in sorted(affected.difference(chosen))
        if (row := others.get(document)) is not None and row.related_at
    ]
    related = ask(connection, "relate", "among", ids=[row.revision_id for row in again])
    ends = {end for match in related for end in (match.a, match.b)}
    again = [row for row in again if row.revision_id in ends]
    chosen |= _chosen(connection, again)[0]
    others |= _texts(connection, _documents_of(chosen).difference(others))
    ready: dict[int, Shingles] = {}

    def of(document: int) -> Shingles:
        if document not in ready:
            ready[document] = shingles(others[document].text)
        return ready[document]

    measured: dict[Pair, tuple[int, Comparison]] = {}
    for row in (*pending, *again):
        candidates = chosen[row.document_id]
        known = [document for document in (*candidates.compared, *candidates.witnesses) if document in others]
        asked = set(candidates.compared).intersection(chosen if row.related_at else known)
        compared = {document: of(document) for document in known if document in asked}
        witnesses = [of(document) for document in known if document not in asked] if compared else []
        for document, comparison in similarity.relate(row.text, compared, witnesses).items():
            pair = (row.revision_id, others[document].revision_id)
            # Of two texts that found one another, the one with the smaller number tells, whichever came first.
            told_by, _ = measured.get(pair[::-1], (row.document_id, None))
            if comparison.verdict is not Verdict.SAME_TEXT and told_by >= row.document_id:
                measured.pop(pair[::-1], None)
                measured[pair] = (row.document_id, comparison)
    return again, {pair: comparison for pair, (_, comparison) in measured.items()}


def _chosen(connection: Connection, rows: Sequence[Any]) -> tuple[dict[int, similarity.Candidates], set[int]]:
    """By document, which others are worth comparing with it; and those others with which they share what few have."""
    if not rows:
        return {}, set()
    made = similarity.probes_of([row.text for row in rows])
    probes = {row.document_id: own.tolist() for row, own in zip(rows, made, strict=True)}
    wanted = sorted({probe for own in probes.values() for probe in own})
    answers = ask(connection, "relate", "look_up", probes=as_array(wanted), most=POSTINGS + 1)
    numbers = as_array({number for row in answers for number in row.numbers})
    # Candidates are told by documents and not by the running numbers of the index, which depend on what came first.
    document_of = {row.number: row.document_id for row in ask(connection, "relate", "documents_of", numbers=numbers)}
    found = {row.probe: [document_of[n] for n in row.numbers if n in document_of] for row in answers}
    postings = {
        document: [others for probe in own if (others := _others(found.get(probe, ()), document))]
        for document, own in probes.items()
    }
    before = [[one for one in documents if one not in probes] for documents in found.values()]
    affected = {one for documents in before if 1 < len(documents) <= FEW for one in documents}
    return {document: similarity.candidates(own) for document, own in postings.items()}, affected


def _others(documents: Sequence[int], own: int) -> list[int]:
    return [document for document in documents if document != own][:POSTINGS]


def _documents_of(chosen: Mapping[int, similarity.Candidates]) -> set[int]:
    return {document for one in chosen.values() for document in (*one.compared, *one.witnesses)}


def _texts(connection: Connection, documents: Collection[int]) -> dict[int, Any]:
    """The current revisions of these documents, as far as they are in the index."""
    rows = ask(connection, "relate", "texts", documents=sorted(documents)) if documents else ()
    return {row.document_id: row for row in rows}


def _other_copies(again: Sequence[Any], was: Sequence[Any], matches: Sequence[dict[str, Any]]) -> list[int]:
    """The documents, of those measured again, that have become near copies of one another, or are none any more."""
    numbers = {row.revision_id: row.document_id for row in again}
    before = {(row.a, row.b) for row in was if row.kind == "near_copy"}
    now = {(m["a"], m["b"]) for m in matches if m["kind"] == "near_copy" and {m["a"], m["b"]} <= numbers.keys()}
    return sorted({numbers[one] for pair in before ^ now for one in pair})


def _match_row(a: int, b: int, comparison: Comparison) -> dict[str, Any]:
    """A match as it is stored: the revision with the smaller number first."""
    flipped = a > b
    part = comparison.part
    if flipped and part:
        part = "b" if part == "a" else "a"
    shares = (min(comparison.share_a, 1.0), min(comparison.share_b, 1.0))
    first, second = shares[::-1] if flipped else shares
    one, other = sorted((a, b))
    kind = str(comparison.verdict)
    return {"a": one, "b": other, "kind": kind, "part": part, "share_a": first, "share_b": second}


def _passage_rows(a: int, b: int, comparison: Comparison) -> list[dict[str, Any]]:
    one, other = sorted((a, b))
    spans = [((p.from_a, p.to_a), (p.from_b, p.to_b)) for p in comparison.passages]
    if a > b:
        spans = sorted((second, first) for first, second in spans)
    return [
        {"a": one, "b": other, "n": n, "from_a": first[0], "to_a": first[1], "from_b": second[0], "to_b": second[1]}
        for n, (first, second) in enumerate(spans, 1)
    ]

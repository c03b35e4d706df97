"""The step that finds out what new documents are to those that are here: copies, excerpts, quotations, or new works.

Fingerprints are committed before they are looked up, so of two documents that come at the same time at least one finds
the other. A crash leaves ``related_at`` NULL, and the next call does it again.
"""

from __future__ import annotations

from collections.abc import Sequence
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
NUMBER_BITS = 24
GROWN = 0.05
"""Share of new keys from which a slice is written anew: half of it doubles what is written, twice of it halves it."""
SLICES_TO_CLEAN = 8
"""Slices after whose merge the space that they had is given free, so that the next ones take it."""
DOUBTFUL = 0.8
"""A near copy whose smaller share is below this is shown to a person as well."""


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
    matches, passages = _measure(connection, pending)
    documents = [row.document_id for row in pending]
    ask(connection, "relate", "remove_matches", documents=documents)
    if matches:
        ask(connection, "relate", "add_matches", rows=as_json(matches))
        ask(connection, "relate", "remove_passages", rows=as_json(matches))
        ask(connection, "relate", "add_passages", rows=as_json(passages))
    if doubtful := [one for one in matches if one["kind"] == "near_copy" and _least_share(one) < DOUBTFUL]:
        ask(connection, "relate", "ask_person", rows=as_json(doubtful))
    ask(connection, "relate", "settle", ids=documents)
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


def _measure(connection: Connection, pending: Sequence[Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The matches of these revisions with all that is in the index, and the passages of them."""
    made = similarity.probes_of([row.text for row in pending])
    probes = {row.revision_id: own.tolist() for row, own in zip(pending, made, strict=True)}
    wanted = sorted({probe for own in probes.values() for probe in own})
    rows = ask(connection, "relate", "look_up", probes=as_array(wanted), most=POSTINGS + 1)
    found = {row.probe: row.numbers for row in rows}
    own_numbers = _numbers(connection, [row.revision_id for row in pending])
    chosen = {}
    for row in pending:
        postings = [
            _others(found[probe], own_numbers[row.revision_id]) for probe in probes[row.revision_id] if probe in found
        ]
        chosen[row.revision_id] = similarity.candidates([one for one in postings if one])
    numbers = sorted({n for some in chosen.values() for n in (*some.compared, *some.witnesses)})
    others = {row.number: row for row in ask(connection, "relate", "texts", numbers=numbers)} if numbers else {}
    ready: dict[int, Shingles] = {}

    def of(number: int) -> Shingles:
        if number not in ready:
            ready[number] = shingles(others[number].text)
        return ready[number]

    measured: dict[tuple[int, int], Comparison] = {}
    for row in pending:
        candidates = chosen[row.revision_id]
        compared = {n: of(n) for n in candidates.compared if n in others}
        witnesses = [of(n) for n in candidates.witnesses if n in others]
        for number, comparison in similarity.relate(row.text, compared, witnesses).items():
            other = others[number].revision_id
            pair = (row.revision_id, other)
            if comparison.verdict is not Verdict.SAME_TEXT and pair[::-1] not in measured:
                measured[pair] = comparison
    matches, passages = [], []
    for (a, b), comparison in measured.items():
        matches.append(_match_row(a, b, comparison))
        passages += _passage_rows(a, b, comparison)
    return matches, passages


def _numbers(connection: Connection, ids: list[int]) -> dict[int, int]:
    return {row.revision_id: row.number for row in ask(connection, "relate", "numbers", ids=ids)}


def _others(numbers: Sequence[int], own: int) -> list[int]:
    return [number for number in numbers if number != own][:POSTINGS]


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

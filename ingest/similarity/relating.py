"""The step that finds out what documents are to one another: copies, excerpts, quotations, or works of their own.

What it finds is a function of the texts that are here and of people's answers, whatever the order in which they came
and however many work at it. A text is indexed first, by one worker at a time, who marks everybody whose view it changes
in the same transaction. Then who is marked is measured: its mark is deleted before anything is looked up, so a text
that comes later marks it again. What a text sees is its side, which nobody else writes; matches and works are derived
from sides by one worker at a time, who sees all of them. ``docs/decisions/0018`` has the proof.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from ingest import similarity
from ingest.model import IngestError
from ingest.settings import settings
from ingest.similarity import POSTINGS, Comparison, Shingles, Verdict, shingles
from ingest.store import Connection, Store, ask
from ingest.store.revisions import fold_sha
from ingest.store.rows import as_array, as_json

BATCH = 100
"""Documents that are indexed or measured in one transaction."""
NUMBER_BITS = 24
GROWN = 0.05
"""Share of new texts from which a slice is written anew: half of it doubles what is written, twice of it halves it."""
SLICES_TO_CLEAN = 8
"""Slices after whose merge the space that they had is given free, so that the next ones take it."""
DOUBTFUL = 0.8
"""A near copy whose smaller share is below this is a work of its own until a person says that it is the same."""
ANSWERS = ("same", "different")

Row = dict[str, Any]


def relate(store: Store) -> int:
    """Relates all documents that have not been, settles their works and asks what only people know; how many they were.

    Documents whose view they change are measured again. Any number of workers may do it at once: each takes documents
    that nobody else holds. May be stopped and repeated.
    """
    related = 0
    while True:
        _index_all(store)  # before anything is measured, so that each text is measured once
        measured = False
        while batch := store.attempt(_measure):
            measured = True
            related += batch.count(True)
        if not measured:
            store.attempt(_ask_people)
            return related


def relate_all(store: Store) -> int:
    """Forgets all that was measured, folds and fingerprints included, and measures it again; how many documents.

    Relations stand until they are measured anew.
    """
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


def questions(store: Store) -> list[Row]:
    """The doubtful near copies that wait for a person: the two documents, ``a`` and ``b``, with their titles."""
    return [dict(row._mapping) for row in store.ask("relate", "open_questions")]


def answer(store: Store, a: int, b: int, given: str, by: str) -> None:
    """Says whether two documents, by number, are one work, as long as their texts stay as they are; works follow.

    Raises ``IngestError`` when the answer is none of ``ANSWERS``, or when nobody asked about these two.
    """
    if given not in ANSWERS:
        raise IngestError(f"{given!r} is no answer.", f"Say {' or '.join(ANSWERS)}.")

    def work(connection: Connection) -> None:
        ask(connection, "relate", "take_gate", gate="works")
        found = ask(connection, "relate", "answer", a=a, b=b, answer=given, by=by)
        if not found:
            raise IngestError(f"Nobody asks about {a} and {b}.", "`ingest review list` shows the open questions.")
        ask(connection, "relate", "mark_documents", keys=[found[0].key_a, found[0].key_b])

    store.attempt(work)
    relate(store)


def measure_again(store: Store, sample: int | None = None) -> tuple[int, list[str]]:
    """How many texts were measured again, and what differs from what is stored: fingerprints, relations, works.

    Measures ``sample`` texts, or all; none while documents wait to be related. Changes nothing.
    """

    def work(connection: Connection) -> tuple[int, list[str]]:
        ask(connection, "relate", "steady")
        if ask(connection, "relate", "waiting")[0].waiting:
            return 0, []
        ids = [row.revision_id for row in ask(connection, "relate", "sampled", sample=sample)]
        batches = [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]
        return len(ids), [line for batch in batches for line in _differences(connection, batch)]

    return store.attempt(work)


def _differences(connection: Connection, ids: list[int]) -> list[str]:
    rows = ask(connection, "relate", "texts_of", ids=ids)
    keys = as_array(_keys([(row.number, row.text) for row in rows]))
    lacking = {row.number for row in ask(connection, "relate", "missing_keys", keys=keys)}
    lines = [f"{row.key}: fingerprints are missing" for row in rows if row.number in lacking]
    seen = {_comparable(side) for side in _sides(connection, rows)}
    stored = {_comparable(dict(row._mapping)) for row in ask(connection, "relate", "sides_of", ids=ids)}
    wrong = {teller for teller, *_ in seen ^ stored}
    lines += [f"{row.key}: shares something else with others" for row in rows if row.revision_id in wrong]
    pairs = ask(connection, "relate", "underived", ids=ids)
    lines += [f"documents {row.a} and {row.b}: the relation is not the measured one" for row in pairs]
    return lines + _wrong_works(ask(connection, "relate", "copies", ids=ids))


def _comparable(side: Row) -> tuple[Any, ...]:
    """A side as it compares with a stored one, whose shares have half the digits."""
    shares = np.float32(side["share_a"]), np.float32(side["share_b"])
    return side["teller"], side["a"], side["b"], side["kind"], side["part"], *shares, tuple(side["spans"])


def _wrong_works(links: Sequence[Any]) -> list[str]:
    """Works that lack a copy, or hold documents that no copies connect."""
    first: dict[int, int] = {}

    def find(one: int) -> int:
        while first.setdefault(one, one) != one:
            one = first[one]
        return one

    lines = {f"work {link.work_id}: lacks document {link.b}" for link in links if link.work_id != link.other_work_id}
    for link in links:
        first[find(link.a)] = find(link.b)
    parts: dict[int, set[int]] = {}
    for link in links:
        parts.setdefault(link.work_id, set()).add(find(link.a))
    lines |= {f"work {work}: holds what are no copies" for work, roots in parts.items() if len(roots) > 1}
    return sorted(lines)


def _index_all(store: Store) -> None:
    after = 0

    def work(connection: Connection) -> int | None:
        return _index(connection, after)

    while last := store.attempt(work):
        after = last


def _index(connection: Connection, after: int) -> int | None:
    """Adds the fingerprints of a batch of new texts, removes those of what they replace, and marks whom it concerns.

    The last revision of the batch; None when nothing was left after that number.
    """
    rows = ask(connection, "relate", "unindexed", after=after, limit=BATCH)
    if not rows:
        return None
    texts = {row.revision_id: row.text for row in rows}
    made = dict(zip(texts, similarity.fingerprints_of(list(texts.values())), strict=True))
    # To the end of the transaction: of two texts that come at the same time, the later one sees the other and marks it.
    ask(connection, "relate", "take_gate", gate="fingerprints")
    gone = _remove_outdated(connection, [row.document_id for row in rows])
    added = ask(connection, "relate", "add_indexed", ids=list(texts))
    new = [key for row in added for key in (made[row.revision_id] << NUMBER_BITS | row.number).tolist()]
    if new:
        ask(connection, "relate", "add_keys", keys=as_array(sorted(new)))
    probes = _visible(connection, [*gone, *new])
    ask(connection, "relate", "mark", probes=as_array(probes), ids=list(texts))
    return int(rows[-1].revision_id)


def _remove_outdated(connection: Connection, documents: list[int]) -> list[int]:
    """Removes the keys of texts that are no longer current; these keys."""
    outdated = ask(connection, "relate", "remove_outdated", documents=documents)
    if not outdated:
        return []
    gone = set(_keys([(row.number, row.text) for row in outdated]))
    others = ask(connection, "relate", "numbered", numbers=sorted({row.number for row in outdated}))
    own = gone.difference(_keys([(row.number, row.text) for row in others]))
    ask(connection, "relate", "remove_keys", keys=as_array(sorted(own)))
    return sorted(gone)


def _keys(numbered: Sequence[tuple[int, str]]) -> list[int]:
    """The rows of the index that these texts have under these numbers."""
    made = similarity.fingerprints_of([text for _, text in numbered])
    keys = [own << NUMBER_BITS | number for own, (number, _) in zip(made, numbered, strict=True)]
    return np.concatenate(keys).tolist() if keys else []


def _visible(connection: Connection, keys: Sequence[int]) -> list[int]:
    """The fingerprints, of keys that came or went, whose other holders see that: they see the first ones only."""
    changed: dict[int, set[int]] = {}
    for key in keys:
        changed.setdefault(key >> NUMBER_BITS, set()).add(key & ((1 << NUMBER_BITS) - 1))
    answers = ask(connection, "relate", "look_up", probes=as_array(sorted(changed)), most=POSTINGS + 1)
    return [row.probe for row in answers if _sees(row.numbers, changed[row.probe])]


def _sees(first: Sequence[int], changed: Collection[int]) -> bool:
    """Whether a holder of a fingerprint, given its first ones, sees that these numbers came or went."""
    return min(changed) <= first[-1] if len(first) > POSTINGS else not set(first) <= set(changed)


def _measure(connection: Connection) -> list[bool]:
    """Measures a batch of marked revisions and derives what follows; of each, whether it is new."""
    rows = ask(connection, "relate", "claim", limit=BATCH)
    if not rows:
        return []
    ids = [row.revision_id for row in rows]
    ask(connection, "relate", "unmark", ids=ids)  # before the look-up: who comes later marks it again
    sides = _sides(connection, rows)
    ask(connection, "relate", "take_gate", gate="works")
    removed = ask(connection, "relate", "remove_sides", documents=[row.document_id for row in rows])
    if sides:
        ask(connection, "relate", "add_sides", rows=as_json(sides))
    pairs = {(row.a, row.b) for row in removed} | {(side["a"], side["b"]) for side in sides}
    changed = _derive(connection, ids, pairs) if pairs else []
    new = [row.document_id for row in rows if row.related_at is None]
    if affected := sorted({*new, *changed}):
        ask(connection, "relate", "settle", ids=affected)
    ask(connection, "relate", "set_related", ids=ids)
    return [row.related_at is None for row in rows]


def _derive(connection: Connection, ids: list[int], pairs: Collection[tuple[int, int]]) -> list[int]:
    """Makes the matches of these pairs from their sides; documents that became copies or excerpts, or ceased to be."""
    given = as_json([{"a": a, "b": b} for a, b in sorted(pairs)])
    told = as_json([dict(row._mapping) for row in ask(connection, "relate", "told_by", rows=given, ids=ids)])
    was = ask(connection, "relate", "remove_matches", rows=told)
    now = ask(connection, "relate", "add_matches", rows=told, doubtful=DOUBTFUL)
    differing = {tuple(row) for row in was} ^ {tuple(row) for row in now}
    ends = sorted({end for a, b, kind, *_ in differing if kind != Verdict.QUOTES for end in (a, b)})
    return [row.document_id for row in ask(connection, "relate", "documents_of_revisions", ids=ends)] if ends else []


def _ask_people(connection: Connection) -> None:
    ask(connection, "relate", "take_gate", gate="works")
    ask(connection, "relate", "ask_people")


def _sides(connection: Connection, rows: Sequence[Any]) -> list[Row]:
    """What each of these revisions shares with others that it sees: a function of its text and of the index."""
    chosen = _chosen(connection, rows)
    wanted = {document for one in chosen.values() for document in (*one.compared, *one.witnesses)}
    others = _texts(connection, wanted) if wanted else {}
    ready: dict[int, Shingles] = {}

    def of(row: Any) -> Shingles:
        if row.revision_id not in ready:
            ready[row.revision_id] = shingles(row.text)
        return ready[row.revision_id]

    sides = []
    for row in rows:
        candidates = chosen[row.document_id]
        compared = {one: of(others[one]) for one in candidates.compared if one in others}
        witnesses = [of(others[one]) for one in candidates.witnesses if one in others]
        for document, comparison in similarity.relate(of(row), compared, witnesses).items() if compared else ():
            if comparison.verdict is not Verdict.SAME_TEXT:
                sides.append(_side(row, others[document].revision_id, comparison))
    return sides


def _chosen(connection: Connection, rows: Sequence[Any]) -> dict[int, similarity.Candidates]:
    """By document, which others are worth comparing with it.

    Of the holders of a fingerprint it sees the first by number; numbers come from documents, not from what came first.
    """
    made = similarity.fingerprints_of([row.text for row in rows])
    probes = {row.document_id: own.tolist() for row, own in zip(rows, made, strict=True)}
    wanted = sorted({probe for own in probes.values() for probe in own})
    answers = ask(connection, "relate", "look_up", probes=as_array(wanted), most=POSTINGS + 1)
    numbers = as_array({number for row in answers for number in row.numbers})
    holders: dict[int, list[int]] = {}
    for row in ask(connection, "relate", "documents_of", numbers=numbers):
        holders.setdefault(row.number, []).append(row.document_id)
    found = {row.probe: [one for number in row.numbers for one in holders.get(number, ())] for row in answers}
    postings = {
        document: [others for probe in own if (others := _others(found.get(probe, ()), document))]
        for document, own in probes.items()
    }
    return {document: similarity.candidates(own) for document, own in postings.items()}


def _others(documents: Sequence[int], own: int) -> list[int]:
    return [document for document in documents if document != own][:POSTINGS]


def _texts(connection: Connection, documents: Collection[int]) -> dict[int, Any]:
    """The current revisions of these documents, as far as they are in the index."""
    return {row.document_id: row for row in ask(connection, "relate", "texts", documents=sorted(documents))}


def _side(row: Any, other: int, comparison: Comparison) -> Row:
    """What a revision shares with another as it is stored: the revision with the smaller number first."""
    part: str | None = comparison.part
    shares = (min(comparison.share_a, 1.0), min(comparison.share_b, 1.0))
    spans = [(p.from_a, p.to_a, p.from_b, p.to_b) for p in comparison.passages]
    if row.revision_id > other:
        part = part and {"a": "b", "b": "a"}[part]
        shares = shares[::-1]
        spans = sorted((from_b, to_b, from_a, to_a) for from_a, to_a, from_b, to_b in spans)
    a, b = sorted((row.revision_id, other))
    return {
        "a": a, "b": b, "teller": row.revision_id, "document_id": row.document_id, "kind": str(comparison.verdict),
        "part": part, "share_a": shares[0], "share_b": shares[1], "spans": [bound for span in spans for bound in span],
    }  # fmt: skip

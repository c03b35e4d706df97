"""Looks in, rows out: what a batch of looks changes in the database, in one transaction.

Nothing is overwritten: bytes are kept by their digest, every look is a row of ``fetch``, and a reading that says
something new is a new revision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any, cast

import zstandard
from sqlalchemy import Connection, Row

from ingest.model import About, Address, BadValue, Look, Reading, State
from ingest.store.connection import Store, append, ask
from ingest.store.documents import add_addresses, lock_heads, native_key, note_spellings, proven, resolve_documents
from ingest.store.lines import lock_hosts, take_lines
from ingest.store.revisions import Verdict, is_same_essay, judge, revision_row, segments
from ingest.store.rows import all_storable, as_json
from ingest.urls.normalise import spelled

ZSTD_LEVEL = 7  # one in a hundred larger than 9 on whole pages, no larger on texts, in half the time
_REFUSED = {State.REFUSED, State.TOO_LARGE, State.TOO_COSTLY, State.NOT_A_PAGE, State.UNSUPPORTED}


def record(
    store: Store, run_id: int, looks: Sequence[Look], readers: str, before: Callable[[Connection], bool] | None = None
) -> bool:
    """Stores a batch of looks by readers of that digest, all or nothing.

    May be repeated: what a run has recorded of the same bytes of an origin is not recorded again. A look that the
    database can't take becomes ``unreadable``, the others are stored. Raises ``Unavailable`` when the database can't
    take anything; then nothing of the batch is stored. ``before`` runs first, in the same transaction: when it says
    False, nothing is stored. Returns whether anything was.
    """
    looks = [cast(Look, all_storable(look)) for look in looks]

    def work(connection: Connection, packed: Future[dict[bytes, bytes]]) -> bool:
        lock_hosts(connection, looks)
        if before and not before(connection):
            return False
        note_spellings(connection, (address for look in looks for address in _met(look)))
        origins = [look.origin for look in looks]
        seen = {
            (row.origin, bytes(row.sha256) if row.sha256 else None)
            for row in ask(connection, "record", "seen_looks", run_id=run_id, origins=origins)
        }
        new = [x for x in looks if (x.origin, x.snapshot.sha256 if x.snapshot else None) not in seen]
        for round_ in _rounds(new):
            while round_:
                round_ = _record_round(connection, run_id, round_, readers, packed)  # noqa: PLW2901  what has to wait
        return True

    try:
        with ThreadPoolExecutor(1) as beside:
            packed = beside.submit(_pack, looks)  # needs no database, and is done while it works
            return store.attempt(lambda connection: work(connection, packed))
    except BadValue as error:
        if len(looks) > 1:
            stored = [record(store, run_id, [look], readers, before) for look in looks]
            return all(stored)
        if looks[0].reading.state is State.UNREADABLE:
            raise
        return record(store, run_id, [_refused(looks[0], error)], readers, before)


def _met(look: Look) -> Iterator[Address]:
    """The addresses of a look with the URLs by which they were met: its own, what it asks for, and what it links to."""
    yield from (*proven(look), *look.accepted, *(look.seed.declared if look.seed else ()))
    if essay := look.reading.essay:
        yield from (claim.target for claim in essay.claims)
        if look.final_url and (ended := spelled(look.address, look.final_url)):
            yield ended


def _pack(looks: Sequence[Look]) -> dict[bytes, bytes]:
    """The snapshots of these looks by their digests, compressed."""
    snapshots = {look.snapshot.sha256: look.snapshot.data for look in looks if look.snapshot and not look.settled}
    packer = zstandard.ZstdCompressor(level=ZSTD_LEVEL)
    return {sha256: packer.compress(data) for sha256, data in snapshots.items()}


def _refused(look: Look, error: BadValue) -> Look:
    reading = Reading(State.UNREADABLE, look.reading.reader, reason=error.reason)
    return replace(look, reading=reading, accepted=())


def _rounds(looks: Sequence[Look]) -> Iterator[list[Look]]:
    """Splits a batch so that no document or address is met twice in one round; order is kept within each."""
    waiting = list(looks)
    while waiting:
        taken: set[str] = set()
        this: list[Look] = []
        later: list[Look] = []
        for look in waiting:
            keys = {look.document_key, native_key(look) or look.document_key, *(a.key for a in proven(look))}
            (later if keys & taken else this).append(look)
            taken |= keys
        yield this
        waiting = later


def _record_round(
    connection: Connection, run_id: int, looks: list[Look], readers: str, packed: Future[dict[bytes, bytes]]
) -> list[Look]:
    """Records looks whose addresses differ; returns those that reach a document which another one has just reached."""
    addresses = add_addresses(connection, [a for look in looks for a in (*proven(look), *look.accepted)])
    documents = resolve_documents(connection, looks, addresses)
    taken: set[int] = set()
    later = []
    for look in looks:
        number = documents.get(look.origin)
        if number in taken:
            later.append(look)
        elif number is not None:
            taken.add(number)
    looks = [look for look in looks if look not in later]
    foreign = _foreign(looks, lock_heads(connection, sorted(taken)), documents)
    looks = [look for look in looks if look.origin not in foreign]
    later += foreign.values()
    documents = {look.origin: documents[look.origin] for look in looks if look.origin in documents}
    heads = lock_heads(connection, sorted(set(documents.values())))
    looks, recurring = take_lines(connection, looks, documents, heads)
    looks, verdicts = _judge_all(looks, documents, heads, recurring)
    _add_snapshots(connection, looks, verdicts, packed)
    fetches = _add_fetches(connection, run_id, looks, addresses, readers)
    _add_revisions(connection, looks, verdicts, documents, heads, fetches)
    _bind_addresses(connection, looks, addresses, documents)
    _add_outcomes(connection, run_id, looks, addresses, fetches, verdicts)
    _set_seed_files(connection, looks, documents)
    return later


def _foreign(looks: list[Look], heads: dict[int, Row[Any]], documents: dict[str, int]) -> dict[str, Look]:
    """By origin, the files that declare the address of another essay: they are documents of their own."""
    found: dict[str, Look] = {}
    for look in looks:
        essay, own = look.reading.essay, look.otherwise
        if own is None or essay is None or is_same_essay(heads[documents[look.origin]], essay):
            continue
        reason = "; ".join(filter(None, (look.reading.reason, f"another essay is at {essay.url}")))
        reading = replace(look.reading, addresses=(), reason=reason)
        found[look.origin] = replace(look, address=own, reading=reading, document_key=own.key, otherwise=None)
    return found


def _add_snapshots(
    connection: Connection, looks: list[Look], verdicts: dict[str, Verdict], packed: Future[dict[bytes, bytes]]
) -> None:
    """Keeps the bytes of these looks; of a page on the network that says nothing new only the digest."""
    rows: dict[bytes, tuple[int, bytes | None]] = {}
    for look in looks:
        if look.snapshot is None or look.settled:
            continue
        verdict = verdicts.get(look.origin)
        is_stale = look.how == "network" and verdict is not None and not (verdict.cause or verdict.doubt)
        known = rows.get(look.snapshot.sha256, (0, None))[1]
        kept = known if is_stale else packed.result()[look.snapshot.sha256]
        rows[look.snapshot.sha256] = (len(look.snapshot.data), kept)
    if rows:
        sizes, kept_bytes = zip(*rows.values(), strict=True)
        ask(connection, "record", "add_snapshots", sha256=list(rows), size=list(sizes), bytes=list(kept_bytes))


def _judge_all(
    looks: list[Look],
    documents: dict[str, int],
    heads: dict[int, Row[Any]],
    recurring: dict[str, frozenset[int]],
) -> tuple[list[Look], dict[str, Verdict]]:
    """Verdicts by origin; a look that is in doubt gets the state and the reason that send it to a person."""
    judged: list[Look] = []
    verdicts: dict[str, Verdict] = {}
    for look in looks:
        essay = look.reading.essay
        if essay is not None:
            verdict = judge(heads[documents[look.origin]], look, essay, recurring.get(look.origin, ()))
            verdicts[look.origin] = verdict
            if verdict.doubt:
                doubted = replace(look.reading, state=State.UNREADABLE, reason=verdict.doubt)
                judged.append(replace(look, reading=doubted))
                continue
        judged.append(look)
    return judged, verdicts


def _add_fetches(
    connection: Connection, run_id: int, looks: list[Look], addresses: dict[str, Row[Any]], readers: str
) -> dict[str, int]:
    rows = [
        {
            "address_id": addresses[look.address.key].address_id, "seen_at": look.reading.seen_at, "how": look.how,
            "origin": look.origin, "reader": look.reading.reader, "state": look.reading.state,
            "reason": look.reading.reason,
            "sha256": look.snapshot.sha256 if look.snapshot else None, "http_status": look.http_status,
            "final_url": look.final_url, "robots": look.robots, "fence": look.fence,
        }
        for look in looks
    ]  # fmt: skip
    added = ask(connection, "record", "add_fetches", run_id=run_id, readers=readers, rows=as_json(rows))
    return {row.origin: row.fetch_id for row in added}


def _add_revisions(
    connection: Connection,
    looks: list[Look],
    verdicts: dict[str, Verdict],
    documents: dict[str, int],
    heads: dict[int, Row[Any]],
    fetches: dict[str, int],
) -> None:
    revised = {
        documents[look.origin]: look for look in looks if look.origin in verdicts and verdicts[look.origin].cause
    }
    if not revised:
        return
    accounts = _accounts(connection, list(revised.values()))
    drawn = ask(connection, "record", "draw_revisions", count=len(revised))
    revisions = {number: row.revision_id for number, row in zip(revised, drawn, strict=True)}
    rows = [
        {
            **revision_row(look.reading), "revision_id": revisions[number], "document_id": number,
            "number": heads[number].last_number + 1, "cause": verdicts[look.origin].cause,
            "fetch_id": fetches[look.origin], "account_id": accounts.get(_ids(look)),
        }
        for number, look in revised.items()
    ]  # fmt: skip
    append(connection, "record", "add_revisions", rows)
    parts, current = [], []
    claims: dict[tuple[int, str, str], dict[str, Any]] = {}
    for number, look in revised.items():
        essay, revision = look.reading.essay, revisions[number]
        assert essay is not None
        parts += [{"revision_id": revision, "n": n, **part} for n, part in enumerate(segments(essay))]
        for c in essay.claims:
            row = {"revision_id": revision, "kind": c.kind, "target_key": c.target.key, "target_url": c.target.url,
                   "quote": c.quote}  # fmt: skip
            claims.setdefault((revision, c.kind, c.target.key), row)
        current.append(
            {
                "document_id": number, "revision_id": revision, "completeness": essay.completeness, "role": essay.role,
                "obtained": look.obtained, "url": essay.url, "native_id": essay.native_id,
                "site": look.reading.site if essay.native_id else None,
            }
        )  # fmt: skip
    append(connection, "record", "add_segments", parts)
    append(connection, "record", "add_claims", list(claims.values()))
    ask(connection, "record", "set_current", rows=as_json(current))


def _ids(look: Look) -> tuple[str, tuple[str, ...]]:
    essay = look.reading.essay
    return (look.reading.site or "", essay.account.ids if essay and essay.account else ())


def _accounts(connection: Connection, looks: list[Look]) -> dict[tuple[str, tuple[str, ...]], int]:
    wanted = sorted({_ids(look) for look in looks if _ids(look)[1]})
    if not wanted:
        return {}
    rows = as_json([{"site": site, "ids": list(ids)} for site, ids in wanted])
    # Asked twice: a later one of these may have proved two accounts to be one.
    ask(connection, "record", "accounts_of", rows=rows)
    return {(r.site, tuple(r.ids)): r.account_id for r in ask(connection, "record", "accounts_of", rows=rows)}


def _bind_addresses(
    connection: Connection, looks: list[Look], addresses: dict[str, Row[Any]], documents: dict[str, int]
) -> None:
    states = {addresses[look.address.key].address_id: look.reading.state for look in looks}
    bound = {
        addresses[a.key].address_id: documents[look.origin]
        for look in looks if look.origin in documents for a in proven(look)
    }  # fmt: skip
    said = [{"address_id": n, "document_id": bound.get(n), "state": states.get(n)} for n in states | bound]
    ask(connection, "record", "set_addresses", rows=as_json(said))
    seen = [
        {"address_id": addresses[x.address.key].address_id, "availability": _availability(x.reading.state)}
        for x in looks if x.how == "network" and x.reading.state.about in {About.CONTENT, About.ESSAY}
    ]  # fmt: skip
    if seen:
        ask(connection, "record", "set_availability", rows=as_json(seen))
    if accepted := [addresses[a.key].address_id for look in looks for a in look.accepted]:
        ask(connection, "record", "accept_addresses", ids=accepted)


def _add_outcomes(
    connection: Connection,
    run_id: int,
    looks: list[Look],
    addresses: dict[str, Row[Any]],
    fetches: dict[str, int],
    verdicts: dict[str, Verdict],
) -> None:
    rows = [
        {
            "address_id": addresses[look.address.key].address_id, "outcome": _outcome(look, verdicts.get(look.origin)),
            "state": look.reading.state, "why": look.reading.reason, "fetch_id": fetches[look.origin],
        }
        for look in looks
    ]  # fmt: skip
    mentions = [fetches[look.origin] for look in looks if look.how != "network"]
    ask(connection, "record", "add_outcomes", run_id=run_id, rows=as_json(rows), mentions=mentions)
    others = [addresses[a.key].address_id for look in looks if look.reading.essay for a in proven(look)[1:]]
    if others:
        ask(connection, "record", "settle_others", run_id=run_id, ids=others)
    accepted = {a.key: a for look in looks for a in look.accepted}
    waiting = [
        {"address_id": addresses[key].address_id, "outcome": "already_settled"}
        if addresses[key].document_id
        else {"address_id": addresses[key].address_id, "outcome": "waiting", "why": "not fetched yet"}
        for key in sorted(accepted)
    ]
    if waiting:
        ask(connection, "record", "add_accepted", run_id=run_id, rows=as_json(waiting))


def _availability(state: State) -> str:
    return state if state.about is About.ESSAY else "available"


def _outcome(look: Look, verdict: Verdict | None) -> str:
    if look.settled:
        return "already_settled"
    if look.reading.state in _REFUSED:
        return "refused"
    if look.how == "network" and look.reading.state.about is About.US:
        return "waiting"
    if verdict is not None and verdict.cause is None and verdict.doubt is None:
        return "same_document"
    return "fetched"


def _set_seed_files(connection: Connection, looks: list[Look], documents: dict[str, int]) -> None:
    rows = [
        {"corpus": look.seed.corpus, "path": look.seed.path, "sha256": look.seed.sha256,
         "document_id": documents.get(look.origin)}
        for look in looks if look.seed
    ]  # fmt: skip
    if rows:
        ask(connection, "record", "set_seed_files", rows=as_json(rows))
    read = {documents[look.origin]: look.seed.declared for look in looks
            if look.seed and look.origin in documents and not look.settled}  # fmt: skip
    if read:
        declared = [{"key": a.key, "document_id": number} for number, own in read.items() for a in own]
        ask(connection, "record", "set_declared", ids=list(read), rows=as_json(declared))

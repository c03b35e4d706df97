"""Files in batches: opened within bounds, spared what was read before, recorded together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from ingest import read
from ingest.intake.files import Opened
from ingest.model import About, Address, Look, Reading, State
from ingest.settings import MIB, settings
from ingest.store import Store
from ingest.store.record import record

BATCH_BYTES = 32 * MIB

Known = dict[bytes, dict[str, Any]]
OnLook = Callable[[Look], None]


def known_looks(store: Store, files: Iterable[Opened], keys: list[str] | None) -> Known:
    """Earlier looks at the same bytes that still hold: digest → key of the address → look.

    Of seeds only those at ``keys``; without keys, those at files that were handed in.
    """
    digests = [file.snapshot.sha256 for file in files if file.snapshot]
    known: Known = {}
    for row in store.ask("record", "known_looks", sha256=digests, keys=keys, readers=read.readers()) if digests else []:
        if row.document_id or State(row.state).about is not About.CONTENT:
            known.setdefault(bytes(row.sha256), {})[row.key] = row
    return known


def before(file: Opened, known: Known, key: str | None) -> Reading | None:
    """The reading of an earlier look at the same bytes, at the address ``key`` if one is given."""
    looks = known.get(file.snapshot.sha256, {}) if file.snapshot else {}
    row = looks.get(key) if key else next(iter(looks.values()), None)
    if row is None:
        return None
    return Reading(State(row.state), row.reader, reason=row.reason, addresses=(Address(row.key),))


def record_all(store: Store, run_id: int, batches: Iterable[list[Look]], on_look: OnLook | None) -> None:
    """Records batches of looks in turn, each while the next one is read: Postgres and this process have a core each.

    What is read must not depend on the batch before being stored. Raises ``IngestError`` as ``record`` does; what was
    recorded until then stays.
    """

    def ended(batch: list[Look], recorded: Future[bool]) -> None:
        recorded.result()
        for look in batch:
            if on_look:
                on_look(look)

    with ThreadPoolExecutor(1) as beside:
        waiting: tuple[list[Look], Future[bool]] | None = None
        for looks in batches:
            if waiting:
                ended(*waiting)
            waiting = looks, beside.submit(record, store, run_id, looks, read.readers())
        if waiting:
            ended(*waiting)


def batches(names: Sequence[str], opened: Callable[[str], Opened]) -> Iterator[dict[str, Opened]]:
    """Opened files by their names, in batches of a bounded number and of a bounded size in memory."""
    batch: dict[str, Opened] = {}
    size = 0
    for name in names:
        file = opened(name)
        length = len(file.snapshot.data) if file.snapshot else 0
        if batch and (len(batch) >= settings().batch_files or size + length > BATCH_BYTES):
            yield batch
            batch, size = {}, 0
        batch[name] = file
        size += length
    if batch:
        yield batch

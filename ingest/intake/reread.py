"""Kept bytes, read again by today's readers: what they see better is a revision whose cause says so.

A page of any site may be worth another look without a new reader: lines at its edges turned out to recur on its host
after it was read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import zstandard

from ingest import pipeline, read
from ingest.extract import address
from ingest.model import Address, IngestError, Look, Obtained, Snapshot
from ingest.settings import settings
from ingest.store import Store, lines
from ingest.store.record import record

MOST_RECURRING = 2000
"""Pages that ``recurring`` reads again at once; the rest is left to the next time."""


def plan(store: Store, site: str | None = None, reader: str | None = None) -> list[int]:
    """The last looks at addresses whose bytes are kept and were read by other readers than today's, or too early.

    ``site`` is a site's name or a host, ``reader`` a reader with its version (``wechat/1``). Of files that were handed
    in only those read too early: the others are read again when they are imported again.
    """
    kept = [row.fetch_id for row in store.ask("again", "kept", readers=read.readers(), site=site, reader=reader)]
    return sorted({*kept, *lines.again(store, None, site, reader)})


def recurring(store: Store, label: str | None = None) -> int:
    """Reads again what was read before its host's recurring lines were known, and forgets rare lines; how many looks.

    Asks no network. May be repeated: what was read again is not due any more.
    """
    looks = 0
    if due := lines.again(store, MOST_RECURRING):
        run_id = pipeline.open_run(store, "reread", label)
        looks = load(store, run_id, due)
        pipeline.close_run(store, run_id)
    lines.forget(store)
    return looks


def load(store: Store, run_id: int, fetches: Sequence[int]) -> int:
    """Reads the bytes of these looks again and stores what that gives; how many looks that were."""
    looks = 0
    for start in range(0, len(fetches), settings().batch_files):
        rows = store.ask("again", "bytes", ids=list(fetches[start : start + settings().batch_files]))
        record(store, run_id, [_look(row) for row in rows], read.readers())
        lines.read_again(store, [row.document_id for row in rows if row.document_id is not None])
        looks += len(rows)
    return looks


def _look(row: Any) -> Look:
    if row.codec != "zstd":
        raise IngestError(f"Bytes are packed as {row.codec}, which this program doesn't know.", "Install a newer one.")
    snapshot = Snapshot(zstandard.ZstdDecompressor().decompress(bytes(row.bytes)))
    obtained = Obtained(row.obtained or Obtained.FETCHED)
    # A file that was handed in was read without the address that it turned out to have.
    url = row.final_url or (None if obtained is Obtained.HANDED_IN else row.url)
    reading = read.read_bytes(snapshot.data, url, row.url, is_text=True)
    essay = reading.essay
    known = address(row.url) if row.url else None
    own = Address(row.key, row.url, known.site if known else row.site)
    key = f"{reading.site}:{essay.native_id}" if essay and essay.native_id else own.key
    return Look(
        own, snapshot, reading, "reread", obtained, "ingested", "links", f"{row.key} (look {row.fetch_id})",
        key, http_status=row.http_status, final_url=row.final_url,
    )  # fmt: skip

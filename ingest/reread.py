"""Kept bytes, read again by today's readers: what they see better is a revision whose cause says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import zstandard

from ingest import read
from ingest.accept import address
from ingest.model import Address, IngestError, Look, Obtained, Snapshot
from ingest.settings import settings
from ingest.store import Store
from ingest.store.record import record


def plan(store: Store, site: str | None = None, reader: str | None = None) -> list[int]:
    """The last looks at addresses whose bytes are kept and were read by other readers than today's.

    ``site`` is a site's name or a host, ``reader`` a reader with its version (``wechat/1``). Files that were handed in
    are read again when they are imported again.
    """
    return [row.fetch_id for row in store.ask("again", "kept", readers=read.readers(), site=site, reader=reader)]


def load(store: Store, run_id: int, fetches: Sequence[int]) -> int:
    """Reads the bytes of these looks again and stores what that gives; how many looks that were."""
    looks = 0
    for start in range(0, len(fetches), settings().batch_files):
        rows = store.ask("again", "bytes", ids=list(fetches[start : start + settings().batch_files]))
        record(store, run_id, [_look(row) for row in rows], read.readers())
        looks += len(rows)
    return looks


def _look(row: Any) -> Look:
    if row.codec != "zstd":
        raise IngestError(f"Bytes are packed as {row.codec}, which this program doesn't know.", "Install a newer one.")
    snapshot = Snapshot(zstandard.ZstdDecompressor().decompress(bytes(row.bytes)))
    url = row.final_url or row.url
    reading = read.read_bytes(snapshot.data, url, row.url, is_text=True)
    essay = reading.essay
    known = address(row.url)
    own = Address(row.key, row.url, known.site if known else row.site)
    key = f"{reading.site}:{essay.native_id}" if essay and essay.native_id else own.key
    return Look(
        own, snapshot, reading, "reread", Obtained.FETCHED, "ingested", "links", f"{row.key} (look {row.fetch_id})",
        key, http_status=row.http_status, final_url=row.final_url,
    )  # fmt: skip

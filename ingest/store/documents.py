"""Which document a look belongs to: by the site's identity, by a proven address, or by its key."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Row

from ingest.model import Address, IngestError, Look
from ingest.store.connection import ask
from ingest.store.revisions import document_id
from ingest.store.rows import as_json

_PLAIN = re.compile(r"[\w\-.~:/?#@!$&'()*,;=]*", re.ASCII)
"""A URL without escapes."""


def native_key(look: Look) -> str | None:
    essay = look.reading.essay
    return f"{look.reading.site}:{essay.native_id}" if essay and essay.native_id else None


def proven(look: Look) -> tuple[Address, ...]:
    """The addresses that the look proves to be of one essay, the one looked at first."""
    return (look.address, *(a for a in look.reading.addresses if a.key != look.address.key))


def add_addresses(connection: Connection, addresses: Iterable[Address]) -> dict[str, Row[Any]]:
    """The rows of these addresses by their keys, made where there are none, and locked."""
    # Two statements: the first one returns only what it writes.
    rows = [
        {"key": a.key, "site": a.site, "url": a.url, "host": urlsplit(a.url).hostname if a.url else None}
        for a in addresses
    ]
    ask(connection, "record", "add_addresses", rows=as_json(rows))
    return {row.key: row for row in ask(connection, "record", "addresses", keys=[row["key"] for row in rows])}


def note_spellings(connection: Connection, addresses: Iterable[Address]) -> None:
    """Notes by which URLs these addresses were met, so that SQL, which has no site's rules, finds them by the same.

    Once in a transaction, before any address is locked: two that note the same must not wait for each other.
    """
    met = {(a.key, url) for a in addresses for url in (a.url, *a.spellings) if url}
    # What the rule for any site gives anyway costs nothing.
    rows = [{"key": key, "spelling": url} for key, url in met if not (key.startswith("url:") and _PLAIN.fullmatch(url))]
    if rows:
        ask(connection, "record", "add_spellings", rows=as_json(rows))


def resolve_documents(connection: Connection, looks: list[Look], addresses: dict[str, Row[Any]]) -> dict[str, int]:
    """Origin → document, for the looks that have an essay; documents that are new are added.

    The site's identity decides; without one a proven address, then the key. A document that was known by an address
    alone is merged into the one with the identity that its page proves, so that numbers don't depend on the order.
    """
    essays = {look.origin: look for look in looks if look.reading.essay is not None}
    if not essays:
        return {}
    natives = [
        {"site": look.reading.site, "native_id": look.reading.essay.native_id}
        for look in essays.values()
        if look.reading.essay and look.reading.essay.native_id
    ]
    bound = {o: [addresses[a.key].document_id for a in proven(look)] for o, look in essays.items()}
    found = ask(
        connection, "record", "find_documents", natives=as_json(natives),
        keys=[look.document_key for look in essays.values()], ids=[i for ids in bound.values() for i in ids if i],
    )  # fmt: skip
    by_native = {f"{row.site}:{row.native_id}": row.document_id for row in found if row.native_id}
    by_id = {row.document_id: row for row in found}
    by_key = {row.key: row.document_id for row in found}
    resolved: dict[str, int] = {}
    new: dict[int, dict[str, Any]] = {}
    merged: list[dict[str, int]] = []
    for origin, look in essays.items():
        native, reached = native_key(look), [i for i in bound[origin] if i in by_id]
        if native:
            known = by_native.get(native) or by_key.get(look.document_key)
        else:
            known = next(iter(reached), None) or by_key.get(look.document_key)
        if known is None:
            known = document_id(look.document_key)
            new[known] = _document_row(look, known)
        if native:
            # An address may point at a document with another identity, which stays; a seed stays in its corpus.
            nameless = (i for i in reached if by_id[i].native_id is None and by_id[i].corpus != "seed")
            merged += [{"old": i, "new": known} for i in nameless if i != known]
        resolved[origin] = known
    if new:
        ask(connection, "record", "add_sources", rows=as_json([_source_row(look) for look in essays.values()]))
        ask(connection, "record", "add_documents", rows=as_json(list(new.values())))
    if merged:
        ask(connection, "record", "merge_documents", rows=as_json(merged))
    return resolved


def _source_row(look: Look) -> dict[str, Any]:
    return {"slug": look.found_by, "kind": "seed" if look.seed else look.found_by}


def _document_row(look: Look, number: int) -> dict[str, Any]:
    essay = look.reading.essay
    assert essay is not None
    return {
        "document_id": number, "key": look.document_key, "site": look.reading.site if essay.native_id else None,
        "native_id": essay.native_id, "corpus": look.corpus, "found_by": look.found_by, "obtained": look.obtained,
        "completeness": essay.completeness, "role": essay.role, "url": essay.url,
    }  # fmt: skip


def lock_heads(connection: Connection, ids: list[int]) -> dict[int, Row[Any]]:
    if ids:
        # Two statements: one that waits for a lock reads rows joined to it as they were before it waited.
        ask(connection, "record", "lock_documents", ids=ids)
    heads = {row.document_id: row for row in ask(connection, "record", "heads", ids=ids)} if ids else {}
    if missing := set(ids) - heads.keys():
        raise IngestError(
            f"Document {min(missing)} was removed while it was loaded, or two keys share this number.", "Run again."
        )
    return heads

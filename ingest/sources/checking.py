"""Checks a source: asks for what changed, hands in what is new, records the bodies that came with it.

A check holds a lease; every write looks at its fence first. What a check could not finish, the next one does:
validators are stored with the last write, so that a check that was broken off is not answered by "nothing has changed".
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from ingest import read
from ingest.model import Look, Obtained, Snapshot, State
from ingest.redact import redact, redact_url
from ingest.settings import settings
from ingest.sources import folders, interval
from ingest.sources.discover import Item, bodies
from ingest.sources.reading import LEASE_SECONDS, OK, WAITING, Seen, Told, read_source
from ingest.store import Connection, Store, ask
from ingest.store.documents import add_addresses, note_spellings
from ingest.store.record import record
from ingest.store.rows import as_json

log = logging.getLogger(__name__)

_IDENTITY = re.compile(r"wechat:(?P<native>[A-Za-z0-9+/]+=*/\d+/\d+)\Z")
_QUERY = re.compile(r"\?[^\"'\s<>]*")


@dataclass(frozen=True, slots=True)
class Check:
    """What a check came to. ``state`` is ``ok``, ``not_modified``, ``waiting``, ``leased`` or why it failed.

    ``mentions`` is what the run's account has to come to for it.
    """

    slug: str
    state: str
    reason: str | None = None
    items: int = 0
    new: int = 0
    bodies: int = 0
    refused: int = 0
    mentions: int = 0
    wait: timedelta | None = None

    def line(self) -> str:
        """The check for people."""
        counted = f"{self.items} listed, {self.new} new, {self.bodies} bodies, {self.refused} refused"
        return f"{self.slug}: {self.state}, {counted}{f': {self.reason}' if self.reason else ''}"


def due_sources(store: Store) -> list[dict[str, Any]]:
    """Sources that are due: slug, kind, host; the longest waiting first."""
    return [
        {"slug": row.slug, "kind": row.kind, "host": urlsplit(row.url or "").hostname}
        for row in store.ask("sources", "due")
    ]


def portions(due: Sequence[dict[str, Any]], most: int = 50) -> list[list[str]]:
    """Names in portions for tasks: those of one host are in one, since they have to wait for each other anyway."""
    by_host: dict[str | None, list[str]] = {}
    for one in due:
        by_host.setdefault(one["host"], []).append(one["slug"])
    return [names[at : at + most] for names in by_host.values() for at in range(0, len(names), most)]


def check_source(store: Store, run_id: int, slug: str, owner: str | None = None) -> Check:
    """Asks a source for what is new. Any number of workers may do it at once: one of them has the lease.

    ``owner`` names the task, so that one that is tried again takes up its own lease. Never raises for what a source
    does; raises ``Unavailable`` for the database.
    """
    leased = store.ask("sources", "lease", slug=slug, owner=owner or f"{uuid.uuid4()}", seconds=LEASE_SECONDS)
    if not leased:
        return Check(slug, "leased", "somebody else checks it, it is paused, or there is none of that name")
    source = leased[0]
    begun = time.monotonic()
    if source.kind == "folder":
        return _end_folder(store, run_id, source, begun)
    seen = Seen()
    told = read_source(store, source, seen)
    new = made = mentions = 0
    if told.state == OK:
        ids = _hand_in(store, run_id, source, seen)
        if ids is None:
            return _lost(slug)
        recorded = _record_bodies(store, run_id, source, seen, ids)
        if recorded is None:
            return _lost(slug)
        new, made, mentions = len(ids.new), len(recorded), len(ids.new | recorded)
    check = Check(slug, told.state, told.reason, len(seen.items), new, made, seen.refused, mentions)
    return _end(store, run_id, source, check, told, seen, begun)


def _lost(slug: str) -> Check:
    return Check(slug, "leased", "the lease was lost meanwhile; what this check read counts for nothing")


# Storing


@dataclass(frozen=True, slots=True)
class _Ids:
    """Addresses of the items that this check has to do with: all, and those whose body it has to record."""

    by_key: dict[str, int]
    bodies: tuple[str, ...]
    new: frozenset[str]


def _hand_in(store: Store, run_id: int, source: Any, seen: Seen) -> _Ids | None:
    """Hands in what is new and makes its pages due; None when the lease is lost."""

    def work(connection: Connection) -> _Ids | None:
        if not ask(connection, "sources", "still_mine", slug=source.slug, fence=source.fence):
            return None
        known = {row.key: row for row in ask(connection, "sources", "known", slug=source.slug, keys=list(seen.items))}
        fresh = [item for key, item in seen.items.items() if key not in known or not known[key].listed]
        most = settings().max_check_new
        seen.more |= len(fresh) > most
        fresh = fresh[:most]
        later = [
            item for key, item in seen.items.items()
            if key in known and known[key].listed and _is_later(item.updated, known[key].updated_at)
        ]  # fmt: skip
        note_spellings(connection, [item.address for item in (*fresh, *later)])
        added = add_addresses(connection, [item.address for item in (*fresh, *later)]) if fresh or later else {}
        ids = {key: row.address_id for key, row in added.items()}
        ids |= {key: row.address_id for key, row in known.items()}
        if fresh:
            ask(connection, "sources", "set_found_by", slug=source.slug, ids=[ids[i.address.key] for i in fresh])
            pages = [ids[i.address.key] for i in fresh]
            ask(connection, "sources", "make_due", ids=pages)
            rows = [{"address_id": one, "repeats": 0, "title": None} for one in pages]
            ask(connection, "due", "add_mentions", run_id=run_id, rows=json.dumps(rows))
        if fresh or later:
            ask(connection, "sources", "add_items", slug=source.slug, rows=as_json([
                {"address_id": ids[i.address.key], "published_at": i.published.at if i.published else None,
                 "updated_at": i.updated} for i in (*fresh, *later)]))  # fmt: skip
        if later:
            rows = [{"address_id": ids[i.address.key], "updated_at": i.updated} for i in later]
            ask(connection, "sources", "look_again", rows=as_json(rows))
        listed = {item.address.key for item in fresh} | {key for key, row in known.items() if row.listed}
        wanted = tuple(
            key for key, item in seen.items.items()
            if item.markup and key in listed and _wants_body(item, known.get(key))
        )  # fmt: skip
        return _Ids(ids, wanted, frozenset(item.address.key for item in fresh))

    return store.attempt(work)


def _is_later(told: datetime | None, known: datetime | None) -> bool:
    return told is not None and (known is None or told > known)


def _wants_body(item: Item, known: Any) -> bool:
    """Whether the body says something: no page is stored yet, and it is another one than before."""
    if known is None:
        return True
    if known.obtained not in (None, Obtained.FEED):
        return False
    return known.body_sha is None or bytes(known.body_sha) != _digest(item)


def _digest(item: Item) -> bytes:
    """Digest of a body; what bridges sign anew at every request stands in the queries of its links."""
    return hashlib.sha256(_QUERY.sub("", item.markup or "").encode("utf-8", "replace")).digest()


def _record_bodies(store: Store, run_id: int, source: Any, seen: Seen, ids: _Ids) -> frozenset[str] | None:
    """Records the bodies that are essays; of which addresses, or None when the lease is lost."""
    looks = _body_looks(source, seen, ids)
    read_ = [{"address_id": ids.by_key[key], "sha": _digest(seen.items[key])} for key in ids.bodies]

    def mine(connection: Connection) -> bool:
        return bool(ask(connection, "sources", "still_mine", slug=source.slug, fence=source.fence))

    size = settings().batch_files
    for start in range(0, len(looks), size):
        if not record(store, run_id, looks[start : start + size], read.readers(), before=mine):
            return None

    def work(connection: Connection) -> bool:
        if not mine(connection):
            return False
        if read_:
            ask(connection, "sources", "set_bodies", slug=source.slug, rows=as_json(read_))
        # Recording bound the addresses to documents, which ended their waiting; their pages are still wanted.
        pages = [ids.by_key[x.address.key] for x in looks if not _IDENTITY.match(x.address.key)]
        if pages:
            ask(connection, "sources", "make_due", ids=pages)
        return True

    return frozenset(look.address.key for look in looks) if store.attempt(work) else None


def _body_looks(source: Any, seen: Seen, ids: _Ids) -> list[Look]:
    """The bodies that are essays; of the others the reasons are noted."""
    assert seen.found is not None
    looks: list[Look] = []
    for key in ids.bodies:
        try:
            told = bodies.reading(seen.items[key], seen.found)
        except Exception as error:  # one body must not end the check
            log.exception("reading the body of %s failed", redact_url(key))
            told = f"reading the body failed ({type(error).__name__})"
        if not isinstance(told, str):
            looks.append(_look(source, seen.items[key], told))
        elif told not in ("no body", "a summary"):
            seen.refused += 1
            seen.reasons.append(f"{key}: {told}")
    return looks


def _look(source: Any, item: Item, told: Any) -> Look:
    """A body as a look. WeChat answers its long links with a captcha, so there the body is all that can be had."""
    identity = _IDENTITY.match(item.address.key)
    essay = replace(told.essay, native_id=identity["native"]) if identity else told.essay
    snapshot = Snapshot(redact((item.markup or "").encode("utf-8", "replace")), source.url)
    return Look(
        item.address, snapshot, replace(told, essay=essay), "feed", Obtained.FEED, "ingested", source.slug,
        f"{source.slug}: {item.address.url}", item.address.key,
    )  # fmt: skip


# Ending


def _end(
    store: Store, run_id: int, source: Any, check: Check, told: Told, seen: Seen, begun: float
) -> Check:  # fmt: skip
    """Writes down how it went and when it is checked again."""
    answered = told.state in (OK, State.NOT_MODIFIED)
    fetched = told.fetched
    reason = told.reason or "; ".join(dict.fromkeys(seen.reasons))[:500] or None

    def work(connection: Connection) -> Check:
        times = [row.at for row in ask(connection, "sources", "times", slug=source.slug)]
        wait = _wait(source, told, times, seen.more)
        if seen.parts:
            ask(connection, "sources", "take_parts", slug=source.slug, rows=as_json(seen.parts))
        ended = _end_row(connection, source, told.state, reason, times, wait, answered, values={
            "title": seen.found.title if seen.found else None,
            # After a check that left something, the next one must not hear that nothing has changed.
            "keep": told.state != OK,
            "etag": fetched.etag if fetched and not seen.more else None,
            "last_modified": fetched.last_modified if fetched and not seen.more else None,
            "body_sha": told.body_sha if not seen.more else None,
        })  # fmt: skip
        if not ended:
            return _lost(source.slug)
        ask(
            connection, "sources", "add_check", slug=source.slug, run_id=run_id, state=told.state, reason=reason,
            http_status=fetched.http_status if fetched else None, conditional=told.conditional, items=check.items,
            new_items=check.new, bodies=check.bodies, refused=seen.refused, seconds=time.monotonic() - begun,
            robots=told.robots,
        )  # fmt: skip
        return replace(check, reason=reason, refused=seen.refused, wait=wait)

    return store.attempt(work)


def _end_row(
    connection: Connection, source: Any, state: str, reason: str | None, times: Iterable[datetime], wait: timedelta,
    answered: bool, values: dict[str, Any],
) -> bool:  # fmt: skip
    gap = interval.usual_gap(times)
    return bool(ask(
        connection, "sources", "end_check", slug=source.slug, fence=source.fence, state=state, reason=reason,
        answered=answered, failed=int(not answered and state != WAITING), wait=wait.total_seconds(),
        usual_gap=gap.total_seconds() if gap else None, last_new_at=max(times, default=None), **values,
    ))  # fmt: skip


def _wait(source: Any, told: Told, times: Sequence[datetime], more: bool) -> timedelta:
    failed = told.state not in (OK, State.NOT_MODIFIED, WAITING)
    silent = datetime.now(UTC) - max(times) if times else None
    wait = interval.next_check(
        interval.usual_gap(times),
        silent,
        every=timedelta(seconds=source.every) if source.every else None,
        failures=source.failures + 1 if failed else 0,
        retry_after=told.fetched.retry_after if told.fetched and failed else None,
        more=more,
    )
    return min(wait, interval.UNKNOWN) if told.state == WAITING else wait


def _end_folder(store: Store, run_id: int, source: Any, begun: float) -> Check:
    """A check of a watched folder: its new and changed files are imported."""
    taken = folders.take(store, run_id, source)
    state, reason = taken.state or OK, taken.reason
    told = Told(state, reason)

    def work(connection: Connection) -> Check:
        if not ask(connection, "sources", "still_mine", slug=source.slug, fence=source.fence):
            return _lost(source.slug)
        if taken.parts:
            ask(connection, "sources", "take_parts", slug=source.slug, rows=as_json(taken.parts))
        times = [row.at for row in ask(connection, "sources", "part_times", slug=source.slug)]
        wait = _wait(source, told, times, taken.more)
        values = dict.fromkeys(("title", "etag", "last_modified", "body_sha"))
        _end_row(connection, source, state, reason, times, wait, taken.state is None, {**values, "keep": True})
        ask(
            connection, "sources", "add_check", slug=source.slug, run_id=run_id, state=state, reason=reason,
            http_status=None, conditional=True, items=taken.files, new_items=len(taken.parts), bodies=0, refused=0,
            seconds=time.monotonic() - begun, robots=None,
        )  # fmt: skip
        return Check(
            source.slug, state, reason, taken.files, len(taken.parts), mentions=taken.looks, wait=wait
        )  # fmt: skip

    return store.attempt(work)

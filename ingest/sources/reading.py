"""What a source answers now: its own page, the pages behind it, and what is wrong with them."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from ingest import extract, read
from ingest.fetch import Fetched
from ingest.fetch.robots import Verdict
from ingest.markup.page import Page
from ingest.model import About, NotAText, Refused, State
from ingest.redact import redact, redact_url
from ingest.settings import settings
from ingest.sources.adding import told_url
from ingest.sources.asking import ask_source, note
from ingest.sources.discover import Answer, Found, Item, Place, TryLater, album, chosen, discover
from ingest.store import Store

log = logging.getLogger(__name__)

LEASE_SECONDS = 900
OK, WAITING = "ok", "waiting"


@dataclass
class Seen:
    """What the answers of one check held, all pages together."""

    found: Found | None = None
    items: dict[str, Item] = field(default_factory=dict)
    refused: int = 0
    reasons: list[str] = field(default_factory=list)
    parts: list[dict[str, Any]] = field(default_factory=list)
    more: bool = False


@dataclass
class Told:
    """How the check ends."""

    state: str
    reason: str | None = None
    fetched: Fetched | None = None
    body_sha: bytes | None = None
    conditional: bool = False
    robots: Verdict | None = None


def read_source(store: Store, source: Any, seen: Seen) -> Told:
    """Asks the source and its further pages; what they hold is added to ``seen``."""
    conditional = bool(source.etag or source.last_modified)
    asked = ask_source(store, source.url, source.config, etag=source.etag, last_modified=source.last_modified)
    fetched = asked.fetched
    if fetched is None:
        return Told(WAITING, "its host is paused, or left alone for now")
    told = Told(OK, fetched=fetched, conditional=conditional, robots=asked.robots)
    if fetched.state is not None or fetched.body is None:
        told.state, told.reason = fetched.state or State.NOT_A_PAGE, fetched.reason
    else:
        told.body_sha = hashlib.sha256(fetched.body).digest()
        if source.body_sha is not None and bytes(source.body_sha) == told.body_sha:
            told.state, told.reason = State.NOT_MODIFIED, "the same bytes as last time"
    if told.state == OK:
        _take(store, source, fetched, seen, told)
    state = State(told.state) if told.state in State._value2member_map_ else None
    if fetched.hops:
        note(store, source.url, fetched, state)
    return told


def _take(store: Store, source: Any, fetched: Fetched, seen: Seen, told: Told) -> None:
    """The items of the answer and of the pages behind it."""
    found = _found(source, fetched, told)
    if found is None:
        return
    seen.found = found
    _add(source, seen, found)
    if found.places:
        _take_places(store, source, seen, found)
    asked, most = {source.url, fetched.url}, settings().max_check_pages
    while found.next_url and found.next_url not in asked and len(asked) < most and found.items:
        if not _has_new(store, source, found) or not _on_its_host(source, found.next_url):
            return
        asked.add(found.next_url)
        # The pages of an album are its own list, asked for by the source's address; those of a feed are links in it.
        further = ask_source(store, found.next_url, source.config, followed=found.kind != album.KIND).fetched
        if further is not None and not further.hops:
            seen.refused += 1
            seen.reasons.append(f"{found.next_url}: {further.reason}")
            return
        if further is None or further.body is None or (following := _found(source, further, Told(OK))) is None:
            seen.more = True  # the rest of it comes with the next check
            return
        before = len(seen.items)
        _add(source, seen, following)
        if len(seen.items) == before:
            return  # a list that goes in a circle
        found = following


def _found(source: Any, fetched: Fetched, told: Told) -> Found | None:
    """What an answer holds; None when that can't be told, and then why is."""
    assert fetched.body is not None
    url = told_url(fetched.url, source.config, source.url)
    answer = Answer(redact(fetched.body), url, extract.address)
    try:
        found = discover(answer, pages=source.kind == "page")
        return chosen(found, source.config.get("keep", ()), source.config.get("drop", ()))
    except NotAText as error:
        told.state, told.reason = _page_state(answer, url), error.reason
    except TryLater as error:
        told.state, told.reason = State.RATE_LIMITED, error.reason
    except Refused as error:
        told.state, told.reason = error.state, error.reason
    except Exception as error:  # one source must not end the work on the others
        log.exception("reading the source %s failed at %s", source.slug, redact_url(url))
        told.state, told.reason = State.UNREADABLE, f"reading it failed ({type(error).__name__})"
    return None


def _page_state(answer: Answer, url: str) -> State:
    """A page in place of a source may be a captcha, which speaks of us and not of the source."""
    try:
        state = read.read_page(Page(answer.text, url=url)).state
    except Exception:  # it was no source, whatever else it is
        log.exception("reading %s as a page failed", redact_url(url))
        return State.UNREADABLE
    return state if state.about is About.US else State.UNREADABLE


def _add(source: Any, seen: Seen, found: Found) -> None:
    for item in found.items:
        seen.items.setdefault(item.address.key, item)
    seen.refused += found.refusals
    seen.reasons += found.refused
    # What lies beyond the bound of a feed is its past; of a sitemap nothing else will ever list it.
    seen.more |= bool(found.more) and source.kind == "sitemap"


def _take_places(store: Store, source: Any, seen: Seen, found: Found) -> None:
    """The sitemaps of an index that changed since they were taken, the latest first, a few of them in one check."""
    parts = {row.path: row for row in store.ask("sources", "parts", slug=source.slug)}
    changed = [
        place for place in found.places
        if (known := parts.get(place.url)) is None
        or (_stamp(place) > known.changed_ns if place.changed_at
            else known.taken_at < datetime.now(UTC) - timedelta(days=1))
    ]  # fmt: skip
    most = settings().max_check_pages
    seen.more |= len(changed) > most
    for place in changed[:most]:
        if not store.ask("sources", "renew", slug=source.slug, fence=source.fence, seconds=LEASE_SECONDS):
            return
        config = {name: value for name, value in source.config.items() if name != "own_server"}
        own = source.config if _on_its_host(source, place.url) else config
        fetched = ask_source(store, place.url, own, followed=True).fetched
        if fetched is None or fetched.body is None:
            seen.refused += 1
            seen.reasons.append(f"{place.url}: {_why(fetched)}")
            if fetched and fetched.state is State.REFUSED:  # it gives way to the others until it changes
                seen.parts.append(_part(place, 0))
            continue
        inner = _found(source, fetched, why := Told(OK))
        if inner is None or inner.places:
            seen.refused += 1
            seen.reasons.append(f"{place.url}: {why.reason or 'an index inside of an index'}")
            continue
        _add(source, seen, inner)
        seen.parts.append(_part(place, len(fetched.body)))


def _part(place: Place, size: int) -> dict[str, Any]:
    """A sitemap of an index, as it was taken."""
    return {"path": place.url, "size": size, "changed_ns": _stamp(place)}


def _stamp(place: Place) -> int:
    """When it changed, in nanoseconds as files have it; 0 when it does not say."""
    return int(place.changed_at.timestamp() * 1e9) if place.changed_at else 0


def _why(fetched: Fetched | None) -> str:
    """Why there is no body."""
    if fetched is None:
        return "its host is left alone"
    return str(fetched.state) if fetched.hops else fetched.reason or ""


def _has_new(store: Store, source: Any, found: Found) -> bool:
    keys = [item.address.key for item in found.items]
    known = store.ask("sources", "known", slug=source.slug, keys=keys)
    return sum(bool(row.listed) for row in known) < len(keys)


def _on_its_host(source: Any, url: str) -> bool:
    return urlsplit(url).hostname == urlsplit(str(source.url)).hostname

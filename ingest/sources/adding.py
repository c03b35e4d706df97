"""Adds a source: finds out what an address is by asking it, and says what can be done when it is none."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ingest import extract
from ingest.decoding.decode import decode
from ingest.intake.files import read_bytes
from ingest.model import IngestError, NotAText
from ingest.redact import redact_url
from ingest.sources.asking import OwnServer, ask_source, note
from ingest.sources.discover import Answer, Found, Place, album, discover, page
from ingest.sources.discover.advice import advice, usual
from ingest.store import Store
from ingest.store.rows import as_json

MOST_SLUG = 60
FEWEST_LINKS = 8
"""Links from which a page that has no feed is followed as a page of links."""
RESERVED = frozenset({"files", "links", "seed"})
_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}\Z")


class NotFollowed(IngestError):
    """The address is none of a source; the remedy says what is known of following it."""


@dataclass(frozen=True, slots=True)
class Added:
    """A source that is followed now; ``is_new`` False when it was before and has got these words and this schedule."""

    slug: str
    kind: str
    url: str
    title: str | None
    items: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class _Wish:
    """What the operator said of it."""

    slug: str | None
    every: timedelta | None
    config: dict[str, Any]


def add_source(
    store: Store,
    address: str,
    *,
    slug: str | None = None,
    keep: Sequence[str] = (),
    drop: Sequence[str] = (),
    own_server: str | None = None,
    every: timedelta | None = None,
) -> tuple[Added, ...]:
    """Follows what is at an address from now on: a feed, an album, a sitemap, a page of links, a folder.

    A list of subscriptions (OPML, at an address or a file) adds all its feeds. A page that declares a feed adds that.
    Raises ``NotFollowed`` with what is known for an address that can't be followed, and ``IngestError`` for one that
    can't be asked.
    """
    if slug is not None and (not _SLUG.match(slug) or slug in RESERVED):
        raise IngestError(f"{slug[:80]!r} is no name of a source.", "Use small letters, digits, dots and dashes.")
    config: dict[str, Any] = {"keep": [w for w in keep if w.strip()], "drop": [w for w in drop if w.strip()]}
    if own_server:
        config["own_server"] = own_server.strip()
    wish = _Wish(slug, every, {name: value for name, value in config.items() if value})
    address = address.strip()
    if "://" not in address:
        return _add_path(store, address, wish)
    if own_server:
        OwnServer.of(own_server, address)
    return _add_url(store, album.listing(address) or redact_url(address), wish)


def sources(store: Store) -> list[dict[str, Any]]:
    """Every source with its health."""
    return [dict(row._mapping) for row in store.ask("sources", "health")]


def check_now(store: Store, slugs: Sequence[str]) -> None:
    """Makes sources due. Raises ``IngestError`` when there is none of one of these names."""
    found = {row.slug for row in store.ask("sources", "check_now", slugs=list(slugs))} if slugs else set()
    if missing := [slug for slug in slugs if slug not in found]:
        raise IngestError(f"There is no source {missing[0][:80]}.", "`ingest source list` names them.")


def pause(store: Store, slug: str) -> None:
    """Leaves a source alone until ``resume``. Raises ``IngestError`` when there is none of that name."""
    _set_paused(store, slug, True)


def resume(store: Store, slug: str) -> None:
    """Goes on with a source that was paused."""
    _set_paused(store, slug, False)


def _set_paused(store: Store, slug: str, paused: bool) -> None:
    if not store.ask("sources", "set_paused", slug=slug, paused=paused):
        raise IngestError(f"There is no source {slug}.", "`ingest source list` names them.")


def _add_path(store: Store, name: str, wish: _Wish) -> tuple[Added, ...]:
    path = Path(name).expanduser()
    if not name or not path.exists():
        raise IngestError(
            f"{name or 'Nothing'} is neither an address nor a folder.", "An address begins with https://."
        )
    if path.is_dir():
        return (_store_one(store, "folder", str(path.resolve()), None, 0, wish, base=f"folder-{path.resolve().name}"),)
    found = discover(Answer(read_bytes(path), None, extract.address), pages=False)
    if not found.places or found.kind != "opml":
        raise NotFollowed(f"{path.name} is no list of subscriptions.", "A file is imported, a folder is watched.")
    return _store_places(store, found.places, wish)


def _add_url(store: Store, url: str, wish: _Wish) -> tuple[Added, ...]:
    body, at = _asked(store, url, wish)
    answer = Answer(body, at, extract.address)
    try:
        return _store_found(store, url, discover(answer, pages=False), wish)
    except NotAText:
        return _add_page(store, url, answer, wish)


def _add_page(store: Store, url: str, answer: Answer, wish: _Wish) -> tuple[Added, ...]:
    """What a page leads to: the feed that it declares, or where its site has one as a rule, or its own links."""
    html = decode(answer.unpacked).text
    told = advice(html, url)
    is_essay = (known := extract.address(url)) is not None and known.site is not None
    if told.albums:
        raise NotFollowed("It is an article, not a source.", "\n".join(told.lines))
    tried = [place.url for place in told.feeds] or ([] if is_essay or wish.config.get("own_server") else usual(url))
    for target in tried:
        try:
            body, at = _asked(store, target, wish, followed=True)
            found = discover(Answer(body, at, extract.address), pages=False)
        except IngestError:
            continue
        if found.items or found.places:
            return _store_found(store, target, found, wish)
    listed = page.read(answer) if not is_essay else None
    if listed and len(listed.items) >= FEWEST_LINKS:
        return _store_found(store, url, listed, wish)
    lines = told.lines or ("It declares no feed, and has too few links to be followed as a page of links.",)
    raise NotFollowed("It is no source.", "\n".join(lines))


def _asked(store: Store, url: str, wish: _Wish, *, followed: bool = False) -> tuple[bytes, str]:
    """The bytes of an address, and the address that answered; ``followed`` when a page led to it."""
    fetched = ask_source(store, url, wish.config, followed=followed).fetched
    if fetched is None:
        raise IngestError("Its host is paused or left alone for now.", "Try again later.")
    if fetched.hops:
        note(store, url, fetched, fetched.state)
    if fetched.body is None:
        raise IngestError(f"It can't be read now: {fetched.state}, {fetched.reason}.", "Check the address.")
    return fetched.body, told_url(fetched.url, wish.config, url)


def told_url(url: str, config: dict[str, Any], asked: str) -> str:
    """The address that answered, as the operator knows it."""
    return OwnServer.of(config["own_server"], asked).told(url) if config.get("own_server") else url


def _store_found(store: Store, url: str, found: Found, wish: _Wish) -> tuple[Added, ...]:
    if found.kind == "opml":
        if not found.places:
            raise NotFollowed("The list of subscriptions names no feed.")
        return _store_places(store, found.places, wish)
    items = len(found.items) + len(found.places)
    return (_store_one(store, found.kind, url, found.title, items, wish),)


def _store_one(
    store: Store, kind: str, url: str, title: str | None, items: int, wish: _Wish, base: str | None = None
) -> Added:
    every = wish.every.total_seconds() if wish.every else None
    known = store.ask("sources", "find", slug=wish.slug, url=url)
    same = next((row for row in known if row.url == url), None)
    if same is None and known:
        raise IngestError(f"Another source is called {wish.slug}.", "Give it another name.")
    if same is not None:
        store.ask("sources", "change", slug=same.slug, config=json.dumps(wish.config, ensure_ascii=False), every=every)
        return Added(same.slug, same.kind, url, same.title or title, items, False)
    row = {"kind": kind, "url": url, "title": title, "config": wish.config, "every": every}
    for name in [wish.slug] if wish.slug else _slugs(base or url):
        if store.ask("sources", "add", rows=as_json([{**row, "slug": name}])):
            return Added(name, kind, url, title, items, True)
    if again := store.ask("sources", "find", slug=None, url=url):  # somebody added it at this moment
        return Added(again[0].slug, again[0].kind, url, again[0].title, items, False)
    raise IngestError("Its name is taken.", "Give it another one.")


def _store_places(store: Store, places: Sequence[Place], wish: _Wish) -> tuple[Added, ...]:
    """Feeds of a list; whether they answer turns out when they are checked."""
    if wish.slug:
        raise IngestError("A list of subscriptions adds many sources; they can't have one name.", "Leave the name out.")
    config = {name: value for name, value in wish.config.items() if name != "own_server"}
    return tuple(
        _store_one(store, "feed", redact_url(place.url), place.title, 0, _Wish(None, wish.every, config))
        for place in places
    )


def _slugs(url: str) -> tuple[str, str]:
    """Names for a source: what its address says, and that with a digest when it is taken."""
    parts = urlsplit(url) if "://" in url else None
    said = f"{parts.hostname}{parts.path}" if parts else url
    plain = re.sub(r"[^a-z0-9.]+", "-", said.lower().removeprefix("www.")).strip("-.")
    plain = re.sub(r"\.(?:xml|json|rss|atom|html?)$", "", plain)[:MOST_SLUG].strip("-.") or "source"
    digest = hashlib.sha256(url.encode()).hexdigest()[:8]
    return (f"{plain}-{digest}" if plain in RESERVED else plain), f"{plain}-{digest}"

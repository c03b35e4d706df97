"""Releases: frozen, named selections of essays, whose export has the same bytes for ever."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ingest.model import IngestError
from ingest.store import Connection, Store, ask

_NAME = re.compile(r"\w[\w.-]{0,99}")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which works; nothing given means all.

    ``corpus`` is seed, ingested or the name of a seed corpus, ``account`` a name or a site's identifier. Dates include
    both ends, and leave out works whose date is not known.
    """

    corpus: str | None = None
    from_date: date | None = None
    to_date: date | None = None
    account: str | None = None
    site: str | None = None

    def values(self) -> dict[str, str]:
        """What was given, as the database keeps it."""
        asked = {
            "corpus": self.corpus,
            "from": self.from_date.isoformat() if self.from_date else None,
            "to": self.to_date.isoformat() if self.to_date else None,
            "account": self.account,
            "site": self.site,
        }
        return {name: value for name, value in asked.items() if value}


@dataclass(frozen=True, slots=True)
class Release:
    """A release; ``is_new`` says whether this call made it."""

    name: str
    made_at: datetime
    item_count: int
    sha256: str
    selection: dict[str, str]
    is_new: bool = False

    def values(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "release": self.name, "made_at": self.made_at.isoformat(), "items": self.item_count,
            "sha256": self.sha256, "selection": self.selection, "is_new": self.is_new,
        }  # fmt: skip

    def line(self) -> str:
        """The same for people."""
        made = "frozen now" if self.is_new else f"frozen on {self.made_at:%Y-%m-%d}, and as it was"
        return f"{self.name}: {self.item_count:,} essays, {made}; sha256 {self.sha256}"


def make(store: Store, name: str, selection: Selection | None = None, note: str | None = None) -> Release:
    """Freezes the selected works under a name; asked for again in the same words, the release that is there.

    Raises ``IngestError`` for a name that can't be one or means another selection, and when nothing is selected.
    """
    if not _NAME.fullmatch(name):
        raise IngestError(
            f"{name[:100]!r} can't be the name of a release.", "Use letters, digits, dots, hyphens and underscores."
        )
    wanted = (selection or Selection()).values()

    def work(connection: Connection) -> Release:
        if known := _find(connection, name):
            if known.selection != wanted:
                raise IngestError(
                    f"The release {name} is there already, of another selection: {known.selection or 'all works'}.",
                    "Releases never change; take another name.",
                )
            return known
        made = ask(connection, "release", "make", release=name, note=note, selection=json.dumps(wanted))
        if not made[0].items:
            raise IngestError("Nothing is selected, so there is nothing to release.", "Check the filters.")
        found = _find(connection, name)
        assert found is not None
        return Release(name, found.made_at, found.item_count, found.sha256, found.selection, is_new=True)

    return store.attempt(work)


def find(store: Store, name: str) -> Release:
    """The release of this name. Raises ``IngestError`` when there is none."""
    found = store.attempt(lambda connection: _find(connection, name))
    if found is None:
        known = [row.release for row in store.ask("release", "all")]
        raise IngestError(f"There is no release {name}.", f"There are: {', '.join(known[:10]) or 'none yet'}.")
    return found


def _find(connection: Connection, name: str) -> Release | None:
    rows = ask(connection, "release", "find", release=name)
    return Release(name, rows[0].made_at, rows[0].item_count, rows[0].sha256, rows[0].selection) if rows else None

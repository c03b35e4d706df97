"""A watched folder: which of its files are new or changed since they were taken last."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

KIND = "folder"
SETTLED = timedelta(seconds=5)
"""How long a file must have been left alone: it may still be being written."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as the folder lists it. ``path`` is relative to the folder."""

    path: str
    size: int
    changed_ns: int

    @property
    def changed_at(self) -> datetime:
        return datetime.fromtimestamp(self.changed_ns / 1e9, UTC)


def listing(folder: Path) -> Iterator[Entry]:
    """The regular files under a folder, hidden ones and links left out."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(place, name)
            if name.startswith(".") or path.is_symlink():
                continue
            try:
                status = path.stat()
            except OSError:
                continue  # gone meanwhile
            yield Entry(str(path.relative_to(folder)), status.st_size, status.st_mtime_ns)


def changed(entries: Iterator[Entry], known: Mapping[str, tuple[int, int]], now: datetime) -> list[Entry]:
    """Those that are new or of another size or time than ``known`` (path → size, time), and are left alone by now."""
    return [
        entry for entry in entries
        if known.get(entry.path) != (entry.size, entry.changed_ns) and entry.changed_at <= now - SETTLED
    ]  # fmt: skip

"""A watched folder: what is new in it is imported as if it were handed in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from ingest.intake import imports
from ingest.model import IngestError, State, Unavailable
from ingest.settings import settings
from ingest.sources.discover import folder
from ingest.store import Store

MOST_TAKEN = 2000
"""Files that one check takes."""


@dataclass
class Taken:
    """What a check of a folder took: files listed, the new ones as rows, looks that importing them made."""

    files: int = 0
    parts: list[dict[str, Any]] = field(default_factory=list)
    looks: int = 0
    state: State | None = None
    reason: str | None = None
    more: bool = False


def take(store: Store, run_id: int, source: Any) -> Taken:
    """Imports the files that are new or changed. May be repeated: bytes that were read before are not read again."""
    root = Path(source.url)
    if not root.is_dir():
        return Taken(state=State.NOT_FOUND, reason="the folder is not there")
    most = settings().max_folder_files
    entries = list(islice(folder.listing(root), most + 1))
    if len(entries) > most:  # each check would list them all
        return Taken(state=State.TOO_LARGE, reason=f"the folder holds more than {most:,} files")
    known = {row.path: (row.size, row.changed_ns) for row in store.ask("sources", "parts", slug=source.slug)}
    new = folder.changed(iter(entries), known, datetime.now(UTC))
    taken = Taken(len(entries), more=len(new) > MOST_TAKEN)
    new = new[:MOST_TAKEN]
    if not new:
        return taken
    try:
        plan = imports.plan([str(root / entry.path) for entry in new])
        imports.load(store, run_id, plan, found_by=source.slug)
        imports.load_lists(store, run_id, plan.lists, found_by=source.slug)
        taken.looks = plan.total
    except Unavailable:
        raise
    except IngestError as error:
        taken.reason = error.reason  # nothing among them that is imported
    taken.parts = [{"path": e.path, "size": e.size, "changed_ns": e.changed_ns} for e in new]
    return taken

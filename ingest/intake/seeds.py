"""A seed corpus: a folder of essays, loaded as often as one likes. What did not change is left alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ingest.intake.batches import Known, OnLook, batches, before, known_looks, record_all
from ingest.intake.corpus import changes, checked_name
from ingest.intake.files import Opened, digest, directory, open_file, read_opened, shown, walk
from ingest.model import Address, IngestError, Look, Obtained, SeedFile
from ingest.store import Connection, Store, ask


def plan(store: Store, folder: str, corpus: str | None = None) -> tuple[str, list[str]]:
    """The corpus and the relative paths of its files. Notes which files went missing, came back or moved.

    Raises ``IngestError`` for no directory, for an empty one, and for a name that no corpus can have.
    """
    root = directory(folder)
    name = checked_name(corpus if corpus is not None else root.resolve().name)
    there = {path: digest(place, root) for path, place in _paths(root).items()}
    if not there:
        raise IngestError(f"{folder} holds no files.", "Name the directory that holds the corpus.")

    def work(connection: Connection) -> None:
        known = {row.path: bytes(row.sha256) for row in ask(connection, "run", "seed_files", corpus=name)}
        found = changes(known, there)
        if found.moves:
            rows = json.dumps([{"old_path": old, "path": new} for old, new in found.moves])
            for step in ("set_aside", "leave_addresses", "move_seed_files"):
                ask(connection, "run", step, corpus=name, rows=rows)
        ask(connection, "run", "set_missing", corpus=name, paths=list(found.missing))
        ask(connection, "run", "set_found", corpus=name, paths=list(there))

    store.attempt(work)
    return name, list(there)


def load(
    store: Store, run_id: int, folder: str, corpus: str, paths: Sequence[str], on_look: OnLook | None = None
) -> None:
    """Loads these files of a seed corpus, in batches that are committed one by one."""
    root = directory(folder)
    places = _paths(root)
    moved = {row.key for row in store.ask("run", "moved_keys", corpus=corpus)}

    def looks() -> Iterator[list[Look]]:
        for batch in batches(paths, lambda path: open_file(places.get(path, root / path), root)):
            known = known_looks(store, batch.values(), [_key(corpus, path) for path in batch])
            yield [_look(corpus, path, file, known, moved) for path, file in batch.items()]

    record_all(store, run_id, looks(), on_look)


def _paths(root: Path) -> dict[str, Path]:
    """The files of a folder by their relative paths, as they are shown and stored."""
    return {shown(path.relative_to(root).as_posix()): path for path in walk(root)}


def _look(corpus: str, path: str, file: Opened, known: Known, moved: set[str]) -> Look:
    key = _key(corpus, path)
    # The file that this key was made for lives elsewhere now: what is here is another document.
    document_key = f"{key}#{file.sha256.hex()[:12]}" if key in moved else key
    earlier = before(file, known, key)
    reading, accepted = (earlier, ()) if earlier else read_opened(file)
    declared = () if earlier else reading.addresses
    # A seed is a document of its own, whatever page it was saved from: its corpus must not depend on what came first.
    essay = replace(reading.essay, native_id=None) if reading.essay else None
    return Look(
        Address(key), file.snapshot, replace(reading, addresses=(), essay=essay), "seed", Obtained.SEED, "seed",
        f"seed:{corpus}", path, document_key, SeedFile(corpus, path, file.sha256, declared), accepted,
        settled=earlier is not None,
    )  # fmt: skip


def _key(corpus: str, path: str) -> str:
    return f"seed:{corpus}/{path}"

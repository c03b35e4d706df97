"""The steps in order: accept, read, store, relate. Each commits its output and may be repeated."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from ingest import accept, read
from ingest.files import LISTS, PAGES, TEXTS, Opened, directory, open_file, read_opened, walk
from ingest.formats import wechat_export
from ingest.model import (
    Address,
    DatabaseDown,
    Evidence,
    IngestError,
    Look,
    Obtained,
    Reading,
    Refused,
    SeedFile,
    State,
)
from ingest.settings import settings
from ingest.store import Store
from ingest.store.connection import ask
from ingest.store.record import record

RELATE_BATCH = 500
MOST_TASKS = 64

OnLook = Callable[[Look], None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Plan:
    """The files of an import: pages and texts, lists of an exporter beside them, and what was passed over."""

    files: tuple[str, ...]
    lists: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Looks that importing all of it makes: one a file, one a list, one a text in a list."""
        texts = sum(
            bool(wechat_export.complete(None, entry)) for path in self.lists for entry in _entries([path]).listed
        )
        return len(self.files) + len(self.lists) + texts


@dataclass(frozen=True, slots=True)
class Account:
    """What became of a run, to the unit: looks by outcome and state, and the addresses that wait to be fetched."""

    run_id: int
    looks: dict[str, int]
    waiting: int
    documents: int
    essays: int
    missing: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        return sum(self.looks.values())


def connect() -> Store:
    """The database as the loader sees it. Raises ``DatabaseDown`` when nobody said where it is."""
    url = settings().loader_url
    if url is None:
        raise DatabaseDown("Nobody said where the database is.", "Set ESSAYS_LOADER_URL, or start with `ingest up`.")
    return Store(url.get_secret_value())


def portions(items: Sequence[T]) -> list[list[T]]:
    """The items in portions for mapped tasks: large enough to be worth a task, and at most ``MOST_TASKS`` of them."""
    size = max(settings().batch_files, -(-len(items) // MOST_TASKS))
    return [list(items[start : start + size]) for start in range(0, len(items), size)]


def open_run(store: Store, dag: str, label: str | None = None) -> int:
    """The number of the run with this label, made when there is none; a task that is tried again goes on in its own."""
    return int(store.ask("run", "open_run", dag=dag, label=label or f"{dag}/{uuid.uuid4()}")[0].run_id)


def close_run(store: Store, run_id: int, corpus: str | None = None) -> Account:
    """Closes a run and returns its account. Raises ``IngestError`` when looks and outcomes don't add up."""
    looks: Counter[str] = Counter()
    waiting = 0
    with store.transaction() as connection:
        for row in ask(connection, "run", "account", run_id=run_id):
            if row.state is not None:
                looks[f"{row.outcome} ({row.state})"] += int(row.looks)
            elif row.outcome == "waiting":
                waiting += int(row.addresses)
        looked = ask(connection, "run", "looks", run_id=run_id)[0].looks
        ask(connection, "run", "close_run", run_id=run_id)
        counts = ask(connection, "face", "counts")[0]
        missing = ask(connection, "run", "missing_files", corpus=corpus) if corpus else []
    if sum(looks.values()) != looked:
        raise IngestError(f"Run {run_id}: {looked} looks, {sum(looks.values())} outcomes.", "Please report this.")
    return Account(run_id, dict(looks), waiting, counts.documents, counts.essays, tuple(row.path for row in missing))


def check_total(account: Account, planned: int) -> dict[str, int]:
    """The looks of a run by outcome. Raises ``IngestError`` when there are not as many as were planned."""
    if account.total != planned:
        raise IngestError(
            f"{planned} files were planned, {account.total} are accounted for.",
            "Run again: what is done is not done twice.",
        )
    return account.looks


def relate(store: Store) -> int:
    """Finds copies of what is new and settles their works; how many documents were related."""
    related = 0
    while True:
        with store.transaction() as connection:
            pending = ask(connection, "run", "pending", limit=RELATE_BATCH)
            if not pending:
                return related
            ask(connection, "run", "settle", ids=[row.document_id for row in pending])
            ask(connection, "run", "set_related", ids=[row.revision_id for row in pending])
        related += len(pending)


# Seed corpora


def plan_seed(store: Store, folder: str, corpus: str | None = None) -> tuple[str, list[str]]:
    """The corpus and the relative paths of its files. Notes which files went missing, came back or moved.

    A file is moved when its bytes are at a new path and the old path is gone. Raises ``IngestError`` for no directory.
    """
    root = directory(folder)
    corpus = corpus or root.resolve().name
    paths = [path.relative_to(root).as_posix() for path in walk(root)]
    if not paths:
        raise IngestError(f"{folder} holds no files.", "Name the directory that holds the corpus.")
    with store.transaction() as connection:
        known = {row.path: row for row in ask(connection, "run", "seed_files", corpus=corpus)}
        gone = {path: row for path, row in known.items() if path not in set(paths)}
        moved_from = {bytes(row.sha256): path for path, row in gone.items() if row.document_id}
        for path in (p for p in paths if p not in known) if moved_from else ():
            if old_path := moved_from.pop(open_file(root / path).sha256, None):
                del gone[old_path]
                keys = {"key": _seed_key(corpus, path), "old_key": _seed_key(corpus, old_path)}
                ask(connection, "run", "move_seed_file", corpus=corpus, path=path, old_path=old_path, **keys)
        ask(connection, "run", "set_missing", corpus=corpus, paths=sorted(gone))
        ask(connection, "run", "set_found", corpus=corpus, paths=paths)
    return corpus, paths


def load_seed(
    store: Store, run_id: int, folder: str, corpus: str, paths: Sequence[str], on_look: OnLook | None = None
) -> None:
    """Loads these files of a seed corpus, in batches that are committed one by one."""
    root = directory(folder)
    moved = {row.key for row in store.ask("run", "moved_keys", corpus=corpus)}
    for batch in _batches(paths):
        opened = {path: open_file(root / path) for path in batch}
        known = _known(store, opened.values())
        looks = [_seed_look(corpus, path, file, known, moved) for path, file in opened.items()]
        _record(store, run_id, looks, on_look)


def _seed_look(corpus: str, path: str, file: Opened, known: dict[bytes, dict[str, Any]], moved: set[str]) -> Look:
    key = _seed_key(corpus, path)
    # The file that this key was made for lives elsewhere now: what is here is another document.
    document_key = f"{key}#{file.sha256.hex()[:12]}" if key in moved else key
    before = _before(file, known, key)
    reading, accepted = (before, ()) if before else read_opened(file)
    return Look(
        Address(key), file.snapshot, replace(reading, addresses=()), "seed", Obtained.SEED, "seed", f"seed:{corpus}",
        path, document_key, SeedFile(corpus, path, file.sha256), accepted, settled=before is not None,
    )  # fmt: skip


def _seed_key(corpus: str, path: str) -> str:
    return f"seed:{corpus}/{path}"


# Files handed in


def plan_import(paths: Iterable[str]) -> Plan:
    """All files under these paths. Raises ``IngestError`` for a path that isn't there."""
    files: list[str] = []
    lists: list[str] = []
    skipped: list[str] = []
    for given in dict.fromkeys(paths):
        path = Path(given).expanduser()
        if not path.exists():
            raise IngestError(
                f"{given} is not there.", "Check the path; a DAG's paths are of the machine that runs it."
            )
        for file in walk(path):
            name = file.name.lower()
            if name.endswith(LISTS):
                (skipped if _list(file) is None else lists).append(str(file))
            else:
                (files if name.endswith(PAGES + TEXTS) or not path.is_dir() else skipped).append(str(file))
    if not files and not lists:
        raise IngestError("There is nothing to import.", f"Files are taken by their names: {' '.join(PAGES + TEXTS)}.")
    return Plan(tuple(files), tuple(lists), tuple(skipped))


def import_files(store: Store, run_id: int, plan: Plan, on_look: OnLook | None = None) -> None:
    """Reads and stores the files of a plan, joined with its lists, in batches that are committed one by one."""
    entries = _entries(plan.lists)
    for batch in _batches(plan.files):
        opened = [open_file(Path(path)) for path in batch]
        known = {} if entries.listed else _known(store, opened)
        _record(store, run_id, [_import_look(file, entries, known) for file in opened], on_look)


def import_lists(store: Store, run_id: int, lists: Sequence[str], on_look: OnLook | None = None) -> None:
    """Stores what lists hold beyond their pages: addresses to fetch, and texts, where no better page is stored."""
    for path in lists:
        file, entries = open_file(Path(path)), _entries([path])
        reading = Reading(State.NOT_A_PAGE, wechat_export.READER, reason=f"a list of {len(entries.listed)} articles")
        asked = tuple(entry.addresses[0] for entry in entries.listed if entry.addresses)
        looks = [_handed_in(path, file, reading, accepted=asked)]
        for number, entry in enumerate(entries.listed, 1):
            if essay := wechat_export.complete(None, entry):
                told = Reading(
                    entry.state or State.ARTICLE, wechat_export.READER, "wechat", essay,
                    addresses=entry.addresses, evidence=Evidence.LISTED,
                )  # fmt: skip
                looks.append(_handed_in(f"{path}#{number}", file, told))
        for batch in _batches(looks):
            _record(store, run_id, list(batch), on_look)


def _import_look(file: Opened, entries: wechat_export.Entries, known: dict[bytes, dict[str, Any]]) -> Look:
    if before := _before(file, known, None):
        return replace(_handed_in(str(file.path), file, before), settled=True)
    reading, accepted = read_opened(file)
    if entries.listed and (reading.essay or reading.state is State.UNREADABLE):
        reading = _joined(reading, entries, str(file.path))
    return _handed_in(str(file.path), file, reading, accepted)


def _joined(reading: Reading, entries: wechat_export.Entries, origin: str) -> Reading:
    """The reading with what the list knows of it; what fits no entry or several is said and left without identity."""
    if reading.essay and reading.essay.native_id:
        return reading
    joined = entries.join(reading.essay, reading.addresses, origin)
    essay = wechat_export.complete(reading.essay, joined.entry, title_will_do=True) if joined.entry else None
    if joined.entry is None or essay is None:
        return replace(reading, reason="; ".join(filter(None, (reading.reason, joined.reason))))
    addresses = {address.key: address for address in (*reading.addresses, *joined.entry.addresses)}
    state = joined.entry.state or State.ARTICLE if reading.essay is None else reading.state
    return replace(
        reading, state=state, site="wechat", essay=essay, reason=joined.reason, addresses=tuple(addresses.values()),
        evidence=min(reading.evidence, Evidence.REDUCED, key=lambda evidence: evidence.rank),
    )  # fmt: skip


def _handed_in(origin: str, file: Opened, reading: Reading, accepted: tuple[Address, ...] = ()) -> Look:
    digest = file.snapshot.sha256 if file.snapshot else file.sha256
    address = next(iter(reading.addresses), Address(f"file:{digest.hex()}"))
    essay = reading.essay
    key = f"{reading.site}:{essay.native_id}" if essay and essay.native_id else address.key
    return Look(
        address, file.snapshot, reading, "handed_in", Obtained.HANDED_IN, "ingested", "files", origin, key,
        accepted=accepted,
    )  # fmt: skip


def _entries(paths: Iterable[str]) -> wechat_export.Entries:
    """The entries of these lists, each article once."""
    return wechat_export.Entries.of([entry for path in paths for entry in _list(Path(path)) or ()], accept.address)


def _list(path: Path) -> tuple[wechat_export.Listed, ...] | None:
    """The entries of an exporter's list; None when the file is no such list."""
    file = open_file(path)
    try:
        return wechat_export.read_list(file.snapshot.data, path.name) if file.snapshot else None
    except Refused:
        return None


# Both


def _known(store: Store, files: Iterable[Opened]) -> dict[bytes, dict[str, Any]]:
    """Earlier looks at the same bytes that this version's readers made: digest → key of the address → look."""
    digests = [file.snapshot.sha256 for file in files if file.snapshot]
    known: dict[bytes, dict[str, Any]] = {}
    for row in store.ask("record", "known_looks", sha256=digests) if digests else []:
        if row.reader in read.readers():
            known.setdefault(bytes(row.sha256), {})[row.key] = row
    return known


def _before(file: Opened, known: dict[bytes, dict[str, Any]], key: str | None) -> Reading | None:
    """The reading of an earlier look at the same bytes: at the address ``key``, or, without one, handed in as well."""
    looks = known.get(file.snapshot.sha256, {}) if file.snapshot else {}
    handed_in = (row for address, row in sorted(looks.items()) if not address.startswith("seed:"))
    row = looks.get(key) if key else next(handed_in, None)
    if row is None:
        return None
    return Reading(State(row.state), row.reader, reason=row.reason, addresses=(Address(row.key),))


def _record(store: Store, run_id: int, looks: list[Look], on_look: OnLook | None) -> None:
    record(store, run_id, looks)
    for look in looks if on_look else ():
        assert on_look is not None
        on_look(look)


def _batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    size = settings().batch_files
    for start in range(0, len(items), size):
        yield items[start : start + size]

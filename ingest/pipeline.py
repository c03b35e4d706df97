"""The steps in order: accept, read, store, relate. Each commits its output and may be repeated."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from ingest import accept, read
from ingest.corpus import changes, checked_name
from ingest.files import LISTS, PAGES, TEXTS, Opened, directory, open_file, read_opened, shown, walk
from ingest.formats import wechat_export
from ingest.model import (
    About,
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
from ingest.settings import MIB, settings
from ingest.store import Connection, Store, ask
from ingest.store.record import record

RELATE_BATCH = 500
BATCH_BYTES = 32 * MIB
NOTHING_DONE = {State.UNREADABLE, State.REFUSED, State.UNSUPPORTED, State.TOO_LARGE, State.TOO_COSTLY}
MOST_TASKS = 64

Known = dict[bytes, dict[str, Any]]
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
class Problem:
    """A file of a run that gave no document, or one that a person should look at."""

    file: str
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class Account:
    """What became of a run, to the unit: looks by outcome and state, files looked at, and what gave no document.

    ``mentions`` counts what was handed in, repeats included; ``waiting`` counts all addresses that wait to be fetched,
    ``missing`` names files of a seed corpus that are gone.
    """

    run_id: int
    looks: dict[str, int]
    origins: int
    mentions: int
    waiting: int
    documents: int
    essays: int
    missing: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    def lines(self) -> list[str]:
        """The account for people: outcomes, then every file that gave no document with its reason."""
        outcomes = [f"{looks:>7,} {outcome}" for outcome, looks in sorted(self.looks.items())]
        problems = [f"{problem.file}: {problem.state}: {problem.reason}" for problem in self.problems]
        gone = [f"{path}: no longer there; its document stays" for path in self.missing]
        waiting = f", {self.waiting:,} addresses wait to be fetched" if self.waiting else ""
        return [*outcomes, *problems, *gone, f"{self.documents:,} documents, {self.essays:,} essays{waiting}"]

    @property
    def in_vain(self) -> bool:
        """Whether there was something to read and nothing of it could be read."""
        return 0 < self.origins <= sum(problem.state in NOTHING_DONE for problem in self.problems)


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
    return int(store.ask("run", "open_run", dag=dag, label=f"{dag}/{label or uuid.uuid4()}")[0].run_id)


def close_run(store: Store, run_id: int, corpus: str | None = None) -> Account:
    """Closes a run and returns its account. Raises ``IngestError`` when looks and outcomes don't add up."""

    def work(connection: Connection) -> Account:
        rows = ask(connection, "run", "account", run_id=run_id)
        looks = {f"{row.outcome} ({row.state})": int(row.looks) for row in rows if row.looks}
        looked = ask(connection, "run", "looks", run_id=run_id)[0]
        if sum(looks.values()) != looked.looks:
            raise IngestError(
                f"Run {run_id}: {looked.looks} looks, {sum(looks.values())} outcomes.", "Please report this."
            )
        ask(connection, "run", "close_run", run_id=run_id)
        counts = ask(connection, "face", "counts")[0]
        missing = ask(connection, "run", "missing_files", corpus=corpus) if corpus else []
        problems = (
            Problem(row.file, row.state, row.reason) for row in ask(connection, "face", "problems", run_id=run_id)
        )
        mentions = sum(int(row.mentions) for row in rows)
        return Account(
            run_id, looks, looked.origins, mentions, counts.waiting, counts.documents, counts.essays,
            tuple(row.path for row in missing), tuple(problems),
        )  # fmt: skip

    return store.attempt(work)


def check_total(account: Account, planned: int) -> dict[str, int]:
    """The looks of a run by outcome.

    Raises ``IngestError`` when other files were looked at than were planned, or when none of them could be read.
    """
    if account.origins != planned:
        raise IngestError(
            f"{planned} files were planned, {account.origins} are accounted for.",
            "Run again: what is done is not done twice.",
        )
    if account.in_vain:
        first = account.problems[0]
        raise IngestError(f"Nothing could be read; {first.file}: {first.reason}", "essays.fetch_log has every reason.")
    return account.looks


def check_mentions(account: Account, handed_in: int) -> dict[str, int]:
    """The looks of a run by outcome. Raises ``IngestError`` when its account has other links than were handed in."""
    if account.mentions != handed_in:
        raise IngestError(f"{handed_in} links were handed in, {account.mentions} are accounted for.", "Run again.")
    return account.looks


def relate(store: Store) -> int:
    """Finds copies of what is new and settles their works; how many documents were related."""

    def work(connection: Connection) -> int:
        pending = ask(connection, "run", "pending", limit=RELATE_BATCH)
        if pending:
            ask(connection, "run", "settle", ids=[row.document_id for row in pending])
            ask(connection, "run", "set_related", ids=[row.revision_id for row in pending])
        return len(pending)

    related = 0
    while done := store.attempt(work):
        related += done
    return related


# Seed corpora


def plan_seed(store: Store, folder: str, corpus: str | None = None) -> tuple[str, list[str]]:
    """The corpus and the relative paths of its files. Notes which files went missing, came back or moved.

    Raises ``IngestError`` for no directory, for an empty one, and for a name that no corpus can have.
    """
    root = directory(folder)
    name = checked_name(corpus if corpus is not None else root.resolve().name)
    there = {shown: open_file(path, root).sha256 for shown, path in _paths(root).items()}
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


def load_seed(
    store: Store, run_id: int, folder: str, corpus: str, paths: Sequence[str], on_look: OnLook | None = None
) -> None:
    """Loads these files of a seed corpus, in batches that are committed one by one."""
    root = directory(folder)
    places = _paths(root)
    moved = {row.key for row in store.ask("run", "moved_keys", corpus=corpus)}
    for batch in _batches(paths, lambda path: places.get(path, root / path), root):
        known = _known(store, batch.values(), [_seed_key(corpus, path) for path in batch])
        looks = [_seed_look(corpus, path, file, known, moved) for path, file in batch.items()]
        _record(store, run_id, looks, on_look)


def _paths(root: Path) -> dict[str, Path]:
    """The files of a folder by their relative paths, as they are shown and stored."""
    return {shown(path.relative_to(root).as_posix()): path for path in walk(root)}


def _seed_look(corpus: str, path: str, file: Opened, known: Known, moved: set[str]) -> Look:
    key = _seed_key(corpus, path)
    # The file that this key was made for lives elsewhere now: what is here is another document.
    document_key = f"{key}#{file.sha256.hex()[:12]}" if key in moved else key
    before = _before(file, known, key)
    reading, accepted = (before, ()) if before else read_opened(file)
    # A seed is a document of its own, whatever page it was saved from: its corpus must not depend on what came first.
    essay = replace(reading.essay, native_id=None) if reading.essay else None
    return Look(
        Address(key), file.snapshot, replace(reading, addresses=(), essay=essay), "seed", Obtained.SEED, "seed",
        f"seed:{corpus}", path, document_key, SeedFile(corpus, path, file.sha256), accepted, settled=before is not None,
    )  # fmt: skip


def _seed_key(corpus: str, path: str) -> str:
    return f"seed:{corpus}/{path}"


# Files handed in


def plan_import(paths: Iterable[str]) -> Plan:
    """All files under these paths, each once. Raises ``IngestError`` for a path that isn't there."""
    files: dict[Path, str] = {}
    lists: dict[Path, str] = {}
    skipped: dict[Path, str] = {}
    for given in paths:
        path = Path(given).expanduser()
        if not given.strip() or not path.exists():
            raise IngestError(f"{given or 'An empty path'} is not there.", _remedy(given))
        for file in walk(path):
            name = file.name.lower()
            if name.endswith(LISTS):
                kind = skipped if _list(file) is None else lists
            else:
                kind = files if name.endswith(PAGES + TEXTS) or not path.is_dir() or file.is_dir() else skipped
            kind.setdefault(file.resolve(), str(file))
    if not files and not lists:
        raise IngestError("There is nothing to import.", f"Files are taken by their names: {' '.join(PAGES + TEXTS)}.")
    return Plan(tuple(files.values()), tuple(lists.values()), tuple(skipped.values()))


def _remedy(given: str) -> str:
    if "://" in given:
        return "Links are fetched by `ingest links` and the DAG ingest_links."
    return "Check the path; a DAG's paths are absolute, and of the machine that runs its tasks."


def import_files(store: Store, run_id: int, plan: Plan, on_look: OnLook | None = None) -> None:
    """Reads and stores the files of a plan, joined with its lists, in batches that are committed one by one."""
    entries = _entries(plan.lists)
    for batch in _batches(plan.files, Path):
        known = {} if entries.listed else _known(store, batch.values(), None)
        _record(store, run_id, [_import_look(file, entries, known) for file in batch.values()], on_look)


def import_lists(store: Store, run_id: int, lists: Sequence[str], on_look: OnLook | None = None) -> None:
    """Stores what lists hold beyond their pages: addresses to fetch, and texts, where no better page is stored."""
    for path in lists:
        file, entries = open_file(Path(path)), _entries([path])
        reading = Reading(State.NOT_A_PAGE, wechat_export.READER, reason=f"a list of {len(entries.listed)} articles")
        asked = tuple(entry.addresses[0] for entry in entries.listed if entry.addresses)
        looks = [_handed_in(path, file, reading, accepted=asked)]
        for number, entry in enumerate(entries.listed, 1):
            if essay := wechat_export.complete(None, entry):
                part = hashlib.sha256(f"{entry.title}\n{entry.content}".encode()).hexdigest()[:12]
                told = Reading(
                    entry.state or State.ARTICLE, wechat_export.READER, "wechat", essay,
                    addresses=entry.addresses, evidence=Evidence.LISTED,
                )  # fmt: skip
                looks.append(_handed_in(f"{path}#{number}", file, told, part=f"#{part}"))
        for start in range(0, len(looks), settings().batch_files):
            _record(store, run_id, looks[start : start + settings().batch_files], on_look)


def _import_look(file: Opened, entries: wechat_export.Entries, known: Known) -> Look:
    if before := _before(file, known, None):
        return replace(_handed_in(str(file.path), file, before), settled=True)
    reading, accepted = read_opened(file)
    if entries.listed and (reading.essay or reading.state is State.UNREADABLE):
        reading = _joined(reading, entries, file)
    return _handed_in(str(file.path), file, reading, accepted)


def _joined(reading: Reading, entries: wechat_export.Entries, file: Opened) -> Reading:
    """The reading with what the list knows of it; what fits no entry or several is said and left without identity."""
    if reading.essay and reading.essay.native_id:
        return reading
    joined = entries.join(reading.essay, reading.addresses, str(file.path))
    essay = wechat_export.complete(reading.essay, joined.entry, title_will_do=True) if joined.entry else None
    if joined.entry is None or essay is None:
        return replace(reading, reason="; ".join(filter(None, (reading.reason, joined.reason))))
    # Without the list the page was, or would have been, a document of its own by its bytes.
    bytes_address = [_file_address(file)] if not reading.addresses else []
    addresses = {a.key: a for a in (*reading.addresses, *joined.entry.addresses, *bytes_address)}
    state = joined.entry.state or State.ARTICLE if reading.essay is None else reading.state
    return replace(
        reading, state=state, site="wechat", essay=essay, reason=joined.reason, addresses=tuple(addresses.values()),
        evidence=min(reading.evidence, Evidence.REDUCED, key=lambda evidence: evidence.rank),
    )  # fmt: skip


def _handed_in(origin: str, file: Opened, reading: Reading, accepted: tuple[Address, ...] = (), part: str = "") -> Look:
    address = next(iter(reading.addresses), _file_address(file, part))
    essay = reading.essay
    key = f"{reading.site}:{essay.native_id}" if essay and essay.native_id else address.key
    return Look(
        address, file.snapshot, reading, "handed_in", Obtained.HANDED_IN, "ingested", "files", shown(origin), key,
        accepted=accepted,
    )  # fmt: skip


def _file_address(file: Opened, part: str = "") -> Address:
    """The address of a page that names none: its bytes, and the part of a list."""
    digest = file.snapshot.sha256 if file.snapshot else file.sha256
    return Address(f"file:{digest.hex()}{part}")


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


def _known(store: Store, files: Iterable[Opened], keys: list[str] | None) -> Known:
    """Earlier looks at the same bytes that still hold: digest → key of the address → look.

    Of seeds only those at ``keys``; without keys, those at files that were handed in.
    """
    digests = [file.snapshot.sha256 for file in files if file.snapshot]
    known: Known = {}
    for row in store.ask("record", "known_looks", sha256=digests, keys=keys, readers=read.readers()) if digests else []:
        if row.document_id or State(row.state).about is not About.CONTENT:
            known.setdefault(bytes(row.sha256), {})[row.key] = row
    return known


def _before(file: Opened, known: Known, key: str | None) -> Reading | None:
    """The reading of an earlier look at the same bytes, at the address ``key`` if one is given."""
    looks = known.get(file.snapshot.sha256, {}) if file.snapshot else {}
    row = looks.get(key) if key else next(iter(looks.values()), None)
    if row is None:
        return None
    return Reading(State(row.state), row.reader, reason=row.reason, addresses=(Address(row.key),))


def _record(store: Store, run_id: int, looks: list[Look], on_look: OnLook | None) -> None:
    record(store, run_id, looks, read.readers())
    for look in looks:
        if on_look:
            on_look(look)


def _batches(
    names: Sequence[str], place: Callable[[str], Path], root: Path | None = None
) -> Iterator[dict[str, Opened]]:
    """Opened files by their names, in batches of a bounded number and of a bounded size in memory."""
    batch: dict[str, Opened] = {}
    size = 0
    for name in names:
        file = open_file(place(name), root)
        length = len(file.snapshot.data) if file.snapshot else 0
        if batch and (len(batch) >= settings().batch_files or size + length > BATCH_BYTES):
            yield batch
            batch, size = {}, 0
        batch[name] = file
        size += length
    if batch:
        yield batch

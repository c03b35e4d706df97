"""Files that are handed in: saved pages, texts, archives, and what exporters wrote, joined with their lists."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ingest import extract, read
from ingest.formats import warc, wechat_export
from ingest.intake.batches import BATCH_BYTES, Known, OnLook, batches, before, known_looks, record_all
from ingest.intake.files import LISTS, PAGES, TEXTS, Opened, leads_out, open_file, read_opened, shown, walk
from ingest.model import Address, Evidence, IngestError, Look, Obtained, Reading, Refused, Snapshot, State
from ingest.redact import redact
from ingest.settings import settings
from ingest.store import Store
from ingest.urls.normalise import distinct

FILES = "files"
"""Who found what a person hands in."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The files of an import: pages and texts, lists of an exporter and archives, and what was passed over.

    No file of ``folders`` may lead out of them; what was named by itself may be a link.
    """

    files: tuple[str, ...]
    lists: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Looks that importing all of it makes: one a file, a list or an archive, one a text or page in them."""
        captured = sum(1 for path in self.lists for _ in _captured(path, warc.Passed()))
        texts = sum(
            bool(wechat_export.complete(None, entry)) for path in self.lists for entry in _entries([path]).listed
        )
        return len(self.files) + len(self.lists) + texts + captured

    def opened(self, name: str) -> Opened:
        """The file of that name, refused when it is a link that leads out of the folder that it was found in."""
        path = Path(name)
        return open_file(path, next((Path(each) for each in self.folders if path.is_relative_to(each)), None))


def plan(paths: Iterable[str]) -> Plan:
    """All files under these paths, each once. Raises ``IngestError`` for a path that isn't there."""
    files: dict[Path, str] = {}
    lists: dict[Path, str] = {}
    skipped: dict[Path, str] = {}
    folders: list[str] = []
    for given in paths:
        path = Path(given).expanduser()
        if not given.strip() or not path.exists():
            raise IngestError(f"{given or 'An empty path'} is not there.", _remedy(given))
        if path.is_dir():
            folders.append(str(path))
        for file in walk(path):
            name = file.name.lower()
            if path.is_dir() and leads_out(file, path):
                files[file.absolute()] = str(file)  # loading refuses it
                continue
            if name.endswith(warc.NAMES):
                kind = lists
            elif name.endswith(LISTS):
                kind = skipped if _list(file) is None else lists
            else:
                kind = files if name.endswith(PAGES + TEXTS) or not path.is_dir() or file.is_dir() else skipped
            kind.setdefault(file.resolve(), str(file))
    if not files and not lists:
        raise IngestError(
            "There is nothing to import.", f"Files are taken by their names: {' '.join(PAGES + TEXTS + warc.NAMES)}."
        )
    return Plan(tuple(files.values()), tuple(lists.values()), tuple(skipped.values()), tuple(folders))


def _remedy(given: str) -> str:
    if "://" in given:
        return "Links are fetched by `ingest links` and the DAG ingest_links."
    return "Check the path; a DAG's paths are absolute, and of the machine that runs its tasks."


def load(store: Store, run_id: int, plan: Plan, on_look: OnLook | None = None, found_by: str = FILES) -> None:
    """Reads and stores the files of a plan, joined with its lists, in batches that are committed one by one."""
    entries = _entries(plan.lists)

    def looks() -> Iterator[list[Look]]:
        for batch in batches(plan.files, plan.opened):
            known = {} if entries.listed else known_looks(store, batch.values(), None)
            yield [replace(_look(file, entries, known), found_by=found_by) for file in batch.values()]

    record_all(store, run_id, looks(), on_look)


def load_lists(
    store: Store, run_id: int, lists: Sequence[str], on_look: OnLook | None = None, found_by: str = FILES
) -> None:
    """Stores what lists hold beyond their pages: addresses to fetch, and texts, where no better page is stored.

    Of archives it stores the pages.
    """
    for path in lists:
        if path.lower().endswith(warc.NAMES):
            record_all(store, run_id, _archived(path, found_by), on_look)
            continue
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
        looks = [replace(look, found_by=found_by) for look in looks]
        size = settings().batch_files
        record_all(store, run_id, (looks[start : start + size] for start in range(0, len(looks), size)), on_look)


def _archived(path: str, found_by: str) -> Iterator[list[Look]]:
    """The pages of an archive in batches as they come, at last the archive itself with what was passed over."""
    passed, size = warc.Passed(), 0
    batch: list[Look] = []
    for captured in _captured(path, passed):
        look = _captured_look(captured, path, found_by)
        batch.append(look)
        size += len(captured.data)
        if len(batch) >= settings().batch_files or size > BATCH_BYTES:
            yield batch
            batch, size = [], 0
    told = Reading(State.NOT_A_PAGE, warc.READER, reason=passed.told())
    archive = _handed_in(path, Opened(Path(path), warc.digest(Path(path)), None), told)
    yield [*batch, replace(archive, found_by=found_by)]


def _captured(path: str, passed: warc.Passed) -> Iterator[warc.Captured]:
    """The pages of an archive; none for any other file."""
    if path.lower().endswith(warc.NAMES):
        yield from warc.pages(Path(path), warc.Limits(), passed)


def _captured_look(captured: warc.Captured, path: str, found_by: str) -> Look:
    """A page of an archive as a look at its address at its date."""
    snapshot = Snapshot(redact(captured.data), shown(path))
    reading = read.read_bytes(snapshot.data, captured.url)
    reading = replace(reading, seen_at=reading.seen_at or captured.at)
    found = extract.address(captured.url)
    address = found or next(iter(reading.addresses), Address(f"file:{snapshot.sha256.hex()}"))
    essay = reading.essay
    key = f"{reading.site}:{essay.native_id}" if essay and essay.native_id else address.key
    return Look(
        address, snapshot, reading, "handed_in", Obtained.HANDED_IN, "ingested", found_by,
        f"{shown(path)}#{captured.number}", key, http_status=captured.status, final_url=captured.url,
    )  # fmt: skip


def _look(file: Opened, entries: wechat_export.Entries, known: Known) -> Look:
    if earlier := before(file, known, None):
        return replace(_handed_in(str(file.path), file, earlier), settled=True)
    reading, accepted = read_opened(file)
    if entries.listed and (reading.essay or reading.state is State.UNREADABLE):
        reading = _joined(reading, entries, file)
    return _of_text(_handed_in(str(file.path), file, reading, accepted), file)


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
    addresses = distinct((*reading.addresses, *joined.entry.addresses, *bytes_address))
    state = joined.entry.state or State.ARTICLE if reading.essay is None else reading.state
    return replace(
        reading, state=state, site="wechat", essay=essay, reason=joined.reason, addresses=addresses,
        evidence=min(reading.evidence, Evidence.REDUCED, key=lambda evidence: evidence.rank),
    )  # fmt: skip


def _of_text(look: Look, file: Opened) -> Look:
    """A look at a file whose text, and no page, says where its essay is."""
    reading, own = look.reading, _file_address(file)
    if not reading.addresses or reading.site is not None or reading.evidence is not Evidence.REDUCED:
        return look
    # A program that did not know of declared addresses had it under its bytes.
    return replace(look, reading=replace(reading, addresses=(*reading.addresses, own)), otherwise=own)


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
    return wechat_export.Entries.of([entry for path in paths for entry in _list(Path(path)) or ()], extract.address)


def _list(path: Path) -> tuple[wechat_export.Listed, ...] | None:
    """The entries of an exporter's list; None when the file is no such list."""
    if path.name.lower().endswith(warc.NAMES):
        return None
    file = open_file(path)
    try:
        return wechat_export.read_list(file.snapshot.data, path.name) if file.snapshot else None
    except Refused:
        return None

"""A folder of exported files: what is in it, what has to be written, and the manifest that says both."""

from __future__ import annotations

import fcntl
import hashlib
import itertools
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa

from ingest.export import releases
from ingest.export.writers import Column, FileFormat, open_file
from ingest.model import IngestError, Unavailable
from ingest.store import Connection, Store, ask
from ingest.store.stream import snapshot, stream

TABLES = ("essay", "catalog", "document", "revision", "turn", "relation", "passage")
FORMATS = tuple(FileFormat)
MANIFEST = "_manifest.json"
LAYOUT = 1
_ITEM = "release_item"
_RELEASED = (
    "release", "essay_id", "document_id", "revision_number", "text_sha256", "corpus", "found_by", "site", "native_id",
    "url", "title", "display_title", "account", "author", "published_at", "published_on", "published_precision",
    "language", "char_count", "obtained", "completeness", "role", "availability", "copy_count", "loaded_at", "text",
    "markdown",
)  # fmt: skip
"""The columns of a release's export, in layout 1."""
_TEXT, _DIGEST, _DOCUMENT = map(_RELEASED.index, ("text", "text_sha256", "document_id"))


@dataclass(frozen=True, slots=True)
class Part:
    """One file: the rows of one month. ``state`` stands for what the database had when it was written."""

    path: str
    month: str
    rows: int
    bytes: int
    sha256: str
    state: str


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export came to; ``written`` of its files are new, the others were there and whole."""

    folder: str
    rows: int
    files: int
    written: int
    removed: int

    def values(self) -> dict[str, Any]:
        """The same for programs."""
        return asdict(self)

    def line(self) -> str:
        """The same for people."""
        removed = f", {self.removed} that are no longer wanted removed" if self.removed else ""
        return f"{self.rows:,} rows in {self.files} files in {self.folder}; {self.written} written{removed}"


@dataclass(slots=True)
class Manifest:
    """``_manifest.json``. It names no time and no place, so that it is the same for the same data."""

    table: str
    format: FileFormat
    release: dict[str, Any] | None
    layout: str
    columns: list[Column]
    files: list[Part] = field(default_factory=list)
    complete: bool = False

    def write(self, folder: Path) -> None:
        """Writes it as a whole, or not at all."""
        values = {**asdict(self), "rows": sum(part.rows for part in self.files)}
        partial = folder / f".{MANIFEST}.partial"
        partial.write_text(json.dumps(values, ensure_ascii=False, indent=1) + "\n", "utf-8")
        partial.replace(folder / MANIFEST)


def export(
    store: Store,
    folder: str | Path,
    format: str = "parquet",  # noqa: A002  its name in the command and in the DAG
    what: str = "essay",
    *,
    release: str | None = None,
    bom: bool = False,
) -> Exported:
    """Writes a table of the face, or a release, into ``folder/<table>`` or ``folder/release=<name>``.

    Files that are there and still say what the database has are left alone. Raises ``IngestError`` for an unknown
    table or format, for a folder with something else in it, and when a release is not what was frozen.
    """
    if format not in FORMATS:
        raise IngestError(f"There is no format {format}.", f"There are: {', '.join(FORMATS)}.")
    if what not in TABLES:
        raise IngestError(f"There is no table {what} to export.", f"There are: {', '.join(TABLES)}.")
    file_format = FileFormat(format)
    frozen = releases.find(store, release) if release else None
    target = Path(folder) / (f"release={frozen.name}" if frozen else what)
    with _opened(target), snapshot(store) as connection:
        view = _ITEM if frozen else what
        columns = [Column(row.name, row.type, row.comment) for row in ask(connection, "export", "columns", view=view)]
        if frozen:
            # Neither a column that the view gains nor a better comment may change what was exported once.
            types = {column.name: column.type for column in columns}
            columns = [Column(name, types[name], None) for name in _RELEASED]
        known = {"name": frozen.name, "sha256": frozen.sha256, "items": frozen.item_count} if frozen else None
        manifest = Manifest(view, file_format, known, _layout(columns, file_format, bom), columns)
        return _Export(connection, target, manifest, bom).run()


def _layout(columns: list[Column], file_format: FileFormat, bom: bool) -> str:
    """What the bytes of a file depend on beside its rows."""
    library = pa.__version__ if file_format is FileFormat.PARQUET else ""
    told = json.dumps([LAYOUT, file_format, library, bom, [asdict(column) for column in columns]])
    return hashlib.sha256(told.encode()).hexdigest()


@contextmanager
def _opened(target: Path) -> Iterator[None]:
    """The folder, made if need be, for one export at a time."""
    try:
        target.mkdir(parents=True, exist_ok=True)
        handle = os.open(target, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise IngestError(f"{target} can't be written to: {error.strerror}.", "Give a folder of your own.") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise Unavailable(f"Another export writes into {target}.", "Run again when it has finished.") from None
    except OSError as error:
        raise Unavailable(f"{target} can't be written to: {error.strerror}.", "Make room, and run again.") from error
    finally:
        os.close(handle)


@dataclass(slots=True)
class _Export:
    connection: Connection
    target: Path
    manifest: Manifest
    bom: bool

    @property
    def values(self) -> dict[str, Any]:
        """What the statements are given: the name of the release, if it is one."""
        return {"release": self.manifest.release["name"]} if self.manifest.release else {}

    def run(self) -> Exported:
        before = self._before()
        plan = ask(self.connection, "export", f"plan_{self.manifest.table}", **self.values)
        there = {part.month: part for part in before}
        kept = {
            row.month: there[row.month]
            for row in plan
            if row.month in there and there[row.month].state == row.state and self._is_whole(there[row.month])
        }
        self.manifest.files = list(kept.values())
        wanted = {row.month: row for row in plan if row.month not in kept}
        for month, group in self._months(list(wanted)):
            self.manifest.files.append(self._write(month, group, wanted[month].state))
            self.manifest.files.sort(key=lambda part: part.month)
            self.manifest.write(self.target)
        rows = sum(part.rows for part in self.manifest.files)
        if rows != sum(row.rows for row in plan):
            raise IngestError(f"{rows} rows were written of {sum(row.rows for row in plan)}.", "Please report this.")
        gone = [part for part in before if part.month not in {row.month for row in plan}]
        for part in gone:
            self._remove(part)
        self.manifest.complete = True
        self.manifest.write(self.target)
        return Exported(str(self.target), rows, len(plan), len(wanted), len(gone))

    def _before(self) -> list[Part]:
        """The files of the manifest that is here. Raises ``IngestError`` when something else is."""
        path = self.target / MANIFEST
        if not path.exists():
            if foreign := sorted(p.name for p in self.target.iterdir() if not p.name.startswith((".", "month="))):
                raise IngestError(f"{self.target} has other files in it: {foreign[0]}.", "Give another folder.")
            return []
        try:
            known = json.loads(path.read_text("utf-8"))
            parts = [Part(**part) for part in known["files"]]
            same = (known["table"], known["format"]) == (self.manifest.table, self.manifest.format)
            changed = known["layout"] != self.manifest.layout or known["release"] != self.manifest.release
        except (ValueError, KeyError, TypeError):
            raise IngestError(f"{path} can't be read.", "Remove the folder, and export again.") from None
        if not same:
            raise IngestError(
                f"{self.target} holds {known['table']} as {known['format']}.", "Give another folder for another format."
            )
        # With other columns or another library every file is written again, under the same name.
        return [replace(part, state="") for part in parts] if changed else parts

    def _months(self, months: list[str]) -> Iterator[tuple[str, Iterator[tuple[Any, ...]]]]:
        """The rows of these months, from one statement."""
        if not months:
            return
        rows = stream(self.connection, "export", self.manifest.table, months=months, **self.values)
        yield from itertools.groupby(rows, key=itemgetter(-1))

    def _write(self, month: str, rows: Iterator[tuple[Any, ...]], state: str) -> Part:
        name = f"month={month}/{self.manifest.table}.{self.manifest.format}"
        path = self.target / name
        path.parent.mkdir(exist_ok=True)
        partial = path.with_name(f".{path.name}.partial")
        count = 0
        writer = open_file(partial, self.manifest.format, self.manifest.columns, bom=self.bom)
        try:
            for count, row in enumerate(map(self._checked, rows), 1):  # noqa: B007  counted beyond the loop
                writer.add(row[:-1])
            writer.close()
        except BaseException:
            with suppress(Exception):
                writer.close()
            partial.unlink(missing_ok=True)
            raise
        digest = _sha256(partial, sync=True)
        partial.replace(path)
        return Part(name, month, count, path.stat().st_size, digest, state)

    def _checked(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """The row. Raises ``IngestError`` when a frozen text is not what was frozen."""
        if self.manifest.release:
            text, digest, document = row[_TEXT], row[_DIGEST], row[_DOCUMENT]
            if hashlib.sha256(text.encode()).hexdigest() != digest:
                raise IngestError(f"Document {document} is not what was released.", "Restore a backup.")
        return row

    def _is_whole(self, part: Part) -> bool:
        path = self.target / part.path
        try:
            return path.stat().st_size == part.bytes and _sha256(path) == part.sha256
        except OSError:
            return False

    def _remove(self, part: Part) -> None:
        # A manifest may have been edited: only a file of ours, in its place, is removed.
        path = self.target / f"month={Path(part.month).name}" / f"{self.manifest.table}.{self.manifest.format}"
        path.unlink(missing_ok=True)
        with suppress(OSError):
            path.parent.rmdir()


def _sha256(path: Path, *, sync: bool = False) -> str:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        if sync:
            os.fsync(file.fileno())
    return digest

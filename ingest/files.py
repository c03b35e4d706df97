"""A file → its snapshot and its reading. Whatever is wrong with a file becomes a state; nothing here raises for it."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from ingest import accept, read
from ingest.decode import decode, unpack
from ingest.model import Address, IngestError, NotAFile, NotAText, Reading, Refused, Snapshot, State, TooLarge
from ingest.page import Page
from ingest.redact import redact
from ingest.settings import settings
from ingest.text import clean

PAGES = (".html", ".htm", ".xhtml", ".html.gz", ".htm.gz")
TEXTS = (".txt", ".md", ".markdown", ".txt.gz", ".md.gz")
LISTS = (".json", ".xlsx")


@dataclass(frozen=True, slots=True)
class Opened:
    """A file's bytes: their digest as they lie there, and the snapshot without secrets, or why there is none."""

    path: Path
    sha256: bytes
    snapshot: Snapshot | None
    refused: Refused | None = None


def walk(path: Path) -> list[Path]:
    """All files under a directory in the order of their names, hidden ones left out; a file itself."""
    if not path.is_dir():
        return [path]
    found: list[Path] = []
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(folder) / name for name in sorted(names) if not name.startswith(".")]
    return found


def directory(name: str) -> Path:
    """The directory of that name. Raises ``IngestError`` when there is none."""
    path = Path(name).expanduser()
    if not path.is_dir():
        what = "is a file, not a directory" if path.exists() else "is not there"
        raise IngestError(f"{name} {what}.", "Name a directory; a DAG's paths are of the machine that runs it.")
    return path


def read_bytes(path: Path) -> bytes:
    """The bytes of a regular file. Raises ``Refused`` when it is none, can't be read, or is larger than the limit."""
    limit = settings().max_file_bytes
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise NotAFile(f"{path.name} is not a regular file.")
        if status.st_size > limit:
            raise TooLarge(
                f"The file has {status.st_size:,} bytes; the limit is {limit:,}.", "Raise ESSAYS_MAX_FILE_BYTES."
            )
        return path.read_bytes()
    except OSError as error:
        raise NotAFile(f"{path.name} can't be read: {error.strerror}.") from error


def open_file(path: Path) -> Opened:
    """The bytes of a file, unpacked, without session secrets; what is refused is said, not raised."""
    digest = hashlib.sha256(str(path).encode()).digest()
    try:
        data = read_bytes(path)
        digest = hashlib.sha256(data).digest()
        return Opened(path, digest, Snapshot(redact(unpack(data, settings().max_file_bytes)), str(path)))
    except Refused as error:
        return Opened(path, digest, None, error)


def read_opened(opened: Opened) -> tuple[Reading, tuple[Address, ...]]:
    """The reading of an opened file, and the addresses that its text asks to be fetched."""
    try:
        if opened.snapshot is None:
            raise opened.refused or NotAFile(f"{opened.path.name} can't be read.")
        text = decode(opened.snapshot.data).text
        if not text.strip():
            raise NotAText("The file is empty.")
        if read.is_page(text, opened.path.name):
            return read.read_page(Page(text, origin=str(opened.path))), ()
        words = clean(text)
        links = accept.find(words)
        reading = read.read_text(words, links)
        if reading.state is State.NOT_A_PAGE:
            asked = [link.address for link in links]
        else:
            asked = [c.target for c in reading.essay.claims if c.kind == "excerpt_of"] if reading.essay else []
        return reading, tuple(dict.fromkeys(asked))
    except Refused as error:
        return Reading(error.state, read.READER, reason=str(error)), ()

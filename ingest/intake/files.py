"""A file → its snapshot and its reading. Whatever is wrong with a file becomes a state; nothing here raises for it."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass, replace
from pathlib import Path

from ingest import extract, read
from ingest.decoding.decode import Decoded, decode, unpack
from ingest.markup.page import Page
from ingest.model import Address, IngestError, NotAFile, NotAText, Reading, Refused, Snapshot, State, TooLarge
from ingest.redact import redact
from ingest.settings import settings
from ingest.text import clean
from ingest.urls.normalise import distinct

PAGES = (".html", ".htm", ".xhtml", ".html.gz", ".htm.gz")
TEXTS = (".txt", ".md", ".markdown", ".txt.gz", ".md.gz")
LISTS = (".json", ".xlsx")
OTHER_FILES = {
    b"%PDF": "a PDF", b"PK\x03\x04": "a packed file or an office document", b"{\\rtf": "an RTF document",
    b"\xd0\xcf\x11\xe0": "an office document", b"\x1f\x8b": "packed twice", b"Rar!": "a packed file",
}  # fmt: skip
"""What files begin with that are something else whatever their names say."""


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
    for folder, folders, names in os.walk(path, onerror=lambda error: found.append(Path(error.filename))):
        links = [name for name in folders if Path(folder, name).is_symlink()]
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in links)
        found.extend(Path(folder, name) for name in sorted([*names, *links]) if not name.startswith("."))
    return found


_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def shown(path: str) -> str:
    """A path as it may be stored and printed, where no name may forge a line of a report.

    Bytes that are no UTF-8 and signs that move the cursor or the direction of a line are escaped; session keys in a
    saved page's name are gone.
    """
    text = redact(path.encode("utf-8", "surrogateescape")).decode("utf-8", "backslashreplace").replace("\x00", "")
    return _UNPRINTABLE.sub(lambda sign: sign[0].encode("unicode_escape").decode(), text)


def directory(name: str) -> Path:
    """The directory of that name. Raises ``IngestError`` when there is none."""
    if not name.strip():
        raise IngestError("No directory was named.", "Name the directory that holds the essays.")
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


def digest(path: Path, root: Path) -> bytes:
    """Digest of a file's bytes as they lie there, or of its path when they can't be had."""
    try:
        return hashlib.sha256(_allowed_bytes(path, root)).digest()
    except Refused:
        return hashlib.sha256(os.fsencode(path)).digest()


def leads_out(path: Path, root: Path) -> bool:
    """Whether a file of the folder ``root`` is a link to something outside of it."""
    return path.is_symlink() and not path.resolve().is_relative_to(root.resolve())


def _allowed_bytes(path: Path, root: Path | None) -> bytes:
    if root and leads_out(path, root):
        raise NotAFile(f"{path.name} is a link that leads out of its folder.", "Copy the file.")
    return read_bytes(path)


def open_file(path: Path, root: Path | None = None) -> Opened:
    """The bytes of a file, unpacked, without session secrets; what is refused is said, not raised.

    A file of a folder that is ``root`` must not lead out of it.
    """
    sha256 = hashlib.sha256(os.fsencode(path)).digest()
    try:
        data = _allowed_bytes(path, root)
        sha256 = hashlib.sha256(data).digest()
        data = unpack(data, settings().max_file_bytes)
        if kind := next((kind for magic, kind in OTHER_FILES.items() if data.startswith(magic)), None):
            raise NotAText(f"It is {kind}, not a text or a page.", "Hand in text, Markdown or saved HTML.")
        return Opened(path, sha256, Snapshot(redact(_in_utf8(data)), shown(str(path))))
    except Refused as error:
        return Opened(path, sha256, None, error)


def _noted(reading: Reading, decoded: Decoded) -> Reading:
    """The reading with what was doubtful about its bytes."""
    doubt = f"read as {decoded.charset}" if "bad bytes" in decoded.charset else None
    return replace(reading, reason="; ".join(filter(None, (reading.reason, doubt))) or None)


def _in_utf8(data: bytes) -> bytes:
    """UTF-16 as UTF-8, so that session keys are found in it; everything else as it is."""
    if b"\x00" not in data[:400]:
        return data
    decoded = decode(data)
    return decoded.text.encode() if decoded.charset.startswith("utf-16") else data


def read_opened(opened: Opened) -> tuple[Reading, tuple[Address, ...]]:
    """The reading of an opened file, and the addresses that its text asks to be fetched."""
    try:
        if opened.snapshot is None:
            raise opened.refused or NotAFile(f"{opened.path.name} can't be read.")
        decoded = decode(opened.snapshot.data)
        text = decoded.text
        if not text.strip():
            raise NotAText("The file is empty.")
        if read.is_page(text, opened.path.name):
            return _noted(read.read_page(Page(text, origin=str(opened.path))), decoded), ()
        words = clean(text)
        links = extract.find(words)
        reading = read.read_text(words, links, str(opened.path))
        if reading.state is State.NOT_A_PAGE:
            asked = [link.address for link in links]
        else:
            # A text that begins with a link hands that link in, with an excerpt or with a comment behind it.
            asked = [link.address for link in links[:1] if not words[: link.start].strip()]
        return _noted(reading, decoded), distinct(asked)
    except Refused as error:
        return Reading(error.state, read.READER, reason=str(error)), ()
    except Exception as error:  # one file must not end the load of the others
        return read.failed(read.READER, str(opened.path), error), ()

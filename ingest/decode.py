"""Bytes → text, without a silent loss: every step is strict, and what remains doubtful is said."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from dataclasses import dataclass

from ingest.model import NotAText, TooLarge

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""", re.IGNORECASE)
_META_WITHIN = 4096
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "csgb2312": "gb18030", "gb_2312-80": "gb18030",
              "big5": "big5hkscs"}  # fmt: skip
_MOST_REPLACED = 0.001
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and the charset that its bytes were read as."""

    text: str
    charset: str


def unpack(data: bytes, limit: int) -> bytes:
    """The bytes, unpacked if they are gzip. Raises ``TooLarge`` beyond ``limit`` bytes, ``NotAText`` when cut off."""
    if not data.startswith(_GZIP):
        if len(data) > limit:
            raise TooLarge(f"The file has {len(data):,} bytes; the limit is {limit:,}.", "Raise ESSAYS_MAX_FILE_BYTES.")
        return data
    try:
        with gzip.open(io.BytesIO(data)) as stream:
            unpacked = stream.read(limit + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise NotAText("The gzip file is cut off or damaged.", "Hand in the file again.") from error
    if len(unpacked) > limit:
        raise TooLarge(f"The file unpacks to more than the limit of {limit:,} bytes.", "Raise ESSAYS_MAX_FILE_BYTES.")
    return unpacked


def decode(data: bytes) -> Decoded:
    """The text of a page or file.

    In this order: byte order mark; strict UTF-8 (valid UTF-8 of some length is practically never anything else); the
    charset that the page declares, GB2312 and GBK read as their superset GB18030; strict GB18030, then Big5. UTF-8 with
    a few bad bytes among many good Chinese characters is UTF-8, and its charset says so.
    Raises ``NotAText`` for anything else, with the reason.
    """
    for mark, charset in _BOMS:
        if data.startswith(mark):
            return Decoded(_strict(data[len(mark) :], charset), charset)
    try:
        return _texts_only(Decoded(data.decode("utf-8"), "utf-8"), data)
    except UnicodeDecodeError:
        pass
    declared = _META.search(data[:_META_WITHIN])
    names = [_SUPERSETS.get(n, n) for n in [declared[1].decode("ascii").lower()] if n] if declared else []
    mostly = data.decode("utf-8", "replace")
    if _few_bad(mostly) and not _is_multibyte(data, names):
        return _texts_only(Decoded(mostly, "utf-8 with bad bytes"), data)
    for charset in (*names, "gb18030", "big5hkscs"):
        try:
            return _texts_only(Decoded(data.decode(charset), charset), data)
        except (UnicodeDecodeError, LookupError):
            continue
    for charset in names:
        try:
            text = data.decode(charset, "replace")
        except LookupError:
            continue
        if _few_bad(text):
            return Decoded(text, f"{charset} with bad bytes")
    raise NotAText("The bytes are no text in UTF-8, GB18030, Big5 or the declared charset.", "Save it as UTF-8.")


def _few_bad(text: str) -> bool:
    """Whether what could not be decoded is rare, also beside the characters that more than one byte spelled."""
    bad = text.count("\ufffd")
    good = sum(char > "\x7f" for char in text) - bad
    return bad <= max(3, _MOST_REPLACED * len(text)) and bad * 20 <= good


def _is_multibyte(data: bytes, names: list[str]) -> bool:
    """Whether the declared charset, other than UTF-8, fits the bytes exactly."""
    for name in names:
        try:
            if name not in {"utf-8", "utf8"}:
                data.decode(name)
                return True
        except (UnicodeDecodeError, LookupError):
            continue
    return False


def _strict(data: bytes, charset: str) -> str:
    try:
        return data.decode(charset)
    except UnicodeDecodeError as error:
        raise NotAText(f"The bytes begin as {charset} and don't go on so.", "Save it as UTF-8.") from error


def _texts_only(decoded: Decoded, data: bytes) -> Decoded:
    """Refuses what decodes by accident: pictures, archives, other binary data."""
    if len(_BINARY.findall(data[:65536])) > 0.01 * min(len(data), 65536) + 2:
        raise NotAText("The file is binary, not a text or a page.", "Hand in text, Markdown or saved HTML.")
    return decoded

"""Bytes → text, without a silent loss: every step is strict, and what remains doubtful is said."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from dataclasses import dataclass

from ingest.decoding import charsets
from ingest.model import NotAText, TooLarge

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
         (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))  # fmt: skip
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""", re.IGNORECASE)
_META_WITHIN = 4096
_MOST_REPLACED = 0.001
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_LATIN = ("ascii", "cp1252", "iso8859-1", "iso8859-15", "latin")
_ABOUT = 0.15  # what a declaration weighs against another charset, in mean score
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

    In this order: byte order mark; strict UTF-8 (valid UTF-8 of some length is practically never anything else); UTF-8
    with a few bad bytes among many good Chinese characters, and its charset says so; the charset that the page
    declares, unless the characters speak against it; the charset whose characters are those of Chinese
    (``charsets``). Raises ``NotAText`` for anything else, also when two charsets would do.
    """
    for mark, charset in _BOMS:
        if data.startswith(mark):
            return Decoded(_strict(data[len(mark) :], charset), charset)
    text = _utf8(data)
    if _is_binary(data):
        return _wide(data)
    if text is not None:
        if other := charsets.hidden(data, text):
            raise _doubt("UTF-8", other)
        return Decoded(text, "utf-8")
    declared = _META.search(data[:_META_WITHIN])
    name = charsets.known(declared[1].decode("ascii")) if declared else None
    given = charsets.read_as(data, name) if name else None
    mostly = data.decode("utf-8", "replace")
    if _few_bad(mostly) and not (given and name in charsets.SCORED and given.mean >= charsets.GOOD):
        return Decoded(mostly, "utf-8 with bad bytes")
    if given:
        return _declared(data, given)
    if name and (repaired := _repaired(data, name)):
        return Decoded(repaired, f"{name} with bad bytes")
    return _scored(data)


def _utf8(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _wide(data: bytes) -> Decoded:
    """UTF-16 without a mark; pictures, archives and other binary data are refused."""
    if found := charsets.wide(data):
        return Decoded(found.text, found.charset)
    raise NotAText("The file is binary, not a text or a page.", "Hand in text, Markdown or saved HTML.")


def _declared(data: bytes, given: charsets.Reading) -> Decoded:
    """What the page declares, if its characters are those of a language or nothing better is found."""
    scored = given.charset in charsets.SCORED
    if scored and given.mean >= charsets.SURE and given.weight >= charsets.SURE_WEIGHT:
        return Decoded(given.text, given.charset)
    found = charsets.readings(data)
    best = found[0] if found else given
    if charsets.is_clear(found) and (best.charset in charsets.CHINESE or best.text == given.text):
        return Decoded(best.text, best.charset)
    if given.charset in charsets.CHINESE:
        fits = given.mean >= best.mean - (_ABOUT if best.mean < charsets.GOOD else 0)
    elif scored:
        fits = given.mean >= max(best.mean, charsets.GOOD)
    else:
        fits = best.mean < charsets.GOOD and (charsets.is_latin(data) or not given.charset.startswith(_LATIN))
    if not fits:
        raise _doubt(given.name, best.name if best.text != given.text else "another")
    return Decoded(given.text, given.charset)


def _scored(data: bytes) -> Decoded:
    """The charset whose characters are those of Chinese, when one is."""
    found = charsets.readings(data)
    if not found:
        raise NotAText("The bytes are no text in UTF-8, GB18030, Big5 or the declared charset.", "Save it as UTF-8.")
    if charsets.is_clear(found) and found[0].charset in charsets.CHINESE:
        return Decoded(found[0].text, found[0].charset)
    names = list(dict.fromkeys(reading.name for reading in found))
    raise _doubt(names[0], names[1] if len(names) > 1 else "another")


def _doubt(one: str, other: str) -> NotAText:
    return NotAText(f"The charset is in doubt: {one} or {other}.", "Save it as UTF-8.")


def _repaired(data: bytes, charset: str) -> str | None:
    """The text in a declared charset with a few bytes that don't belong to it."""
    if charsets.is_clear(charsets.readings(data)):
        return None
    text = data.decode(charset, "replace")
    return text if _few_bad(text) and charsets.score(charset, text).mean >= charsets.GOOD else None


def _few_bad(text: str) -> bool:
    """Whether what could not be decoded is rare, also beside the characters that more than one byte spelled."""
    bad = text.count("\ufffd")
    good = sum(char > "\x7f" for char in text) - bad
    return bad <= max(3, _MOST_REPLACED * len(text)) and bad * 20 <= good


def _strict(data: bytes, charset: str) -> str:
    try:
        return data.decode(charset)
    except UnicodeDecodeError as error:
        raise NotAText(f"The bytes begin as {charset} and don't go on so.", "Save it as UTF-8.") from error


def _is_binary(data: bytes) -> bool:
    """Whether it has the controls of pictures, archives and other binary data, or of UTF-16."""
    return len(_BINARY.findall(data[:65536])) > 0.01 * min(len(data), 65536) + 2

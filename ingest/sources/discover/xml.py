"""XML of strangers: read by libxml2 without entities, network or mercy, and given on as well-formed UTF-8.

Feeds are often broken: undeclared prefixes, HTML entities, bare ampersands, controls, a charset that lies. A broken one
makes feedparser fall back to a slower parser that guesses; libxml2 recovers it first, a hundred times faster.
"""

from __future__ import annotations

import html.entities
import re
from typing import Any

from lxml import etree

from ingest.decoding.decode import decode

_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9_.:-]{2,40})["']""")
_START = re.compile(rb"^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\x00]*<")
_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]{0,500}(?:\[[^\]]{0,2000}\]\s*)?>", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:(#\d{1,7}|#[xX][0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{0,31}));|&")
_CDATA, _CDATA_END = "<![CDATA[", "]]>"
_OWN = {"amp", "lt", "gt", "quot", "apos"}
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def is_xml(data: bytes) -> bool:
    return _START.match(data[:4096]) is not None


def declares_entities(data: bytes) -> bool:
    """Whether it has an entity declaration anywhere, also in UTF-16. Text that quotes one has escaped it."""
    return _ENTITY.search(data) is not None or _ENTITY.search(data.replace(b"\x00", b"")) is not None


def tree(data: bytes) -> Any:
    """The root element of what could be recovered; None when nothing could."""
    text = _CONTROL.sub("", _text(data))
    text = _DOCTYPE.sub("", _DECLARATION.sub("", text, count=1), count=1)
    text = _referenced(text) if "&" in text else text
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True,
        encoding="utf-8",
    )  # fmt: skip
    try:
        return etree.fromstring(text.encode("utf-8", "replace").lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def local(element: Any) -> str:
    """The name of an element without its namespace, in lower case."""
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(tag, str) else ""


def child_text(element: Any, name: str) -> str | None:
    """The text of the first child with that name."""
    found = next((child for child in element if local(child) == name), None)
    return (found.text or "").strip() or None if found is not None else None


def attribute(element: Any, name: str) -> str:
    """An attribute whatever the case of its name."""
    return next((str(value) for key, value in element.attrib.items() if str(key).lower() == name), "").strip()


def serialise(root: Any) -> bytes:
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))


def _text(data: bytes) -> str:
    """The document as text: UTF-8 if it is that, else by our own order, with its declaration read as a page's is."""
    declared = _ENCODING.match(data)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if declared is None:
            return decode(data).text
    hint = b'<meta charset="' + declared[1] + b'">'
    return decode(hint + data).text.removeprefix(hint.decode())


def _referenced(text: str) -> str:
    """Outside of CDATA, entities of HTML become numbers, which XML knows as well, and a bare ampersand itself."""
    first, *others = text.split(_CDATA)
    parts = [_REFERENCE.sub(_known, first)]
    for other in others:
        inside, end, behind = other.partition(_CDATA_END)
        parts += (_CDATA, inside, end, _REFERENCE.sub(_known, behind))
    return "".join(parts)


def _known(match: re.Match[str]) -> str:
    if match[1]:
        return match[0] if _is_char(match[1][1:]) else ""
    if match[2] in _OWN:
        return match[0]
    chars = html.entities.html5.get(f"{match[2]};") if match[2] else None
    return "".join(f"&#{ord(char)};" for char in chars) if chars else "&amp;" + match[0][1:]


def _is_char(number: str) -> bool:
    """Whether XML has a character of this number: libxml2 recovers halves of characters, and nobody can read them."""
    code = int(number[1:], 16) if number[0] in "xX" else int(number)
    return code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000

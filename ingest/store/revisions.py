"""What a reading means for its document: whether it is a revision, why, and the rows that it becomes.

A worse page never replaces a better one, and older bytes never become current.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from ingest.model import Essay, Evidence, Look, Reading
from ingest.text import fold

ID_BITS = 52
"""Numbers of documents and works stay exact in a browser, whose numbers have 53 bits."""
SHORTEST_COPY = 20
"""Folded characters from which equal texts are copies; shorter ones ("shared pictures") are equal by chance."""
SHRUNK = 0.5
"""A page whose text is shorter than this share of the stored one is looked at by a person before it counts."""


def document_id(key: str) -> int:
    """The number of the document with this key: the first 52 bits of its SHA-256."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) >> (64 - ID_BITS)


def content_sha(essay: Essay) -> bytes:
    """Digest of everything that a reader makes of a page, so that any difference is a revision."""
    parts = [
        essay.title, essay.text, essay.markdown, essay.author, essay.account.name if essay.account else None,
        essay.published.at.isoformat() if essay.published else None, essay.completeness, essay.role,
        [[image.url, image.alt] for image in essay.images],
        [[turn.start, turn.end, turn.said_from, turn.speaker, turn.role] for turn in essay.turns],
        [[chrome.kind, chrome.text] for chrome in essay.chrome],
        [[claim.kind, claim.target.key, claim.quote] for claim in essay.claims],
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).digest()


def fold_sha(text: str) -> bytes | None:
    """Digest of the folded text, by which copies are found; None when the text is too short to tell."""
    folded = fold(text)
    return hashlib.sha256(folded.encode()).digest() if len(folded) >= SHORTEST_COPY else None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a reading becomes a revision (``cause``), and if not, whether a person should look (``doubt``)."""

    cause: str | None
    doubt: str | None = None


def judge(head: Row[Any] | None, look: Look, essay: Essay) -> Verdict:
    """What a reading means for a document whose current revision is ``head`` (None when it has none)."""
    if head is None or head.current_revision_id is None:
        return Verdict("first")
    if bytes(head.content_sha) == content_sha(essay):
        return Verdict(None)
    rank = look.reading.evidence.rank - Evidence(head.evidence).rank
    if _same_bytes(head, look) and (head.reader != look.reading.reader or rank > 0):
        return Verdict("reader_change")
    if look.seed is not None:
        return Verdict("publisher_edit")
    if rank:
        return Verdict("better_evidence" if rank > 0 else None)
    if head.seen_at is not None and look.reading.seen_at is not None and look.reading.seen_at < head.seen_at:
        return Verdict(None)
    if head.text == essay.text:
        gained, lost = _known(essay) - _known_of(head), _known_of(head) - _known(essay)
        return Verdict(None if lost else "better_evidence" if gained else "publisher_edit")
    return _judge_other_text(head, essay)


def _judge_other_text(head: Row[Any], essay: Essay) -> Verdict:
    if head.completeness == "full" and essay.completeness != "full":
        return Verdict(None)
    if len(essay.text) < SHRUNK * len(head.text):
        return Verdict(None, f"the text shrank from {len(head.text)} to {len(essay.text)} characters")
    return Verdict("publisher_edit")


def _same_bytes(head: Row[Any], look: Look) -> bool:
    return look.snapshot is not None and head.sha256 is not None and bytes(head.sha256) == look.snapshot.sha256


def _known(essay: Essay) -> set[str]:
    account = essay.account.name if essay.account else None
    values = {"title": essay.title, "author": essay.author, "account": account, "published": essay.published}
    return {name for name, value in values.items() if value is not None}


def _known_of(head: Row[Any]) -> set[str]:
    values = {"title": head.title, "author": head.author, "account": head.account, "published": head.published_at}
    return {name for name, value in values.items() if value is not None}


def revision_row(reading: Reading) -> dict[str, Any]:
    essay = reading.essay
    assert essay is not None
    published = essay.published
    return {
        "reader": reading.reader, "evidence": reading.evidence, "content_sha": content_sha(essay),
        "fold_sha": fold_sha(essay.text), "account": essay.account.name if essay.account else None,
        "author": essay.author, "title": essay.title, "display_title": essay.display_title,
        "published_at": published.at if published else None,
        "published_precision": published.precision if published else None,
        "published_on": published.at.astimezone(ZoneInfo(published.zone)).date() if published else None,
        "language": essay.language, "text": essay.text, "markdown": essay.markdown,
    }  # fmt: skip


def segments(essay: Essay) -> Iterator[dict[str, Any]]:
    for turn in essay.turns:
        data = {"speaker": turn.speaker, "role": turn.role, "said_from": turn.said_from}
        yield {"kind": "turn", "from_char": turn.start, "to_char": turn.end, "data": data}
    for image in essay.images:
        end = None if image.position is None else image.position + 1
        yield {
            "kind": "image",
            "from_char": image.position,
            "to_char": end,
            "data": {"url": image.url, "alt": image.alt},
        }
    for chrome in essay.chrome:
        yield {"kind": "chrome", "from_char": None, "to_char": None, "data": {"type": chrome.kind, "text": chrome.text}}

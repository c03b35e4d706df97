"""What a reading means for its document: whether it is a revision, why, and the rows that it becomes.

A worse page never replaces a better one, and older bytes never become current.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from ingest.model import Essay, Evidence, Look, Reading
from ingest.recurrence import trim
from ingest.text import fold

YEARS = range(1001, 2200)
"""Years of publication that are stored; anything else is an error of the page."""
ID_BITS = 52
"""Numbers of documents and works stay exact in a browser, whose numbers have 53 bits."""
SHORTEST_COPY = 20
"""Folded characters from which equal texts are copies; shorter ones ("shared pictures") are equal by chance."""
SHRUNK = 0.5
"""A page whose text is shorter than this share of the stored one is looked at by a person before it counts."""


ALIKE, GRAM = 0.2, 6
"""Of the shorter text's runs of so many characters, a version shares at least this part with the one before."""


def document_id(key: str) -> int:
    """The number of the document with this key: the first 52 bits of its SHA-256."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) >> (64 - ID_BITS)


def content_sha(essay: Essay) -> bytes:
    """Digest of everything that a reader makes of a page, so that any difference is a revision."""
    parts = [
        essay.title, essay.text, essay.markdown, essay.author, essay.account.name if essay.account else None,
        essay.published.at.isoformat() if essay.published else None,
        essay.published.precision if essay.published else None, essay.completeness, essay.role,
        None if essay.native_id else essay.url,  # a site gives one article several addresses
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


def judge(head: Row[Any] | None, look: Look, essay: Essay, recurring: Collection[int] = ()) -> Verdict:
    """What a reading means for a document whose current revision is ``head`` (None when it has none).

    ``recurring`` are the lines of the host that were taken for chrome, which the revision may have been read without.
    """
    if head is None or head.current_revision_id is None:
        return Verdict("first")
    if bytes(head.content_sha) == content_sha(essay):
        return Verdict(None)
    rank = look.reading.evidence.rank - Evidence(head.evidence).rank
    # The same reader makes something else of the same bytes when it knows more of their host.
    if _same_bytes(head, look) and (head.reader != look.reading.reader or rank > 0 or look.reading.host):
        return Verdict("reader_change")
    if look.seed is not None:
        return Verdict("publisher_edit")
    if look.otherwise and look.snapshot and look.snapshot.sha256 in map(bytes, head.earlier):
        return Verdict(None)  # a file with an earlier version, loaded again
    was_full, is_full = head.completeness == "full", essay.completeness == "full"
    if is_full and not was_full:
        return Verdict("better_evidence")
    if rank < 0 or (was_full and not is_full) or _is_older(head, look):
        return Verdict(None)
    was = _words(head, essay, recurring)
    if len(essay.text) < SHRUNK * len(was.text):
        return Verdict(None, f"the text shrank from {len(was.text)} to {len(essay.text)} characters")
    return _changed(head, was, look, essay, rank)


def _words(head: Row[Any], essay: Essay, recurring: Collection[int]) -> Essay:
    """Text and Markdown of the stored revision, without the lines that are known to recur by now."""
    was = Essay(head.text, head.markdown, "")
    return was if (was.text, was.markdown) == (essay.text, essay.markdown) else trim(was, recurring)


def _changed(head: Row[Any], was: Essay, look: Look, essay: Essay, rank: int) -> Verdict:
    """What a whole, newer reading of other bytes means, whose evidence is better by ``rank``."""
    same_text = was.text == essay.text
    if head.reader != look.reading.reader and same_text and _told(essay) == _told_by(head):
        return Verdict("reader_change")  # the page may have changed elsewhere: what it says has not
    if rank == 0 and _says_the_same(head, was, essay):
        # Only what stands around it is another: a sidebar, a footer, a design; or it is known to be chrome by now.
        return Verdict("reader_change" if was.text != head.text else None)
    gained, lost = _known(essay) - _known_of(head), _known_of(head) - _known(essay)
    if rank > 0 or (same_text and gained and not lost):
        return Verdict("better_evidence")
    return Verdict(None if same_text and lost else "publisher_edit")


def _says_the_same(head: Row[Any], was: Essay, essay: Essay) -> bool:
    claims = {f"{claim.kind} {claim.target.key}" for claim in essay.claims}
    same_words = was.text == essay.text and was.markdown == essay.markdown
    return same_words and head.role == essay.role and _told(essay) == _told_by(head) and set(head.claims) == claims


def _told(essay: Essay) -> tuple[Any, ...]:
    account = essay.account.name if essay.account else None
    return essay.title, essay.author, account, essay.published.at if essay.published else None


def _told_by(head: Row[Any]) -> tuple[Any, ...]:
    return head.title, head.author, head.account, head.published_at


def _is_older(head: Row[Any], look: Look) -> bool:
    seen_at = look.reading.seen_at
    return head.seen_at is not None and seen_at is not None and bool(seen_at < head.seen_at)


def _same_bytes(head: Row[Any], look: Look) -> bool:
    return look.snapshot is not None and head.sha256 is not None and bytes(head.sha256) == look.snapshot.sha256


def _known(essay: Essay) -> set[str]:
    account = essay.account.name if essay.account else None
    values = {"title": essay.title, "author": essay.author, "account": account, "published": essay.published}
    return {name for name, value in values.items() if value is not None}


def _known_of(head: Row[Any]) -> set[str]:
    values = {"title": head.title, "author": head.author, "account": head.account, "published": head.published_at}
    return {name for name, value in values.items() if value is not None}


def is_same_essay(head: Row[Any], essay: Essay) -> bool:
    """Whether a text that declares a document's address can be a version of its essay."""
    if head.text is None:
        return True
    was, now = _grams(head.text), _grams(essay.text)
    return len(was & now) >= ALIKE * min(len(was), len(now))


def _grams(text: str) -> set[str]:
    folded = fold(text)
    return {folded[at : at + GRAM] for at in range(max(1, len(folded) - GRAM + 1))}


def revision_row(reading: Reading) -> dict[str, Any]:
    essay = reading.essay
    assert essay is not None
    published = essay.published if essay.published and essay.published.at.year in YEARS else None
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
        data: dict[str, Any] = {"speaker": turn.speaker, "role": turn.role, "said_from": turn.said_from}
        yield {"kind": "turn", "span": f"[{turn.start},{turn.end})", "data": data}
    for image in essay.images:
        at = image.position
        yield {
            "kind": "image",
            "span": None if at is None else f"[{at},{at + 1})",
            "data": {"url": image.url, "alt": image.alt},
        }
    for chrome in essay.chrome:
        yield {"kind": "chrome", "span": None, "data": {"type": chrome.kind, "text": chrome.text}}

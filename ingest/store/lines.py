"""Lines that recur on a host: remembered when a document's page is first stored, taken for chrome from the next ones.

A line counts once for every distinct text. A page that shares most of its longest lines with the pages before it is a
copy of one of them, and counts for nothing: an essay that stands at ten addresses of a host is not its chrome.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row

from ingest.model import Essay, Look
from ingest.recurrence import KIND, LEAST_TEXTS, body, candidates, hashes, line_hash, trim
from ingest.store.connection import Store, ask
from ingest.store.rows import as_json

MOST_WAITING = 50
"""Documents a line that are remembered to be read again once it recurs; it takes two, and all their copies."""
MOST_LINES = 5000
"""Lines a host that are kept for longer than a day."""
FORGOTTEN_AFTER = 90
"""Days after which a line that does not recur is forgotten."""

Line = tuple[str, int]


def lock_hosts(connection: Connection, looks: Sequence[Look]) -> None:
    """Makes others wait who store pages of the same hosts, until the transaction ends."""
    if hosts := sorted({look.reading.host for look in looks if look.reading.host and look.reading.essay}):
        ask(connection, "lines", "lock", hosts=hosts)


def take_lines(
    connection: Connection, looks: list[Look], documents: dict[str, int], heads: dict[int, Row[Any]]
) -> tuple[list[Look], dict[str, frozenset[int]]]:
    """The looks without the lines that recur on their hosts, and by origin which lines those are.

    The looks' own lines are remembered, those of each for the looks behind it. A document counts once.
    """
    pages = {
        look.origin: _page(look.reading.host, look.reading.essay, documents[look.origin], heads)
        for look in looks
        if look.reading.host and look.reading.essay
    }
    if not pages:
        return looks, {}
    taken = _taken(connection, [page.document for page in pages.values() if not page.is_new])
    seen = _Seen(_counts(connection, pages.values()))
    recurring: dict[str, frozenset[int]] = {}
    trimmed: dict[str, Essay] = {}
    for origin, page in pages.items():
        known = recurring[origin] = seen.recurring(page) | taken.get(page.document, frozenset())
        trimmed[origin] = trim(page.essay, known)
        if page.is_new:
            seen.remember(page, known)
    if new := [page for page in pages.values() if page.is_new]:
        ask(connection, "lines", "remember", rows=as_json(seen.rows()), most=MOST_WAITING)
        ask(connection, "lines", "counted", rows=as_json([{"document_id": x.document, "host": x.host} for x in new]))
    return [
        replace(look, reading=replace(look.reading, essay=trimmed[look.origin])) if look.origin in trimmed else look
        for look in looks
    ], recurring


def again(store: Store, most: int | None, site: str | None = None, reader: str | None = None) -> list[int]:
    """Looks whose pages were read before lines at their edges were known to recur."""
    return [row.fetch_id for row in store.ask("lines", "again", least=LEAST_TEXTS, most=most, site=site, reader=reader)]


def read_again(store: Store, documents: Sequence[int]) -> None:
    """Notes that documents were read with all lines that recur by now."""
    store.ask("lines", "read_again", least=LEAST_TEXTS, documents=list(documents))


def forget(store: Store) -> int:
    """Forgets rare lines that were not seen for long, and what is beyond the bound of a host; how many those were."""
    return len(store.ask("lines", "forget", least=LEAST_TEXTS, days=FORGOTTEN_AFTER, most=MOST_LINES))


@dataclass(frozen=True, slots=True)
class _Page:
    """One page of a host: its lines, and those of the stored text, as hashes."""

    host: str
    essay: Essay
    document: int
    is_new: bool
    lines: frozenset[int]
    body: frozenset[int]
    edges: frozenset[int]
    asked: frozenset[int]


def _page(host: str, essay: Essay, document: int, heads: dict[int, Row[Any]]) -> _Page:
    head, edges = heads[document], candidates(essay.text)
    is_new = head.counted_host is None
    stored = edges if head.text in (None, essay.text) else candidates(head.text)
    own = body(essay.text) if is_new else frozenset()
    lines = hashes(essay.text) | own if is_new else own
    return _Page(host, essay, document, is_new, lines, own, edges, edges | stored)


class _Seen:
    """What the hosts' texts were remembered by before the transaction, and what it adds."""

    def __init__(self, counts: dict[Line, int]) -> None:
        self.counts = Counter(counts)
        self.added: Counter[Line] = Counter()
        self.waiting: defaultdict[Line, list[int]] = defaultdict(list)

    def recurring(self, page: _Page) -> frozenset[int]:
        """The lines at the edges, of the page or of its stored text, that stand in enough texts, this one included."""
        own = int(page.is_new and not self._is_copy(page))
        return frozenset(line for line in page.asked if self.counts[page.host, line] + own >= LEAST_TEXTS)

    def remember(self, page: _Page, known: frozenset[int]) -> None:
        for line in page.edges - known:
            self.waiting[page.host, line].append(page.document)
        if not self._is_copy(page):
            new = [(page.host, line) for line in page.lines]
            self.added.update(new)
            self.counts.update(new)

    def rows(self) -> list[dict[str, Any]]:
        lines = sorted(self.added.keys() | self.waiting.keys())
        return [
            {"host": of[0], "line": of[1], "texts": self.added[of], "documents": self.waiting.get(of, [])}
            for of in lines
        ]  # fmt: skip

    def _is_copy(self, page: _Page) -> bool:
        """Whether most of the lines that tell the text, those that recur aside, were seen on the host before."""
        counts = [count for line in page.body if (count := self.counts[page.host, line]) < LEAST_TEXTS]
        return not counts or 2 * sum(count > 0 for count in counts) > len(counts)


def _taken(connection: Connection, documents: list[int]) -> dict[int, frozenset[int]]:
    """The lines that were taken from these documents before."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    for row in ask(connection, "lines", "taken", documents=documents, type=KIND) if documents else []:
        if (line := line_hash(row.text)) is not None:
            found[row.document_id].add(line)
    return {number: frozenset(lines) for number, lines in found.items()}


def _counts(connection: Connection, pages: Iterable[_Page]) -> dict[Line, int]:
    wanted = {(page.host, line) for page in pages for line in page.lines | page.asked}
    rows = as_json([{"host": host, "line": line} for host, line in sorted(wanted)])
    return {(row.host, row.line): row.texts for row in ask(connection, "lines", "counts", rows=rows)}

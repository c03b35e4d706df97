"""Two documents side by side in a terminal: what each is to the other, and the passages that they share."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from ingest import similarity
from ingest.model import IngestError
from ingest.similarity import Comparison
from ingest.store import Store


@dataclass(frozen=True, slots=True)
class Pair:
    """Two documents, their current texts, and what they are of one another."""

    titles: tuple[str, str]
    texts: tuple[str, str]
    comparison: Comparison

    @property
    def relation(self) -> str:
        """What the first is of the second, in words."""
        found = self.comparison
        if found.verdict is None:
            return "share no passage"
        kind = found.verdict.replace("_", " ")
        part = f"; the {'first' if found.part == 'a' else 'second'} is the part" if found.part else ""
        return f"{kind}, {found.share_a:.0%} of the first and {found.share_b:.0%} of the second{part}"

    def passages(self) -> list[tuple[str, str]]:
        """The shared passages as each has them, in the order of the first."""
        a, b = self.texts
        return [(a[p.from_a : p.to_a], b[p.from_b : p.to_b]) for p in self.comparison.passages]

    def values(self) -> dict[str, Any]:
        """The same for programs; characters are counted from 1, as in essays.passage."""
        found = self.comparison
        return {
            "verdict": found.verdict, "part": found.part, "share_a": found.share_a, "share_b": found.share_b,
            "passages": [
                {"a_from": p.from_a + 1, "a_to": p.to_a, "b_from": p.from_b + 1, "b_to": p.to_b, "a": a, "b": b}
                for p, (a, b) in zip(found.passages, self.passages(), strict=True)
            ],
        }  # fmt: skip


def measured(store: Store, a: int, b: int) -> Pair:
    """Compares two documents. Raises ``IngestError`` for a number that no document has."""
    rows = {row.document_id: row for row in store.ask("relate", "documents", ids=[a, b])}
    for number in (a, b):
        if number not in rows:
            raise IngestError(f"There is no document {number}.", "essays.document has their numbers.")
    one, other = rows[a], rows[b]
    comparison = similarity.compare(one.text, other.text)
    return Pair((one.display_title, other.display_title), (one.text, other.text), comparison)


def columns(pair: Pair, width: int) -> Group:
    """Both texts' passages in two columns; what differs within one is marked."""
    table = Table(*pair.titles, box=None, pad_edge=False, width=width, show_lines=False)
    for a, b in pair.passages():
        table.add_row(*_marked(a, b))
        table.add_row("", "")
    return Group(Text(pair.relation, style="bold"), table)


def _marked(a: str, b: str) -> tuple[Text, Text]:
    left, right = Text(), Text()
    for kind, a_from, a_to, b_from, b_to in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        style = "" if kind == "equal" else "red"
        left.append(a[a_from:a_to], style)
        right.append(b[b_from:b_to], style.replace("red", "green"))
    return left, right

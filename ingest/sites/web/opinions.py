"""The second opinion of trafilatura and readability-lxml, where a page gives no hint of its own.

The rule: our container stands when the title leads to it or the description stands in it. When neither is so, both
libraries are asked. When they agree with each other (F1 of their pairs of characters ≥ 0.7) and not with us (< 0.5 with
both), the body is the smallest element that holds what they found. Their own text is never taken, so that text,
Markdown and pictures come from one place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ingest.sites.web.libraries import by_readability, by_trafilatura
from ingest.sites.web.tree import Block, size
from ingest.text import fold

_AGREE = 0.7
_DIFFER = 0.5
_MOST = 400_000  # characters of a page that is worth asking about
_LEAST = 40  # folded characters


def second(html: str, blocks: Sequence[Block], at: int) -> int:
    """The number of the block that is the body, once both libraries were heard."""
    if len(html) > _MOST:
        return at
    theirs = [_pairs(by_trafilatura(html)), _pairs(by_readability(html))]
    if min(pairs.total() for pairs in theirs) < _LEAST or _likeness(*theirs) < _AGREE:
        return at
    if max(_likeness(_pairs(_words(blocks, at)), pairs) for pairs in theirs) >= _DIFFER:
        return at
    both = theirs[0] & theirs[1]
    wanted = size("字") * both.total()
    fitting = [n for n, block in enumerate(blocks) if block.kind is None and 0.5 * wanted < block.said < 4 * wanted]
    return max(fitting, key=lambda n: (_likeness(_pairs(_words(blocks, n)), both), n), default=at)


def _words(blocks: Sequence[Block], at: int) -> str:
    return "".join(block.text for block in blocks[at : blocks[at].last + 1])


def _pairs(words: str) -> Counter[str]:
    folded = fold(words)
    return Counter(folded[n : n + 2] for n in range(len(folded) - 1))


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    whole = one.total() + other.total()
    return 2 * (one & other).total() / whole if whole else 0.0

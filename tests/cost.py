"""What work costs, told without a clock on the wall: how its processor time grows with its input."""

from __future__ import annotations

import time
from collections.abc import Callable

TIMES = 8
LINEAR = 3 * TIMES
"""What eight times the input may cost; a square costs 64 times as much."""


def growth(work: Callable[[int], object], size: int) -> float:
    """How many times as much processor time ``work`` takes for ``TIMES`` times the size."""
    work(size)  # what is made once is made now
    return _least(work, size * TIMES) / max(_least(work, size), 1e-4)


def _least(work: Callable[[int], object], size: int) -> float:
    """The least of three: others on the machine can only add."""

    def seconds() -> float:
        began = time.process_time()
        work(size)
        return time.process_time() - began

    return min(seconds() for _ in range(3))

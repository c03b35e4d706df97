"""What work costs as its input grows, compared with itself: a busy or slow machine makes no difference."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

TIMES = 4
ALLOWED = 10  # where cost grows with the length it is 4, where it grows with the square it is 16
NOISE = 0.005


def assert_linear(make: Callable[[int], T], work: Callable[[T], object], size: int) -> None:
    """Fails when input of four times the size costs more than ten times the processor time, whenever it is tried.

    Choose a size at which the square of it would be felt: some thousand signs, so that the test itself is short.
    """
    small, large = make(size), make(TIMES * size)
    work(small)  # what is imported, compiled or remembered at first
    one = many = float("inf")
    for _ in range(5):
        # The least of each: what else the machine does can only add.
        one, many = min(one, _seconds(work, small)), min(many, _seconds(work, large))
        if many <= ALLOWED * one + NOISE:
            return
    raise AssertionError(f"{TIMES} times the input costs {many / one:.0f} times as much")


def _seconds(work: Callable[[T], object], value: T) -> float:
    gc.disable()  # its passes over everything that is alive are no cost of this work
    try:
        began = time.process_time()
        work(value)
        return time.process_time() - began
    finally:
        gc.enable()

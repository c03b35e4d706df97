"""The measure of cost tells what grows with the length from what grows with its square."""

from __future__ import annotations

import re

import pytest

from .cost import assert_linear


def test_what_grows_with_the_length_passes() -> None:
    assert_linear(lambda n: "a" * n, lambda text: re.findall("a", text), 20_000)


def test_what_grows_with_the_square_fails() -> None:
    with pytest.raises(AssertionError, match="times as much"):
        assert_linear(lambda n: " " * n, lambda text: re.findall(r"\s+$x", text), 2_000)

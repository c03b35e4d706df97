"""The lab as a pytest fixture, which conftest.py offers to all tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.settings import settings
from tests.lab.server import PAGES, Lab, Script


@pytest.fixture
def open_lab(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Lab]]:
    """Opens a lab with a script; the settings of this process lead to it until the test ends."""
    opened: list[Lab] = []

    def open_one(script: Script, pages: Path = PAGES) -> Lab:
        lab = Lab(script, pages)
        opened.append(lab)
        lab.up()
        for name, value in lab.environment().items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        return lab

    yield open_one
    for lab in opened:
        lab.close()
    monkeypatch.undo()
    settings.cache_clear()

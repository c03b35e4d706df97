"""Copies of ``sql/``, to be edited."""

from __future__ import annotations

import shutil
from pathlib import Path

from ingest.settings import resource


def copy_of_sql(folder: Path) -> Path:
    """All of it in a folder of its own."""
    return Path(shutil.copytree(resource("sql"), folder / "sql"))


def edit(sql: Path, file: str, old: str, new: str) -> None:
    """Puts other words in the place of some that stand there."""
    path = sql / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")

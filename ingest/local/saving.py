"""Settings changed by a person: a line of ``settings.env``, written so that two changes at once lose nothing."""

from __future__ import annotations

import os
from pathlib import Path

from ingest.local import state
from ingest.model import IngestError
from ingest.settings import check, lines, settings_file, spelled, variable


def save(name: str, value: str) -> str:
    """Give a setting a value for the next start; returns its variable.

    Raises ``IngestError``, and changes nothing, for what is no setting, a value that makes no sense, or a broken file.
    """
    chosen = variable(name)
    if isinstance(meant := check(chosen, value), Path):
        value = os.path.abspath(meant.expanduser())  # what reads it stands in another folder
    _replace(chosen, f"{chosen}='{_escaped(value)}'\n")
    return chosen


def forget(name: str) -> str:
    """Give a setting its default back; returns its variable. What is no setting may be removed from the file too.

    Raises ``IngestError``, and changes nothing, when it is not in the file, or for a broken file.
    """
    if not _replace(spelled(name), ""):
        chosen = variable(name)
        raise IngestError(f"{chosen} is not in {settings_file()}.", "`ingest settings` shows where each is from.")
    return spelled(name)


def _replace(chosen: str, line: str) -> bool:
    """Put the line in the place of those of that setting; whether there were any. Other lines stay as they are."""
    with state.locked("settings"):
        found = lines(settings_file())
        kept = [each for each in found if each.key is None or spelled(each.key) != chosen]
        there = len(kept) < len(found)
        if line or there:
            text = "".join(each.original.string for each in kept)
            state.private(settings_file(), text + ("\n" if text and not text.endswith("\n") else "") + line)
        return there


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")

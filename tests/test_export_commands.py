"""The commands ``ingest export`` and ``ingest release``, in processes of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.store import Store

from .database.examples import load_examples
from .test_cli import ingest

pytestmark = pytest.mark.slow


def test_a_release_is_made_and_exported(store: Store, database: str, tmp_path: Path) -> None:
    load_examples(store)
    made = ingest("release", "v1", "--from", "2026-04-01", "--note", "试用", "--json", database=database)
    assert made.returncode == 0, made.stderr
    values = json.loads(made.stdout)
    assert values["selection"] == {"from": "2026-04-01"} and values["is_new"]
    assert "as it was" in ingest("release", "v1", "--from", "2026-04-01", database=database).stdout
    refused = ingest("release", "v1", database=database)
    assert refused.returncode == 1 and "of another selection" in refused.stderr
    out = ingest("export", str(tmp_path), "--release", "v1", "--format", "jsonl", "--json", database=database)
    assert json.loads(out.stdout)[0]["rows"] == values["items"]


def test_tables_are_exported_and_mistakes_are_named(store: Store, database: str, tmp_path: Path) -> None:
    load_examples(store)
    said = ingest("export", str(tmp_path), "--what", "essay", "--what", "relation", database=database)
    assert said.returncode == 0, said.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"essay", "relation"}
    assert "0 written" in ingest("export", str(tmp_path), database=database).stdout
    for arguments in (["--format", "xml"], ["--what", "users"], ["--release", "none"], ["--format", "csv"]):
        refused = ingest("export", str(tmp_path), *arguments, database=database)
        assert refused.returncode == 1 and refused.stderr.startswith("error: "), arguments

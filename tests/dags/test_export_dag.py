"""The DAG export_corpus writes what the command writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.export.releases import make

from ..conftest import database_url
from ..database.examples import load_examples
from .conftest import DAGS, RUN, python

pytestmark = pytest.mark.slow


def test_tables_and_a_release_are_exported(airflow: dict[str, str], database: str, store, tmp_path: Path) -> None:
    load_examples(store)
    make(store, "v1")
    environment = {**airflow, "ESSAYS_LOADER_URL": database_url(database, "loader")}
    conf = {"folder": str(tmp_path), "format": "csv", "what": ["essay", "turn"], "bom": True}
    assert "STATE success" in python(environment, "-c", RUN, str(DAGS), "export_corpus", json.dumps(conf))
    conf = {"folder": str(tmp_path), "release": "v1"}
    assert "STATE success" in python(environment, "-c", RUN, str(DAGS), "export_corpus", json.dumps(conf))
    found = {path.name: json.loads((path / "_manifest.json").read_text("utf-8")) for path in tmp_path.iterdir()}
    assert {name: manifest["rows"] for name, manifest in found.items()}.keys() == {"essay", "turn", "release=v1"}
    assert found["essay"]["rows"] == found["release=v1"]["rows"] == 12
    assert (tmp_path / "essay" / "month=undated" / "essay.csv").read_bytes().startswith(b"\xef\xbb\xbf")

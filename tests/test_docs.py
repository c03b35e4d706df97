"""Pages of the documentation that are generated say what the program is."""

from __future__ import annotations

import importlib.util

import yaml

from ingest.settings import Settings

from .conftest import ROOT


def test_the_page_of_sources_is_as_generated() -> None:
    spec = importlib.util.spec_from_file_location("sources", ROOT / "docs" / "sources.py")
    assert spec and spec.loader
    page = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(page)
    assert page.TARGET.read_text("utf-8") == page.render(), "run `make docs`"


def test_every_bound_is_named_for_operators_with_its_default_and_reaches_the_workers() -> None:
    rows = [
        line
        for line in (ROOT / "docs" / "operator.md").read_text("utf-8").splitlines()
        if line.startswith("| `ESSAYS_")
    ]
    worker = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]["worker"]["environment"]
    for name, field in Settings.model_fields.items():
        if name.startswith("max_"):
            row = next(row for row in rows if f"`ESSAYS_{name.upper()}`" in row)
            size = field.default
            assert f"{size:,}" in row or f"{size // 2**20} MiB" in row or f"{size // 2**30} GiB" in row, name
            assert f"ESSAYS_{name.upper()}" in worker

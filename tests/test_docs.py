"""Pages of the documentation that are generated say what the program is."""

from __future__ import annotations

import importlib.util

from .conftest import ROOT


def test_the_page_of_sources_is_as_generated() -> None:
    spec = importlib.util.spec_from_file_location("sources", ROOT / "docs" / "sources.py")
    assert spec and spec.loader
    page = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(page)
    assert page.TARGET.read_text("utf-8") == page.render(), "run `make docs`"

"""A value that ``python -m tests.make`` writes is one that the tests of its folder accept."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from . import test_discover, test_formats, test_sites
from .make import make

HERE = Path(__file__).parent


def copied(case: str, folder: Path) -> tuple[Path, str | None]:
    """The case without its value, in a folder of the same names, and where it was found."""
    path = folder / case
    path.parent.mkdir(parents=True)
    shutil.copy(HERE / case, path)
    told = json.loads((HERE / case).with_suffix(".json").read_text("utf-8"))
    return path, told.get("found_at") if case.startswith("pages") else told.get("url")


@pytest.mark.parametrize(
    ("case", "check"),
    [
        (f"pages/zhihu/{min(path.name for path in (HERE / 'pages/zhihu').glob('*.html'))}",
         test_sites.test_a_saved_page_has_the_value_beside_it),
        ("texts/link_note_glued.txt", test_formats.test_a_text_is_read_as_expected),
        ("feeds/rss_full_text.xml", lambda path: test_discover.test_a_case_has_its_true_values(path.with_suffix(".json"))),
    ],
    ids=["page", "text", "feed"],
)  # fmt: skip
def test_what_is_written_is_accepted_and_never_written_over(case: str, check, tmp_path: Path) -> None:
    path, url = copied(case, tmp_path)
    assert "is written" in make(path, url)
    written = path.with_suffix(".json").read_text("utf-8")
    check(path)
    assert "stays" in make(path, url)
    assert path.with_suffix(".json").read_text("utf-8") == written


def test_what_is_no_case_is_said(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no file in tests/pages"):
        make(tmp_path / "a.html", None)

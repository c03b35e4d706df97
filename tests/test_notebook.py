"""The notebook and the snippets run as they stand, on a database and an export of the examples."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from ingest.export import export
from ingest.store import Store, migrate

from .conftest import ROOT, database_url, execute, new_database
from .database.examples import load_examples

NOTEBOOK = ROOT / "examples" / "corpus.py"
SNIPPETS = {"parquet_in_duckdb": "duckdb", "sql_in_pandas": "pandas", "parquet_in_polars": "polars"}


def need(*names: str) -> None:
    for name in names:
        if find_spec(name) is None:
            pytest.skip(f"{name} is not installed: make install-notebook")


@pytest.fixture(scope="module")
def analyst(server: str) -> Iterator[str]:
    """The analyst's URL of a database with the examples in it."""
    with new_database(server) as name:
        migrate(database_url(name))
        store = Store(database_url(name, "loader"))
        load_examples(store)
        store.close()
        yield database_url(name, "analyst")


def run(home: Path, *arguments: str, url: str | None) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_CACHE_HOME": str(home),
        "LANG": "C.UTF-8", "MARIMO_SKIP_UPDATE_CHECK": "1",
    }  # fmt: skip
    if url:
        environment["ESSAYS_ANALYST_URL"] = url
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def test_the_notebook_runs_as_a_script(analyst: str, tmp_path: Path) -> None:
    need("marimo", "polars")
    said = run(tmp_path, str(NOTEBOOK), url=analyst)
    assert said.returncode == 0, said.stderr[-3000:]


def test_the_notebook_becomes_a_page_with_everything_in_it(analyst: str, tmp_path: Path) -> None:
    need("marimo", "polars")
    page = tmp_path / "corpus.html"
    said = run(
        tmp_path, "-m", "marimo", "export", "html", str(NOTEBOOK), "-o", str(page), "--no-include-code", url=analyst
    )
    assert said.returncode == 0, said.stderr[-3000:]
    text = html.unescape(
        re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), page.read_text("utf-8")).replace('\\"', '"')
    )
    for words in ("Corpus at a glance", "seed:examples", "excerpt_of", "慢炖模型笔记", "语料一览"):
        assert words in text, words
    assert len(re.findall(r"<svg viewBox", text)) == 6
    assert "marimo-error" not in text and "Traceback" not in text
    assert analyst.partition("://")[2].partition("@")[0] not in text, "the page shows the password"


def test_without_a_url_the_notebook_says_what_to_set(tmp_path: Path) -> None:
    need("marimo", "polars")
    page = tmp_path / "corpus.html"
    run(tmp_path, "-m", "marimo", "export", "html", str(NOTEBOOK), "-o", str(page), url=None)
    assert "Set `ESSAYS_ANALYST_URL`" in page.read_text("utf-8")


def test_an_empty_database_is_no_error(database: str, tmp_path: Path) -> None:
    need("marimo", "polars")
    said = run(tmp_path, str(NOTEBOOK), url=database_url(database, "analyst"))
    assert said.returncode == 0, said.stderr[-3000:]


def test_a_term_s_trend_is_asked_of_the_face_where_it_has_one(database: str, tmp_path: Path) -> None:
    need("marimo", "polars")
    drop = "DROP FUNCTION IF EXISTS essays.term_trend"
    told = "RETURNS TABLE (period date, matches bigint, essays bigint, share numeric) LANGUAGE sql"
    execute(
        database_url(database), drop,
        f"CREATE FUNCTION essays.term_trend(term text, unit text DEFAULT 'month') {told}"
        " AS $$ VALUES ('2024-05-01'::date, 4321, 7000, 0.6), (NULL, 1, 1, 1) $$",
        "GRANT EXECUTE ON FUNCTION essays.term_trend(text, text) TO essays_analyst",
    )  # fmt: skip
    page = tmp_path / "corpus.html"
    run(
        tmp_path,
        "-m",
        "marimo",
        "export",
        "html",
        str(NOTEBOOK),
        "-o",
        str(page),
        url=database_url(database, "analyst"),
    )
    assert "4,321 of 7,000" in page.read_text("utf-8")


@pytest.mark.parametrize("name", sorted(SNIPPETS))
def test_a_snippet_runs_as_it_stands(analyst: str, tmp_path: Path, name: str) -> None:
    need(SNIPPETS[name])
    store = Store(analyst)
    export(store, tmp_path / "exports")
    store.close()
    said = run(tmp_path, str(ROOT / "docs" / "snippets" / f"{name}.py"), url=analyst)
    assert said.returncode == 0, said.stderr[-3000:]
    assert {"parquet_in_duckdb": "undated", "sql_in_pandas": "seed:examples", "parquet_in_polars": "慢炖模型笔记"}[
        name
    ] in said.stdout


def test_every_snippet_is_tested() -> None:
    assert {path.stem for path in (ROOT / "docs" / "snippets").glob("*.py")} == set(SNIPPETS)


@pytest.mark.parametrize("page", ["exports.md"])
def test_the_queries_of_the_docs_run_as_an_analyst(analyst: str, page: str) -> None:
    store = Store(analyst)
    blocks = re.findall(r"```sql\n(.*?)```", (ROOT / "docs" / page).read_text("utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        with store.engine.connect() as connection, connection.begin() as transaction:
            (number,) = connection.exec_driver_sql("SELECT min(document_id) FROM essays.document").one()
            cursor = connection.connection.cursor()
            cursor.execute(block.replace("158277758416422", str(number)))
            transaction.rollback()
    store.close()

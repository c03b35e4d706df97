"""The DAG files: they parse fast, import nothing heavy, and run the real thing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.sources.reading import LEASE_SECONDS

from ..conftest import ROOT, database_url, rows
from .conftest import DAGS, RUN, python

FILES = sorted(path.stem for path in DAGS.glob("*.py"))
MOST_LINES = 110


def test_every_file_is_one_dag_of_its_name_and_imports_nothing_heavy(airflow: dict[str, str]) -> None:
    code = (
        "import sys; from airflow.dag_processing.dagbag import DagBag; import airflow.sdk;"
        f"bag = DagBag(dag_folder={str(DAGS)!r}, bundle_path={str(DAGS)!r});"
        "print(sorted(bag.dags), bag.import_errors, [m for m in ('bs4', 'opencc', 'psycopg2') if m in sys.modules])"
    )
    assert python(airflow, "-c", code).strip().splitlines()[-1] == f"{FILES} {{}} []"


@pytest.mark.parametrize("name", FILES)
def test_a_dag_file_is_wiring_only(name: str) -> None:
    source = (DAGS / f"{name}.py").read_text("utf-8")
    assert len(source.splitlines()) <= MOST_LINES
    assert "RETRIES" in source


def test_every_run_and_task_has_a_time_limit_and_what_fetches_a_pool_of_its_own(airflow: dict[str, str]) -> None:
    code = (
        "import json; from airflow.dag_processing.dagbag import DagBag;"
        f"bag = DagBag(dag_folder={str(DAGS)!r}, bundle_path={str(DAGS)!r});"
        "print(json.dumps([[d.dag_id, t.task_id, bool(d.dagrun_timeout), t.execution_timeout.total_seconds(), t.pool]"
        " for d in bag.dags.values() for t in d.tasks]))"
    )
    found = json.loads(python(airflow, "-c", code).strip().splitlines()[-1])
    assert all(limited for _, _, limited, _, _ in found)
    in_pool = {(dag, task): seconds for dag, task, _, seconds, pool in found if pool == "fetch"}
    fetching = {(dag, "fetch") for dag in ("ingest_links", "ingest_due", "refresh_essays")}
    assert in_pool.keys() == fetching | {("discover_links", "check"), ("maintain", "pictures")}
    assert in_pool["discover_links", "check"] < LEASE_SECONDS


@pytest.mark.slow
@pytest.mark.parametrize(
    ("dag_id", "conf", "documents"),
    [
        ("load_seed_corpus", '{"directory": "examples/corpus", "corpus": "examples"}', 9),
        ("import_files", '{"paths": ["examples/pages"]}', 5),
    ],
)
def test_a_dag_loads_the_examples(
    airflow: dict[str, str], database: str, store, dag_id: str, conf: str, documents: int
) -> None:
    environment = {**airflow, "ESSAYS_LOADER_URL": database_url(database, "loader")}
    assert "STATE success" in python(environment, "-c", RUN, str(DAGS), dag_id, conf)
    assert rows(store, "SELECT count(*) FROM essays.document") == [(documents,)]
    assert rows(store, "SELECT dag, ended_at IS NOT NULL FROM ingest.run") == [(dag_id, True)]


@pytest.mark.slow
def test_pasted_links_are_fetched_and_accounted_for(airflow: dict[str, str], database: str, store, open_lab) -> None:
    host = "mp.weixin.qq.com"
    lab = open_lab(
        {host: {"/s/ExampleArticle-On-Scal": {"do": "page", "file": "article-scaling.html"},
                "/s/GoneArticle00000000000": {"do": "page", "file": "notice-deleted.html"}}},
        ROOT / "examples" / "pages",
    )  # fmt: skip
    text = f"看看这篇 https://{host}/s/ExampleArticle-On-Scal 很好\nhttps://{host}/s/GoneArticle00000000000\n[链接] 没有地址的卡片"
    environment = {
        **airflow, **lab.environment(), "ESSAYS_HOST_SPACING": "0", "ESSAYS_LOADER_URL": database_url(database, "loader"),
    }  # fmt: skip
    conf = json.dumps({"text": text, "tags": ["读书会"], "by": "老周"})
    assert "STATE success" in python(environment, "-c", RUN, str(DAGS), "ingest_links", conf)
    assert rows(store, "SELECT outcome, state FROM essays.run_account ORDER BY 1, 2") == [
        ("fetched", "article"), ("fetched", "deleted_by_author"), ("no_address", None)]  # fmt: skip
    assert rows(store, "SELECT submitted_by, tags FROM ingest.submission") == [("老周", ["读书会"])]


@pytest.mark.slow
def test_a_dag_with_a_directory_that_is_not_there_fails_with_the_reason(airflow: dict[str, str], database: str) -> None:
    environment = {**airflow, "ESSAYS_LOADER_URL": database_url(database, "loader")}
    said = subprocess.run(
        [sys.executable, "-c", RUN, str(DAGS), "load_seed_corpus", '{"directory": "/nowhere/at/all"}'],
        capture_output=True, text=True, cwd=ROOT, env=environment, timeout=300, check=False,
    )  # fmt: skip
    assert "/nowhere/at/all is not there" in said.stdout + said.stderr
    assert "up_for_retry" not in said.stdout + said.stderr, "trying again would change nothing"
    assert "STATE success" not in said.stdout
    assert Path("/nowhere").exists() is False

"""From nothing to a running UI and back: what ``make run`` and ``make stop`` do, in a home of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from .conftest import ROOT

pytestmark = pytest.mark.slow

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip


def ingest(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ingest", *arguments], capture_output=True, text=True, cwd=ROOT, timeout=600,
        env=os.environ | {"ESSAYS_HOME": str(home)}, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("up") / "local"
    yield folder
    ingest(folder, "down", "--delete-data")


@pytest.fixture(scope="module")
def said(home: Path) -> str:
    """What the first ``up`` printed."""
    run = ingest(home, "up")
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def login(said: str) -> tuple[str, str, str]:
    found = re.search(r"Airflow\s+(\S+)\s+user (\S+), password (\S+)", said)
    assert found, said
    return found[1], found[2], found[3]


def test_up_ends_with_what_was_loaded_and_where_to_look(said: str) -> None:
    assert re.search(r"ingested\s+wechat\s+handed_in\s+full\s+5\s+5", said), said
    assert re.search(r"seed\s+-\s+seed\s+excerpt\s+1", said), said
    assert "make stop" in said


def test_the_runs_are_green_and_only_this_machine_can_ask(said: str) -> None:
    url, user, password = login(said)
    assert url.startswith("http://127.0.0.1:")
    session = requests.Session()
    session.trust_env = False
    token = session.post(f"{url}/auth/token", json={"username": user, "password": password}, timeout=30).json()
    session.headers["Authorization"] = f"Bearer {token['access_token']}"
    runs = session.get(f"{url}/api/v2/dags/~/dagRuns", timeout=30).json()["dag_runs"]
    assert {(run["dag_id"], run["state"]) for run in runs} >= {
        ("load_seed_corpus", "success"),
        ("import_files", "success"),
    }
    assert requests.get(f"{url}/api/v2/dags", timeout=30).status_code == 401


def test_the_psql_line_works_when_it_is_pasted(said: str) -> None:
    found = re.search(r"psql\s+(PGPASSFILE=.*)", said)
    assert found
    query = "SELECT count(*) FROM essays.essay"
    asked = subprocess.run(
        ["/bin/sh", "-c", f'{found[1]} -At -c "{query}"'], capture_output=True, text=True, timeout=60, check=False
    )
    # Nine files and five pages: two are copies of one text, and one is an excerpt of a page.
    assert asked.stdout.strip() == "12", asked.stderr


def test_the_second_up_is_quick_and_adds_only_runs_and_fetches(said: str, home: Path) -> None:
    before = json.loads(ingest(home, "doctor", "--json").stdout)
    again = ingest(home, "up")
    assert again.returncode == 0, again.stdout + again.stderr
    after = json.loads(ingest(home, "doctor", "--json").stdout)
    assert (after["documents"], after["essays"], after["problems"]) == (before["documents"], before["essays"], [])
    assert login(again.stdout) == login(said)


@pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed: apt-get install chromium")
def test_a_person_sees_green_runs_and_a_form_that_asks_for_a_directory(said: str, tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    url, user, password = login(said)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        page = browser.new_page(locale="en-US")
        page.set_default_timeout(60_000)
        page.goto(url)
        page.fill("input[name=username]", user)
        page.fill("input[name=password]", password)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/(\?.*)?$"))
        page.goto(f"{url}/dags/import_files/runs")
        page.get_by_text("Success").first.wait_for()
        page.goto(f"{url}/dags/load_seed_corpus")
        page.get_by_role("button", name="Trigger").first.click()
        page.get_by_text("Directory · 目录").first.wait_for()
        browser.close()


def test_down_leaves_no_process(said: str, home: Path) -> None:
    assert ingest(home, "down").returncode == 0
    assert left(home) == []


def left(home: Path) -> list[str]:
    """Processes that were started for this home: it is in their command line or in their environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            texts = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
        if str(home).encode() in texts and int(process.name) != os.getpid():
            found.append((process / "cmdline").read_bytes().decode(errors="replace"))
    return found

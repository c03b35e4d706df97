"""From nothing to a running UI and back: what ``make run`` and ``make stop`` do, in a home of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from ingest.local.api import AirflowApi, AirflowEndpoint
from ingest.local.processes import identify
from ingest.local.server import postmaster

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


def api(said: str) -> AirflowApi:
    return AirflowApi(AirflowEndpoint(*login(said)))


def processes(home: Path) -> dict[str, tuple[int, str]]:
    """Number and start of what is remembered to run."""
    known = json.loads((home / "state.json").read_text())
    return {name: tuple(each) for name, each in (known["processes"] | {"supervisor": known["supervisor"]}).items()}


def lives(each: tuple[int, str]) -> bool:
    return identify(each[0]) == each


def environment(pid: int) -> dict[str, str]:
    return dict(
        entry.split("=", 1) for entry in (Path("/proc") / str(pid) / "environ").read_text().split("\0") if "=" in entry
    )


def wait_for(what: Callable[[], bool], seconds: float = 120) -> None:
    limit = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < limit
        time.sleep(0.5)


def test_the_second_up_adds_nothing_and_restarts_nothing(said: str, home: Path) -> None:
    before, ran = json.loads(ingest(home, "doctor", "--json").stdout), processes(home)
    again = ingest(home, "up")
    assert again.returncode == 0, again.stdout + again.stderr
    after = json.loads(ingest(home, "doctor", "--json").stdout)
    assert (after["documents"], after["essays"], after["problems"]) == (before["documents"], before["essays"], [])
    assert after["outdated"] == []
    assert login(again.stdout) == login(said)
    assert processes(home) == ran
    for dag in ("import_files", "load_seed_corpus"):
        assert len(api(said).runs(dag)) == 1


def test_no_password_of_a_database_is_printed_but_by_its_command(said: str, home: Path) -> None:
    printed = said + ingest(home, "doctor").stdout + ingest(home, "doctor", "--json").stdout
    for role in ("owner", "loader", "analyst"):
        password = ingest(home, "password", role).stdout.strip()
        assert len(password) > 20
        assert password not in printed
    assert ingest(home, "password", "airflow").stdout.strip() == login(said)[2]


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["dag-processor", "triggerer", "supervisor", "postgres"])
def test_what_is_killed_comes_back(said: str, home: Path, victim: str) -> None:
    assert ingest(home, "start").returncode == 0
    before = processes(home)
    if victim == "postgres":
        data = json.loads((home / "state.json").read_text())["postgres_place"] or str(home / "postgres")
        pid = int((Path(data) / "data/postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: (found := postmaster(Path(data) / "data")) is not None and found != pid)
        wait_for(lambda: all(lives(each) for each in processes(home).values()))
        wait_for(lambda: ingest(home, "doctor").returncode == 0)
    elif victim == "supervisor":
        os.kill(before[victim][0], signal.SIGKILL)
        wait_for(lambda: not lives(before[victim]))
        assert ingest(home, "start").returncode == 0
        assert {name for name, each in processes(home).items() if each != before[name]} == {"supervisor"}
        assert lives(processes(home)["supervisor"])
    else:
        os.kill(before[victim][0], signal.SIGKILL)
        wait_for(lambda: processes(home)[victim] != before[victim] and lives(processes(home)[victim]))
        assert {name for name, each in processes(home).items() if each != before[name]} == {victim}


@pytest.mark.slow
def test_a_changed_setting_is_in_what_runs_after_the_next_start(said: str, home: Path) -> None:
    before = processes(home)
    assert ingest(home, "set", "contact", "me@example.org").returncode == 0
    assert "ESSAYS_CONTACT changed" in ingest(home, "doctor").stdout
    started = ingest(home, "start")
    assert started.returncode == 0, started.stdout + started.stderr
    assert "Airflow: restarted, ESSAYS_CONTACT changed" in started.stdout
    after = processes(home)
    assert not any(lives(each) for each in before.values())
    for pid, _ in after.values():
        assert environment(pid)["ESSAYS_CONTACT"] == "me@example.org"
    assert "restarted" not in ingest(home, "start").stdout
    assert processes(home) == after
    assert len(api(said).runs("import_files")) == 1


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

"""A fetch worker: over all hosts of its run, asleep for seconds at most, and gone when the next turn is far away."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from itertools import pairwise

import pytest

from ingest import pipeline
from ingest.crawl import operate, worker
from ingest.intake import submit
from ingest.settings import settings
from ingest.store import Store

from ..conftest import ROOT, change, database_url, rows

HOSTS = [f"blog{n}.example.com" for n in range(3)]
PAGE = {"do": "page", "html": "<html><body><p>a page</p></body></html>"}
TEXT = " ".join(f"https://{host}/{n}" for host in HOSTS for n in range(3))


@pytest.fixture
def lab(open_lab, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ESSAYS_HOST_SPACING", "0.5")
    return open_lab({host: {"/robots.txt": {"do": "status", "code": 404}, "/*": PAGE} for host in HOSTS})


@pytest.fixture
def run_id(store: Store, lab) -> int:
    made = pipeline.open_run(store, "links")
    submit.hand_in(store, made, TEXT)
    return made


def test_one_worker_asks_whichever_host_has_its_turn(store: Store, lab, run_id: int) -> None:
    assert worker.fetch_due(store, run_id, 60, of_run=run_id) == 9
    for round_ in range(4):
        assert {asked.host for asked in lab.asked[3 * round_ : 3 * round_ + 3]} == set(HOSTS)
    for host in HOSTS:
        assert min(b - a for a, b in pairwise(asked.at for asked in lab.asked if asked.host == host)) >= 0.5


def test_a_worker_leaves_the_rest_due_when_the_next_turn_is_far_away(
    store: Store, lab, run_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESSAYS_HOST_SPACING", "40")
    settings.cache_clear()
    monkeypatch.setattr(time, "sleep", lambda seconds: pytest.fail(f"it slept {seconds} s"))
    assert worker.fetch_due(store, run_id, 600, of_run=run_id) == 0, "robots.txt took the turns"
    account = pipeline.close_run(store, run_id)
    assert account.outcomes == {"waiting": 9}
    assert rows(store, "SELECT DISTINCT why, until > now() + interval '30 seconds' FROM essays.run_account") == [
        ("not fetched yet: its host is asked once in 40 s", True)
    ]
    assert rows(store, "SELECT count(*) FROM ingest.address WHERE due_at <= now() AND lease_until IS NULL") == [(9,)]


def test_a_worker_whose_time_is_up_ends(store: Store, lab, run_id: int) -> None:
    assert worker.fetch_due(store, run_id, 0, of_run=run_id) == 0
    assert len(lab.asked) <= 1


def test_a_run_has_a_few_workers_and_none_when_nothing_is_due(store: Store, lab, run_id: int) -> None:
    assert worker.crew(store, run_id) == [0, 1, 2]
    change(store, "UPDATE ingest.address SET due_at = NULL")
    assert worker.crew(store, run_id) == []


KILLED = """
import os, sys
from ingest import read
from ingest.crawl import worker
from ingest.store import Store
read.read_bytes = lambda *_: os.kill(os.getpid(), 9)
worker.fetch_due(Store(sys.argv[1]), int(sys.argv[2]), 20, of_run=int(sys.argv[2]))
"""


def test_a_page_that_kills_its_workers_is_left_to_a_person_after_three(
    store: Store, database: str, lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESSAYS_HOST_SPACING", "0")
    settings.cache_clear()
    link = f"https://{HOSTS[0]}/1"
    run_id = pipeline.open_run(store, "links")
    submit.hand_in(store, run_id, link)
    command = [sys.executable, "-c", KILLED, database_url(database, "loader"), str(run_id)]
    for strikes in (1, 2, 3):
        assert subprocess.run(command, check=False, cwd=ROOT).returncode == -signal.SIGKILL
        assert rows(store, "SELECT strikes, lease_until > now() FROM ingest.address") == [(strikes, True)]
        change(store, "UPDATE ingest.address SET lease_until = now()", "UPDATE ingest.host SET turn_until = NULL")
    assert worker.fetch_due(store, run_id, 20, of_run=run_id) == 1
    assert len(lab.looks) == 3, "it is not asked for again"
    assert pipeline.close_run(store, run_id).outcomes == {"refused": 1}
    assert rows(store, "SELECT state, due_at, strikes FROM ingest.address") == [("too_costly", None, 0)]
    assert "taken up 3 times" in str(rows(store, f"SELECT detail FROM essays.why('{link}')"))
    assert rows(store, "SELECT question, url FROM essays.to_review") == [("too_costly", link)]
    assert operate.retry(store, [link]) == 1
    assert worker.fetch_due(store, pipeline.open_run(store, "run"), 20) == 1
    assert rows(store, "SELECT state, strikes FROM ingest.address") == [("unreadable", 0)]
    assert rows(store, "SELECT fence FROM ingest.fetch ORDER BY fetch_id") == [(4,), (5,)]


STOPPED = """
import sys
from ingest.store import Store, connection
connection.IDLE_TIMEOUT = "1s"
with Store(sys.argv[1]).transaction() as held:
    held.exec_driver_sql("UPDATE ingest.host SET failures = 1")
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_loader_that_is_stopped_in_a_transaction_blocks_others_for_a_bounded_time(
    store: Store, database: str
) -> None:
    change(store, "INSERT INTO ingest.host (host) VALUES ('blog.example.com')")
    command = [sys.executable, "-c", STOPPED, database_url(database, "loader")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as stopped:
        try:
            assert stopped.stdout is not None and stopped.stdout.readline() == b"held\n"
            stopped.send_signal(signal.SIGSTOP)
            change(store, "SET LOCAL lock_timeout = '30s'", "UPDATE ingest.host SET failures = 2")
        finally:
            stopped.kill()
    assert rows(store, "SELECT failures FROM ingest.host") == [(2,)]
    assert rows(store, "SHOW lock_timeout") == [("1min",)]
    assert rows(store, "SHOW idle_in_transaction_session_timeout") == [("5min",)]

"""What a start restarts, what it loads, and what the supervisor does: the decisions, without a process."""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.local import processes, running, supervisor
from ingest.local.airflow import COMPONENTS
from ingest.local.supervisor import Act, Part
from ingest.local.up import Wish, asked_for, examples
from ingest.model import IngestError
from ingest.store import Store, face

from .conftest import ROOT

NOW = {running.CODE: "1", running.PACKAGES: "1", "ESSAYS_CONTACT": "me"}
ALL = set(COMPONENTS)


def started(**other: dict[str, str]) -> dict[str, dict[str, str]]:
    return {name: other.get(name.replace("-", "_"), NOW) for name in COMPONENTS}


@pytest.mark.parametrize(
    ("started_with", "living", "now", "why"),
    [
        (started(), ALL, NOW, []),
        (started(), ALL, NOW | {running.CODE: "2"}, ["the code changed"]),
        (started(), ALL, NOW | {running.CODE: "2", "ESSAYS_CONTACT": "you"}, ["the code changed", "ESSAYS_CONTACT changed"]),
        (started(), ALL, NOW | {"ESSAYS_PROXY": "p"}, ["ESSAYS_PROXY changed"]),
        (started(), ALL, {running.CODE: "1", running.PACKAGES: "1"}, ["ESSAYS_CONTACT changed"]),
        (started(), ALL, NOW | {running.PACKAGES: "2"}, ["the installed packages changed"]),
        (started(triggerer=NOW | {running.CODE: "0"}), ALL, NOW, ["the code changed"]),
        (started(), ALL - {"scheduler"}, NOW, ["its scheduler had ended"]),
        ({}, ALL, NOW, [running.EARLIER]),
        (started(), ALL, NOW | dict.fromkeys("ABCDEF", "x"), ["A changed", "B changed", "C changed", "D changed", "2 more"]),
    ],
)  # fmt: skip
def test_what_runs_is_restarted_when_it_is_not_what_is_there(
    started_with: dict[str, dict[str, str]], living: set[str], now: dict[str, str], why: list[str]
) -> None:
    assert running.changes(started_with, living, COMPONENTS, now) == why


def test_the_digest_of_the_code_follows_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ingest").mkdir()
    monkeypatch.setattr(running, "package", lambda: tmp_path / "ingest")
    monkeypatch.setattr(running, "resource", lambda name: tmp_path / name)
    seen = [running.code()[running.CODE]]
    for name, text in (("ingest/a.py", "1"), ("ingest/a.py", "2"), ("dags/d.py", "1"), ("sql/s.sql", "1")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
        seen.append(running.code()[running.CODE])
    assert len(set(seen)) == 5
    (tmp_path / "ingest/__pycache__").mkdir()
    (tmp_path / "ingest/__pycache__/a.pyc").write_text("x")
    assert running.code()[running.CODE] == seen[-1]


def test_a_tool_that_comes_beside_what_is_locked_restarts_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = running.code()
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    (tmp_path / "a_tool-1.0.dist-info").mkdir()
    assert running.code() == before
    (tmp_path / "python_dotenv-99.0.dist-info").mkdir()
    assert running.code() != before


def test_only_what_was_named_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "links.txt").write_text("https://mp.weixin.qq.com/s/x")
    assert asked_for(Wish(examples=True)) == []
    (run,) = asked_for(Wish(seed_corpus=tmp_path, corpus="mine", examples=True))
    assert run == ("load_seed_corpus", {"directory": str(tmp_path), "corpus": "mine"})
    assert asked_for(Wish(links=tmp_path / "links.txt")) == [("ingest_links", {"text": "https://mp.weixin.qq.com/s/x"})]
    assert [dag for dag, _ in asked_for(examples())] == ["import_files", "load_seed_corpus"]


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\x00"])
def test_a_file_of_links_that_is_none_is_one_clear_line(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "links.txt").write_bytes(content)
    with pytest.raises(IngestError, match=r"links\.txt"):
        asked_for(Wish(links=tmp_path / "links.txt"))


def test_a_database_is_empty_until_something_was_loaded(store: Store) -> None:
    from ingest import pipeline
    from ingest.intake import seeds

    assert face.is_empty(store)
    run_id = pipeline.open_run(store, "seed")
    assert not face.is_empty(store)
    name, paths = seeds.plan(store, str(ROOT / "examples/corpus"), None)
    seeds.load(store, run_id, str(ROOT / "examples/corpus"), name, paths)
    assert not face.is_empty(store)


def test_a_part_that_keeps_ending_is_restarted_ever_later_and_then_left_alone() -> None:
    part, acts = Part(), []
    for second in range(1000, 1200):
        if (act := part.turn(False, float(second))) is not Act.WAIT:
            acts.append((second - 1000, act))
        if act is Act.GIVE_UP:
            break
    assert [act for _, act in acts] == [Act.RESTART] * supervisor.MOST + [Act.GIVE_UP]
    gaps = [later - sooner for (sooner, _), (later, _) in itertools.pairwise(acts)]
    assert gaps == sorted(gaps)
    assert gaps[0] < gaps[-1]


def test_a_part_that_ran_for_a_while_has_all_its_tries_again() -> None:
    part = Part()
    assert part.turn(False, 1000.0) is Act.RESTART
    assert part.turn(True, 1010.0) is Act.WAIT
    assert part.tries == 1
    assert part.turn(True, 1000.0 + supervisor.STEADY + 1) is Act.WAIT
    assert part.tries == 0


@pytest.fixture
def parent() -> Iterator[subprocess.Popen[str]]:
    """A process that starts another one in a session of its own and names it."""
    script = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], start_new_session=True)\n"
        "print(child.pid, flush=True)\ntime.sleep(60)"
    )
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as started:
        yield started


def test_what_a_supervisor_started_outlives_it(parent: subprocess.Popen[str]) -> None:
    assert parent.stdout is not None
    child = processes.identify(int(parent.stdout.readline()))
    itself = processes.identify(parent.pid)
    assert child and itself
    processes.end_alone(itself, 5)
    assert not processes.alive(itself)
    time.sleep(0.2)
    assert processes.alive(child)
    assert processes.end({child: 1})

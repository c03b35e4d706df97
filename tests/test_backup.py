"""Backups of the embedded server, made and put back by the commands, on homes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.local import binaries

INGEST = Path(sys.executable).with_name("ingest")
EXAMPLES = Path(__file__).parents[1] / "examples"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (binaries.find() / "pg_dump").exists(), reason="this Postgres comes without pg_dump"),
]


def run(home: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ESSAYS_")}
    told = {**clean, "ESSAYS_HOME": str(home), "COLUMNS": "200", **environment}
    return subprocess.run([INGEST, *command], env=told, capture_output=True, text=True, check=False)


def done(home: Path, *command: str, **environment: str) -> str:
    result = run(home, *command, **environment)
    assert result.returncode == 0, result.stderr
    return result.stdout


def titles(home: Path) -> str:
    """What an analyst sees, asked with the analyst's own line, search included."""
    ask = "SELECT string_agg(display_title, '|' ORDER BY essay_id), essays.count_matches('模型') FROM essays.essay"
    program = (
        "import subprocess, sys; from ingest.local.postgres import ensure_postgres, psql_line; "
        "line = psql_line(ensure_postgres().analyst) + ' -w -X -tA -c ' + repr(sys.argv[1]); "
        "sys.exit(subprocess.run(line, shell=True).returncode)"
    )
    told = {**os.environ, "ESSAYS_HOME": str(home)}
    result = subprocess.run([sys.executable, "-c", program, ask], env=told, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def backups(home: Path) -> list[Path]:
    return sorted((home / "backups").glob("*"))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("backup") / "home"
    done(home, "seed", str(EXAMPLES / "corpus"))
    yield home
    done(home, "down", "--delete-data")


@pytest.fixture(scope="module")
def backup(home: Path) -> Path:
    said = done(home, "backup")
    (file,) = backups(home)
    assert said.startswith(str(file)) and file.stat().st_mode & 0o077 == 0
    return file


def test_what_was_lost_comes_back_and_what_was_there_is_kept(home: Path, backup: Path) -> None:
    before = titles(home)
    assert before
    done(home, "import", str(EXAMPLES / "pages"))
    assert titles(home) != before
    said = done(home, "restore", str(backup))
    assert "essays_before_" in said
    assert titles(home) == before
    done(home, "import", str(EXAMPLES / "pages"))
    assert titles(home) != before, "loading goes on"
    assert "problem" not in done(home, "doctor")


def test_a_backup_is_restored_on_another_machine(tmp_path: Path, home: Path, backup: Path) -> None:
    done(home, "restore", str(backup))
    there = tmp_path / "there"
    try:
        assert "kept" not in done(there, "restore", str(backup))
        assert titles(there) == titles(home)
        assert run(there, "doctor").returncode == 0
    finally:
        done(there, "down", "--delete-data")


def test_only_so_many_backups_are_kept_and_never_half_of_one(home: Path, backup: Path) -> None:
    partial = backup.with_name("essays-20200101T000000Z.partial")
    partial.write_bytes(b"half")
    mine = backup.with_name("notes of mine.txt")
    mine.write_text("stay")
    time.sleep(1.1)
    done(home, "backup", ESSAYS_BACKUPS="1", ESSAYS_BACKUP_FOLDER=str(backup.parent))
    assert not partial.exists() and not backup.exists()
    assert len(backups(home)) == 2 and mine.exists()
    mine.unlink()


@pytest.mark.parametrize("damage", ["cut", "other"])
def test_a_file_that_is_no_whole_backup_changes_nothing(home: Path, tmp_path: Path, damage: str) -> None:
    file = tmp_path / "bad.dump"
    whole = backups(home)[-1].read_bytes()
    file.write_bytes(whole[: len(whole) // 2] if damage == "cut" else b"<html>an essay</html>")
    before = titles(home)
    result = run(home, "restore", str(file))
    assert result.returncode == 1 and "pg_restore" in result.stderr
    assert titles(home) == before


def test_a_restore_that_was_killed_is_never_taken_for_the_essays(home: Path) -> None:
    before = titles(home)
    killed = subprocess.Popen(
        [INGEST, "restore", str(backups(home)[-1])], env={**os.environ, "ESSAYS_HOME": str(home)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    state, limit = home / "state.json", time.monotonic() + 60
    while '"restoring": "' not in state.read_text() and killed.poll() is None and time.monotonic() < limit:
        time.sleep(0.005)
    os.killpg(killed.pid, signal.SIGKILL)
    if killed.wait() == 0:
        pytest.skip("it was done before it could be killed")
    result = run(home, "doctor")
    assert "restor" in result.stdout + result.stderr
    assert run(home, "seed", str(EXAMPLES / "corpus")).returncode == 1
    done(home, "restore", str(backups(home)[-1]))
    assert titles(home) == before

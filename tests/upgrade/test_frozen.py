"""What landed is never edited, and every form that a migration ever had on main is still upgraded."""

from __future__ import annotations

import hashlib
import io
import subprocess
import tarfile
from pathlib import Path

import psycopg2
import pytest

from ingest.store import migrate
from ingest.store.migrations import _BOOTSTRAP
from tools.freeze_migrations import LOCK, digests, problems

from ..conftest import ROOT, database_url, new_database
from .catalogue import catalogue


def test_the_migrations_are_those_that_landed() -> None:
    assert problems(LOCK.read_text("utf-8"), digests()) == []


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"0100_a": "1", "0200_b": "2"}, []),
        ({"0100_a": "3", "0200_b": "2"}, ["0100_a was edited after it landed: undo that, and write a new file."]),
        ({"0100_a": "1"}, ["0200_b landed and is gone: put it back."]),
        ({"0100_a": "1", "0200_b": "2", "0300_c": "4"}, ["0300_c is not locked: `python tools/freeze_migrations.py`."]),
        ({"0100_a": "0", "0200_b": "2"}, ["0100_a was edited after it landed: undo that, and write a new file."]),
    ],
)  # fmt: skip
def test_an_edit_a_removal_and_a_new_file_are_noticed_with_their_remedy(files: dict[str, str], said: list[str]) -> None:
    assert problems("# words\n0100_a 1 0\n0200_b 2\n", files) == said


def git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=True).stdout


def landed() -> list[str]:
    """The first commit of each form that the schema had; none where there is no whole history."""
    try:
        if git("rev-parse", "--is-shallow-repository").strip() == b"true":
            return []
        commits = (
            git("rev-list", "--reverse", "--first-parent", "HEAD", "--", "sql/migrations", "sql/analyst")
            .decode()
            .split()
        )
    except (subprocess.CalledProcessError, FileNotFoundError):
        return []
    forms = {
        git("rev-parse", f"{commit}:sql/migrations", f"{commit}:sql/analyst"): commit for commit in reversed(commits)
    }
    return sorted(forms.values(), key=commits.index)


def apply_as_then(name: str, commit: str, folder: Path) -> None:
    """The schema of a commit, as the runner of its time made it: before the lock one file after the other."""
    with tarfile.open(fileobj=io.BytesIO(git("archive", commit, "sql"))) as archive:
        archive.extractall(folder, filter="data")
    sql = folder / "sql"
    if (sql / "migrations.lock").exists():
        migrate(database_url(name), sql)
        return
    texts = {file.stem: file.read_text("utf-8") for file in sorted((sql / "migrations").glob("*.sql"))}
    texts["face"] = "\n".join(file.read_text("utf-8") for file in sorted((sql / "analyst").glob("*.sql")))
    connection = psycopg2.connect(database_url(name))
    with connection, connection.cursor() as cursor:
        cursor.execute(_BOOTSTRAP)
        for file, text in texts.items():
            cursor.execute(text)
            cursor.execute(
                "INSERT INTO ingest.migration VALUES (%s, %s)", (file, hashlib.sha256(text.encode()).hexdigest())
            )
    connection.close()


@pytest.mark.slow
def test_every_form_of_the_schema_that_landed_becomes_what_a_fresh_one_is(
    server: str, template: str, tmp_path: Path
) -> None:
    commits = landed()
    if not commits:
        pytest.skip("this checkout has no whole history; the dumps stand for it")
    fresh, differing = catalogue(database_url(template)), {}
    for commit in commits:
        with new_database(server) as name:
            apply_as_then(name, commit, tmp_path / commit)
            migrate(database_url(name))
            if difference := catalogue(database_url(name)) ^ fresh:
                differing[commit] = difference
    assert differing == {}

"""A backup of an earlier release is put back by today's command, and upgraded."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from ingest.local import binaries

from ..conftest import database_url
from .catalogue import catalogue
from .test_upgrade import RELEASES, load

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (binaries.find() / "pg_dump").exists(), reason="this Postgres comes without pg_dump"),
]
INGEST = Path(sys.executable).with_name("ingest")
ASKED = "from ingest.local.postgres import ensure_postgres; print(ensure_postgres().owner)"


def done(home: Path, *command: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ESSAYS_")}
    environment["ESSAYS_HOME"] = str(home)
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "home"
    done(tmp_path / "home", str(INGEST), "down", "--delete-data")


@pytest.mark.parametrize("release", RELEASES)
def test_a_backup_of_each_release_is_put_back_and_upgraded(release: str, home: Path, template: str) -> None:
    owner = done(home, sys.executable, "-c", ASKED).strip()
    load(owner, release)
    done(home, str(INGEST), "backup")
    (backup,) = (home / "backups").glob("*.dump")
    connection = psycopg2.connect(owner)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ingest.document")
        before = cursor.fetchone()
        cursor.execute("DROP SCHEMA essays, ingest CASCADE; DROP SCHEMA IF EXISTS notes CASCADE")
    connection.close()
    assert "are back" in done(home, str(INGEST), "restore", str(backup))
    connection = psycopg2.connect(owner)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM essays.document")
        assert cursor.fetchone() == before
    connection.close()
    assert catalogue(owner) == catalogue(database_url(template))

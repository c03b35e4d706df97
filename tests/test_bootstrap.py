"""A server that an older program made gets today's walls when it is started again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from ingest import local
from ingest.local import reaper
from ingest.local.postgres import superuser_url
from ingest.settings import settings
from ingest.store import Store, migrate

from .conftest import execute

pytestmark = pytest.mark.slow


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home of its own."""
    for name in ("DATABASE_URL", "LOADER_URL", "ANALYST_URL"):
        monkeypatch.delenv(f"ESSAYS_{name}", raising=False)
    monkeypatch.setenv("ESSAYS_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    yield tmp_path / "home"
    local.destroy_postgres()
    monkeypatch.undo()
    settings.cache_clear()


def test_the_next_start_builds_walls_that_are_missing_and_gives_the_passwords_back(home: Path) -> None:
    urls = local.ensure_postgres()
    migrate(urls.owner)
    essays = superuser_url().rpartition("/")[0] + "/essays"
    execute(
        essays, "ALTER ROLE essays_analyst RESET ALL", "GRANT EXECUTE ON FUNCTION pg_advisory_lock(bigint) TO PUBLIC"
    )
    execute(urls.analyst, "ALTER ROLE essays_analyst PASSWORD 'taken'")
    loader = Store(urls.loader)
    assert len(reaper.missing_walls(loader)) == 2
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(urls.analyst)
    loader.close()

    local.stop_postgres()
    assert local.ensure_postgres() == urls
    loader = Store(urls.loader)
    assert reaper.missing_walls(loader) == []
    loader.close()
    psycopg2.connect(urls.analyst).close()


def test_a_program_of_the_server_has_a_limit_of_memory(home: Path) -> None:
    urls = local.ensure_postgres()
    with psycopg2.connect(urls.owner) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone() or (0,)
        limits = Path(f"/proc/{pid}/limits")
        if not limits.exists():
            pytest.skip("this system doesn't show limits")
        assert f"Max data size             {local.server.PROCESS_KIB * 1024}" in limits.read_text("ascii")
    connection.close()

"""The embedded Postgres, for real: on a home of its own, with real processes and real passwords."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ingest import local
from ingest.local import airflow, api, binaries, ports, processes, server, state
from ingest.model import StartFailed, Unavailable
from ingest.settings import settings

pytestmark = pytest.mark.slow

ENSURE = "from ingest.local import ensure_postgres; print(ensure_postgres().owner)"


def a_home(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home; whatever was started there is stopped and removed afterwards."""
    for name in ("DATABASE_URL", "LOADER_URL", "ANALYST_URL"):
        patch.delenv(f"ESSAYS_{name}", raising=False)
    patch.setenv("ESSAYS_HOME", str(folder / "home"))
    settings.cache_clear()
    yield folder / "home"
    settings.cache_clear()
    local.destroy_postgres()
    patch.undo()
    settings.cache_clear()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    yield from a_home(tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home whose server the tests share; each leaves it able to start."""
    with pytest.MonkeyPatch.context() as patch:
        yield from a_home(tmp_path_factory.mktemp("shared"), patch)


@pytest.fixture
def urls(shared: Path) -> local.Urls:
    return local.ensure_postgres()


def psql(url: str, query: str) -> str:
    """What the line that we print for people answers to a query; fails as psql fails."""
    line = f"{local.psql_line(url)} -w -X -tA -v ON_ERROR_STOP=1 -c {query!r}"
    done = subprocess.run(line, shell=True, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def pid() -> int:
    found = local.postgres_status().pid
    assert found is not None
    return found


def wait_for_end(process: int) -> None:
    limit = time.monotonic() + 10
    while processes.identify(process) and time.monotonic() < limit:
        time.sleep(0.05)


def test_each_role_logs_in_with_its_password(urls: local.Urls) -> None:
    assert urls.airflow is not None
    who = {psql(url, "SELECT current_user, current_database()") for url in (urls.owner, urls.loader, urls.analyst)}
    assert who == {"essays_owner|essays", "essays_loader|essays", "essays_analyst|essays"}
    assert psql(urls.airflow, "SELECT current_user, current_database()") == "airflow|airflow"
    assert psql(local.superuser_url(), "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == "t"


def test_a_wrong_password_is_refused(urls: local.Urls) -> None:
    wrong = urls.owner.replace(urlsplit(urls.owner).password or "", "wrong")
    with pytest.raises(AssertionError, match="password authentication failed"):
        psql(wrong, "SELECT 1")


def test_the_analyst_may_not_make_temporary_tables_nor_enter_other_databases(urls: local.Urls) -> None:
    with pytest.raises(AssertionError, match="permission denied to create temporary tables"):
        psql(urls.analyst, "CREATE TEMP TABLE mine (i int)")
    psql(urls.loader, "CREATE TEMP TABLE mine (i int)")
    for database in ("airflow", "postgres", "template1"):
        with pytest.raises(AssertionError, match="permission denied for database"):
            psql(urls.analyst.removesuffix("essays") + database, "SELECT 1")


def test_the_owner_may_grant_the_roles_and_make_extensions(urls: local.Urls) -> None:
    psql(urls.owner, "CREATE ROLE reader_of_tests NOLOGIN; GRANT essays_analyst TO reader_of_tests")
    psql(urls.owner, "CREATE EXTENSION IF NOT EXISTS btree_gin")


def test_letters_of_all_languages_are_letters(urls: local.Urls) -> None:
    settings_of_it = "SELECT datcollate, pg_encoding_to_char(encoding), current_setting($$timezone$$) FROM pg_database"
    assert set(psql(urls.owner, settings_of_it).splitlines()) == {"C.UTF-8|UTF8|UTC"}
    assert psql(urls.owner, "SELECT $$汉$$ ~ $$[[:alpha:]]$$") == "t"


def test_it_listens_on_this_machine_only_and_nowhere_else(urls: local.Urls) -> None:
    asked = "SELECT current_setting($$listen_addresses$$), current_setting($$unix_socket_directories$$)"
    assert psql(local.superuser_url(), asked) == "127.0.0.1|"


def test_ensuring_again_changes_nothing(urls: local.Urls) -> None:
    before = pid()
    assert local.ensure_postgres() == urls
    assert pid() == before
    assert local.known_urls() == urls


def test_secrets_are_private(shared: Path, urls: local.Urls) -> None:
    local.psql_line(urls.analyst)
    assert stat.S_IMODE(shared.stat().st_mode) == 0o700
    for name in ("state.json", "pgpass"):
        assert stat.S_IMODE((shared / name).stat().st_mode) == 0o600
    assert urlsplit(urls.analyst).password not in local.psql_line(urls.analyst)
    assert "password" not in repr(urls)
    assert urlsplit(urls.owner).password not in repr(urls)


def test_a_killed_server_comes_back_with_what_was_committed(urls: local.Urls) -> None:
    psql(urls.owner, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ($$committed$$)")
    killed = pid()
    os.kill(killed, signal.SIGKILL)
    wait_for_end(killed)
    assert not local.postgres_status().running
    assert local.ensure_postgres() == urls
    assert pid() != killed
    assert psql(urls.owner, "SELECT word FROM kept") == "committed"


def test_a_pid_file_that_names_another_process_does_not_confuse(urls: local.Urls) -> None:
    data = local.postgres_status().data
    assert data is not None
    local.stop_postgres()
    left = data / "postmaster.pid"
    left.write_text(f"{os.getpid()}\n{data}\n0\n1\n\n127.0.0.1\n0 0\nready\n")
    assert not local.postgres_status().running
    assert local.ensure_postgres() == urls
    assert psql(urls.owner, "SELECT 1") == "1"


def test_many_at_once_make_one_server(home: Path) -> None:
    started = [subprocess.Popen([sys.executable, "-c", ENSURE], stdout=subprocess.PIPE, text=True) for _ in range(4)]
    answers = {each.communicate(timeout=60)[0].strip() for each in started}
    assert [each.returncode for each in started] == [0] * 4
    assert answers == {local.ensure_postgres().owner}


def test_a_first_start_that_was_killed_is_repeated(home: Path) -> None:
    with state.locked("postgres"):  # it gets as far as this lock
        waiting = subprocess.Popen([sys.executable, "-c", ENSURE], stdout=subprocess.DEVNULL)
        time.sleep(0.5)
    limit = time.monotonic() + 20
    while not list(fresh_folders()) and time.monotonic() < limit:
        time.sleep(0.01)
    waiting.kill()
    waiting.wait()
    assert psql(local.ensure_postgres().owner, "SELECT 1") == "1"
    assert not [folder for folder in fresh_folders() if folder.name == "data.new"]


def fresh_folders() -> Iterator[Path]:
    place = Path(state.read().postgres_place or state.home() / "postgres")
    yield from place.glob("data*")


def test_a_taken_port_is_left_to_whoever_has_it(urls: local.Urls) -> None:
    port = urlsplit(urls.owner).port
    local.stop_postgres()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        moved = local.ensure_postgres()
        assert urlsplit(moved.owner).port != port
        assert psql(moved.owner, "SELECT 1") == "1"
    assert local.ensure_postgres() == moved


def test_stopping_leaves_no_process(urls: local.Urls) -> None:
    family = processes.family([]) | {row.process for row in processes.table().values() if row.parent == pid()}
    main, data = pid(), local.postgres_status().data
    assert family
    assert local.stop_postgres()
    assert not [each for each in family if processes.alive(each)]
    assert processes.identify(main) is None
    assert not [other for other in processes.table() if str(data) in processes.command_line(other)]
    assert not local.stop_postgres()
    with pytest.raises(AssertionError, match="Connection refused"):
        psql(urls.owner, "SELECT 1")


def test_destroying_removes_the_data_and_the_passwords(home: Path) -> None:
    urls = local.ensure_postgres()
    data = local.postgres_status().data
    assert data is not None
    local.destroy_postgres()
    assert not data.parent.exists()
    assert local.known_urls() is None
    assert local.ensure_postgres().owner != urls.owner


def test_destroying_removes_data_whose_state_was_removed_by_hand(home: Path) -> None:
    local.ensure_postgres()
    data = local.postgres_status().data
    assert data is not None
    local.stop_postgres()
    shutil.rmtree(home)
    local.ensure_postgres()
    local.destroy_postgres()
    assert not data.parent.exists()


def test_root_runs_the_server_as_somebody_else(urls: local.Urls) -> None:
    data = local.postgres_status().data
    assert data is not None
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert data.stat().st_uid == (binaries.server_user() or (os.getuid(), 0))[0] != 0


def test_data_whose_passwords_are_lost_is_not_touched(urls: local.Urls) -> None:
    local.stop_postgres()
    with state.changing() as remembered:
        kept = dict(remembered.secrets)
        remembered.secrets.clear()
    with pytest.raises(StartFailed, match="passwords are not in"):
        local.ensure_postgres()
    with state.changing() as remembered:
        remembered.secrets.update(kept)
    assert local.ensure_postgres() == urls


def test_a_given_server_is_used_and_none_is_started(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESSAYS_DATABASE_URL", "postgresql://boss:secret@db.example:6432/texts?sslmode=require")
    settings.cache_clear()
    urls = local.ensure_postgres()
    assert urls.owner == "postgresql://boss:secret@db.example:6432/texts?sslmode=require"
    analyst = urlsplit(urls.analyst)
    assert (analyst.username, analyst.hostname, analyst.path) == ("essays_analyst", "db.example", "/texts")
    assert analyst.password not in (None, "secret")
    assert analyst.query == "sslmode=require"
    assert urls.airflow is None
    assert local.ensure_postgres() == urls
    assert not local.postgres_status().running
    monkeypatch.setenv("ESSAYS_ANALYST_URL", "postgresql://ann:pw@db.example/texts")
    settings.cache_clear()
    assert local.ensure_postgres().analyst == "postgresql://ann:pw@db.example/texts"


def test_a_full_disk_is_said_before_anything_is_written(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(home.parent)._replace(free=123_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(StartFailed, match="123 MB free; 500 MB are needed") as failed:
        local.ensure_postgres()
    assert "ESSAYS_HOME" in failed.value.remedy
    assert not list(fresh_folders())


def test_a_home_that_is_a_file_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("ESSAYS_HOME", str(tmp_path / "file"))
    settings.cache_clear()
    try:
        with pytest.raises(StartFailed, match="can't be used: File exists") as failed:
            local.ensure_postgres()
    finally:
        settings.cache_clear()
    assert "ESSAYS_HOME" in failed.value.remedy


def test_a_damaged_state_is_said(home: Path) -> None:
    (state.home() / "state.json").write_text("{")
    with pytest.raises(StartFailed, match=r"state\.json can't be read"):
        local.ensure_postgres()
    (home / "state.json").unlink()


def test_without_programs_the_remedy_is_said(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_embedded", lambda: [home / "nothing"])
    monkeypatch.setattr(binaries, "_of_the_system", list)
    with pytest.raises(StartFailed, match="does not run on this machine") as failed:
        local.ensure_postgres()
    assert "make install" in failed.value.remedy


def test_data_of_another_version_is_not_started(urls: local.Urls) -> None:
    data = local.postgres_status().data
    assert data is not None
    local.stop_postgres()
    made_by = data / "PG_VERSION"
    right = made_by.read_text()
    made_by.write_text("9\n")
    with pytest.raises(StartFailed, match="is of Postgres 9"):
        local.ensure_postgres()
    made_by.write_text(right)


def test_what_postgres_says_when_it_does_not_start_is_passed_on(urls: local.Urls) -> None:
    data = local.postgres_status().data
    assert data is not None
    local.stop_postgres()
    configuration = (data / "postgresql.conf").read_text()
    with (data / "postgresql.conf").open("a") as file:
        file.write("no_such_setting = 1\n")
    with pytest.raises(StartFailed, match="no_such_setting"):
        local.ensure_postgres()
    (data / "postgresql.conf").write_text(configuration)
    assert local.ensure_postgres() == urls


def test_two_changes_of_the_state_at_once_both_last(home: Path) -> None:
    change = (
        "from ingest.local import state\nimport sys\n"
        "for n in range(50):\n with state.changing() as local: local.secret(f'{sys.argv[1]}{n}')"
    )
    started = [subprocess.Popen([sys.executable, "-c", change, name]) for name in "ab"]
    assert [each.wait(timeout=60) for each in started] == [0, 0]
    assert len(state.read().secrets) == 100


def test_a_recycled_process_number_is_never_signalled() -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    stranger = processes.Process(child.pid, "of another time")
    assert not processes.alive(stranger)
    assert processes.family([stranger]) == set()
    assert processes.end({stranger: 0.1})
    assert child.poll() is None
    itself = processes.identify(child.pid)
    assert itself is not None
    assert processes.end({itself: 5})
    child.wait()


def test_children_that_left_the_session_are_ended_too(tmp_path: Path) -> None:
    script = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], start_new_session=True)\n"
        "print(child.pid, flush=True)\n"
    )
    mark = f"ESSAYS_TEST_MARK={tmp_path}"
    environment = {**os.environ, "ESSAYS_TEST_MARK": str(tmp_path)}
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True, env=environment) as parent:
        root = processes.identify(parent.pid)
        assert parent.stdout is not None
        orphan = int(parent.stdout.readline())
    assert root is not None
    if sys.platform == "linux":
        assert {each.pid for each in processes.family([root], mark)} == {orphan}
    assert processes.end({root: 1}, mark)
    if sys.platform == "linux":
        assert processes.identify(orphan) is None


def test_a_port_is_free_or_not() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not ports.is_free(port)
        with pytest.raises(StartFailed):
            ports.first_free([port])
    assert ports.first_free([port]) == port


def test_airflow_that_is_not_there_is_not_running(home: Path) -> None:
    assert not local.airflow_status().running
    assert not local.stop_airflow()
    with pytest.raises(Unavailable, match="does not answer"):
        local.AirflowApi(local.AirflowEndpoint("http://127.0.0.1:9", "admin", "")).health()
    with pytest.raises(StartFailed, match="no database"):
        airflow.start_airflow(local.Urls("", "", "", None), home)


def test_heartbeats_from_before_the_start_do_not_count() -> None:
    said = {"status": "healthy", "latest_scheduler_heartbeat": "2026-01-01T00:00:10+00:00"}
    assert airflow._healthy("scheduler", said, datetime(2026, 1, 1, 0, 0, 5, tzinfo=UTC))
    assert not airflow._healthy("scheduler", said, datetime(2026, 1, 1, 0, 0, 15, tzinfo=UTC))
    assert not airflow._healthy("scheduler", {**said, "status": "unhealthy"}, datetime(2026, 1, 1, tzinfo=UTC))
    assert airflow._healthy("metadatabase", {"status": "healthy"}, datetime(2026, 1, 1, tzinfo=UTC))


def test_a_run_is_summed_up_for_people() -> None:
    tasks = [
        {"task_id": "load", "task_display_name": "load", "map_index": index, "state": state}
        for index, state in enumerate(["success", "failed", "running", None])
    ]
    assert api._summary("running", tasks) == "running: 2 of 4 tasks done, 1 failed, running load"
    assert api._name(tasks[1]) == "load[1]"


def test_the_last_lines_of_a_log(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("\n".join(str(number) for number in range(100)) + "\n\n")
    assert server.tail(tmp_path / "log", 2) == "98\n99"
    assert server.tail(tmp_path / "none") == ""

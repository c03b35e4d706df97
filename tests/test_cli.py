"""The command line as a person and a program use it, in processes of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.settings import without_password
from ingest.sites import wechat
from ingest.store import Store

from .conftest import ROOT, database_url, execute, rows

COMMANDS = ["up", "down", "migrate", "seed", "import", "links", "run", "host", "why", "export", "release", "doctor",
            "start", "set", "settings", "password"]  # fmt: skip


def ingest(*arguments: str, database: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    if database:
        environment |= {
            "ESSAYS_DATABASE_URL": database_url(database),
            "ESSAYS_LOADER_URL": database_url(database, "loader"),
            "ESSAYS_ANALYST_URL": database_url(database, "analyst"),
        }
    return subprocess.run(
        [sys.executable, "-m", "ingest", *arguments], capture_output=True, text=True, cwd=ROOT, timeout=120,
        env=os.environ | environment, check=False,
    )  # fmt: skip


def test_help_names_every_command_in_one_line_each() -> None:
    said = ingest("--help")
    assert said.returncode == 0
    for command in COMMANDS:
        assert command in said.stdout
        assert "Usage" in ingest(command, "--help").stdout


def modules(code: str) -> int:
    """How many modules a fresh process holds after it ran this."""
    counted = f"import sys\ntry:\n    {code}\nexcept SystemExit:\n    pass\nprint(len(sys.modules), file=sys.stderr)"
    said = subprocess.run([sys.executable, "-c", counted], capture_output=True, text=True, cwd=ROOT, check=True)
    return int(said.stderr)


@pytest.mark.parametrize(
    "code",
    ["import ingest.cli", "import ingest.cli; sys.argv[1:] = ['--help']; ingest.cli.main()",
     "import ingest.cli; sys.argv[1:] = ['seed', '--help']; ingest.cli.main()"],
)  # fmt: skip
def test_help_imports_little_more_than_the_command_line_needs(code: str) -> None:
    assert modules(code) <= 3 * modules("import typer, rich")


def test_a_corpus_is_seeded_imported_explained_and_examined(database: str) -> None:
    seeded = ingest("seed", "examples/corpus", "--corpus", "examples", "--json", database=database)
    assert seeded.returncode == 0, seeded.stderr
    assert json.loads(seeded.stdout)["looks"] == {"fetched (article)": 9}
    imported = json.loads(ingest("import", "examples/pages", "--json", database=database).stdout)
    assert imported["documents"] == 14
    assert [problem["state"] for problem in imported["problems"]] == ["deleted_by_author"]
    for asked in ("https://mp.weixin.qq.com/s/ExampleArticle-On-Scal", "mp.weixin.qq.com/s/ExampleArticle-On-Scal?scene=1",
                  "看这个 https://mp.weixin.qq.com/s/ExampleArticle-On-Scal ！", "article-scaling.html",
                  "examples/pages/article-scaling.html", "examples/corpus/03-link-note.txt"):  # fmt: skip
        story = ingest("why", asked, database=database)
        assert "\trevision\t" in story.stdout, asked + story.stderr
    assert json.loads(ingest("run", "--json", database=database).stdout)["related"] == 0
    found = json.loads(ingest("doctor", "--json", database=database).stdout)
    assert found["database_url"] == without_password(database_url(database))
    assert found["analyst_url"] == without_password(database_url(database, "analyst"))
    for role in ("analyst", "owner"):
        assert ingest("password", role, "--url", database=database).stdout.strip() == database_url(database, role)
    assert ingest("password", "loader", database=database).stdout.strip() in database_url(database, "loader")
    assert found["airflow_url"] is None
    assert found["schema_version"]
    assert found["problems"] == []


@pytest.mark.parametrize(
    ("arguments", "reason", "remedy"),
    [
        (["seed", "nowhere"], "nowhere is not there", "Name a directory"),
        (["seed", "README.md"], "is a file", "Name a directory"),
        (["import", "nowhere.html"], "is not there", "Check the path"),
        (["why", "https://nobody.example/"], "Nothing is known", "Check the spelling"),
        (["seed", ""], "No directory was named", "Name the directory"),
        (["seed", "examples/corpus", "--corpus", "a/b"], "no name for a corpus", "without slashes"),
        (["import", ""], "An empty path is not there", "Check the path"),
        (["import", "https://mp.weixin.qq.com/s/x"], "is not there", "ingest links"),
    ],
)
def test_what_goes_wrong_is_one_line_with_its_remedy(
    database: str, arguments: list[str], reason: str, remedy: str
) -> None:
    said = ingest(*arguments, database=database)
    assert said.returncode == 1
    assert reason in said.stderr
    assert remedy in said.stderr
    assert "Traceback" not in said.stderr


def test_a_database_that_is_down_is_said_without_its_password() -> None:
    said = ingest("run", ESSAYS_DATABASE_URL="postgresql://me:hush-hush@127.0.0.1:1/essays")
    assert said.returncode == 1
    assert "doesn't answer" in said.stderr
    assert "hush-hush" not in said.stderr + said.stdout


@pytest.mark.parametrize("url", ["not a url", "mysql://me@localhost/essays"])
def test_a_database_url_of_another_kind_is_one_clear_line(url: str) -> None:
    said = ingest("run", ESSAYS_DATABASE_URL=url)
    assert said.returncode == 1
    assert said.stderr.startswith("error: ")
    assert "Traceback" not in said.stderr


def test_a_wrong_option_is_said_with_the_way_to_help() -> None:
    said = ingest("seed", "--nonsense")
    assert said.returncode == 2
    assert "--nonsense" in said.stderr


def test_a_setting_that_makes_no_sense_is_one_clear_line() -> None:
    said = ingest("run", ESSAYS_AIRFLOW_PORT="eighty")
    assert said.returncode == 1
    assert "ESSAYS_AIRFLOW_PORT" in said.stderr
    assert "Traceback" not in said.stderr


def test_an_older_or_newer_database_is_named(database: str) -> None:
    execute(database_url(database), "INSERT INTO ingest.migration VALUES ('9999_future', 'x')")
    said = ingest("run", database=database)
    assert said.returncode == 1
    assert "newer than this program" in said.stderr


def test_a_run_in_which_nothing_could_be_read_ends_with_an_error_code(database: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\x00\x01\x02" * 500)
    assert ingest("import", str(tmp_path / "a.txt"), database=database).returncode == 1


BROKEN = """
import sys
from ingest.cli import main
from ingest.sites import wechat

def read(page):
    raise TypeError("a mistake of ours")

wechat.read = read
sys.argv[1:] = ["import", "examples/pages", "examples/corpus/03-link-note.txt", "--json"]
main()
"""


def test_a_reader_that_breaks_down_leaves_its_traceback_and_the_run_goes_on(database: str) -> None:
    urls = {f"ESSAYS_{role}_URL": database_url(database, role.lower()) for role in ("LOADER", "ANALYST")}
    environment = os.environ | {"ESSAYS_DATABASE_URL": database_url(database)} | urls
    said = subprocess.run(
        [sys.executable, "-c", BROKEN], capture_output=True, text=True, cwd=ROOT, env=environment, check=False
    )
    assert json.loads(said.stdout)["documents"] == 1
    assert "article-scaling.html" in said.stderr
    assert "TypeError: a mistake of ours" in said.stderr and "in read" in said.stderr
    (failure,) = json.loads(ingest("doctor", "--json", database=database).stdout)["reader_failures"]
    assert (failure["reader"], failure["error"], failure["addresses"]) == (wechat.READER, "TypeError", 6)
    assert failure["newest"].startswith("file:")
    assert f"reader failed    {wechat.READER} (TypeError) on 6" in ingest("doctor", database=database).stdout


def test_a_level_of_the_log_that_is_none_is_one_clear_line() -> None:
    said = ingest("doctor", ESSAYS_LOG="loud")
    assert (said.returncode, said.stderr.splitlines()[0]) == (1, "error: ESSAYS_LOG is loud, which is no level.")


def test_an_interrupted_command_says_what_stays(database: str, store: Store, tmp_path: Path) -> None:
    import signal
    import time

    for n in range(3000):
        (tmp_path / f"{n}.txt").write_text(f"第{n}篇。" * 200, "utf-8")
    environment = {"ESSAYS_DATABASE_URL": database_url(database), "ESSAYS_LOADER_URL": database_url(database, "loader")}
    running = subprocess.Popen(
        [sys.executable, "-m", "ingest", "seed", str(tmp_path)], cwd=ROOT, env=os.environ | environment,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while running.poll() is None and rows(store, "SELECT count(*) FROM ingest.fetch") == [(0,)]:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "run the same command again" in said


def test_a_notice_page_that_was_understood_is_no_error(database: str) -> None:
    said = ingest("import", "examples/pages/notice-deleted.html", database=database)
    assert said.returncode == 0
    assert "deleted_by_author" in said.stdout


@pytest.fixture
def given_server(tmp_path: Path):
    """The owner's URL of another server."""
    home = str(tmp_path / "server")
    assert ingest("migrate", ESSAYS_HOME=home).returncode == 0
    yield ingest("password", "owner", "--url", ESSAYS_HOME=home).stdout.strip()
    assert ingest("down", "--delete-data", ESSAYS_HOME=home).returncode == 0


@pytest.mark.slow
def test_a_given_server_is_migrated_and_its_roles_get_passwords(given_server: str, tmp_path: Path) -> None:
    environment = {"ESSAYS_DATABASE_URL": given_server, "ESSAYS_HOME": str(tmp_path / "client")}
    refused = ingest("seed", "examples/corpus", **environment)
    assert "doesn't take the password of essays_loader" in refused.stderr
    assert "ingest migrate" in refused.stderr
    assert ingest("migrate", **environment).returncode == 0
    seeded = ingest("seed", "examples/corpus", **environment)
    assert seeded.returncode == 0, seeded.stderr
    found = json.loads(ingest("doctor", "--json", **environment).stdout)
    assert (found["postgres"], found["documents"], found["problems"]) == ("given", 9, [])

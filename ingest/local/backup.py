"""Backups of the embedded server's essays: dumps that were read once, and put in the place of what is there.

A dump holds everything that analysts see and loading needs; Airflow's own database is not in it.
"""

from __future__ import annotations

import os
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from ingest.local import postgres, state
from ingest.local.airflow import airflow_status, supervised
from ingest.model import IngestError, StartFailed
from ingest.settings import settings

_NAME = re.compile(r"essays-\d{8}T\d{6}Z\.dump")
_DATABASE = re.compile(r"^\d+; \d+ \d+ DATABASE - essays ", re.MULTILINE)


def is_ours() -> bool:
    """Whether this process loads into the embedded server; another one has an administrator who backs it up."""
    asked, local = settings(), state.read()
    if asked.database_url is not None or not local.postgres_port or postgres.SUPERUSER not in local.secrets:
        return False
    return asked.loader_url is None or urlsplit(asked.loader_url.get_secret_value()).port == local.postgres_port


def back_up() -> Path:
    """Dumps the essays, reads the dump through once, and removes the oldest beyond ``settings().backups``.

    A dump has its name only when it is whole. Raises ``IngestError`` when it can't be made; earlier ones stay.
    """
    folder = _folder()
    with state.locked("backup"):
        for left in folder.glob("*.partial"):
            left.unlink()
        made = folder / f"essays-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.dump"
        partial = made.with_suffix(".partial")
        try:
            _run("pg_dump", "--format=custom", "--create", f"--file={partial}", f"--dbname={postgres.DATABASE}")
            partial.chmod(0o600)
            _run("pg_restore", "--file=/dev/null", str(partial))
            with partial.open("rb") as file:
                os.fsync(file.fileno())
            partial.rename(made)
        finally:
            partial.unlink(missing_ok=True)
        for old in backups()[max(settings().backups, 1) :]:
            old.unlink()
    return made


def backups() -> list[Path]:
    """The backups that are there, the newest first."""
    return sorted((file for file in _place().glob("*") if _NAME.fullmatch(file.name)), reverse=True)


def restore(file: Path) -> str | None:
    """Puts the essays of a dump in the place of the present ones; returns the name under which those are kept, if any.

    All or nothing: what was interrupted is undone by the next try. Starts the server. Raises ``IngestError`` when
    Airflow runs, when the file is no whole dump, or when it can't be loaded.
    """
    file = Path(os.path.abspath(file.expanduser()))
    if not file.is_file():
        raise IngestError(f"There is no file {file}.", f"`ingest backup` writes into {_place()}.")
    if airflow_status().running or supervised():
        raise IngestError("Airflow is loading essays.", "`ingest down`, then restore, then `ingest start`.")
    postgres.ensure_postgres(restoring=True)
    if not _DATABASE.search(_run("pg_restore", "--list", "--create", str(file))):
        raise IngestError(f"{file} is not a backup of essays.", "Name a file that `ingest backup` wrote.")
    _run("pg_restore", "--file=/dev/null", str(file))
    if interrupted := state.read().restoring:
        _take_back(interrupted)
    is_new = _ask("SELECT to_regclass('ingest.migration') IS NULL", database=postgres.DATABASE) == "t"
    kept = f"essays_before_{datetime.now(UTC):%Y%m%dt%H%M%Sz}"
    _remember(kept)
    try:
        _ask("ALTER DATABASE essays ALLOW_CONNECTIONS false")
        _ask(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = 'essays'",
            f"ALTER DATABASE essays RENAME TO {kept}",
        )
        _run("pg_restore", "--create", "--exit-on-error", "--dbname=postgres", str(file))
    except BaseException:
        _take_back(kept)
        raise
    _remember(None)
    _ask(f"DROP DATABASE {kept}" if is_new else f"ALTER DATABASE {kept} ALLOW_CONNECTIONS true")
    postgres.bootstrap_again()
    return None if is_new else kept


def _take_back(kept: str) -> None:
    if kept in _ask("SELECT datname FROM pg_database").split():
        _ask("DROP DATABASE IF EXISTS essays WITH (FORCE)", f"ALTER DATABASE {kept} RENAME TO essays")
    _ask("ALTER DATABASE essays ALLOW_CONNECTIONS true")
    _remember(None)


def _remember(kept: str | None) -> None:
    """Until it is done, nobody takes a database that was restored by half for the essays."""
    with state.changing() as local:
        local.restoring, local.loading = kept, False


def _place() -> Path:
    return Path(os.path.abspath((settings().backup_folder or state.home() / "backups").expanduser()))


def _folder() -> Path:
    """The place, made when it is missing."""
    folder = _place()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise IngestError(f"{folder} can't be used for backups: {error}.", "Set ESSAYS_BACKUP_FOLDER.") from error
    return folder


def _ask(*statements: str, database: str = "postgres") -> str:
    """What psql says; each statement is a transaction of its own."""
    commands = [f"--command={statement}" for statement in statements]
    return _run("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", *commands, f"--dbname={database}").strip()


def _run(program: str, *arguments: str) -> str:
    """What a program of Postgres' says, as the superuser; it knows the server and the password by its environment.

    Raises ``IngestError`` with the end of what it complained about.
    """
    if not is_ours():
        raise StartFailed(
            "Only the embedded Postgres is backed up and restored here.",
            "Whoever looks after the server that was given has pg_dump and pg_restore.",
        )
    command, environment = postgres.superuser_program(program)
    done = subprocess.run(
        [command, *arguments], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        errors="replace", check=False,
    )  # fmt: skip
    if done.returncode:
        said = "\n".join(done.stderr.strip().splitlines()[-5:])
        raise IngestError(f"{program} failed: {said}", "Free some space if the disk is full; nothing was changed.")
    return done.stdout

"""What this machine's local services remember between commands: ports, passwords, secrets, processes.

One JSON file in the home, readable by its owner only and replaced as a whole, so that a reader never sees
half of it.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from ingest.model import StartFailed
from ingest.settings import home_folder


@dataclass
class Local:
    """The remembered values; None or empty is what was not needed yet."""

    postgres_port: int | None = None
    postgres_place: str | None = None  # where root's server is; anybody else's is in the home
    restoring: str | None = None  # the name of the essays' database as long as a backup takes its place
    airflow_port: int | None = None
    airflow_schema: str | None = None  # the Airflow version that migrated the metadata database
    secrets: dict[str, str] = field(default_factory=dict)
    processes: dict[str, tuple[int, str]] = field(default_factory=dict)
    started_with: dict[str, dict[str, str]] = field(default_factory=dict)  # of each process, digests by name
    supervisor: tuple[int, str] | None = None
    given_up: dict[str, str] = field(default_factory=dict)  # what the supervisor leaves alone, and why
    loading: bool = False  # the examples, which an interrupted first start has to load again

    def secret(self, name: str, size: int = 24) -> str:
        """The secret of that name, made of ``size`` random bytes on first use."""
        return self.secrets.setdefault(name, secrets.token_urlsafe(size))


def home() -> Path:
    """The folder for local state, absolute, made when it is missing.

    Raises StartFailed when it can't be made or isn't ours to write.
    """
    folder = home_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not any(folder.iterdir()):  # a folder that already has something in it may not be ours to close
            folder.chmod(0o700)
    except OSError as error:
        raise _unusable(folder, error) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _unusable(folder, PermissionError("it is not writable by this user"))
    return folder


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold the lock of that name against every other process with the same home, waiting for it.

    Raises StartFailed when the home can't be used.
    """
    folder = home()
    try:
        handle = os.open(folder / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _unusable(folder, error) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def read() -> Local:
    """What is remembered now.

    Raises StartFailed when the file can't be read.
    """
    path = home() / "state.json"
    known = {each.name for each in fields(Local)}
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return Local(**{name: value for name, value in values.items() if name in known})
    except FileNotFoundError:
        return Local()
    except (OSError, ValueError, AttributeError) as error:
        raise StartFailed(
            f"{path} can't be read: {error}.",
            "It holds the passwords of the local database: restore it, or remove the whole folder to start empty.",
        ) from error


@contextmanager
def changing() -> Iterator[Local]:
    """The remembered values to change; written when the block ends without an error and they did change.

    Raises StartFailed when the file can't be read or written.
    """
    with locked("state"):
        local = read()
        before = json.dumps(asdict(local), indent=1)
        yield local
        after = json.dumps(asdict(local), indent=1)
        if after != before:
            private(home() / "state.json", after)


def private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, as a whole or not at all.

    Raises StartFailed when it can't be written.
    """
    fresh = path.with_name(path.name + ".new")
    try:
        fresh.unlink(missing_ok=True)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        raise _unusable(path.parent, error) from error


def _unusable(folder: Path, error: OSError) -> StartFailed:
    return StartFailed(
        f"The folder for local state, {folder}, can't be used: {error.strerror or error}.",
        "Make it writable or free some space, or set ESSAYS_HOME to another folder.",
    )

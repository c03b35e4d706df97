"""One Postgres server by its data folder: make, start, look, stop."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import time
from pathlib import Path

from ingest.local import binaries, ports, processes, state
from ingest.model import StartFailed
from ingest.settings import resource

CONFIGURATION = """
# essay ingest
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 100
shared_buffers = '128MB'
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%u@%d '
"""
LOG_BYTES = 10_000_000
PROCESS_KIB = 1024 * 1024
PATIENCE = 120


def programs(place: Path) -> Path:
    """The folder of Postgres' programs for the server in ``place``.

    Raises StartFailed when there are none or they are not of the version that made the data.
    """
    found = binaries.reachable(binaries.find(), place)
    made_by = place / "data" / "PG_VERSION"
    if made_by.is_file() and (wanted := made_by.read_text().strip()) != str(binaries.version(found)):
        raise StartFailed(
            f"The data in {place} is of Postgres {wanted}, the programs in {found} are of another version.",
            f"Bring Postgres {wanted}'s programs back, or dump the data with them and load it into a new server.",
        )
    return found


def folders(place: Path) -> list[Path]:
    """The data folders that a server may run on in ``place``: the real one, and one whose making was interrupted."""
    return [place / "data", place / "data.new"]


def postmaster(data: Path) -> int | None:
    """The number of the server's process; None when it doesn't run, whatever a file left behind says."""
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if f"{data} " in f"{processes.command_line(pid)} " and processes.identify(pid) else None


def wait_until_ready(data: Path) -> None:
    """Wait for a server that somebody else just started.

    Raises StartFailed when it ends or takes too long.
    """
    limit = time.monotonic() + PATIENCE
    while postmaster(data) is not None and time.monotonic() < limit:
        lines = _text(data / "postmaster.pid").splitlines()
        if len(lines) > 7 and lines[7].strip() == "ready":
            return
        time.sleep(0.1)
    raise StartFailed(f"Postgres does not become ready. Its log says:\n{tail(data / 'server.log')}")


def create(data: Path, programs: Path, password: str) -> None:
    """Make a data folder with a superuser of that password.

    Raises StartFailed when initdb fails, OSError when the folder can't be written.
    """
    user = binaries.server_user()
    told = data.with_name("password")
    data.mkdir(mode=0o700)
    state.private(told, password)
    try:
        if user:
            os.chown(data, *user)
            os.chown(told, *user)
        code, said = binaries.run(
            [programs / "initdb", "-D", data, "-U", "postgres", f"--pwfile={told}", "--encoding=UTF8",
             "--locale=C.UTF-8", "--auth-local=reject", "--auth-host=scram-sha-256"]
        )  # fmt: skip
    finally:
        told.unlink(missing_ok=True)
    if code:
        shutil.rmtree(data, ignore_errors=True)
        raise StartFailed(f"Postgres' initdb failed:\n{_last(said)}", _remedy(said))
    with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(CONFIGURATION)


def start(data: Path, programs: Path) -> int:
    """Start the server and wait until it is ready; returns its port, the remembered one if that is free.

    Raises StartFailed with what Postgres said.
    """
    (data / "postmaster.pid").unlink(missing_ok=True)  # our caller saw that it names no server
    log = data / "server.log"
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(data / "server.log.1")
    limit = time.monotonic() + 30
    while True:
        port = _port()
        before = len(_text(log))
        # Each of its processes may have so much memory of its own: a query that wants more fails, and no other does.
        command: list[str | Path] = [
            "/bin/sh",
            "-c",
            'ulimit -d "$0" 2>/dev/null; exec "$@"',
            str(PROCESS_KIB),
            programs / "pg_ctl",
            "start",
            "-D",
            data,
            "-l",
            log,
            "-w",
            "-t",
            str(PATIENCE),
            "-o",
            f"-p {port}",
        ]
        code, said = binaries.run(command, timeout=PATIENCE + 30)
        if code == 0:
            return port
        said += _text(log)[before:]
        # A killed server's children need a moment to notice; and somebody may have taken the port since we looked.
        passing = "shared memory block" in said or "could not bind" in said
        if not passing or time.monotonic() > limit:
            raise StartFailed(f"Postgres did not start. It says:\n{_last(said)}", _remedy(said))
        time.sleep(0.5)


def bootstrap(programs: Path, url: str, passwords: dict[str, str], password: str) -> None:
    """Make what is missing of the databases and roles of ``sql/bootstrap.sql``, and give the roles their passwords.

    Raises StartFailed with what psql said.
    """
    script = resource("sql") / "bootstrap.sql"
    done = subprocess.run(
        [programs / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", script, url],
        env={"PATH": os.defpath, "LC_ALL": "C", "PGPASSWORD": password, **passwords},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise StartFailed(f"The database could not be set up:\n{_last(done.stdout)}", _remedy(done.stdout))


def stop(data: Path) -> list[int]:
    """Stop the server and wait for its end; returns the numbers of the processes that it had, none if it did not run.

    Raises StartFailed when it does not end.
    """
    pid = postmaster(data)
    if pid is None:
        return []
    pids = [pid, *(child for child, row in processes.table().items() if row.parent == pid)]
    found = programs(data.parent)
    for mode in ("fast", "immediate"):
        binaries.run([found / "pg_ctl", "stop", "-D", data, "-m", mode, "-w", "-t", "60"])
        if postmaster(data) is None:
            return pids
    raise StartFailed(f"Postgres (process {pid}) does not stop.", f"Look at {data / 'server.log'}.")


def discard(data: Path) -> None:
    """Remove a data folder whose making was interrupted, with whatever still works on it: initdb outlives its starter.

    Raises StartFailed when the folder can't be removed.
    """
    limit = time.monotonic() + 30
    while (busy := _users(data)) or data.exists():
        if time.monotonic() > limit:
            raise StartFailed(f"{data}, left by an interrupted start, can't be removed.", "Remove it.")
        processes.end(dict.fromkeys(busy, 0.0))
        shutil.rmtree(data, ignore_errors=True)


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log, empty when there is none."""
    return _last(_text(log), lines)


def _users(data: Path) -> list[processes.Process]:
    rows = processes.table().values()
    return [row.process for row in rows if f"{data} " in f"{processes.command_line(row.process.pid)} "]


def _port() -> int:
    with state.changing() as local:
        remembered = [local.postgres_port] if local.postgres_port else []
        # Below the range from which the system takes ports for outgoing connections.
        guesses = (15432 + secrets.randbelow(10_000) for _ in range(200))
        local.postgres_port = ports.first_free([*remembered, *guesses])
        return local.postgres_port


def _text(log: Path) -> str:
    try:
        return log.read_text(errors="replace")
    except OSError:
        return ""


def _last(said: str, lines: int = 15) -> str:
    return "\n".join([line for line in said.splitlines() if line.strip()][-lines:])


def _remedy(said: str) -> str:
    if "No space left" in said:
        return "The disk is full: free at least 500 MB, or set ESSAYS_HOME to a folder on another disk."
    if "Permission denied" in said or "Operation not permitted" in said:
        return "The folder belongs to another user: remove it, or set ESSAYS_HOME to a folder of yours."
    return "If the reason is not plain, `ingest doctor` says what is installed and where the log is."

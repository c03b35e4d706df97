"""The embedded Postgres: one server for this machine, on 127.0.0.1 only, every role with a password.

A data folder exists under its final name only when it is complete, so that a first start which was killed is simply
repeated.
"""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from ingest.local import binaries, ports, processes, server, state
from ingest.model import StartFailed
from ingest.settings import settings

DATABASE = "essays"
OWNER, LOADER, ANALYST, AIRFLOW, SUPERUSER = "essays_owner", "essays_loader", "essays_analyst", "airflow", "postgres"
ROLES = (SUPERUSER, OWNER, LOADER, ANALYST, AIRFLOW)
# Where root's servers are: their user can't reach root's own folders. The names of the folders in them are random.
PLACES = (Path("/var/lib/essay-ingest"), Path("/var/tmp/essay-ingest"))  # noqa: S108


@dataclass(frozen=True, slots=True)
class Urls:
    """``postgresql://user:password@host:port/database`` for each role; ``airflow`` is None without a server of ours."""

    owner: str = field(repr=False)
    loader: str = field(repr=False)
    analyst: str = field(repr=False)
    airflow: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class PostgresStatus:
    """What ``postgres_status`` found."""

    running: bool
    given: bool
    port: int | None = None
    pid: int | None = None
    data: Path | None = None


def ensure_postgres(*, for_airflow: bool = False, restoring: bool = False) -> Urls:
    """URLs of a server that runs: the given one, else the embedded one, started and on first use made.

    With a given server, the embedded one is only started for Airflow's metadata. Whether a given server answers is not
    looked at. Safe to call from many processes at once.

    Raises StartFailed, whose reason quotes what Postgres said; also when a restore was interrupted, for all others.
    """
    if settings().database_url is None or for_airflow:
        if state.read().restoring and not restoring:
            raise StartFailed(
                "A backup is being restored, or its restoring was interrupted.",
                "Let it end, or run `ingest restore` again: it begins by undoing what was interrupted.",
            )
        with state.locked("postgres"):
            _ensure_running()
    with state.changing() as local:
        return _urls(local)


def known_urls() -> Urls | None:
    """The URLs, without starting anything; None when no server was ever started or given.

    Raises StartFailed when the remembered state can't be read.
    """
    local = state.read()
    return None if settings().database_url is None and not local.postgres_port else _urls(local)


def superuser_url() -> str:
    """The embedded server's superuser, for tests and benchmarks.

    Raises StartFailed when there is no embedded server.
    """
    local = state.read()
    if not local.postgres_port:
        raise StartFailed("There is no embedded Postgres here.", "Run `ingest start`.")
    return _url(local, SUPERUSER, "postgres")


def superuser_program(name: str) -> tuple[Path, dict[str, str]]:
    """A program of Postgres', and the environment in which it speaks to the embedded server as its superuser.

    Raises StartFailed when there is no embedded server, or it came without that program.
    """
    local = state.read()
    if not local.postgres_port or SUPERUSER not in local.secrets:
        raise StartFailed("There is no embedded Postgres here.", "Run `ingest start`.")
    program = server.programs(_place(local)) / name
    if not program.exists():
        raise StartFailed(f"This Postgres comes without {name}.", binaries.INSTALL)
    return program, {
        "PATH": os.defpath, "LC_ALL": "C", "PGHOST": "127.0.0.1", "PGPORT": str(local.postgres_port),
        "PGUSER": SUPERUSER, "PGPASSWORD": local.secrets[SUPERUSER],
    }  # fmt: skip


def bootstrap_again() -> None:
    """Gives the databases and roles that are there what bootstrap.sql says.

    Raises StartFailed with what psql said.
    """
    local = state.read()
    assert local.postgres_port is not None
    _bootstrap(_place(local), local.postgres_port)


def stop_postgres() -> bool:
    """Stop the embedded server and wait for its end; False when it was not running.

    Raises StartFailed when it does not stop.
    """
    with state.locked("postgres"):
        stopped = [pid for place in {_place(state.read()), *_lost()} for pid in _stop(place)]
    processes.wait_until_collected(stopped)
    return bool(stopped)


def destroy_postgres() -> None:
    """Stop the embedded server and remove its data and all that was remembered of it.

    Root's servers of this home whose state was removed before go too: nobody has their passwords. Raises StartFailed
    when one does not stop or can't be removed.
    """
    with state.locked("postgres"), state.changing() as local:
        for place in {_place(local), *_lost()}:
            _stop(place)
            try:
                shutil.rmtree(place)
            except FileNotFoundError:
                pass
            except OSError as error:
                raise StartFailed(f"{place} can't be removed: {error}.", "Remove it as its owner.") from error
            if place.parent in PLACES:
                with suppress(OSError):  # another home's data are there too
                    place.parent.rmdir()
        (state.home() / "pgpass").unlink(missing_ok=True)
        local.postgres_place = local.postgres_port = local.airflow_schema = local.restoring = None
        for role in ROLES:
            local.secrets.pop(role, None)


def postgres_status() -> PostgresStatus:
    """Whether the embedded server runs, and where.

    Raises StartFailed when the remembered state can't be read.
    """
    local = state.read()
    given = settings().database_url is not None
    data = _place(local) / "data"
    pid = server.postmaster(data)
    return PostgresStatus(pid is not None, given, local.postgres_port, pid, data if data.is_dir() else None)


def psql_line(url: str) -> str:
    """A shell line that opens ``url`` in psql. The password is in a file of ours, not in the shell's history.

    Raises StartFailed when there is no psql or the file can't be written.
    """
    parts = urlsplit(url)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    fields = (parts.hostname or "localhost", str(parts.port or 5432), unquote(parts.path[1:]) or user, user, password)
    entry = ":".join(each.replace("\\", "\\\\").replace(":", "\\:") for each in fields)
    known = state.home() / "pgpass"
    with state.locked("state"):
        others = known.read_text(encoding="utf-8").splitlines() if known.exists() else []
        kept = [line for line in others if line.rpartition(":")[0] != entry.rpartition(":")[0]]
        state.private(known, "\n".join([*kept, entry]) + "\n")
    place = _place(state.read())
    psql = (server.programs(place) if place.is_dir() else binaries.find()) / "psql"
    shown = urlunsplit(parts._replace(scheme="postgresql", netloc=f"{quote(user)}@{parts.netloc.rpartition('@')[2]}"))
    return f"PGPASSFILE={shlex.quote(str(known))} {shlex.quote(str(psql))} {shlex.quote(shown)}"


def _stop(place: Path) -> list[int]:
    return [pid for folder in server.folders(place) for pid in server.stop(folder)]


def _ensure_running() -> None:
    with state.changing() as local:
        if binaries.server_user() and not local.postgres_place:
            local.postgres_place = str(_new_place())
        place = _place(local)
    data = place / "data"
    if server.postmaster(data) is not None:
        server.wait_until_ready(data)
        return
    if data.is_dir() and SUPERUSER not in state.read().secrets:
        raise StartFailed(
            f"{data} holds a database whose passwords are not in {state.home() / 'state.json'} any more.",
            "Restore that file, or move the folder away to start with an empty database.",
        )
    try:
        if data.is_dir():
            port = server.start(data, server.programs(place))
            # It gets what bootstrap.sql has learnt since, and its roles the passwords that are remembered.
            _bootstrap(place, port)
        else:
            _initialise(place)
            server.start(data, server.programs(place))
    except OSError as error:
        raise StartFailed(
            f"Postgres' folder {place} can't be used: {error}.", "Free some space there, or set ESSAYS_HOME."
        ) from error


def _initialise(place: Path) -> None:
    place.mkdir(mode=0o755 if binaries.server_user() else 0o700, parents=True, exist_ok=True)
    ports.need_space(place)
    with state.changing() as local:
        password = local.secret(SUPERUSER)
    fresh, programs = place / "data.new", server.programs(place)
    server.discard(fresh)
    server.create(fresh, programs, password)
    _bootstrap(place, server.start(fresh, programs))
    server.stop(fresh)
    fresh.rename(place / "data")


def _bootstrap(place: Path, port: int) -> None:
    with state.changing() as local:
        passwords = {role: local.secret(role) for role in ROLES}
    named = {f"ESSAYS_{role.removeprefix('essays_').upper()}_PASSWORD": value for role, value in passwords.items()}
    url = f"postgresql://{SUPERUSER}@127.0.0.1:{port}/postgres"
    server.bootstrap(server.programs(place), url, named, passwords[SUPERUSER])


def _place(local: state.Local) -> Path:
    """The folder for data and, for root, programs. The home may be moved; root's place may not."""
    return Path(local.postgres_place) if local.postgres_place else state.home() / "postgres"


def _new_place() -> Path:
    """A folder that the server's user can reach, for root, whose own folders it can't."""
    for lost in _lost():
        _stop(lost)
    for parent in PLACES:
        if parent.exists() and parent.stat().st_uid != 0:
            continue  # its owner could put other programs in the place of ours
        place = parent / secrets.token_hex(6)
        try:
            parent.mkdir(mode=0o755, exist_ok=True)
            place.mkdir(mode=0o755)
            place.chmod(0o755)  # whatever the umask
            (place / "home").write_text(str(state.home()), encoding="utf-8")
        except OSError:
            continue
        return place
    raise StartFailed(
        "Postgres does not run as root, and no folder for another user could be made in /var/lib or /var/tmp.",
        "Run as an ordinary user, or give a server with ESSAYS_DATABASE_URL.",
    )


def _lost() -> list[Path]:
    """Root's places of this home, also those whose state was removed and with it the passwords; data may be wanted."""
    if binaries.server_user() is None:
        return []
    marks = [mark for parent in PLACES for mark in parent.glob("*/home") if mark.stat().st_uid == 0]
    return [mark.parent for mark in marks if mark.read_text(encoding="utf-8") == str(state.home())]


def _urls(local: state.Local) -> Urls:
    asked = settings()
    if asked.database_url is None:
        owner, loader, analyst = (_url(local, role, DATABASE) for role in (OWNER, LOADER, ANALYST))
    else:
        owner = asked.database_url.get_secret_value()
        loader, analyst = (_as_role(owner, role, local.secret(role)) for role in (LOADER, ANALYST))
    return Urls(
        owner,
        asked.loader_url.get_secret_value() if asked.loader_url else loader,
        asked.analyst_url.get_secret_value() if asked.analyst_url else analyst,
        _url(local, AIRFLOW, AIRFLOW) if local.postgres_port else None,
    )


def _url(local: state.Local, role: str, database: str) -> str:
    return f"postgresql://{role}:{quote(local.secret(role), safe='')}@127.0.0.1:{local.postgres_port}/{database}"


def _as_role(url: str, role: str, password: str) -> str:
    parts = urlsplit(url)
    where = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(scheme="postgresql", netloc=f"{role}:{quote(password, safe='')}@{where}"))

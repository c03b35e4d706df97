"""The commands for this machine: what is started, stopped, brought up to date, saved, and looked after."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote, urlsplit

import typer
from rich.markup import escape
from rich.table import Table

from ingest.cli.database import migrated
from ingest.cli.terminal import Json, out, show
from ingest.model import IngestError

commands = typer.Typer()


@commands.command("start")
def start_command() -> None:
    """Start Postgres and Airflow, restart what runs old code or old settings, and load nothing."""
    from ingest.local.up import Wish, start

    start(out, migrated, Wish())


@commands.command()
def up(
    seed_corpus: Annotated[Path | None, typer.Option(help="Directory of a seed corpus to load.")] = None,
    corpus: Annotated[str | None, typer.Option(help="Name of the corpus; by default the directory's name.")] = None,
    files: Annotated[Path | None, typer.Option(help="Directory of saved pages to import.")] = None,
    links: Annotated[Path | None, typer.Option(help="Text file whose links are fetched.")] = None,
) -> None:
    """Start everything and load what is named; where nothing is named or was ever loaded, the examples."""
    from ingest.local.up import Wish, start

    start(out, migrated, Wish(seed_corpus, corpus, files, links, examples=True))


@commands.command()
def down(
    delete_data: Annotated[bool, typer.Option("--delete-data", help="Remove the embedded database as well.")] = False,
) -> None:
    """Stop Airflow and the embedded Postgres. Data stays unless --delete-data says otherwise."""
    from ingest.local.airflow import stop_airflow
    from ingest.local.postgres import destroy_postgres, stop_postgres

    airflow = stop_airflow()
    postgres = stop_postgres()
    if delete_data:
        destroy_postgres()
    stopped = [name for name, was in (("Airflow", airflow), ("Postgres", postgres)) if was]
    out.print(f"Stopped {' and '.join(stopped)}." if stopped else "Nothing was running.")


@commands.command()
def backup() -> None:
    """Write the essays of the embedded database into a file; `maintain` does it daily."""
    from ingest.local.backup import back_up
    from ingest.local.postgres import ensure_postgres
    from ingest.settings import MIB

    ensure_postgres()
    made = back_up()
    out.print(f"{made} ({made.stat().st_size / MIB:.1f} MiB)", markup=False)


@commands.command()
def restore(file: Annotated[Path, typer.Argument(help="A file that `ingest backup` wrote.")]) -> None:
    """Put the essays of a backup in the place of those in the embedded database, which are kept under another name."""
    from ingest.local.backup import restore as put_back
    from ingest.local.postgres import ensure_postgres

    kept = put_back(file)
    urls = ensure_postgres()
    migrated(urls.owner, urls.loader, urls.analyst)
    out.print(
        f"The essays of {file} are back." + (f" Those before are kept as the database {kept}." if kept else ""),
        markup=False,
    )


@commands.command("migrate")
def migrate_command() -> None:
    """Bring the database up to date. Any number of machines may do it at once."""
    from ingest.local.postgres import ensure_postgres

    urls = ensure_postgres()
    applied = migrated(urls.owner, urls.loader, urls.analyst)
    out.print(f"Applied {', '.join(applied)}." if applied else "The database is up to date.")


@commands.command("set")
def set_command(
    key: Annotated[str, typer.Argument(help="A setting, with or without ESSAYS_.")],
    value: Annotated[str | None, typer.Argument(help="Its value.")] = None,
    unset: Annotated[bool, typer.Option("--unset", help="Give it its default back.")] = False,
) -> None:
    """Change a setting in the home's settings.env; what runs has it after the next `ingest start` or `make run`."""
    from ingest.local.saving import forget, save
    from ingest.settings import settings_file

    if (value is None) != unset:
        raise IngestError("Give a value, or --unset.", "`ingest settings` shows what there is.")
    name = save(key, value) if value is not None else forget(key)
    out.print(f"{name} is {'set' if value is not None else 'unset'} in {settings_file()}.", markup=False)
    if os.environ.get(name):
        out.print(f"The environment's {name} comes before it.", markup=False)
    out.print("What runs has it after the next `ingest start` or `make run`.")


@commands.command("settings")
def settings_command(as_json: Json = False) -> None:
    """Show each setting, its value, and where that is from: default, file, environment. Secrets are hidden."""
    from ingest.settings import shown

    found = shown()
    if as_json:
        show(True, [each._asdict() for each in found], "")
        return
    table = Table("setting", "value", "from", box=None, pad_edge=False)
    for each in found:
        table.add_row(each.name, escape(each.value or "-"), each.source)
    out.print(table)


class Login(StrEnum):
    """Whose password; a database's role, or the UI's user."""

    AIRFLOW = "airflow"
    ANALYST = "analyst"
    LOADER = "loader"
    OWNER = "owner"


@commands.command()
def password(
    whose: Annotated[Login, typer.Argument(help="The Airflow UI's user, or a role of the database.")],
    url: Annotated[bool, typer.Option("--url", help="Print the whole URL of the database.")] = False,
) -> None:
    """Print one password. No other command prints a database's."""
    from ingest.local.airflow import login
    from ingest.local.postgres import known_urls

    if whose is Login.AIRFLOW:
        if url:
            raise IngestError("The UI has no URL with a password in it.", "`ingest password airflow` prints it.")
        out.print(login().password, markup=False)
        return
    urls = known_urls()
    if urls is None:
        raise IngestError("There is no database here yet.", "Run `ingest start`.")
    whole: str = getattr(urls, whose)
    out.print(whole if url else unquote(urlsplit(whole).password or ""), markup=False)


@commands.command()
def doctor(
    deep: Annotated[bool, typer.Option("--deep", help="Measure relations and works again, and compare.")] = False,
    sample: Annotated[int | None, typer.Option(min=1, help="With --deep: only so many texts, by chance.")] = None,
    as_json: Json = False,
) -> None:
    """Say what is installed, running, reachable and consistent. Starts nothing."""
    from ingest.local.doctor import examine

    findings = examine(deep=deep, sample=sample)
    if as_json:
        show(True, findings.values, "")
    else:
        for line in findings.lines:
            out.print(line, markup=False)
    if findings.problems:
        sys.exit(1)

"""The commands that show what waits for a person, and take the answers."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from ingest.cli.database import opened
from ingest.cli.terminal import Json, out, show

commands = typer.Typer(no_args_is_help=True, help="Doubtful near copies: are the two one work?")


@commands.command("list")
def list_command(as_json: Json = False) -> None:
    """List the pairs of documents that nobody has judged yet. `ingest compare A B` shows what they share."""
    from ingest.similarity import relating

    with opened() as store:
        waiting = relating.questions(store)
    lines = (f"{row['a']} {row['b']}\t{row['title_a']} / {row['title_b']}" for row in waiting)
    show(as_json, {"questions": waiting}, "\n".join(lines) or "Nothing waits.")


@commands.command()
def answer(
    a: Annotated[int, typer.Argument(help="Number of a document.")],
    b: Annotated[int, typer.Argument(help="Number of the other one.")],
    judgement: Annotated[str, typer.Argument(help="same (one work) or different.")],
    by: Annotated[str | None, typer.Option(help="Who says so; by default who is logged in.")] = None,
) -> None:
    """Say whether two documents are one work. It holds as long as their texts stay as they are."""
    from ingest.similarity import relating

    with opened() as store:
        relating.answer(store, a, b, judgement, by or getpass.getuser())
    out.print(f"{a} and {b}: {judgement}.")

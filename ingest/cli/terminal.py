"""What the commands share: the terminal, and how results look there or to a program."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from ingest.intake.batches import OnLook
    from ingest.model import Look

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of tables.")]


def show(as_json: bool, values: Any, text: str) -> None:
    """Prints the values for a program, or the text for a person."""
    if as_json:
        print(json.dumps(values, ensure_ascii=False, indent=2, default=str))
    else:
        out.print(text, markup=False)


def beijing(at: datetime | str | None, to: str = "seconds") -> str:
    """A time of the database as analysts see it, to the seconds or minutes; empty when there is none."""
    if not at:
        return ""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return moment.astimezone(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None).isoformat(" ", to)


@contextmanager
def progress(what: str, total: int, quiet: bool) -> Iterator[OnLook | None]:
    """A progress bar on a terminal; nothing where a program reads."""
    if quiet or not err.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(what, total=total)

        def step(_: Look) -> None:
            bar.advance(task)

        yield step

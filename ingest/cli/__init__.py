"""The command line: everything that the DAGs do, without Airflow; and Airflow itself, started and stopped."""

from __future__ import annotations

import logging
import os
import signal
import sys
from types import FrameType

import typer

from ingest.cli import answers, loading, machine, queue, review, source
from ingest.cli.terminal import err
from ingest.model import IngestError

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Fetch, normalise, de-duplicate and load essays into Postgres.",
    epilog="`ingest settings` shows what can be set, `ingest set` sets it. Postgres is embedded unless one is given.",
)
for room in (machine, loading, queue, answers):
    app.add_typer(room.commands)
app.add_typer(source.commands, name="source")
app.add_typer(review.commands, name="review")


class Stopped(BaseException):
    """A person pressed Ctrl-C. Not KeyboardInterrupt, which typer ends without a word."""


def main() -> None:
    """Runs a command; what goes wrong is one line with the reason and the remedy, and exit code 1."""
    signal.signal(signal.SIGINT, _stop)
    try:
        _log(os.environ.get("ESSAYS_LOG") or "warning")
        app()
    except IngestError as error:
        _fail(error.reason, error.remedy)
    except Stopped:
        err.print("Stopped. What was stored stays; run the same command again to go on.")
        sys.exit(130)
    except Exception as error:
        if os.environ.get("ESSAYS_TRACEBACK"):
            raise
        _fail(f"Something unexpected happened ({type(error).__name__}).", "ESSAYS_TRACEBACK=1 shows where.")


def _log(level: str) -> None:
    """Warnings, and tracebacks of what was caught, go to standard error: standard output is for results."""
    known = logging.getLevelNamesMapping()
    if level.upper() not in known:
        raise IngestError(f"ESSAYS_LOG is {level}, which is no level.", "Say debug, info, warning or error.")
    logging.basicConfig(level=known[level.upper()], format="%(levelname)s %(name)s: %(message)s")


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Stopped


def _fail(reason: str, remedy: str) -> None:
    err.print(f"error: {reason}", style="bold red", markup=False)
    if remedy:
        err.print(remedy, markup=False)
    sys.exit(1)

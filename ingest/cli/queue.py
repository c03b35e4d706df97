"""The commands for what waits to be fetched."""

from __future__ import annotations

from typing import Annotated

import typer

from ingest.cli.database import opened
from ingest.cli.terminal import out

commands = typer.Typer()


@commands.command()
def host(
    name: Annotated[str, typer.Argument(help="The host, such as mp.weixin.qq.com.")],
    pause: Annotated[bool, typer.Option("--pause/--release", help="Leave it alone, or go on and close its breaker.")],
) -> None:
    """Leave a host alone until it is released."""
    from ingest.crawl import operate

    with opened() as store:
        operate.set_paused(store, name.lower(), pause)
    out.print(f"{name} is {'paused' if pause else 'released'}.")


@commands.command()
def retry(
    wanted: Annotated[list[str], typer.Argument(help="Links, or hosts: what waits or was given up is due now.")],
) -> None:
    """Make links due now that wait or were given up; `ingest run` or the DAG ingest_due then fetches them."""
    from ingest.crawl import operate

    with opened() as store:
        count = operate.retry(store, wanted)
    out.print(f"{count} addresses are due.")


@commands.command()
def cancel(wanted: Annotated[list[str], typer.Argument(help="Links, or hosts, that are not to be fetched.")]) -> None:
    """Fetch no more what waits; pasted again it is fetched."""
    from ingest import pipeline
    from ingest.crawl import operate

    with opened() as store:
        run_id = pipeline.open_run(store, "cancel")
        count = operate.cancel(store, run_id, wanted)
        pipeline.close_run(store, run_id)
    out.print(f"{count} addresses wait no more.")

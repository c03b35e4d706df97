"""The commands ``ingest source add|list|check|pause|resume``."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from ingest.cli.database import opened
from ingest.cli.terminal import Json, beijing, out, show

Slug = Annotated[str, typer.Argument(help="The source's name, as `ingest source list` says it.")]

commands = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Follow feeds, albums, sitemaps, pages of links and folders."
)


@commands.command()
def add(
    address: Annotated[str, typer.Argument(help="A feed, album, sitemap, blog, OPML list, or a folder.")],
    name: Annotated[str | None, typer.Option(help="Its name here; by default made from the address.")] = None,
    keep: Annotated[list[str] | None, typer.Option(help="Only titles with this word; several times.")] = None,
    drop: Annotated[list[str] | None, typer.Option(help="No titles with this word; several times.")] = None,
    own_server: Annotated[str | None, typer.Option(help="host:port of a server of your own network.")] = None,
    hours: Annotated[float | None, typer.Option(min=0.1, help="Hours between checks; by default its rhythm.")] = None,
    as_json: Json = False,
) -> None:
    """Follow a source from now on; what kind it is, is found out."""
    from ingest import sources

    every = timedelta(hours=hours) if hours else None
    with opened() as store:
        added = sources.add_source(
            store, address, slug=name, keep=keep or (), drop=drop or (), own_server=own_server, every=every
        )
    rows = [{"slug": a.slug, "kind": a.kind, "url": a.url, "items": a.items, "is_new": a.is_new} for a in added]
    lines = [f"{a.slug}: {a.kind}, {a.items} listed{'' if a.is_new else ', followed before'}" for a in added]
    show(as_json, rows, "\n".join(lines))


@commands.command("list")
def list_command(as_json: Json = False) -> None:
    """Say how every source is: when it said something last, and whether it has fallen silent."""
    from rich.table import Table

    from ingest import sources

    with opened() as store:
        rows = sources.sources(store)
    if as_json:
        show(True, rows, "")
        return
    table = Table(
        "source", "kind", "state", "last new (Beijing)", "next check", "usual gap", "items", "documents", box=None
    )
    for row in rows:
        state = "paused" if row["paused"] else "overdue" if row["overdue"] else row["state"] or "not checked yet"
        gap = f"{row['usual_gap'].total_seconds() / 3600:.1f} h" if row["usual_gap"] else ""
        table.add_row(
            row["slug"], row["kind"], state, beijing(row["last_new_at"], "minutes"),
            beijing(row["next_at"], "minutes"), gap, f"{row['items']:,}", f"{row['documents']:,}",
        )  # fmt: skip
    out.print(table)


@commands.command()
def check(
    slugs: Annotated[list[str] | None, typer.Argument(help="Names of sources; none: those that are due.")] = None,
    as_json: Json = False,
) -> None:
    """Check sources, and hand in what is new; `ingest run` fetches it."""
    from ingest import pipeline, sources

    with opened() as store:
        sources.check_now(store, slugs or ())
        run_id = pipeline.open_run(store, "source")
        names = slugs or [one["slug"] for one in sources.due_sources(store)]
        told = [sources.check_source(store, run_id, name) for name in names]
        pipeline.relate(store)
        pipeline.close_run(store, run_id)
    rows = [{"slug": c.slug, "state": c.state, "reason": c.reason, "items": c.items, "new": c.new,
             "bodies": c.bodies, "refused": c.refused} for c in told]  # fmt: skip
    show(as_json, rows, "\n".join(c.line() for c in told) or "Nothing is due.")


@commands.command()
def pause(slug: Slug) -> None:
    """Leave a source alone until it is resumed."""
    from ingest import sources

    with opened() as store:
        sources.pause(store, slug)
    out.print(f"{slug} is paused.", markup=False)


@commands.command()
def resume(slug: Slug) -> None:
    """Go on with a source that was paused."""
    from ingest import sources

    with opened() as store:
        sources.resume(store, slug)
    out.print(f"{slug} is followed again.", markup=False)

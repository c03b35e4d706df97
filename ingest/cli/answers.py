"""The commands that tell what is here, or write it to files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.cli.database import opened
from ingest.cli.terminal import Json, beijing, out, show
from ingest.model import IngestError

if TYPE_CHECKING:
    from ingest.store import Store

commands = typer.Typer()


@commands.command()
def compare(
    a: Annotated[int, typer.Argument(help="Number of a document.")],
    b: Annotated[int, typer.Argument(help="Number of another one.")],
    as_json: Json = False,
) -> None:
    """Show the passages that two documents share, side by side, measured now."""
    from ingest.similarity.side_by_side import columns, measured

    with opened() as store:
        pair = measured(store, a, b)
    if as_json:
        show(True, pair.values(), "")
        return
    out.print(columns(pair, out.width))


@commands.command()
def why(
    url: Annotated[str, typer.Argument(help="A link as pasted, a file's path, or a document's number.")],
    as_json: Json = False,
) -> None:
    """Tell the whole story of a link, a file or a document."""
    with opened() as store:
        story = _story(store, url)
    if as_json:
        show(True, story, "")
        return
    rows = [(beijing(row["at"]), row["event"], row["detail"], row["run"] or "") for row in story]
    if not out.is_terminal:
        for cells in rows:
            print("\t".join(cells))
        return
    from rich.table import Table

    table = Table("when (Beijing)", "what", "detail", "run", box=None, pad_edge=False)
    for cells in rows:
        table.add_row(*cells)
    out.print(table)


def _story(store: Store, asked: str) -> list[dict[str, Any]]:
    """The story of what was asked for: a link among words or without its scheme, a document, a file by path or name."""
    from ingest import extract
    from ingest.intake.files import shown
    from ingest.store import face

    links = [link.address.key for text in (asked, f"https://{asked.strip()}") for link in extract.find(text)]
    for name in (asked, *links, str(Path(asked).absolute())):
        if story := face.why(store, shown(name)):
            return story
    files = face.files_named(store, shown(Path(asked).name)) if asked.strip() else []
    if len(files) == 1:
        return face.why(store, files[0])
    if files:
        raise IngestError(f"{len(files)} files have that name: {', '.join(files[:5])}.", "Ask with the path.")
    raise IngestError(f"Nothing is known of {asked}.", "Check the spelling.")


@commands.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Where to write; each table gets a folder of its own in it.")],
    file_format: Annotated[str, typer.Option("--format", help="parquet, jsonl or csv.")] = "parquet",
    what: Annotated[
        list[str] | None,
        typer.Option(
            help="essay, catalog, document, revision, turn, relation or passage; several times. By default essay."
        ),
    ] = None,
    release: Annotated[str | None, typer.Option(help="Name of a release, instead of tables.")] = None,
    bom: Annotated[bool, typer.Option("--bom", help="CSV with a byte order mark, for Excel.")] = False,
    as_json: Json = False,
) -> None:
    """Write tables or a release to files, one for each month; run again, only what changed is written."""
    from ingest.export import export as write

    with opened() as store:
        tables = ["essay"] if release else what or ["essay"]
        done = [write(store, folder, file_format, table, release=release, bom=bom) for table in tables]
    show(as_json, [one.values() for one in done], "\n".join(one.line() for one in done))


@commands.command()
def release(
    name: Annotated[str, typer.Argument(help="Its name, which is never given twice.")],
    corpus: Annotated[str | None, typer.Option(help="seed, ingested, or the name of a seed corpus.")] = None,
    since: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="Published from then on.")
    ] = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Published until then.")] = None,
    account: Annotated[str | None, typer.Option(help="An account's name, or its identifier on its site.")] = None,
    site: Annotated[str | None, typer.Option(help="Only this site (wechat).")] = None,
    note: Annotated[str | None, typer.Option(help="What it is made for.")] = None,
    as_json: Json = False,
) -> None:
    """Freeze a selection of works under a name, so that it can be cited and exported with the same bytes for ever."""
    from ingest import pipeline
    from ingest.export.releases import Selection, make

    selection = Selection(corpus, since.date() if since else None, until.date() if until else None, account, site)
    with opened() as store:
        pipeline.relate(store)
        made = make(store, name, selection, note)
    show(as_json, made.values(), made.line())

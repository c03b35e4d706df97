"""The commands that bring essays in, and find out what they are to one another."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.database import opened
from ingest.cli.terminal import Json, beijing, out, progress, show

if TYPE_CHECKING:
    from ingest import pipeline
    from ingest.store import Store

commands = typer.Typer()


@commands.command()
def seed(
    directory: Annotated[str, typer.Argument(help="Directory of the seed corpus.")],
    corpus: Annotated[str | None, typer.Option(help="Name of the corpus; by default the directory's name.")] = None,
    as_json: Json = False,
) -> None:
    """Load a directory of essays as a seed corpus, or load it again."""
    from ingest import pipeline
    from ingest.intake import seeds

    with opened() as store:
        name, paths = seeds.plan(store, directory, corpus)
        run_id = pipeline.open_run(store, "seed")
        with progress(f"Loading {name}", len(paths), as_json) as step:
            seeds.load(store, run_id, directory, name, paths, step)
        _finish(store, run_id, name, as_json)


@commands.command("import")
def import_command(
    paths: Annotated[
        list[str], typer.Argument(help="Saved pages (also .gz), Markdown, text, exports, or directories.")
    ],
    as_json: Json = False,
) -> None:
    """Import saved pages and texts. Their addresses come from the pages themselves, or from an exporter's list.

    A text without an address is what its bytes are: changed and imported again, it is another document. For files that
    you go on editing use `ingest seed`.
    """
    from ingest import pipeline
    from ingest.intake import imports

    with opened() as store:
        plan = imports.plan(paths)
        run_id = pipeline.open_run(store, "import")
        with progress("Importing", plan.total, as_json) as step:
            imports.load(store, run_id, plan, step)
            imports.load_lists(store, run_id, plan.lists, step)
        _finish(store, run_id, None, as_json, plan.skipped)


@commands.command("links")
def links_command(
    text: Annotated[str, typer.Argument(help="A text with links as it came; - reads standard input.")],
    by: Annotated[str | None, typer.Option(help="Who shared it.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A tag; may be given several times.")] = None,
    refetch: Annotated[bool, typer.Option("--refetch", help="Look again at what is settled.")] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Say what would be fetched, and fetch nothing.")] = False,
    seconds: Annotated[float, typer.Option(help="For how long to fetch; the rest waits for `ingest run`.")] = 300,
    as_json: Json = False,
) -> None:
    """Fetch the links of a pasted text, politely, and account for every one of them."""
    from ingest import extract, pipeline
    from ingest.crawl import worker
    from ingest.intake import submit
    from ingest.store import face

    words = sys.stdin.read() if text == "-" else text
    if preview:
        taken = extract.accept(words)
        urls = [str(address.url) for address in taken.addresses]
        lines = "\n".join([*urls, *(f"no link: {card}" for card in taken.cards)])
        show(as_json, {"addresses": urls, "cards": list(taken.cards), "note": taken.note}, lines)
        return
    with opened() as store:
        run_id = pipeline.open_run(store, "links")
        handed = submit.hand_in(store, run_id, words, by, tuple(tag or ()), refetch)
        worker.fetch_due(store, run_id, seconds, of_run=run_id)
        related = pipeline.relate(store)
        account = pipeline.close_run(store, run_id)
        pipeline.check_mentions(account, handed.total)
        told = face.run_account(store, run_id)
    if as_json:
        show(True, {"run_id": run_id, "looks": account.looks, "related": related, "links": told}, "")
        return
    for row in told:
        parts = (row["outcome"], row["state"], row["why"], row["until"] and f"until {beijing(row['until'])}")
        out.print(f"{row['url']}: {', '.join(part for part in parts if part)}", markup=False)
    out.print("\n".join(account.lines()[-1:]), markup=False)


@commands.command()
def run(seconds: Annotated[float, typer.Option(help="For how long to fetch.")] = 300, as_json: Json = False) -> None:
    """Do what waits: fetch addresses that are due, relate documents whose copies have not been looked for yet."""
    from ingest import pipeline
    from ingest.crawl import worker
    from ingest.store import face

    with opened() as store:
        run_id = pipeline.open_run(store, "run")
        looks = worker.fetch_due(store, run_id, seconds)
        related = pipeline.relate(store)
        pipeline.close_run(store, run_id)
        counts = face.counts(store)
    text = f"{looks} looks, {related} documents related; {counts['waiting']} addresses wait."
    show(as_json, {"looks": looks, "related": related, **counts}, text)


@commands.command()
def relate(
    every: Annotated[bool, typer.Option("--all", help="Forget all that was measured, and measure it again.")] = False,
) -> None:
    """Find copies, excerpts and quotations of documents that have not been related yet."""
    from ingest import pipeline

    with opened() as store:
        related = pipeline.relate_all(store) if every else pipeline.relate(store)
    out.print(f"{related} documents related.")


@commands.command()
def reread(
    site: Annotated[str | None, typer.Option(help="Only this site (wechat) or host.")] = None,
    reader: Annotated[str | None, typer.Option(help="Only what this reader read, such as wechat/1.")] = None,
) -> None:
    """Read kept bytes again with today's readers. Asks no network."""
    from ingest import pipeline
    from ingest.intake import reread as rereading

    with opened() as store:
        run_id = pipeline.open_run(store, "reread")
        rereading.load(store, run_id, rereading.plan(store, site, reader))
        _finish(store, run_id, None, False)


def _finish(store: Store, run_id: int, corpus: str | None, as_json: bool, skipped: tuple[str, ...] = ()) -> None:
    """Relates what is new, closes the run and prints its account; exit code 1 when nothing could be stored at all."""
    from ingest import pipeline

    related = pipeline.relate(store)
    account = pipeline.close_run(store, run_id, corpus)
    problems = [{"file": p.file, "state": p.state, "reason": p.reason} for p in account.problems]
    values = {
        "run_id": run_id, "looks": account.looks, "waiting": account.waiting, "related": related,
        "documents": account.documents, "essays": account.essays, "missing": list(account.missing),
        "skipped": list(skipped), "problems": problems,
    }  # fmt: skip
    if as_json:
        show(True, values, "")
    else:
        _print_account(account, related, skipped)
    if account.in_vain:
        sys.exit(1)


def _print_account(account: pipeline.Account, related: int, skipped: tuple[str, ...]) -> None:
    for line in account.lines():
        out.print(line, markup=False)
    if skipped:
        named = ", ".join(skipped[:5]) + (", …" if len(skipped) > 5 else "")
        out.print(f"Passed over {len(skipped)} files that are neither page, text nor list: {named}", markup=False)
    out.print(f"{related} related now.")

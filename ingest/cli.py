"""The command line: everything that the DAGs do, without Airflow; and Airflow itself, started and stopped."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from ingest import accept, imports, links, pipeline, seeds
from ingest.batches import OnLook
from ingest.files import shown
from ingest.local.postgres import ensure_postgres
from ingest.model import IngestError, Look
from ingest.settings import MIB, settings
from ingest.source_commands import commands as source_commands
from ingest.store import Store, face, migrate, schema_version
from ingest.store.migrations import set_passwords

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Fetch, normalise, de-duplicate and load essays into Postgres.",
    epilog="Settings come from the environment (docs/operator.md); without ESSAYS_DATABASE_URL Postgres is embedded.",
)
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of tables.")]


class Stopped(BaseException):
    """A person pressed Ctrl-C. Not KeyboardInterrupt, which typer ends without a word."""


def main() -> None:
    """Runs a command; what goes wrong is one line with the reason and the remedy, and exit code 1."""
    signal.signal(signal.SIGINT, _stop)
    try:
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


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Stopped


def _fail(reason: str, remedy: str) -> None:
    err.print(f"error: {reason}", style="bold red", markup=False)
    if remedy:
        err.print(remedy, markup=False)
    sys.exit(1)


@contextmanager
def _store() -> Iterator[Store]:
    """The database as the loader: the embedded server is started when it isn't running, a new database is migrated."""
    urls = ensure_postgres()
    store = Store(urls.loader)
    try:
        if _is_new(urls.owner):
            _migrate(urls.owner, urls.loader, urls.analyst)
        schema_version(store)
        yield store
    finally:
        store.close()


def _is_new(owner: str) -> bool:
    store = Store(owner)
    try:
        return schema_version(store) is None
    finally:
        store.close()


def _migrate(owner: str, loader: str, analyst: str) -> list[str]:
    applied = migrate(owner)
    if settings().database_url is not None:
        own = [url for url, given in ((loader, settings().loader_url), (analyst, settings().analyst_url)) if not given]
        set_passwords(owner, own)
    return applied


app.add_typer(source_commands(_store), name="source")


@app.command()
def up(
    seed_corpus: Annotated[Path, typer.Option(help="Directory of the seed corpus.")] = Path("examples/corpus"),
    corpus: Annotated[str | None, typer.Option(help="Name of the corpus; by default the directory's name.")] = None,
    files: Annotated[Path, typer.Option(help="Saved pages to import.")] = Path("examples/pages"),
) -> None:
    """Start Postgres and Airflow, run the DAGs on a corpus and saved pages, and leave the UI running."""
    from ingest.up import start

    start(out, _migrate, seed_corpus, corpus, files)


@app.command()
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


@app.command()
def backup() -> None:
    """Write the essays of the embedded database into a file; `maintain` does it daily."""
    from ingest.local.backup import back_up

    ensure_postgres()
    made = back_up()
    out.print(f"{made} ({made.stat().st_size / MIB:.1f} MiB)", markup=False)


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="A file that `ingest backup` wrote.")]) -> None:
    """Put the essays of a backup in the place of those in the embedded database, which are kept under another name."""
    from ingest.local.backup import restore as put_back

    kept = put_back(file)
    urls = ensure_postgres()
    _migrate(urls.owner, urls.loader, urls.analyst)
    out.print(
        f"The essays of {file} are back." + (f" Those before are kept as the database {kept}." if kept else ""),
        markup=False,
    )


@app.command("migrate")
def migrate_command() -> None:
    """Bring the database up to date. Any number of machines may do it at once."""
    urls = ensure_postgres()
    applied = _migrate(urls.owner, urls.loader, urls.analyst)
    out.print(f"Applied {', '.join(applied)}." if applied else "The database is up to date.")


@app.command()
def seed(
    directory: Annotated[str, typer.Argument(help="Directory of the seed corpus.")],
    corpus: Annotated[str | None, typer.Option(help="Name of the corpus; by default the directory's name.")] = None,
    as_json: Json = False,
) -> None:
    """Load a directory of essays as a seed corpus, or load it again."""
    with _store() as store:
        name, paths = seeds.plan(store, directory, corpus)
        run_id = pipeline.open_run(store, "seed")
        with _progress(f"Loading {name}", len(paths), as_json) as step:
            seeds.load(store, run_id, directory, name, paths, step)
        _finish(store, run_id, name, as_json)


@app.command("import")
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
    with _store() as store:
        plan = imports.plan(paths)
        run_id = pipeline.open_run(store, "import")
        with _progress("Importing", plan.total, as_json) as step:
            imports.load(store, run_id, plan, step)
            imports.load_lists(store, run_id, plan.lists, step)
        _finish(store, run_id, None, as_json, plan.skipped)


@app.command("links")
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
    words = sys.stdin.read() if text == "-" else text
    if preview:
        taken = accept.accept(words)
        urls = [str(address.url) for address in taken.addresses]
        lines = "\n".join([*urls, *(f"no link: {card}" for card in taken.cards)])
        _print(as_json, {"addresses": urls, "cards": list(taken.cards), "note": taken.note}, lines)
        return
    with _store() as store:
        run_id = pipeline.open_run(store, "links")
        handed = links.hand_in(store, run_id, words, by, tuple(tag or ()), refetch)
        _fetch_due(store, run_id, seconds, run_id)
        related = pipeline.relate(store)
        account = pipeline.close_run(store, run_id)
        pipeline.check_mentions(account, handed.total)
        told = face.run_account(store, run_id)
    if as_json:
        _print(True, {"run_id": run_id, "looks": account.looks, "related": related, "links": told}, "")
        return
    for row in told:
        parts = (row["outcome"], row["state"], row["why"], row["until"] and f"until {_beijing(row['until'])}")
        out.print(f"{row['url']}: {', '.join(part for part in parts if part)}", markup=False)
    out.print("\n".join(account.lines()[-1:]), markup=False)


@app.command()
def run(seconds: Annotated[float, typer.Option(help="For how long to fetch.")] = 300, as_json: Json = False) -> None:
    """Do what waits: fetch addresses that are due, relate documents whose copies have not been looked for yet."""
    with _store() as store:
        run_id = pipeline.open_run(store, "run")
        looks = _fetch_due(store, run_id, seconds)
        related = pipeline.relate(store)
        pipeline.close_run(store, run_id)
        counts = face.counts(store)
    text = f"{looks} looks, {related} documents related; {counts['waiting']} addresses wait."
    _print(as_json, {"looks": looks, "related": related, **counts}, text)


def _fetch_due(store: Store, run_id: int, seconds: float, of_run: int | None = None) -> int:
    """Fetches what is due, host after host; how many looks were made."""
    deadline, looks = time.monotonic() + seconds, 0
    for name in links.due_hosts(store, of_run):
        looks += links.fetch_host(store, run_id, name, max(deadline - time.monotonic(), 0), of_run=of_run)
    return looks


@app.command()
def relate(
    every: Annotated[bool, typer.Option("--all", help="Forget all that was measured, and measure it again.")] = False,
) -> None:
    """Find copies, excerpts and quotations of documents that have not been related yet."""
    with _store() as store:
        related = pipeline.relate_all(store) if every else pipeline.relate(store)
    out.print(f"{related} documents related.")


@app.command()
def compare(
    a: Annotated[int, typer.Argument(help="Number of a document.")],
    b: Annotated[int, typer.Argument(help="Number of another one.")],
    as_json: Json = False,
) -> None:
    """Show the passages that two documents share, side by side, measured now."""
    from ingest.compare import columns, measured

    with _store() as store:
        pair = measured(store, a, b)
    if as_json:
        _print(True, pair.values(), "")
        return
    out.print(columns(pair, out.width))


@app.command()
def reread(
    site: Annotated[str | None, typer.Option(help="Only this site (wechat) or host.")] = None,
    reader: Annotated[str | None, typer.Option(help="Only what this reader read, such as wechat/1.")] = None,
) -> None:
    """Read kept bytes again with today's readers. Asks no network."""
    from ingest import reread as rereading

    with _store() as store:
        run_id = pipeline.open_run(store, "reread")
        rereading.load(store, run_id, rereading.plan(store, site, reader))
        _finish(store, run_id, None, False)


@app.command()
def host(
    name: Annotated[str, typer.Argument(help="The host, such as mp.weixin.qq.com.")],
    pause: Annotated[bool, typer.Option("--pause/--release", help="Leave it alone, or go on and close its breaker.")],
) -> None:
    """Leave a host alone until it is released."""
    with _store() as store:
        links.set_paused(store, name.lower(), pause)
    out.print(f"{name} is {'paused' if pause else 'released'}.")


@app.command()
def retry(
    wanted: Annotated[list[str], typer.Argument(help="Links, or hosts: what waits or was given up is due now.")],
) -> None:
    """Make links due now that wait or were given up; `ingest run` or the DAG ingest_due then fetches them."""
    with _store() as store:
        count = links.retry(store, wanted)
    out.print(f"{count} addresses are due.")


@app.command()
def cancel(wanted: Annotated[list[str], typer.Argument(help="Links, or hosts, that are not to be fetched.")]) -> None:
    """Fetch no more what waits; pasted again it is fetched."""
    with _store() as store:
        run_id = pipeline.open_run(store, "cancel")
        count = links.cancel(store, run_id, wanted)
        pipeline.close_run(store, run_id)
    out.print(f"{count} addresses wait no more.")


@app.command()
def why(
    url: Annotated[str, typer.Argument(help="A link as pasted, a file's path, or a document's number.")],
    as_json: Json = False,
) -> None:
    """Tell the whole story of a link, a file or a document."""
    with _store() as store:
        story = _story(store, url)
    if as_json:
        _print(True, story, "")
        return
    rows = [(_beijing(row["at"]), row["event"], row["detail"], row["run"] or "") for row in story]
    if not out.is_terminal:
        for cells in rows:
            print("\t".join(cells))
        return
    table = Table("when (Beijing)", "what", "detail", "run", box=None, pad_edge=False)
    for cells in rows:
        table.add_row(*cells)
    out.print(table)


def _story(store: Store, asked: str) -> list[dict[str, Any]]:
    """The story of what was asked for: a link among words or without its scheme, a document, a file by path or name."""
    links = [link.address.key for text in (asked, f"https://{asked.strip()}") for link in accept.find(text)]
    for name in (asked, *links, str(Path(asked).absolute())):
        if story := face.why(store, shown(name)):
            return story
    files = face.files_named(store, shown(Path(asked).name)) if asked.strip() else []
    if len(files) == 1:
        return face.why(store, files[0])
    if files:
        raise IngestError(f"{len(files)} files have that name: {', '.join(files[:5])}.", "Ask with the path.")
    raise IngestError(f"Nothing is known of {asked}.", "Check the spelling.")


def _beijing(at: str | None) -> str:
    """A time of the database as analysts see it."""
    return datetime.fromisoformat(at).astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%d %H:%M:%S") if at else ""


@app.command()
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

    with _store() as store:
        tables = ["essay"] if release else what or ["essay"]
        done = [write(store, folder, file_format, table, release=release, bom=bom) for table in tables]
    _print(as_json, [one.values() for one in done], "\n".join(one.line() for one in done))


@app.command()
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
    from ingest.releases import Selection, make

    selection = Selection(corpus, since.date() if since else None, until.date() if until else None, account, site)
    with _store() as store:
        pipeline.relate(store)
        made = make(store, name, selection, note)
    _print(as_json, made.values(), made.line())


@app.command()
def doctor(as_json: Json = False) -> None:
    """Say what is installed, running, reachable and consistent. Starts nothing."""
    from ingest.doctor import examine

    findings = examine()
    if as_json:
        _print(True, findings.values, "")
    else:
        for line in findings.lines:
            out.print(line, markup=False)
    if findings.problems:
        sys.exit(1)


@contextmanager
def _progress(what: str, total: int, quiet: bool) -> Iterator[OnLook | None]:
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


def _finish(store: Store, run_id: int, corpus: str | None, as_json: bool, skipped: tuple[str, ...] = ()) -> None:
    """Relates what is new, closes the run and prints its account; exit code 1 when nothing could be stored at all."""
    related = pipeline.relate(store)
    account = pipeline.close_run(store, run_id, corpus)
    problems = [{"file": p.file, "state": p.state, "reason": p.reason} for p in account.problems]
    values = {
        "run_id": run_id, "looks": account.looks, "waiting": account.waiting, "related": related,
        "documents": account.documents, "essays": account.essays, "missing": list(account.missing),
        "skipped": list(skipped), "problems": problems,
    }  # fmt: skip
    if as_json:
        _print(True, values, "")
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


def _print(as_json: bool, values: Any, text: str) -> None:
    if as_json:
        print(json.dumps(values, ensure_ascii=False, indent=2, default=str))
    else:
        out.print(text, markup=False)

"""Makes the dump of a release, with rows of every kind: ``python -m tests.upgrade.dump NAME [--checkout FOLDER]``.

Loads the examples and the lab of a checkout with that checkout's own program, in a home and a server of its own, and writes
``tests/upgrade/dumps/NAME.sql.zst``. It runs with the packages of this environment. The rows are our own texts.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import zstandard

ROOT = Path(__file__).parent.parent.parent
DUMPS = Path(__file__).parent / "dumps"
LINKS = " ".join(
    f"https://mp.weixin.qq.com/s/{token}"
    for token in (
        "CodeTableAndList000000", "QuotesANotice000000000", "DeletedAfterTwoLooks00", "Deleted000000000000000",
        "Violation0000000000000", "NotFound00000000000000", "TooMany000000000000000",
    )
) + " https://short.example/a"  # fmt: skip
FEED = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>观测站</title>
<link>https://feed.example/</link><item><title>一</title><link>https://feed.example/1</link></item>
<item><title>二</title><link>https://feed.example/2</link></item></channel></rss>"""
POST = "<html><head><title>{0}</title></head><body><article><h1>{0}</h1>{1}</article></body></html>"
EDIT = "\n\n这一段是后来补上的：读者来信指出，例子里的数字应当重算，我们重算了一遍，结论没有变。\n"

# What no command of that time makes. What its schema doesn't have is left out.
ROWS = (
    """INSERT INTO notes.tag (document_id, tag, by) SELECT document_id, '涌现', 'reader' FROM essays.document LIMIT 3""",
    """INSERT INTO notes.note (document_id, text, by)
        SELECT document_id, '再读一遍', 'reader' FROM essays.document ORDER BY document_id LIMIT 2""",
    """INSERT INTO notes.coding (document_id, revision_number, from_char, to_char, code, memo, by)
        SELECT document_id, revision_number, 1, 8, '开头', '怎样开始', 'reader' FROM essays.document
        ORDER BY char_count DESC, document_id LIMIT 2""",
    """INSERT INTO ingest.review (question, key_a, key_b, evidence_sha, answer, answered_by, answered_at)
        SELECT 'near_copy', min(key), max(key), sha256('two texts'), 'different', 'reader', now() FROM ingest.document""",
    """INSERT INTO ingest.picture (sha256, media_type, size, bytes) VALUES (sha256('picture'), 'image/gif', 7, 'picture')""",
    """INSERT INTO ingest.picture_address (url, host, sha256, state, due_at, looked_at)
        VALUES ('https://feed.example/1.gif', 'feed.example', sha256('picture'), 'image', NULL, now())""",
    """INSERT INTO ingest.host_line (host, line, texts) VALUES ('feed.example', 0, 0), ('feed.example', 42, 3)
        ON CONFLICT DO NOTHING""",
    """INSERT INTO essays.topic (topic, alias) VALUES ('显现', '显现'), ('显现', '涌现')""",
)
PLAIN = ("--no-owner", "--rows-per-insert=100", *(f"--schema={name}" for name in ("essays", "ingest", "notes")))
UNDEFINED = {"3F000", "42P01", "42703"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.upgrade.dump", description=__doc__.splitlines()[0])
    parser.add_argument("name", help="the release, such as 0.2.0, or a commit")
    parser.add_argument("--checkout", type=Path, default=ROOT, help="a checkout of it; by default this one")
    parser.add_argument("--custom", type=Path, help="also write it as `ingest backup` does, to this file")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="essays-dump-") as folder:
        program = Program(given.checkout.resolve(), Path(folder))
        try:
            load(program, Path(folder))
            target = DUMPS / f"{given.name}.sql.zst"
            target.write_bytes(zstandard.compress(portable(program.dump(*PLAIN)), 19))
            if given.custom:
                given.custom.write_bytes(program.dump("--format=custom", "--create"))
        finally:
            program.ingest("down")
    print(f"{target}: {target.stat().st_size:,} bytes")


class Program:
    """The program of a checkout, in a home of its own."""

    def __init__(self, checkout: Path, folder: Path) -> None:
        self.checkout = checkout
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ESSAYS_")}
        self.environment = {
            **kept, "PYTHONPATH": str(checkout), "ESSAYS_HOME": str(folder / "home"), "ESSAYS_HOST_SPACING": "0",
        }  # fmt: skip
        self.commands = set(re.findall(r"^  (\w+)  ", self.ingest("--help"), re.MULTILINE))

    def ingest(self, *arguments: str) -> str:
        """What a command says; one that this checkout doesn't have says nothing."""
        if not arguments[0].startswith("-") and arguments[0] not in getattr(self, "commands", arguments):
            return ""
        return self.run(sys.executable, "-m", "ingest", *arguments).decode()

    def sql(self, statement: str) -> None:
        """Runs a statement as the superuser, unless it speaks of what this checkout doesn't have."""
        import psycopg2

        place = self._place()
        connection = psycopg2.connect(
            host="127.0.0.1", port=place["port"], user="postgres", password=place["password"], dbname="essays"
        )
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement)
        except psycopg2.Error as error:
            if error.pgcode not in UNDEFINED:
                raise
        finally:
            connection.close()

    def dump(self, *options: str) -> bytes:
        place = self._place()
        return self.run(
            "env", f"PGPASSWORD={place['password']}", place["pg_dump"], "-h", "127.0.0.1", "-p", str(place["port"]),
            "-U", "postgres", "-d", "essays", *options,
        )  # fmt: skip

    def _place(self) -> dict[str, str]:
        asked = (
            "import json; from ingest.local import postgres, state, server; local = state.read(); "
            "print(json.dumps({'port': local.postgres_port, 'password': local.secrets[postgres.SUPERUSER], "
            "'pg_dump': str(server.programs(postgres._place(local)) / 'pg_dump')}))"
        )
        place: dict[str, str] = json.loads(self.run(sys.executable, "-c", asked))
        return place

    def run(self, *command: str) -> bytes:
        done = subprocess.run(command, cwd=self.checkout, env=self.environment, capture_output=True, check=False)
        if done.returncode not in (0, 1):  # a command that could not do all of it says so with 1
            sys.exit(f"{' '.join(command[1:])} ended with {done.returncode}:\n{done.stderr.decode()}")
        return done.stdout

    @contextmanager
    def lab(self, script: Path) -> Iterator[None]:
        """Its test lab in place of the network."""
        command = [sys.executable, "-m", "tests.lab", "--script", str(script)]
        with subprocess.Popen(
            command, cwd=self.checkout, env=self.environment, stdout=subprocess.PIPE, text=True
        ) as lab:
            assert lab.stdout is not None
            before = dict(self.environment)
            try:
                for line in lab.stdout:
                    name, _, value = line.removeprefix("export ").strip().partition("=")
                    self.environment[name] = value.strip("'")
                    if name == "ESSAYS_CA_BUNDLE":
                        break
                yield
            finally:
                self.environment = before
                lab.terminate()


def load(program: Program, folder: Path) -> None:
    """Everything that a program of some time can do, as far as it can."""
    corpus = folder / "corpus"
    shutil.copytree(program.checkout / "examples" / "corpus", corpus)
    program.ingest("seed", str(corpus))
    program.ingest("import", str(program.checkout / "examples" / "pages"))
    edited = corpus / "04-small-model-at-home.md"
    edited.write_text(edited.read_text("utf-8") + EDIT, "utf-8")
    (corpus / "09-plain-token.txt").rename(corpus / "09-moved.txt")
    (corpus / "02-plain-exam.txt").unlink()
    program.ingest("seed", str(corpus))
    script = json.loads((program.checkout / "tests" / "lab" / "example.json").read_text("utf-8"))
    script["feed.example"] = {
        "/feed.xml": {"do": "page", "html": FEED, "content_type": "application/rss+xml", "etag": '"1"'},
        **{f"/{n}": {"do": "page", "html": POST.format(f"第{n}篇", f"<p>{POST_TEXT * n}</p>" * 4)} for n in (1, 2)},
    }
    (folder / "script.json").write_text(json.dumps(script), "utf-8")
    with program.lab(folder / "script.json"):
        program.ingest("links", LINKS, "--by", "老周", "--tag", "测试", "--seconds", "60")
        program.ingest("links", LINKS, "--refetch", "--seconds", "60")
        program.ingest("links", "https://mp.weixin.qq.com/s/DeletedAfterTwoLooks00", "--refetch", "--seconds", "20")
        program.ingest("source", "add", "https://feed.example/feed.xml")
        program.ingest("source", "add", str(program.checkout / "examples" / "pages"), "--name", "folder")
        program.ingest("source", "check")
        program.ingest("run", "--seconds", "20")
    program.ingest("release", "first", "--note", "for a paper")
    for statement in ROWS:
        program.sql(statement)


POST_TEXT = "测量比猜测便宜，记录比记忆可靠；每一次升级都应当从一份真实的旧库开始，而不是从空库开始。"


def portable(dump: bytes) -> bytes:
    """A dump that any server since 15 takes, through any driver: without settings that only psql or a newer server knows."""
    kept = [
        line for line in dump.splitlines(keepends=True)
        if not line.startswith((b"\\restrict", b"\\unrestrict", b"SET transaction_timeout"))
    ]  # fmt: skip
    return b"".join(kept)


if __name__ == "__main__":
    main()

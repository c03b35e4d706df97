"""What a batch of looks writes: everything to the letter, once, and nothing for somebody who lost the lease."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingest import pipeline
from ingest.model import Address, Chrome, Claim, Essay, Image, Look, Obtained, Reading, Snapshot, State
from ingest.store import Connection, Store
from ingest.store.record import record

from ..conftest import database_url, rows
from .examples import load_examples

KNOWN = (
    "source",
    "snapshot",
    "document",
    "address",
    "revision",
    "segment",
    "claim",
    "seed_file",
    "search_text",
    "work",
)


def look(text: str, name: str = "one") -> Look:
    target = Address("url:elsewhere.example.com/", "https://elsewhere.example.com/")
    essay = Essay(
        text, text, text[:20], title=text[:20], author=text[:5], images=(Image("https://x.example.com/1.png", text, 0),),
        chrome=(Chrome("footer", text),), claims=(Claim("links_to", target, text), Claim("links_to", target, "again")),
    )  # fmt: skip
    return Look(Address(f"file:{name}"), Snapshot(text.encode("utf-8", "replace")), Reading(State.ARTICLE, "plain/1", essay=essay),
                "handed_in", Obtained.HANDED_IN, "ingested", "files", name, f"file:{name}")  # fmt: skip


@pytest.mark.parametrize("text", [
    r"\N", r"\.", "\\.\n\\N\n.", "a\tb\nc\rd\\e\\\\f\\x41\\101", 'quotes \' " $$ %s %(x)s {"a": 1} [1,2)', "𠀀𝕏\u2028\u0001é\u0301", "\\",
])  # fmt: skip
def test_every_character_is_stored_to_the_letter(store: Store, text: str) -> None:
    record(store, pipeline.open_run(store, "import"), [look(text)], "readers")
    assert rows(store, "SELECT text, markdown, title, author FROM ingest.revision") == [
        (text, text, text[:20], text[:5])
    ]
    assert rows(store, "SELECT kind, data ->> 'alt', data ->> 'text', span::text FROM ingest.segment ORDER BY n") == [
        ("image", text, None, "[0,1)"), ("chrome", None, text, None)
    ]  # fmt: skip
    assert rows(store, "SELECT quote FROM ingest.claim") == [(text,)]


def test_what_no_database_takes_is_taken_out(store: Store) -> None:
    record(store, pipeline.open_run(store, "import"), [look("null\x00 and \ud800 halves \ud83d\ude00")], "readers")
    assert rows(store, "SELECT text FROM ingest.revision") == [("null and \ufffd halves 😀",)]


def test_what_is_known_is_not_written_again(store: Store, database: str) -> None:
    """Not even as it was: a row that is written anew leaves a dead one behind, and search's row is dear."""
    many = [look(f"第{n}篇", str(n)) for n in range(20)]

    def load() -> None:
        load_examples(store)
        record(store, pipeline.open_run(store, "import"), many, "readers")
        pipeline.relate(store)

    load()
    before = rows(store, "SELECT pg_current_xact_id()::text::bigint")[0][0]
    load()
    owner = Store(database_url(database))
    for table in KNOWN:
        assert rows(owner, f"SELECT t::text FROM ingest.{table} t WHERE xmin::text::bigint > {before}") == [], table
    owner.close()


def test_a_lease_that_is_lost_ends_a_batch_that_is_stored_one_by_one(store: Store) -> None:
    bad = replace(look("坏"), address=Address("file:" + "x" * 2001))
    asked = []

    def mine(connection: Connection) -> bool:
        asked.append(connection)
        return len(asked) == 1

    assert record(store, pipeline.open_run(store, "feed"), [look("好"), bad], "readers", mine) is False
    assert rows(store, "SELECT count(*) FROM ingest.fetch") == [(0,)]

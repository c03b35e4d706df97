"""A document that was known by its address alone, and a page that proves its identity later."""

from __future__ import annotations

from itertools import permutations

import pytest

from ingest import pipeline
from ingest.model import Address, Essay, Look, Obtained, Reading, Snapshot, State
from ingest.store import Store, face
from ingest.store.record import record
from ingest.store.revisions import document_id

from ..conftest import rows
from .examples import NATIVE, SHORT, TEXT

OTHER = Address("wechat:s/BBBBBBBBBBBBBBBBBBBBBB", "https://mp.weixin.qq.com/s/BBBBBBBBBBBBBBBBBBBBBB", "wechat")


def look(address: Address, text: str, native: str | None, *also: Address) -> Look:
    essay = Essay(text, text, "规模定律", title="规模定律", native_id=native, url=address.url)
    reading = Reading(State.ARTICLE, "wechat/1", "wechat", essay, addresses=(address, *also))
    key = f"wechat:{native}" if native else address.key
    return Look(address, Snapshot(text.encode()), reading, "network", Obtained.FETCHED, "ingested", "links",
                f"{address.key} {native} {len(text)}", key)  # fmt: skip


def load(store: Store, *looks: Look) -> None:
    for one in looks:
        run_id = pipeline.open_run(store, "links")
        record(store, run_id, [one], "readers")
        pipeline.relate(store)
        pipeline.close_run(store, run_id)
    assert face.inconsistencies(store) == []


def test_the_identified_document_takes_over_address_revisions_and_number(store: Store) -> None:
    load(store, look(SHORT, TEXT, None))
    ((old,),) = rows(store, "SELECT document_id FROM essays.document")
    load(store, look(SHORT, TEXT + "补记。", NATIVE))
    found = rows(store, "SELECT document_id, native_id, revision_number, text FROM essays.document")
    assert [row[1:] for row in found] == [(NATIVE, 2, TEXT + "补记。")]
    assert rows(store, "SELECT cause FROM essays.revision ORDER BY revision_number") == [
        ("first",),
        ("publisher_edit",),
    ]
    assert rows(store, f"SELECT essays.resolve({old})") == rows(store, "SELECT essay_id FROM essays.essay")
    assert any(row["event"] == "revision" for row in face.why(store, str(old)))


def test_a_document_that_two_addresses_made_twice_becomes_one(store: Store) -> None:
    load(store, look(SHORT, TEXT, None), look(OTHER, TEXT, None))
    assert rows(store, "SELECT count(*), min(copy_count) FROM essays.document, essays.essay") == [(2, 2)]
    load(store, look(SHORT, TEXT, NATIVE, OTHER))
    assert rows(store, "SELECT count(*), min(copy_count) FROM essays.document, essays.essay") == [(1, 1)]
    assert rows(
        store, "SELECT DISTINCT d.native_id FROM ingest.address JOIN ingest.document d USING (document_id)"
    ) == [(NATIVE,)]


LOOKS = [look(SHORT, TEXT, None), look(OTHER, TEXT, None), look(OTHER, TEXT, NATIVE), look(SHORT, TEXT, NATIVE)]


@pytest.mark.parametrize("order", list(permutations(range(4)))[::5])
def test_numbers_do_not_depend_on_what_came_first(store: Store, order: tuple[int, ...]) -> None:
    load(store, *(LOOKS[n] for n in order))
    found = rows(store, "SELECT document_id, essay_id, native_id, copy_count FROM essays.essay")
    number = document_id(f"wechat:{NATIVE}")
    assert found == [(number, number, NATIVE, 1)]
    assert rows(store, "SELECT count(*) FROM essays.document") == [(1,)]


def test_a_merged_document_leaves_the_work_that_it_was_a_copy_of(store: Store) -> None:
    copy = look(Address("url:blog.example.com/a", "https://blog.example.com/a"), TEXT, None)
    load(store, look(SHORT, TEXT, None), copy)
    load(store, look(SHORT, TEXT[: len(TEXT) - 4] + "什么时候出现。", NATIVE))
    assert rows(store, "SELECT count(*), max(copy_count) FROM essays.essay") == [(2, 1)]

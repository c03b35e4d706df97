"""What relating finds is a function of the texts: the order of loading and the number of workers make no difference."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from ingest import pipeline
from ingest.model import Look
from ingest.store import Store, face
from ingest.store.record import record

from ..conftest import database_url, new_database, rows
from .test_relate import edited, look, prose

STATE = {
    "relations": "SELECT a.key, kind, other_key, share, other_share FROM essays.relation JOIN ingest.document a USING (document_id)"
                 " WHERE basis = 'measured'",
    "passages": "SELECT a.key, b.key, p.kind, from_char, to_char, other_from_char, other_to_char FROM essays.passage p"
                " JOIN ingest.document a USING (document_id) JOIN ingest.document b ON b.document_id = other_document_id",
    "questions": "SELECT key_a, key_b, evidence_sha, answer FROM ingest.review",
    "works": "SELECT key, w.work_id, copy_count, best_document_id, is_listed FROM ingest.document JOIN ingest.work w USING (work_id)",
}  # fmt: skip


def state(store: Store) -> dict[str, list[str]]:
    """What was found, by keys that no order of loading gives."""
    return {
        name: sorted(str([bytes(v) if isinstance(v, memoryview) else v for v in row]) for row in rows(store, query))
        for name, query in STATE.items()
    }


def essays(count: int, groups: Sequence[int] = (3, 9, 17, 65)) -> list[Look]:
    """Essays of which some share a passage with 2, 8, 16 or 64 others, and some are copies, doubtful copies and excerpts."""
    pick = random.Random(count)
    texts = [prose(1000 + n, 14) for n in range(count)]
    for number, size in enumerate(groups):
        passage = prose(900 + number, 5)
        for n in pick.sample(range(count), min(size, count)):
            texts[n] += "\n\n" + passage
    for n in range(count // 6):
        source, target = pick.sample(range(count), 2)
        text = texts[source]
        made = (edited(text), text[100:400], text + prose(800 + n, 4), prose(700 + n, 8) + text[200:500])
        texts[target] = made[n % 4]
    return [look(f"essay{n}", text) for n, text in enumerate(texts)]


def load(store: Store, looks: Sequence[Look], size: int) -> None:
    run_id = pipeline.open_run(store, "links")
    for start in range(0, len(looks), size):
        record(store, run_id, looks[start : start + size], "readers")
        pipeline.relate(store)
    assert face.inconsistencies(store) == []


def loaded(server: str, template: str, looks: Sequence[Look], size: int) -> dict[str, list[str]]:
    with new_database(server, template) as name:
        store = Store(database_url(name, "loader"))
        load(store, looks, size)
        found = state(store)
        store.close()
    return found


@pytest.mark.parametrize(("count", "size", "orders"), [(48, 7, 2), pytest.param(300, 25, 5, marks=pytest.mark.slow)])
def test_shuffled_orders_find_the_same(server: str, template: str, count: int, size: int, orders: int) -> None:
    looks = essays(count)
    at_once = loaded(server, template, looks, count)
    assert all(at_once.values())
    for order in range(orders):
        shuffled = random.Random(order).sample(looks, count)
        assert loaded(server, template, shuffled, size) == at_once

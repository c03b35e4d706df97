"""A person sees which near copies are doubtful, and answers, on the command line."""

from __future__ import annotations

import json

from ingest.store import Store

from ..conftest import rows
from ..test_cli import ingest
from .test_relate import DOUBTFUL, load


def test_a_doubtful_copy_is_listed_and_answered(store: Store, database: str) -> None:
    load(store, *DOUBTFUL)
    (question,) = json.loads(ingest("review", "list", "--json", database=database).stdout)["questions"]
    assert {question["title_a"], question["title_b"]} == {"original", "longer"}
    told = ingest("review", "answer", str(question["a"]), str(question["b"]), "same", "--by", "me", database=database)
    assert told.returncode == 0, told.stderr
    assert rows(store, "SELECT copy_count FROM essays.essay") == [(2,)]
    assert ingest("review", "list", database=database).stdout.strip() == "Nothing waits."
    refused = ingest("review", "answer", "1", "2", "same", database=database)
    assert (refused.returncode, "Nobody asks about 1 and 2" in refused.stderr) == (1, True)
    deep = json.loads(ingest("doctor", "--deep", "--json", database=database).stdout)
    assert deep["measured_again"] == 2

"""What the WeChat reader's readings become: relations, one document for all addresses, dated takedowns, a new reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest import read
from ingest.sites import wechat
from ingest.sites.wechat import article, reader
from ingest.store import Store

from ..conftest import ROOT, rows
from .test_import import hand_in
from .test_links import ARTICLE, EXAMPLES, HOST, run, url

PAGES = ROOT / "tests" / "pages" / "wechat"
MENTIONS = PAGES / "article_mentions.html"
SHORT = "Kd3_vT9-xQ0aZbYcWdEfGh"


def test_mentions_are_relations_that_wait_for_their_article_and_are_not_fetched(store: Store) -> None:
    hand_in(store, MENTIONS)
    related = rows(store, "SELECT kind, basis, other_key, other_document_id FROM essays.relation ORDER BY other_key")
    assert related == [
        ("links_to", "declared", "wechat:MzI5OTg3NjU0Mw==/2247000007/2", None),
        ("links_to", "declared", "wechat:s/AbCdEfGhIjKlMnOpQrStUv", None),
        ("links_to", "declared", "wechat:s/Original-0000000000001", None),
        ("links_to", "declared", "wechat:s/Zx8-qW2_eR4tYuIoPaSdFg", None),
    ]
    assert rows(store, "SELECT count(*) FROM ingest.address WHERE due_at IS NOT NULL") == [(0,)]


def test_short_and_long_link_are_two_addresses_of_one_document(store: Store, tmp_path: Path) -> None:
    page = (PAGES / "article_quotes_a_notice.html").read_text("utf-8")
    short = f"https://mp.weixin.qq.com/s/{SHORT}"
    assert short in page
    long = "https://mp.weixin.qq.com/s?__biz=MzA5MDEyMzQ1Ng==&amp;mid=2649000101&amp;idx=1&amp;chksm=7#rd"
    (tmp_path / "short.html").write_text(page, "utf-8")
    (tmp_path / "long.html").write_text(page.replace(short, long), "utf-8")
    hand_in(store, tmp_path)
    assert rows(store, "SELECT count(*) FROM essays.document") == [(1,)]
    assert rows(store, "SELECT key FROM ingest.address WHERE document_id IS NOT NULL ORDER BY key") == [
        ("wechat:MzA5MDEyMzQ1Ng==/2649000101/1",), (f"wechat:s/{SHORT}",),
    ]  # fmt: skip


def test_a_takedown_is_dated_and_the_stored_body_stays(store: Store, open_lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESSAYS_HOST_SPACING", "0")
    path = f"/s/{ARTICLE}"
    lab = open_lab({HOST: {path: {"do": "page", "file": "article-scaling.html"}}}, EXAMPLES)
    run(store, url(ARTICLE))
    before = rows(store, "SELECT document_id, text, revision_number FROM essays.document")
    lab.script(HOST, path, {"do": "page", "file": "notice-deleted.html"})
    run(store, url(ARTICLE), refetch=True)
    assert rows(store, "SELECT document_id, text, revision_number FROM essays.document") == before
    assert rows(store, "SELECT availability FROM essays.document") == [("deleted_by_author",)]
    history = rows(store, "SELECT state, until_at IS NULL FROM essays.availability ORDER BY from_at")
    assert history == [("available", False), ("deleted_by_author", True)]


def test_a_new_reader_makes_revisions_of_kept_bytes_and_no_second_document(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        for module in (wechat, article, reader):
            earlier.setattr(module, "READER", "wechat/0")
        earlier.setattr(article, "mentions", lambda *_: ())
        read.readers.cache_clear()
        hand_in(store, MENTIONS, EXAMPLES)
    read.readers.cache_clear()
    documents = rows(store, "SELECT document_id, key FROM ingest.document ORDER BY 1")
    revisions = "SELECT document_id, revision_number, cause, reader FROM essays.revision ORDER BY 1, 2"
    before = rows(store, revisions)
    hand_in(store, MENTIONS, EXAMPLES)
    added = [row for row in rows(store, revisions) if row not in before]
    assert [row[1:] for row in added] == [(2, "reader_change", wechat.READER)]
    assert rows(store, "SELECT document_id, key FROM ingest.document ORDER BY 1") == documents
    hand_in(store, MENTIONS, EXAMPLES)
    assert len(rows(store, revisions)) == len(before) + 1

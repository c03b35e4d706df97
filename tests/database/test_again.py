"""Pages that are looked at again: at their ages, and from kept bytes by newer readers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingest import pipeline, read
from ingest.crawl import refresh, worker
from ingest.intake import reread, submit
from ingest.markup.page import Page
from ingest.model import Reading
from ingest.settings import settings
from ingest.store import Store

from ..conftest import ROOT, rows

EXAMPLES = ROOT / "examples" / "pages"
HOST = "mp.weixin.qq.com"
ARTICLE, OTHER = "/s/ExampleArticle-On-Scal", "/s/ExampleReprintAbstract"
PAGE = (EXAMPLES / "article-scaling.html").read_text("utf-8")


@pytest.fixture
def lab(open_lab, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ESSAYS_HOST_SPACING", "0")
    return open_lab(
        {HOST: {ARTICLE: {"do": "page", "html": PAGE}, OTHER: {"do": "page", "file": "article-repost.html"}}}, EXAMPLES
    )


def fetch(store: Store, run_id: int) -> pipeline.Account:
    worker.fetch_due(store, run_id, 20, of_run=run_id)
    pipeline.relate(store)
    return pipeline.close_run(store, run_id)


def ingest(store: Store, *paths: str) -> None:
    run_id = pipeline.open_run(store, "links")
    submit.hand_in(store, run_id, " ".join(f"https://{HOST}{path}" for path in paths))
    fetch(store, run_id)


def age(store: Store, owner: str, published: str, looked: str) -> None:
    """Makes all pages published and looked at so long ago."""
    from sqlalchemy import create_engine

    from ingest.store.connection import sqlalchemy_url

    with create_engine(sqlalchemy_url(owner)).begin() as connection:
        connection.exec_driver_sql(f"UPDATE ingest.revision SET published_at = now() - interval '{published}'")
        connection.exec_driver_sql(f"UPDATE ingest.fetch SET fetched_at = now() - interval '{looked}'")


def again(store: Store) -> tuple[int, pipeline.Account]:
    run_id = pipeline.open_run(store, "refresh_essays")
    planned = refresh.plan(store, run_id)
    return planned, fetch(store, run_id)


@pytest.fixture
def owner(database: str) -> str:
    from ..conftest import database_url

    return database_url(database)


@pytest.mark.parametrize(
    ("published", "looked", "due"),
    [
        ("1 hour", "1 hour", 0),
        ("25 hours", "2 hours", 1),
        ("25 hours", "30 minutes", 0),
        ("2 days", "23 hours", 0),
        ("8 days", "2 days", 1),
        ("40 days", "12 days", 1),
        ("40 days", "9 days", 0),
        ("400 days", "200 days", 0),
        ("400 days", "320 days", 1),
    ],
)
def test_a_page_is_looked_at_again_once_it_came_of_an_age(
    store: Store, lab, owner: str, published: str, looked: str, due: int
) -> None:
    ingest(store, ARTICLE)
    age(store, owner, published, looked)
    planned, account = again(store)
    assert (planned, account.mentions) == (due, due)
    assert again(store)[0] == 0


def test_an_unchanged_page_costs_a_digest_and_no_revision(store: Store, lab, owner: str) -> None:
    ingest(store, ARTICLE)
    lab.script(HOST, ARTICLE, {"do": "page", "html": PAGE.replace("</body>", "<!-- another visit --></body>")})
    age(store, owner, "2 days", "2 days")
    _, account = again(store)
    assert account.outcomes == {"same_document": 1}
    assert rows(store, "SELECT count(*) FROM essays.revision") == [(1,)]
    assert rows(store, "SELECT count(*), count(bytes) FROM ingest.snapshot") == [(2, 1)]


def test_an_edit_is_a_revision_and_a_takedown_a_dated_state_that_is_not_asked_again(
    store: Store, lab, owner: str
) -> None:
    ingest(store, ARTICLE)
    before = rows(store, "SELECT text FROM essays.document")[0][0]
    lab.script(HOST, ARTICLE, {"do": "page", "html": PAGE.replace("</p>", "（更正）</p>", 1)})
    age(store, owner, "2 days", "2 days")
    again(store)
    assert rows(store, "SELECT cause FROM essays.revision ORDER BY revision_number") == [
        ("first",),
        ("publisher_edit",),
    ]
    after = rows(store, "SELECT text FROM essays.document")[0][0]
    assert after != before and "更正" in str(after)
    lab.script(HOST, ARTICLE, {"do": "page", "file": "notice-deleted.html"})
    age(store, owner, "4 days", "2 days")
    again(store)
    assert rows(store, "SELECT availability, text FROM essays.document") == [("deleted_by_author", after)]
    age(store, owner, "8 days", "3 days")
    assert again(store)[0] == 0


def test_a_host_gives_a_tenth_of_its_requests_to_looking_again(
    store: Store, lab, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(store, ARTICLE, OTHER)
    age(store, owner, "2 days", "2 days")
    monkeypatch.setenv("ESSAYS_HOST_SPACING", "360")
    settings.cache_clear()
    assert refresh.plan(store, pipeline.open_run(store, "refresh_essays")) == 1


def test_kept_bytes_are_read_again_by_a_newer_reader_and_the_cause_says_so(
    store: Store, lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(store, ARTICLE, OTHER)
    assert reread.plan(store) == []
    original = read.read_page

    def newer(page: Page) -> Reading:
        reading = original(page)
        essay = reading.essay and replace(reading.essay, author="更好的读取器")
        return replace(reading, reader="wechat/99", essay=essay)

    monkeypatch.setattr(read, "read_page", newer)
    monkeypatch.setattr(read, "readers", lambda: "newer")
    asked = len(lab.asked)
    looks = reread.plan(store)
    assert len(looks) == len(reread.plan(store, site="wechat")) == len(reread.plan(store, site=HOST)) == 2
    assert reread.plan(store, site="zhihu") == reread.plan(store, reader="zhihu/1") == []
    run_id = pipeline.open_run(store, "reread_snapshots")
    assert reread.load(store, run_id, looks) == 2
    pipeline.relate(store)
    account = pipeline.close_run(store, run_id)
    assert pipeline.check_total(account, 2) == {"fetched (article)": 2}
    assert rows(store, "SELECT DISTINCT cause, author FROM essays.revision WHERE is_current") == [
        ("reader_change", "更好的读取器")
    ]
    assert rows(store, "SELECT count(*) FROM essays.document") == [(2,)]
    assert (reread.plan(store), len(lab.asked)) == ([], asked)


def test_bytes_that_no_reader_knew_become_an_essay_when_one_does(
    store: Store, lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(_: Page) -> Reading:
        return Reading("unsupported", "files/1", reason="no reader knows this page's site; its bytes are kept")

    with monkeypatch.context() as then:
        from ingest.model import State

        then.setattr(read, "read_page", lambda page: replace(nobody(page), state=State.UNSUPPORTED))
        then.setattr(read, "readers", lambda: "older")
        ingest(store, ARTICLE)
    assert rows(store, "SELECT count(*) FROM essays.document") == [(0,)]
    run_id = pipeline.open_run(store, "reread_snapshots")
    reread.load(store, run_id, reread.plan(store))
    assert rows(store, "SELECT title IS NOT NULL, obtained FROM essays.document") == [(True, "fetched")]

"""Pasted links against a lab of real hostnames: every link ends in a right row or a right reason."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from ingest import pipeline
from ingest.crawl import hosts, operate, worker
from ingest.intake import seeds, submit
from ingest.settings import settings
from ingest.store import Store

from ..conftest import ROOT, database_url, rows

EXAMPLES = ROOT / "examples" / "pages"
HOST = "mp.weixin.qq.com"
ARTICLE = "ExampleArticle-On-Scal"
LONG = "/s?__biz=OTkwMDAwMDMwMw==&mid=2247480303&idx=2&sn=0123456789abcdef0123456789abcdef"
CAPTCHA = "<html><head><script>var PAGE_MID='mmbizwap:secitptpage/verify.html'</script></head><body></body></html>"
SCRIPT = {
    HOST: {
        f"/s/{ARTICLE}": {"do": "page", "file": "article-scaling.html"},
        "/s/ExampleReprintAbstract": {"do": "page", "file": "article-repost.html"},
        "/s/DeletedArticle00000000": {"do": "page", "file": "notice-deleted.html"},
        "/s/MissingArticle00000000": {"do": "page", "status": 404, "html": "<html>none</html>"},
        "/s/ErrorArticle0000000000": {"do": "page", "status": 500, "html": "<html>oops</html>"},
        "/s/CaptchaArticle00000000": {"do": "page", "html": CAPTCHA},
        "/s/CaptchaArticle00000001": {"do": "page", "html": CAPTCHA},
        "/s": {"do": "redirect", "to": "/mp/wappoc_appmsgcaptcha?poc_token=x"},
        "/mp/wappoc_appmsgcaptcha": {"do": "page", "html": CAPTCHA},
    },
    "blog.example.com": {"*": {"do": "page", "html": "<html><body><p>another site</p></body></html>"}},
}


def url(token: str) -> str:
    return f"https://{HOST}/s/{token}"


@pytest.fixture
def lab(open_lab, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ESSAYS_HOST_SPACING", "0")
    return open_lab(SCRIPT, EXAMPLES)


def run(store: Store, text: str, refetch: bool = False) -> tuple[pipeline.Account, submit.Handed]:
    run_id = pipeline.open_run(store, "links")
    handed = submit.hand_in(store, run_id, text, refetch=refetch)
    of_run = run_id if text else None
    worker.fetch_due(store, run_id, 20, of_run=of_run)
    pipeline.relate(store)
    account = pipeline.close_run(store, run_id)
    if text:
        pipeline.check_mentions(account, handed.total)
    return account, handed


def outcomes(store: Store) -> dict[str, tuple[str, str | None]]:
    found = rows(
        store, "SELECT url, outcome, state FROM essays.run_account WHERE run_id = (SELECT max(run_id) FROM ingest.run)"
    )
    return {str(where).partition("?")[0].rpartition("/")[2]: (str(outcome), state) for where, outcome, state in found}


def test_every_link_of_a_chat_ends_in_a_row_or_a_reason(store: Store, lab) -> None:
    chat = f"""老周 10:02
    这篇必看 {url(ARTICLE)}?scene=1#rd 真的
    小满:同一篇 {url(ARTICLE)}必读！
    {url("DeletedArticle00000000")} {url("MissingArticle00000000")}
    {url("ErrorArticle0000000000")}
    [链接] 只有题目的卡片
    https://blog.example.com/post/1?utm_source=chat
    http://127.0.0.1/admin"""
    account, handed = run(store, chat)
    assert (handed.addresses, handed.mentions, handed.cards) == (6, 7, 1)
    got = outcomes(store)
    assert got[ARTICLE] == ("fetched", "article")
    assert got["DeletedArticle00000000"] == ("fetched", "deleted_by_author")
    assert got["MissingArticle00000000"] == ("fetched", "not_found")
    assert got["ErrorArticle0000000000"] == ("waiting", "server_error")
    assert got["1"] == ("fetched", "unreadable")
    assert got["admin"] == ("refused", "refused")
    assert sorted(outcome for outcome, _ in got.values()).count("no_address") == 1
    assert rows(store, "SELECT sum(1 + repeats) FROM essays.run_account") == [(handed.mentions + handed.cards,)]
    assert account.documents == 1
    assert rows(store, "SELECT obtained, availability FROM essays.document") == [("fetched", "available")]
    ((note,),) = rows(store, "SELECT note FROM ingest.submission")
    assert "这篇必看" in str(note) and "http" not in str(note)


def test_pasting_again_fetches_nothing_that_is_settled(store: Store, lab) -> None:
    text = f"{url(ARTICLE)} {url('DeletedArticle00000000')}"
    run(store, text)
    asked = len(lab.looks)
    _, handed = run(store, text)
    assert handed.due == 0
    assert len(lab.looks) == asked
    assert {outcome for outcome, _ in outcomes(store).values()} == {"already_settled"}
    run(store, text, refetch=True)
    assert len(lab.looks) == asked + 2
    assert rows(store, "SELECT count(*) FROM essays.revision") == [(1,)]


def test_a_seed_excerpt_resolves_when_its_article_is_fetched(store: Store, lab) -> None:
    corpus = ROOT / "examples" / "corpus"
    name, paths = seeds.plan(store, str(corpus), "examples")
    seeds.load(store, pipeline.open_run(store, "seed"), str(corpus), name, paths)
    run(store, "")
    assert rows(
        store, "SELECT count(*) FROM essays.relation WHERE kind = 'excerpt_of' AND other_document_id IS NULL"
    ) == [(0,)]
    assert rows(store, "SELECT count(*) FROM essays.catalog WHERE completeness = 'excerpt'") == [(0,)]


def test_a_note_that_is_pasted_is_an_excerpt_as_in_a_seed(store: Store, lab) -> None:
    note = (ROOT / "examples" / "corpus" / "03-link-note.txt").read_text("utf-8")
    run(store, note)
    assert rows(store, "SELECT completeness, count(*) FROM essays.document GROUP BY 1 ORDER BY 1") == [
        ("excerpt", 1),
        ("full", 1),
    ]
    assert rows(store, "SELECT count(*) FROM essays.essay") == [(1,)]


def test_two_captchas_in_a_row_open_the_breaker_and_touch_nothing_stored(store: Store, lab) -> None:
    run(store, url(ARTICLE))
    before = rows(store, "SELECT * FROM essays.document")
    tokens = ["CaptchaArticle00000000", "CaptchaArticle00000001", "ExampleReprintAbstract"]
    run(store, " ".join(map(url, tokens)))
    assert outcomes(store) == {
        tokens[0]: ("waiting", "verify_page"), tokens[1]: ("waiting", "verify_page"), tokens[2]: ("waiting", None),
    }  # fmt: skip
    assert rows(store, "SELECT breaker_until > now() + interval '14 minutes' FROM ingest.host") == [(True,)]
    assert rows(store, "SELECT count(*) FROM essays.run_account WHERE why LIKE '%%left alone%%' AND until > now()") == [
        (3,)
    ]
    assert rows(store, "SELECT * FROM essays.document") == before
    assert rows(store, "SELECT count(*) FROM essays.run_account WHERE outcome = 'waiting' AND until IS NULL") == [(0,)]


def test_a_long_link_that_is_answered_by_a_captcha_needs_its_short_form(store: Store, lab) -> None:
    run(store, f"https://{HOST}{LONG} {url(ARTICLE)}")
    got = outcomes(store)
    assert ("fetched", "needs_short_link") in got.values()
    assert got[ARTICLE] == ("fetched", "article")
    assert rows(store, "SELECT breaker_until FROM ingest.host") == [(None,)]


def test_no_network_is_a_reason_and_a_due_time_and_is_made_good_later(store: Store, lab) -> None:
    lab.down()
    run(store, url(ARTICLE))
    assert outcomes(store)[ARTICLE] == ("waiting", "network_error")
    assert rows(store, "SELECT count(*) FROM essays.run_account WHERE until > now()") == [(1,)]
    assert "network_error" in str(rows(store, f"SELECT detail FROM essays.why('{url(ARTICLE)}')"))
    lab.up()
    with store.transaction() as connection:
        connection.exec_driver_sql("UPDATE ingest.address SET due_at = now()")
    run(store, "")
    assert rows(store, "SELECT count(*) FROM essays.document") == [(1,)]


def test_a_paused_host_is_left_alone_until_it_is_released(store: Store, lab) -> None:
    operate.set_paused(store, HOST, True)
    run(store, url(ARTICLE))
    assert not lab.looks
    assert outcomes(store)[ARTICLE][0] == "waiting"
    operate.set_paused(store, HOST, False)
    run(store, "")
    assert len(lab.looks) == 1


def test_a_worker_that_lost_its_lease_changes_nothing(store: Store, lab, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = pipeline.open_run(store, "links")
    submit.hand_in(store, run_id, url(ARTICLE))
    original = hosts.fetch

    def late(*given: object, **options: object) -> object:
        with store.transaction() as connection:
            connection.exec_driver_sql("UPDATE ingest.address SET fence = fence + 1, due_at = NULL")
        return original(*given, **options)

    monkeypatch.setattr(hosts, "fetch", late)
    assert worker.fetch_due(store, run_id, 5) == 0
    assert rows(store, "SELECT count(*) FROM ingest.fetch") == [(0,)]
    assert rows(store, "SELECT count(*) FROM ingest.document") == [(0,)]


def test_requests_to_a_host_keep_their_distance_with_two_workers(
    store: Store, database: str, open_lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = open_lab({**SCRIPT, HOST: {**SCRIPT[HOST], "tls": "uneven"}}, EXAMPLES)
    monkeypatch.setenv("ESSAYS_HOST_SPACING", "0.3")
    settings.cache_clear()
    run_id = pipeline.open_run(store, "links")
    submit.hand_in(store, run_id, " ".join(url(f"Spaced{n:016}") for n in range(8)))

    def work(_: int) -> int:
        own = Store(database_url(database, "loader"))
        looks = worker.fetch_due(own, run_id, 30, of_run=run_id)
        own.close()
        return looks

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(work, range(2))) == 8
    times = sorted(asked.at for asked in lab.asked)
    assert len(times) == 9, "robots.txt is a request like any other"
    assert min(b - a for a, b in pairwise(times)) >= 0.3


@pytest.mark.parametrize(
    "text", ["", "没有链接", "javascript:alert(1) https://user:pw@example.com/ https://" + "a" * 9000 + ".com"]
)
def test_a_text_without_a_link_is_an_empty_run(store: Store, lab, text: str) -> None:
    account, handed = run(store, text)
    assert (handed.addresses, account.looks) == (0, {})


def test_one_link_five_thousand_times_is_one_look(store: Store, lab) -> None:
    _, handed = run(store, "\n".join([url(ARTICLE)] * 5000))
    assert (handed.addresses, handed.mentions) == (1, 5000)
    assert len(lab.looks) == 1
    assert rows(store, "SELECT repeats FROM essays.run_account") == [(4999,)]


def test_a_comment_behind_a_link_is_a_note_and_no_excerpt(store: Store, lab) -> None:
    run(store, f"{url(ARTICLE)}必读！")
    assert rows(store, "SELECT completeness FROM essays.document") == [("full",)]
    assert rows(store, "SELECT note FROM ingest.submission") == [("必读！",)]

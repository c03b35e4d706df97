"""What waits: what is due and in nobody's hands, and what an operator may do about it; and robots.txt on the way."""

from __future__ import annotations

import time
from functools import partial
from itertools import pairwise

import pytest

from ingest import pipeline
from ingest.crawl import hosts, operate, worker
from ingest.intake import submit
from ingest.model import IngestError
from ingest.settings import settings
from ingest.store import Store

from ..conftest import ROOT, change, rows

EXAMPLES = ROOT / "examples" / "pages"
HOST, BLOG = "mp.weixin.qq.com", "blog.example.com"
ARTICLE = f"https://{HOST}/s/ExampleArticle-On-Scal"
PAGE = {"do": "page", "file": "article-scaling.html"}
RULES = "User-agent: *\nDisallow: /s/\nCrawl-delay: 0.4\n"


@pytest.fixture
def lab(open_lab, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ESSAYS_HOST_SPACING", "0")
    return open_lab({HOST: {"/s/ExampleArticle-On-Scal": PAGE}, BLOG: {"*": {"do": "page", "status": 503}}}, EXAMPLES)


def run(store: Store, text: str) -> int:
    run_id = pipeline.open_run(store, "links")
    submit.hand_in(store, run_id, text)
    worker.fetch_due(store, run_id, 20, of_run=run_id if text else None)
    pipeline.relate(store)
    pipeline.close_run(store, run_id)
    return run_id


def due(store: Store) -> int:
    return int(store.ask("due", "links_due")[0].addresses)


def hand_in(store: Store, text: str) -> None:
    submit.hand_in(store, pipeline.open_run(store, "links"), text)


def test_nothing_is_due_when_nothing_waits_or_a_host_is_in_somebodys_hands(store: Store, lab) -> None:
    assert due(store) == 0
    hand_in(store, ARTICLE)
    assert due(store) == 0, "the run that accepted it is about to fetch it"
    change(store, "UPDATE ingest.run SET started_at = now() - interval '1 hour'")
    change(store, "UPDATE ingest.address SET due_at = now() - interval '1 minute'")
    assert due(store) == 1
    store.ask("due", "hold_host", host=HOST, spacing=1)
    for changed in (
        "next_at = now() + interval '1 second'",
        "paused = true",
        "breaker_until = now() + interval '1 hour'",
    ):
        change(store, f"UPDATE ingest.host SET {changed} WHERE host = '{HOST}'")
        assert due(store) == 0, changed
        change(store, "UPDATE ingest.host SET next_at = NULL, paused = false, breaker_until = NULL")
    change(store, "UPDATE ingest.address SET lease_until = now() + interval '1 minute'")
    assert due(store) == 0
    change(store, "UPDATE ingest.address SET lease_until = now() - interval '1 second'")
    assert due(store) == 1
    run(store, "")
    assert due(store) == 0


def test_what_waits_can_be_made_due_now(store: Store, lab) -> None:
    run(store, f"https://{BLOG}/a https://{BLOG}/b")
    assert due(store) == 0
    assert operate.retry(store, [f"看 https://{BLOG}/a?utm_source=x"]) == 1
    assert operate.retry(store, [BLOG]) == 2
    assert rows(store, "SELECT count(*) FROM ingest.address WHERE due_at <= now()") == [(2,)]


def test_what_was_given_up_can_be_made_due_again_and_what_is_settled_not(store: Store, lab) -> None:
    run(store, f"{ARTICLE} https://{BLOG}/a")
    change(store, f"UPDATE ingest.address SET due_at = NULL, tries = 20 WHERE host = '{BLOG}'")
    assert operate.retry(store, [BLOG, HOST, ARTICLE]) == 1


def test_what_waits_can_be_cancelled_and_the_account_says_so(store: Store, lab) -> None:
    first = run(store, f"https://{BLOG}/a")
    run_id = pipeline.open_run(store, "cancel")
    assert operate.cancel(store, run_id, [BLOG]) == 1
    assert pipeline.close_run(store, run_id).mentions == 1
    assert rows(store, "SELECT run_id, outcome, why FROM essays.run_account ORDER BY run_id") == [
        (first, "waiting", "http 503"), (run_id, "refused", "cancelled by a person")]  # fmt: skip
    assert rows(store, "SELECT count(*) FROM ingest.address WHERE due_at IS NOT NULL") == [(0,)]
    assert operate.cancel(store, run_id, [BLOG]) == 0


@pytest.mark.parametrize("wanted", ["not a host", "host", "javascript:alert(1)"])
def test_what_is_neither_link_nor_host_is_an_error_with_a_remedy(store: Store, lab, wanted: str) -> None:
    with pytest.raises(IngestError, match="neither a link nor a host"):
        operate.retry(store, [wanted])


def test_the_rules_of_a_host_are_asked_for_once_and_noted_and_its_delay_is_kept(store: Store, lab) -> None:
    lab.script(HOST, "/robots.txt", {"do": "page", "html": RULES, "content_type": "text/plain"})
    run(store, ARTICLE)
    change(store, "UPDATE ingest.address SET due_at = now() WHERE key LIKE 'wechat:s/%%'")
    run(store, "")
    assert [one.path for one in lab.asked].count("/robots.txt") == 1
    assert rows(store, "SELECT robots, state FROM essays.fetch_log ORDER BY fetch_id") == [
        ("disallowed", "article"), ("disallowed", "article")]  # fmt: skip
    assert rows(store, f"SELECT round(spacing::numeric, 1)::float FROM ingest.host WHERE host = '{HOST}'") == [(0.4,)]
    assert lab.asked[1].at - lab.asked[0].at > 0.3


def test_strict_robots_refuse_what_the_host_disallows_and_ask_for_nothing(
    store: Store, lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESSAYS_ROBOTS", "strict")
    settings.cache_clear()
    lab.script(HOST, "/robots.txt", {"do": "page", "html": RULES, "content_type": "text/plain"})
    run(store, ARTICLE)
    assert lab.looks == []
    assert rows(store, "SELECT outcome, state, why FROM essays.run_account") == [
        ("refused", "refused", "robots.txt disallows it, and ESSAYS_ROBOTS is strict")
    ]


def test_a_host_may_have_a_user_agent_of_its_own(store: Store, lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESSAYS_USER_AGENTS", f'{{"{HOST}": "Mozilla/5.0 (lab)"}}')
    settings.cache_clear()
    run(store, f"{ARTICLE} https://{BLOG}/a")
    agents = {one.host: one.headers["user-agent"] for one in lab.asked}
    assert agents[HOST] == "Mozilla/5.0 (lab)"
    assert agents[BLOG].startswith("essay-ingest/")


def test_a_redirect_waits_for_its_turn_at_the_host_that_it_leads_to(
    store: Store, open_lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorts = [f"short{n}.example" for n in range(4)]
    lab = open_lab(
        {HOST: {"/s/*": PAGE}} | {
            host: {"/a": {"do": "redirect", "to": f"https://{HOST}/s/ExampleArticle-{n}-OfFou"}}
            for n, host in enumerate(shorts)
        },
        EXAMPLES,
    )  # fmt: skip
    monkeypatch.setenv("ESSAYS_HOST_SPACING", "0.4")
    settings.cache_clear()
    run(store, " ".join(f"https://{host}/a" for host in shorts))
    times = [one.at for one in lab.looks if one.host == HOST]
    assert len(times) == 4
    assert min(later - earlier for earlier, later in pairwise(times)) > 0.25
    operate.set_paused(store, HOST, True)
    lab.script("short0.example", "/b", {"do": "redirect", "to": f"https://{HOST}/s/AnotherExample-OfFours"})
    run(store, "https://short0.example/b")
    assert len([one for one in lab.looks if one.host == HOST]) == 4
    assert rows(store, "SELECT outcome, state FROM essays.run_account WHERE url LIKE '%%/b'") == [
        ("waiting", "rate_limited")
    ]


def test_captchas_behind_a_redirect_are_held_against_the_host_that_shows_them(
    store: Store, open_lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    captcha = "<html><head><script>var PAGE_MID='mmbizwap:secitptpage/verify.html'</script></head><body></body></html>"
    open_lab(
        {HOST: {"/s/*": {"do": "page", "html": captcha}},
         "short.example": {"/*": {"do": "redirect", "to": f"https://{HOST}/s/ExampleArticle-On-Scal"}}},
        EXAMPLES,
    )  # fmt: skip
    monkeypatch.setenv("ESSAYS_HOST_SPACING", "0")
    settings.cache_clear()
    run(store, "https://short.example/a https://short.example/b")
    assert rows(store, "SELECT host, failures, breaker_until > now() FROM ingest.host WHERE failures > 0") == [
        (HOST, 2, True)
    ]


@pytest.mark.parametrize(("pattern", "asked"), [("*", ["/robots.txt"]), ("/[abc]*", ["/robots.txt", "/a"])])
def test_who_says_how_long_to_stay_away_is_left_alone_with_all_its_pages(
    store: Store, lab, pattern: str, asked: list[str]
) -> None:
    lab.script(BLOG, "*", {"do": "pass"})
    lab.script(BLOG, pattern, {"do": "status", "code": 429, "headers": {"retry_after": 600}})
    run(store, f"https://{BLOG}/a https://{BLOG}/b https://{BLOG}/c")
    assert [one.path for one in lab.asked if one.host == BLOG] == asked
    assert rows(store, f"SELECT next_at > now() + interval '9 minutes' FROM ingest.host WHERE host = '{BLOG}'") == [
        (True,)
    ]


def test_what_another_run_goes_on_with_waits_no_more_in_the_account(store: Store, lab) -> None:
    first = pipeline.open_run(store, "ingest_links")
    submit.hand_in(store, first, ARTICLE)
    change(store, "UPDATE ingest.address SET due_at = now() - interval '1 minute'")
    assert (due(store), worker.due_hosts(store)) == (0, []), "the first run goes on"
    change(store, "UPDATE ingest.run SET started_at = now() - interval '1 hour'")
    assert (due(store), worker.due_hosts(store)) == (1, [HOST]), "the first run is dead"
    run(store, "")
    assert pipeline.close_run(store, first).outcomes == {"already_settled": 1}


def test_a_turn_at_a_host_is_one_workers_until_it_is_given_back_and_spaced_from_the_request(store: Store) -> None:
    def take() -> hosts.Turn | hosts.NotBefore:
        return store.attempt(lambda connection: hosts.take(connection, HOST, rules=False))

    first = take()
    assert isinstance(first, hosts.Turn)
    assert "another worker" in take().why
    store.attempt(lambda connection: hosts.give_back(connection, first, None))
    second = take()
    assert isinstance(second, hosts.Turn), "nothing was asked, so nothing is spaced"
    store.attempt(lambda connection: hosts.give_back(connection, second, time.monotonic() - 2))
    spaced = take()
    assert 3 < spaced.seconds <= 4 and "a short time ago" in spaced.why
    change(store, "UPDATE ingest.host SET breaker_until = now() + interval '1 hour'")
    assert "captchas" in take().why
    operate.set_paused(store, HOST, True)
    assert take() == hosts.NotBefore(None, "the host is paused")


def test_a_turn_that_was_lost_is_taken_by_another_and_not_ended_by_the_one_who_comes_late(store: Store) -> None:
    take = partial(store.attempt, lambda connection: hosts.take(connection, HOST, rules=False))
    lost = take()
    change(store, "UPDATE ingest.host SET turn_until = now() - interval '1 second'")
    assert isinstance(take(), hosts.Turn)
    store.attempt(lambda connection: hosts.give_back(connection, lost, None))
    assert isinstance(take(), hosts.NotBefore)


def test_work_that_is_broken_off_gives_its_turn_back(store: Store, lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(hosts, "fetch", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(store, ARTICLE)
    assert rows(store, "SELECT turn_until FROM ingest.host") == [(None,)]

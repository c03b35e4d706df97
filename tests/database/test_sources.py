"""Sources against a lab of real hostnames and a real database: what they list is fetched once, and silence is noticed."""

from __future__ import annotations

import gzip
import io
import json
import os
import warnings
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from ingest import pipeline, sources
from ingest.crawl import operate, worker
from ingest.intake import imports, submit
from ingest.model import IngestError
from ingest.settings import settings
from ingest.sources import interval
from ingest.sources.asking import OwnServer
from ingest.store import Store

from ..conftest import ROOT, change, database_url, rows, shared

EXAMPLES = ROOT / "examples" / "pages"
BLOG, BRIDGE, WECHAT = "blog.example.com", "bridge.example.com", "mp.weixin.qq.com"
FEED = f"https://{BLOG}/feed.xml"
BRIDGED = f"https://{BRIDGE}/feed/1.xml"
TOKEN = "ExampleArticle-On-Scal"
LONG = "http://mp.weixin.qq.com/s?__biz=MzA4MDAwMDAwMQ==&amp;mid=265000000{}&amp;idx=1&amp;sn=0123456789abcdef0123456789abcdef"
BODY = "<p>这是桥送来的正文,一共两段,比页面短一些。</p><p>第二段说,页面抓到以后,这一份应当让位。</p>"
ALBUM = "https://mp.weixin.qq.com/mp/appmsgalbum?__biz=MzA4MDAwMDAwMQ==&action=getalbum&album_id=3457885223537541125"
XML = "application/rss+xml; charset=utf-8"
CAPTCHA = "<html><head><script>var PAGE_MID='mmbizwap:secitptpage/verify.html'</script></head><body></body></html>"


def item(url: str, title: str = "题目", at: datetime | None = None, body: str = "") -> str:
    date = f"<pubDate>{format_datetime(at)}</pubDate>" if at else ""
    content = f"<content:encoded><![CDATA[{body}]]></content:encoded>" if body else ""
    return f"<item><title>{title}</title><link>{url}</link>{date}{content}</item>"


def rss(*items: str, title: str = "夜航笔记") -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>{title}</title><link>https://{BLOG}/</link>{''.join(items)}</channel></rss>"
    )


def served(text: str, etag: str | None = None, kind: str = XML) -> dict[str, object]:
    return {"do": "page", "html": text, "content_type": kind, "etag": etag}


@pytest.fixture
def lab(open_lab, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ESSAYS_HOST_SPACING", "0")
    return open_lab({
        BLOG: {"/feed.xml": served(rss(item(f"https://{BLOG}/1"), item(f"https://{BLOG}/2")), '"1"')},
        BRIDGE: {"/feed/1.xml": served(rss(item(f"https://{WECHAT}/s/{TOKEN}", body=BODY), title="观测站"))},
        WECHAT: {f"/s/{TOKEN}": {"do": "page", "file": "article-scaling.html"}},
        "own.example.com": {},
    }, EXAMPLES)  # fmt: skip


def add(store: Store, address: str, **given: object) -> str:
    return sources.add_source(store, address, **given)[0].slug


def check(store: Store, slug: str) -> sources.Check:
    run_id = pipeline.open_run(store, "discover_links")
    told = sources.check_source(store, run_id, slug)
    pipeline.relate(store)
    account = pipeline.close_run(store, run_id)
    if told.state == "ok":
        assert account.mentions == told.mentions, "what a check handed in is accounted for"
    return told


def fetch_all(store: Store) -> None:
    run_id = pipeline.open_run(store, "run")
    worker.fetch_due(store, run_id, 20)
    pipeline.relate(store)
    pipeline.close_run(store, run_id)


# Adding


def test_an_address_says_itself_what_kind_of_source_it_is(store: Store, lab, tmp_path: Path) -> None:
    page = '<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head><body>x</body></html>'
    many = "".join(f'<a href="/2026/{n}">一篇文章的题目{n}</a>' for n in range(10))
    lab.script(BLOG, "/", served(page, kind="text/html"))
    lab.script(BLOG, "/archive", served(f"<html><body>{many}</body></html>", kind="text/html"))
    lab.script(BLOG, "/map.xml", served(f"<urlset><url><loc>https://{BLOG}/1</loc></url></urlset>", kind="text/xml"))
    lab.script(
        BLOG,
        "/feed.json",
        served(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": []}), kind="application/feed+json"),
    )
    made = [sources.add_source(store, f"https://{BLOG}{path}")[0] for path in ("/", "/map.xml", "/feed.json")]
    assert [(one.kind, one.url) for one in made] == [
        ("feed", FEED), ("sitemap", f"https://{BLOG}/map.xml"), ("feed", f"https://{BLOG}/feed.json"),
    ]  # fmt: skip
    assert [one.slug for one in made] == [
        "blog.example.com-feed",
        "blog.example.com-map",
        "blog.example.com-feed-" + made[2].slug[-8:],
    ]
    assert not sources.add_source(store, FEED)[0].is_new
    (tmp_path / "drop").mkdir()
    assert sources.add_source(store, str(tmp_path / "drop"))[0].kind == "folder"
    lab.script(BLOG, "/feed.xml", {"do": "status", "code": 404})
    assert sources.add_source(store, f"https://{BLOG}/archive")[0].kind == "page"
    assert {row["slug"] for row in sources.sources(store)} == {
        *(one.slug for one in made),
        "folder-drop",
        "blog.example.com-archive",
    }


def test_an_article_is_no_source_and_says_what_can_be_followed(store: Store, lab) -> None:
    with pytest.raises(sources.NotFollowed, match="July 2026"):
        sources.add_source(store, f"https://{WECHAT}/s/{TOKEN}")
    with pytest.raises(IngestError, match="not_found"):
        sources.add_source(store, f"https://{BLOG}/nowhere")
    with pytest.raises(IngestError, match="neither an address nor a folder"):
        sources.add_source(store, "/no/such/folder")
    assert sources.sources(store) == []


def test_a_real_list_of_subscriptions_adds_its_feeds_once(store: Store) -> None:
    opml = str(shared("feeds") / "wechat2rss_sec.opml")
    made = sources.add_source(store, opml, keep=["安全"])
    assert len(made) == 326 and all(one.is_new for one in made)
    assert not any(one.is_new for one in sources.add_source(store, opml))
    assert len(sources.due_sources(store)) == 326
    assert [len(names) for names in sources.portions(sources.due_sources(store))] == [50] * 6 + [26]


# Checking


def test_what_is_new_is_handed_in_once_and_unchanged_answers_cost_nothing(store: Store, lab) -> None:
    slug = add(store, FEED)
    first = check(store, slug)
    assert (first.state, first.items, first.new) == ("ok", 2, 2)
    assert rows(store, "SELECT key, found_by, due_at <= now() FROM ingest.address ORDER BY 1") == [
        ("url:blog.example.com/1", slug, True), ("url:blog.example.com/2", slug, True),
    ]  # fmt: skip
    assert check(store, slug).state == "not_modified"
    assert lab.asked[-1].headers["if-none-match"] == '"1"'
    lab.script(BLOG, "/feed.xml", served(rss(item(f"https://{BLOG}/3"), item(f"https://{BLOG}/1")), '"2"'))
    third = check(store, slug)
    assert (third.new, third.items) == (1, 2)
    assert rows(
        store, "SELECT count(*), sum(new_items), count(*) FILTER (WHERE conditional) FROM ingest.source_check"
    ) == [(3, 3, 2)]
    assert rows(store, "SELECT state, items, documents, waiting, checks FROM essays.source_health") == [
        ("ok", 3, 0, 3, 3)
    ]


def test_the_same_bytes_without_validators_are_not_read_again(store: Store, lab) -> None:
    lab.script(BLOG, "/feed.xml", served(rss(item(f"https://{BLOG}/1"))))
    slug = add(store, FEED)
    assert [check(store, slug).state, check(store, slug).state] == ["ok", "not_modified"]


def test_words_decide_what_is_handed_in(store: Store, lab) -> None:
    lab.script(
        BLOG,
        "/feed.xml",
        served(
            rss(*(item(f"https://{BLOG}/{n}", t) for n, t in enumerate(("大模型的記憶", "招聘:算法", "大模型招聘"))))
        ),
    )
    told = check(store, add(store, FEED, keep=["大模型"], drop=["招聘"]))
    assert (told.new, told.refused) == (1, 2)
    assert "dropped by the word" in str(told.reason)


def test_a_body_of_a_bridge_is_read_at_once_and_gives_way_to_the_page(store: Store, lab) -> None:
    slug = add(store, BRIDGED)
    told = check(store, slug)
    assert (told.new, told.bodies) == (1, 1)
    assert rows(store, "SELECT obtained, found_by, availability, account, text LIKE '这是桥送来的正文%%' FROM essays.document") == [
        ("feed", slug, "unknown", "观测站", True)]  # fmt: skip
    assert rows(store, "SELECT how, state FROM essays.fetch_log") == [("feed", "article")]
    fetch_all(store)
    assert rows(store, "SELECT obtained, availability FROM essays.document") == [("fetched", "available")]
    assert rows(store, "SELECT cause FROM essays.revision ORDER BY revision_number") == [
        ("first",),
        ("better_evidence",),
    ]
    lab.script(BRIDGE, "/feed/1.xml", served(rss(item(f"https://{WECHAT}/s/{TOKEN}", body=BODY + "<p>桥又改了。</p>"))))
    check(store, slug)
    assert rows(store, "SELECT count(*) FROM essays.revision") == [(2,)], "a bridge's copy never replaces the page"
    assert store.ask("face", "doctor") == []


def test_a_body_stays_while_the_page_cannot_be_fetched(store: Store, lab) -> None:
    lab.script(WECHAT, f"/s/{TOKEN}", {"do": "page", "html": CAPTCHA})
    check(store, add(store, BRIDGED))
    fetch_all(store)
    assert rows(store, "SELECT obtained, availability FROM essays.document") == [("feed", "unknown")]
    assert rows(store, "SELECT state, due_at > now() FROM ingest.address WHERE key LIKE 'wechat:%%'") == [
        ("verify_page", True)
    ]


def test_a_long_link_with_a_body_is_not_asked_for(store: Store, lab) -> None:
    lab.script(BRIDGE, "/feed/1.xml", served(rss(item(LONG.format(1), body=BODY), item(LONG.format(2)))))
    told = check(store, add(store, BRIDGED))
    assert (told.new, told.bodies) == (2, 1)
    assert rows(store, "SELECT key, due_at IS NOT NULL FROM ingest.address ORDER BY 1") == [
        ("wechat:MzA4MDAwMDAwMQ==/2650000001/1", False), ("wechat:MzA4MDAwMDAwMQ==/2650000002/1", True)]  # fmt: skip
    assert rows(store, "SELECT site, native_id FROM essays.document") == [("wechat", "MzA4MDAwMDAwMQ==/2650000001/1")]


def test_what_bridges_send_in_place_of_a_body_is_no_essay(store: Store, lab) -> None:
    bad = ("获取全文失败，请重试~", "<style>.a{}</style>", f"<!DOCTYPE html><html><body>{BODY}</body></html>")
    lab.script(
        BRIDGE,
        "/feed/1.xml",
        served(rss(*(item(f"https://{WECHAT}/s/BadBody_{n:014d}", body=b) for n, b in enumerate(bad)))),
    )
    told = check(store, add(store, BRIDGED))
    assert (told.new, told.bodies, told.refused) == (3, 0, 3)
    assert rows(store, "SELECT count(*) FROM essays.document") == [(0,)]
    assert rows(store, "SELECT count(*) FROM ingest.address WHERE due_at IS NOT NULL") == [(3,)]


def test_a_picture_link_that_is_signed_anew_is_no_new_body(store: Store, lab) -> None:
    slug = add(store, BRIDGED)
    for n in range(3):
        picture = f'<img src="https://{BRIDGE}/img-proxy?u=https%3A%2F%2Fmmbiz.qpic.cn%2Fa%2F640&k=sign{n}">'
        lab.script(BRIDGE, "/feed/1.xml", served(rss(item(f"https://{WECHAT}/s/{TOKEN}", body=BODY + picture))))
        assert check(store, slug).bodies == (1 if n == 0 else 0)
    assert rows(store, "SELECT data->>'url' FROM ingest.segment WHERE kind = 'image'") == [
        ("https://mmbiz.qpic.cn/a/640",)
    ]


def test_a_source_that_fails_is_asked_less_and_loses_nothing(store: Store, lab) -> None:
    slug = add(store, FEED, every=timedelta(hours=1))
    check(store, slug)
    waits = []
    for answer in (
        {"do": "status", "code": 500},
        {"do": "page", "html": "<html><body>login</body></html>"},
        {"do": "status", "code": 404},
    ):
        lab.script(BLOG, "/feed.xml", answer)
        told = check(store, slug)
        waits.append(told.wait)
        assert told.state in ("server_error", "unreadable", "not_found") and told.reason
    assert waits == [timedelta(hours=2), timedelta(hours=4), timedelta(hours=8)]
    assert rows(store, f"SELECT failures, etag FROM ingest.source WHERE slug = '{slug}'") == [(3, '"1"')]
    lab.script(BLOG, "/feed.xml", served(rss(item(f"https://{BLOG}/9")), '"9"'))
    assert check(store, slug).wait == timedelta(hours=1)
    assert rows(store, f"SELECT failures FROM ingest.source WHERE slug = '{slug}'") == [(0,)]


def test_a_paused_host_makes_a_source_wait_and_a_paused_source_is_not_due(store: Store, lab) -> None:
    slug = add(store, FEED)
    operate.set_paused(store, BLOG, True)
    asked = len(lab.asked)
    assert check(store, slug).state == "waiting"
    assert len(lab.asked) == asked
    assert rows(store, "SELECT failures FROM ingest.source WHERE kind = 'feed'") == [(0,)]
    operate.set_paused(store, BLOG, False)
    sources.resume(store, slug)
    assert [one["slug"] for one in sources.due_sources(store)] == [slug]
    sources.pause(store, slug)
    assert sources.due_sources(store) == []
    assert check(store, slug).state == "leased"
    with pytest.raises(IngestError, match="no source"):
        sources.pause(store, "nobody")


# Albums, sitemaps, folders


def album_page(first: int, last: int, more: bool) -> dict[str, object]:
    listed = [
        {
            "title": f"第{n}篇",
            "url": LONG.format(n).replace("&amp;", "&"),
            "msgid": f"265000000{n}",
            "itemidx": "1",
            "create_time": str(1763600000 + n * 86400),
        }
        for n in range(first, last + 1)
    ]
    told = {
        "base_resp": {"ret": 0},
        "getalbum_resp": {
            "article_list": listed,
            "base_info": {"title": "合集", "nickname": "观测站"},
            "continue_flag": "1" if more else "0",
        },
    }
    return served(json.dumps(told), kind="application/json")


def test_an_album_is_read_page_by_page_and_a_circle_ends(store: Store, lab) -> None:
    lab.script(
        WECHAT,
        "/mp/appmsgalbum",
        album_page(1, 3, True),
        album_page(1, 3, True),
        album_page(4, 6, True),
        album_page(1, 6, True),
    )
    slug = add(store, ALBUM + "&pass_ticket=secret")
    told = check(store, slug)
    assert (told.items, told.new) == (6, 6)
    assert "begin_msgid=2650000003&begin_itemidx=1" in lab.asked[-2].path
    assert not any("secret" in one.path for one in lab.asked)
    assert len([one for one in lab.asked if "appmsgalbum" in one.path]) == 4


def test_an_album_behind_a_captcha_opens_the_breaker_and_is_no_empty_album(store: Store, lab) -> None:
    lab.script(WECHAT, "/mp/appmsgalbum", album_page(1, 3, False))
    slug = add(store, ALBUM)
    check(store, slug)
    lab.script(WECHAT, "/mp/appmsgalbum", {"do": "redirect", "to": "/mp/wappoc_appmsgcaptcha?poc_token=x"})
    lab.script(WECHAT, "/mp/wappoc_appmsgcaptcha", {"do": "page", "html": CAPTCHA})
    assert [check(store, slug).state for _ in range(3)] == ["verify_page", "verify_page", "waiting"]
    assert rows(store, "SELECT count(*) FROM ingest.source_item") == [(3,)]


def test_an_index_of_sitemaps_is_read_where_it_changed(store: Store, lab) -> None:
    def index(day: int) -> dict[str, object]:
        return served("<sitemapindex>" + "".join(
            f"<sitemap><loc>https://{BLOG}/{name}.xml</loc><lastmod>2026-11-{at:02d}</lastmod></sitemap>"
            for name, at in (("a", 1), ("b", day), ("map", 20))) + "</sitemapindex>", kind="text/xml")  # fmt: skip

    lab.script(BLOG, "/map.xml", index(2))
    for name in "ab":
        lab.script(
            BLOG,
            f"/{name}.xml",
            served(
                f"<urlset><url><loc>https://{BLOG}/{name}/1</loc><lastmod>2026-11-01</lastmod></url></urlset>",
                kind="text/xml",
            ),
        )
    slug = add(store, f"https://{BLOG}/map.xml")
    assert check(store, slug).new == 2
    lab.script(BLOG, "/map.xml", index(3))
    lab.script(BLOG, "/b.xml", served(f"<urlset><url><loc>https://{BLOG}/b/2</loc></url></urlset>", kind="text/xml"))
    asked = len(lab.asked)
    assert check(store, slug).new == 1
    assert [one.path for one in lab.asked[asked:]] == ["/map.xml", "/b.xml"]


def test_a_packed_sitemap_and_a_list_of_subscriptions_come_under_their_own_types(
    store: Store, lab, tmp_path: Path
) -> None:
    packed = gzip.compress(f"<urlset><url><loc>https://{BLOG}/1</loc></url></urlset>".encode())
    (tmp_path / "map.xml.gz").write_bytes(packed)
    lab._pages = tmp_path
    lab.script(BLOG, "/map.xml.gz", {"do": "page", "file": "map.xml.gz", "content_type": "application/x-gzip"})
    lab.script(
        BLOG, "/list.opml", served(f'<opml><body><outline xmlUrl="{FEED}" text="x"/></body></opml>', kind="text/x-opml")
    )
    assert check(store, add(store, f"https://{BLOG}/map.xml.gz")).new == 1
    assert sources.add_source(store, f"https://{BLOG}/list.opml")[0].url == FEED
    lab.script(BLOG, "/film", served("x", kind="video/mp4"))
    with pytest.raises(IngestError, match="not_a_page"):
        sources.add_source(store, f"https://{BLOG}/film")


def test_a_page_that_a_sitemap_says_is_newer_is_looked_at_again(store: Store, lab) -> None:
    page = f"https://{WECHAT}/s/{TOKEN}"

    def sitemap(at: datetime) -> dict[str, object]:
        return served(
            f"<urlset><url><loc>{page}</loc><lastmod>{at.isoformat()}</lastmod></url></urlset>", kind="text/xml"
        )

    lab.script(BLOG, "/map.xml", sitemap(datetime.now(UTC) - timedelta(days=2)))
    slug = add(store, f"https://{BLOG}/map.xml")
    check(store, slug)
    fetch_all(store)
    lab.script(BLOG, "/map.xml", sitemap(datetime.now(UTC) - timedelta(days=1)))
    check(store, slug)
    assert worker.due_hosts(store) == [], "we looked after that"
    lab.script(BLOG, "/map.xml", sitemap(datetime.now(UTC) + timedelta(minutes=1)))
    check(store, slug)
    assert worker.due_hosts(store) == [WECHAT]


def test_a_long_sitemap_is_handed_in_in_portions(store: Store, lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESSAYS_MAX_CHECK_NEW", "10")
    settings.cache_clear()
    urls = "".join(f"<url><loc>https://{BLOG}/p/{n}</loc></url>" for n in range(25))
    lab.script(BLOG, "/map.xml", served(f"<urlset>{urls}</urlset>", '"m"', kind="text/xml"))
    slug = add(store, f"https://{BLOG}/map.xml")
    told = [check(store, slug) for _ in range(4)]
    assert [one.new for one in told] == [10, 10, 5, 0]
    assert [one.wait == interval.WHEN_MORE for one in told] == [True, True, False, False]
    assert told[3].state == "not_modified"


# robots.txt: what a person asked for is asked on their behalf, what a page led to obeys


def rules(*paths: str) -> dict[str, object]:
    text = "User-agent: *\n" + "".join(f"Disallow: {path}\n" for path in paths)
    return {"do": "page", "html": text, "content_type": "text/plain"}


def paths_of(lab, start: int = 0) -> list[str]:
    return [one.path for one in lab.looks[start:]]


def robots_of_checks(store: Store) -> list[tuple[object, ...]]:
    return rows(store, "SELECT robots FROM ingest.source_check ORDER BY check_id")


def index_of(*names: str) -> dict[str, object]:
    places = (f"<sitemap><loc>https://{BLOG}/{name}</loc><lastmod>2026-11-01</lastmod></sitemap>" for name in names)
    return served(f"<sitemapindex>{''.join(places)}</sitemapindex>", kind="text/xml")


def urls_of(*names: str) -> dict[str, object]:
    return served(
        f"<urlset>{''.join(f'<url><loc>https://{BLOG}/{name}</loc></url>' for name in names)}</urlset>", kind="text/xml"
    )


def test_a_sitemap_that_an_index_names_is_asked_for_where_robots_may(store: Store, lab) -> None:
    lab.script(BLOG, "/robots.txt", rules("/private", "/map.xml"))
    lab.script(BLOG, "/map.xml", index_of("private.xml", "open.xml"))
    lab.script(BLOG, "/open.xml", urls_of("essay"))
    slug = add(store, f"https://{BLOG}/map.xml")
    told = check(store, slug)
    assert (told.state, told.new, told.refused) == ("ok", 1, 1)
    assert told.reason == f"https://{BLOG}/private.xml: robots.txt disallows it, and a page led to it"
    assert robots_of_checks(store) == [("disallowed",)], "the index itself was asked for by a person"
    check(store, slug)
    assert not any("private" in path for path in paths_of(lab))
    assert [one.path for one in lab.asked].count("/robots.txt") == 1


def test_disallowed_sitemaps_do_not_keep_the_others_from_their_turn(
    store: Store, lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESSAYS_MAX_CHECK_PAGES", "2")
    settings.cache_clear()
    lab.script(BLOG, "/robots.txt", rules("/private"))
    lab.script(BLOG, "/map.xml", index_of(*(f"private/{n}.xml" for n in range(4)), "open.xml"))
    lab.script(BLOG, "/open.xml", urls_of("essay"))
    slug = add(store, f"https://{BLOG}/map.xml")
    assert [check(store, slug).new for _ in range(3)] == [0, 0, 1]


def test_rules_that_cannot_be_told_allow_no_following_until_they_can(store: Store, lab) -> None:
    lab.script(BLOG, "/robots.txt", {"do": "status", "code": 503})
    lab.script(BLOG, "/map.xml", index_of("open.xml"))
    lab.script(BLOG, "/open.xml", urls_of("essay"))
    slug = add(store, f"https://{BLOG}/map.xml")
    told = check(store, slug)
    assert (told.state, told.new, told.refused) == ("ok", 0, 1) and "can't be told" in (told.reason or "")
    assert "/open.xml" not in paths_of(lab)
    lab.script(BLOG, "/robots.txt", rules("/private"))
    change(store, "UPDATE ingest.host SET robots_asked_at = NULL")
    change(store, "UPDATE ingest.source SET body_sha = NULL")
    assert check(store, slug).new == 1
    assert robots_of_checks(store) == [("unknown",), ("allowed",)]


def test_further_pages_of_a_feed_obey_and_those_of_an_album_are_the_album(store: Store, lab) -> None:
    following = (
        f'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="next" href="https://{BLOG}/feed.xml?page=2"/>'
    )
    first = rss(item(f"https://{BLOG}/1")).replace("<link>", f"{following}<link>", 1)
    lab.script(BLOG, "/robots.txt", rules("/feed.xml"))
    lab.script(BLOG, "/feed.xml", served(first))
    lab.script(BLOG, "/feed.xml?page=2", served(rss(item(f"https://{BLOG}/2"))))
    told = check(store, add(store, FEED))
    assert (told.new, told.refused) == (1, 1) and "page=2: robots.txt disallows it" in (told.reason or "")
    lab.script(WECHAT, "/robots.txt", rules("/"))
    lab.script(WECHAT, "/mp/appmsgalbum", album_page(1, 3, True), album_page(1, 3, True), album_page(4, 6, False))
    assert check(store, add(store, ALBUM)).new == 6
    assert robots_of_checks(store) == [("disallowed",), ("disallowed",)]


def test_links_of_a_page_obey_unless_a_person_hands_them_in(store: Store, lab) -> None:
    many = "".join(f'<a href="/2026/{n}">一篇文章的题目{n}</a>' for n in range(9))
    lab.script(BLOG, "/robots.txt", rules("/2026/1", "/archive"))
    lab.script(BLOG, "/archive", served(f"<html><body>{many}</body></html>", kind="text/html"))
    for name in ("feed.xml", "atom.xml", "index.xml", "rss.xml", "feed", "sitemap.xml"):
        lab.script(BLOG, f"/{name}", {"do": "status", "code": 404})
    slug = add(store, f"https://{BLOG}/archive")
    assert check(store, slug).new == 9
    fetch_all(store)
    assert "/2026/1" not in paths_of(lab) and "/2026/2" in paths_of(lab)
    assert rows(store, "SELECT state, robots, reason FROM essays.fetch_log WHERE robots = 'disallowed'") == [
        ("refused", "disallowed", "robots.txt disallows it, and a page led to it")
    ]
    run_id = pipeline.open_run(store, "links")
    submit.hand_in(store, run_id, f"https://{BLOG}/2026/1", refetch=True)
    worker.fetch_due(store, run_id, 20, of_run=run_id)
    assert paths_of(lab)[-1] == "/2026/1"


def test_a_feed_that_a_page_declares_is_looked_at_where_robots_may(store: Store, lab) -> None:
    page = '<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head><body>x</body></html>'
    lab.script(BLOG, "/", served(page, kind="text/html"))
    lab.script(BLOG, "/robots.txt", rules("/feed.xml"))
    with pytest.raises(sources.NotFollowed, match=f"declares a feed: {FEED}"):
        add(store, f"https://{BLOG}/")
    assert paths_of(lab) == ["/"]
    assert add(store, FEED), "whoever names it has asked for it"


def test_strict_robots_refuse_the_source_itself(store: Store, lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.script(BLOG, "/robots.txt", rules("/feed.xml"))
    slug = add(store, FEED)
    monkeypatch.setenv("ESSAYS_ROBOTS", "strict")
    settings.cache_clear()
    asked = len(lab.looks)
    told = check(store, slug)
    assert (told.state, told.reason) == ("refused", "robots.txt disallows it, and ESSAYS_ROBOTS is strict")
    assert paths_of(lab, asked) == [] and robots_of_checks(store) == [("disallowed",)]
    with pytest.raises(IngestError, match="strict"):
        add(store, FEED)


def test_a_watched_folder_takes_each_file_once(store: Store, tmp_path: Path) -> None:
    def put(name: str, text: str, at: int) -> None:
        (tmp_path / name).write_text(text, "utf-8")
        os.utime(tmp_path / name, (at, at))

    put("a.txt", "第一份交上来的文本,内容是关于缓存的几句话,不长。\n", 1_763_600_000)
    slug = add(store, str(tmp_path))
    assert (check(store, slug).new, check(store, slug).new) == (1, 0)
    put("b.txt", "第二份文本说的是河水与桥,与第一份毫无关系。\n", 1_763_700_000)
    assert check(store, slug).new == 1
    assert rows(store, "SELECT found_by, count(*) FROM essays.document GROUP BY 1") == [(slug, 2)]
    assert rows(store, "SELECT count(*) FROM ingest.fetch") == [(2,)]
    (tmp_path / "style.css").write_text("p {}", "utf-8")
    os.utime(tmp_path / "style.css", (1_763_700_000, 1_763_700_000))
    assert check(store, slug).state == "ok"


# My own server


def test_my_own_server_is_that_host_and_port_and_no_other(
    store: Store, open_lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESSAYS_HOST_SPACING", "0")
    lab = open_lab({"*": {
        "/feed": served(rss(item(f"https://{BLOG}/1"))), "/away": {"do": "redirect", "to": "http://127.0.0.2/feed"},
        "/port": {"do": "redirect", "to": "http://127.0.0.1:22/"}, "/here": {"do": "redirect", "to": "/feed"},
    }})  # fmt: skip
    port = lab._ports[False]
    own = f"127.0.0.1:{port}"
    with pytest.raises(IngestError, match="refused"):
        sources.add_source(store, f"http://{own}/feed")
    slug = add(store, f"http://{own}/feed", own_server=own)
    assert check(store, slug).new == 1
    assert not any(one.path == "/robots.txt" for one in lab.asked), "a server of one's own has no rules for its owner"
    assert sources.add_source(store, f"http://{own}/here", own_server=own)
    for path in ("away", "port"):
        with pytest.raises(IngestError, match="redirect"):
            sources.add_source(store, f"http://{own}/{path}", own_server=own)
    for other in (f"127.0.0.1:{port + 1}", "192.168.1.5:8001", "nonsense", f"127.0.0.1:{port}/x", ":80"):
        with pytest.raises(IngestError, match=r"own server|no host and port"):
            sources.add_source(store, f"http://{own}/feed", own_server=other)


def test_the_exemption_of_an_own_server_is_one_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    own = OwnServer.of("192.168.1.5:8001", "http://192.168.1.5:8001/feed/1.xml?x=1")
    assert own.resolve().table == {("192.168.1.5", 80): ("192.168.1.5", 8001)}
    assert own.asked("http://192.168.1.5:8001/feed/1.xml?x=1") == "http://192.168.1.5/feed/1.xml?x=1"
    assert own.told("http://192.168.1.5/feed/1.xml?x=1") == "http://192.168.1.5:8001/feed/1.xml?x=1"
    assert own.told("http://192.168.1.6/feed") == "http://192.168.1.6/feed"


# Rhythm


def test_a_source_that_falls_silent_is_overdue_though_every_check_is_fine(store: Store, lab) -> None:
    now = datetime.now(UTC)
    weekly = [item(f"https://{BLOG}/{n}", at=now - timedelta(days=22 + 7 * n)) for n in range(6)]
    daily = [item(f"https://{BLOG}/d{n}", at=now - timedelta(days=n)) for n in range(6)]
    lab.script(BLOG, "/feed.xml", served(rss(*weekly)))
    lab.script(BLOG, "/daily.xml", served(rss(*daily)))
    lab.script(BLOG, "/few.xml", served(rss(item(f"https://{BLOG}/old", at=now - timedelta(days=900)))))
    waits = [check(store, add(store, f"https://{BLOG}/{name}.xml")).wait for name in ("feed", "daily", "few")]
    assert rows(store, "SELECT slug, usual_gap, overdue, state FROM essays.source_health ORDER BY 1") == [
        ("blog.example.com-daily", timedelta(days=1), False, "ok"), ("blog.example.com-feed", timedelta(days=7), True, "ok"),
        ("blog.example.com-few", None, False, "ok")]  # fmt: skip
    assert waits == [timedelta(days=1), timedelta(hours=6), timedelta(hours=6)]


@pytest.mark.parametrize(
    ("gap", "silent", "given", "wait"),
    [
        (None, None, {}, timedelta(hours=6)),
        (timedelta(days=1), None, {}, timedelta(hours=6)),
        (timedelta(minutes=20), None, {}, timedelta(minutes=30)),
        (timedelta(days=60), None, {}, timedelta(days=1)),
        (timedelta(days=1), timedelta(days=6), {}, timedelta(hours=12)),
        (timedelta(days=1), timedelta(days=600), {}, timedelta(days=1)),
        (timedelta(days=1), None, {"every": timedelta(minutes=1)}, timedelta(minutes=5)),
        (timedelta(days=1), None, {"failures": 1}, timedelta(hours=12)),
        (timedelta(days=1), None, {"failures": 50}, timedelta(days=3)),
        (timedelta(days=1), None, {"failures": 1, "retry_after": 86400}, timedelta(days=1)),
        (timedelta(days=1), None, {"more": True}, timedelta(minutes=1)),
    ],
)
def test_the_next_check_follows_the_source(gap, silent, given, wait) -> None:
    assert interval.next_check(gap, silent, **given) == wait


def test_a_push_of_many_articles_is_one_event() -> None:
    start = datetime(2026, 11, 1, 20, tzinfo=UTC)
    pushes = [start + timedelta(days=2 * day, minutes=5 * n) for day in range(5) for n in range(8)]
    assert interval.usual_gap(pushes) == timedelta(days=2)
    assert interval.usual_gap(pushes[:16]) is None
    assert interval.usual_gap([]) is None


# Many workers, and workers that die


def test_of_many_workers_one_checks(store: Store, database: str, lab) -> None:
    slug = add(store, FEED)

    def work(_: int) -> str:
        own = Store(database_url(database, "loader"))
        told = sources.check_source(own, pipeline.open_run(own, "discover_links"), slug)
        own.close()
        return told.state

    with ThreadPoolExecutor(6) as pool:
        states = list(pool.map(work, range(6)))
    assert states.count("ok") == 1
    assert set(states) <= {"ok", "leased", "not_modified"}
    assert rows(store, "SELECT count(*) FROM ingest.source_item") == [(2,)]


def test_a_check_that_lost_its_lease_changes_nothing(store: Store, lab, monkeypatch: pytest.MonkeyPatch) -> None:
    from ingest.sources import reading

    slug = add(store, BRIDGED)
    original = reading.ask_source

    def late(*given: object, **options: object) -> object:
        change(store, "UPDATE ingest.source SET fence = fence + 1")
        return original(*given, **options)

    monkeypatch.setattr(reading, "ask_source", late)
    assert check(store, slug).state == "leased"
    assert rows(store, "SELECT count(*) FROM ingest.address") == [(0,)]
    assert rows(store, "SELECT count(*) FROM ingest.source_check") == [(0,)]


@pytest.mark.parametrize("at", ["_record_bodies", "_end"])
def test_a_check_that_was_killed_is_made_good_by_the_next_one(
    store: Store, lab, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    from ingest.sources import checking

    lab.script(BRIDGE, "/feed/1.xml", served(rss(item(f"https://{WECHAT}/s/{TOKEN}", body=BODY)), '"b"'))
    slug = add(store, BRIDGED)
    with monkeypatch.context() as broken:
        broken.setattr(checking, at, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            check(store, slug)
    change(store, "UPDATE ingest.source SET lease_until = now() - interval '1 second'")
    told = check(store, slug)
    assert (told.state, told.new) == ("ok", 0)
    assert rows(store, "SELECT obtained FROM essays.document") == [("feed",)]
    assert rows(store, "SELECT count(*) FROM ingest.address WHERE due_at IS NOT NULL") == [(1,)]


def test_a_page_that_a_source_listed_names_it(store: Store, lab) -> None:
    lab.script(BLOG, "/feed.xml", served(rss(item(f"https://{WECHAT}/s/{TOKEN}"))))
    slug = add(store, FEED)
    check(store, slug)
    fetch_all(store)
    assert rows(store, "SELECT found_by, obtained FROM essays.document") == [(slug, "fetched")]


def test_hostile_feeds_end_with_a_reason_and_leave_the_others_alone(store: Store, lab) -> None:
    bad = {
        "entities": '<!DOCTYPE rss [<!ENTITY a "b">]>' + rss(item(f"https://{BLOG}/1")),
        "deep": '{"items": ' + "[" * 100_000,
        "script": rss(item("javascript:alert(1)"), item(f"https://{BLOG}/ok")),
    }
    good = add(store, FEED)
    slugs = {}
    for name, text in bad.items():
        lab.script(BLOG, f"/{name}.xml", served(rss()))
        slugs[name] = add(store, f"https://{BLOG}/{name}.xml")
        lab.script(BLOG, f"/{name}.xml", served(text))
    told = {name: check(store, slug) for name, slug in slugs.items()}
    assert told["entities"].state == "refused" and "entities" in str(told["entities"].reason)
    assert told["deep"].state == "refused"
    assert (told["script"].state, told["script"].new, told["script"].refused) == ("ok", 1, 1)
    assert check(store, good).state == "ok"


@pytest.mark.parametrize(("url", "shown"), [
    ("https://example.com/feed.xml?author=lin&page=2", "https://example.com/feed.xml?author=lin&page=2"),
    ("https://example.com/feed?user=1&token=abc&x=y#t", "https://example.com/feed?user=1&token=…&x=y#t"),
    ("https://example.com/feed?ACCESS_KEY=abc", "https://example.com/feed?ACCESS_KEY=…"),
    ("https://lin:pass@example.com/feed", "https://…@example.com/feed"),
    ("https://example.com/0123456789abcdef0123456789abcdef/feed", "https://example.com/…/feed"),
    ("/srv/a folder/key=1", "/srv/a folder/key=1"),
])  # fmt: skip
def test_analysts_do_not_see_what_opens_a_private_source(store: Store, url: str, shown: str) -> None:
    with store.transaction() as connection:
        connection.exec_driver_sql("INSERT INTO ingest.source (slug, kind, url) VALUES ('p', 'feed', %s)", (url,))
    assert rows(store, "SELECT url FROM essays.source_health") == [(shown,)]


def test_every_column_of_the_view_says_what_it_is(store: Store) -> None:
    assert rows(store, """SELECT a.attname FROM pg_attribute a
        WHERE a.attrelid = 'essays.source_health'::regclass AND a.attnum > 0 AND col_description(a.attrelid, a.attnum) IS NULL""") == []  # fmt: skip


# WARC


def warc(path: Path, pages: list[tuple[str, bytes, str, int]], packed: bool = True) -> Path:
    """An archive with these answers: address, body, type, status."""
    with path.open("wb") as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the writer leaves its temporary files open
        writer = WARCWriter(stream, gzip=packed)
        writer.write_record(writer.create_warcinfo_record(path.name, {"software": "a test"}))
        for page in pages:
            writer.write_record(captured(writer, *page))
    return path


def captured(writer: WARCWriter, url: str, body: bytes, kind: str, status: int) -> object:
    names = [("Content-Type", kind), ("Content-Encoding", "gzip")]
    return writer.create_warc_record(
        url, "response", payload=io.BytesIO(gzip.compress(body)),
        http_headers=StatusAndHeaders(f"{status} OK", names, protocol="HTTP/1.1"),
        warc_headers_dict={"WARC-Date": "2026-11-01T08:00:00Z"},
    )  # fmt: skip


def hand_in(store: Store, path: Path) -> pipeline.Account:
    run_id = pipeline.open_run(store, "import")
    plan = imports.plan([str(path)])
    imports.load(store, run_id, plan)
    imports.load_lists(store, run_id, plan.lists)
    pipeline.relate(store)
    account = pipeline.close_run(store, run_id)
    pipeline.check_total(account, plan.total)
    return account


@pytest.mark.parametrize("packed", [True, False])
def test_an_archive_gives_its_pages_with_their_addresses_and_dates(store: Store, tmp_path: Path, packed: bool) -> None:
    article = (EXAMPLES / "article-scaling.html").read_bytes()
    url = f"https://{WECHAT}/s/{TOKEN}"
    path = warc(tmp_path / ("a.warc.gz" if packed else "a.warc"), [
        (url, article, "text/html; charset=utf-8", 200), (f"https://{WECHAT}/logo.png", b"\x89PNG", "image/png", 200),
        (f"https://{WECHAT}/s/GoneArticle00000000000", b"<html>gone</html>", "text/html", 404),
        (f"https://{WECHAT}/s/TooLargeArticle0000000", b"<html>" + b" " * 40_000_000, "text/html", 200),
    ], packed)  # fmt: skip
    account = hand_in(store, path)
    assert account.documents == 1
    assert rows(store, "SELECT obtained, found_by, url FROM essays.document") == [("handed_in", "files", url)]
    assert rows(store, "SELECT state, http_status, reason FROM essays.fetch_log ORDER BY 1") == [
        ("article", 200, None), ("not_a_page", None, "an archive of 1 pages; passed over: 1 http 404, 1 no page, 1 too large"),
    ]  # fmt: skip
    assert rows(store, "SELECT seen_at IS NOT NULL FROM ingest.fetch WHERE state = 'article'") == [(True,)]


def test_an_archive_that_is_cut_off_keeps_what_it_has(store: Store, tmp_path: Path) -> None:
    article = (EXAMPLES / "article-scaling.html").read_bytes()
    path = warc(tmp_path / "a.warc", [(f"https://{WECHAT}/s/{TOKEN}", article, "text/html", 200)] * 2, packed=False)
    path.write_bytes(path.read_bytes()[: -len(gzip.compress(article)) // 2] + b"WARC/1.0 nonsense\r\n\xff")
    account = hand_in(store, path)
    assert account.documents == 1
    (tmp_path / "b.warc.gz").write_bytes(b"\x1f\x8bnonsense")
    hand_in(store, tmp_path / "b.warc.gz")
    assert "damaged" in str(rows(store, "SELECT reason FROM essays.fetch_log WHERE file LIKE '%%b.warc.gz'"))


def test_the_bounds_of_archives_and_folders_are_settings(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    article = (EXAMPLES / "article-scaling.html").read_bytes()
    archive = warc(tmp_path / "a.warc", [(f"https://{WECHAT}/s/{TOKEN}", article, "text/html", 200)] * 4, packed=False)
    (tmp_path / "b.txt").write_text("两个文件", "utf-8")
    with monkeypatch.context() as given:
        given.setenv("ESSAYS_MAX_WARC_RECORDS", "2")
        given.setenv("ESSAYS_MAX_FOLDER_FILES", "1")
        settings.cache_clear()
        hand_in(store, archive)
        told = check(store, add(store, str(tmp_path)))
    settings.cache_clear()
    assert "longer than 2 records" in str(rows(store, "SELECT reason FROM essays.fetch_log WHERE file LIKE '%%a.warc'"))
    assert (told.state, told.reason) == ("too_large", "the folder holds more than 1 files")

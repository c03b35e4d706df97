"""Ways to find links: a folder of cases with their true values, and hostile bytes that cost no more than they may."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ingest import extract
from ingest.model import NotAText, Reading, TooLarge
from ingest.sources.discover import Answer, Found, Hostile, Limits, TryLater, album, bodies, chosen, discover, folder
from ingest.sources.discover.advice import advice

from .conftest import shared
from .cost import assert_linear

CASES = Path(__file__).parent / "feeds"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL = "https://blog.example.com/feed.xml"
ALBUM = "https://mp.weixin.qq.com/mp/appmsgalbum?__biz=MzA4MDAwMDAwMQ==&action=getalbum&album_id=3457885223537541125"


def found(data: bytes | str, url: str = URL) -> Found:
    return discover(Answer(data.encode() if isinstance(data, str) else data, url, extract.address, NOW))


def rss(items: str, head: str = "") -> str:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{head}{items}</channel></rss>'


def item(url: str = "https://blog.example.com/1", inner: str = "") -> str:
    return f"<item><title>t</title><link>{url}</link>{inner}</item>"


def source(case: Path) -> Path:
    return next(p for end in (".xml", ".html", ".source.json") if (p := case.with_suffix("").with_suffix(end)).exists())


TRUTHS = sorted(path for path in CASES.glob("*.json") if not path.name.endswith(".source.json"))


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda path: path.stem)
def test_a_case_has_its_true_values(truth: Path) -> None:
    expected = json.loads(truth.read_text("utf-8"))
    got = found(source(truth).read_bytes(), expected["url"])
    assert (got.kind, got.title, got.refusals) == (expected["kind"], expected["title"], expected["refusals"])
    assert got.next_url == expected.get("next_url")
    assert [place.url for place in got.places] == expected.get("places", [])
    assert [one.address.key for one in got.items] == [one["key"] for one in expected["items"]]
    for one, true in zip(got.items, expected["items"], strict=True):
        assert (one.title, one.author, one.account) == (true["title"], true["author"], true.get("account"))
        assert (one.published.at.isoformat() if one.published else None) == true["published"]
        if "updated" in true:
            assert one.updated and one.updated.isoformat() == true["updated"]
        _has_body(bodies.reading(one, got), true)


def _has_body(read: Reading | str, true: dict[str, Any]) -> None:
    if "no_body" in true:
        assert read == true["no_body"]
        return
    assert isinstance(read, Reading) and read.essay, read
    text = read.essay.text
    assert text == true.get("body", text)
    assert text.startswith(true.get("body_starts", "")) and text.endswith(true.get("body_ends", ""))
    assert [image.url for image in read.essay.images] == true.get("images", [i.url for i in read.essay.images])


def test_every_case_has_its_true_values_beside_it() -> None:
    missing = [p.name for p in CASES.iterdir() if p.suffix in (".xml", ".html") and not p.with_suffix(".json").exists()]
    assert not missing


# Hostile bytes: each ends at once, as items within the bound or with a reason

ENTITIES = '<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + rss(item(inner="<description>&b;</description>"))
HOSTILE = {
    "a feed of very many items": lambda n: rss("".join(item(f"https://blog.example.com/{i}") for i in range(n))),
    "JSON of very many items": lambda n: json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [
        {"url": f"https://blog.example.com/{i}"} for i in range(n)]}),
    "a title of megabytes": lambda n: rss(f"<item><title>{'长' * (100 * n)}</title><link>https://blog.example.com/1</link></item>"),
    "a body of open tags": lambda n: rss(item(inner=f"<description>{'<a ' * n}</description>")),
    "a body of open tags in CDATA": lambda n: rss(item(inner=f"<description><![CDATA[{'<a ' * n}]]></description>")),
    "open CDATA": lambda n: rss(item() + "<![CDATA[" * n),
    "open comments": lambda n: rss(item() + "<!--" * n),
    "items in items": lambda n: rss("<item>" * n),
    "an element of many attributes": lambda n: rss("<item " + " ".join(f'a{i}="1"' for i in range(n)) + "/>" + item()),
    "an item of many categories": lambda n: rss(item(inner="<category>c</category>" * n)),
    "an item of many links": lambda n: rss(item(inner="<link>https://blog.example.com/2</link>" * n)),
    "many namespaces": lambda n: rss("".join(f'<item xmlns:a{i}="u{i}"><a{i}:x/></item>' for i in range(n // 7)) + item()),
    "a channel of many titles": lambda n: rss(item(), "<title>x</title>" * n),
    "a body of escaped signs": lambda n: rss(item(inner=f"<description>{'&lt;' * n}</description>")),
}  # fmt: skip
ODD = {
    "JSON with halves of characters": '{"version": "https://jsonfeed.org/version/1", "items": [{"url": "https://blog.example.com/\\ud800",'
    ' "title": "\\ud800<b>", "content_html": "<p>\\udc00\\u0000</p>"}, {"url": "https://blog.example.com/1"}]}',
    "names that are none": rss(item(inner="<description><:encoded/><48px/><a:b c:d='e' xmlns:f=''/>&nope;</description>")),
    "links that can't be read": rss(item("http://[") + item("http://e.example:99999/") + item("https://ß.example/") + item()),
    "controls and halves": rss(item(inner="<description>\x00\x01\x0b&#0;&#xD800;&nope;</description>")),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_feed_is_read_within_its_bounds(case: str) -> None:
    assert_linear(HOSTILE[case], read_whole, 1_500)
    got = read_whole(HOSTILE[case](6_000))
    assert got.items or "open " in case or "items in" in case
    if "very many" in case:
        assert (len(got.items), got.more) == (Limits().items, 6_000 - Limits().items)


@pytest.mark.parametrize("case", ODD)
def test_a_feed_of_odd_signs_is_read_within_its_bounds(case: str) -> None:
    assert read_whole(ODD[case]).items


def read_whole(data: str) -> Found:
    """What is found, the first bodies read, within what is allowed."""
    got = found(data)
    for one in got.items[:5]:
        bodies.reading(one, got)
    assert len(got.items) <= Limits().items
    assert not any(one.title and len(one.title) > 500 for one in got.items)
    return got


@pytest.mark.parametrize(
    ("data", "error", "said"),
    [
        (ENTITIES.encode(), Hostile, "entities"),
        (f'<?xml version="1.0" encoding="utf-16"?>{ENTITIES}'.encode("utf-16"), Hostile, "entities"),
        (b'{"items": ' + b"[" * 200_000, Hostile, "deeply"),
        (gzip.compress(b"<urlset>" + b" " * 40_000_000, mtime=0), TooLarge, "limit"),
        (b"<html><body>" + b"<a href='/x'>some title</a>" * 400_000, TooLarge, "no page of links"),
        (b"%PDF-1.7 \x00\x01\x02\x03" * 50, NotAText, "binary"),
        (b"just a line of text", NotAText, "no feed"),
        (b"", NotAText, "no feed"),
        (b"<html><body><p>nothing</p></body></html>", NotAText, "no feed"),
    ],
    ids=lambda value: value[:20] if isinstance(value, bytes) else None,
)
def test_what_cannot_be_a_source_is_refused_with_its_reason(data: bytes, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        found(data)


def test_each_bound_of_a_source_is_the_one_that_is_given() -> None:
    few = Limits(unpacked_bytes=10_000, items=3, urls=4, places=2)

    def bounded(data: str) -> Found:
        return discover(Answer(data.encode(), "https://blog.example.com/feed.xml", extract.address, NOW, few))

    def many(form: str, count: int = 9) -> str:
        return "".join(form.format(n) for n in range(count))

    feed = bounded(rss(many("<item><link>https://blog.example.com/p/{0}</link></item>")))
    listed = [{"url": f"https://blog.example.com/p/{n}"} for n in range(9)]
    told = bounded(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": listed}))
    page = bounded("<html><body>" + many('<a href="/p/{0}">第{0}篇文章的题目</a>') + "</body></html>")
    assert [(len(one.items), one.more) for one in (feed, told, page)] == [(3, 6)] * 3
    sitemap = bounded("<urlset>" + many("<url><loc>https://blog.example.com/p/{0}</loc></url>") + "</urlset>")
    assert (len(sitemap.items), sitemap.more) == (4, 5)
    index = bounded(
        "<sitemapindex>" + many("<sitemap><loc>https://blog.example.com/{0}.xml</loc></sitemap>") + "</sitemapindex>"
    )
    assert (len(index.places), index.more) == (2, 7)
    with pytest.raises(TooLarge, match="limit"):
        discover(Answer(gzip.compress(b"<urlset>" + b" " * 20_000), None, extract.address, NOW, few))


def test_an_external_entity_is_never_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("topsecret", "utf-8")
    head = f'<!DOCTYPE rss SYSTEM "file://{tmp_path}/secret">'
    got = found(head + rss(item(inner="<description>&x;</description>")))
    assert "topsecret" not in repr(got)


def test_a_feed_whose_text_is_the_name_of_a_file_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "feed").write_text(rss(item()), "utf-8")
    with pytest.raises(NotAText):
        found(str(tmp_path / "feed"))


def test_a_dropped_script_never_reaches_a_reason() -> None:
    got = found(rss(item("javascript:alert('canary')") + item("data:text/html,canary") + item("file:///etc/passwd")))
    assert got.refusals == 3 and not got.items
    assert "canary" not in " ".join(got.refused)


# Albums, sitemaps, words, folders, advice


def test_an_album_keeps_its_number_whole_and_leaves_session_keys() -> None:
    listing = album.listing(f"{ALBUM}&pass_ticket=secret&uin=MTIz#wechat_redirect")
    assert listing and "album_id=3457885223537541125" in listing and "secret" not in listing and "uin" not in listing
    assert album.listing("https://mp.weixin.qq.com/mp/appmsgalbum?album_id=1") is None
    assert album.listing("https://evil.example/mp/appmsgalbum?__biz=x&album_id=1") is None


def test_an_album_that_asks_for_patience_is_no_empty_album() -> None:
    with pytest.raises(TryLater, match="200013"):
        found(json.dumps({"base_resp": {"ret": 200013, "err_msg": "freq control"}}), ALBUM)
    last = found(json.dumps({"base_resp": {"ret": 0}, "getalbum_resp": {"continue_flag": "1"}}), ALBUM)
    assert last.items == () and last.next_url is None


def test_the_page_of_an_album_is_read_as_well() -> None:
    page = (
        '<html><body><div class="album__label-title">夜航合集</div><ul><li data-msgid="2650000011" data-itemidx="1"'
        ' data-title="第一篇" data-link="http://mp.weixin.qq.com/s?__biz=MzA4MDAwMDAwMQ==&amp;mid=2650000011&amp;idx=1">'
        '<span class="js_article_create_time">1763600000</span></li></ul></body></html>'
    )
    got = found(page, ALBUM)
    assert (got.kind, got.title) == ("album", "夜航合集")
    assert [(one.address.key, one.title) for one in got.items] == [("wechat:MzA4MDAwMDAwMQ==/2650000011/1", "第一篇")]
    assert got.items[0].at == datetime(2025, 11, 20, 0, 53, 20, tzinfo=UTC)


def test_a_packed_sitemap_is_a_sitemap() -> None:
    data = (CASES / "sitemap_newest_first.xml").read_bytes()
    assert found(gzip.compress(data)).items == found(data).items


def test_words_keep_and_drop() -> None:
    titles = ("大模型的記憶", "招聘:算法工程师", "周末去哪儿", "大模型周报(招聘)")
    got = found(rss("".join(
        f"<item><title>{title}</title><link>https://blog.example.com/{n}</link></item>" for n, title in enumerate(titles)
    )))  # fmt: skip

    def left(keep: list[str], drop: list[str]) -> list[str | None]:
        return [one.title for one in chosen(got, keep, drop).items]

    assert left([], []) == list(titles)
    assert left(["记忆", "周报"], []) == [titles[0], titles[3]]
    assert left(["大模型"], ["招聘"]) == [titles[0]]
    assert left([], ["/2"]) == [titles[0], titles[1], titles[3]]
    assert chosen(got, ["大模型"], ["招聘"]).refused[0] == "招聘:算法工程师: dropped by the word 招聘"
    assert chosen(got, ["大模型"], ["招聘"]).refusals == 3


def test_a_folder_lists_what_is_new_and_left_alone(tmp_path: Path) -> None:
    import os

    for name in ("a.html", ".hidden.html", "sub/b.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name, "utf-8")
        os.utime(tmp_path / name, (1_700_000_000, 1_700_000_000))
    (tmp_path / "writing.txt").write_text("…", "utf-8")
    (tmp_path / "link.txt").symlink_to(tmp_path / "a.html")
    entries = folder.changed(folder.listing(tmp_path), {}, datetime.now(UTC))
    assert [entry.path for entry in entries] == ["a.html", "sub/b.txt"]
    known = {entry.path: (entry.size, entry.changed_ns) for entry in entries}
    (tmp_path / "a.html").write_text("changed", "utf-8")
    os.utime(tmp_path / "a.html", (1_700_000_100, 1_700_000_100))
    assert [e.path for e in folder.changed(folder.listing(tmp_path), known, datetime.now(UTC))] == ["a.html"]


def test_a_page_says_which_feeds_it_has() -> None:
    page = """<html><head><base href="/blog/"><link rel="alternate" type="application/rss+xml" title="评论" href="comments.xml">
    <link rel="Alternate stylesheet" type="text/css" href="x.css"><link rel=alternate type="application/atom+xml" href="atom.xml">
    <link rel=alternate type="application/rss+xml" href="javascript:x"><link rel=alternate hreflang="en" type="text/xml" href="/en">
    <link rel=alternate type="application/feed+json; charset=utf-8" href="https://cdn.example.com/f.json"></head></html>"""
    told = advice(page, "https://blog.example.com/p/1")
    assert [place.url for place in told.feeds] == [
        "https://blog.example.com/blog/atom.xml", "https://cdn.example.com/f.json",
        "https://blog.example.com/blog/comments.xml",
    ]  # fmt: skip
    assert len(told.lines) == 3


def test_an_article_of_wechat_says_what_can_be_followed() -> None:
    page = (
        '<html><script>var biz = "" || "MzA4MDAwMDAwMQ==";var u = "https://mp.weixin.qq.com/mp/appmsgalbum?__biz='
        'MzA4MDAwMDAwMQ==\\x26action=getalbum\\x26album_id=3457885223537541125#wechat_redirect";</script></html>'
    )
    told = advice(page, "https://mp.weixin.qq.com/s/ExampleArticle-On-Scal")
    assert [place.url for place in told.albums] == [album.listing(ALBUM)]
    assert any("MP_WXS_3080000001" in line for line in told.lines)
    assert any("July 2026" in line for line in told.lines)


# Real lists


def test_a_real_list_of_subscriptions_names_its_feeds() -> None:
    got = found((shared("feeds") / "wechat2rss_sec.opml").read_bytes())
    assert got.kind == "opml" and len(got.places) == 326
    assert all(place.title and place.url.endswith(".xml") for place in got.places)

"""Links in any spelling: what SQL knows of them, and what the command line does."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from ingest import extract, pipeline
from ingest.cli import answers, app
from ingest.intake import submit
from ingest.model import Address
from ingest.store import Store
from ingest.urls.normalise import normalised
from ingest.urls.wrappers import WRAPPERS

from ..conftest import SHARED
from .examples import load_page

TOKEN = "Ab3_-5678901234567890x"
SHORT = f"https://mp.weixin.qq.com/s/{TOKEN}"
LONG = "https://mp.weixin.qq.com/s?__biz=MzA4MDAwMDAwMQ==&mid=2650000001&idx=2&sn=0123456789abcdef0123456789abcdef"
ENCODED = f"https%3A%2F%2Fmp.weixin.qq.com%2Fs%2F{TOKEN}"
PASTED = [
    "https://zhuanlan.zhihu.com/p/720123456?utm_psn=19&utm_source=wechat_session",
    "https://m.jianshu.com/p/1a2b3c4d5e6f",
    LONG.replace("==", "%3D%3D").replace("&", "&amp;") + "&amp;chksm=0a&amp;scene=27#wechat_redirect",
    f"https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha?poc_token=abc&target_url={ENCODED}",
    "https://link.zhihu.com/?target=https%3A//blog.example.org/notes%3Futm_source%3Dzhihu",
    "https://blog.example.org/Notes/%e4%b8%ad?utm_source=b&b=2&a=1#top",
    "https://www.xiaohongshu.com/explore/64b7c1d2000000001c00abcd?xsec_token=AB12&xsec_source=pc_share",
    "https://juejin.cn/post/7301234567890123456?share_token=zz&searchId=2024",
    "https://weibo.example.com:8443/ttarticle/p/show?id=2309",
    "http://www.bilibili.com/read/mobile?id=12345678",
]


def story(store: Store, url: str) -> list[str]:
    with store.transaction() as connection:
        return [row.event for row in connection.execute(text("SELECT event FROM essays.why(:url)"), {"url": url})]


def ask(store: Store, sql: str, **values: Any) -> Any:
    with store.transaction() as connection:
        return connection.execute(text(sql), values).scalar()


def paste(store: Store, *urls: str) -> None:
    run_id = pipeline.open_run(store, "links")
    submit.hand_in(store, run_id, "\n".join(urls))
    pipeline.close_run(store, run_id)


def in_other_words(url: str) -> list[str]:
    """Spellings of the same link that nobody has pasted."""
    bare = url.partition("://")[2]
    joined = "&amp;" if "&amp;" in url else "&"
    front, hash_, fragment = url.partition("#")
    tracked = f"{front}{joined if '?' in front else '?'}utm_campaign=never{hash_}{fragment}"
    return [f"http://{bare}", tracked, f"  {front}#nowhere  "]


@pytest.mark.parametrize("url", PASTED)
def test_an_analyst_asks_for_a_link_as_it_was_pasted(store: Store, analyst: Store, url: str) -> None:
    paste(store, *PASTED)
    assert {"address", "outcome"} <= set(story(analyst, url))


@pytest.mark.parametrize("url", PASTED)
def test_the_rule_for_any_site_makes_spellings_that_nobody_pasted_one(store: Store, analyst: Store, url: str) -> None:
    paste(store, url)
    for other in in_other_words(url):
        assert "address" in story(analyst, other), other


@pytest.mark.parametrize(
    ("pasted", "asked"),
    [
        (PASTED[0], "https://www.zhihu.com/appview/p/720123456"),
        (PASTED[1], "https://www.jianshu.com/p/1a2b3c4d5e6f"),
        (PASTED[1], "www.jianshu.com/p/1a2b3c4d5e6f"),
        (PASTED[2], "mp.weixin.qq.com/mp/appmsg/show?__biz=MzA4MDAwMDAwMQ==&appmsgid=2650000001&itemidx=2"),
        (PASTED[3], f"看看 {SHORT}必读"),
        (PASTED[3], SHORT),
        (PASTED[6], "https://www.xiaohongshu.com/discovery/item/64b7c1d2000000001c00abcd"),
        (PASTED[9], "https://www.bilibili.com/read/cv12345678/"),
    ],
)
def test_the_command_knows_spellings_of_a_site_that_nobody_pasted(
    store: Store, monkeypatch: pytest.MonkeyPatch, pasted: str, asked: str
) -> None:
    paste(store, pasted)
    monkeypatch.setattr(answers, "opened", lambda: nullcontext(store))
    answer = CliRunner().invoke(app, ["why", asked, "--json"])
    assert answer.exit_code == 0, answer.output
    assert "address" in {event["event"] for event in json.loads(answer.output)}


def test_a_link_that_nobody_pasted_and_a_stored_page_has_is_found_by_its_spelling(store: Store, analyst: Store) -> None:
    own = Address("wechat:s/BBBBBBBBBBBBBBBBBBBBBB", "https://mp.weixin.qq.com/s/BBBBBBBBBBBBBBBBBBBBBB", "wechat")
    met = "https://m.jianshu.com/p/0a0b0c0d0e0f?from=timeline"
    (link,) = extract.find(met)
    from ingest.model import Claim

    load_page(store, own, "一段足够长的正文，用来说明链接。", "MzA5/1/1", claims=(Claim("links_to", link.address),))
    assert story(analyst, met) == ["mention"]
    assert story(analyst, "https://m.jianshu.com/p/0a0b0c0d0e0f") == ["mention"]


def test_a_link_resolves_to_its_document_and_essay(store: Store, analyst: Store) -> None:
    load_page(store, Address(f"wechat:s/{TOKEN}", SHORT, "wechat"), "正文在此，说的是规模与涌现的关系。", "MzA4/7/1")
    number, essay = (
        ask(analyst, "SELECT document_id FROM essays.document"),
        ask(analyst, "SELECT essay_id FROM essays.essay"),
    )
    for url in (SHORT, SHORT.replace("https", "http") + "?scene=1#rd"):
        assert ask(analyst, "SELECT essays.resolve_document(:url)", url=url) == number
        assert ask(analyst, "SELECT essays.resolve(:url)", url=url) == essay
    assert ask(analyst, "SELECT essays.resolve_document('https://nobody.example/')") is None
    assert ask(analyst, f"SELECT essays.resolve_document({number})") == number
    assert ask(analyst, f"SELECT essays.resolve_document('{number}')") == number


def test_a_session_key_is_in_no_spelling(store: Store) -> None:
    paste(
        store,
        SHORT + "?pass_ticket=SECRETSECRET&scene=1&key=" + "ab" * 20,
        LONG + "&uin=MTIzNDU2Nzg%3D&pass_ticket=SECRETSECRET",
    )
    kept = ask(store, "SELECT string_agg(spelling || url_key, ' ') FROM ingest.spelling")
    assert TOKEN in kept
    assert not any(secret in kept for secret in ("SECRET", "abab", "MTIzNDU2"))


def test_an_address_that_is_pasted_a_thousand_ways_keeps_few_spellings(store: Store) -> None:
    for start in range(0, 1000, 200):
        paste(store, *(f"{SHORT}?scene={n}&click_id={n}" for n in range(start, start + 200)))
    assert ask(store, "SELECT count(*) FROM ingest.spelling") <= 1


THIRTY = [
    "https://example.com/a/b?id=7&x=%E4%B8%AD",
    "http://example.com/a/b?id=7&x=%E4%B8%AD",
    "HTTPS://EXAMPLE.com/a/b?id=7&x=%e4%b8%ad",
    "https://example.com:443/a/b?id=7&x=%E4%B8%AD",
    "http://example.com:80/a/b?id=7&x=%E4%B8%AD",
    "https://example.com./a/b?id=7&x=%E4%B8%AD",
    "https://example.com/a/b/?id=7&x=%E4%B8%AD",
    "https://example.com/a/b//?id=7&x=%E4%B8%AD",
    "https://example.com/%61/b?id=7&x=%E4%B8%AD",
    "https://example.com/a/b?x=%E4%B8%AD&id=7",
    "https://example.com/a/b?x=中&id=7",
    "https://example.com/a/b?id=7&x=%E4%B8%AD#top",
    "https://example.com/a/b?id=7&x=%E4%B8%AD#",
    "https://example.com/a/b?&id=7&&x=%E4%B8%AD&",
    "https://example.com/a/b?id=7&amp;x=%E4%B8%AD",
    "https://example.com/a/b?id=7&amp;amp;x=%E4%B8%AD",
    "https://example.com/a/b?id=7\\x26x=%E4%B8%AD",
    "https://example.com/a/b?id=7\\u0026x=%E4%B8%AD",
    "https:\\/\\/example.com\\/a\\/b?id=7&x=%E4%B8%AD",
    "https://example.com/a/b?id=7&x=%E4%B8%AD&utm_source=w&UTM_medium=m",
    "https://example.com/a/b?from=timeline&id=7&x=%E4%B8%AD&isappinstalled=0",
    "https://example.com/a/b?id=7&x=%E4%B8%AD&spm=1.2&scm=3&fbclid=z&gclid=y&share_token=q&wxfrom=5",
    "https://example.com/a/b?id=7&x=%E4%B8%AD&pass_ticket=abcdefgh",
    "https://example.com/a/b?id=7&x=%E4%B8%AD&key=" + "0a" * 16,
    "https://example.com/a/b?id=7&x=%E4%B8%AD&access_token=abcdefgh",
    "https%3A%2F%2Fexample.com%2Fa%2Fb%3Fid%3D7%26x%3D%25E4%25B8%25AD",
    "https://link.zhihu.com/?target=https%3A//example.com/a/b%3Fid%3D7%26x%3D%25E4%25B8%25AD",
    "https://link.juejin.cn?target=https%3A%2F%2Fexample.com%2Fa%2Fb%3Fid%3D7%26x%3D%25E4%25B8%25AD",
    "https://c.pc.qq.com/middlem.html?pfurl=https%3A%2F%2Fexample.com%2Fa%2Fb%3Fid%3D7%26x%3D%25E4%25B8%25AD&pfuin=1",
    "https://mp.weixinbridge.com/mp/wapredirect?url=https%3A%2F%2Fexample.com%2Fa%2Fb%3Fid%3D7%26x%3D%25E4%25B8%25AD",
]
OTHERS = [
    "https://example.com", "https://example.com/", "https://example.com/A", "https://例子.中国/文章", "https://example.com/a%2Fb",
    "https://example.com/a%20b+c?q=a+b%20c", "https://example.com/a?from=menu", "https://example.com/a?key=short&uin=12345",
    "https://example.com/a?uin=MTIzNDU2Nzg", "https://example.com/a?b", "https://example.com/a?b=", "https://example.com/a?b=1;c=2",
    "https://example.com/a?b=2&b=1", "https://example.com/a?z=%25", "https://example.com/wiki/Law_(scaling)", "https://example.com/a;p=1?x=~-._*'()!",
    "https://example.com:8080/a", "https://user:secret@example.com/", "https://localhost/a", "https://", "ftp://example.com/a",
    "https://example.com/a?x=😀&y=é", "https://example.com/100%", "https://example.com/a?x=100%&y=%zz", "https://example.com/?utm_source=x",
    "https://res.example.com/a?u=weixin.qq.com&uin=1&devicetype=x", "https://mp.weixin.qq.com/cgi-bin/a?uin=1&x=2&sessionid=3",
    "https://example.com/" + "a" * 2500, "https://example.com/a?x=" + "中" * 400, "https://link.zhihu.com/?target=javascript:alert(1)",
]  # fmt: skip


def key(url: str) -> str | None:
    """What the extraction of links makes of a URL of no site with rules of its own."""
    found = extract.address(url)
    return found.key if found else None


def test_a_link_in_thirty_spellings_has_one_key_in_python_and_in_sql(store: Store) -> None:
    assert len(set(THIRTY)) == 30
    assert {key(url) for url in THIRTY} == {"url:example.com/a/b?id=7&x=%E4%B8%AD"}
    assert {ask(store, "SELECT ingest.url_key(:url)", url=url) for url in THIRTY} == {key(THIRTY[0])}


@pytest.mark.parametrize("url", OTHERS)
def test_sql_gives_a_page_of_any_site_the_key_that_python_gives_it(store: Store, url: str) -> None:
    assert ask(store, "SELECT ingest.url_key(:url)", url=url) == key(url)


def test_sql_has_pythons_names_of_tracking_and_wrappers(store: Store) -> None:
    for host, name in WRAPPERS.items():
        assert ask(store, "SELECT ingest.url_key(:url)", url=f"https://{host}/x?z=1&{name}=https%3A%2F%2Fexample.org%2Fa") == "url:example.org/a"  # fmt: skip
    from ingest.redact import SECRETS
    from ingest.urls.normalise import SHARED_FROM, TRACKING

    body = ask(store, "SELECT prosrc FROM pg_proc WHERE proname = 'url_key'")
    assert TRACKING in body.replace("^(?:utm", "(?:utm")
    assert all(f"'{value}'" in body for value in SHARED_FROM)
    for name in SECRETS:
        value = "0a" * 20
        assert normalised(f"https://example.com/a?{name}={value}") == Address(
            "url:example.com/a", "https://example.com/a"
        )
        assert (
            ask(store, "SELECT ingest.url_key(:url)", url=f"https://example.com/a?{name}={value}")
            == "url:example.com/a"
        )


CASES = SHARED / "cases" / "structure" / "why_links.txt"


@pytest.mark.skipif(not CASES.exists(), reason="needs the folder shared/ beside the project")
def test_links_as_people_pasted_them_have_their_story(store: Store, analyst: Store) -> None:
    pasted = Path(CASES).read_text("utf-8").split()
    paste(store, *(url for url in pasted if "://" in url))
    for url in pasted:
        assert "address" in story(analyst, url), url

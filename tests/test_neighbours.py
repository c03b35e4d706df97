"""Neighbour sites: every form of an address has one key, and the room that reads them keeps its promises."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ingest.extract import address, find
from ingest.markup.page import Page
from ingest.model import State, TooCostly
from ingest.sites import site_of, sites
from ingest.sites.layout import Form, Forms, Layout, at
from ingest.sites.layout.embedded import look_up
from ingest.urls.wrappers import unwrapped

from .cost import assert_linear

ROOT = Path(__file__).parents[1]
HEX12, HEX24 = "0a1b2c3d4e5f", "65a0b1c2d3e4f5a6b7c8d9e0"
LONG = "7450000000000000001"

FORMS = [
    # Zhihu
    ("https://zhuanlan.zhihu.com/p/720123456", "zhihu:p/720123456"),
    ("http://zhuanlan.zhihu.com/p/720123456/?utm_psn=1&utm_id=0#comments", "zhihu:p/720123456"),
    ("https://www.zhihu.com/p/720123456", "zhihu:p/720123456"),
    ("https://oia.zhihu.com/p/720123456?utm_source=wechat_session", "zhihu:p/720123456"),
    ("https://m.zhihu.com/p/720123456", "zhihu:p/720123456"),
    ("https://www.zhihu.com/appview/p/720123456", "zhihu:p/720123456"),
    ("https://www.zhihu.com/question/600000001/answer/3210000001", "zhihu:answer/3210000001"),
    ("https://www.zhihu.com/question/600000001/answer/3210000001?share_code=a&utm_psn=2", "zhihu:answer/3210000001"),
    ("https://www.zhihu.com/answer/3210000001", "zhihu:answer/3210000001"),
    ("https://www.zhihu.com/pin/1700000000000000001", "zhihu:pin/1700000000000000001"),
    ("https://www.zhihu.com/question/600000001", "url:www.zhihu.com/question/600000001"),
    # Juejin
    (f"https://juejin.cn/post/{LONG}", f"juejin:{LONG}"),
    (f"https://juejin.cn/post/{LONG}?share_token=x", f"juejin:{LONG}"),
    (f"https://www.juejin.cn/post/{LONG}#heading-2", f"juejin:{LONG}"),
    (f"https://juejin.im/post/{HEX24}", f"juejin:{HEX24}"),
    (f"https://link.juejin.cn/?target=https%3A%2F%2Fjuejin.cn%2Fpost%2F{LONG}", f"juejin:{LONG}"),
    # CSDN
    ("https://blog.csdn.net/qing_shi/article/details/140000001", "csdn:140000001"),
    ("https://blog.csdn.net/qing_shi/article/details/140000001?spm=1001.2014.3001.5501", "csdn:140000001"),
    ("https://qing-shi.blog.csdn.net/article/details/140000001", "csdn:140000001"),
    ("https://m.blog.csdn.net/qing_shi/article/details/140000001", "csdn:140000001"),
    # cnblogs
    ("https://www.cnblogs.com/NanChuang/p/18200001", "cnblogs:nanchuang/18200001"),
    ("https://www.cnblogs.com/nanchuang/p/18200001.html", "cnblogs:nanchuang/18200001"),
    ("http://www.cnblogs.com/nanchuang/archive/2024/05/19/18200001.html", "cnblogs:nanchuang/18200001"),
    # Jianshu
    (f"https://www.jianshu.com/p/{HEX12}", f"jianshu:{HEX12}"),
    (f"https://m.jianshu.com/p/{HEX12}?utm_campaign=maleskine", f"jianshu:{HEX12}"),
    (f"https://links.jianshu.com/go?to=https%3A%2F%2Fwww.jianshu.com%2Fp%2F{HEX12}", f"jianshu:{HEX12}"),
    # 36kr
    ("https://36kr.com/p/2800000000000001", "36kr:p/2800000000000001"),
    ("https://www.36kr.com/p/2800000000000001?f=rss", "36kr:p/2800000000000001"),
    ("https://m.36kr.com/p/2800000000000001", "36kr:p/2800000000000001"),
    ("https://36kr.com/p/5000001.html", "36kr:p/5000001"),
    ("https://36kr.com/newsflashes/2800000000000002", "36kr:newsflashes/2800000000000002"),
    # Sohu
    ("https://www.sohu.com/a/840000001_120000001", "sohu:840000001"),
    ("https://www.sohu.com/a/840000001_120000001?scm=1102.x&spm=smpc.y", "sohu:840000001"),
    ("https://m.sohu.com/a/840000001_120000001/", "sohu:840000001"),
    ("http://m.sohu.com/a/840000001", "sohu:840000001"),
    # 163
    ("https://www.163.com/dy/article/J2ABCDEF0512X9YZ.html", "netease:J2ABCDEF0512X9YZ"),
    ("https://m.163.com/dy/article/J2ABCDEF0512X9YZ.html?spss=newsapp", "netease:J2ABCDEF0512X9YZ"),
    ("https://www.163.com/news/article/J2ABCDEF0512X9YZ.html", "netease:J2ABCDEF0512X9YZ"),
    ("https://c.m.163.com/news/a/J2ABCDEF0512X9YZ.html", "netease:J2ABCDEF0512X9YZ"),
    ("http://news.163.com/19/0405/06/J2ABCDEF0512X9YZ.html", "netease:J2ABCDEF0512X9YZ"),
    # Tencent News
    ("https://new.qq.com/rain/a/20250101A01ABC00", "tencent:20250101A01ABC00"),
    ("https://news.qq.com/rain/a/20250101A01ABC00?suid=1&media_id=2", "tencent:20250101A01ABC00"),
    ("https://view.inews.qq.com/a/20250101A01ABC00", "tencent:20250101A01ABC00"),
    ("https://view.inews.qq.com/k/20250101A01ABC00?web_channel=wap", "tencent:20250101A01ABC00"),
    ("https://new.qq.com/omn/20250101/20250101A01ABC00.html", "tencent:20250101A01ABC00"),
    ("https://xw.qq.com/cmsid/20250101A01ABC00", "tencent:20250101A01ABC00"),
    # Toutiao
    (f"https://www.toutiao.com/article/{LONG}/", f"toutiao:{LONG}"),
    (f"https://www.toutiao.com/article/{LONG}/?log_from=4b99_1716", f"toutiao:{LONG}"),
    (f"https://www.toutiao.com/a{LONG}/", f"toutiao:{LONG}"),
    (f"https://www.toutiao.com/i{LONG}", f"toutiao:{LONG}"),
    (f"https://www.toutiao.com/item/{LONG}/", f"toutiao:{LONG}"),
    (f"https://m.toutiao.com/i{LONG}/info/", f"toutiao:{LONG}"),
    ("https://m.toutiao.com/is/iAbCdE12/", "toutiao:is/iAbCdE12"),
    # Bilibili
    ("https://www.bilibili.com/read/cv40000002", "bilibili:cv40000002"),
    ("https://www.bilibili.com/read/cv40000002/?spm_id_from=333.999", "bilibili:cv40000002"),
    ("https://www.bilibili.com/read/mobile?id=40000002", "bilibili:cv40000002"),
    ("https://www.bilibili.com/read/mobile/40000002", "bilibili:cv40000002"),
    ("https://b23.tv/cv40000002", "bilibili:cv40000002"),
    ("https://www.bilibili.com/opus/1010000000000000001", "bilibili:opus/1010000000000000001"),
    ("https://t.bilibili.com/1010000000000000001?share_source=copy_web", "bilibili:opus/1010000000000000001"),
    ("https://m.bilibili.com/dynamic/1010000000000000001", "bilibili:opus/1010000000000000001"),
    ("https://b23.tv/aBcDe12", "bilibili:b23/aBcDe12"),
    # Substack
    ("https://slowpost.substack.com/p/slow-letters", "substack:slowpost.substack.com/slow-letters"),
    (
        "https://slowpost.substack.com/p/slow-letters?r=abc&utm_medium=web",
        "substack:slowpost.substack.com/slow-letters",
    ),
    ("https://slowpost.substack.com/p/slow-letters/comments", "substack:slowpost.substack.com/slow-letters"),
    ("https://open.substack.com/pub/slowpost/p/slow-letters?r=1", "substack:slowpost.substack.com/slow-letters"),
    ("https://substack.com/home/post/p-150000001", "substack:p-150000001"),
    ("https://substack.com/@slowpost/p-150000001", "substack:p-150000001"),
    # Medium
    (f"https://medium.com/@northwindow/wind-{HEX12}", f"medium:{HEX12}"),
    (f"https://medium.com/p/{HEX12}", f"medium:{HEX12}"),
    (f"https://medium.com/paper/%E9%A3%8E-{HEX12}?source=friends_link&sk=1", f"medium:{HEX12}"),
    (f"https://northwindow.medium.com/wind-{HEX12}#1a2b", f"medium:{HEX12}"),
    # GitHub Pages
    ("https://loft.github.io/2024/01/06/router/", "blog:loft.github.io/2024/01/06/router"),
    ("http://loft.github.io/2024/01/06/router/index.html#more", "blog:loft.github.io/2024/01/06/router"),
    ("https://loft.github.io/2024/%E4%B8%AD/", "blog:loft.github.io/2024/%E4%B8%AD"),
    # GitHub
    ("https://github.com/TeaHouse/notes/blob/main/essays/tea.md", "github:teahouse/notes/essays/tea.md"),
    ("https://github.com/teahouse/notes/blob/v1.2/essays/tea.md?plain=1#L10", "github:teahouse/notes/essays/tea.md"),
    ("https://github.com/TeaHouse/notes/raw/main/essays/tea.md", "github:teahouse/notes/essays/tea.md"),
    ("https://raw.githubusercontent.com/TeaHouse/notes/main/essays/tea.md", "github:teahouse/notes/essays/tea.md"),
    (
        "https://raw.githubusercontent.com/TeaHouse/notes/refs/heads/main/essays/tea.md",
        "github:teahouse/notes/essays/tea.md",
    ),
    ("https://github.com/TeaHouse/notes", "url:github.com/TeaHouse/notes"),
    # arXiv
    ("https://arxiv.org/abs/2501.01234", "arxiv:2501.01234"),
    ("http://arxiv.org/abs/2501.01234v2", "arxiv:2501.01234"),
    ("https://arxiv.org/pdf/2501.01234v3.pdf", "arxiv:2501.01234"),
    ("https://arxiv.org/pdf/2501.01234", "arxiv:2501.01234"),
    ("https://arxiv.org/html/2501.01234v1", "arxiv:2501.01234"),
    ("https://export.arxiv.org/abs/2501.01234?context=cs", "arxiv:2501.01234"),
    ("https://arxiv.org/abs/math.GT/0309136v1", "arxiv:math.GT/0309136"),
    # Xiaohongshu
    (f"https://www.xiaohongshu.com/explore/{HEX24}?xsec_token=ABcd%3D&xsec_source=pc_feed", f"xiaohongshu:{HEX24}"),
    (f"https://www.xiaohongshu.com/discovery/item/{HEX24}", f"xiaohongshu:{HEX24}"),
    ("http://xhslink.com/a/AbCdEf123", "xiaohongshu:link/a/AbCdEf123"),
]


@pytest.mark.parametrize(("pasted", "key"), FORMS, ids=lambda one: one)
def test_every_form_of_an_address_has_one_key(pasted: str, key: str) -> None:
    found = address(pasted)
    assert found is not None
    assert found.key == key
    assert found.url
    assert address(found.url) == found, "what is fetched is a form of the same address"


@pytest.mark.parametrize(("pasted", "key"), FORMS, ids=lambda one: one)
def test_a_link_is_found_among_words(pasted: str, key: str) -> None:
    (link,) = find(f"看看（{pasted}）。")
    assert link.address.key == key


@pytest.mark.parametrize(
    ("link", "words", "key"),
    [
        ("https://zhuanlan.zhihu.com/p/720123456", "scaling", "zhihu:p/720123456"),
        ("https://www.zhihu.com/question/1/answer/22", "good", "zhihu:answer/22"),
        (f"https://juejin.cn/post/{LONG}", "Read", f"juejin:{LONG}"),
        ("https://blog.csdn.net/qing_shi/article/details/140000001", "nice", "csdn:140000001"),
        ("https://www.163.com/dy/article/J2ABCDEF0512X9YZ.html", "read", "netease:J2ABCDEF0512X9YZ"),
        ("https://www.sohu.com/a/840000001_120000001", "see", "sohu:840000001"),
        (f"https://www.toutiao.com/article/{LONG}/", "look", f"toutiao:{LONG}"),
        ("https://www.bilibili.com/read/cv40000002", "cool", "bilibili:cv40000002"),
        ("https://arxiv.org/abs/2501.01234v2", "paper", "arxiv:2501.01234"),
    ],
)
def test_words_glued_to_an_identity_are_no_part_of_the_link(link: str, words: str, key: str) -> None:
    (found,) = find(link + words)
    assert found.address.key == key
    assert (link + words)[found.start : found.end] == link


@pytest.mark.parametrize(
    "other",
    [
        "https://zhuanlan.zhihu.com.example.org/p/720123456",
        "https://example.org/?u=https://zhuanlan.zhihu.com/p/720123456",
        "https://user:secret@zhuanlan.zhihu.com/p/720123456",
        "ftp://zhuanlan.zhihu.com/p/720123456",
        "http://[",
        "",
    ],
)
def test_an_address_elsewhere_is_no_form_of_it(other: str) -> None:
    assert all(site.address(other) is None for site in sites() if site.NAME != "web")


def test_no_host_belongs_to_two_sites() -> None:
    hosts = [host for site in sites() for host in site.HOSTS]
    assert len(hosts) == len(set(hosts))
    found = site_of("mp.weixin.qq.com")
    assert found is not None
    assert found.NAME == "wechat"


# What is read, beyond the pages.


def layout(**more: Any) -> Layout:
    forms = Forms(
        "letters", frozenset({"letters.example"}), (Form(r"/p/(?P<id>\d+)", "{id}", "https://letters.example/p/{id}"),)
    )
    return Layout("letters", "letters/1", forms, body=(at("#body"),), **more)


def read(body: str, **more: Any) -> Any:
    html = f"<html><head><title>来信</title></head><body>{body}</body></html>"
    return layout(**more).read(Page(html, "https://letters.example/p/17"))


def test_a_page_without_the_container_is_never_an_essay() -> None:
    reading = read("<article><p>" + "这是别处的一篇长文。" * 300 + "</p></article>")
    assert (reading.state, reading.reason) == (State.UNREADABLE, "the page has no article container")


def test_a_long_page_that_quotes_a_notice_isnt_taken_for_one() -> None:
    reading = read("<div><p>文章不存在，已被作者删除。</p><p>" + "这是别处的一篇长文。" * 300 + "</p></div>")
    assert reading.state is State.UNREADABLE


def test_an_essay_that_quotes_a_notice_is_an_essay() -> None:
    assert read("<div id=body><p>页面不存在，他读完就笑了。</p></div>").state is State.ARTICLE


def test_an_unknown_notice_goes_to_a_person_with_its_sentence() -> None:
    reading = read("<p>今天的信都寄完了。</p>")
    assert reading.state is State.UNKNOWN_NOTICE
    assert "今天的信都寄完了。" in reading.reason


def test_a_cut_page_says_nothing_of_its_essay() -> None:
    page = Page("<html><head><title>来信</title></head><body><p>文章已被作者删除", "https://letters.example/p/17")
    assert layout().read(page).state is State.UNREADABLE


def test_a_page_on_an_unknown_host_is_believed_about_itself_only() -> None:
    anywhere = Forms(
        "letters", frozenset({"letters.example", "*"}), (Form(r"/p/(?P<id>\d+)", "{host}/{id}", "{spelled}"),)
    )
    html = '<html><head><link rel="canonical" href="https://letters.example/p/1"></head><body><p id=body>信</p></body></html>'
    site = Layout("letters", "letters/1", anywhere, body=(at("#body"),))
    keys = {
        url: [found.key for found in site.read(Page(html, url)).addresses]
        for url in ("https://letters.example/p/2", "https://copycat.example/p/2", None)
    }
    assert keys == {
        "https://letters.example/p/2": ["letters:letters.example/1", "letters:letters.example/2"],
        "https://copycat.example/p/2": ["letters:copycat.example/2"],
        None: ["letters:letters.example/1"],
    }


def test_a_signed_picture_is_the_same_in_every_reading() -> None:
    one, other = (
        read(f'<div id=body><img src="https://p3.example/1.image?x-expires={n}&x-signature={n}"></div>') for n in "12"
    )
    assert one.essay.images == other.essay.images


def test_paths_lead_through_dictionaries_and_lists() -> None:
    value = {"a": [{"kind": "x", "b": 1}, {"kind": "y", "b": 2}], "only": {"q": {"b": 3}}, "two": {"q": 1, "r": 2}}
    assert list(look_up(value, "a.b")) == [1, 2]
    assert list(look_up(value, "a.kind=y.b")) == [2]
    assert list(look_up(value, "only.{}.b")) == [3]
    assert list(look_up(value, "two.{}")) == []
    assert list(look_up(value, "two.*")) == [1, 2]
    assert list(look_up(value, "a.nothing.b")) == []


def test_only_wrappers_are_unwrapped() -> None:
    assert unwrapped("https://link.zhihu.com/?target=https%3A//example.org/a") == "https://example.org/a"
    assert (
        unwrapped("https://link.zhihu.com/?target=javascript:alert(1)")
        == "https://link.zhihu.com/?target=javascript:alert(1)"
    )
    assert (
        unwrapped("https://example.org/?target=https://example.com")
        == "https://example.org/?target=https://example.com"
    )
    assert unwrapped("http://[?") == "http://[?"


NEIGHBOURS = [site for site in sites() if site.NAME not in ("wechat", "web")]


@pytest.mark.parametrize(
    "hostile",
    [
        lambda n: "<div>" * n + "字",
        lambda n: '<div id="content_views" class="post_body article-viewer available-content">' * n + "字",
        lambda n: '<article class="RichText Post-RichText tt-article-content post-body"><p class="ad">' * n + "字",
        lambda n: "<script>window.__INITIAL_STATE__=" + '{"a":[' * n + "</script>",
        lambda n: "<script>window.__INITIAL_STATE__=" * n + "</script>",
        lambda n: '<script id="js-initialData">' + "[" * n + "</script>",
        lambda n: '<script type="application/ld+json">' + '{"@graph":[' * n + "</script>",
        lambda n: "<meta property=og:title content=x>" * n,
    ],
    ids=["depth", "containers", "articles", "braces", "assignments", "brackets", "linked", "metas"],
)
@pytest.mark.parametrize("site", NEIGHBOURS, ids=lambda site: site.NAME)
def test_hostile_input_costs_no_more_than_its_length(site: Any, hostile: Callable[[int], str]) -> None:
    def work(html: str) -> None:
        page = Page(html)
        with suppress(TooCostly):  # what is nested too deeply is refused as a whole
            site.owns(page)
            site.read(page)

    assert_linear(lambda n: f"<html><body>{hostile(n)}</body></html>", work, 500)


@pytest.mark.parametrize("site", NEIGHBOURS, ids=lambda site: site.NAME)
def test_a_hostile_link_costs_no_more_than_its_length(site: Any) -> None:
    def work(paths: tuple[str, ...]) -> None:
        for host in site.HOSTS:
            for path in paths:
                url = f"https://{host.lstrip('.')}/{path}!"
                site.address(url)
                if site.LINK:
                    site.LINK.match(url)

    assert_linear(lambda n: ("a/" * n, "p/" * n, "p/1" + "2" * n, "-" * n, "a-b" * n, "?" + "a=b&" * n), work, 5_000)


# The page that tells how to add a site is tried word for word.

GUIDE = (ROOT / "docs" / "add-a-site.md").read_text(encoding="utf-8") if (ROOT / "docs").is_dir() else ""


def block(kind: str) -> str:
    found = re.search(rf"```{kind}\n(.*?)```", GUIDE, re.DOTALL)
    assert found, f"docs/add-a-site.md has no block of {kind}"
    return found[1]


def test_the_guide_makes_a_site_that_reads_its_page() -> None:
    site = ModuleType("letters")
    exec(block("python"), site.__dict__)
    expected = json.loads(block("json"))
    page = Page(block("html"), expected.pop("found_at"))
    value = import_module("tests.test_sites").value
    found = value(site.read(page))
    assert site.owns(page)
    assert {key: found[key] for key in expected} == expected
    assert site.LINK.match("https://letters.example/p/17!")[0] == "https://letters.example/p/17"


def test_the_guide_names_every_place_there_is() -> None:
    layouts = import_module("ingest.sites.layout")
    places = set(layouts.__all__) - {"Form", "Place", "values", "words"}
    assert {name for name in places if f"`{name}`" not in GUIDE and f"{name}(" not in GUIDE} == set()

"""Lists that exporters wrote, and the pages that they belong to."""

from __future__ import annotations

import gzip
import io
import json
import warnings
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from ingest import extract
from ingest.formats.wechat_export import Entries, Joined, Listed, complete, read_list
from ingest.markup.page import Page
from ingest.model import Account, Address, Essay, Precision, Published, Role, State
from ingest.sites import wechat

SHARED = Path(__file__).parents[2] / "shared"
REAL = SHARED / "pages" / "wechat"
HISTORY = SHARED / "feeds" / "account_history_infoq.json"
TRUTH: dict[str, dict[str, Any]] = json.loads((REAL / "truth.json").read_text()) if REAL.is_dir() else {}
IDENTIFIED = {name: told for name, told in TRUTH.items() if "biz" in told}
BIZ = "MzA5MDEyMzQ1Ng=="
TOKEN = "Kd3_vT9-xQ0aZbYcWdEfGh"


def item(mid: int, title: str, account: str = "山间来信", idx: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "_accountName": account,
        "fakeid": BIZ,
        "aid": f"{mid}_{idx}",
        "appmsgid": mid,
        "itemidx": idx,
        "title": title,
        "link": f"https://mp.weixin.qq.com/s/{mid:022d}",
        "author_name": "林间",
        "create_time": 1735689600,
        "update_time": 1735689600,
        "item_show_type": 0,
        "copyright_stat": 1,
        "copyright_type": 1,
        **more,
    }


def entries(*items: dict[str, Any]) -> Entries:
    listed = read_list(json.dumps(list(items)).encode(), "articles.json")
    assert listed
    return Entries.of(listed, wechat.address)


def essay(title: str | None = None, text: str = "正文。", account: str | None = None, **more: Any) -> Essay:
    return Essay(text, text, title or text, title, account=Account(account) if account else None, **more)


def joined(found: Joined) -> str | None:
    return found.entry.native_id if found.entry else None


def test_the_exporters_json_is_read() -> None:
    listed = read_list(json.dumps([item(2649000101, "山里的&quot;信&quot;", content="春天。")]).encode(), "a.json")
    assert listed == (
        Listed(
            link=f"https://mp.weixin.qq.com/s/{2649000101:022d}",
            title='山里的"信"',
            native_id=f"{BIZ}/2649000101/1",
            account="山间来信",
            author="林间",
            published=Published(datetime.fromisoformat("2025-01-01T00:00:00+00:00")),
            role=Role.ORIGINAL,
            state=State.ARTICLE,
            content="春天。",
        ),
    )


def test_the_exporters_sheet_is_read_without_a_warning() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet
    sheet.append(["公众号", "ID", "链接", "标题", "创建时间", "发布时间", "阅读", "作者", "是否原创", "文章内容"])
    link = f"https://mp.weixin.qq.com/s/{TOKEN}"
    sheet.append(
        ["山间来信", "2649000101_1", link, "信", "2025-01-01 07:00:00", "2025-01-01 08:00:00", 3, "林间", "原创", "春"]
    )
    file = io.BytesIO()
    book.save(file)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        listed = read_list(file.getvalue(), "articles.xlsx")
    assert listed
    assert (listed[0].native_id, listed[0].link, listed[0].role) == (None, link, Role.ORIGINAL)
    assert listed[0].published
    assert listed[0].published.at.isoformat() == "2025-01-01T08:00:00+08:00"


def test_an_account_history_gives_every_article_of_a_push() -> None:
    link = f"http:\\/\\/mp.weixin.qq.com\\/s?__biz={BIZ}&amp;mid=7&amp;idx={{}}&amp;sn={'ab' * 16}&amp;key=x#rd"
    push = {
        "comm_msg_info": {"id": 1, "datetime": 1735689600},
        "app_msg_ext_info": {
            "title": "头条",
            "content_url": link.format(1),
            "author": "",
            "multi_app_msg_item_list": [{"title": "次条", "content_url": link.format(2), "author": "林间"}],
        },
    }
    for data in (json.dumps(push), json.dumps(push) + "\n" + json.dumps(push), json.dumps([push])):
        found = Entries.of(read_list(data.encode(), "history.json") or (), wechat.address).listed
        assert [(entry.title, entry.native_id) for entry in found] == [
            ("头条", f"{BIZ}/7/1"),
            ("次条", f"{BIZ}/7/2"),
        ]
        assert all("key" not in str(entry.link) for entry in found)


@pytest.mark.skipif(not HISTORY.is_file(), reason="the real history is not here")
def test_a_real_account_history_has_an_identity_for_every_article_with_a_link() -> None:
    listed = read_list(HISTORY.read_bytes(), HISTORY.name)
    assert listed
    found = Entries.of(listed, wechat.address).listed
    assert len(found) > 130
    assert all(entry.native_id and entry.native_id.startswith("MjM5MDE0Mjc4MA==/") for entry in found if entry.link)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"[1, 2]",
        b'[{"title": 1}]',
        b"\xff\xfe",
        b"PK\x03\x04broken",
        "正文".encode(),
        b"[" * 100_000,
    ],
)
def test_what_is_no_list_is_none(data: bytes) -> None:
    assert read_list(data, "file.json") is None


def test_an_address_in_the_page_comes_before_its_title() -> None:
    known = entries(item(1, "信"), item(2, "别的信"))
    assert joined(known.join(essay("别的信"), [Address(f"wechat:s/{1:022d}")])) == f"{BIZ}/1/1"


def test_a_title_is_compared_without_width_case_and_marks() -> None:
    known = entries(item(1, "《山里》的ＡＩ（一）！"), item(2, "山里的 AI（二）"))
    assert joined(known.join(essay("山裡的ai 一"))) == f"{BIZ}/1/1"


def test_the_account_the_day_and_the_text_tell_equal_titles_apart() -> None:
    known = entries(
        item(1, "早报", content="一" * 30),
        item(2, "早报", account="河岸", content="二" * 30),
        item(3, "早报", update_time=1735948800, content="三" * 30),
        item(4, "早报", update_time=1735948800, content="四" * 30),
    )
    assert joined(known.join(essay("早报", account="河岸"))) == f"{BIZ}/2/1"
    assert joined(known.join(essay("早报"), origin="out/山间来信/2025-01-01 早报/index.html")) == f"{BIZ}/1/1"
    assert joined(known.join(essay("早报", text="四" * 30))) == f"{BIZ}/4/1"
    several = known.join(essay("早报", account="山间来信"))
    assert several.entry is None
    assert several.ambiguous
    assert "3 entries" in several.reason


def test_what_speaks_against_an_entry_is_heard() -> None:
    known = entries(item(1, "早报"))
    day = Published(datetime.fromisoformat("2025-03-01T08:00:00+08:00"), Precision.DAY)
    assert known.join(essay("早报", published=day)).entry is None
    assert known.join(essay("早报", account="河岸")).entry is None
    assert known.join(essay("早报"), [Address(f"wechat:s/{TOKEN}")]).entry is None
    assert known.join(essay("早报", native_id=f"{BIZ}/9/1")).entry is None


@pytest.mark.parametrize(
    ("origin", "mid"),
    [
        ("导出/山间来信/雨后的山路_一个人走/index.html", 1),
        ("导出/山间来信_雨后的山路，一个人走_2025-01-01/index.html", 1),
        ("导出/2025-01-01 08_00 雨后的山路 一个人走.html", 1),
        ("导出/山间来信/雨停了今天走路去镇上路上一个人也没有后来在桥/index.html", 2),
        ("导出/山间来信/雨后的/index.html", None),
        ("导出/河岸/河岸无名的信/index.html", None),
        (None, None),
    ],
)
def test_a_page_without_a_title_is_known_by_its_folder(origin: str | None, mid: int | None) -> None:
    text = "雨停了。今天走路去镇上，路上一个人也没有，后来在桥边坐了很久才回家。"
    known = entries(item(1, "雨后的山路：一个人走"), item(2, text, item_show_type=10), item(3, "无名的信二"))
    assert joined(known.join(None, origin=origin)) == (f"{BIZ}/{mid}/1" if mid else None)


def test_a_name_that_two_accounts_use_is_no_evidence_without_the_account() -> None:
    known = entries(item(1, "雨后的山路一个人走"), item(2, "别的", account="河岸"))
    assert joined(known.join(None, origin="导出/雨后的山路一个人走.html")) is None
    assert joined(known.join(None, origin="导出/山间来信/雨后的山路一个人走.html")) == f"{BIZ}/1/1"


def test_what_the_page_says_is_never_overwritten() -> None:
    (entry,) = entries(item(1, "列表里的题目", content="列表里的正文")).listed
    page = essay("页面的题目", "页面的正文", "页面的名字", author="页面的作者", role=Role.REPRINT)
    full = complete(page, entry)
    assert full
    assert (full.title, full.text, full.author, full.role) == ("页面的题目", "页面的正文", "页面的作者", Role.REPRINT)
    assert full.account == Account("页面的名字", (BIZ,))
    assert (full.native_id, full.url) == (f"{BIZ}/1/1", f"https://mp.weixin.qq.com/s/{1:022d}")
    assert full.published == entry.published


def test_a_page_that_lost_its_body_takes_the_text_of_the_list() -> None:
    text = "雨停了。\n今天走路去镇上。"
    (entry,) = entries(item(1, text.replace("\n", ""), content=text, item_show_type=10)).listed
    full = complete(None, entry)
    assert full
    assert (full.text, full.title, full.display_title) == (text, None, "雨停了")
    assert full.markdown == "雨停了。\\\n今天走路去镇上。"
    assert complete(None, Listed(None, "只有题目")) is None


def test_one_article_in_two_lists_is_one_entry() -> None:
    first = read_list(json.dumps([item(1, "信", content="")]).encode(), "a.json") or ()
    second = read_list(json.dumps([item(1, "信", content="正文")]).encode(), "b.json") or ()
    (entry,) = Entries.of((*first, *second), wechat.address).listed
    assert entry.content == "正文"


# The real pages as the exporter leaves them: its folder, only #js_article, no script.


@pytest.fixture(scope="module")
def exported() -> dict[str, tuple[Page, Essay]]:
    if not TRUTH:
        pytest.skip("the real pages are not here")
    pages: dict[str, tuple[Page, Essay]] = {}
    for name, told in IDENTIFIED.items():
        whole = Page(gzip.decompress((REAL / f"{name}.html.gz").read_bytes()).decode())
        known = wechat.read(whole).essay
        assert known
        for script in whole.soup.find_all("script"):
            script.decompose()
        kept = whole.soup.find(id="js_article")
        folder = "".join(char if char.isalnum() else "_" for char in told.get("title") or known.text)[:60]
        html = f'<!DOCTYPE html><html lang="zh_CN"><head></head><body>{kept}</body></html>'
        pages[name] = (Page(html, origin=f"/out/{told['account']}/{folder}/index.html"), known)
    return pages


def real_list(exported: dict[str, tuple[Page, Essay]]) -> Entries:
    rows = [
        {
            "_accountName": told["account"],
            "fakeid": told["biz"],
            "aid": f"{told['mid']}_{told['idx']}",
            "title": told.get("title") or exported[name][1].text,
            "link": exported[name][1].url,
            "update_time": told["published_epoch"],
            "content": exported[name][1].text,
        }
        for name, told in IDENTIFIED.items()
    ]
    return Entries.of(read_list(json.dumps(rows).encode(), "list.json") or (), wechat.address)


def test_every_exported_real_page_finds_its_identity_in_the_list(exported: dict[str, tuple[Page, Essay]]) -> None:
    known = real_list(exported)
    for name, (page, whole) in exported.items():
        told = IDENTIFIED[name]
        reading = wechat.read(page)
        assert reading.essay is None or reading.essay.native_id is None
        found = known.join(reading.essay, reading.addresses, page.origin)
        assert joined(found) == f"{told['biz']}/{told['mid']}/{told['idx']}", f"{name}: {found.reason}"
        assert found.entry
        full = complete(reading.essay, found.entry)
        assert full
        assert full.published
        assert full.account
        assert (full.text, full.account.name) == (whole.text, told["account"])
        assert int(full.published.at.timestamp()) == told["published_epoch"]


def test_no_exported_real_page_gets_an_identity_that_is_not_in_the_list(
    exported: dict[str, tuple[Page, Essay]],
) -> None:
    everything = real_list(exported)
    for name, (page, _) in exported.items():
        told = IDENTIFIED[name]
        own = f"{told['biz']}/{told['mid']}/{told['idx']}"
        others = Entries(()).of([entry for entry in everything.listed if entry.native_id != own], wechat.address)
        reading = wechat.read(page)
        assert others.join(reading.essay, reading.addresses, page.origin).entry is None
        assert Entries(()).join(reading.essay, reading.addresses, page.origin).entry is None


def test_a_long_link_in_a_list_keeps_its_check_digest() -> None:
    sn = "0123456789abcdef0123456789abcdef"
    link = f"http://mp.weixin.qq.com/s?__biz=MzA4MDAwMDAwMQ==&mid=2650000001&idx=1&sn={sn}"
    listed = Listed(link=link, title="长链接", native_id="MzA4MDAwMDAwMQ==/2650000001/1")
    (entry,) = Entries.of([listed], extract.address).listed
    assert [a.key for a in entry.addresses] == ["wechat:MzA4MDAwMDAwMQ==/2650000001/1"]
    assert sn in str(entry.addresses[0].url)


def test_a_link_to_another_site_in_a_list_is_no_identity() -> None:
    (entry,) = Entries.of([Listed(link="https://example.com/a/b/c", title="别处的文章")], extract.address).listed
    assert entry.native_id is None

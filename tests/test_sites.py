"""Sites: every saved page is read as the value beside it says."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from ingest.markup.page import Page
from ingest.model import Evidence, Reading, State, TooCostly
from ingest.redact import redact
from ingest.sites import sites, wechat

from .cost import assert_linear

HERE = Path(__file__).parent / "pages"
REAL = Path(__file__).parents[2] / "shared" / "pages" / "wechat"
OWN = [path for site in sites() for path in sorted((HERE / site.NAME).glob("*.html"))]
TRUTH: dict[str, dict[str, Any]] = json.loads((REAL / "truth.json").read_text()) if REAL.is_dir() else {}
BIZ, SN = "MzA5MDEyMzQ1Ng==", "0123456789abcdef0123456789abcdef"
TOKEN = "Kd3_vT9-xQ0aZbYcWdEfGh"
LONG = f"wechat:{BIZ}/2649000101/1"


def value(reading: Reading) -> dict[str, Any]:
    """A reading as the files beside the pages spell it."""
    essay = reading.essay
    about: dict[str, Any] = {
        "state": reading.state,
        "reason": reading.reason,
        "evidence": reading.evidence,
        "addresses": [address.key for address in reading.addresses],
        "seen_at": reading.seen_at.isoformat() if reading.seen_at else None,
    }
    if essay is None:
        return about | {"title": None}
    published, account = essay.published, essay.account
    return about | {
        "title": essay.title,
        "display_title": essay.display_title,
        "account": account.name if account else None,
        "account_ids": list(account.ids) if account else [],
        "author": essay.author,
        "native_id": essay.native_id,
        "url": essay.url,
        "published_at": published.at.isoformat() if published else None,
        "precision": published.precision if published else None,
        "role": essay.role,
        "completeness": essay.completeness,
        "text": essay.text,
        "markdown": essay.markdown,
        "images": [[image.url, image.alt, image.position] for image in essay.images],
        "claims": [[claim.kind, claim.target.key, claim.quote] for claim in essay.claims],
        "chrome": [[chrome.kind, chrome.text] for chrome in essay.chrome],
    }


@pytest.fixture(scope="module")
def real() -> dict[str, str]:
    if not TRUTH:
        pytest.skip("the real pages are not here")
    return {name: gzip.decompress((REAL / f"{name}.html.gz").read_bytes()).decode() for name in TRUTH}


@pytest.mark.parametrize("site", sites(), ids=lambda site: site.NAME)
def test_a_site_has_saved_pages_with_their_expected_values(site: Any) -> None:
    pages = sorted((HERE / site.NAME).glob("*.html"))
    assert pages, (
        f"The site {site.NAME} has no saved page. Save one of your own writing as tests/pages/{site.NAME}/<case>.html, "
        f"and have its value written: python -m tests.make tests/pages/{site.NAME}/<case>.html --url ADDRESS"
    )
    missing = [page.name for page in pages if not page.with_suffix(".json").is_file()]
    assert not missing, f"These pages have no .json with their value: {missing}"


@pytest.mark.parametrize("path", OWN, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_saved_page_has_the_value_beside_it(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    page = Page(path.read_text(encoding="utf-8"), expected.pop("found_at", None))
    site = next(site for site in sites() if path.parent.name == site.NAME)
    assert site.owns(page)
    found = value(site.read(page))
    assert {key: found.get(key) for key in expected} == expected


@pytest.mark.parametrize("path", OWN, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_page_cut_anywhere_is_never_an_essay(path: Path) -> None:
    html = path.read_text(encoding="utf-8")
    end = html.rfind("</html")
    for part in range(1, 12):
        page = Page(html[: end * part // 12])
        reading = next(site for site in sites() if path.parent.name == site.NAME).read(page)
        assert reading.essay is None, f"an essay was made of {part}/12 of the page"


@pytest.mark.parametrize("name", TRUTH)
def test_a_real_page_is_read_as_the_truth_says(name: str, real: dict[str, str]) -> None:
    truth = {key: told for key, told in TRUTH[name].items() if key not in ("note", "sn")}
    reading = wechat.read(Page(real[name]))
    found: dict[str, Any] = {"state": reading.state}
    if essay := reading.essay:
        assert essay.account
        assert essay.published
        found |= {"title": essay.title, "account": essay.account.name, "author": essay.author}
        found |= {"account_id": essay.account.ids[0], "published_epoch": int(essay.published.at.timestamp())}
        biz, mid, idx = (essay.native_id or "//").rsplit("/", 2)
        found |= {"biz": biz, "mid": mid, "idx": int(idx or 0)}
        source = next((claim.target.key for claim in essay.claims if claim.kind == "reprint_of"), None)
        if told := truth.pop("reprint_of", None):
            assert source == f"wechat:{told['biz']}/{told['mid']}/{told['idx']}"
        truth.setdefault("title", None)
    assert {key: found.get(key) for key in truth} == truth
    assert wechat.owns(Page(real[name]))


def test_taking_out_secrets_changes_no_reading_of_a_real_page(real: dict[str, str]) -> None:
    for html in real.values():
        assert wechat.read(Page(redact(html.encode()).decode())) == wechat.read(Page(html))


def test_a_real_page_cut_in_half_is_unreadable(real: dict[str, str]) -> None:
    for name, html in real.items():
        if TRUTH[name]["state"] in ("article", "image_post", "text_post", "video_share"):
            assert wechat.read(Page(html[: len(html) // 2])).essay is None


def test_a_page_without_scripts_proves_no_identity(real: dict[str, str]) -> None:
    for html in real.values():
        soup = Page(html).soup
        for script in soup.find_all("script"):
            script.decompose()
        kept = soup.find(id="js_article")
        reading = wechat.read(Page(f"<html><body>{kept}</body></html>"))
        assert reading.essay is None or reading.essay.native_id is None
        assert not reading.addresses
        if kept:
            assert reading.evidence is Evidence.REDUCED


@pytest.mark.parametrize(
    ("url", "key"),
    [
        (f"https://mp.weixin.qq.com/s/{TOKEN}", f"wechat:s/{TOKEN}"),
        (f"http://mp.weixin.qq.com/s/{TOKEN}?scene=1&click_id=2#rd", f"wechat:s/{TOKEN}"),
        (f"https://MP.weixin.QQ.com/s/{TOKEN}Hello", f"wechat:s/{TOKEN}"),
        (f"mp.weixin.qq.com/s/{TOKEN}", f"wechat:s/{TOKEN}"),
        (f"https://mp.weixin.qq.com/s?__biz={BIZ}&mid=2649000101&idx=1&sn={SN}", LONG),
        (
            f"http://mp.weixin.qq.com/s?__biz=MzA5MDEyMzQ1Ng%3D%3D&amp;mid=2649000101&amp;idx=1&amp;sn={SN}&chksm=1#rd",
            LONG,
        ),
        (f"https:\\/\\/mp.weixin.qq.com\\/s?__biz={BIZ}\\x26amp;mid=2649000101\\x26amp;idx=1\\x26amp;sn={SN}", LONG),
        ("//mp.weixin.qq.com/s?idx=1&mid=2649000101&__biz=MzA5MDEyMzQ1Ng", LONG),
        (f"https://mp.weixin.qq.com/mp/appmsg/show?__biz={BIZ}&appmsgid=2649000101&itemidx=1&sign={SN}", LONG),
        ("https://mp.weixin.qq.com/s?__biz=Mz/+MDEyMzQ1Ng==&mid=1&idx=2", "wechat:Mz/+MDEyMzQ1Ng==/1/2"),
        ("https://mp.weixin.qq.com/s?src=11&timestamp=1&ver=2&signature=ab*c-d&new=1", "wechat:tmp/f0f9c1fbcae9e6ed"),
        (f"https://mp.weixin.qq.com/s?__biz={BIZ}", None),
        (f"https://mp.weixin.qq.com/s?__biz={BIZ}&mid=0&idx=1", None),
        ("https://mp.weixin.qq.com/mp/profile_ext?action=home&__biz=MzA5MDEyMzQ1Ng==", None),
        (f"https://mp.weixin.qq.com.example.org/s/{TOKEN}", None),
        (f"https://example.org/?u=https://mp.weixin.qq.com/s/{TOKEN}", None),
        ("http://[", None),
        ("", None),
    ],
)
def test_every_form_of_an_address_has_one_key(url: str, key: str | None) -> None:
    found = wechat.address(url)
    assert (found.key if found else None) == key
    if found and found.url:
        assert wechat.address(found.url) == found


def test_an_address_keeps_no_session_secret() -> None:
    secrets = "&key=77aa&uin=MTIz&pass_ticket=x&appmsg_token=y&exportkey=z&poc_token=w"
    for url in (
        f"https://mp.weixin.qq.com/s/{TOKEN}?scene=1{secrets}",
        f"https://mp.weixin.qq.com/s?__biz={BIZ}&mid=1&idx=1&sn={SN}{secrets}",
        f"https://mp.weixin.qq.com/s?src=1&timestamp=1&signature=s{secrets}",
    ):
        found = wechat.address(url)
        assert found
        assert not any(word in f"{found.key} {found.url}" for word in ("key=", "uin=", "ticket", "token", "77aa"))


@pytest.mark.parametrize(
    ("text", "link"),
    [
        (f"https://mp.weixin.qq.com/s/{TOKEN}这篇不错", f"https://mp.weixin.qq.com/s/{TOKEN}"),
        (f"https://mp.weixin.qq.com/s/{TOKEN}Worth reading", f"https://mp.weixin.qq.com/s/{TOKEN}"),
        (f"https://mp.weixin.qq.com/s/{TOKEN}https://", f"https://mp.weixin.qq.com/s/{TOKEN}"),
        (f"https://mp.weixin.qq.com/s/{TOKEN}?scene=1&x=y#rd转", f"https://mp.weixin.qq.com/s/{TOKEN}?scene=1&x=y#rd"),
        (f"http://mp.weixin.qq.com/s?__biz={BIZ}&amp;mid=1&amp;idx=1#wechat_redirectSee", None),
        ("https://mp.weixin.qq.com/s/short", ""),
    ],
)
def test_a_link_ends_where_the_words_glued_to_it_begin(text: str, link: str | None) -> None:
    found = wechat.LINK.match(text)
    assert (found[0] if found else "") == (text.removesuffix("See") if link is None else link)


@pytest.mark.parametrize(
    "hostile",
    [
        lambda n: '<script>var biz = "' + 'var biz = "' * n,
        lambda n: "<script>window.cgiDataNew = " + "{a:[" * n,
        lambda n: "<script>window.cgiDataNew = {" + "a:'\\x26'," * n,
        lambda n: '<div id="js_article">' + '<div id="js_content">' * n + "字",
        lambda n: '<div class="weui-msg"><div class="weui-msg__title">' * n,
        lambda n: "<script>weui-msg__title" * n,
        lambda n: "https://mp.weixin.qq.com/s?" + "a=b&amp;" * n,
    ],
    ids=["variables", "depth", "members", "containers", "notices", "written", "link"],
)
def test_hostile_input_costs_no_more_than_its_length(hostile: Callable[[int], str]) -> None:
    def work(text: str) -> None:
        with suppress(TooCostly):  # what is nested too deeply is refused as a whole
            wechat.read(Page(text + "</html>"))
            wechat.owns(Page(text + "</html>"))
        wechat.LINK.match(text)
        wechat.address(text)

    assert_linear(hostile, work, 5_000)


def test_an_unknown_notice_goes_to_a_person_with_its_sentence() -> None:
    reading = wechat.read(
        Page('<html><body><div class="weui-msg"><h2 class="weui-msg__title">新的说法</h2></div></body></html>')
    )
    assert (reading.state, reading.reason) == (State.UNKNOWN_NOTICE, "新的说法")

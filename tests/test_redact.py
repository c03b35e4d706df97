"""Session keys never reach the store."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from ingest.redact import redact, redact_url

from .cost import assert_linear

REAL = Path(__file__).parents[2] / "shared" / "pages" / "wechat"
KEY = b"0a1b2c3d" * 24


@pytest.mark.parametrize(
    ("stored", "clean"),
    [
        (b"?pass_ticket=ab%2Bcd&scene=1", b"?pass_ticket=&scene=1"),
        (b"&amp;appmsg_token=1234_ab-cd~&amp;x", b"&amp;appmsg_token=&amp;x"),
        (b"\\x26exportkey=n_ChQIAhIQ\\x26amp;key=" + KEY + b"'", b"\\x26exportkey=\\x26amp;key='"),
        (b"\\u0026poc_token=HGabc123", b"\\u0026poc_token="),
        (b"%26pass_ticket%3Dab%252B%26scene%3D1", b"%26pass_ticket%3D%26scene%3D1"),
        (b"&uin=MTIzNDU2Nzg%3D&a", b"&uin=&a"),
        (b'var pass_ticket = "" || "abcdefgh";', b'var pass_ticket = "" || "";'),
        (b"window.key = params['key'] || \"" + KEY + b"\" || '';", b"window.key = params['key'] || \"\" || '';"),
        (b"window.user_uin = ('123456789' || '') * 1", b"window.user_uin = ('' || '') * 1"),
        (b"d.uin = xml ? getXmlValue('uin.DATA') : 'MTIzNDU2';", b"d.uin = xml ? getXmlValue('uin.DATA') : '';"),
        (b"uin: JsDecode('MTIzNDU2'),", b"uin: JsDecode(''),"),
        (b'{"appmsg_token":"1234_ab"}', b'{"appmsg_token":""}'),
        (b'{\\"wxtoken\\":\\"1234567\\"}', b'{\\"wxtoken\\":\\"\\"}'),
        (b"key: '" + KEY + b"',", b"key: '',"),
        (b"https://mp.weixin.qq.com/s?__biz=Mz&uin=998877665544#x", b"https://mp.weixin.qq.com/s?__biz=Mz&uin=#x"),
        (b"?KEY=" + KEY, b"?KEY="),
        (b'document.cookie="wap_sid2=CAESxyz123; slave_sid=abc123def456"', b'document.cookie="wap_sid2=; slave_sid="'),
        (b"`pass_ticket=abc123def456`", b"`pass_ticket=`"),
        (b'localStorage["pass_ticket"]="abc123def456"', b'localStorage["pass_ticket"]=""'),
        (b'<input name=pass_ticket value="abc123def456">', b'<input name=pass_ticket value="">'),
        (b'{"uin": 998877660002}', b'{"uin": }'),
        (b'passTicket="abc123def456"', b'passTicket=""'),
    ],
)
def test_a_secret_is_emptied_wherever_it_stands(stored: bytes, clean: bytes) -> None:
    assert redact(stored) == clean
    assert redact(clean) == clean


@pytest.mark.parametrize(
    "kept",
    [
        b"http://wpa.qq.com/msgrd?v=3&uin=123456&site=qq",
        b"https://maps.example.org/?key=AIzaSyExample",
        b"key: 'name', key: \"id\"",
        b"wxtoken: '777' * 1, var uin = \"0\"",
        b"var biz = \"MzA5MDEyMzQ1Ng==\"; bizuin: 'MzA5MDEyMzQ1Ng=='",
        b"var keyword = 'abcdefgh'; monkey='abcdefgh'",
        b"a.pass_ticket=b.pass_ticket||c",
        "正文里的 key 和 uin 只是词。".encode(),
        b"",
    ],
)
def test_what_is_no_secret_stays(kept: bytes) -> None:
    assert redact(kept) == kept


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        (
            "https://mp.weixin.qq.com/s?__biz=A==&mid=1&key=77&uin=1&pass_ticket=x&idx=2#wechat_redirect",
            "https://mp.weixin.qq.com/s?__biz=A==&mid=1&idx=2#wechat_redirect",
        ),
        ("http://mp.weixin.qq.com/s?uin=1&amp;mid=2&amp;key=3&amp;idx=4", "http://mp.weixin.qq.com/s?mid=2&amp;idx=4"),
        ("https://mp.weixin.qq.com/s/abc?pass_ticket=1", "https://mp.weixin.qq.com/s/abc"),
        (
            "https://mp.weixin.qq.com/mp/x?poc_token=a&target_url=https%3A%2F%2Fmp.weixin.qq.com%2Fs%3Fmid%3D1%26key%3Dab",
            "https://mp.weixin.qq.com/mp/x?target_url=https%3A%2F%2Fmp.weixin.qq.com%2Fs%3Fmid%3D1",
        ),
        (
            "https://mp.weixin.qq.com/s?mid=1&amp;amp;key=77\\x26amp;uin=1\\u0026pass_ticket=x&amp;amp;idx=2",
            "https://mp.weixin.qq.com/s?mid=1&amp;amp;idx=2",
        ),
        (
            "https://mp.weixin.qq.com/s/abc?wx_header=3&sharer_shareinfo=0f&scene=1&devicetype=iOS17&exportkey=n_x",
            "https://mp.weixin.qq.com/s/abc?scene=1",
        ),
        ("https://example.org/?sessionid=1&enterid=2", "https://example.org/?sessionid=1&enterid=2"),
        (
            "https://example.org/?u=https://mp.weixin.qq.com/s?mid=1&key=77",
            "https://example.org/?u=https://mp.weixin.qq.com/s?mid=1",
        ),
        ("https://example.org/?key=abc&uin=123456", "https://example.org/?key=abc&uin=123456"),
        ("https://example.org/路?q=词#段", "https://example.org/路?q=词#段"),
        ("", ""),
    ],
)
def test_an_address_loses_its_secrets_and_nothing_else(url: str, clean: str) -> None:
    assert redact_url(url) == clean
    assert redact_url(clean) == clean


@pytest.mark.parametrize(
    "repeated",
    [
        b"&uin=", b'uin="', b"key:", b"&key=a", b"%26uin%3D", b"uin=xml?", b"uin['", b"pass_ticket=",
        b"?pass_ticket=", b"pass_ticket=abcdefgh,", b"pass_ticket=pass_ticket:",
    ],
)  # fmt: skip
def test_hostile_bytes_cost_no_more_than_their_length(repeated: bytes) -> None:
    assert_linear(lambda n: repeated * n, redact, 10_000)


def test_a_cookie_among_its_like_is_emptied_whether_its_digit_comes_early_or_late() -> None:
    assert redact(b"pass_ticket=pass_ticket=abcdefgh1; x") == b"pass_ticket=; x"
    assert redact(b"pass_ticket=abcdefgh, 1") == b"pass_ticket=abcdefgh, 1"
    assert redact(b"a pass_ticket=abcdefgh b pass_ticket=abcdefg1 c") == b"a pass_ticket=abcdefgh b pass_ticket= c"


@pytest.mark.skipif(not REAL.is_dir(), reason="the real pages are not here")
def test_a_real_page_is_redacted_once_and_for_all() -> None:
    for path in REAL.glob("*.html.gz"):
        clean = redact(gzip.decompress(path.read_bytes()))
        assert redact(clean) == clean

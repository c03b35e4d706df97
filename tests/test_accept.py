import pytest

from ingest.accept import find
from ingest.text import clean

TOKEN = "Ab3_-5678901234567890x"
SHORT = f"https://mp.weixin.qq.com/s/{TOKEN}"
LONG = "http://mp.weixin.qq.com/s?__biz=MzA4MDAwMDAwMQ==&mid=2650000001&idx=2&sn=0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (SHORT, [f"wechat:s/{TOKEN}"]),
        (f"{SHORT}必读！", [f"wechat:s/{TOKEN}"]),
        (f"{SHORT}scaling law 很干", [f"wechat:s/{TOKEN}"]),
        (f"（{SHORT}）", [f"wechat:s/{TOKEN}"]),
        (f"看看 {SHORT}?scene=1&click_id=9#rd，还有", [f"wechat:s/{TOKEN}"]),
        (f"{SHORT}\n{SHORT}内容", [f"wechat:s/{TOKEN}"] * 2),
        (LONG, ["wechat:MzA4MDAwMDAwMQ==/2650000001/2"]),
        (LONG.replace("&", "&amp;") + "&chksm=abc&scene=27#wechat_redirect", ["wechat:MzA4MDAwMDAwMQ==/2650000001/2"]),
        ("没有链接的一句话", []),
        ("https://", []),
        ("javascript:alert(1) file:///etc/passwd", []),
        ("https://example.com/unknown-site", []),
    ],
)
def test_links_are_found_as_people_paste_them(text: str, keys: list[str]) -> None:
    assert [link.address.key for link in find(clean(text))] == keys


def test_a_link_names_the_characters_that_spell_it() -> None:
    text = f"前言{SHORT}后语"
    (link,) = find(text)
    assert text[link.start : link.end] == SHORT


def test_session_keys_are_not_part_of_an_address() -> None:
    (link,) = find(LONG + "&key=777deadbeef&uin=MTIz&pass_ticket=secret%2Bticket")
    assert not {"deadbeef", "MTIz", "ticket"} & set(str(link.address.url).replace("=", " ").replace("&", " ").split())
    assert "secret" not in f"{link.address.key} {link.address.url}"


def test_a_hundred_thousand_characters_of_almost_links_take_no_time() -> None:
    assert find("https://mp.weixin.qq.com/s/" * 4000) is not None

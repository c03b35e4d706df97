import pytest

from ingest.extract import accept, address, find
from ingest.text import clean

from .cost import assert_linear

TOKEN = "Ab3_-5678901234567890x"
SHORT = f"https://mp.weixin.qq.com/s/{TOKEN}"
KEY = f"wechat:s/{TOKEN}"
LONG = "http://mp.weixin.qq.com/s?__biz=MzA4MDAwMDAwMQ==&mid=2650000001&idx=2&sn=0123456789abcdef0123456789abcdef"
LONG_KEY = "wechat:MzA4MDAwMDAwMQ==/2650000001/2"
ENCODED = "https%3A%2F%2Fmp.weixin.qq.com%2Fs%2F" + TOKEN
FULL_WIDTH = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in SHORT)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (SHORT, [KEY]),
        (f"{SHORT}必读！", [KEY]),
        (f"{SHORT}scaling law 很干", [KEY]),
        (f"（{SHORT}）", [KEY]),
        (f"看看({SHORT}),谢谢", [KEY]),
        (f"**{SHORT}**", [KEY]),
        (f"看看 {SHORT}?scene=1&click_id=9#rd，还有", [KEY]),
        (f"{SHORT}\n{SHORT}内容", [KEY] * 2),
        (f"{SHORT[:40]}\n{SHORT[40:]} 断行了", [KEY]),
        (ENCODED, [KEY]),
        (FULL_WIDTH + "，全角", [KEY]),
        (LONG, [LONG_KEY]),
        (LONG.replace("&", "&amp;") + "&chksm=abc&scene=27#wechat_redirect", [LONG_KEY]),
        (LONG.replace("&", "\\x26amp;"), [LONG_KEY]),
        (LONG.replace("==", "%3D%3D"), [LONG_KEY]),
        (f"https://mp.weixinbridge.com/mp/wapredirect?url={ENCODED}&action=appmsg", [KEY]),
        (f"https://link.zhihu.com/?target={ENCODED}", [KEY]),
        ("https://zhuanlan.zhihu.com/p/720123456scaling", ["zhihu:p/720123456"]),
        ("https://example.com/a/?utm_source=x&id=7&from=timeline#top", ["url:example.com/a?id=7"]),
        ("HTTP://Example.COM:80/a", ["url:example.com/a"]),
        ("https://example.com/wiki/Law_(scaling)。", ["url:example.com/wiki/Law_(scaling)"]),
        ("没有链接的一句话", []),
        ("https://", []),
        ("javascript:alert(1) file:///etc/passwd data:text/html,x", []),
        ("https://user:secret@example.com/", []),
        ("https://" + "a" * 10_000 + ".com/", []),
    ],
)
def test_links_are_found_as_people_paste_them(text: str, keys: list[str]) -> None:
    assert [link.address.key for link in find(clean(text))] == keys


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://example.com/a?b=1&c=2", "https://example.com/a/?c=2&b=1"),
        ("https://example.com/%E4%B8%AD", "https://example.com/中"),
        ("https://example.com/a?share_token=x", "https://example.com/a#section"),
    ],
)
def test_forms_of_one_address_have_one_key(one: str, other: str) -> None:
    first, second = address(one), address(other)
    assert first and second and first.key == second.key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.com/a?id=1", "https://example.com/a?id=2"),
        ("https://example.com/A", "https://example.com/a"),
        (f"https://mp.weixin.qq.com/s/{TOKEN}", f"https://mp.weixin.qq.com/s/{TOKEN.swapcase()}"),
        (LONG, LONG.replace("idx=2", "idx=3")),
    ],
)
def test_different_articles_have_different_keys(one: str, other: str) -> None:
    first, second = address(one), address(other)
    assert first and second and first.key != second.key


def test_a_link_names_the_characters_that_spell_it() -> None:
    text = f"前言{SHORT}后语"
    (link,) = find(text)
    assert text[link.start : link.end] == SHORT


def test_session_keys_are_not_part_of_an_address() -> None:
    (link,) = find(LONG + "&key=777deadbeef&uin=MTIz&pass_ticket=secret%2Bticket")
    assert "deadbeef" not in str(link.address)
    assert "secret" not in str(link.address)


def test_a_chat_is_taken_apart_into_links_cards_and_words() -> None:
    chat = f"老周 10:02\n这篇必看 {SHORT}\n[链接] 大模型的账单怎么算\n小满:昨天那篇 {SHORT}讲得更好\n{LONG}"
    taken = accept(chat)
    assert [link.address.key for link in taken.links] == [KEY, KEY, LONG_KEY]
    assert [found.key for found in taken.addresses] == [KEY, LONG_KEY]
    assert taken.cards == ("大模型的账单怎么算",)
    assert "这篇必看" in taken.note and "讲得更好" in taken.note
    assert "http" not in taken.note and "[链接]" not in taken.note


def test_five_thousand_links_and_a_hundred_thousand_almost_links_take_no_time() -> None:
    many = "\n".join(f"https://mp.weixin.qq.com/s/{n:022}" for n in range(5000))
    assert len(accept(many).addresses) == 5000
    assert len(accept("\n".join([SHORT] * 5000)).addresses) == 1
    assert find("https://mp.weixin.qq.com/s/" * 4000) is not None


@pytest.mark.parametrize("start", ["https://blog.example.org/a", "https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAAA"])
@pytest.mark.parametrize("end", ["", "x", "\n"])
@pytest.mark.parametrize("repeated", [".", ")", "(", "https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAAA", "&amp;"])
def test_what_stands_behind_a_link_costs_no_more_than_its_length(start: str, repeated: str, end: str) -> None:
    assert_linear(lambda n: start + repeated * n + end, accept, 20_000 // len(repeated))


@pytest.mark.parametrize("signs", ["." * 50_000, ")" * 50_000, "。" + ")" * 50_000, ").)." * 10_000])
def test_signs_behind_a_link_belong_to_the_sentence_however_many(signs: str) -> None:
    assert [link.address.url for link in find(f"见 https://blog.example.org/a_(b){signs} 。")] == [
        "https://blog.example.org/a_(b)"
    ]


def test_a_link_longer_than_any_is_none_and_the_next_one_is_found() -> None:
    long = "https://blog.example.org/?to=https://other.example.org/" + "a" * 9000
    assert [link.address.url for link in find(f"{long} https://blog.example.org/b")] == ["https://blog.example.org/b"]

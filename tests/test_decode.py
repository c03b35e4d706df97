import gzip

import pytest

from ingest.decoding.decode import decode, unpack
from ingest.model import NotAText, TooLarge

ESSAY = "朱镕基谈过的问题，今天换成了大模型：压缩就是智能吗？" * 20
BIG5_ESSAY = "壓縮就是智慧嗎？這個問題很難回答。" * 20


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
@pytest.mark.parametrize("declared", ["", "utf-8", "gb2312", "iso-8859-1"])
def test_no_character_is_lost_whatever_the_page_declares(charset: str, declared: str) -> None:
    page = f'<html><meta charset="{declared}"><p>{ESSAY}</p></html>'
    assert decode(page.encode(charset)).text == page


def test_big5_is_read_when_it_is_declared() -> None:
    page = f'<html><meta charset="big5"><p>{BIG5_ESSAY}</p></html>'
    assert decode(page.encode("big5")).text == page


def test_one_bad_byte_in_a_long_utf8_text_costs_one_character() -> None:
    data = bytearray(ESSAY.encode())
    data[300] = 0xFF
    decoded = decode(bytes(data))
    assert decoded.charset == "utf-8 with bad bytes"
    assert decoded.text.replace("\ufffd", "")[:90] == ESSAY[:90]
    assert len(ESSAY) - 1 <= len(decoded.text.replace("\ufffd", "")) < len(ESSAY)


def test_one_chinese_word_in_an_english_gbk_text_is_not_lost() -> None:
    text = "An English text with one word: 模型. " * 3
    assert decode(text.encode("gbk")).text == text


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, b"\x00" * 1000, b"%PDF-1.7\n" + bytes(range(256)) * 9]
)
def test_binary_data_is_refused(data: bytes) -> None:
    with pytest.raises(NotAText):
        decode(data)


def test_a_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    with pytest.raises(TooLarge, match="limit"):
        unpack(bomb, 1_000_000)


def test_a_damaged_gzip_file_is_refused_with_a_remedy() -> None:
    with pytest.raises(NotAText, match="Hand in the file again"):
        unpack(gzip.compress(ESSAY.encode())[:-40], 1_000_000)


def test_a_file_beyond_the_limit_is_refused_with_both_sizes() -> None:
    with pytest.raises(TooLarge, match="1,001 bytes; the limit is 1,000"):
        unpack(b"x" * 1001, 1000)


TEXTS = {
    "simplified": "昨天我们去了北京，看了一场电影，然后在夜市吃了很多东西。",
    "traditional": "我們昨天去了臺北，看了一場電影，然後在夜市吃了很多東西。",
    "a poem": "滕王高阁临江渚，佩玉鸣鸾罢歌舞。画栋朝飞南浦云，珠帘暮卷西山雨。",
    "rare characters": "饕餮纹青铜簋，蟠螭纹镂空觚，皆藏于博物馆。",
    "short": "你好",
    "mixed": "Transformer 的注意力机制（attention）在 2017 年由 Google 提出，参数量从 1 亿涨到 1,750 亿。",
    "long": ESSAY,
    "long and traditional": BIG5_ESSAY,
}
CHARSETS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb2312", "gbk", "gb18030", "big5", "cp950",
            "big5hkscs", "shift_jis", "euc_jp", "euc_kr", "hz"]  # fmt: skip
DECLARED = ["", "true", "utf-8", "gb2312", "big5", "iso-8859-1", "shift_jis", "x-nothing", "unicode_escape"]


def text_or_refusal(data: bytes) -> str:
    try:
        return decode(data).text
    except NotAText:
        return ""


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_text_is_read_exactly_or_refused_whatever_is_declared(text: str, charset: str) -> None:
    for declared in DECLARED:
        name = charset if declared == "true" else declared
        page = f"<html><meta charset={name}><p>{text}</p></html>" if name else text
        try:
            data = page.encode(charset)
        except UnicodeEncodeError:
            continue
        assert text_or_refusal(data) in {page, ""}, declared


@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be", "gb18030", "big5"])
@pytest.mark.parametrize("text", [TEXTS["traditional"], BIG5_ESSAY], ids=["a sentence", "an essay"])
def test_chinese_without_a_declaration_is_read(charset: str, text: str) -> None:
    assert decode(text.encode(charset)).text == text


@pytest.mark.parametrize("charset", ["shift_jis", "euc_jp"])
def test_japanese_without_a_declaration_is_in_doubt(charset: str) -> None:
    text = "これは日本語の文章です。昨日、私は友達と一緒に映画を見に行きました。"
    with pytest.raises(NotAText, match="charset is in doubt"):
        decode(text.encode(charset))
    page = f"<meta charset={charset}>{text}"
    assert decode(page.encode(charset)).text == page


def test_two_characters_are_too_few_to_tell_the_charset() -> None:
    with pytest.raises(NotAText, match=r"charset is in doubt: GB18030 or .*Save it as UTF-8"):
        decode("你好".encode("gbk"))


@pytest.mark.parametrize(
    "text", ["hello · world, café", "Привет, это короткий русский текст.", "a ~{ b ~} c", "1+1=2, a+b-c"]
)
def test_short_utf8_of_other_languages_is_not_doubted(text: str) -> None:
    assert decode(text.encode()).text == text

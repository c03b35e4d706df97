import gzip

import pytest

from ingest.decode import decode, unpack
from ingest.model import NotAText, TooLarge

ESSAY = "朱镕基谈过的问题，今天换成了大模型：压缩就是智能吗？" * 20
BIG5_ESSAY = "壓縮就是智慧嗎？這個問題很難回答。" * 20


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
@pytest.mark.parametrize("declared", ["", "utf-8", "gb2312", "iso-8859-1"])
def test_no_character_is_lost_whatever_the_page_declares(charset: str, declared: str) -> None:
    page = f'<html><meta charset="{declared}"><p>{ESSAY}</p></html>'
    if declared == "iso-8859-1" and charset in {"gb18030", "gbk"}:
        pytest.skip("a page that declares Latin-1 over GBK bytes is read as declared, as a browser would")
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

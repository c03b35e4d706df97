import pytest
from opencc import OpenCC

from ingest.text import clean, display_title, fold, language

from .conftest import shared

SAMPLES = [
    "a\r\nb\rc",
    "\ufeff词\u200b语 \n\n\n\n下一段  ",
    "x\x00y\x07z",
    "\ud800 half a pair",
    "👩\u200d💻 joined",
    "",
    " \n ",
]


@pytest.mark.parametrize("sample", SAMPLES)
def test_cleaning_twice_is_cleaning_once(sample: str) -> None:
    assert clean(clean(sample)) == clean(sample)


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("\ufeff词\u200b语 \n\n\n\n下一段  ", "词语\n\n下一段"),
        ("x\x00y\x07z\u202e", "xyz"),
        ("\ud800!", "\ufffd!"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("　　段首缩进", "　　段首缩进"),
    ],
)
def test_clean_text_has_no_character_that_nobody_sees(sample: str, expected: str) -> None:
    assert clean(sample) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＧＰＴ－４ 壓縮", "gpt-4压缩"),
        ("數據庫,很慢。", "数据库很慢"),
        ("一目瞭然", "一目了然"),
        ("憑藉", "凭借"),
        ("Café", "cafe"),
        ("a b\tc\n", "ABC"),
    ],
)
def test_width_case_spaces_and_simplification_make_no_difference_to_the_fold(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_a_changed_character_makes_a_difference_to_the_fold() -> None:
    assert fold("模型变大") != fold("模型变小")


def test_nothing_is_left_of_punctuation() -> None:
    assert fold("……！？ — 🚀") == ""


@pytest.mark.parametrize("way", ["s2t", "s2tw", "s2hk"])
def test_real_essays_fold_alike_in_simplified_and_traditional(way: str) -> None:
    for file in sorted(shared("seeds").glob("*.txt")):
        text = file.read_text("utf-8")
        assert fold(OpenCC(way).convert(text)) == fold(text), file.name


def test_an_essay_without_a_title_is_shown_by_its_first_sentence() -> None:
    assert display_title(None, "模型会忘事。它不是记性差。") == "模型会忘事"
    assert display_title(None, "长" * 200) == "长" * 59 + "…"
    assert display_title("题目", "正文") == "题目"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("大模型的 scaling law 还没有到头", "zh"),
        ("これは日本語の文章です", "ja"),
        ("A plain English sentence.", "en"),
        ("1234 !!", None),
    ],
)
def test_the_language_is_told_by_the_letters(text: str, expected: str | None) -> None:
    assert language(text) == expected


def test_a_million_spaces_take_no_time() -> None:
    assert clean("字" + " " * 1_000_000 + "字") == "字" + " " * 1_000_000 + "字"

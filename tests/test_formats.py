"""Every text in tests/texts is read by the format that its expected value names."""

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.accept import find
from ingest.formats import TEXT_FORMATS
from ingest.model import Essay, Reading, State
from ingest.read import read_text
from ingest.text import clean

from .conftest import shared

TEXTS = Path(__file__).parent / "texts"
CASES = sorted(path for path in TEXTS.iterdir() if path.suffix != ".json")


def reading_of(path: Path) -> Reading:
    text = clean(path.read_text("utf-8"))
    return read_text(text, find(text))


def essay_of(path: Path) -> Essay:
    essay = reading_of(path).essay
    assert essay is not None
    return essay


def seen(essay: Essay) -> dict[str, Any]:
    """The essay as its expected value spells it."""
    published = essay.published
    return {
        "title": essay.title,
        "display_title": essay.display_title,
        "text": essay.text,
        "author": essay.author,
        "account": essay.account.name if essay.account else None,
        "url": essay.url,
        "language": essay.language,
        "completeness": essay.completeness,
        "role": essay.role,
        "published_on": published.at.date().isoformat() if published else None,
        "precision": published.precision if published else None,
        "images": [image.url for image in essay.images],
        "claims": [[claim.kind, claim.target.key] for claim in essay.claims],
        "chrome": [part.kind for part in essay.chrome],
        "turns": [[turn.speaker, turn.role, essay.text[turn.said_from : turn.end]] for turn in essay.turns],
    }


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_text_is_read_as_expected(path: Path) -> None:
    beside = path.with_suffix(".json")
    assert beside.exists(), f"write the expected value of {path.name} into {beside.name}"
    expected = json.loads(beside.read_text("utf-8"))
    reading = reading_of(path)
    essay = essay_of(path)
    assert reading.reader == expected.pop("reader")
    for part in expected.pop("contains", []):
        assert part in essay.text
    for part in expected.pop("lacks", []):
        assert part not in essay.text
    for part in expected.pop("markdown_contains", []):
        assert part in essay.markdown
    assert {name: seen(essay)[name] for name in expected} == expected


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_turns_tile_the_text(path: Path) -> None:
    essay = essay_of(path)
    if essay.turns:
        assert "".join(essay.text[turn.start : turn.end] for turn in essay.turns) == essay.text


def test_every_format_has_a_text() -> None:
    readers = {reading_of(path).reader for path in CASES}
    missing = [form.READER for form in TEXT_FORMATS if form.READER not in readers]
    assert not missing, f"add a text and its expected value to tests/texts for {missing}"


def test_a_text_of_links_alone_is_no_essay() -> None:
    text = "https://mp.weixin.qq.com/s/TestLinkNote_-1234567x\n"
    assert read_text(text, find(text)).state is State.NOT_A_PAGE


def test_an_empty_text_is_unreadable() -> None:
    assert read_text("", ()).state is State.UNREADABLE


# The five real shapes


def test_the_real_transcript_has_every_speaker_and_every_character() -> None:
    (path,) = shared("seeds").glob("003*")
    essay = essay_of(path)
    assert (
        "".join(essay.text[turn.start : turn.end] for turn in essay.turns)
        == essay.text
        == clean(path.read_text("utf-8"))
    )
    said = {(turn.speaker, turn.role): 0 for turn in essay.turns}
    for turn in essay.turns:
        said[turn.speaker, turn.role] += 1
    assert said == {
        (None, "front"): 1, ("骆轶航", "host"): 29, ("林俊旸", "guest"): 14, ("王铁震", "guest"): 10,
        ("黄文灏", "guest"): 7, ("张俊林", "guest"): 6, ("提问", "floor"): 5,
    }  # fmt: skip


def test_the_real_link_note_gets_its_items_back() -> None:
    (path,) = shared("seeds").glob("001*")
    essay = essay_of(path)
    lines = essay.text.split("\n")
    assert essay.completeness == "excerpt"
    assert [claim.target.key for claim in essay.claims] == ["wechat:s/mvBzhNmM-skPmxrXIpxUlQ"]
    assert len([line for line in lines if line.startswith("- ")]) == 7
    assert "mp.weixin" not in essay.text


def test_the_real_repost_keeps_its_furniture_apart() -> None:
    (path,) = shared("seeds").glob("004*")
    essay = essay_of(path)
    assert (essay.title, essay.role, essay.author, essay.account) == ("大模型是泡沫吗", "repost", None, None)
    assert essay.url == "https://jmbhsh.com/baihuokuaixun/32963.html"
    assert essay.text.startswith("我个人对 llm") and essay.text.endswith("坐等真正的“AIGC”出现即可。")
    kinds = [part.kind for part in essay.chrome]
    assert kinds == ["breadcrumb", "repost_line", "disclaimer", "contact", "contact", "contact", "contact"]


def test_the_real_markdown_loses_its_signs_and_no_word() -> None:
    (path,) = shared("seeds").glob("002*")
    essay = essay_of(path)
    assert essay.title == "从零手搓中文大模型｜🚀 Day10"
    assert [image.url for image in essay.images] == [
        "https://erxuanyi-1257355350.cos.ap-beijing.myqcloud.com/202409170034223.png"
    ]
    assert not any(sign in essay.text for sign in ("**", "##", "![", "`"))
    assert "（判别式）深度学习模型为基础模块的神经网络系统" in essay.text


def test_the_real_plain_text_has_no_title() -> None:
    (path,) = shared("seeds").glob("000*")
    essay = essay_of(path)
    assert essay.title is None
    assert essay.display_title == "转眼,2024年的九月就要带来,能写在简历里的东西,和两年前没什么区别"

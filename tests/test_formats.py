"""Every text in tests/texts is read by the format that its expected value names."""

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.extract import Link, find
from ingest.formats import TEXT_FORMATS
from ingest.model import Essay, Reading, State
from ingest.read import is_page, read_text
from ingest.text import clean

from .conftest import shared
from .cost import assert_linear

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


# What looks like something else

PROSE = {
    "a list of books": "书名：三体。\n作者：刘慈欣。\n书名：活着。\n作者：余华。\n书名：围城？\n作者：钱钟书。",
    "a review": "优点：便宜，好用吗？\n缺点：慢。\n优点：轻。\n缺点：贵。\n优点：快。\n缺点：吵。",
    "ordinals": "第一：要快。\n第二：要好吗？\n第三：要省。\n第一：再快。\n第二：再好。\n第三：再省。",
    "a time log": "8:00 起床\n9:00 吃饭\n10:00 上班\n8:00 起床\n9:00 吃饭\n10:00 上班",
    "a log with notes": "跑步 7:00\n五公里。\n早饭 8:00\n豆浆。\n跑步 18:00\n又三公里。",
    "references": "论文：https://a.cn/1\n代码：https://a.cn/2\n论文：https://a.cn/3\n代码：https://a.cn/4\nhttps://a.cn/5\nhttps://a.cn/6",
    "a novel": "他说：你来了吗？\n她说：来了。\n他说：坐吧。\n她说：好。\n他说：喝茶？\n她说：不喝。",
    "a novel with names": "老王笑道：来了？\n小李问：坐哪？\n老王笑道：坐吧。\n小李问：茶呢？",
    "a contract": "甲方：北京某公司。\n乙方：上海某公司。\n甲方：应付款吗？\n乙方：应交货。",
    "a talk quoted in an essay": "很长的文章。" * 30
    + "\n问：好吗？\n答：好。\n问：真的？\n答：真的。\n"
    + "文章还在写。" * 30,
    "clauses": "问题是：谁来付？\n我想说的是：没有人。\n问题是：谁来算？\n我想说的是：没有人。",
}


@pytest.mark.parametrize("text", PROSE.values(), ids=PROSE.keys())
def test_prose_with_colons_is_no_transcript(text: str) -> None:
    reading = read_text(clean(text), find(text))
    assert reading.reader == "plain/1"
    assert reading.essay is not None and reading.essay.text == text and not reading.essay.turns


def test_a_speaker_whose_words_begin_with_a_digit_keeps_them() -> None:
    text = "张三:我觉得好。\n李四:我觉得不好。\n张三:2023年就好。\n李四:那年不好。"
    essay = read_text(text, ()).essay
    assert essay is not None
    assert [turn.speaker for turn in essay.turns] == ["张三", "李四", "张三", "李四"]


@pytest.mark.parametrize(
    ("front", "title", "author"),
    [
        ("title: 12:30", "12:30", None),
        ("title: 大模型: 从零开始", "大模型: 从零开始", None),
        ("title: 题\nauthors:\n  - 甲\n  - name: 乙", "题", "甲、乙"),
        ("标题：全角\n作者：王五", "全角", "王五"),
        ('title: "\\UFFFFFFFF"\nauthor: 王五', "\\UFFFFFFFF", "王五"),
        ("title: ~\nauthor:", None, None),
    ],
)
def test_front_matter_is_read_as_spelled(front: str, title: str | None, author: str | None) -> None:
    essay = read_text(f"---\n{front}\n---\n正文。", ()).essay
    assert essay is not None
    assert (essay.title, essay.author, essay.text) == (title, author, "正文。")


@pytest.mark.parametrize(
    "front",
    [
        "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\ntitle: 题",
        "[" * 3000,
        "title: " + "[" * 3000,
        "title: 题\n" + "x: y\n" * 9000,
        "没有这样的键: 值",
        "一句话。",
    ],
    ids=["aliases", "nested", "nested title", "long", "unknown key", "a sentence"],
)
def test_what_is_no_front_matter_stays_in_the_text(front: str) -> None:
    text = clean(f"---\n{front}\n---\n正文。")
    reading = read_text(text, ())
    assert reading.reader == "plain/1"
    assert reading.essay is not None and reading.essay.text == text


@pytest.mark.parametrize(
    ("text", "reader"),
    [
        ("# 一个标题\n正文。", "markdown/2"),
        ("前言。\n# 一\n正文。\n# 二\n正文。", "markdown/2"),
        ("前言。\n# 安装\npip install a\n# 运行\npython a.py\n完。", "plain/1"),
        ("前言。\n\n# 只有一个\n\n正文。", "plain/1"),
        ("前言。\n\n# 只有一个\n\n**正文**。", "markdown/2"),
    ],
)
def test_headings_make_markdown_and_comments_do_not(text: str, reader: str) -> None:
    assert read_text(text, ()).reader == reader


HOSTILE = {
    "cells": lambda n: "# 题\n\n|a|b|\n|---|---|\n" + "|x|y|\n" * (n // 10),
    "a row of cells": lambda n: "# 题\n\n|a|b|\n|---|---|\n|" + "x|" * (n // 2),
    "backticks": lambda n: "# 题\n\n" + "`a" * (n // 2),
    "fences": lambda n: "# 题\n\n" + "```x\n" * (n // 5),
    "pictures": lambda n: "# 题\n\n" + "![" * (n // 2),
    "stars": lambda n: "# 题\n\n" + "*a " * (n // 3),
    "quotes": lambda n: "# 题\n\n" + "> a\n" * (n // 4),
    "items": lambda n: "# 题\n\n" + "- a\n" * (n // 4),
    "headings": lambda n: "# a\n" * (n // 4),
    "speakers": lambda n: "张三：你好吗？\n李四：好。\n" * (n // 14),
    "stamps": lambda n: "张三 00:07\n好\n" * (n // 12),
    "colons": lambda n: "a: " * (n // 3),
    "breadcrumbs": lambda n: "首页 > 头条\n" * (n // 8),
    "disclaimers": lambda n: "首页 > 头条\n题\n" + "侵权联系删除" * (n // 6),
    "dashes": lambda n: "https://example.com/x " + "好。-" * (n // 3),
    "links": lambda n: "https://example.com/x " + "好。-见 https://example.com/y " * (n // 30),
    "front matter": lambda n: "---\n" + "a: b\n" * (n // 5),
}


@pytest.mark.parametrize("end", ["# 题\n\n正文一段。", "<html><body>正文"])
def test_comments_before_a_text_cost_no_more_than_their_length(end: str) -> None:
    assert_linear(lambda n: "<!-- a rule is off -->\n" * n + end, is_page, 6)
    assert is_page("<!-- a rule is off -->\n" * 40 + end) == end.startswith("<html")
    assert is_page("<?xml version='1.0'?>\n<!-- " + "a licence " * 1000 + "-->\n" + end) == end.startswith("<html")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_costs_no_more_than_its_length(name: str) -> None:
    def make(n: int) -> tuple[str, tuple[Link, ...]]:
        text = clean(HOSTILE[name](n))
        return text, find(text)

    def work(made: tuple[str, tuple[Link, ...]]) -> None:
        assert read_text(*made).state is State.ARTICLE

    assert_linear(make, work, 10_000)

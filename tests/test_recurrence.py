"""Lines that recur on a host are chrome, at the edges of an essay only."""

from __future__ import annotations

import random
from dataclasses import replace

from ingest.model import Chrome, Essay, Image, Turn
from ingest.recurrence import KIND, body, candidates, hashes, line_hash, trim

from .cost import assert_linear

BODY = ["河边的书店在立冬那天关了门，门上贴着一张纸，写着书已搬走，猫还在，请勿喂太多。",
        "街坊们轮流去喂那只猫，谁也没有觉得麻烦，只是米饭它从来不吃，鱼要去了刺才肯吃。",
        "开春以后店里亮了一盏灯，新租客是个修钟表的年轻人，他把猫也一起租了下来。"]  # fmt: skip
FOLLOW, RIGHTS = "关注河湾网，了解更多", "河湾网版权所有"


def essay(*lines: str, markdown: str | None = None) -> Essay:
    text = "\n\n".join(lines)
    return Essay(text, text if markdown is None else markdown, "书店与猫")


def known(*lines: str) -> frozenset[int]:
    return frozenset(found for line in lines if (found := line_hash(line)) is not None)


def test_a_hash_is_the_same_everywhere_and_blind_to_width_case_and_punctuation() -> None:
    assert line_hash("关注我们") == -6321076944875021124
    assert line_hash("Ｆｏｌｌｏｗ us!") == line_hash("follow US")
    assert line_hash("關注我們") == line_hash("关注我们")
    assert line_hash("***") is None
    assert line_hash("") is None
    assert all(-(2**63) <= found < 2**63 for found in hashes("\n".join(f"第{n}行" for n in range(1000))))


def test_recurring_lines_at_the_edges_become_chrome() -> None:
    found = trim(essay(FOLLOW, *BODY, FOLLOW, RIGHTS), known(FOLLOW, RIGHTS))
    assert found.text == "\n\n".join(BODY)
    assert found.markdown == found.text
    assert found.chrome == (Chrome(KIND, FOLLOW), Chrome(KIND, FOLLOW), Chrome(KIND, RIGHTS))


def test_a_line_in_the_middle_is_the_essays_however_often_its_host_has_it() -> None:
    made = essay(BODY[0], FOLLOW, *BODY[1:])
    assert trim(made, known(FOLLOW)) == made
    made = essay(*BODY, FOLLOW, "这一行只在这里。")
    assert trim(made, known(FOLLOW)) == made


def test_headings_quotes_and_paragraphs_stay() -> None:
    text = [*BODY, "后记", "猫说：喵。"]
    markdown = "\n\n".join([*BODY, "## 后记", "> 猫说：喵。"])
    made = essay(*text, markdown=markdown)
    assert trim(made, known("后记", "猫说：喵。")) == made
    long = "这一段很长，" * 30
    made = essay(*BODY, long)
    assert trim(made, known(long)) == made


def test_an_essay_of_mostly_recurring_lines_is_left_alone() -> None:
    made = essay(FOLLOW, "短。", RIGHTS)
    assert trim(made, known(FOLLOW, RIGHTS, "短。")) == made
    assert trim(made, known(FOLLOW, RIGHTS)) == made


def test_text_and_markdown_lose_the_same_lines_or_none() -> None:
    markdown = "\n\n".join(
        [*BODY, f"[{FOLLOW}](https://www.example.cn/f)", "![二维码](https://www.example.cn/q.png)", f"**{RIGHTS}**"]
    )
    found = trim(essay(*BODY, FOLLOW, RIGHTS, markdown=markdown), known(FOLLOW, RIGHTS))
    assert found.text == "\n\n".join(BODY)
    assert found.markdown == "\n\n".join([*BODY, "![二维码](https://www.example.cn/q.png)"])
    made = essay(*BODY, FOLLOW, markdown="\n\n".join([*BODY, "别的"]))
    assert trim(made, known(FOLLOW)) == made


def test_pictures_move_with_the_text() -> None:
    made = replace(essay(FOLLOW, *BODY), images=(Image("a", None, len(FOLLOW) + 2), Image("b", None, 0), Image("c")))
    found = trim(made, known(FOLLOW))
    assert [image.position for image in found.images] == [0, 0, None]


def test_a_transcript_is_left_alone() -> None:
    made = replace(essay(*BODY, RIGHTS), turns=(Turn(0, 10, 3, "甲"),))
    assert trim(made, known(RIGHTS)) == made


def test_only_short_lines_at_the_edges_are_asked_about() -> None:
    lines = [f"第{n}行说的是另外一件事" for n in range(40)]
    asked = candidates("\n".join(lines))
    assert asked == known(*lines[:5], *lines[-12:])
    assert asked < hashes("\n".join(lines))
    assert not candidates("长" * 200)


def test_a_text_is_told_by_its_longest_lines_and_remembered_by_few() -> None:
    assert body("\n\n".join([FOLLOW, *BODY, RIGHTS])) == known(*BODY, FOLLOW, RIGHTS)
    assert body("\n".join([*BODY, "一二三四五六七", "甲乙丙丁戊己庚", "短"])) == known(
        *BODY, "一二三四五六七", "甲乙丙丁戊己庚"
    )
    assert len(hashes("\n".join(f"第{n}行只有这几个字" for n in range(10_000)))) <= 105


def test_an_essay_without_a_title_is_not_called_after_what_was_taken() -> None:
    made = replace(essay(FOLLOW, *BODY), title=None, display_title=FOLLOW)
    assert trim(made, known(FOLLOW)).display_title == BODY[0].rstrip("。")


def test_trimming_never_loses_a_character() -> None:
    random_ = random.Random(1)
    for _ in range(200):
        lines = [random_.choice([FOLLOW, RIGHTS, "***", *BODY]) for _ in range(random_.randint(1, 12))]
        made = essay(*lines)
        found = trim(made, known(FOLLOW, RIGHTS))
        kept = sorted("\n".join([found.text, *(chrome.text for chrome in found.chrome)]).split())
        assert kept == sorted(made.text.split())


def test_a_text_of_many_lines_costs_no_more_than_its_length() -> None:
    assert_linear(
        lambda n: essay(*(f"第{number}行" for number in range(n))),
        lambda made: trim(made, candidates(made.text)),
        5_000,
    )

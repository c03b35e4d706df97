import gzip
import json
import random

import numpy as np
import pytest
from opencc import OpenCC

from ingest.similarity import (
    Index,
    Passage,
    Verdict,
    candidates,
    compare,
    fingerprints,
    fingerprints_of,
    probes,
    probes_of,
    relate,
    shingles,
)
from ingest.similarity.candidates import MOST, POSTINGS
from ingest.similarity.fingerprint import HASH_BITS, WINDOW
from ingest.similarity.folding import fold as fold_with_offsets
from ingest.similarity.folding import folds
from ingest.text import fold

from .conftest import shared
from .cost import assert_linear

HAN = [chr(0x4E00 + 7 * n) for n in range(2000)]
WORDS = [
    a + b for a in ("stone", "river", "quiet", "under", "lamp", "north", "paper") for b in ("", "s", "ing", "ly", "er")
]
FOOTER = (
    "本站文章均由志愿者整理发布，转载请注明出处并保留此段说明。投稿请写信到编辑部，工作日内会有人回复，周末则要多等一等。"
    "我们不接受商业推广，也不为任何产品背书；文中提到的价格、地址和开放时间以各家当日的公告为准，出行以前最好打电话问清楚。"
    "若文章里的照片侵犯了您的权益，请告诉我们它在哪一篇、哪一段，核实以后会尽快撤下，并在月底的更正栏里说明缘由。"
    "读者群每逢单周三晚上开放，新来的朋友请先读置顶的规矩：不吵架，不剧透，不贴二维码，谢谢大家一路支持。"
)
STORED = [126332663838]


def essay(seed: int, length: int = 1500) -> str:
    """Chinese sentences of random characters: what two of them share was put there."""
    random_ = random.Random(seed)
    text = ""
    while len(text) < length:
        text += "".join(random_.choices(HAN, k=random_.randint(8, 30))) + random_.choice("，。！\n")
    return text[:length]


def english(seed: int, words: int = 400) -> str:
    random_ = random.Random(seed)
    return " ".join(random_.choice(WORDS) + str(random_.randrange(90)) for _ in range(words))


def noisy(text: str, share: float, seed: int) -> str:
    random_ = random.Random(seed)
    return "".join(random_.choice(HAN) if random_.random() < share else char for char in text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "……！",
        "Ａ１－２ 壓縮 Ｃａｆé",
        "ﬁle ㎏ ½ 数",
        "한국어 text",
        "e\u0301\u0301 👩\u200d💻 𠀀",
        "\ud800x",
        essay(1),
        english(1),
    ],
)
def test_the_fold_with_offsets_is_the_fold_and_every_character_stems_from_its_offset(text: str) -> None:
    folded = fold_with_offsets(text)
    assert folded.codes.tobytes().decode("utf-32-le") == fold(text)
    assert folds([text])[0].tolist() == folded.codes.tolist()
    for code, offset in zip(folded.codes.tolist(), folded.offsets.tolist(), strict=True):
        assert chr(code) in fold(text[offset])


def test_fingerprints_are_sorted_distinct_and_fit_into_their_bits() -> None:
    found = fingerprints(essay(1))
    assert found.dtype == np.int64
    assert (np.diff(found) > 0).all()
    assert found.min() >= 0 and found.max() < 1 << HASH_BITS


def test_fingerprints_do_not_change_because_they_are_stored() -> None:
    assert fingerprints("山高月小，水落石出。曾日月之几何，而江山不可复识矣。").tolist() == STORED


def test_width_spaces_and_traditional_characters_leave_fingerprints_as_they_are() -> None:
    text = "他们在数据库里发现，压缩以后的文章反而更长，于是把干净的里子翻出来，重新算了一遍面积。" * 3 + essay(2)
    other = OpenCC("s2tw").convert(text).replace("，", " , ").replace("。", "\n\n")
    assert fingerprints(other).tolist() == fingerprints(text).tolist()


def test_texts_with_a_long_enough_passage_in_common_share_a_fingerprint() -> None:
    for seed in range(20):
        passage = essay(1000 + seed, 2 * WINDOW)
        one, other = essay(2 * seed) + passage + essay(7), passage + essay(2 * seed + 1)
        assert set(fingerprints(one).tolist()) & set(fingerprints(other).tolist())


ODD = [
    "", "a", "一", "十个字的文章就这么长", "\ud800", "𠀀" * 200, "한국어 text " * 30, "👩\u200d💻🎉" * 100, "e\u0301\u0301" * 500,
    "\u0301" * 1000, "ﬁ㎏½" * 300, "\ufdfa" * 9000, "啊" * 5000, "短文" * 6, "Latin, then 汉字结尾", english(11, 12), english(12),
    essay(11, 9), essay(12, 130), essay(13, 138), essay(14, 146), essay(15), essay(16, 70_000), essay(17, 65_536),
]  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_many_texts_at_a_time_have_the_fingerprints_and_probes_of_each(seed: int) -> None:
    random_ = random.Random(seed)
    texts = random_.choices(ODD, k=60) + [noisy(essay(n, random_.randrange(300)), 0.3, n) for n in range(30)]
    random_.shuffle(texts)
    for many, one in ((fingerprints_of, fingerprints), (probes_of, probes)):
        assert [own.tolist() for own in many(texts)] == [one(text).tolist() for text in texts]
    assert fingerprints_of([]) == probes_of([]) == []


def test_what_is_looked_up_holds_what_is_stored() -> None:
    for text in (essay(3), english(3), "短文" * 6):
        assert set(fingerprints(text).tolist()) <= set(probes(text).tolist())


def test_a_long_text_is_fingerprinted_like_its_parts() -> None:
    parts = [essay(seed, 40_000) for seed in range(4)]
    whole = set(fingerprints("".join(parts)).tolist())
    for part in parts:
        inner = fingerprints(part)
        assert np.isin(inner, list(whole)).mean() > 0.98


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (lambda text: text.replace("，", ","), Verdict.SAME_TEXT),
        (lambda text: text.replace("\n", ""), Verdict.SAME_TEXT),
        (lambda text: "转自某处。\n" + text + "\n完", Verdict.NEAR_COPY),
        (lambda text: noisy(text, 0.05, 1), Verdict.NEAR_COPY),
        (lambda text: text[:500], Verdict.EXCERPT_OF),
        (lambda text: noisy(text[300:700], 0.02, 1), Verdict.EXCERPT_OF),
        (lambda text: essay(90) + text[200:500] + essay(91), Verdict.QUOTES),
        (lambda text: essay(90), None),
        (lambda text: text[:40] + essay(90), None),
    ],
)
def test_a_changed_text_is_related_to_its_source(change, verdict: Verdict | None) -> None:
    source = essay(4)
    comparison = compare(change(source), source)
    assert comparison.verdict == verdict
    mirrored = compare(source, change(source))
    assert mirrored.verdict == verdict
    assert mirrored.share_a == pytest.approx(comparison.share_b, abs=0.02)


def test_the_part_says_which_text_is_the_excerpt() -> None:
    source = essay(5)
    assert compare(source[:400], source).part == "a"
    assert compare(source, source[:400]).part == "b"
    assert compare(source, source[:-10] + "改了结尾几个字").part is None


def test_every_second_sentence_may_be_rewritten_in_a_near_copy() -> None:
    sentences = [essay(600 + n, 30) + "。" for n in range(40)]
    edited = [essay(700 + n, 30) + "。" if n % 2 else sentence for n, sentence in enumerate(sentences)]
    assert compare("".join(edited), "".join(sentences)).verdict == Verdict.NEAR_COPY


@pytest.mark.parametrize("text", [essay(6), english(6), essay(6) + english(6)])
def test_a_passage_is_told_in_characters_of_both_texts(text: str) -> None:
    begin, end = 301, 801
    host = "……（引）" + essay(95) + "\n\n"
    comparison = compare(host + text[begin:end] + essay(96), text)
    (passage,) = comparison.passages
    assert passage.from_b == pytest.approx(begin, abs=3) and passage.to_b == pytest.approx(end, abs=3)
    assert passage.from_a == pytest.approx(len(host), abs=3) and passage.to_a == pytest.approx(
        len(host) + end - begin, abs=3
    )


def test_changes_within_an_insert_do_not_move_the_ends_of_its_passage() -> None:
    source = essay(8, 4000)
    for seed in range(20):
        begin, end = 100 * seed, 100 * seed + 400
        comparison = compare(essay(97) + noisy(source[begin:end], 0.02, seed) + essay(98), source)
        inside = set[int]().union(*(range(p.from_b, p.to_b) for p in comparison.passages))
        assert len(inside & set(range(begin, end))) / len(inside | set(range(begin, end))) > 0.9


def test_three_sources_of_a_digest_are_each_found() -> None:
    index = Index()
    for number in range(30):
        index.add(number, essay(number))
    related = index.relate(essay(3)[200:500] + essay(11)[:300] + essay(25)[700:1000])
    assert {number: comparison.verdict for number, comparison in related.items()} == dict.fromkeys(
        (3, 11, 25), Verdict.QUOTES
    )


def test_a_footer_of_many_essays_relates_none_of_them() -> None:
    index = Index()
    for number in range(40):
        index.add(number, essay(number) + FOOTER)
    assert index.relate(essay(99) + FOOTER) == {}
    assert index.relate(FOOTER) == {}
    related = index.relate(essay(7) + FOOTER)
    assert {n: c.verdict for n, c in related.items()} == {7: Verdict.SAME_TEXT}


def test_what_many_works_have_counts_little_in_a_share() -> None:
    footers = {n: shingles(essay(n) + FOOTER) for n in range(8)}
    excerpt = essay(0)[:700] + FOOTER
    alone = compare(excerpt, footers[0])
    known = relate(excerpt, {0: footers[0]}, [footers[n] for n in range(1, 8)])[0]
    assert known.share_b < alone.share_b < 1
    assert known.share_b == pytest.approx(700 / 1500, abs=0.02)
    assert known.share_a == pytest.approx(1, abs=0.02)


def test_reposts_do_not_make_an_essay_common() -> None:
    index = Index()
    for number in range(40):
        index.add(number, f"第{number}次转载。" + essay(1))
    related = index.relate("再转一次。" + essay(1))
    assert related and {comparison.verdict for comparison in related.values()} == {Verdict.NEAR_COPY}
    related = index.relate(essay(1)[300:900])
    assert related and {comparison.verdict for comparison in related.values()} == {Verdict.EXCERPT_OF}


def test_the_order_of_adding_changes_nothing() -> None:
    texts = {n: essay(n % 20, 900) + essay(50 + n % 7, 300) for n in range(60)}
    answers = []
    for seed in range(3):
        index = Index()
        for number in random.Random(seed).sample(sorted(texts), len(texts)):
            index.add(number, texts[number])
        answers.append([index.relate(text) for text in texts.values()])
    assert answers[0] == answers[1] == answers[2]


def test_candidates_are_few_however_many_documents_share_fingerprints() -> None:
    chosen = candidates([list(range(POSTINGS))] * 200 + [[7], [8, 9]])
    assert chosen.compared[:3] == (7, 8, 9)
    assert len(chosen.compared) + len(chosen.witnesses) <= MOST


def test_nothing_is_compared_when_only_common_passages_are_found() -> None:
    footers = [list(range(start, start + POSTINGS)) for start in range(0, 80, POSTINGS)]
    assert not candidates(footers).compared


@pytest.mark.parametrize(
    "text", ["", "十个字的文章就这么长", "。，！" * 1000, "👩\u200d💻🎉" * 1000, "\u0301" * 1000, "a", "\ud800"]
)
def test_a_text_that_says_next_to_nothing_is_related_to_no_other(text: str) -> None:
    assert compare(text, essay(1)).verdict is None
    assert compare(essay(1), text).verdict is None
    index = Index()
    index.add(1, essay(1))
    assert index.relate(text) == {}


def test_two_empty_texts_are_no_copies() -> None:
    assert compare("", "").verdict is None
    assert compare("……", "！").verdict is None


HOSTILE = {
    "one character": lambda n: "啊" * n,
    "one sentence": lambda n: essay(1, 40) * (n // 40),
    "combining": lambda n: "字" + "e\u0301" * n,
    "expanding": lambda n: "ﬁ㎏½" * n,
    "few sentences": lambda n: "".join(random.Random(1).choices([essay(n, 40) for n in range(200)], k=n // 40)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_characters_cost_no_more_than_their_number(name: str) -> None:
    def work(text: str) -> None:
        index = Index()
        index.add(1, text)
        assert index.relate(text)[1].verdict == Verdict.SAME_TEXT
        compare(text[: len(text) // 2] + "改动" + text[len(text) // 2 :], text)

    assert_linear(HOSTILE[name], work, 20_000)


def test_texts_of_the_same_sentences_in_another_order_cost_no_more_than_their_length() -> None:
    def two(n: int) -> tuple[str, str]:
        sentences = [essay(seed, 80) for seed in range(n)]
        return "".join(random.Random(1).sample(sentences, n)), "".join(sentences)

    def work(texts: tuple[str, str]) -> None:
        assert compare(*texts).verdict == Verdict.NEAR_COPY

    assert_linear(two, work, 250)


def test_real_essays_are_found_again() -> None:
    folder = shared("similarity")
    with gzip.open(folder / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        corpus = [json.loads(line) for line in lines][:150]
    index, known = Index(), {entry["id"] for entry in corpus}
    for entry in corpus:
        index.add(entry["id"], entry["text"])
    expected = found = 0
    with gzip.open(folder / "queries.jsonl.gz", "rt", encoding="utf-8") as lines:
        for query in map(json.loads, lines):
            if query["cls"] in ("exact", "near") and known & set(query["targets"]) and expected < 40:
                expected += 1
                related = index.relate(query["text"])
                found += related[query["targets"][0]].verdict in (Verdict.SAME_TEXT, Verdict.NEAR_COPY)
    assert found >= expected - 1


def test_a_passage_reads_the_same_in_both_texts() -> None:
    source = essay(9)
    text = essay(10, 300) + source[400:900].replace("，", " , ") + essay(12, 300)
    for passage in compare(text, source).passages:
        assert isinstance(passage, Passage)
        assert fold(text[passage.from_a : passage.to_a]) == fold(source[passage.from_b : passage.to_b])

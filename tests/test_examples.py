"""The examples show what they say: each is read as the shape that its name promises."""

from ingest.extract import find
from ingest.model import Essay
from ingest.read import read_text
from ingest.text import clean, fold

from .conftest import ROOT

CORPUS = ROOT / "examples" / "corpus"


def essay(number: str) -> tuple[str, Essay]:
    (path,) = CORPUS.glob(f"{number}-*")
    text = clean(path.read_text("utf-8"))
    reading = read_text(text, find(text))
    assert reading.essay is not None
    return reading.reader.partition("/")[0], reading.essay


def test_each_file_is_read_as_its_shape() -> None:
    readers = [essay(f"{n:02}")[0] for n in range(1, 10)]
    assert readers == ["plain", "plain", "link_note", "markdown", "markdown", "transcript", "scraped", "plain", "plain"]


def test_the_scraped_page_keeps_its_site_out_of_the_text() -> None:
    _, repost = essay("07")
    assert (repost.title, repost.role, repost.url) == (
        "大模型为什么会一本正经地胡说",
        "repost",
        "https://example.com/keji/1024.html",
    )
    assert {part.kind for part in repost.chrome} >= {"breadcrumb", "repost_line", "disclaimer", "contact"}
    assert not any(word in repost.text for word in ("转载", "声明", "首页 >", "QQ号"))


def test_the_transcript_has_its_host_its_guests_and_the_floor() -> None:
    _, panel = essay("06")
    assert {turn.role for turn in panel.turns} == {"front", "host", "guest", "floor"}
    assert "".join(panel.text[turn.start : turn.end] for turn in panel.turns) == panel.text


def test_the_traditional_copy_folds_like_the_original() -> None:
    assert fold(essay("08")[1].text) == fold(essay("01")[1].text)


def test_the_link_note_is_an_excerpt_with_its_items() -> None:
    _, note = essay("03")
    assert [claim.kind for claim in note.claims] == ["excerpt_of"]
    assert note.text.count("\n- ") == 6

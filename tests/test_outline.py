"""What is built of a part of a page is what BeautifulSoup builds of the whole of it, however broken the page is."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from bs4.element import PageElement

from ingest.markup.outline import Outline

PAGES = sorted(
    path for path in (Path(__file__).parent / "pages").rglob("*") if path.name.endswith((".html", ".htm", ".html.gz"))
)
LINKS = ("parent", "previous_element", "next_element", "previous_sibling", "next_sibling")
# fmt: off
PIECES = (
    "<script>", "</script>", "<script src=a>", '<script type="text/html">', "</SCRIPT >", "</scriptx>", "</script", "<script/>",
    '<script data="a>b">', '<script a=">', "<script ", "<script type=a type=", "<svg><script>", "var a = '</div><p id=x>';",
    "<!--", "-->", "--!>", "<!-- </div> -->", "<!---->", "<![CDATA[", "]]>", "<!", "<?php ?>", "<!doctype html>", "</", "<", ">",
    '"', "'", "&amp;", "&", "&#x41;", "字", "😀", "x", " ", "\n", "\r\n", "\r", "\x00", "\x0c", "\ufeff", "\u3000",
    "<div id=js_content class='a  b'>", "</div>", "<p>", "</p>", '<p title="a>b</div>">', "<a href='", "<br>", "<img src=x>",
    "<pre> ", "</pre>", "<textarea>", "</textarea>", "<title>", "</title>", "<style>", "</style>", "<template>", "</template>",
    "<ruby>字<rt>", "</rt>", "<table>", "<tr>", "<td>", "</table>", "<ul>", "<li>", "<b>", "</b>", "<i>", "<head>", "</head>",
    "<body class=c>", "</body>", "<html lang=zh>", "</html>", "<noscript>", "</noscript>", "<iframe>", "</iframe>", "<plaintext>",
    "<select>", "<option>", "<x:y z:w=1>", "<div {a}id=b {c}=d>", "<link rel='canonical a' href=b>",
    "<meta http-equiv=content-type content='text/html; charset=gbk'>", "<math>", "</math>", "<xmp>", "<frameset>", "<input disabled>",
)
# fmt: on


def broken(seed: int) -> str:
    chance = random.Random(seed)
    return "".join(chance.choice(PIECES) for _ in range(chance.randint(0, 40)))


def saved(path: Path) -> str:
    data = path.read_bytes()
    return (gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data).decode("utf-8", "replace")


def described(root: Tag) -> list[object]:
    """Everything that is known of each element and string in a tree."""
    nodes = [root, *root.descendants]
    at = {id(node): number for number, node in enumerate(nodes)}

    def told(node: PageElement) -> object:
        known = {name: value for name, value in vars(node).items() if name not in (*LINKS, "contents", "attrs")}
        given = (
            [(name, value, type(value)) for name, value in node.attrs.items()] if isinstance(node, Tag) else str(node)
        )
        return type(node), known, given, [at.get(id(getattr(node, link))) for link in LINKS]

    return [told(node) for node in nodes[1:]]


def check(html: str) -> None:
    whole = BeautifulSoup(html, "lxml")
    tags = whole.find_all(True)
    outline = Outline(html)
    assert [element.name for element in outline.elements] == [tag.name for tag in tags]
    for at in random.Random(len(html)).sample(range(len(tags)), min(len(tags), 3)):
        part = outline.tag(outline.elements[at])
        assert str(part) == str(tags[at])
        assert [(outer.name, outer.attrs) for outer in part.parents] == [
            (outer.name, outer.attrs) for outer in tags[at].parents
        ]
    words = [tag.string or "" for tag in whole.find_all("script")]
    assert [script.words for script in outline.scripts()] == words
    assert described(outline.tree()) == described(whole)
    assert [script.words for script in outline.scripts()] == words


def test_a_tree_is_that_of_beautiful_soup_whatever_the_page_is_made_of() -> None:
    for seed in range(1500):
        check(broken(seed))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_saved_page_and_its_beginning_have_the_tree_of_beautiful_soup(path: Path) -> None:
    html = saved(path)
    check(html)
    check(html[: random.Random(path.name).randint(0, len(html))])


def test_a_script_ends_where_the_parser_ends_it() -> None:
    html = (
        "<script>a<!-- <script> </script> --></script><script>b\r\n</div></scripts></script><!--<script>c</script>-->"
    )
    assert [script.words for script in Outline(html).scripts()] == [
        "a<!-- <script> </script> -->",
        "b\n</div></scripts>",
    ]


def test_what_only_looks_like_a_script_is_words() -> None:
    html = "<title><script>a</title><p title='<script>b</script>'>c</p><textarea><script>d</textarea>"
    assert not list(Outline(html).scripts())


def test_a_part_stands_in_what_it_stands_in_and_beside_nothing() -> None:
    outline = Outline("<div class=a><p>一</p><p id=b>二</p></div>")
    part = outline.tag(outline.elements[-1])
    outer = part.find_parent(class_="a")
    assert part.get_text() == "二"
    assert outer is not None
    assert outer.get_text() == "二"

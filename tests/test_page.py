"""A body as Markdown and as clean text: nothing lost, nothing doubled, at a cost of no more than its length."""

from __future__ import annotations

import re
from random import Random

import pytest
from bs4 import BeautifulSoup, Tag
from markdown_it import MarkdownIt

from ingest.markup.body import Body, render
from ingest.markup.page import Page, nesting
from ingest.model import TooCostly
from ingest.text import clean

from .cost import assert_linear


def body(html: str, base: str | None = None) -> Body:
    root = BeautifulSoup(f"<div id='root'>{html}</div>", "lxml").find(id="root")
    assert isinstance(root, Tag)
    return render(root, base)


@pytest.mark.parametrize(
    ("html", "text", "markdown"),
    [
        ("<p>一</p><section>二</section>三<div>四</div>", "一\n\n二\n\n三\n\n四", "一\n\n二\n\n三\n\n四"),
        ("<p>一<br>二<br><br>三<br></p>", "一\n二\n\n三", "一\\\n二\n\n三"),
        ("<p> 前 <b> 重 </b>\n 后&nbsp;</p>", "前 重 后", "前 **重** 后"),
        ("<strong><p>一</p><p>二</p></strong>", "一\n\n二", "**一**\n\n**二**"),
        ("<b>一</b><strong>二</strong><b><b>三</b></b>", "一二三", "**一二三**"),
        ("<h2>题<br>目</h2><p>文</p>", "题\n目\n\n文", "## 题 目\n\n文"),
        ("<p># 不是 *标题* a_b &lt;i&gt;</p>", "# 不是 *标题* a_b <i>", "\\# 不是 \\*标题\\* a_b \\<i>"),
        ("<p>- 手写</p><p>1. 手写</p>", "- 手写\n\n1. 手写", "\\- 手写\n\n1. 手写"),
        (
            "<ul><li>甲</li><li><p>乙</p><p>乙二</p><ul><li>丙</li></ul></li><li></li></ul>",
            "- 甲\n- 乙\n乙二\n  - 丙",
            "- 甲\n- 乙\n\n  乙二\n\n  - 丙",
        ),
        ('<ol start="3"><li>三</li><li>四</li></ol>', "3. 三\n4. 四", "3. 三\n4. 四"),
        ("<blockquote>引<blockquote>中引</blockquote></blockquote>尾", "引\n\n中引\n\n尾", "> 引\n>\n> > 中引\n\n尾"),
        (
            "<p>看 <code>a*b</code> 与 <a href='/x (1)'>这里</a></p>",
            "看 a*b 与 这里",
            "看 `a*b` 与 [这里](/x%20%281%29)",
        ),
        ("<a href='javascript:;'>点</a><a href='#top'>回</a>", "点回", "点回"),
        ("上<hr>下", "上\n\n下", "上\n\n---\n\n下"),
        ("<p>见<span style='display:none'>不</span>到</p><script>x</script><style>y</style>", "见到", "见到"),
        ("<p>零\u200b宽\ufeff字</p>", "零宽字", "零宽字"),
        ("<svg><foreignObject><p>图里的字</p></foreignObject></svg>", "图里的字", "图里的字"),
        ("<table><tr><td><p>布局</p><ul><li>项</li></ul></td></tr></table>", "布局\n\n- 项", "布局\n\n- 项"),
        (
            "<table><thead><tr><th>甲</th><th>乙</th></tr></thead><tr><td>1</td><td></td></tr>"
            "<tr><td colspan=2>合</td></tr></table>",
            "甲\t乙\n1\n合",
            "| 甲 | 乙 |\n| --- | --- |\n| 1 |  |\n| 合 | |",
        ),
        ("", "", ""),
    ],
)
def test_structure_is_kept_in_both_forms(html: str, text: str, markdown: str) -> None:
    found = body(html)
    assert found.text == text
    assert found.markdown == markdown
    assert clean(found.text) == found.text


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p><b>做法<br></b>南瓜</p>", "**做法**\\\n南瓜"),
        ("<p><a href='/x'>订阅<br></a>邮件</p>", "[订阅](/x)\\\n邮件"),
        ("<p><b>做法：</b>南瓜</p>", "<strong>做法：</strong>南瓜"),
        ("<p><b>做法：</b> 南瓜</p>", "**做法：** 南瓜"),
        ("<p>汤<b><a href='/x'>南瓜</a></b>汤</p>", "汤<strong>[南瓜](/x)</strong>汤"),
        ("<p><b>粗</b><i>斜</i></p>", "<strong>粗</strong><em>斜</em>"),
        ("<p>10<sup>9</sup> 与 H<sub>2</sub>O 与 x<sup>n+1</sup></p>", "10^9 与 H_2O 与 x^(n+1)"),
        ("<p>第 2<sup>nd</sup>，见注<sup><a href='#n'>1</a></sup></p>", "第 2nd，见注1"),
        ("<p>面积<span data-formula='a_1 * b'><svg></svg></span>。</p>", "面积$a_1 * b$。"),
        ("<p>甲</p><section data-formula='E=mc^2'><svg></svg></section>", "甲\n\n$$E=mc^2$$"),
        ("<img class='mwe-math-fallback-image' alt='{\\displaystyle x+1}' src='/1.svg'>", "$x+1$"),
        ("<img class='photo' alt='x=1' src='/1.png'>", "![x=1](/1.png)"),
        ("<span class='MathJax'>x2</span><script type='math/tex; mode=display'>x^2</script>", "$$x^2$$"),
        ("<span class='MathJax'>x2</span>", "x2"),
    ],
)
def test_marks_breaks_powers_and_formulas_are_valid_markdown(html: str, markdown: str) -> None:
    assert body(html).markdown == markdown


@pytest.mark.parametrize("seed", range(200))
def test_markdown_parsed_back_has_the_marks_breaks_and_links_of_the_page(seed: int) -> None:
    """Each character of the page keeps what stands around it, whatever stands beside it."""
    draw = Random(seed)
    words = ["汤", "做法：", "（南瓜）", "soup", "a_b", "2*3", "。", "“好”", " 空 ", "x", "[注]", "!"]
    marks = ["strong", "em", "del", "a"]

    def piece(depth: int) -> str:
        kind = draw.choice([*marks, "br", "word", "word", "word"]) if depth else "word"
        if kind == "word":
            return draw.choice(words)
        if kind == "br":
            return "<br>"
        attributes = " href='https://example.org/x'" if kind == "a" else ""
        inner = "".join(piece(depth - 1) for _ in range(draw.randint(1, 3)))
        return f"<{kind}{attributes}>{inner}</{kind}>"

    html = "".join(piece(2) for _ in range(5))
    rendered = (
        MarkdownIt("commonmark", {"html": True}).enable("strikethrough").render(body(f"<p>甲{html}乙</p>").markdown)
    )
    assert _marked(rendered.replace("<s>", "<del>").replace("</s>", "</del>")) == _marked(f"<p>甲{html}乙</p>")


def _marked(html: str) -> list[tuple[str, frozenset[str]]]:
    """The characters that are seen, each with the marks around it."""
    root = BeautifulSoup(html, "lxml")
    names = {"strong", "em", "del", "a"}
    return [
        (char, frozenset(one.name for one in words.parents if one.name in names))
        for words in root.find_all(string=True)
        for char in str(words)
        if not char.isspace()
    ]


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        (
            "<pre><code class='language-py'>def f():\n\n    return 1\n</code></pre>",
            "```py\ndef f():\n\n    return 1\n```",
        ),
        ("<pre><code>一</code><code></code><code>&nbsp;二</code></pre>", "```\n一\n\n 二\n```"),
        ("<pre data-lang='go'><div>a</div><div>b<br>c</div></pre>", "```go\na\nb\nc\n```"),
        ("<p>前</p><code>x<br>&nbsp; y</code>", "前\n\n```\nx\n  y\n```"),
        ("<pre>```\n围栏\n```</pre>", "````\n```\n围栏\n```\n````"),
        ("<ul><li>步<pre>a\n  b</pre></li></ul>", "- 步\n\n  ```\n  a\n    b\n  ```"),
        ("<pre><section><p>贴进来的</p><p>正文</p></section></pre>", "贴进来的\n\n正文"),
        (
            "<figure class='highlight js'><table><tr><td class='gutter'><pre>1\n2</pre></td>"
            "<td class='code'><pre>let a\nlet b</pre></td></tr></table></figure>",
            "```\nlet a\nlet b\n```",
        ),
    ],
)
def test_code_keeps_its_lines_exactly(html: str, markdown: str) -> None:
    assert body(html).markdown == markdown


def test_pictures_come_once_in_order_with_their_place_in_the_text() -> None:
    found = body(
        '<p>一<img src="data:image/gif;base64,AA" data-src="//h/1.png" alt="甲"></p>'
        '<figure><img data-original="/2.png"><noscript><img src="/2.png"></noscript></figure>'
        '<p>二<img src="data:image/gif;base64,AA"></p><table><tr><td>格</td><td><img src="3.png">内</td></tr></table>'
        '<p><img src="/2.png">尾</p>',
        "https://example.org/a/",
    )
    assert [image.url for image in found.images] == [
        "https://h/1.png",
        "https://example.org/2.png",
        "https://example.org/a/3.png",
    ]
    assert found.images[0].alt == "甲"
    assert [found.text[image.position :][:1] for image in found.images if image.position is not None] == [
        "二",
        "二",
        "内",
    ]
    assert found.markdown.count("](https://example.org/2.png)") == 2


def test_rendering_changes_nothing_in_the_tree() -> None:
    page = Page("<body><p style='display:none'>a</p><ul><li>b</li></ul></body>")
    before = str(page.soup)
    render(page.soup)
    assert str(page.soup) == before


def test_a_saved_page_says_where_it_came_from() -> None:
    assert Page("<!-- saved from url=(0019)https://example.org/ -->\n<html>").saved_from == "https://example.org/"
    single = (
        "<!DOCTYPE html> <html><!--\n Page saved with SingleFile \n url: https://example.org/a \n saved date: x\n-->"
    )
    assert Page(single).saved_from == "https://example.org/a"
    assert Page("<html><p>url: https://example.org/</p>").saved_from is None


HOSTILE = {
    "divs": lambda n: "<div>" * n + "字",
    "quotes": lambda n: "<blockquote>引" * n,
    "lists": lambda n: "<ul><li>项" * n,
    "strong": lambda n: "<b>重<i>斜" * n,
    "code": lambda n: "<code>码" * n,
    "pre": lambda n: "<pre>码" * n,
    "tables": lambda n: "<table><tr><td>格" * n,
    "items": lambda n: "<ol>" + "<li>项</li>" * n + "</ol>",
    "rows": lambda n: "<table>" + "<tr><td>甲</td><td>乙</td></tr>" * n + "</table>",
    "breaks": lambda n: "<p>" + "行<br>" * n,
    "stars": lambda n: "<p>" + "*_`" * n,
    "spaces": lambda n: "<p>" + " \u00a0\u200b" * n + "字",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_input_costs_no_more_than_its_length_and_loses_nothing(kind: str) -> None:
    assert_linear(HOSTILE[kind], body, 500)
    html = HOSTILE[kind](2_000)
    found = body(html)
    han = re.compile("[\u4e00-\u9fff]")
    assert len(han.findall(found.text)) == len(han.findall(html))
    assert len(han.findall(found.markdown)) == len(han.findall(html))


@pytest.mark.parametrize("start", ["<div>", "<a href=x>", "<span><b>", "<custom-tag>"])
def test_a_page_nested_without_end_is_refused_and_not_built(start: str) -> None:
    with pytest.raises(TooCostly):
        _ = Page("<html><body>" + start * 100_000 + "</body></html>").soup


def test_how_deep_a_page_may_be_can_be_said() -> None:
    html = "<html><body>" + "<div>" * 50 + "词" + "</div>" * 50 + "</body></html>"
    assert Page(html, deepest=52).soup
    with pytest.raises(TooCostly):
        _ = Page(html, deepest=51).soup


def test_a_long_page_is_not_a_deep_one() -> None:
    html = "<html><body>" + "<div><p>一<p>二<ul><li>三<li>四</ul></div>" * 20_000 + "</body></html>"
    assert nesting(html) < 10

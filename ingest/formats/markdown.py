"""Markdown, with or without front matter: kept as it is, with a clean text beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt

from ingest.formats.front_matter import front_matter
from ingest.formats.plain import mentions
from ingest.formats.turns import find_turns
from ingest.markup.body import Body, render
from ingest.markup.page import Page
from ingest.model import Account, Chrome, Essay, Link
from ingest.text import display_title, language

READER = "markdown/2"
_HEADING = re.compile(r"#{1,6}[ \t]+\S")
_UNDERLINED = re.compile(r"\A\s*[^\n]{1,200}\n={3,}[ \t]*(?:\n|\Z)")
_CODE_LIKE = re.compile(r"[\x20-\x7e]+\Z")
_SIGNS = (
    re.compile(r"!\[[^\]\n]{0,300}\]\([^)\n]{1,2000}\)"),
    re.compile(r"\*\*[^*\n]+\*\*"),
    re.compile(r"^```", re.MULTILINE),
    re.compile(r"^>[ \t]?\S", re.MULTILINE),
    re.compile(r"\[[^\]\n]{1,300}\]\(https?://[^)\n]{1,2000}\)"),
    re.compile(r"^\|.*\|[ \t]*\n\|[ :|-]+\|", re.MULTILINE),
)
_TITLE = re.compile(r"\A\s*#[ \t]+(?P<title>[^\n]+)\n?|\A\s*(?P<underlined>[^\n]+)\n=+[ \t]*(?:\n|\Z)")
# CommonMark leaves ** alone between a Han character and punctuation, which in Chinese is where it stands.
_STRONG = re.compile(r"(`[^`\n]*`)|\*\*(?=\S)([^*\n]+?)\*\*")
_FENCE = re.compile(r"(`{3,}|~{3,})[^`\n]*")
_PARSER = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])

# What the parser and the tree cost, in microseconds for each, measured; beyond the budget a text is read as plain text.
BUDGET = 1_000_000
_COSTS = (
    (120, re.compile(r"^[ \t>]*(?:[-*+•]|\d{1,9}[.)])[ \t]", re.MULTILINE)),
    (60, re.compile(r"^[ \t]*>", re.MULTILINE)),
    (50, re.compile(r"^[^\n]", re.MULTILINE)),
)
_MARKS = {"|": 120, "`": 100, "*": 20, "_": 20, "[": 40, "]": 10, "!": 10, "<": 20, "&": 10, "\\": 10, "~": 20, ">": 60}


def read(text: str, links: Sequence[Link]) -> Essay | None:
    """The essay, when the text has front matter, or looks like Markdown and is not too costly to parse."""
    front = front_matter(text)
    body = text[front.length :] if front else text
    if not (front or _is_markdown(text)) or _cost(body) > BUDGET:
        return None
    heading = _TITLE.match(body)
    rendered = _render(body[heading.end() :] if heading else body)
    title = _render(heading["title"] or heading["underlined"]).text if heading else None
    title = (front and front.title) or title or None
    own = {front.url if front else None, *(image.url for image in rendered.images)}
    return Essay(
        text=rendered.text,
        markdown=body.strip("\n"),
        title=title,
        display_title=display_title(title, rendered.text),
        author=front.author if front else None,
        account=Account(front.account) if front and front.account else None,
        url=front.url if front else None,
        published=front.published if front else None,
        language=language(rendered.text),
        images=rendered.images,
        turns=find_turns(rendered.text),
        chrome=(Chrome("front_matter", front.raw),) if front else (),
        claims=mentions(text, links, own),
    )


def _is_markdown(text: str) -> bool:
    """Whether it begins with a heading, has several, or has two different signs."""
    prose = "".join(part for is_code, part in _parts(text) if not is_code)
    if _HEADING.match(prose.lstrip()) or _UNDERLINED.match(prose):
        return True
    headings = _headings(prose)
    return headings > 1 or bool(headings) + sum(bool(sign.search(text)) for sign in _SIGNS) > 1


def _headings(prose: str) -> int:
    """How many lines are headings; a single ``#`` right beside a line of code is a comment."""
    lines = ["", *prose.split("\n"), ""]
    return sum(
        bool(_HEADING.match(line))
        and not (line.startswith("# ") and any(_CODE_LIKE.match(near) for near in (before, after)))
        for before, line, after in zip(lines, lines[1:], lines[2:], strict=False)
    )


def _cost(text: str) -> int:
    """About how long it takes to parse the text, in microseconds."""
    return sum(len(pattern.findall(text)) * each for each, pattern in _COSTS) + sum(
        text.count(mark) * each for mark, each in _MARKS.items()
    )


def _parts(text: str) -> Iterator[tuple[bool, str]]:
    """The text in pieces: whether each is a fenced block of code, and its characters. One walk over the lines."""
    lines: list[str] = []
    fence = ""
    for line in text.splitlines(keepends=True):
        mark = _FENCE.match(line)
        if not fence and mark:
            yield False, "".join(lines)
            lines, fence = [line], mark[1]
        elif fence and line.startswith(fence) and not line.strip().strip(fence[0]):
            yield True, "".join([*lines, line])
            lines, fence = [], ""
        else:
            lines.append(line)
    yield bool(fence), "".join(lines)


def _render(markdown: str) -> Body:
    plain = "".join(part if is_code else _STRONG.sub(r"\1\2", part) for is_code, part in _parts(markdown))
    page = Page(f"<html><body><div>{_PARSER.render(plain)}</div></body></html>")
    root = page.soup.div
    assert root is not None
    return render(root, None)

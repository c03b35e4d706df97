"""Real pages, damaged at random: no exception, no wrong identity, no notice that becomes an essay."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Callable

import pytest

from ingest.markup.page import Page
from ingest.model import About, State
from ingest.sites import wechat

from .conftest import shared

PAGES = 5  # for each damage; a longer run takes all of them, many times
LIBRARY = 20_000  # characters; a longer script is the same on all pages
CONTAINERS = ('id="js_content"', 'id="js_article"', 'id="img_list"')


def cut(html: str, dice: random.Random) -> str:
    return html[: dice.randrange(len(html))]


def cut_but_ended(html: str, dice: random.Random) -> str:
    return cut(html, dice) + "</body></html>"


def quotes_swapped(html: str, dice: random.Random) -> str:
    return html.translate(str.maketrans("\"'", "'\""))


def one_quote_lost(html: str, dice: random.Random) -> str:
    at = html.find(dice.choice("\"'"), dice.randrange(len(html)))
    return html[:at] + html[at + 1 :]


def scripts_removed(html: str, dice: random.Random) -> str:
    return re.sub(r"<script.*?</script>", lambda found: "" if dice.random() < 0.5 else found[0], html, flags=re.DOTALL)


def containers_doubled(html: str, dice: random.Random) -> str:
    at = html.find(dice.choice(CONTAINERS))
    start = html.rfind("<", 0, at)
    part = html[start : start + dice.randrange(50, 20_000)]
    return html[:start] + part + html[start:] if at > 0 else html


def lines_removed(html: str, dice: random.Random) -> str:
    lines = html.split("\n")
    start = dice.randrange(len(lines))
    return "\n".join(lines[:start] + lines[start + dice.randrange(1, 40) :])


def lines_moved(html: str, dice: random.Random) -> str:
    lines = html.split("\n")
    start, to = dice.randrange(len(lines)), dice.randrange(len(lines))
    moved = lines[start : start + 20]
    del lines[start : start + 20]
    return "\n".join(lines[:to] + moved + lines[to:])


def noise_put_in(html: str, dice: random.Random) -> str:
    noise = [
        "<!--",
        "-->",
        "</script>",
        "<script>",
        "]]>",
        "\x00",
        "\\ud800",
        "<svg>",
        "<template>",
        "</div>" * 9,
        "\\",
        "var biz = ",
    ]
    for _ in range(5):
        at = dice.randrange(len(html))
        html = html[:at] + dice.choice(noise) + html[at:]
    return html


def nested(html: str, dice: random.Random) -> str:
    at = html.find(">", html.find(dice.choice(CONTAINERS))) + 1
    return html[:at] + f"<{dice.choice(['section', 'blockquote', 'span', 'a href=x'])}>" * 800 + html[at:]


DAMAGES: list[Callable[[str, random.Random], str]] = [
    cut, cut_but_ended, quotes_swapped, one_quote_lost, scripts_removed, containers_doubled, lines_removed, lines_moved,
    noise_put_in, nested,
]  # fmt: skip


def light(html: str) -> str:
    """The page without the scripts that are the same on all pages."""
    return re.sub(r"<script.*?</script>", _own, html, flags=re.DOTALL)


def _own(script: re.Match[str]) -> str:
    return "" if len(script[0]) > LIBRARY and "cgiDataNew = {" not in script[0] else script[0]


def judge(name: str, damage: str, html: str, truth: dict[str, object]) -> None:
    """Fails if the damaged page is read as something that it isn't."""
    reading = wechat.read(Page(html))
    wechat.owns(Page(html))
    about = f"{name}, {damage}: {reading.state} {reading.reason}"
    own = {f"{truth['biz']}/{truth['mid']}/{truth['idx']}"} if "biz" in truth else set()
    if State(str(truth["state"])).about is not About.CONTENT:
        assert reading.essay is None, about
    elif reading.essay and reading.essay.native_id and own:
        assert {reading.essay.native_id} == own, about
    known = {address.key for address in reading.addresses if "/s/" not in address.key and ":s/" not in address.key}
    assert not own or known <= {f"wechat:{one}" for one in own}, about
    assert reading.state is not State.DELETED_BY_AUTHOR or truth["state"] == "deleted_by_author", about


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_page_is_never_taken_for_another(damage: Callable[[str, random.Random], str]) -> None:
    folder = shared("pages") / "wechat"
    truth = json.loads((folder / "truth.json").read_text())
    dice = random.Random(f"seed of {damage.__name__}")
    for name in dice.sample(sorted(truth), PAGES):
        html = light(gzip.decompress((folder / f"{name}.html.gz").read_bytes()).decode())
        judge(name, damage.__name__, damage(html, dice), truth[name])

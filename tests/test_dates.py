"""Written dates: one answer for every spelling, whatever the door that it comes in by."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from html import escape

import pytest

from ingest import extract
from ingest.dates import CHINA, published, whole
from ingest.formats.wechat_export import read_list
from ingest.markup.page import Page
from ingest.model import Published
from ingest.read import read_page, read_text
from ingest.sources.discover import Answer, discover

from .cost import assert_linear

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY, MORNING, EVENING = "2024-03-05T00:00 day", "2024-03-05T08:30 minute", "2024-03-05T20:30 minute"
SECOND = "2024-03-05T08:30:00 second"
SPELLINGS = {  # in Beijing's time, unless it says else
    "2024-03-05": DAY,
    "2024-3-5": DAY,
    "2024/03/05 08:30": MORNING,
    "2024.03.05": DAY,
    "2024年3月5日": DAY,
    "2024年3月5日 08:30": MORNING,
    "2024年03月05日08:30": MORNING,
    "2024-03-05T08:30:00Z": "2024-03-05T16:30:00 second",
    "2024-03-05T08:30:00+0800": SECOND,
    "2024-03-05T08:30:00.123+08:00": SECOND,
    "2024-03-05 08:30:00 +0800 CST": SECOND,
    "2024-03-05 8:30 PM": EVENING,
    "2024-03-05 下午8:30": EVENING,
    "20240305": DAY,
    "1709598600": SECOND,
    "1709598600000": SECOND,
    "Mar 5, 2024": DAY,
    "March 5, 2024 8:30 AM": MORNING,
    "5 March 2024": DAY,
    "Tue, 05 Mar 2024 08:30:00 +0800": SECOND,
    "2024-03": "2024-03-01T00:00 month",
    "2024年3月": "2024-03-01T00:00 month",
    "2024": "2024-01-01T00:00 year",
    "２０２４年３月５日": DAY,
    "二〇二四年三月五日": DAY,
    "2024-03-05T08:30": MORNING,
    "2024-03-05 08：30": MORNING,
    "Sun, 05 Sep 2021 15:45:05 GMT+7": "2021-09-05T16:45:05 second",
    # and of our own
    "二零二四": "2024-01-01T00:00 year",
    "二〇二四年十二月三十一日": "2024-12-31T00:00 day",
    "二〇二四年十月二十日 上午八点三十分": "2024-10-20T08:30 minute",
    "2024年11月廿五日": "2024-11-25T00:00 day",
    "2024 年 3 月 5 日": DAY,
    "2024年3月5号 8时30分15秒": "2024-03-05T08:30:15 second",
    "2024年3月5日 8时": DAY,
    "2024年3月5日 星期二 08:30": MORNING,
    "2024年3月5日（周二）": DAY,
    "2024年3月5日 凌晨12:30": "2024-03-05T00:30 minute",
    "2024年3月5日 中午12:30": "2024-03-05T12:30 minute",
    "2024年3月5日中午1:05": "2024-03-05T13:05 minute",
    "2024年3月5日晚上8:30": EVENING,
    "2024年3月5日 下午20:30": EVENING,
    "2024年3月5日 晚上12:00": DAY,
    "2024-03-05 12:30 AM": "2024-03-05T00:30 minute",
    "2024-03-05 12:30 p.m.": "2024-03-05T12:30 minute",
    "２０２４／０３／０５　０８：３０": MORNING,
    "2024-03-05T08:30-05:00": "2024-03-05T21:30 minute",
    "2024-03-05 08:30:00+08": SECOND,
    "2024-03-05 08:30 (UTC+9)": "2024-03-05T07:30 minute",
    "2024-03-05 08:30:00.1234567 UTC": "2024-03-05T16:30:00 second",
    "2024-03-05Z": DAY,
    "2024-03-05-08:00": DAY,
    "20240305083000": SECOND,
    "202403050830": MORNING,
    "20240305T003000Z": SECOND,
    "Tue Mar 05 2024 08:30:00 GMT+0800 (China Standard Time)": SECOND,
    "Tue Mar  5 08:30:00 CST 2024": SECOND,
    "Tuesday, 05-Mar-24 00:30:00 GMT": SECOND,
    "Tue, 05 Mar 2024 08:30:00 -0000": "2024-03-05T16:30:00 second",
    "Tue, 05 Mar 2024 08:30:00 EST": "2024-03-05T21:30:00 second",
    "March 5th, 2024 at 8:30 pm": EVENING,
    "5 Mar 2024, 20:30": EVENING,
    "March 2024": "2024-03-01T00:00 month",
    "25/12/2024": "2024-12-25T00:00 day",
    "12/25/2024": "2024-12-25T00:00 day",
    "05/05/2024": "2024-05-05T00:00 day",
    "2024-02-29": "2024-02-29T00:00 day",
    # unsure, implausible, or none
    **dict.fromkeys((
        "3", "5-3", "May", "今年 5 月", "2024年第3期", "03/05/2024", "08:30", "昨天", "昨天 12:30", "3 天前", "3月5日", "05-11",
        "2024年3-5月", "2024年3月5篇", "v1.2024.3.12", "农历2024年3月5日", "2025-13-45", "2024-02-30", "2023-02-29", "June 31, 2024",
        "0000-00-00", "0999-01-01", "1989-12-31", "2099-01-01", "9999-12-31T24:00:00Z", "2024-03-05 25:61", "2024-03-05 08:30 +9900",
        "0", "86400", "1e9", "9" * 10, "9" * 90, "去年", "", "٢٠٢٤-٠٣-٠٥",
    )),
}  # fmt: skip
PROSE = "河边的书店在立冬那天关了门，门上贴着一张纸，写着书已搬走，猫还在。街坊们轮流去喂那只猫，谁也没有觉得麻烦。"


def told(found: Published | None) -> str | None:
    """A time as ``SPELLINGS`` writes it."""
    if found is None:
        return None
    at = found.at.astimezone(UTC) + timedelta(hours=8)
    exact = found.precision == "second"
    return f"{at.replace(tzinfo=None).isoformat(timespec='seconds' if exact else 'minutes')} {found.precision}"


# Doors


def _listed(data: str, url: str = "https://blog.example.com/feed.xml") -> Published | None:
    return discover(Answer(data.encode(), url, extract.address, NOW)).items[0].published


def _feed(spelled: str) -> Published | None:
    inner = f"<title>t</title><link>https://blog.example.com/1</link><pubDate>{escape(spelled)}</pubDate>"
    return _listed(f'<rss version="2.0"><channel><title>x</title><item>{inner}</item></channel></rss>')


def _json_feed(spelled: str) -> Published | None:
    item = {"url": "https://blog.example.com/1", "date_published": spelled}
    return _listed(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [item]}))


def _album(spelled: str) -> Published | None:
    article = {"url": "https://mp.weixin.qq.com/s/Kd3_vT9-xQ0aZbYcWdEfGh", "title": "题", "create_time": spelled}
    url = "https://mp.weixin.qq.com/mp/appmsgalbum?__biz=MzA4MDAwMDAwMQ==&action=getalbum&album_id=3457885223537541125"
    return _listed(json.dumps({"base_resp": {"ret": 0}, "getalbum_resp": {"article_list": [article]}}), url)


def _sitemap(spelled: str) -> Published | None:
    news = f"<n:news><n:title>t</n:title><n:publication_date>{escape(spelled)}</n:publication_date></n:news>"
    return _listed(
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">'
        f"<url><loc>https://blog.example.com/1</loc>{news}</url></urlset>"
    )


def _front_matter(spelled: str) -> Published | None:
    essay = read_text(f"---\ntitle: 题\ndate: {json.dumps(spelled, ensure_ascii=False)}\n---\n{PROSE}", ()).essay
    assert essay is not None
    return essay.published


def _page(html: str, url: str) -> Published | None:
    essay = read_page(Page(html, url=url)).essay
    assert essay is not None
    return essay.published


def _web(body: str = "", head: str = "", prose: str = PROSE) -> Published | None:
    parts = f"<h1>书店与猫</h1>{body}<div>{f'<p>{prose}</p>' * 3}</div>"
    return _page(f"<html><head>{head}</head><body>{parts}</body></html>", "https://www.example.cn/a/1.html")


def _meta(spelled: str) -> Published | None:
    return _web(head=f'<meta property="article:published_time" content="{escape(spelled)}">')


def _linked_data(spelled: str) -> Published | None:
    data = json.dumps({"@type": "Article", "datePublished": spelled})
    return _web(head=f'<script type="application/ld+json">{data}</script>')


def _time_element(spelled: str) -> Published | None:
    return _web(f'<p><time datetime="{escape(spelled)}">那天</time></p>')


def _line_beside_the_title(spelled: str) -> Published | None:
    return _web(f"<p>{escape(spelled)}</p>")


def _byline_of_a_site(spelled: str) -> Published | None:
    body = f'<h1 class="postTitle">窗外有竹</h1><div id="cnblogs_post_body"><p>{PROSE}</p></div>'
    html = f'<html><body>{body}<span id="post-date">{escape(spelled)}</span></body></html>'
    return _page(html, "https://www.cnblogs.com/NanChuang/p/18200001")


def _wechat(head: str = "", shown: str = "") -> Published | None:
    return _page(
        f'<html><head><meta property="og:title" content="渡口">{head}</head><body><div id="js_article">{shown}'
        f'<div class="rich_media_content" id="js_content"><p>{PROSE}</p></div></div></body></html>',
        "https://mp.weixin.qq.com/s/Kd3_vT9-xQ0aZbYcWdEfGh",
    )


def _wechat_variable(spelled: str) -> Published | None:
    return _wechat(f"<script>var biz = \"MzA5MDEyMzQ1Ng==\"; var createTime = '{spelled}';</script>")


def _wechat_shown(spelled: str) -> Published | None:
    return _wechat(shown=f'<em id="publish_time">{escape(spelled)}</em>')


def _exporters_list(spelled: str) -> Published | None:
    row = {"title": "题", "link": "https://mp.weixin.qq.com/s/Kd3_vT9-xQ0aZbYcWdEfGh", "update_time": spelled}
    listed = read_list(json.dumps([{"aid": "1_1", "appmsgid": 1, "itemidx": 1, **row}]).encode(), "articles.json")
    assert listed
    return listed[0].published


DOORS: dict[str, Callable[[str], Published | None]] = {
    door.__name__.strip("_"): door
    for door in (
        _feed, _json_feed, _album, _sitemap, _front_matter, _meta, _linked_data, _time_element, _line_beside_the_title,
        _byline_of_a_site, _wechat_variable, _wechat_shown, _exporters_list,
    )
}  # fmt: skip


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("spelled", SPELLINGS)
def test_a_spelling_has_one_answer_whatever_the_door(spelled: str, door: str) -> None:
    found = DOORS[door](spelled)
    # A site, a script or a head says of its numbers that they are dates; beside a title they may be anything.
    is_number = door == "line_beside_the_title" and (spelled.isdigit() or spelled == "2024-03")
    assert told(found) == (None if is_number else SPELLINGS[spelled])
    assert found is None or found.zone == CHINA


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("发布于 2024-03-05 08:30・云南", MORNING),
        ("2024年03月05日08:30　来源：河湾日报", MORNING),
        ("来源：河湾日报 | 时间：2024/3/5 | 阅读 1024", DAY),
        ("[Submitted on 5 Mar 2024 (v1)]", DAY),
        ("Posted by Old Boat on March 5, 2024 at 8:30 pm, 3 comments", EVENING),
        ("2024-03-05 08:30-10:00 在河湾书店", MORNING),
        ("2024-03-05 08:30 -12 评论", MORNING),
        ("2024-03-05 更新 2024-04-06", DAY),
        ("《河湾》2024年3月号", "2024-03-01T00:00 month"),
        ("3-5 March 2024", "2024-03-01T00:00 month"),
        *((words, None) for words in (
            "编号 20240305", "QQ 1709598600", "第 2024 篇", "版本 2024.3", "v1.2024.3.12", "2024-13-40 至 2024-03-05", "2024年3月-5月",
            "2024年第3期", "昨天 08:30", "03/05/2024 发布", "mars 2024", "Mayor 5, 2024",
        )),
    ],
)  # fmt: skip
def test_words_have_the_first_date_that_stands_in_them_or_none(words: str, at: str | None) -> None:
    assert told(published(words)) == at
    assert whole(words) is None


@pytest.mark.parametrize(
    ("spelled", "at", "precision", "zone"),
    [
        ("March 5, 2024 at 8:30 pm", "2024-03-05T00:00:00+00:00", "day", "UTC"),
        ("March 5, 2024 8:30 pm CST", "2024-03-05T00:00:00+00:00", "day", "UTC"),
        ("March 5, 2024 8:30 pm EST", "2024-03-05T20:30:00-05:00", "minute", "Etc/GMT+5"),
        ("5 Mar 2024 08:30 GMT", "2024-03-05T08:30:00+00:00", "minute", "UTC"),
        ("2024-03-05T08:30:00+08:00", "2024-03-05T08:30:00+08:00", "second", CHINA),
        ("2024-03-05T08:30:00+05:30", "2024-03-05T08:30:00+05:30", "second", "UTC"),
        ("March 2024", "2024-03-01T00:00:00+00:00", "month", "UTC"),
        ("1709598600", "2024-03-05T00:30:00+00:00", "second", "UTC"),
    ],
)
def test_a_clock_of_nobody_knows_where_is_a_day(spelled: str, at: str, precision: str, zone: str) -> None:
    prose = "Take the worst pan you own and one egg, and stand there until you know what the pan is doing. " * 5
    for found in (whole(spelled, None), _web(head=f'<meta name="pubdate" content="{spelled}">', prose=prose)):
        assert found
        assert (found.at.isoformat(), found.precision, found.zone) == (at, precision, zone)


@pytest.mark.parametrize(
    ("value", "at"),
    [
        (1709598600, SECOND),
        (1709598600.75, SECOND),
        (1709598600123, SECOND),
        (20240305, DAY),
        (datetime(2024, 3, 5, 8, 30), SECOND),  # noqa: DTZ001  as sheets hold them
        (datetime(2024, 3, 5, 0, 30, tzinfo=UTC), SECOND),
        *((value, None) for value in (None, True, [], {}, 2024.3, float("nan"), float("inf"), -1, 10**5000, datetime(1900, 1, 1))),  # noqa: DTZ001
    ],
    ids=lambda value: str(value)[:30] if not isinstance(value, int) else f"{value.bit_length()} bits",
)  # fmt: skip
def test_a_value_that_is_no_string_is_a_time_or_nothing(value: object, at: str | None) -> None:
    assert told(whole(value)) == at


@pytest.mark.parametrize(("hours", "is_read"), [(-1, True), (47, True), (49, False)])
def test_what_lies_more_than_two_days_ahead_is_a_mistake(hours: int, is_read: bool) -> None:
    spelled = (NOW + timedelta(hours=hours)).isoformat()
    assert (published(spelled, now=NOW) is not None, whole(spelled, now=NOW) is not None) == (is_read, is_read)


FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}


@pytest.mark.parametrize("spelled", SPELLINGS)
def test_width_and_invisible_characters_make_no_difference(spelled: str) -> None:
    wide = spelled.translate(FULL_WIDTH)
    ragged = "\n\u00a0" + spelled.replace(" ", "\u200e\u00a0") + "\ufeff"
    for read in (published, whole):
        assert [told(read(one)) for one in (spelled, wide, ragged)] == [SPELLINGS[spelled]] * 3


HAN = dict(zip("0123456789", "〇一二三四五六七八九", strict=True))


def _in_han(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("十" if tens == 1 else f"{HAN[str(tens)]}十" if tens else "") + (HAN[str(ones)] if ones or not tens else "")


FORMS: dict[str, Callable[[date], str]] = {
    "numbers": lambda day: f"{day:%Y-%m-%d}",
    "bare numbers": lambda day: f"{day.year}.{day.month}.{day.day}",
    "compact": lambda day: f"{day:%Y%m%d}",
    "Chinese": lambda day: f"{day.year}年{day.month}月{day.day}日",
    "Chinese numbers": lambda day: (
        "".join(HAN[char] for char in str(day.year)) + f"年{_in_han(day.month)}月{_in_han(day.day)}日"
    ),
    "a month's name": lambda day: f"{day:%B} {day.day}, {day.year}",
    "its beginning": lambda day: f"{day.day} {day:%b} {day.year}",
    "RFC 822": lambda day: f"{day:%a, %d %b %Y} 00:00:00 +0800",
}


@pytest.mark.parametrize("form", FORMS)
def test_every_day_is_read_in_every_form(form: str) -> None:
    first, last = date(1992, 1, 1).toordinal(), date(2026, 1, 1).toordinal()
    days = [
        date.fromordinal(day) for day in (*range(last - 366, last), *random.Random(7).sample(range(first, last), 400))
    ]
    for day in days:
        found = (
            whole(FORMS[form](day)),
            published(f"发布于：{FORMS[form](day)}" if form != "compact" else FORMS[form](day)),
        )
        assert [one and told(one).split("T")[0] for one in found] == [day.isoformat()] * 2, day  # type: ignore[union-attr]  # told() of a date is text


HOSTILE = (
    " ", "5", "5 ", "2024-", "2024-03-05 ", "2024年", "2024年3月", "20240305", "1:", "08:30:", "(", "( ", ", ", "十", "二〇二四", "时", "Mar ",
    "5 Mar ", "t", "+08", "-", "\ufdfa", "\u3000", "星期", "(星期二) ", "下午", "am", "2024-03-05T08:30:00.",
)  # fmt: skip


@pytest.mark.parametrize("size", [50, 25_000])  # within the bound on a date's length, and beyond it
@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_text_costs_no_more_than_its_length(piece: str, size: int) -> None:
    def work(text: str) -> None:
        for _ in range(20):
            published(text)
            whole(text)

    assert_linear(lambda n: piece * (n // len(piece) + 1), work, size)

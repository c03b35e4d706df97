"""When a page was published: what its head says, what it shows beside its title, what its address says; never more."""

from __future__ import annotations

import re
from html import escape
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from ingest import dates
from ingest.model import Precision, Published
from ingest.sites.web.head import Head
from ingest.sites.web.libraries import visible_date

_CHINA = ZoneInfo(dates.CHINA)
_ROUGH = (Precision.MONTH, Precision.YEAR)
_SHORT = 30
_METAS = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "pubdate",
    "publishdate", "publish_date", "publish-date", "publication_date", "article.published", "dc.date.issued",
    "dcterms.created", "dc.date", "og:release_date", "article:create_at", "weibo:article:create_at",
    "firstpublishedtime",
    "apub:time", "sailthru.date", "parsely-pub-date", "citation_publication_date", "citation_date",
    "bytedance:published_time", "contentpubdate",
)  # fmt: skip
_IN_URL = re.compile(r"/((?:19|20)\d\d)[-/_]?(\d{2})[-/_]?(\d{2})(?=[/_.-]|$)")
_NOT_A_BYLINE = re.compile(r"今天|今日|当前时间|现在是|农历|today is|[。！？；]|，\S", re.IGNORECASE)
_CHANGED = re.compile(
    r"(?:最后|最近)(?:更新|修改|编辑)|(?:更新|修改)(?:于|时间|日期)?\s*[:：]|(?:last )?(?:updated|modified|edited)",
    re.IGNORECASE,
)


def published(
    head: Head, region: list[str], times: list[HtmlElement], url: str | None, chinese: bool
) -> Published | None:
    """When the essay was published; ``region`` are the lines around the title, ``times`` the time elements there."""
    zone = dates.CHINA if chinese else None
    head_says = [head.told("datePublished"), *(head.meta(name) for name in _METAS), head.told("dateCreated")]
    marked = [one.get("datetime") or "" for one in times]
    lines = [
        line for line in region if not _NOT_A_BYLINE.search(line) and ("发布" in line or not _CHANGED.search(line))
    ]
    told = (*(dates.published(said, zone) for said in (*head_says, *marked)), *(_shown(line, zone) for line in lines))
    found = [one for one in told if one]
    days = [one for one in found if one.precision not in _ROUGH]
    if not days:
        return _in_address(url, zone) or next(iter(found), None) or _corroborated([*marked, *lines], zone)
    same_day = (one for one in days if one.at.astimezone(_CHINA).date() == days[0].at.astimezone(_CHINA).date())
    exact = max(same_day, key=lambda one: (one.precision is not Precision.DAY, one is days[0]))
    return days[0] if days[0].precision is not Precision.DAY else exact


def _shown(line: str, zone: str | None) -> Published | None:
    """The date in a line beside the title. A month counts in a short line of words, and digits alone are anything."""
    told = None if line.isdigit() else dates.published(line, zone)
    is_rough = told is not None and told.precision in _ROUGH
    return None if is_rough and (len(line) > _SHORT or not any(map(str.isalpha, line))) else told


def _in_address(url: str | None, zone: str | None) -> Published | None:
    """The day that the path of the page's own address holds, as news sites write it."""
    try:
        found = _IN_URL.search(urlsplit(url or "").path)
    except ValueError:
        return None
    return dates.whole("-".join(found.groups()), zone) if found else None


def _corroborated(lines: list[str], zone: str | None) -> Published | None:
    """What htmldate reads in the lines around the title, where its day stands in them and can't be taken for a month.

    It isn't asked about the whole page: there it takes dates of assets and of neighbours, and makes up missing days.
    """
    words = "\n".join(lines)
    if not any(char.isdigit() for char in words):
        return None
    found = visible_date(f"<html><body><p>{escape(words)}</p></body></html>")
    if not found:
        return None
    year, month, day = map(int, found.split("-"))
    numbers = {int(number) for number in re.findall(r"\d{1,4}", words)}
    spelled = bool(re.search(r"[^\W\d_]{3}", words)) and month not in numbers
    told = {year, day} <= numbers and (spelled or (month in numbers and (day > 12 or day == month)))
    return dates.whole(found, zone) if told else None

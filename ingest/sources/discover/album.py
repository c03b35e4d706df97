"""Albums of a WeChat account: the public list in JSON, which needs no login, and the page that shows the same.

In the JSON all scalars are strings, one article is an object and no list of one, and the last page may have no list.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from ingest.markup.page import Page, attribute
from ingest.sources.discover import Answer, Found, TryLater
from ingest.sources.discover.gather import Gathering, words

KIND = "album"
PATH = "/mp/appmsgalbum"
PAGE_ITEMS = "20"
_HOST = "mp.weixin.qq.com"
_KEPT = ("__biz", "album_id", "is_reverse")
_BUSY = {"200013", "-8", "-6"}
_NUMBER_OF_DIGITS = 30


def listing(url: str) -> str | None:
    """The address of an album's list in JSON, from any address of the album; None when it is none.

    Session keys are left behind. ``album_id`` has 19 digits and stays a string.
    """
    try:
        parts = urlsplit(url.replace("&amp;", "&").replace("\\x26", "&"))
    except ValueError:
        return None
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    album = query.get("album_id", "")
    if parts.hostname != _HOST or parts.path != PATH or not _is_number(album) or not query.get("__biz"):
        return None
    kept = {name: query[name] for name in _KEPT if name in query}
    return f"https://{_HOST}{PATH}?{urlencode({'action': 'getalbum', **kept, 'count': PAGE_ITEMS, 'f': 'json'})}"


def read(answer: Answer) -> Found | None:
    """The articles of one page of an album, and the address of the next one."""
    told = answer.json
    if isinstance(told, dict) and ("getalbum_resp" in told or ("base_resp" in told and PATH in (answer.url or ""))):
        return _listed(answer, told)
    if PATH in (answer.url or "") and told is None:
        return _shown(answer)
    return None


def _listed(answer: Answer, told: dict[str, Any]) -> Found:
    ret = str(_part(told, "base_resp").get("ret", "0"))
    if ret != "0":
        raise TryLater(f"The album answers with code {ret[:12]}{', too many requests' if ret in _BUSY else ''}.")
    album = _part(told, "getalbum_resp")
    articles = album.get("article_list")
    articles = [articles] if isinstance(articles, dict) else articles if isinstance(articles, list) else []
    about = _part(album, "base_info")
    gathering = Gathering(answer)
    for article in articles:
        if not isinstance(article, dict):
            gathering.refuse("an item that is no object")
            continue
        gathering.add(
            article.get("url"),
            title=words(article.get("title")),
            published=answer.date(article.get("create_time")),
            account=words(about.get("nickname"), 100),
        )
    last = articles[-1] if articles and isinstance(articles[-1], dict) else {}
    goes_on = str(album.get("continue_flag", "0")) == "1"
    return gathering.found(
        KIND, about.get("title") or about.get("nickname"), next_url=_after(answer, last) if goes_on else None
    )


def _after(answer: Answer, last: dict[str, Any]) -> str | None:
    """The address of the page behind the last article."""
    message, place = str(last.get("msgid", "")), str(last.get("itemidx", ""))
    first = listing(answer.url or "")
    if first is None or not _is_number(message) or not _is_number(place):
        return None
    return f"{first}&{urlencode({'begin_msgid': message, 'begin_itemidx': place})}"


def _shown(answer: Answer) -> Found | None:
    page = Page(answer.text, answer.url)
    listed = page.soup.select("li[data-link][data-msgid]")
    if not listed:
        return None
    gathering = Gathering(answer)
    for one in listed:
        time = one.select_one(".js_article_create_time")
        gathering.add(
            attribute(one, "data-link"),
            title=words(attribute(one, "data-title")),
            published=answer.date(time.get_text(strip=True)) if time else None,
        )
    title = page.first("#js_tag_name", ".album__label-title", ".album__desc-title")
    return gathering.found(KIND, title.get_text(strip=True) if title else None)


def _part(of: dict[str, Any], name: str) -> dict[str, Any]:
    value = of.get(name)
    return value if isinstance(value, dict) else {}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _NUMBER_OF_DIGITS

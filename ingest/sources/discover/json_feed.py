"""Feeds in JSON: JSON Feed 1.0 and 1.1, and the JSON of a bridge (we-mp-rss) that is of no standard."""

from __future__ import annotations

from html import escape
from typing import Any

from ingest.sources.discover import Answer, Found
from ingest.sources.discover.gather import Gathering, first, words

KIND = "feed"
_VERSION = "jsonfeed.org/version/1"
_BRIDGED = "mp.weixin.qq.com"


def read(answer: Answer) -> Found | None:
    """The items of a feed in JSON."""
    feed = answer.json
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        return None
    standard = _VERSION in str(feed.get("version", ""))
    if not standard and not any(isinstance(item, dict) and "link" in item for item in feed["items"]):
        return None
    gathering = Gathering(answer)
    for number, item in enumerate(feed["items"]):
        if gathering.is_full:
            gathering.more = len(feed["items"]) - number
            break
        if isinstance(item, dict):
            _add(gathering, item, standard)
        else:
            gathering.refuse("an item that is no object")
    following = feed.get("next_url") if standard else None
    return gathering.found(
        KIND,
        feed.get("title") or feed.get("name"),
        home=_text(feed.get("home_page_url") or feed.get("link")),
        next_url=answer.join(following) if isinstance(following, str) else None,
    )


def _add(gathering: Gathering, item: dict[str, Any], standard: bool) -> None:
    names = ("url", "external_url") if standard else ("link",)
    url = first(_text(item.get(name)) for name in names) or _address(item.get("id"))
    dates = (item.get("date_published"), item.get("date_modified")) if standard else (item.get("updated"), None)
    issued, changed = map(gathering.answer.date, dates)
    if issued is None and url and _BRIDGED in url:
        issued = changed  # wewe-rss puts the time of publication under date_modified
    markup, is_digest = _body(item)
    gathering.add(
        url,
        title=words(item.get("title")),
        published=issued,
        updated=changed.at if changed else None,
        author=words(_author(item), 100),
        account=words(item.get("channel_name"), 100),
        markup=markup,
        is_digest=is_digest,
    )


def _body(item: dict[str, Any]) -> tuple[str | None, bool]:
    if markup := _text(item.get("content_html")) or _text(item.get("content")):
        return markup, False
    if plain := _text(item.get("content_text")):
        return "".join(f"<p>{escape(line)}</p>" for line in plain.splitlines() if line.strip()), False
    return _text(item.get("summary")) or _text(item.get("description")), True


def _author(item: dict[str, Any]) -> object:
    authors = item.get("authors") if isinstance(item.get("authors"), list) else [item.get("author")]
    named = (one.get("name") if isinstance(one, dict) else one for one in authors or ())
    return first(name for name in named if isinstance(name, str))


def _address(value: object) -> str | None:
    return value if isinstance(value, str) and value.startswith(("http://", "https://")) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None

"""Feeds: RSS 2.0, Atom and RDF, with the dialects of the bridges that make feeds of WeChat accounts.

feedparser reads them, from a tree that ``pruned`` has cut down to what it needs. It is given a stream: a string it
would take for the name of a file, or for an address to be fetched.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

import feedparser

from ingest.sources.discover import Answer, Found, pruned, xml
from ingest.sources.discover.gather import Gathering, words

KIND = "feed"
_ROOTS = {"rss", "feed", "rdf"}
_BRIDGED = "mp.weixin.qq.com"


def read(answer: Answer) -> Found | None:
    """The items of a feed, newest first as they stand there."""
    root = answer.tree
    if root is None or xml.local(root) not in _ROOTS:
        return None
    more, bodies = pruned.prune(root, answer.limits.items)
    parsed = feedparser.parse(
        BytesIO(xml.serialise(root)),
        sanitize_html=False,
        resolve_relative_uris=False,
        response_headers={"content-type": "application/xml; charset=utf-8", "content-location": answer.url or ""},
    )
    gathering = Gathering(answer)
    gathering.more = more
    for entry in parsed.entries:
        _add(gathering, entry, bodies, xml.local(root) != "feed")
    about = parsed.feed
    title = _value(about, "title")
    following = (link.get("href") for link in about.get("links", ()) if link.get("rel") == "next")
    return gathering.found(
        KIND, title, home=_value(about, "link"), next_url=next((answer.join(url) for url in following if url), None)
    )


def _add(gathering: Gathering, entry: Any, bodies: dict[str, str], is_rss: bool) -> None:
    date = gathering.answer.date
    url = _link(entry)
    issued, changed = date(_value(entry, "published")), date(_value(entry, "updated"))
    if issued is None and (is_rss or (url and _BRIDGED in url)):
        issued = changed  # RSS knows no other date, and bridges give one, whatever they call it
    markup, is_digest = _body(entry, bodies)
    gathering.add(
        url,
        title=words(_value(entry, "title")),
        published=issued,
        updated=changed.at if changed else None,
        author=words(_value(entry, "author"), 100),
        markup=markup,
        is_digest=is_digest,
    )


def _link(entry: Any) -> str | None:
    """The address of an item; its identifier when that is one."""
    identifier = str(_value(entry, "id") or "")
    return _value(entry, "link") or (identifier if identifier.startswith(("http://", "https://")) else None)


def _body(entry: Any, bodies: dict[str, str]) -> tuple[str | None, bool]:
    """The body that an item brings, and whether it stood where summaries stand."""
    marks = [part.get("value") or "" for part in dict.get(entry, "content") or ()]
    contents = [bodies.get(mark, mark) for mark in marks if mark]
    if contents:
        return max(contents, key=len), False
    mark = _value(entry, "summary")
    return bodies.get(mark, mark), True


def _value(of: Any, name: str) -> Any:
    """What is there under this very name: feedparser answers for absent dates with other ones, and warns of it."""
    return dict.get(of, name)

"""Sitemaps and indexes of them, also packed with gzip; what changed last comes first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ingest.sources.discover import Answer, Found, xml
from ingest.sources.discover.gather import Gathering, words

KIND = "sitemap"
_OLDEST = datetime.min.replace(tzinfo=UTC)


def read(answer: Answer) -> Found | None:
    """The addresses of a sitemap, or the sitemaps of an index, newest first."""
    root = answer.tree
    name = xml.local(root) if root is not None else ""
    if name == "sitemapindex":
        return _index(answer, root)
    return _urls(answer, root) if name == "urlset" else None


def _urls(answer: Answer, root: Any) -> Found:
    most = answer.limits.urls
    gathering = Gathering(answer, most)
    entries = [(_changed(answer, entry), entry) for entry in root if xml.local(entry) == "url"]
    # A sitemap without dates keeps its order: sorting is stable.
    entries.sort(key=lambda pair: pair[0] or _OLDEST, reverse=True)
    gathering.more = max(len(entries) - most, 0)
    for changed, entry in entries[:most]:
        news = next((child for child in entry if xml.local(child) == "news"), None)
        gathering.add(
            xml.child_text(entry, "loc"),
            title=words(xml.child_text(news, "title")) if news is not None else None,
            published=answer.date(xml.child_text(news, "publication_date")) if news is not None else None,
            updated=changed,
        )
    return gathering.found(KIND)


def _index(answer: Answer, root: Any) -> Found:
    gathering = Gathering(answer)
    entries = [(_changed(answer, entry), entry) for entry in root if xml.local(entry) == "sitemap"]
    for changed, entry in sorted(entries, key=lambda pair: pair[0] or _OLDEST, reverse=True):
        gathering.add_place(xml.child_text(entry, "loc"), changed_at=changed)
    return gathering.found(KIND)


def _changed(answer: Answer, entry: Any) -> datetime | None:
    told = answer.date(xml.child_text(entry, "lastmod"))
    return told.at if told else None

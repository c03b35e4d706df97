"""The DAGs of sources run the real thing: a feed is added, checked, and its new links wait for their fetch."""

from __future__ import annotations

import json

import pytest

from ..conftest import database_url, rows
from .conftest import DAGS, RUN, python

pytestmark = pytest.mark.slow

FEED = '<rss version="2.0"><channel><title>夜航笔记</title><item><title>一</title><link>https://blog.example.com/1</link></item></channel></rss>'


def test_a_source_is_added_and_checked(airflow: dict[str, str], database: str, store, open_lab) -> None:
    lab = open_lab(
        {"blog.example.com": {"/feed.xml": {"do": "page", "html": FEED, "content_type": "application/rss+xml"}}}
    )
    environment = {
        **airflow, **lab.environment(), "ESSAYS_HOST_SPACING": "0", "ESSAYS_LOADER_URL": database_url(database, "loader"),
    }  # fmt: skip
    conf = json.dumps({"address": "https://blog.example.com/feed.xml", "name": "yehang", "keep": ["一"]})
    assert "STATE success" in python(environment, "-c", RUN, str(DAGS), "add_source", conf)
    assert "STATE success" in python(environment, "-c", RUN, str(DAGS), "discover_links", "{}")
    assert rows(store, "SELECT slug, state, items, waiting FROM essays.source_health") == [("yehang", "ok", 1, 1)]
    assert rows(store, "SELECT url, outcome FROM essays.run_account") == [("https://blog.example.com/1", "waiting")]

"""What robots.txt says, and what it is taken to say."""

from __future__ import annotations

import pytest

from ingest.fetch.robots import LONGEST_DELAY, UNTOLD, Robots, robots_url

AGENT = "essay-ingest/0.1.0 (+ops@example.com)"


@pytest.mark.parametrize(
    ("text", "path", "verdict"),
    [
        ("", "/a", "allowed"),
        ("User-agent: *\nDisallow: /", "/a", "disallowed"),
        ("User-agent: *\nDisallow: /private", "/p/1", "allowed"),
        ("User-agent: *\nDisallow: /*?share=\nAllow: /p/", "/x?share=1", "disallowed"),
        ("User-agent: essay-ingest\nDisallow: /p/\n\nUser-agent: *\nDisallow:", "/p/1", "disallowed"),
        ("User-agent: other\nDisallow: /", "/a", "allowed"),
        ("<html><body>登录后查看</body></html>", "/a", "allowed"),
        ("\ufeffUser-agent: *\nDisallow: /a", "/a", "disallowed"),
        ("User-agent: *\nDisallow: /文章", "/%E6%96%87%E7%AB%A0", "disallowed"),
    ],
)
def test_an_address_is_judged_by_the_rules_for_us(text: str, path: str, verdict: str) -> None:
    assert Robots(text).verdict(f"https://example.com{path}", AGENT) == verdict


def test_rules_that_cannot_be_told_are_unknown() -> None:
    assert UNTOLD.verdict("https://example.com/", AGENT) == "unknown"
    assert UNTOLD.crawl_delay(AGENT) is None


@pytest.mark.parametrize(("said", "delay"), [("10", 10), ("0.5", 0.5), ("86400", LONGEST_DELAY), ("soon", None)])
def test_a_crawl_delay_is_kept_up_to_a_minute(said: str, delay: float | None) -> None:
    assert Robots(f"User-agent: *\nCrawl-delay: {said}\nDisallow: /x").crawl_delay(AGENT) == delay


def test_rules_are_asked_for_at_the_root_of_the_host() -> None:
    assert robots_url("http://example.com:8080/a/b?c#d") == "http://example.com:8080/robots.txt"

"""Fetching from servers of the lab: those that behave, and those that don't."""

from __future__ import annotations

import gc
import gzip
import json
import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from ingest.fetch import Fetched, dial, fetch, user_agent
from ingest.fetch.guard import Limits, Resolve
from ingest.model import IngestError, State
from ingest.settings import settings
from tests.lab import Lab
from tests.lab.behaviours import MIB

LIMITS = Limits(seconds=20, wire_bytes=8 * MIB, unpacked_bytes=32 * MIB)
BUDGET = 1.0  # seconds for a server that never ends
PATIENCE = 30  # what never ends goes on for a minute; a busy machine is late by seconds
GROWTH = 64 * MIB

Open = Callable[..., Lab]

# What the server does, how, what it comes to, and how the reason begins.
HOSTILE = [
    ("stall", {}, State.TOO_SLOW, "headers: not done within 1 s"),
    ("slow_first_line", {}, State.TOO_SLOW, "headers: not done within 1 s"),
    ("slow_headers", {}, State.TOO_SLOW, "headers: not done within 1 s"),
    ("forever_100", {}, State.TOO_SLOW, "headers: not done within 1 s"),
    ("drip", {}, State.TOO_SLOW, "body: not done within 1 s"),
    ("drip", {"length": None}, State.TOO_SLOW, "body: not done within 1 s"),
    ("slow_chunks", {}, State.TOO_SLOW, "body: not done within 1 s"),
    ("slow_trailers", {}, State.TOO_SLOW, "body: not done within 1 s"),
    ("reset", {}, State.NETWORK_ERROR, ("reset: the server broke", "no answer: the server closed")),
    ("reset", {"after": 5000}, State.NETWORK_ERROR, ("reset: the server broke", "truncated: the body ended early")),
    ("hang_up", {}, State.NETWORK_ERROR, "no answer: the server closed the connection"),
    ("garbage", {}, State.NETWORK_ERROR, "no http: the answer is something else"),
    ("two_lengths", {}, State.NETWORK_ERROR, "headers: they contradict each other"),
    ("many_headers", {}, State.NETWORK_ERROR, "headers: got more than 100 headers"),
    ("long_header", {}, State.TOO_LARGE, "headers: a line of more than 64 KiB"),
    ("cut_length", {}, State.NETWORK_ERROR, "truncated: the body ended early"),
    ("cut_chunked", {}, State.NETWORK_ERROR, "truncated: the body ended early"),
    ("cut_inside_chunk", {}, State.NETWORK_ERROR, "truncated: the body ended early"),
    ("cut_closed", {}, State.NETWORK_ERROR, "truncated: the connection closed before the end of the page"),
    ("cut_gzip", {}, State.NETWORK_ERROR, "truncated: the gzip body ended early"),
    ("bad_gzip", {}, State.NETWORK_ERROR, "broken: the body is not gzip"),
    ("page", {"packed": "brotli"}, State.SERVER_ERROR, "content encoding: one that nobody asked for"),
    ("many_codings", {}, State.SERVER_ERROR, "content encoding: one that nobody asked for"),
    ("long_length", {}, State.TOO_LARGE, "more than 8,388,608 bytes on the wire"),
    ("bomb", {}, State.TOO_LARGE, "more than 8,388,608 bytes on the wire"),
    ("endless_chunked", {}, State.TOO_LARGE, "more than 8,388,608 bytes on the wire"),
    ("gzip_bomb", {}, State.TOO_LARGE, "more than 33,554,432 bytes unpacked"),
    ("gzip_bomb", {"twice": True}, State.TOO_LARGE, "more than 33,554,432 bytes unpacked"),
    ("tiny_members", {}, State.SERVER_ERROR, "the answer is empty"),
    ("empty", {}, State.SERVER_ERROR, "the answer is empty"),
    ("no_content", {}, State.SERVER_ERROR, "http 204: an answer that nobody asked for"),
    ("status", {"code": 206}, State.SERVER_ERROR, "http 206: an answer that nobody asked for"),
    ("status", {"code": 304}, State.SERVER_ERROR, "http 304: an answer that nobody asked for"),
    ("redirect", {"to": "/again"}, State.REFUSED, "redirect: a circle"),
    ("redirect", {"to": "/{look}"}, State.REFUSED, "redirect: more than 5"),
    ("redirect", {"to": "/again", "body_bytes": 200 * MIB}, State.REFUSED, "redirect: a circle"),
    ("redirect", {"to": "file:///etc/passwd"}, State.REFUSED, "redirect: the scheme is file"),
    ("redirect", {"to": "weixin://dl/business"}, State.REFUSED, "redirect: the scheme is weixin"),
    ("redirect", {"to": "http://169.254.169.254/latest"}, State.REFUSED, "redirect: 169.254.169.254 is not a public"),
    ("redirect", {"to": "http://lab.example:22/"}, State.REFUSED, "redirect: port 22 is neither 80 nor 443"),
    ("redirect", {"to": "http://a:b@lab.example/"}, State.REFUSED, "redirect: the address holds a user name"),
    ("redirect", {"to": "http://[::1"}, State.REFUSED, "redirect: the address can't be read"),
]
HOSTILE_TLS = [
    ("self_signed", State.NETWORK_ERROR, "tls certificate: self-signed certificate"),
    ("wrong_host", State.NETWORK_ERROR, "tls certificate: hostname mismatch"),
    ("expired", State.NETWORK_ERROR, "tls certificate: certificate has expired"),
    ("refuse", State.NETWORK_ERROR, "tls: sslv3 alert handshake failure"),
    ("stall", State.TOO_SLOW, "tls handshake: not done within 1 s"),
]


@contextmanager
def memory() -> Iterator[list[int]]:
    """Samples how much memory this process holds; the list gets the growth in bytes at the end."""
    statm = Path("/proc/self/statm")
    if not statm.exists():
        yield [0]
        return
    gc.collect()
    over, grown = threading.Event(), list[int]()

    def now() -> int:
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGESIZE")

    before, peak = now(), [0]

    def watch() -> None:
        while not over.wait(0.005):
            peak.append(max(peak.pop(), now()))

    watching = threading.Thread(target=watch)
    watching.start()
    yield grown
    over.set()
    watching.join()
    grown.append(max(peak[0], now()) - before)


@pytest.fixture(scope="module")
def hostile() -> Iterator[Lab]:
    script = {"lab.example": {"/good": {"do": "page"}}}
    for number, (does, how, _, _) in enumerate(HOSTILE):
        paths = script.setdefault(f"h{number}.example", {})
        if how.get("to") == "/{look}":
            paths |= {f"/{n}": {"do": does, "to": f"/{n + 1}"} for n in range(20)} | {"/": {"do": does, "to": "/0"}}
        else:
            paths["*"] = {"do": does, **how}
    for kind, _, _ in HOSTILE_TLS:
        script[f"{kind.replace('_', '-')}.example"] = {"tls": kind, "*": {"do": "page"}}
    with Lab(script) as lab:
        yield lab


def bounded(lab: Lab, url: str, budget: float = LIMITS.seconds) -> Fetched:
    """Fetches, and checks what holds for every server: in time, in little memory, and the next fetch is well."""
    named = {"resolve": Resolve.parse(lab.resolve()), "ca_bundle": lab.bundle}
    with memory() as grown:
        fetched = fetch(url, limits=replace(LIMITS, seconds=budget), **named)
    assert fetched.seconds < PATIENCE, "it was the server that came to an end"
    assert grown[0] <= GROWTH
    assert fetch("https://lab.example/good", limits=LIMITS, **named).state is None
    return fetched


@pytest.mark.parametrize("scheme", ["https", "http"])
@pytest.mark.parametrize("number", range(len(HOSTILE)), ids=lambda n: f"{HOSTILE[n][0]}-{n}")
def test_a_hostile_server_ends_in_time_with_its_own_reason(hostile: Lab, number: int, scheme: str) -> None:
    _, _, state, reason = HOSTILE[number]
    slow = state is State.TOO_SLOW
    fetched = bounded(hostile, f"{scheme}://h{number}.example/", BUDGET if slow else LIMITS.seconds)
    assert (fetched.state, fetched.body) == (state, None)
    assert fetched.reason is not None and fetched.reason.startswith(reason)


@pytest.mark.parametrize(("kind", "state", "reason"), HOSTILE_TLS)
def test_a_server_without_good_tls_is_never_asked(hostile: Lab, kind: str, state: State, reason: str) -> None:
    host = f"{kind.replace('_', '-')}.example"
    fetched = bounded(hostile, f"https://{host}/", BUDGET if state is State.TOO_SLOW else LIMITS.seconds)
    assert (fetched.state, fetched.body) == (state, None)
    assert fetched.reason is not None and fetched.reason.startswith(reason)
    assert not [asked for asked in hostile.asked if asked.host == host]


def test_a_flood_of_cookies_costs_little_and_none_is_sent_back(open_lab: Open) -> None:
    lab = open_lab({"lab.example": {"/": {"do": "cookie_flood"}, "/good": {"do": "page"}}})
    fetched = bounded(lab, "https://lab.example/")
    assert fetched.state is None
    assert all("cookie" not in asked.headers for asked in lab.asked)


def test_the_body_of_a_redirect_is_never_read(open_lab: Open) -> None:
    lab = open_lab(
        {"lab.example": {"/": {"do": "redirect", "to": "/good", "body_bytes": 200 * MIB}, "/good": {"do": "page"}}}
    )
    fetched = bounded(lab, "https://lab.example/")
    assert (fetched.state, fetched.hops) == (None, ("https://lab.example/", "https://lab.example/good"))


# Servers that behave


@pytest.mark.parametrize("does", ["page", "chunked", "closed"])
def test_a_page_comes_as_it_was_sent(open_lab: Open, does: str) -> None:
    html = "<html><body>" + "正文" * 30_000 + "</body></html>"
    open_lab({"lab.example": {"/": {"do": does, "html": html}}})
    fetched = fetch("https://lab.example/#part")
    assert fetched.body == html.encode()
    assert (fetched.state, fetched.reason, fetched.http_status) == (None, None, 200)
    assert fetched.ended == {"page": "length"}.get(does, does)
    assert fetched.wire_bytes == len(html.encode())
    assert (fetched.url, fetched.hops) == ("https://lab.example/", ("https://lab.example/",))
    assert (fetched.content_type, fetched.charset) == ("text/html", "utf-8")


@pytest.mark.parametrize("packed", ["gzip", "deflate", "bare", "twice", "members"])
def test_a_packed_page_is_unpacked(open_lab: Open, packed: str) -> None:
    html = "<html><body>" + "正文" * 100_000 + "</body></html>"
    open_lab({"lab.example": {"/": {"do": "page", "html": html, "packed": packed}}})
    fetched = fetch("https://lab.example/")
    assert fetched.body == html.encode()
    assert 0 < fetched.wire_bytes < len(html.encode()) / 10


@pytest.mark.parametrize(
    ("content_type", "kind", "charset"),
    [
        ("text/html; charset=GB2312", "text/html", "gb2312"),
        ('TEXT/HTML;Charset="utf-8";x=y', "text/html", "utf-8"),
        ("application/xhtml+xml", "application/xhtml+xml", None),
        ("text/plain;charset='gbk'", "text/plain", "gbk"),
        ("application/rss+xml; charset=", "application/rss+xml", None),
        ("application/feed+json", "application/feed+json", None),
        ("text/xml", "text/xml", None),
        ("nonsense", None, None),
        (None, None, None),
    ],
)
def test_type_and_charset_are_told_as_the_header_says(
    open_lab: Open, content_type: str | None, kind: str | None, charset: str | None
) -> None:
    open_lab({"lab.example": {"/": {"do": "page", "content_type": content_type}}})
    fetched = fetch("https://lab.example/")
    assert (fetched.state, fetched.content_type, fetched.charset) == (None, kind, charset)


@pytest.mark.parametrize(
    "kind", ["image/png", "application/pdf", "video/mp4", "text/css", "image/svg+xml", "application/zip"]
)
def test_what_is_no_page_is_not_read(open_lab: Open, kind: str) -> None:
    open_lab({"lab.example": {"/": {"do": "page", "content_type": kind}}})
    fetched = fetch("https://lab.example/")
    assert (fetched.state, fetched.reason, fetched.body) == (State.NOT_A_PAGE, f"the answer is {kind}", None)


@pytest.mark.parametrize(
    ("kind", "text", "whole"),
    [
        ("text/html", "<html>a</HTML >\n<!-- node 7 -->", True),
        ("text/html", "<p>a</p></article>", True),
        ("text/html", "<html><p>a</p>", False),
        ("application/json", '{"a": [1]}\n', True),
        ("application/json", '{"a": [1]', True),  # its parser will tell
        ("application/json", '{"a": ', False),
        ("application/rss+xml", "<rss></rss>", True),
        ("application/rss+xml", "<rss><item>", True),  # here too
        ("application/rss+xml", "<rss><ite", False),
        ("text/plain", "a", True),
        (None, "<html>a", False),
    ],
)
def test_a_body_without_a_length_has_to_come_to_its_own_end(
    open_lab: Open, kind: str | None, text: str, whole: bool
) -> None:
    open_lab({"lab.example": {"/": {"do": "closed", "html": text, "content_type": kind}}})
    fetched = fetch("https://lab.example/")
    assert (fetched.body == text.encode(), fetched.state is None) == (whole, whole)


def test_a_page_is_asked_for_again_only_when_it_changed(open_lab: Open) -> None:
    lab = open_lab(
        {"lab.example": {"/": {"do": "page", "etag": '"v1"', "headers": {"last_modified": "Mon, 02 Nov 2026"}}}}
    )
    first = fetch("https://lab.example/")
    assert (first.etag, first.last_modified) == ('"v1"', "Mon, 02 Nov 2026")
    again = fetch("https://lab.example/", etag=first.etag, last_modified=first.last_modified)
    assert (again.state, again.http_status, again.body, again.etag) == (State.NOT_MODIFIED, 304, None, '"v1"')
    assert fetch("https://lab.example/", etag='"v0"').state is None
    asked = lab.asked[1].headers
    assert (asked["if-none-match"], asked["if-modified-since"]) == ('"v1"', "Mon, 02 Nov 2026")


@pytest.mark.parametrize(
    ("code", "state"),
    [
        *((code, State.UNAVAILABLE) for code in (400, 401, 402, 403, 406, 408, 418, 451, 499)),
        (404, State.NOT_FOUND),
        (410, State.GONE),
        (429, State.RATE_LIMITED),
        *((code, State.SERVER_ERROR) for code in (201, 205, 300, 301, 305, 500, 502, 503, 504, 599, 999)),
    ],
)
def test_each_status_has_its_state(open_lab: Open, code: int, state: State) -> None:
    open_lab({"lab.example": {"/": {"do": "status", "code": code}}})
    fetched = fetch("https://lab.example/")
    assert (fetched.state, fetched.http_status, fetched.body) == (state, code, None)
    assert fetched.reason is not None and fetched.reason.startswith(f"http {code}")


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("10000000000", 86_400),
        ("Wed, 01 Jan 2200 00:00:00 GMT", 86_400),
        ("Wed, 01 Jan 2020 00:00:00 GMT", 0),
        *((nonsense, None) for nonsense in ("", "soon", "-5", "1.5", "²", "Mon, 99 Foo 99999999999999 99:99:99 +9999")),
    ],
)
def test_retry_after_is_seconds_up_to_a_day(open_lab: Open, said: str, seconds: int | None) -> None:
    open_lab({"lab.example": {"/": {"do": "status", "code": 503, "headers": {"retry_after": said}}}})
    fetched = fetch("https://lab.example/")
    assert fetched.retry_after == seconds
    assert fetched.state is (State.SERVER_ERROR if seconds is None else State.RATE_LIMITED)


def test_retry_after_a_date_counts_from_now(open_lab: Open) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    open_lab({"lab.example": {"/": {"do": "status", "code": 429, "headers": {"retry_after": soon}}}})
    assert 80 <= (fetch("https://lab.example/").retry_after or 0) <= 91


# Redirects and what is sent


def test_redirects_are_followed_up_to_five(open_lab: Open) -> None:
    hops = {
        f"/{n}": {"do": "redirect", "to": f"/{n + 1}", "code": code} for n, code in enumerate((301, 302, 303, 307, 308))
    }
    open_lab({"lab.example": {**hops, "/5": {"do": "page"}}})
    fetched = fetch("https://lab.example/0")
    assert fetched.state is None
    assert fetched.hops == tuple(f"https://lab.example/{n}" for n in range(6))
    assert fetched.url == "https://lab.example/5"


@pytest.mark.parametrize("place", ["/路/页?题=题", "//other.example/x", "https://中文.example/", "../up", "?q=a b"])
def test_a_redirect_may_be_spelled_as_servers_do(open_lab: Open, place: str) -> None:
    hosts = {host: {"/*": {"do": "page"}} for host in ("other.example", "xn--fiq228c.example")}
    open_lab(
        {"lab.example": {"/dir/a": [{"do": "redirect", "to": place}, {"do": "page"}], "/*": {"do": "page"}}, **hosts}
    )
    fetched = fetch("http://lab.example/dir/a")
    assert (fetched.state, len(fetched.hops)) == (None, 2)


def test_the_long_form_of_an_address_may_lead_to_a_captcha(open_lab: Open) -> None:
    captcha = "/mp/wappoc_appmsgcaptcha?poc_token=SECRET0123456789&target_url=https%3A%2F%2Fmp.weixin.qq.com%2Fs%3Fkey%3DSECRET"
    script = {
        "/s": {"do": "redirect", "to": captcha},
        "/mp/wappoc_appmsgcaptcha": {"do": "page", "file": "captcha_after_long_link.html"},
    }
    lab = open_lab({"mp.weixin.qq.com": script})
    fetched = fetch("https://mp.weixin.qq.com/s?__biz=MzA&mid=1&idx=1&sn=abc&key=SECRET0&pass_ticket=SECRET1")
    assert fetched.body is not None and fetched.url.startswith("https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha?")
    assert "SECRET" not in repr(replace(fetched, body=None))
    assert "key=SECRET0" in lab.asked[0].path


def test_nothing_of_ours_goes_to_another_host(open_lab: Open) -> None:
    hosts = {"other.example": {"/": {"do": "redirect", "to": "https://lab.example/back"}}}
    away = {"do": "redirect", "to": "https://other.example/"}
    lab = open_lab({"lab.example": {"/": away, "/back": {"do": "page"}}, **hosts})
    fetch("https://lab.example/", etag='"v1"', headers={"Referer": "https://mp.weixin.qq.com/", "X-Own": "1"})
    first, other, back = (asked.headers for asked in lab.asked)
    assert (first["referer"], first["x-own"], first["if-none-match"]) == ("https://mp.weixin.qq.com/", "1", '"v1"')
    assert not {"referer", "x-own", "if-none-match", "authorization", "cookie"} & other.keys()
    assert back["x-own"] == "1"


@pytest.mark.parametrize("name", ["Authorization", "cookie", "Proxy-Authorization", "Host", "Range"])
def test_some_headers_are_never_sent(name: str) -> None:
    with pytest.raises(ValueError, match="never sent"):
        fetch("https://lab.example/", headers={name: "x"})


def test_a_request_says_who_asks_and_in_which_language(open_lab: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = open_lab({"lab.example": {"/": {"do": "page"}}})
    monkeypatch.setenv("ESSAYS_CONTACT", "https://reader.example/about")
    settings.cache_clear()
    fetch("https://lab.example/")
    fetch("https://lab.example/", user_agent="Mozilla/5.0")
    sent = lab.asked[0].headers
    assert sent["user-agent"] == user_agent()
    assert user_agent().startswith("essay-ingest/") and user_agent().endswith(" (+https://reader.example/about)")
    assert (sent["accept-language"], sent["accept-encoding"]) == ("zh-CN", "gzip, deflate")
    assert lab.asked[1].headers["user-agent"] == "Mozilla/5.0"


def test_the_environment_gives_neither_proxy_nor_password(
    open_lab: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lab = open_lab({"lab.example": {"/": {"do": "page"}}})
    for name in ("http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    (tmp_path / "netrc").write_text("machine lab.example login me password SECRET")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for scheme in ("http", "https"):
        assert fetch(f"{scheme}://lab.example/").state is None
    assert all("authorization" not in asked.headers for asked in lab.asked)


def test_a_proxy_is_used_when_a_setting_names_it(open_lab: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = open_lab({"far.example": {"/": {"do": "page"}}})
    place = Resolve.parse(lab.resolve()).find("far.example", 80)
    assert place is not None
    monkeypatch.setenv("ESSAYS_PROXY", f"http://127.0.0.1:{place[1]}")
    settings.cache_clear()
    assert fetch("http://far.example/", resolve=Resolve()).state is None
    assert fetch("http://127.0.0.1/", resolve=Resolve()).state is State.REFUSED
    assert fetch("https://far.example/", resolve=Resolve()).state is State.NETWORK_ERROR  # the lab makes no tunnels
    assert [asked.method for asked in lab.asked] == ["GET", "CONNECT"]


def test_no_log_line_holds_an_address(open_lab: Open, caplog: pytest.LogCaptureFixture) -> None:
    open_lab({"mp.weixin.qq.com": {"/s": {"do": "page"}}})
    with caplog.at_level(logging.DEBUG):
        fetch("https://mp.weixin.qq.com/s?key=SECRET")
    assert "SECRET" not in caplog.text


# Names, connections, settings


def answers(monkeypatch: pytest.MonkeyPatch, answer: Callable[[], object]) -> None:
    real = socket.getaddrinfo

    def names(host: str, *given: object, **named: object) -> object:
        return answer() if host.endswith(".example") else real(host, *given, **named)

    monkeypatch.setattr(dial.socket, "getaddrinfo", names)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (socket.gaierror(socket.EAI_NONAME, "unknown"), "dns: no such host"),
        (socket.gaierror(socket.EAI_AGAIN, "later"), "dns: the resolver does not answer"),
    ],
)
def test_a_name_that_is_not_found_is_a_network_error(
    monkeypatch: pytest.MonkeyPatch, error: OSError, reason: str
) -> None:
    def fail() -> None:
        raise error

    answers(monkeypatch, fail)
    fetched = fetch("https://gone.example/")
    assert (fetched.state, fetched.reason, fetched.http_status) == (State.NETWORK_ERROR, reason, None)


def test_a_name_without_addresses_is_a_network_error(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, list)
    assert fetch("https://gone.example/").reason == "dns: no such host"


def test_a_resolver_that_hangs_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    answers(monkeypatch, lambda: over.wait(20) and [])
    fetched = fetch("https://slow.example/", limits=replace(LIMITS, seconds=0.5))
    over.set()
    assert (fetched.state, fetched.reason) == (State.TOO_SLOW, "dns: not done within 0.5 s")
    assert fetched.seconds < 1


def test_each_address_of_a_name_is_tried(open_lab: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = open_lab({"lab.example": {"/": {"do": "page"}}})
    _, port = Resolve.parse(lab.resolve()).table["lab.example", 80]
    family, kind = socket.AF_INET, socket.SOCK_STREAM
    answers(monkeypatch, lambda: [(family, kind, 6, "", (ip, port)) for ip in ("127.0.0.2", "127.0.0.1")])
    monkeypatch.setattr(dial, "is_public", lambda ip: True)
    assert fetch("http://lab.example/", resolve=Resolve()).state is None


def test_a_network_that_is_gone_and_comes_back_is_told(open_lab: Open) -> None:
    lab = open_lab({"lab.example": {"/": {"do": "page"}}})
    assert fetch("https://lab.example/").state is None
    lab.down()
    gone = fetch("https://lab.example/")
    assert (gone.state, gone.reason) == (State.NETWORK_ERROR, "connecting: refused")
    lab.up()
    assert fetch("https://lab.example/").state is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("CA_BUNDLE", "/nowhere/ca.pem"), ("RESOLVE", "lab.example"), ("CONTACT", "a b\nc"), ("PROXY", "x:1")],
)
def test_a_setting_that_makes_no_sense_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"ESSAYS_{name}", value)
    settings.cache_clear()
    with pytest.raises(IngestError, match=f"ESSAYS_{name}"):
        fetch("https://lab.example/")
    monkeypatch.undo()
    settings.cache_clear()


def test_certificates_are_checked_without_a_setting_too(open_lab: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    open_lab({"lab.example": {"/": {"do": "page"}}})
    monkeypatch.delenv("ESSAYS_CA_BUNDLE")
    settings.cache_clear()
    fetched = fetch("https://lab.example/")
    assert fetched.state is State.NETWORK_ERROR and str(fetched.reason).startswith("tls certificate: ")


def test_a_limit_counts_what_was_unpacked_and_what_came(open_lab: Open) -> None:
    html = "<html>" + "x" * 100_000 + "</html>"
    open_lab(
        {"lab.example": {"/": {"do": "page", "html": html}, "/packed": {"do": "page", "html": html, "packed": "gzip"}}}
    )
    size, packed = len(html), len(gzip.compress(html.encode()))
    for path, wire, unpacked, whole in [
        ("/", size, size, True),
        ("/", size - 1, size, False),
        ("/packed", packed + 50, size, True),
        ("/packed", packed - 50, size, False),
        ("/packed", packed + 50, size - 1, False),
    ]:
        fetched = fetch(f"https://lab.example{path}", limits=Limits(5, 5, wire, unpacked))
        assert (fetched.state is None, fetched.state is State.TOO_LARGE) == (whole, not whole)


# The lab itself


def test_the_lab_plays_its_script_in_turn(open_lab: Open) -> None:
    lab = open_lab(
        {
            "mp.weixin.qq.com": {
                "*": [
                    {"do": "pass", "times": 3},
                    {"do": "page", "file": "captcha_without_words.html", "times": 2},
                    {"do": "pass"},
                ],
                "/s/deleted": [{"do": "page", "times": 2}, {"do": "page", "file": "notice_deleted.html"}],
                "/s/*": {"do": "page", "html": "{{token}} {{look}}</html>"},
                "/s?mid=1": {"do": "status", "code": 410},
            }
        }
    )

    def body(path: str) -> bytes:
        return fetch(f"https://mp.weixin.qq.com{path}").body or b""

    assert b"/s/deleted" in body("/s/deleted") and b"/s/deleted" in body("/s/deleted")
    assert "已被发布者删除" in body("/s/deleted").decode()
    assert b"secitptpage" in body("/s/other") and b"secitptpage" in body("/s/other")
    assert body("/s/other?x=1") == b"other 1</html>"
    assert fetch("https://mp.weixin.qq.com/s?mid=1").state is State.GONE
    assert fetch("https://mp.weixin.qq.com/elsewhere").state is State.NOT_FOUND
    assert [asked.path for asked in lab.asked[:2]] == ["/s/deleted", "/s/deleted"]
    assert all(later.at >= sooner.at for sooner, later in zip(lab.asked, lab.asked[1:], strict=False))


def test_the_lab_refuses_a_script_with_a_word_it_does_not_know() -> None:
    with pytest.raises(ValueError, match="pgae"):
        Lab({"lab.example": {"/": [{"do": "page"}, {"do": "pgae"}]}})


def test_the_example_of_a_script_runs_as_a_program(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.lab", "--log", str(tmp_path / "log")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent) as program:
        assert program.stdout is not None
        lines = [program.stdout.readline() for _ in range(2)]
        given = dict(line.removeprefix("export ").strip().split("=", 1) for line in lines)
        resolve, bundle = Resolve.parse(given["ESSAYS_RESOLVE"].strip("'")), Path(given["ESSAYS_CA_BUNDLE"])
        fetched = fetch("http://short.example/a", limits=LIMITS, resolve=resolve, ca_bundle=bundle)
        program.terminate()
    assert fetched.url == "https://mp.weixin.qq.com/s/CodeTableAndList000000"
    assert b"js_content" in (fetched.body or b"")
    asked = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert [(one["host"], one["do"]) for one in asked] == [("short.example", "redirect"), ("mp.weixin.qq.com", "page")]
    assert program.returncode == 0

"""What the guard lets through, and that nothing of it reaches a socket: by address, by redirect and by DNS answer."""

# ruff: noqa: SIM905  (rows of words read better than lists of strings)
from __future__ import annotations

import ipaddress
import random
import socket
import threading
from collections.abc import Iterator

import pytest
from requests.adapters import HTTPAdapter

from ingest.fetch import dial, fetch, guard
from ingest.fetch.guard import Forbidden, Limits, Resolve, check_url, is_public
from ingest.model import IngestError, State
from ingest.settings import settings
from tests.lab import Lab

LIMITS = Limits(seconds=5, wire_bytes=1 << 20, unpacked_bytes=1 << 20)

INSIDE_V4 = """
127.0.0.1 127.1.2.3 127.255.255.254 0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.254
169.254.0.1 169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.254 192.0.0.1 192.0.0.170 192.0.0.192 192.0.2.1
192.88.99.1 192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.250
240.0.0.1 255.255.255.255 168.63.129.16
""".split()
INSIDE_V6 = """
:: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:168.63.129.16
::ffff:0:127.0.0.1 64:ff9b::127.0.0.1 64:ff9b::169.254.169.254 64:ff9b:1::7f00:1 100::1 2001::1
2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1:: 2002:a9fe:a9fe::1
3fff::1 4000::1 5f00::1 8000::1 fc00::1 fd00:ec2::254 fd12:3456:789a::1 fe80::1 fec0::1 ff02::1 ff0e::1
""".split()
ODD = [
    *"2130706433 0x7f000001 0x7F000001 0X7F000001 0x7F.0.0.1 0x7f.0x0.0x0.0x1 0177.0.0.1 017700000001".split(),
    *"127.1 127.0.1 0x7f.1 127.00.0.1 127.0.0.01 00000177.1 0300.0250.0.1 192.168.257 3232235521".split(),
    *"4294967295 4294967297 256.256.256.256 1.2.3.4.5 0 1 0x 0x. 1.2.3 8.8.8.010 134744072".split(),
    *"127.0.0.1. 127.0.0.1.. １２７.０.０.１ 127。0。0。1 127．0．0．1 127｡0｡0｡1 ①②⑦.⓪.⓪.① 127.0.0.１".split(),
    *"%31%32%37.0.0.1 127%2e0%2e0%2e1 127.0.0.1%00 127.0.0.1%20 ⑯⑨。②⑤④。⑯⑨｡②⑤④".split(),
    *"[::ffff:7f00:1] [0:0:0:0:0:0:0:1] [0000::0001] [::FFFF:127.0.0.1] [::1%lo] [::1%25lo] [fe80::1%25eth0]".split(),
    *"[127.0.0.1] [::1 ::1] [] [v1.fe80] [::ffff:127.1] [1::2::3]".split(),
    *"localhost LOCALHOST localhost. LocalHost.LocalDomain.local app.localhost ｌｏｃａｌｈｏｓｔ ip6-localhost".split(),
    *"metadata.google.internal router.lan printer.local intranet wiki.intranet nas.home.arpa abc.onion".split(),
    *"user@127.0.0.1 user:pass@rebind.example rebind.example@127.0.0.1 @127.0.0.1 127.0.0.1@rebind.example".split(),
    *r"127.0.0.1\@rebind.example rebind.example\.127.0.0.1 .127.0.0.1 rebind..example rebind.example..".split(),
    "127.0.0.1 rebind.example",
    "127.0.0.1\trebind.example",
    "127.0.0.1\nrebind.example",
    "rebind\u200b.example",
    "re\u202ebind.example",
    "rebind.example,127.0.0.1",
    "-rebind.example",
    "x" * 64 + ".example",
    ".".join(["x" * 60] * 5),
    "ü" * 300 + ".example",
]
HOSTS = [*INSIDE_V4, *(f"[{ip}]" for ip in INSIDE_V6), *ODD]
WHOLE = [
    *"file:///etc/passwd ftp://rebind.example/ gopher://127.0.0.1:6379/_INFO javascript:alert(1) data:text/html,x".split(),
    *"ws://rebind.example/ weixin://dl/business jar:http://127.0.0.1!/ view-source:http://rebind.example/".split(),
    *"//127.0.0.1/ /etc/passwd http:127.0.0.1 http:/127.0.0.1 http:///127.0.0.1/ https://".split(),
    *"http://rebind.example:22/ http://rebind.example:0/ http://rebind.example:6379/ http://rebind.example:65536/".split(),
    *"http://rebind.example:-1/ http://rebind.example:８０80/ http://rebind.example:8080x/ http://?x http://#x".split(),
    *[
        "",
        "http:\\\\127.0.0.1\\",
        "http:\\/\\/127.0.0.1",
        "http://[::1",
        "http://rebind.example/\r\nHost: inside",
        "\x00",
    ],
    "http://rebind.example/" + "a" * 10_000,
]


class Listener:
    """Listens on every local address and counts who comes."""

    def __init__(self) -> None:
        self.hits = 0
        if socket.has_dualstack_ipv6():
            self._sock = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
        else:
            self._sock = socket.create_server(("0.0.0.0", 0))
        self._sock.settimeout(0.05)
        self.port: int = self._sock.getsockname()[1]
        self._over = False
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        while not self._over:
            try:
                came, _ = self._sock.accept()
            except TimeoutError:
                continue
            self.hits += 1
            came.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\ninside")
            came.close()

    def close(self) -> None:
        self._over = True
        self._thread.join()
        self._sock.close()


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """Its port is allowed, so that only the address can be refused, and every name leads to it."""
    one = Listener()
    monkeypatch.setattr(guard, "PORTS", guard.PORTS | {one.port})
    answer_with(monkeypatch, lambda _: ["127.0.0.1"])
    yield one
    one.close()


def answer_with(monkeypatch: pytest.MonkeyPatch, answer) -> None:
    """Replaces the DNS: ``answer`` gives the addresses for a name. Nothing of this suite asks the real one."""
    real = socket.getaddrinfo

    def ask(host, port, *given, **named):
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return [found for ip in answer(host) for found in real(ip, port, *given, **named)]
        return real(host, port, *given, **named)

    monkeypatch.setattr(dial.socket, "getaddrinfo", ask)


def test_there_are_enough_spellings() -> None:
    assert len(HOSTS) == len(set(HOSTS)) >= 100


def test_no_spelling_of_an_inside_address_is_reached_by_its_address(listener: Listener) -> None:
    urls = [f"http://{host}:{listener.port}/" for host in HOSTS] + WHOLE
    fetched = [fetch(url, limits=LIMITS, resolve=Resolve()) for url in urls]
    assert [url for url, one in zip(urls, fetched, strict=True) if one.state is not State.REFUSED] == []
    assert all(one.reason and one.body is None for one in fetched)
    assert listener.hits == 0


def test_no_spelling_of_an_inside_address_is_reached_by_a_redirect(listener: Listener) -> None:
    urls = [f"http://{host}:{listener.port}/" for host in HOSTS if host.isprintable()]
    urls += [url for url in WHOLE if url.isprintable() and ":" in url]
    script = {"lab.example": {f"/{n}": {"do": "redirect", "to": url} for n, url in enumerate(urls)}}
    with Lab(script) as lab:
        resolve = Resolve.parse(lab.resolve())
        fetched = [fetch(f"http://lab.example/{n}", limits=LIMITS, resolve=resolve) for n in range(len(urls))]
    # a redirect without a host leads back to who sent it, where nothing is
    back = [url for url in urls if url.startswith(("http:127", "http:/127", "http:///127", "http:\\"))]
    reached = [url for url, one in zip(urls, fetched, strict=True) if one.state is not State.REFUSED]
    assert set(reached) <= set(back)
    assert all(one.reason.startswith("redirect: ") for one in fetched if one.state is State.REFUSED)
    assert listener.hits == 0


def test_no_inside_address_is_reached_by_a_dns_answer(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = INSIDE_V4 + INSIDE_V6
    answers = iter([*([ip] for ip in inside), *(["93.184.216.34", ip] for ip in inside), ["::1", "93.184.216.34"]])
    answer_with(monkeypatch, lambda _: next(answers))
    fetched = [fetch(f"http://rebind.example:{listener.port}/", limits=LIMITS) for _ in range(2 * len(inside) + 1)]
    assert {one.state for one in fetched} == {State.REFUSED}
    assert all("not a public address" in (one.reason or "") for one in fetched)
    assert listener.hits == 0


def test_a_name_that_changes_its_answer_is_never_followed_inside(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    public, inside, tries = "93.184.216.34", "127.0.0.1", 200
    patterns = [[public, inside], [inside, public], [public, public, inside], [inside, inside, public]]
    asked: list[str] = []
    answer_with(monkeypatch, lambda host: [next(turns[host])])
    turns = {f"n{n}.example": iter(patterns[n % 4] * 3) for n in range(tries)}
    real = socket.socket.connect

    def connect(sock: socket.socket, place: tuple[str, int]) -> None:
        asked.append(place[0])
        if is_public(place[0]):
            raise ConnectionRefusedError  # nothing of this suite leaves the machine
        real(sock, place)

    monkeypatch.setattr(socket.socket, "connect", connect)
    fetched = [fetch(f"http://{host}:{listener.port}/", limits=LIMITS) for host in turns]
    assert listener.hits == 0
    assert set(asked) == {public} and len(asked) == tries / 2
    assert {one.state for one in fetched} == {State.REFUSED, State.NETWORK_ERROR}


def test_the_listener_would_have_been_reached(listener: Listener) -> None:
    resolve = Resolve.parse(f"own.example:{listener.port}=127.0.0.1:{listener.port}")
    assert fetch(f"http://own.example:{listener.port}/", limits=LIMITS, resolve=resolve).body == b"inside"
    assert listener.hits == 1


@pytest.mark.parametrize("lost", ["adapter", "connection"])
def test_a_fetch_whose_connections_pass_by_the_guard_fails(
    listener: Listener, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    if lost == "adapter":
        plain = HTTPAdapter.get_connection_with_tls_context
        monkeypatch.setattr(dial.GuardedAdapter, "get_connection_with_tls_context", plain)
    else:
        monkeypatch.delattr(dial._Plain, "_new_conn")
    with pytest.raises(AssertionError, match="past the guard"):
        fetch(f"http://rebind.example:{listener.port}/", limits=LIMITS)


# The IANA special-purpose registries, as of 2026: what is not globally reachable, and what tunnels or relays.
SPECIAL = """
0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24
192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 168.63.129.16/32
::/128 ::1/128 ::/96 ::ffff:127.0.0.0/104 ::ffff:0:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/32
2001:2::/48 2001:10::/28 2001:20::/28 2001:30::/28 2001:db8::/32 2002::/16 3fff::/20 5f00::/16 fc00::/7 fe80::/10
fec0::/10 ff00::/8
""".split()
PUBLIC = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 93.184.216.34 101.226.103.106 172.15.255.255 172.32.0.0 192.0.1.1 192.167.255.255
198.17.255.255 198.20.0.0 223.255.255.255 168.63.129.15 168.63.129.17 ::ffff:8.8.8.8
2400:3200::1 2606:4700:4700::1111 2a00:1450:4001::1 2001:4860:4860::8888 2408:8756::1 3ffe::1
""".split()


def test_no_address_of_a_special_range_is_public() -> None:
    constants = (ipaddress._IPv4Constants, ipaddress._IPv6Constants)
    known = [network for one in constants for network in one._private_networks]
    dice = random.Random(3)
    for network in [*map(ipaddress.ip_network, SPECIAL), *known]:
        if network == ipaddress.ip_network("::ffff:0:0/96"):
            continue  # mapped addresses are judged as what they map
        size = network.num_addresses
        for at in (0, 1, size // 2, size - 1, *(dice.randrange(size) for _ in range(50))):
            assert not is_public(network[min(at, size - 1)]), network[min(at, size - 1)]


def test_known_public_addresses_are_public() -> None:
    assert [ip for ip in PUBLIC if not is_public(ip)] == []
    assert not any(map(is_public, ["", "x", "1.2.3", "1.2.3.4.5", "::g", "8.8.8.8 ", "0x8.8.8.8", "fe80::1%eth0"]))


def test_what_the_standard_library_calls_inside_is_never_public() -> None:
    dice = random.Random(4)
    v4 = [ipaddress.IPv4Address(first << 24 | dice.getrandbits(24)) for first in range(256) for _ in range(40)]
    v6 = [ipaddress.IPv6Address(first << 120 | dice.getrandbits(120)) for first in range(256) for _ in range(40)]
    for ip in [*v4, *v6]:
        assert not is_public(ip) or (ip.is_global and not ip.is_multicast and not ip.is_reserved)
    assert not any(is_public(ip) for ip in v6 if not 0x20 <= int(ip) >> 120 <= 0x3F)
    assert sum(map(is_public, v4)) > 8000


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("HTTPS://MP.WeiXin.QQ.com/s/AbC#wechat_redirect", "https://mp.weixin.qq.com/s/AbC"),
        ("http://mp.weixin.qq.com.:80/s?a=1", "http://mp.weixin.qq.com/s?a=1"),
        ("http://a.example:443/", "http://a.example:443/"),
        ("  https://a.example  ", "https://a.example"),
        ("https://a.example/with space", "https://a.example/with%20space"),
        ("https://中文。中国/路", "https://xn--fiq228c.xn--fiqs8s/路"),
        ("https://ＭＰ.weixin.qq.com/", "https://mp.weixin.qq.com/"),
        ("https://faß.example/", "https://xn--fa-hia.example/"),
        ("https://8.8.8.8/", "https://8.8.8.8/"),
        ("https://[2606:4700:4700:0::1111]/", "https://[2606:4700:4700::1111]/"),
        ("https://_dmarc.a-b.example/", "https://_dmarc.a-b.example/"),
    ],
)
def test_an_address_gets_one_form(given: str, asked: str) -> None:
    assert check_url(given).url == asked
    assert check_url(asked).url == asked


def test_a_refusal_never_quotes_the_address() -> None:
    for url in [*(f"http://{host}/?key=SECRET" for host in HOSTS), *(f"{url}?key=SECRET" for url in WHOLE)]:
        with pytest.raises(Forbidden) as refusal:
            check_url(url)
        assert refusal.value.state is State.REFUSED
        assert "SECRET" not in str(refusal.value) and len(str(refusal.value)) < 120


def test_what_the_operator_resolves_is_exempt_from_the_rule_of_addresses_only() -> None:
    resolve = Resolve.parse("own:80=192.168.1.5:1200, [2606:4700::1]:443=[::1]:8443,中文.example:443=127.0.0.1:1")
    assert resolve.find("own", 80) == ("192.168.1.5", 1200)
    assert resolve.find("2606:4700::1", 443) == ("::1", 8443)
    assert check_url("http://OWN/", resolve).host == "own"
    assert resolve.find(check_url("https://中文.example/").host, 443) == ("127.0.0.1", 1)
    for url in ("https://own/", "http://own:8080/", "http://user@own/", "ftp://own/", "http://other/"):
        with pytest.raises(Forbidden):
            check_url(url, resolve)


@pytest.mark.parametrize(
    "text", ["x", "a=b", "a:80", "a:80=b:80", "a:80=1.2.3.4", "a:x=1.2.3.4:80", "a:0=1.2.3.4:1", "=:"]
)
def test_a_resolve_setting_that_makes_no_sense_is_named(text: str) -> None:
    with pytest.raises(IngestError, match="ESSAYS_RESOLVE"):
        Resolve.parse(text)


def test_limits_come_from_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESSAYS_FETCH_SECONDS", "7.5")
    monkeypatch.setenv("ESSAYS_MAX_WIRE_BYTES", "1000")
    monkeypatch.setenv("ESSAYS_MAX_FILE_BYTES", "2000")
    settings.cache_clear()
    assert Limits() == Limits(seconds=7.5, hops=5, wire_bytes=1000, unpacked_bytes=2000)
    monkeypatch.undo()
    settings.cache_clear()
    assert Limits().seconds == 30

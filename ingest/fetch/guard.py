"""Which addresses, hosts, sizes and times a fetch may have.

Pure: nothing here opens a socket. ``check_url`` judges what is asked for, on every hop; ``is_public`` judges every DNS
answer when the connection is made, so that a name can't change its mind in between. Both let in what is known to be
good and refuse the rest: a list of bad ranges is never complete.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from ingest.model import IngestError, Refused, State
from ingest.settings import settings

PORTS = frozenset({80, 443})
DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_URL = 4096  # characters; a long WeChat link with all its parameters has about 1,500
MAX_HOPS = 5

# Ranges that the standard library calls global and that no page can be served from, or that lead elsewhere.
_CLOSED_V4 = (
    IPv4Network("192.0.0.0/24"),  # IETF protocol assignments; a cloud's metadata server is among them
    IPv4Network("192.88.99.0/24"),  # 6to4 relays
    IPv4Network("168.63.129.16/32"),  # the metadata server of Azure: a public address that is never outside
)
_OPEN_V6 = IPv6Network("2000::/3")  # all that is assigned for the internet; NAT64, SIIT and mapped forms lie outside
_CLOSED_V6 = (
    IPv6Network("2001::/23"),  # Teredo, ORCHID, benchmarking: tunnels and no hosts
    IPv6Network("2001:db8::/32"),  # documentation
    IPv6Network("2002::/16"),  # 6to4 carries any IPv4 address inside
    IPv6Network("3fff::/20"),  # documentation
)

_INNER = ("localhost", "local", "internal", "intranet", "lan", "home.arpa", "onion", "invalid")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\Z")
_NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2060\ufeff]")
_DOTS = re.compile("[.\u3002\uff0e\uff61]")
_KEPT = re.compile("[ßς\u200c\u200d]")  # letters that the codec's older standard would turn into others


class Forbidden(Refused):
    """This address may not be fetched. The reason never quotes the address: it may hold a session key."""

    state = State.REFUSED


@dataclass(frozen=True, slots=True)
class Limits:
    """What one fetch may cost, all its hops together.

    ``seconds`` of wall clock for connecting, headers and body; ``hops`` redirects; bytes of the body on the wire and
    unpacked. By default what the settings say.
    """

    seconds: float = field(default_factory=lambda: settings().fetch_seconds)
    hops: int = MAX_HOPS
    wire_bytes: int = field(default_factory=lambda: settings().max_wire_bytes)
    unpacked_bytes: int = field(default_factory=lambda: settings().max_file_bytes)


@dataclass(frozen=True, slots=True)
class Target:
    """An address that may be asked: ``host`` in ASCII and lower case, without brackets or a last dot."""

    url: str
    scheme: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Resolve:
    """Where names lead by order of the operator: ``(host, port)`` to ``(ip, port)``, whatever the DNS says.

    What stands here is exempt from the rule of public addresses, and from nothing else.
    """

    table: dict[tuple[str, int], tuple[str, int]] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str | None) -> Resolve:
        """Reads ``host:port=ip:port,…``; IPv6 in brackets. Raises ``IngestError`` for anything else."""
        table = {}
        for entry in filter(None, (part.strip() for part in (text or "").split(","))):
            name, _, place = entry.partition("=")
            try:
                (host, port), (ip, to_port) = _host_port(name), _host_port(place)
                table[_ascii_host(host), port] = (str(ip_address(ip)), to_port)
            except (ValueError, Forbidden):
                raise IngestError(
                    f"ESSAYS_RESOLVE makes no sense at {entry[:80]!r}.", "Write host:port=ip:port,host:port=ip:port."
                ) from None
        return cls(table)

    def find(self, host: str, port: int) -> tuple[str, int] | None:
        """The place for this name, if the operator gave one."""
        return self.table.get((host, port))


def check_url(url: str, resolve: Resolve | None = None) -> Target:
    """The address in the one form that is asked for. Raises ``Forbidden`` with the reason if it may not be."""
    url = url.strip().replace(" ", "%20")  # servers send spaces in paths; a host with one is refused below
    if len(url) > MAX_URL:
        raise Forbidden(f"the address is longer than {MAX_URL} characters")
    if _CONTROL.search(url):
        raise Forbidden("the address holds invisible characters")
    try:
        parts = urlsplit(url)
        scheme, given, port = parts.scheme, parts.hostname, parts.port
    except ValueError:
        raise Forbidden("the address can't be read") from None
    if scheme not in DEFAULT_PORTS:
        raise Forbidden(f"the scheme is {scheme[:20] or 'missing'}, not http or https")
    if "@" in parts.netloc:
        raise Forbidden("the address holds a user name")
    if not given:
        raise Forbidden("the address has no host")
    if "[" in parts.netloc and ":" not in given:
        raise Forbidden("the host in brackets is no IPv6 address")
    port = DEFAULT_PORTS[scheme] if port is None else port
    if port not in PORTS:
        raise Forbidden(f"port {port} is neither 80 nor 443")
    host = _ascii_host(given)
    if not (resolve and resolve.find(host, port)):
        _check_host(host)
    shown = f"[{host}]" if ":" in host else host
    netloc = shown if port == DEFAULT_PORTS[scheme] else f"{shown}:{port}"
    return Target(parts._replace(netloc=netloc, fragment="").geturl(), scheme, host, port)


def is_public(ip: str | IPv4Address | IPv6Address) -> bool:
    """Whether this is the address of a host on the internet; False for what is no address at all."""
    try:
        address = ip_address(ip)
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        return address in _OPEN_V6 and address.is_global and not any(address in network for network in _CLOSED_V6)
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address in network for network in _CLOSED_V4)
    )


def _check_host(host: str) -> None:
    """Raises ``Forbidden`` for an address inside, and for names that only a local network knows."""
    try:
        literal = ip_address(host)
    except ValueError:
        if "." not in host or host.endswith(tuple(f".{name}" for name in _INNER)):
            raise Forbidden("the host is not a name of the public internet") from None
        return
    if not is_public(literal):
        raise Forbidden(f"{literal} is not a public address")


def _ascii_host(given: str) -> str:
    """The host in ASCII and lower case. Raises ``Forbidden`` for a spelling that could be read in two ways."""
    if ":" in given:
        if "%" in given:
            raise Forbidden("the address names a network interface")
        try:
            return str(IPv6Address(given))
        except ValueError:
            raise Forbidden("the host is no IPv6 address") from None
    if len(given) > 253:  # before the codec, whose time grows with the square of a label
        raise Forbidden("the host name is too long")
    try:
        host = ".".join(_ascii_label(label) for label in _DOTS.split(given)).removesuffix(".")
    except UnicodeError:
        raise Forbidden("the host is not a valid international name") from None
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.match(label) for label in labels):
        raise Forbidden("the host is not a valid name")
    if _NUMBER.match(labels[-1]):
        try:
            return str(IPv4Address(host))
        except ValueError:
            raise Forbidden("the host is an IP address in an unusual spelling") from None
    return host


def _ascii_label(label: str) -> str:
    """One part of a name as the DNS knows it; ß, ς and joiners stay themselves, as in browsers."""
    if label.isascii():
        return label.lower()
    if _KEPT.search(label):
        return "xn--" + unicodedata.normalize("NFKC", label.lower()).encode("punycode").decode()
    return label.encode("idna").decode().lower()


def _host_port(text: str) -> tuple[str, int]:
    host, _, port = text.strip().rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(text)
    return host.removeprefix("[").removesuffix("]"), int(port)

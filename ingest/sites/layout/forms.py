"""The forms that the address of one essay takes, as data: a pattern, the identity in it, and what is fetched."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import SplitResult, parse_qsl

from ingest.model import Address
from ingest.urls.normalise import split

_NAMED = re.compile(r"\(\?P<\w+>")
_TAIL = r"/?(?:\?(?:[\w.~%+/=&*!:;@$-]*[\w=/%&])?)?(?:#[\w.~%/=&!:-]*)?"


@dataclass(frozen=True)
class Form:
    """One form: a path, and a query where the identity stands in it.

    ``path`` must match the whole path, a slash at its end aside; ``host`` the whole host, else any host of the
    site is meant. ``key`` and ``url`` are filled with the named groups of both, with the parameters named in ``query``,
    with ``{host}``, and with ``{spelled}``: the address as it was spelled, without query and fragment.
    """

    path: str
    key: str
    url: str
    host: str = r"[\w.-]+"
    query: tuple[str, ...] = ()
    lower: tuple[str, ...] = ()
    """Groups in which upper and lower case make no difference to the identity."""

    def match(self, parts: SplitResult) -> dict[str, str] | None:
        """What the form's names stand for in an address; None when it has another form."""
        path = re.fullmatch(self.path + "/?", parts.path, re.ASCII)
        host = re.fullmatch(self.host, parts.hostname or "", re.ASCII)
        if path is None or host is None:
            return None
        found = host.groupdict() | path.groupdict()
        names = {name: word or "" for name, word in found.items()} | _whole(parts)
        if self.query:
            given = dict(parse_qsl(parts.query))
            if not all(re.fullmatch(r"[\w-]+", given.get(name, ""), re.ASCII) for name in self.query):
                return None
            names |= {name: given[name] for name in self.query}
        return names

    def address(self, site: str, names: dict[str, str]) -> Address:
        """The address that a match makes."""
        lowered = names | {name: names[name].lower() for name in self.lower}
        return Address(f"{site}:{self.key.format(**lowered)}", self.url.format(**names), site)


@dataclass(frozen=True)
class Forms:
    """All forms of a site's addresses, the particular before the general.

    ``glued`` says that an identity ends by itself, so that words glued to a link don't belong to it. ``*`` among the
    hosts is any host: for platforms whose sites have names of their own.
    """

    site: str
    hosts: frozenset[str]
    forms: tuple[Form, ...]
    glued: bool = True

    @cached_property
    def link(self) -> re.Pattern[str] | None:
        """Matches one link at the start of a string; None when a link ends where any link does."""
        if not self.glued:
            return None
        shapes = (f"(?i:{_NAMED.sub('(?:', form.host)})(?::\\d+)?{_NAMED.sub('(?:', form.path)}" for form in self.forms)
        return re.compile(rf"(?i:https?):(?:\\?/){{2}}(?:{'|'.join(shapes)}){_TAIL}", re.ASCII)

    def owns(self, url: str) -> bool:
        """Whether the host of this URL is one of the site's."""
        return self._has((split(url) or _NOWHERE).hostname or "")

    def names(self, url: str) -> dict[str, str]:
        """What the names of the form that fits stand for; empty when none fits."""
        parts = split(url)
        if parts is None or not self._has(parts.hostname or ""):
            return {}
        return next((names for form in self.forms if (names := form.match(parts)) is not None), {})

    def address(self, url: str) -> Address | None:
        """The address that this URL is a form of, free of tracking; None when it is no essay's."""
        parts = split(url)
        if parts is None or not self._has(parts.hostname or ""):
            return None
        for form in self.forms:
            if (names := form.match(parts)) is not None:
                return form.address(self.site, names)
        return None

    def believes(self, found_at: str, url: str) -> bool:
        """Whether a page found at one address is believed to be at another one.

        A host of the site tells the truth; any other host may be anybody's, and tells nothing of other hosts.
        """
        here, there = split(found_at), split(url)
        if here is None or there is None:
            return here is None
        return here.hostname == there.hostname or self._has(here.hostname or "", wild=False)

    def _has(self, host: str, *, wild: bool = True) -> bool:
        if wild and "*" in self.hosts:
            return True
        suffixes = (host[at:] for at, char in enumerate(host) if char == ".")
        return host in self.hosts or any(suffix in self.hosts for suffix in suffixes)


_NOWHERE = SplitResult("", "", "", "", "")


def _whole(parts: SplitResult) -> dict[str, str]:
    host = parts.hostname or ""
    return {"host": host, "spelled": f"{parts.scheme}://{host}{parts.path}"}

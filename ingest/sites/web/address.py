"""Which addresses a page may call its own."""

from __future__ import annotations

from urllib.parse import urlsplit

from ingest.model import Address
from ingest.sites import known
from ingest.urls.normalise import absolute, distinct, host, same_site


def addresses(url: str | None, saved_from: str | None, own: tuple[str, ...]) -> tuple[Address, ...]:
    """All addresses of a page, the one it calls its own first; another host's, or a mere front page, is not taken."""
    found = [one for one in (url, saved_from) if one]
    hosts = [host(one) for one in found]
    proven: list[str] = []
    for told in own:
        joined = absolute(told, found[0] if found else None)
        if joined is None or (hosts and not any(same_site(host(joined), name) for name in hosts)):
            continue
        if urlsplit(joined).path.strip("/") or not any(urlsplit(one).path.strip("/") for one in found):
            proven.append(joined)
    return distinct(known(one) for one in (*proven[:1], *found, *proven[1:]))

"""What a page tells of itself, also when its scripts are gone: by its text, its title, and the names in its path."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import PurePath

from ingest import dates
from ingest import text as texts
from ingest.model import Address, Essay

_DATE = re.compile(r"(?<!\d)(20\d\d)[-_./年]?(0\d|1[0-2]|\d(?=\D))[-_./月]?([0-2]\d|3[01]|\d(?!\d))日?")
_TIME = re.compile(r"[ T_-]*\d{1,2}[-:_.时]\d{2}(?:[-:_.分]\d{2}秒?)?")


@dataclass(frozen=True)
class Clues:
    """The essay of a page, the addresses it proves, and its path. An empty string is what nobody knows."""

    essay: Essay | None
    addresses: Sequence[Address] = ()
    origin: str | None = None

    @cached_property
    def title(self) -> str:
        """The folded title of the page."""
        return texts.fold(self.essay.title or "") if self.essay else ""

    @cached_property
    def text(self) -> str:
        """The folded text of the page."""
        return texts.fold(self.essay.text) if self.essay else ""

    @cached_property
    def account(self) -> str:
        """The account that the page names."""
        return (self.essay.account.name or "") if self.essay and self.essay.account else ""

    @cached_property
    def names(self) -> list[str]:
        """The names in a path that an exporter gave: the file's, unless it is an index, and two folders above."""
        if not self.origin:
            return []
        path = PurePath(self.origin)
        name = re.sub(r"\.(?:html?|md|txt|gz)\b", "", path.name, flags=re.IGNORECASE)
        folders = [part for part in path.parts[:-1] if part not in ("/", ".", "..")]
        return [part for part in (name, *reversed(folders[-2:])) if part and part.lower() != "index"]

    @cached_property
    def days(self) -> list[datetime]:
        """When the page says that it was published, else noon of the days that the names in its path mention."""
        if self.essay and self.essay.published:
            return [self.essay.published.at]
        told = (dates.whole("-".join(parts)) for name in self.names for parts in _DATE.findall(name))
        return [day.at + timedelta(hours=12) for day in told if day]


def undated(name: str) -> str:
    """A name without its first date and the time behind it."""
    found = _DATE.search(name)
    if not found:
        return name
    time = _TIME.match(name, found.end())
    return name[: found.start()] + " " + name[time.end() if time else found.end() :]

"""Joins a page with the one entry of the lists that it belongs to, on evidence."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ingest import text as texts
from ingest.dates import CHINA
from ingest.formats.wechat_export.clues import Clues, undated
from ingest.formats.wechat_export.lists import Listed
from ingest.model import Address, Essay, Role
from ingest.urls.normalise import distinct

SHORTEST_PREFIX = 20  # folded characters that a cut folder name must share with a title
SHORTEST_TEXT = 20  # folded characters from which equal texts are evidence

SITE = "wechat"
Resolve = Callable[[str], Address | None]


@dataclass(frozen=True, slots=True)
class Joined:
    """The entry that a page belongs to and what shows it, or None and why: nothing fits, or too much does."""

    entry: Listed | None
    reason: str
    ambiguous: bool = False


@dataclass(frozen=True)
class Entries:
    """Entries that pages can be joined with, each article once."""

    listed: tuple[Listed, ...]
    _by_address: dict[str, list[Listed]] = field(repr=False, default_factory=lambda: defaultdict(list))
    _by_title: dict[str, list[Listed]] = field(repr=False, default_factory=lambda: defaultdict(list))
    _by_content: dict[str, list[Listed]] = field(repr=False, default_factory=lambda: defaultdict(list))
    _titles: list[str] = field(repr=False, default_factory=list)
    _accounts: set[str] = field(repr=False, default_factory=set)

    @classmethod
    def of(cls, listed: Iterable[Listed], resolve: Resolve) -> Entries:
        """Gives each entry its addresses (``resolve`` makes one of a link), and merges what several lists have."""
        merged: dict[str, Listed] = {}
        for number, entry in enumerate(_resolved(one, resolve) for one in listed):
            key = entry.native_id or (entry.addresses[0].key if entry.addresses else f"#{number}")
            merged[key] = _merged(merged[key], entry) if key in merged else entry
        made = cls(tuple(merged.values()))
        for entry in made.listed:
            for address in entry.addresses:
                made._by_address[address.key].append(entry)
            if title := texts.fold(entry.title or ""):
                made._by_title[title].append(entry)
            if len(content := texts.fold(entry.content or "")) >= SHORTEST_TEXT:
                made._by_content[content].append(entry)
        made._titles.extend(sorted(made._by_title))
        made._accounts.update(filter(None, (texts.fold(entry.account or "") for entry in made.listed)))
        return made

    def join(self, essay: Essay | None, addresses: Sequence[Address] = (), origin: str | None = None) -> Joined:
        """The one entry that a page belongs to. ``addresses`` are those the page proves; ``origin`` is its path."""
        by_address = [entry for address in addresses for entry in self._by_address.get(address.key, ())]
        if found := _one(by_address, "its address"):
            return found
        if essay and essay.native_id:
            return Joined(None, "the lists don't have this article")
        clues = Clues(essay, addresses, origin)
        rounds = (
            (self._by_title.get(clues.title, []), "its title"),
            ([] if clues.title else self._named(clues), "the name of its file or folder"),
            (self._by_content.get(clues.text, []), "its text"),
        )
        for candidates, evidence in rounds:
            left = [entry for entry in candidates if _agrees(entry, clues)]
            if found := _one(_nearest(left, clues), evidence):
                return found
        return Joined(None, "the lists have nothing that fits this page")

    def _named(self, clues: Clues) -> list[Listed]:
        """Entries whose title a name in the path is: whole, or else cut, beside an account and a date or alone.

        A name alone is weak: the account must be in the page or in the path, or the lists know no other.
        """
        names = [plain for name in clues.names for plain in self._plain(name)]
        named = [entry for name in names for entry in self._by_title.get(name, ())]
        named = named or [entry for name in names if len(name) >= SHORTEST_PREFIX for entry in self._begun(name)]
        if len(self._accounts) < 2:
            return named
        seen = texts.fold(" ".join([*clues.names, clues.account]))
        return [entry for entry in named if not entry.account or texts.fold(entry.account) in seen]

    def _plain(self, name: str) -> list[str]:
        """A name as it is, and without dates and the accounts of the lists."""
        names = [texts.fold(name), texts.fold(undated(name))]
        for account in self._accounts:
            names += [folded.removeprefix(account) for folded in names[:2] if folded.startswith(account)]
            names += [folded.removesuffix(account) for folded in names[:2] if folded.endswith(account)]
        return [folded for folded in dict.fromkeys(names) if folded]

    def _begun(self, name: str) -> list[Listed]:
        """Entries whose title begins like this."""
        found: list[Listed] = []
        for title in self._titles[bisect_left(self._titles, name) :]:
            if not title.startswith(name):
                break
            found += self._by_title[title]
        return found


def _resolved(entry: Listed, resolve: Resolve) -> Listed:
    """An entry with its addresses, those first that are answered, and the identity that its link holds."""
    linked = resolve(entry.link) if entry.link else None
    native_id = entry.native_id
    if linked and linked.site == SITE and native_id is None and linked.key.count("/") > 1:
        native_id = linked.key.partition(":")[2]
    addresses = (linked,) if linked else ()
    if native_id and (linked is None or linked.key != f"{SITE}:{native_id}"):
        biz, mid, idx = native_id.rsplit("/", 2)
        own = resolve(f"https://mp.weixin.qq.com/s?__biz={biz}&mid={mid}&idx={idx}")
        addresses = (*addresses, own or Address(f"{SITE}:{native_id}", None, SITE))
    return replace(entry, native_id=native_id, addresses=addresses)


def _merged(first: Listed, second: Listed) -> Listed:
    """What the first list says, and what only the second knows."""
    more = {name: getattr(second, name) for name in Listed.__dataclass_fields__ if not getattr(first, name)}
    more["role"] = second.role if first.role is Role.UNKNOWN else first.role
    return replace(first, **{**more, "addresses": distinct((*first.addresses, *second.addresses))})


def _one(entries: list[Listed], evidence: str) -> Joined | None:
    """The entry when there is exactly one; an ambiguity when there are several; None to go on looking."""
    different = list({id(entry): entry for entry in entries}.values())
    if not different:
        return None
    if len(different) == 1:
        return Joined(different[0], f"joined by {evidence}")
    return Joined(None, f"{evidence} fits {len(different)} entries of the lists", ambiguous=True)


def _agrees(entry: Listed, clues: Clues) -> bool:
    """Whether nothing that the page says of account, day and address speaks against this entry."""
    if clues.account and entry.account and texts.fold(clues.account) != texts.fold(entry.account):
        return False
    published = entry.published
    if clues.days and published and all(abs(published.at - day) > timedelta(days=2) for day in clues.days):
        return False
    short = any(address.key.startswith("wechat:s/") for address in clues.addresses)
    listed = any(address.key.startswith("wechat:s/") for address in entry.addresses)
    return not (short and listed)  # had they been the same, the address would have told


def _nearest(entries: list[Listed], clues: Clues) -> list[Listed]:
    """Of several entries, those that also share the account in the path, the day, or the text."""
    names = {texts.fold(name) for name in clues.names}
    whole = texts.fold(" ".join(clues.names))
    day = next(iter(clues.days), None)
    tests: tuple[Callable[[Listed], bool], ...] = (
        lambda entry: bool(entry.account) and texts.fold(entry.account or "") in names,
        lambda entry: bool(entry.account) and texts.fold(entry.account or "") in whole,
        lambda entry: day is not None and entry.published is not None and _same_day(entry.published.at, day),
        lambda entry: len(clues.text) >= SHORTEST_TEXT and texts.fold(entry.content or "") == clues.text,
    )
    for test in tests:
        if len(entries) > 1:
            entries = [entry for entry in entries if test(entry)] or entries
    return entries


def _same_day(one: datetime, other: datetime) -> bool:
    return one.astimezone(ZoneInfo(CHINA)).date() == other.astimezone(ZoneInfo(CHINA)).date()

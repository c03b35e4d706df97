"""Lists of WeChat articles that other tools saved, and their pages whose scripts those tools removed.

Three lists are known: wechat-article-exporter's JSON (one array) and its Excel sheet, and the account history of older
tools (one JSON object a push). Such a list knows what an exported page has lost: identity, time, author. A page is
joined with the one entry that it belongs to, on evidence, in this order: an address in the page, its title, the name
of its file or folder, its text. What fits several entries, or none, stays without identity.
"""

from __future__ import annotations

import io
import json
import re
import warnings
import zipfile
from base64 import b64encode
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from html import unescape
from pathlib import PurePath
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from ingest import text as texts
from ingest.model import Account, Address, Completeness, Essay, Precision, Published, Role, State, TooLarge
from ingest.redact import redact_url
from ingest.settings import settings

READER = "wechat_export/1"

TYPES = {
    "0": State.ARTICLE,
    "5": State.VIDEO_SHARE,
    "6": State.AUDIO_SHARE,
    "7": State.AUDIO_SHARE,
    "8": State.IMAGE_POST,
    "10": State.TEXT_POST,
    "11": State.ARTICLE,
    "17": State.TEXT_POST,
}
SHORTEST_PREFIX = 20  # folded characters that a cut folder name must share with a title
SHORTEST_TEXT = 20  # folded characters from which equal texts are evidence
_BEIJING = timezone(timedelta(hours=8))
_COLUMNS = {
    "公众号": "_accountName",
    "ID": "aid",
    "链接": "link",
    "标题": "title",
    "创建时间": "create_time",
    "发布时间": "update_time",
    "作者": "author_name",
    "是否原创": "original",
    "文章类型": "kind",
    "文章内容": "content",
}
_DATE = re.compile(r"(?<!\d)(20\d\d)[-_./年]?(0\d|1[0-2]|\d(?=\D))[-_./月]?([0-2]\d|3[01]|\d(?!\d))日?")
_TIME = re.compile(r"[ T_-]*\d{1,2}[-:_.时]\d{2}(?:[-:_.分]\d{2}秒?)?")
_STAMP = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?:[ T](\d\d?):(\d\d)(?::(\d\d))?)?")
_AID = re.compile(r"(\d+)_(\d+)\Z", re.ASCII)

Resolve = Callable[[str], Address | None]


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of a list, as the list has it. ``native_id`` is ``<biz>/<mid>/<idx>`` when the list has its pieces."""

    link: str | None
    title: str | None
    native_id: str | None = None
    account: str | None = None
    author: str | None = None
    published: Published | None = None
    role: Role = Role.UNKNOWN
    state: State | None = None
    content: str | None = None
    addresses: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class Joined:
    """The entry that a page belongs to and what shows it, or None and why: nothing fits, or too much does."""

    entry: Listed | None
    reason: str
    ambiguous: bool = False


# Reading lists


def read_list(data: bytes, name: str) -> tuple[Listed, ...] | None:
    """The entries of a list; None when the file is no such list. ``TooLarge`` for a sheet that unpacks too far."""
    rows = _sheet(data, name) if data.startswith(b"PK\x03\x04") else _json(data)
    if rows is None:
        return None
    entries = tuple(entry for row in rows if (entry := _entry(row)) is not None)
    return entries or None


def _json(data: bytes) -> list[dict[str, Any]] | None:
    """The articles of a JSON array, of a history object, or of one history object a line."""
    try:
        text = data.decode("utf-8-sig")
        values = _values(text)
    except (ValueError, RecursionError):
        return None
    rows: list[dict[str, Any]] = []
    for value in values:
        if not isinstance(value, dict):
            return None
        if "app_msg_ext_info" in value or "comm_msg_info" in value:
            rows += _history(value)
        elif "title" in value and ("link" in value or "aid" in value or "appmsgid" in value):
            rows.append(value)
    return rows or None


def _values(text: str) -> list[Any]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    if isinstance(value, dict) and isinstance(inner := value.get("general_msg_list"), str):
        value = json.loads(inner)
    if isinstance(value, dict) and isinstance(value.get("list"), list):
        value = value["list"]
    return value if isinstance(value, list) else [value]


def _history(push: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The articles of one push; its time is theirs."""
    head, first = push.get("comm_msg_info"), push.get("app_msg_ext_info")
    if not isinstance(first, dict):
        return
    about = head if isinstance(head, dict) else {}
    more = first.get("multi_app_msg_item_list")
    for item in [first, *(more if isinstance(more, list) else [])]:
        if isinstance(item, dict) and (item.get("content_url") or item.get("title")):
            yield {
                "link": str(item.get("content_url") or "").replace("\\/", "/"),
                "title": item.get("title"),
                "author_name": item.get("author"),
                "create_time": about.get("datetime"),
                "item_show_type": item.get("item_show_type"),
            }


def _sheet(data: bytes, name: str) -> list[dict[str, Any]] | None:
    """The rows of the first sheet whose header has a title and a link, under the names that the JSON has."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            size = sum(part.file_size for part in packed.infolist())
        if size > settings().max_file_bytes:
            raise TooLarge(f"{name} unpacks to {size:,} bytes; the limit is {settings().max_file_bytes:,}.")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles that are missing
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            tables = [list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets]
            book.close()
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError):
        return None
    for header, *rows in filter(None, tables):
        names = [_COLUMNS.get(str(cell).strip() if cell is not None else "", "") for cell in header]
        if "title" in names and "link" in names:
            return [{n: cell for n, cell in zip(names, row, strict=False) if n and cell is not None} for row in rows]
    return None


def _entry(row: dict[str, Any]) -> Listed | None:
    title = texts.clean(unescape(_string(row.get("title"))))
    link = redact_url(_string(row.get("link")).replace("&amp;", "&").strip())
    native_id = _native_id(row)
    if not link and not native_id and not title:
        return None
    return Listed(
        link=link or None,
        title=title or None,
        native_id=native_id,
        account=texts.clean(_string(row.get("_accountName"))) or None,
        author=texts.clean(_string(row.get("author_name"))) or None,
        published=_published(row.get("update_time")) or _published(row.get("create_time")),
        role=_role(row),
        state=TYPES.get(_string(row.get("item_show_type"))),
        content=texts.clean(_string(row.get("content"))) or None,
    )


def _string(value: object) -> str:
    return "" if value is None or isinstance(value, (dict, list)) else str(value)


def _native_id(row: dict[str, Any]) -> str | None:
    """From the account's number (in its base64 form, or decimal) and ``aid`` or ``appmsgid`` and ``itemidx``."""
    biz = _string(row.get("fakeid")).strip()
    mid, idx = _string(row.get("appmsgid")), _string(row.get("itemidx"))
    if pieces := _AID.match(_string(row.get("aid"))):
        mid, idx = mid or pieces[1], idx or pieces[2]
    if biz.isdigit():
        biz = b64encode(biz.encode()).decode()
    known = biz and mid.isdigit() and idx.isdigit() and int(mid) and int(idx)
    return f"{biz}/{int(mid)}/{int(idx)}" if known else None


def _published(value: object) -> Published | None:
    """Epoch seconds, or a time as a sheet shows it, which is Beijing time."""
    if isinstance(value, datetime):
        return Published(value.replace(tzinfo=_BEIJING) if value.tzinfo is None else value)
    words = _string(value).strip()
    if words.isascii() and words.isdigit() and 9 < len(words) < 11:
        return Published(datetime.fromtimestamp(int(words), UTC))
    if stamp := _STAMP.match(words):
        year, month, day, hour, minute, second = (int(part or 0) for part in stamp.groups())
        precision = Precision.SECOND if stamp[6] else Precision.MINUTE if stamp[4] else Precision.DAY
        try:
            return Published(datetime(year, month, day, hour, minute, second, tzinfo=_BEIJING), precision)
        except ValueError:
            return None
    return None


def _role(row: dict[str, Any]) -> Role:
    stat, kind = _string(row.get("copyright_stat")), _string(row.get("copyright_type"))
    if (stat == "1" and kind == "1") or _string(row.get("original")).startswith(("原创", "是")):
        return Role.ORIGINAL
    return Role.REPRINT if stat == "2" else Role.UNKNOWN


# Joining


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
        title = texts.fold(essay.title or "") if essay else ""
        rounds = (
            (self._by_title.get(title, []) if title else [], "its title"),
            ([] if title else self._confirmed(self._named(origin), essay, origin), "the name of its file or folder"),
            (self._by_content.get(texts.fold(essay.text), []) if essay else [], "its text"),
        )
        for candidates, evidence in rounds:
            left = [entry for entry in candidates if _agrees(entry, essay, addresses, origin)]
            if found := _one(_nearest(left, essay, origin), evidence):
                return found
        return Joined(None, "the lists have nothing that fits this page")

    def _named(self, origin: str | None) -> list[Listed]:
        """Entries whose title a name in the path is: whole, or else cut, beside an account and a date or alone."""
        names = [name for part in _parts(origin) for name in self._plain(part)]
        whole = [entry for name in names for entry in self._by_title.get(name, ())]
        return whole or [entry for name in names if len(name) >= SHORTEST_PREFIX for entry in self._begun(name)]

    def _confirmed(self, named: list[Listed], essay: Essay | None, origin: str | None) -> list[Listed]:
        """A name alone is weak: the account must be in the page or in the path, or the lists know no other."""
        seen = texts.fold(" ".join([*_parts(origin), (essay.account.name or "") if essay and essay.account else ""]))
        only = len(self._accounts) < 2
        return [entry for entry in named if only or not entry.account or texts.fold(entry.account) in seen]

    def _plain(self, part: str) -> list[str]:
        """A name as it is, and without dates and the accounts of the lists."""
        names = [texts.fold(part), texts.fold(_undated(part))]
        for account in self._accounts:
            names += [name.removeprefix(account) for name in names[:2] if name.startswith(account)]
            names += [name.removesuffix(account) for name in names[:2] if name.endswith(account)]
        return [name for name in dict.fromkeys(names) if name]

    def _begun(self, name: str) -> list[Listed]:
        found: list[Listed] = []
        for title in self._titles[bisect_left(self._titles, name) :]:
            if not title.startswith(name):
                break
            found += self._by_title[title]
        return found


def complete(essay: Essay | None, entry: Listed, *, title_will_do: bool = False) -> Essay | None:
    """The essay with what its page lacked; what the page says stays. None when neither page nor list has a text.

    A page that lost its body with its scripts takes the text of the list. Where that has none either, the title will do
    if the caller says so: it is then an excerpt of the post, until a better page comes.
    """
    bare = essay is None or essay.text == (essay.title or "")
    text = entry.content if bare and entry.content else essay.text if essay else ""
    if not text and entry.title and title_will_do:
        known = essay or Essay(entry.title, _lines(entry.title), "")
        excerpt = replace(known, text=entry.title, markdown=_lines(entry.title), completeness=Completeness.EXCERPT)
        return complete(replace(excerpt, title=entry.title), replace(entry, content=None))
    if not text:
        return None
    known = essay or Essay(text, _lines(text), "")
    title = known.title or _own_title(entry, text)
    short = next((address.url for address in entry.addresses), None)
    return replace(
        known,
        text=text,
        markdown=known.markdown if text == known.text else _lines(text),
        images=known.images if text == known.text else tuple(replace(i, position=None) for i in known.images),
        display_title=texts.display_title(title, text),
        title=title,
        native_id=known.native_id or entry.native_id,
        url=known.url or short,
        account=_account(known.account, entry),
        author=known.author or entry.author,
        published=known.published or entry.published,
        language=known.language or texts.language(text),
        role=known.role if known.role is not Role.UNKNOWN else entry.role,
    )


def _own_title(entry: Listed, text: str) -> str | None:
    """Lists give a text post without a title its whole text as one."""
    if not entry.title or (entry.state is State.TEXT_POST and texts.fold(entry.title) == texts.fold(text)):
        return None
    return entry.title


def _account(known: Account | None, entry: Listed) -> Account | None:
    biz = entry.native_id.rsplit("/", 2)[0] if entry.native_id else None
    name = (known.name if known else None) or entry.account
    ids = (known.ids if known else ()) or ((biz,) if biz else ())
    return Account(name, ids) if name or ids else None


def _lines(text: str) -> str:
    """Plain text as Markdown: its line breaks are kept."""
    escaped = re.sub(r"([\\`*_]|<(?=[A-Za-z/!?]))", r"\\\1", text)
    return re.sub(r"(?<!\n)\n(?!\n)", "\\\\\n", re.sub(r"(?m)^(#{1,6} |>|[-+] )", r"\\\1", escaped))


def _resolved(entry: Listed, resolve: Resolve) -> Listed:
    """An entry with its addresses, those first that are answered, and the identity that its link holds."""
    linked = resolve(entry.link) if entry.link else None
    native_id = entry.native_id
    if linked and native_id is None and linked.key.count("/") > 1:
        native_id = linked.key.partition(":")[2]
    own = Address(f"wechat:{native_id}", None, "wechat") if native_id else None
    if own and (linked is None or linked.key != own.key):
        biz, mid, idx = native_id.rsplit("/", 2) if native_id else ("", "", "")
        own = resolve(f"https://mp.weixin.qq.com/s?__biz={biz}&mid={mid}&idx={idx}") or own
    found = {address.key: address for address in (linked, own) if address}
    return replace(entry, native_id=native_id, addresses=tuple(found.values()))


def _merged(first: Listed, second: Listed) -> Listed:
    """What the first list says, and what only the second knows."""
    more = {name: getattr(second, name) for name in Listed.__dataclass_fields__ if not getattr(first, name)}
    more["role"] = second.role if first.role is Role.UNKNOWN else first.role
    addresses = {address.key: address for address in (*first.addresses, *second.addresses)}
    return replace(first, **{**more, "addresses": tuple(addresses.values())})


def _one(entries: list[Listed], evidence: str) -> Joined | None:
    """The entry when there is exactly one; an ambiguity when there are several; None to go on looking."""
    different = list({id(entry): entry for entry in entries}.values())
    if not different:
        return None
    if len(different) == 1:
        return Joined(different[0], f"joined by {evidence}")
    return Joined(None, f"{evidence} fits {len(different)} entries of the lists", ambiguous=True)


def _agrees(entry: Listed, essay: Essay | None, addresses: Sequence[Address], origin: str | None) -> bool:
    """Whether nothing that the page says of account, day and address speaks against this entry."""
    account = essay.account.name if essay and essay.account else None
    if account and entry.account and texts.fold(account) != texts.fold(entry.account):
        return False
    days = [essay.published.at] if essay and essay.published else _days(origin)
    if days and entry.published and all(abs(entry.published.at - day) > timedelta(days=2) for day in days):
        return False
    short = {address.key for address in addresses if address.key.startswith("wechat:s/")}
    listed = {address.key for address in entry.addresses if address.key.startswith("wechat:s/")}
    return not (short and listed)  # had they been the same, the address would have told


def _nearest(entries: list[Listed], essay: Essay | None, origin: str | None) -> list[Listed]:
    """Of several entries, those that also share the account in the path, the day, or the text."""
    names = {texts.fold(part) for part in _parts(origin)}
    whole = texts.fold(" ".join(_parts(origin)))
    day = essay.published.at if essay and essay.published else next(iter(_days(origin)), None)
    text = texts.fold(essay.text) if essay else ""
    tests: tuple[Callable[[Listed], bool], ...] = (
        lambda entry: bool(entry.account) and texts.fold(entry.account or "") in names,
        lambda entry: bool(entry.account) and texts.fold(entry.account or "") in whole,
        lambda entry: day is not None and entry.published is not None and _same_day(entry.published.at, day),
        lambda entry: len(text) >= SHORTEST_TEXT and texts.fold(entry.content or "") == text,
    )
    for test in tests:
        if len(entries) > 1:
            entries = [entry for entry in entries if test(entry)] or entries
    return entries


def _same_day(one: datetime, other: datetime) -> bool:
    return one.astimezone(_BEIJING).date() == other.astimezone(_BEIJING).date()


def _parts(origin: str | None) -> list[str]:
    """The names in a path that an exporter gave: the file's, unless it is an index, and two folders above."""
    if not origin:
        return []
    path = PurePath(origin)
    name = re.sub(r"\.(?:html?|md|txt|gz)\b", "", path.name, flags=re.IGNORECASE)
    folders = [part for part in path.parts[:-1] if part not in ("/", ".", "..")]
    return [part for part in (name, *reversed(folders[-2:])) if part and part.lower() != "index"]


def _days(origin: str | None) -> list[datetime]:
    """Noon of the days that the names in a path mention."""
    found: list[datetime] = []
    for part in _parts(origin):
        for year, month, day in _DATE.findall(part):
            try:
                found.append(datetime(int(year), int(month), int(day), 12, tzinfo=_BEIJING))
            except ValueError:
                continue
    return found


def _undated(part: str) -> str:
    found = _DATE.search(part)
    if not found:
        return part
    time = _TIME.match(part, found.end())
    return part[: found.start()] + " " + part[time.end() if time else found.end() :]

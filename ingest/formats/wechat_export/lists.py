"""What a list says: the rows of the exporter's JSON or Excel sheet, or of an account history, as entries."""

from __future__ import annotations

import io
import json
import re
import warnings
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from ingest import dates
from ingest import text as texts
from ingest.model import WECHAT_TYPES, Address, Published, Role, State, TooLarge
from ingest.redact import redact_url
from ingest.settings import settings

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
_AID = re.compile(r"(\d+)_(\d+)\Z", re.ASCII)


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
        published=dates.whole(row.get("update_time")) or dates.whole(row.get("create_time")),
        role=_role(row),
        state=WECHAT_TYPES.get(_string(row.get("item_show_type"))),
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


def _role(row: dict[str, Any]) -> Role:
    stat, kind = _string(row.get("copyright_stat")), _string(row.get("copyright_type"))
    if (stat == "1" and kind == "1") or _string(row.get("original")).startswith(("原创", "是")):
        return Role.ORIGINAL
    return Role.REPRINT if stat == "2" else Role.UNKNOWN

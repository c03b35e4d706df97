"""The three file formats. Each writes rows as they come; nothing in them depends on when or where."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from ingest.export.cells import cell, json_line
from ingest.model import IngestError

GROUP_ROWS = 10_000
GROUP_CHARS = 8_000_000
ZSTD_LEVEL = 3
_TYPES: dict[str, pa.DataType] = {
    "bigint": pa.int64(), "integer": pa.int32(), "boolean": pa.bool_(), "text": pa.string(), "real": pa.float32(),
    "date": pa.date32(), "timestamp with time zone": pa.timestamp("us", tz="Asia/Shanghai"),
}  # fmt: skip


class FileFormat(StrEnum):
    """What an export is written as; the values are also the ends of the files' names."""

    PARQUET = "parquet"
    JSONL = "jsonl"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the database explains it."""

    name: str
    type: str
    comment: str | None


class Writer(Protocol):
    """A file that is being written."""

    def add(self, row: tuple[Any, ...]) -> None:
        """Takes the next row."""

    def close(self) -> None:
        """Writes what is left."""


def arrow_schema(columns: Sequence[Column]) -> pa.Schema:
    """The columns with their comments. Raises ``IngestError`` for a type that has no counterpart."""
    fields = []
    for column in columns:
        if column.type not in _TYPES:
            raise IngestError(f"Column {column.name} is of type {column.type}, which can't be exported.")
        comment = {"comment": column.comment} if column.comment else None
        fields.append(pa.field(column.name, _TYPES[column.type], metadata=comment))
    return pa.schema(fields)


class ParquetFile:
    """Row groups of a bounded number of characters, compressed at one fixed level."""

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        self._schema = arrow_schema(columns)
        self._writer = pq.ParquetWriter(
            path, self._schema, compression="zstd", compression_level=ZSTD_LEVEL, version="2.6",
            use_dictionary=[column.name for column in columns if column.name not in {"text", "markdown", "other_text"}],
        )  # fmt: skip
        self._texts = [n for n, column in enumerate(columns) if column.type == "text"]
        self._rows: list[tuple[Any, ...]] = []
        self._chars = 0

    def add(self, row: tuple[Any, ...]) -> None:
        self._rows.append(row)
        self._chars += sum(len(row[n]) for n in self._texts if row[n] is not None)
        if len(self._rows) >= GROUP_ROWS or self._chars >= GROUP_CHARS:
            self._flush()

    def close(self) -> None:
        if self._rows:
            self._flush()
        self._writer.close()

    def _flush(self) -> None:
        values = zip(*self._rows, strict=True)
        arrays = [pa.array(column, field.type) for column, field in zip(values, self._schema, strict=True)]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema), row_group_size=GROUP_ROWS)
        self._rows, self._chars = [], 0


class JsonLines:
    """One object a line, in UTF-8."""

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        self._names = [column.name for column in columns]
        self._file = path.open("w", encoding="utf-8", newline="\n")

    def add(self, row: tuple[Any, ...]) -> None:
        self._file.write(json_line(self._names, row) + "\n")

    def close(self) -> None:
        self._file.close()


class Csv:
    """RFC 4180 in UTF-8, with a byte order mark for those spreadsheets that need one."""

    def __init__(self, path: Path, columns: Sequence[Column], *, bom: bool) -> None:
        self._file = path.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow([column.name for column in columns])

    def add(self, row: tuple[Any, ...]) -> None:
        self._writer.writerow(map(cell, row))

    def close(self) -> None:
        self._file.close()


def open_file(path: Path, file_format: FileFormat, columns: Sequence[Column], *, bom: bool) -> Writer:
    """A new file of this format."""
    if file_format is FileFormat.PARQUET:
        return ParquetFile(path, columns)
    return JsonLines(path, columns) if file_format is FileFormat.JSONL else Csv(path, columns, bom=bom)

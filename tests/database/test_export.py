"""Exports: the rows of the face, the same bytes each time, nothing half written, and no formula."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from ingest.export import FORMATS, TABLES, cells, export, folder, writers
from ingest.model import IngestError, Unavailable
from ingest.store import Store

from ..conftest import ROOT, database_url, rows
from .examples import load_examples, load_files

TEXTS = {
    "a": "---\ntitle: =HYPERLINK(\"http://x\")\ndate: 2026-01-31 23:59:59\n---\n\n一月的最后一秒写下的一篇。\n",
    "b": "---\ntitle: ＠零点\ndate: 2026-02-01 00:30:00\n---\n\n二月刚过零点写下的另一篇。\n",
    "c": "---\ntitle: 二月\ndate: 2026-02\n---\n\n只知道月份的一篇短文。\n",
    "d": "---\ntitle: 旧文\ndate: 2019\n---\n\n只知道年份的一篇短文。\n",
    "e": "没有日期的一篇，以'引号'和\t制表符为例。\n",
}  # fmt: skip


@pytest.fixture
def loaded(store: Store, tmp_path: Path) -> Store:
    load_files(store, tmp_path / "own", **TEXTS)
    return store


def digests(target: Path) -> dict[str, str]:
    return {
        str(path.relative_to(target)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(target.rglob("*")) if path.is_file()
    }  # fmt: skip


def months(target: Path) -> list[str]:
    return sorted(path.name for path in target.iterdir() if path.is_dir())


def test_months_do_not_shift_and_what_is_not_known_stands_apart(loaded: Store, tmp_path: Path) -> None:
    done = export(loaded, tmp_path / "out", "jsonl")
    assert (done.rows, done.files, done.written) == (5, 4, 4)
    assert months(tmp_path / "out" / "essay") == ["month=2019-XX", "month=2026-01", "month=2026-02", "month=undated"]
    lines = (tmp_path / "out" / "essay" / "month=2026-02" / "essay.jsonl").read_text("utf-8").splitlines()
    assert sorted(json.loads(line)["published_at"] for line in lines)[-1] == "2026-02-01T00:30:00+08:00"


@pytest.mark.parametrize("table", TABLES)
def test_every_table_has_the_rows_and_columns_of_the_face(store: Store, tmp_path: Path, table: str) -> None:
    load_examples(store)
    export(store, tmp_path, "parquet", table)
    found = ds.dataset(tmp_path / table, partitioning="hive").to_table().to_pylist()
    with store.transaction() as connection:
        result = connection.exec_driver_sql(f"SELECT * FROM essays.{table}")
        names, want = list(result.keys()), [tuple(row) for row in result]
    assert want
    times = [name for name in names if name.endswith("_at")]
    other = [name for name in names if name not in {*times, "share", "other_share"}]
    assert sorted(repr([row[name] for name in other]) for row in found) == sorted(
        repr([value for name, value in zip(names, row, strict=True) if name in other]) for row in want)  # fmt: skip
    assert sorted(str([row[n] and row[n].timestamp() for n in times]) for row in found) == sorted(
        str([value and value.timestamp() for name, value in zip(names, row, strict=True) if name in times]) for row in want)  # fmt: skip


def test_columns_explain_themselves_in_parquet_too(loaded: Store, tmp_path: Path) -> None:
    export(loaded, tmp_path / "out")
    schema = pq.read_schema(tmp_path / "out" / "essay" / "month=2026-01" / "essay.parquet")
    assert all(field.metadata[b"comment"] for field in schema)
    manifest = json.loads((tmp_path / "out" / "essay" / "_manifest.json").read_text("utf-8"))
    assert manifest["complete"] and manifest["rows"] == 5
    assert [column["name"] for column in manifest["columns"]] == schema.names
    for part in manifest["files"]:
        data = (tmp_path / "out" / "essay" / part["path"]).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (part["bytes"], part["sha256"])


@pytest.mark.parametrize("file_format", FORMATS)
def test_the_same_data_gives_the_same_bytes_wherever_and_whenever(
    loaded: Store, analyst: Store, tmp_path: Path, file_format: str
) -> None:
    export(loaded, tmp_path / "one", file_format)
    export(analyst, tmp_path / "two", file_format)
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


def test_a_re_run_writes_nothing_and_a_change_only_its_month(loaded: Store, tmp_path: Path) -> None:
    export(loaded, tmp_path / "out")
    before = digests(tmp_path / "out")
    assert export(loaded, tmp_path / "out").written == 0
    assert digests(tmp_path / "out") == before
    load_files(loaded, tmp_path / "own", a=TEXTS["a"].replace("一月的", "壹月的"))
    assert export(loaded, tmp_path / "out").written == 1
    changed = {name for name, digest in digests(tmp_path / "out").items() if before[name] != digest}
    assert changed == {"essay/_manifest.json", "essay/month=2026-01/essay.parquet"}


def test_a_month_that_is_empty_now_is_removed_and_nothing_else(loaded: Store, tmp_path: Path) -> None:
    export(loaded, tmp_path / "out")
    (tmp_path / "out" / "essay" / "month=2019-XX" / "mine.txt").write_text("mine", "utf-8")
    load_files(
        loaded, tmp_path / "own", d=TEXTS["d"].replace("2019", "2020-05-01"), a=TEXTS["a"].replace("2026-01", "2026-03")
    )
    assert export(loaded, tmp_path / "out").removed == 2
    assert months(tmp_path / "out" / "essay") == [
        "month=2019-XX", "month=2020-05", "month=2026-02", "month=2026-03", "month=undated"]  # fmt: skip
    assert [p.name for p in (tmp_path / "out" / "essay" / "month=2019-XX").iterdir()] == ["mine.txt"]


def test_a_damaged_file_is_written_again(loaded: Store, tmp_path: Path) -> None:
    export(loaded, tmp_path / "out")
    before = digests(tmp_path / "out")
    path = tmp_path / "out" / "essay" / "month=2026-01" / "essay.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert export(loaded, tmp_path / "out").written == 1
    assert digests(tmp_path / "out") == before


@pytest.mark.parametrize("after", range(1, 6))
def test_an_export_that_breaks_off_leaves_whole_files_and_goes_on(
    loaded: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    export(loaded, tmp_path / "whole", "jsonl")
    taken = iter(range(1, 100))
    add = writers.JsonLines.add

    def fails(self: writers.JsonLines, row: tuple[object, ...]) -> None:
        if next(taken) == after:
            raise OSError(28, "No space left on device")
        add(self, row)

    with monkeypatch.context() as patched:
        patched.setattr(writers.JsonLines, "add", fails)
        with pytest.raises(Unavailable, match="No space left"):
            export(loaded, tmp_path / "out", "jsonl")
    there = {name: digest for name, digest in digests(tmp_path / "out").items() if "manifest" not in name}
    assert there.items() <= digests(tmp_path / "whole").items()
    assert export(loaded, tmp_path / "out", "jsonl").written == 4 - len(there)
    assert digests(tmp_path / "out") == digests(tmp_path / "whole")


def test_an_export_that_is_killed_leaves_no_half_file(loaded: Store, database: str, tmp_path: Path) -> None:
    code = (
        "import sys, time; from ingest.export import export, writers; from ingest.store import Store\n"
        "add = writers.Csv.add\n"
        "def slow(self, row):\n    add(self, row); self._file.flush(); print('row', flush=True); time.sleep(.2)\n"
        "writers.Csv.add = slow\n"
        "export(Store(sys.argv[1]), sys.argv[2], 'csv')"
    )
    out = tmp_path / "out"
    child = subprocess.Popen(
        [sys.executable, "-c", code, database_url(database, "loader"), str(out)], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert child.stdout
    child.stdout.readline(), child.stdout.readline()
    with pytest.raises(Unavailable, match="Another export"):
        export(loaded, out, "csv")
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    export(loaded, tmp_path / "whole", "csv")
    halves = [
        name
        for name in digests(out)
        if name.endswith(".csv") and digests(out)[name] != digests(tmp_path / "whole")[name]
    ]
    assert halves == []
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:  # the server notices the end of the child's connection by and by
        try:
            export(loaded, out, "csv")
            break
        except Unavailable:
            time.sleep(0.1)
    assert digests(out) == digests(tmp_path / "whole")


def test_what_is_not_ours_is_left_alone(loaded: Store, tmp_path: Path) -> None:
    (tmp_path / "out" / "essay").mkdir(parents=True)
    (tmp_path / "out" / "essay" / "thesis.docx").write_text("mine", "utf-8")
    with pytest.raises(IngestError, match=r"thesis\.docx"):
        export(loaded, tmp_path / "out")
    export(loaded, tmp_path / "other")
    with pytest.raises(IngestError, match="holds essay as parquet"):
        export(loaded, tmp_path / "other", "csv")
    (tmp_path / "file").write_text("", "utf-8")
    for wrong in ({"folder": tmp_path / "file"}, {"folder": tmp_path, "format": "xml"}, {"folder": tmp_path, "what": "users"},
                  {"folder": tmp_path, "release": "none"}):  # fmt: skip
        with pytest.raises(IngestError):
            export(loaded, **wrong)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"), ("+86", "'+86"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"), ("\r=1", "'\r=1"),
        ("＝1+1", "'＝1+1"), ("＋1", "'＋1"), ("－1", "'－1"), ("＠x", "'＠x"), (" =1", "' =1"), ("\u3000＝1", "'\u3000＝1"),
        ("\n=1", "'\n=1"), ("'=1", "''=1"), ("1-1", "1-1"), ("一=二", "一=二"), ("", ""), (-1, "-1"), (-0.5, "-0.5"),
        (None, ""), (True, "true"), (["=1"], '["=1"]'),
    ],
)  # fmt: skip
def test_no_cell_is_a_formula_and_each_can_be_undone(text: object, shown: str) -> None:
    assert cells.cell(text) == shown
    if isinstance(text, str):
        assert shown.removeprefix("'") == text


def test_csv_is_read_back_by_others_and_has_a_byte_order_mark_when_asked(loaded: Store, tmp_path: Path) -> None:
    export(loaded, tmp_path / "out", "csv")
    export(loaded, tmp_path / "bom", "csv", bom=True)
    name = Path("essay", "month=2026-01", "essay.csv")
    plain, marked = (tmp_path / "out" / name).read_bytes(), (tmp_path / "bom" / name).read_bytes()
    assert marked == b"\xef\xbb\xbf" + plain
    with (tmp_path / "out" / name).open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["title"] == '\'=HYPERLINK("http://x")'
    assert rows(loaded, f"SELECT text FROM essays.essay WHERE document_id = {row['document_id']}") == [(row["text"],)]


def test_texts_come_in_row_groups_of_a_bounded_size(
    loaded: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writers, "GROUP_CHARS", 1)
    export(loaded, tmp_path / "out", "parquet")
    assert pq.ParquetFile(tmp_path / "out" / "essay" / "month=2026-02" / "essay.parquet").num_row_groups == 2


def test_an_empty_database_exports_an_empty_manifest(store: Store, tmp_path: Path) -> None:
    assert export(store, tmp_path / "out").rows == 0
    assert json.loads((tmp_path / "out" / "essay" / folder.MANIFEST).read_text("utf-8"))["files"] == []


def test_no_connection_or_lock_is_left_behind(loaded: Store, tmp_path: Path) -> None:
    export(loaded, tmp_path / "out")
    assert loaded.engine.pool.checkedout() == 0
    assert not [link for link in map(os.readlink, _open_files()) if link.startswith(str(tmp_path))]


def _open_files() -> list[str]:
    mine = "/proc/self/fd"
    return [f"{mine}/{n}" for n in os.listdir(mine) if os.path.islink(f"{mine}/{n}") and os.path.exists(f"{mine}/{n}")]

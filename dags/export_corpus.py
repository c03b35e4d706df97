"""Write essays, or a release, into a folder: Parquet, JSON lines or CSV, in a file for each month.

Files that are there and still hold are left alone, so running again is safe and quick.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import Param, dag, get_current_context, task

from ingest.orchestration.tasks import LONG, LONG_RUN_LIMIT, RETRIES

WHAT = ["essay", "catalog", "document", "revision", "turn", "relation", "passage"]


@dag(
    schedule=None,
    catchup=False,
    default_args=RETRIES,
    dagrun_timeout=LONG_RUN_LIMIT,
    max_active_runs=1,
    tags=["essays"],
    doc_md=__doc__,
    params={
        "folder": Param(
            None, type=["null", "string"], title="Folder · 文件夹",
            description="On the machine that runs the tasks, such as /exports. 运行任务的机器上的文件夹。",
        ),
        "format": Param(
            "parquet", type="string", enum=["parquet", "jsonl", "csv"], title="Format · 格式",
            description="CSV is safe to open in a spreadsheet. CSV 可安全地用表格软件打开。",
        ),
        "what": Param(
            ["essay"], type="array", items={"type": "string", "enum": WHAT}, examples=WHAT, title="Tables · 表",
            description="essay: one row a work; document: every copy. essay 每部作品一行,document 每个副本一行。",
        ),
        "release": Param(
            None, type=["null", "string"], title="Release · 发布版",
            description="Its name, instead of tables: the same bytes for ever. 填写后只导出该发布版,内容永不改变。",
        ),
        "bom": Param(
            False, type="boolean", title="Byte order mark · 字节顺序标记",
            description="For a CSV that Excel opens by a double click. 供 Excel 双击打开的 CSV 使用。",
        ),
    },
)  # fmt: skip
def export_corpus() -> None:
    @task(execution_timeout=LONG)
    def write() -> dict[str, Any]:
        from ingest import pipeline
        from ingest.export import export
        from ingest.model import IngestError
        from ingest.orchestration.tasks import final

        params = get_current_context()["params"]
        store = pipeline.connect()
        with final():
            if not params["folder"]:
                raise IngestError("No folder was given.", "Give a folder of the machine that runs the tasks.")
            release = params["release"] or None
            done = [
                export(store, params["folder"], params["format"], what, release=release, bom=params["bom"])
                for what in (["essay"] if release else params["what"])
            ]
        print("\n".join(one.line() for one in done))
        return {one.folder: one.rows for one in done}

    write()


export_corpus()

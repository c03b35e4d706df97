"""Read kept bytes again with today's readers, after a reader became better. Asks no network.

What a reader sees differently is a new revision, whose cause says that the reader changed and not the publisher.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import Param, dag, get_current_context, task

from ingest.orchestration.tasks import LONG_RUN_LIMIT, RETRIES, finish, label


@dag(
    schedule=None,
    catchup=False,
    default_args=RETRIES,
    dagrun_timeout=LONG_RUN_LIMIT,
    max_active_runs=1,
    tags=["essays"],
    doc_md=__doc__,
    params={
        "site": Param(
            None, type=["null", "string"], title="Site or host · 站点",
            description="wechat, zhihu, blog.example.com …; by default all. 默认全部。",
        ),
        "reader": Param(
            None, type=["null", "string"], title="Read by · 读取器",
            description="Only what this version read, such as wechat/1. 只重读该版本读过的。",
        ),
    },
)  # fmt: skip
def reread_snapshots() -> None:
    @task
    def plan() -> dict[str, Any]:
        from ingest import pipeline
        from ingest.intake import reread

        context = get_current_context()
        params = context["params"]
        store = pipeline.connect()
        run_id = pipeline.open_run(store, "reread_snapshots", context["run_id"])
        looks = reread.plan(store, params["site"] or None, params["reader"] or None)
        return {"run_id": run_id, "files": len(looks), "batches": pipeline.portions(looks)}

    @task
    def batches(run: dict[str, Any]) -> list[list[int]]:
        found: list[list[int]] = run["batches"]
        return found

    @task(map_index_template="{{ label }}")
    def read(batch: list[int], run: dict[str, Any]) -> int:
        from ingest import pipeline
        from ingest.intake import reread

        label(f"{len(batch)} looks from {batch[0]}")
        return reread.load(pipeline.connect(), run["run_id"], batch)

    run = plan()
    finish(read.partial(run=run).expand(batch=batches(run)), run)  # type: ignore[arg-type]


reread_snapshots()

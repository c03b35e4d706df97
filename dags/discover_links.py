"""Check the sources that are due, and hand in what is new. Pages are then fetched by `ingest_due`.

It begins by itself when a source is due. By hand it can also check sources before their time.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import Asset, AssetWatcher, Param, dag, get_current_context, task

from ingest.orchestration.tasks import NETWORK, RETRIES, RUN_LIMIT, finish, label
from ingest.orchestration.triggers import DueTrigger

CHECK_SECONDS = 600
DUE = Asset("sources_due", watchers=[AssetWatcher("sources_due", trigger=DueTrigger("sources_due"))])


@dag(
    schedule=[DUE],
    catchup=False,
    default_args=RETRIES,
    dagrun_timeout=RUN_LIMIT,
    max_active_runs=1,
    tags=["essays"],
    doc_md=__doc__,
    params={
        "sources": Param(
            [], type="array", items={"type": "string"}, title="Sources · 来源",
            description="Names of sources to check now; none: those that are due. 要立即检查的来源;留空则检查到期的。",
        ),
    },
)  # fmt: skip
def discover_links() -> None:
    @task
    def plan() -> dict[str, Any]:
        from ingest import pipeline, sources

        context = get_current_context()
        store = pipeline.connect()
        wanted = context["params"]["sources"]
        sources.check_now(store, wanted)
        due = [one for one in sources.due_sources(store) if not wanted or one["slug"] in wanted]
        run_id = pipeline.open_run(store, "discover_links", context["run_id"])
        return {"run_id": run_id, "batches": sources.portions(due)}

    @task
    def batches(run: dict[str, Any]) -> list[list[str]]:
        found: list[list[str]] = run["batches"]
        return found

    # Ends before the lease of a source does. What it has no time for stays due.
    @task(map_index_template="{{ label }}", pool=NETWORK["pool"], execution_timeout=timedelta(minutes=14))
    def check(batch: list[str], run: dict[str, Any]) -> dict[str, str]:
        import time

        from ingest import pipeline, sources

        label(f"{batch[0]} … ({len(batch)})")
        owner = f"{get_current_context()['run_id']}/{batch[0]}"
        store = pipeline.connect()
        told = []
        late = time.monotonic() + CHECK_SECONDS
        for slug in batch:
            if time.monotonic() < late:
                told.append(sources.check_source(store, run["run_id"], slug, owner))
                print(told[-1].line())
        return {one.slug: one.state for one in told}

    run = plan()
    finish(check.partial(run=run).expand(batch=batches(run)), run)  # type: ignore[arg-type]


discover_links()

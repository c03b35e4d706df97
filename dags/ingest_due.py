"""Fetch what waited: links that a run had no time for, or that could not be fetched when they were tried.

It begins by itself when something is due. By hand it can also make links due now, give them up, or leave a host alone.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import Asset, AssetWatcher, Param, dag, get_current_context, task

from ingest.orchestration.tasks import RETRIES, RUN_LIMIT, fetch_links, finish
from ingest.orchestration.triggers import DueTrigger

DUE = Asset("links_due", watchers=[AssetWatcher("links_due", trigger=DueTrigger("links_due"))])


def listed(title: str, description: str) -> Param:
    return Param([], type="array", items={"type": "string"}, title=title, description=description)


@dag(
    schedule=[DUE],
    catchup=False,
    default_args=RETRIES,
    dagrun_timeout=RUN_LIMIT,
    max_active_runs=1,
    tags=["essays"],
    doc_md=__doc__,
    params={
        "retry": listed("Retry now · 立即重试", "Links or hosts that wait or were given up. 等待或放弃的链接或站点。"),
        "cancel": listed("Cancel · 取消", "Links or hosts whose links are no longer to be fetched. 不再抓取。"),
        "pause": listed("Pause · 暂停", "Hosts to leave alone. 暂停抓取的站点。"),
        "release": listed("Release · 恢复", "Hosts to go on with; closes their breakers. 恢复抓取的站点。"),
    },
)  # fmt: skip
def ingest_due() -> None:
    @task
    def tend() -> dict[str, Any]:
        from ingest import pipeline
        from ingest.crawl import operate, worker

        context = get_current_context()
        params = context["params"]
        store = pipeline.connect()
        run_id = pipeline.open_run(store, "ingest_due", context["run_id"])
        for host in params["pause"]:
            operate.set_paused(store, host, True)
        for host in params["release"]:
            operate.set_paused(store, host, False)
        cancelled, due = operate.cancel(store, run_id, params["cancel"]), operate.retry(store, params["retry"])
        print(f"{cancelled} cancelled, {due} due now")
        return {"run_id": run_id, "workers": worker.crew(store)}

    run = tend()
    finish(fetch_links(run), run)


ingest_due()

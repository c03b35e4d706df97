"""Fetch the links of a pasted text: a chat as it came. Every link ends in a row or in a reason.

What does not fit into a run waits, and `ingest run` goes on with it. Nothing that is settled is fetched again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import Asset, Param, dag, get_current_context, task

ESSAYS = Asset("essays")
RETRIES: dict[str, Any] = {"retries": 2, "retry_delay": timedelta(seconds=10)}
SECONDS_ON_A_HOST = 300


@dag(
    schedule=None,
    catchup=False,
    default_args=RETRIES,
    max_active_runs=4,
    tags=["essays"],
    doc_md=__doc__,
    params={
        "text": Param(
            "", type="string", minLength=1, format="multiline", title="Text with links · 含链接的文字",
            description="A chat as it came. It stays visible in this run: paste no session keys (key, pass_ticket)."
            " 原样粘贴聊天记录。内容会留在本次运行里,请勿粘贴会话密钥。",
        ),
        "by": Param(None, type=["null", "string"], title="Shared by · 分享人"),
        "tags": Param(
            [], type="array", items={"type": "string"}, title="Tags · 标签", description="One a line. 一行一个。"
        ),
        "refetch": Param(False, type="boolean", title="Look again · 重新抓取", description="Also at what is settled."),
        "preview": Param(False, type="boolean", title="Preview · 仅预览", description="Fetch nothing. 只列出,不抓取。"),
    },
)  # fmt: skip
def ingest_links() -> None:
    @task
    def accept() -> list[dict[str, Any]]:
        from airflow.sdk.exceptions import AirflowSkipException

        from ingest import links, pipeline
        from ingest.accept import accept as take_apart

        context = get_current_context()
        params = context["params"]
        if params["preview"]:
            taken = take_apart(params["text"])
            print("\n".join([*(str(a.url) for a in taken.addresses), *(f"no link: {card}" for card in taken.cards)]))
            raise AirflowSkipException("only a preview")
        store = pipeline.connect()
        run_id = pipeline.open_run(store, "ingest_links", context["run_id"])
        handed = links.hand_in(store, run_id, params["text"], params["by"], tuple(params["tags"]), params["refetch"])
        given = {"run_id": run_id, "of": handed.total}
        return [{**given, "host": host} for host in links.due_hosts(store, run_id)] or [{**given, "host": None}]

    @task(map_index_template="{{ host }}")
    def fetch(target: dict[str, Any]) -> int:
        from ingest import links, pipeline

        context = get_current_context()
        context["host"] = target["host"] or "nothing is due"  # type: ignore[typeddict-unknown-key]
        if target["host"] is None:
            return 0
        task_instance = context["ti"]
        owner = f"{context['run_id']}/{task_instance.task_id}/{task_instance.map_index}"
        run_id = target["run_id"]
        return links.fetch_host(pipeline.connect(), run_id, target["host"], SECONDS_ON_A_HOST, owner, run_id)

    @task
    def relate() -> int:
        from ingest import pipeline

        return pipeline.relate(pipeline.connect())

    @task(retries=0)
    def account(targets: list[dict[str, Any]]) -> dict[str, int]:
        from ingest import links, pipeline

        store, run_id = pipeline.connect(), targets[0]["run_id"]
        links.settle_waiting(store, run_id)
        told = pipeline.close_run(store, run_id)
        print("\n".join(told.lines()))
        return pipeline.check_mentions(told, targets[0]["of"])

    @task(outlets=[ESSAYS], retries=0)
    def announce(related: int) -> None:
        from airflow.sdk.exceptions import AirflowSkipException

        if not related:
            raise AirflowSkipException("nothing new")

    targets = accept()
    related = relate()
    fetch.expand(target=targets) >> related
    told = account(targets)  # type: ignore[arg-type]
    related >> told >> announce(related)  # type: ignore[arg-type]


ingest_links()

"""Fetch the links of a pasted text: a chat as it came. Every link ends in a row or in a reason.

What does not fit into a run waits, and `ingest_due` goes on with it. Nothing that is settled is fetched again.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import Param, dag, get_current_context, task

from ingest.orchestration.tasks import RETRIES, RUN_LIMIT, fetch_links, finish


@dag(
    schedule=None,
    catchup=False,
    default_args=RETRIES,
    dagrun_timeout=RUN_LIMIT,
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
    def accept() -> dict[str, Any]:
        from airflow.sdk.exceptions import AirflowSkipException

        from ingest import pipeline
        from ingest.crawl import worker
        from ingest.extract import accept as take_apart
        from ingest.intake import submit

        context = get_current_context()
        params = context["params"]
        if params["preview"]:
            taken = take_apart(params["text"])
            print("\n".join([*(str(a.url) for a in taken.addresses), *(f"no link: {card}" for card in taken.cards)]))
            raise AirflowSkipException("only a preview")
        store = pipeline.connect()
        run_id = pipeline.open_run(store, "ingest_links", context["run_id"])
        handed = submit.hand_in(store, run_id, params["text"], params["by"], tuple(params["tags"]), params["refetch"])
        return {"run_id": run_id, "links": handed.total, "workers": worker.crew(store, run_id)}

    run = accept()
    finish(fetch_links(run, of_run=True), run)


ingest_links()

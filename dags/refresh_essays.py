"""Look at essays again 1, 3, 7, 30 and 90 days after publication: edits become revisions, takedowns dated states.

At most a tenth of what a host may be asked; nothing is overwritten, and an unchanged page costs a digest.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, get_current_context, task

from ingest.orchestration.tasks import RETRIES, RUN_LIMIT, fetch_links, finish


@dag(
    schedule="11 * * * *",
    catchup=False,
    default_args=RETRIES,
    dagrun_timeout=RUN_LIMIT,
    max_active_runs=1,
    tags=["essays"],
    doc_md=__doc__,
)
def refresh_essays() -> None:
    @task
    def plan() -> dict[str, Any]:
        from airflow.sdk.exceptions import AirflowSkipException

        from ingest import pipeline
        from ingest.crawl import refresh, worker

        store = pipeline.connect()
        run_id = pipeline.open_run(store, "refresh_essays", get_current_context()["run_id"])
        count = refresh.plan(store, run_id)
        workers = worker.crew(store, run_id)
        if not workers:
            pipeline.close_run(store, run_id)
            raise AirflowSkipException("nothing is of an age to be looked at again")
        return {"run_id": run_id, "links": count, "workers": workers}

    run = plan()
    finish(fetch_links(run, of_run=True), run)


refresh_essays()

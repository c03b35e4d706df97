"""Look at essays again 1, 3, 7, 30 and 90 days after publication: edits become revisions, takedowns dated states.

At most a tenth of what a host may be asked; nothing is overwritten, and an unchanged page costs a digest.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, get_current_context, task

from ingest.desk.tasks import RETRIES, finish, label

SECONDS_ON_A_HOST = 420


@dag(
    schedule="11 * * * *",
    catchup=False,
    default_args=RETRIES,
    max_active_runs=1,
    tags=["essays"],
    doc_md=__doc__,
)
def refresh_essays() -> None:
    @task
    def plan() -> dict[str, Any]:
        from airflow.sdk.exceptions import AirflowSkipException

        from ingest import links, pipeline, refresh

        store = pipeline.connect()
        run_id = pipeline.open_run(store, "refresh_essays", get_current_context()["run_id"])
        count = refresh.plan(store, run_id)
        hosts = links.due_hosts(store, run_id)
        if not hosts:
            pipeline.close_run(store, run_id)
            raise AirflowSkipException("nothing is of an age to be looked at again")
        return {"run_id": run_id, "links": count, "hosts": hosts}

    @task
    def hosts(run: dict[str, Any]) -> list[str]:
        found: list[str] = run["hosts"]
        return found

    @task(map_index_template="{{ label }}")
    def fetch(host: str, run: dict[str, Any]) -> int:
        from ingest import links, pipeline

        label(host)
        owner = f"{get_current_context()['run_id']}/{host}"
        return links.fetch_host(pipeline.connect(), run["run_id"], host, SECONDS_ON_A_HOST, owner, run["run_id"])

    run = plan()
    finish(fetch.partial(run=run).expand(host=hosts(run)), run)  # type: ignore[arg-type]


refresh_essays()

"""Look after the whole once a day: session keys, what a crash left undone, a backup, the daily account.

Pages that were read before lines at their edges were known to recur on their host are read again.
"""

from __future__ import annotations

from airflow.sdk import dag, get_current_context, task

from ingest.orchestration.tasks import LONG, LONG_RUN_LIMIT, RETRIES, announce, relate


@dag(
    schedule="30 20 * * *",  # half past four in the morning in Beijing
    catchup=False,
    default_args=RETRIES,
    dagrun_timeout=LONG_RUN_LIMIT,
    max_active_runs=1,
    tags=["essays"],
    doc_md=__doc__,
)
def maintain() -> None:
    @task
    def purge() -> int:
        from ingest.orchestration import runs

        gone = runs.purge()
        print("\n".join(gone))
        return len(gone)

    @task(execution_timeout=LONG)
    def recurring() -> int:
        from ingest import pipeline
        from ingest.intake import reread

        return reread.recurring(pipeline.connect(), get_current_context()["run_id"])

    @task(pool="fetch")
    def pictures() -> int:
        from ingest import pipeline
        from ingest.crawl.images import keep

        return keep(pipeline.connect(), seconds=1800).kept

    @task(execution_timeout=LONG)
    def pack() -> int:
        from ingest import pipeline
        from ingest.similarity.relating import pack as pack_fingerprints

        return pack_fingerprints(pipeline.connect())

    @task(retries=0, execution_timeout=LONG)
    def backup() -> str:
        from airflow.sdk.exceptions import AirflowSkipException

        from ingest.local.backup import back_up, is_ours
        from ingest.settings import settings

        if not settings().backups or not is_ours():
            raise AirflowSkipException("none are wanted, or the database is somebody else's to back up")
        return str(back_up())

    @task(retries=0)
    def account() -> None:
        from ingest import pipeline
        from ingest.model import IngestError
        from ingest.orchestration import runs
        from ingest.similarity.relating import measure_again
        from ingest.store import face

        store = pipeline.connect()
        lines = [f"{row['count']:,} {row['what']}" for row in face.daily(store)]
        print("\n".join(lines))
        context = get_current_context()
        runs.note(context["dag"].dag_id, context["run_id"], lines)
        problems = [f"{row['problem']}: {row['detail']}" for row in face.inconsistencies(store)]
        problems += measure_again(store, sample=200)[1]
        if problems:
            raise IngestError("\n".join(problems), "Please report this.")

    related = relate()
    backup()
    purge() >> recurring() >> related >> pack() >> pictures() >> account() >> announce(related)  # type: ignore[arg-type]  # it stands for the number


maintain()

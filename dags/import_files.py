"""Import saved pages, Markdown, text, and what exporters wrote. Files that were imported before are left alone."""

from __future__ import annotations

from typing import Any

from airflow.sdk import Param, dag, get_current_context, task

from ingest.orchestration.tasks import LONG_RUN_LIMIT, RETRIES, finish, label


@dag(
    schedule=None,
    catchup=False,
    default_args=RETRIES,
    dagrun_timeout=LONG_RUN_LIMIT,
    max_active_runs=4,
    tags=["essays"],
    doc_md=__doc__,
    params={
        "paths": Param(
            [], type="array", items={"type": "string", "minLength": 1}, minItems=1, title="Paths · 路径",
            description="Files and folders, one a line, on the machine that runs the tasks. 文件或文件夹,一行一个。",
        ),
    },
)  # fmt: skip
def import_files() -> None:
    @task
    def plan() -> dict[str, Any]:
        from ingest import pipeline
        from ingest.intake import imports
        from ingest.orchestration.tasks import final

        context = get_current_context()
        with final():
            found = imports.plan(context["params"]["paths"])
        run_id = pipeline.open_run(pipeline.connect(), "import_files", context["run_id"])
        batches = pipeline.portions(found.files)
        return {
            "run_id": run_id, "files": found.total, "lists": found.lists, "folders": found.folders, "batches": batches
        }  # fmt: skip

    @task
    def batches(run: dict[str, Any]) -> list[list[str]]:
        found: list[list[str]] = run["batches"]
        return found

    @task(map_index_template="{{ label }}")
    def load(batch: list[str], run: dict[str, Any]) -> int:
        from ingest import pipeline
        from ingest.intake import imports

        label(f"{batch[0]} … ({len(batch)} files)")
        plan = imports.Plan(tuple(batch), tuple(run["lists"]), folders=tuple(run["folders"]))
        imports.load(pipeline.connect(), run["run_id"], plan)
        return len(batch)

    @task(trigger_rule="none_failed")
    def lists(run: dict[str, Any]) -> None:
        from ingest import pipeline
        from ingest.intake import imports

        imports.load_lists(pipeline.connect(), run["run_id"], run["lists"])

    run = plan()
    listed = lists(run)  # type: ignore[arg-type]
    load.partial(run=run).expand(batch=batches(run)) >> listed  # type: ignore[arg-type]
    finish(listed, run)


import_files()

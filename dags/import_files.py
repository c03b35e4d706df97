"""Import saved pages, Markdown, text, and what exporters wrote. Files that were imported before are left alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import Asset, Param, dag, get_current_context, task

ESSAYS = Asset("essays")
RETRIES: dict[str, Any] = {"retries": 2, "retry_delay": timedelta(seconds=10)}


@dag(
    schedule=None,
    catchup=False,
    default_args=RETRIES,
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
    def plan() -> list[dict[str, Any]]:
        from airflow.sdk.exceptions import AirflowFailException

        from ingest import imports, pipeline
        from ingest.model import IngestError, Unavailable

        context = get_current_context()
        try:
            found = imports.plan(context["params"]["paths"])
        except Unavailable:
            raise
        except IngestError as error:
            raise AirflowFailException(str(error)) from None  # trying again would change nothing
        run_id = pipeline.open_run(pipeline.connect(), "import_files", context["run_id"])
        given = {"run_id": run_id, "lists": found.lists, "of": found.total}
        return [{**given, "files": part} for part in pipeline.portions(found.files) or [[]]]

    @task(map_index_template="{{ portion }}")
    def load(batch: dict[str, Any]) -> int:
        from ingest import imports, pipeline

        files = batch["files"]
        get_current_context()["portion"] = f"{files[0] if files else 'lists'} … ({len(files)} files)"  # type: ignore[typeddict-unknown-key]
        imports.load(pipeline.connect(), batch["run_id"], imports.Plan(tuple(files), tuple(batch["lists"])))
        return len(files)

    @task
    def lists(batches: list[dict[str, Any]]) -> None:
        from ingest import imports, pipeline

        imports.load_lists(pipeline.connect(), batches[0]["run_id"], batches[0]["lists"])

    @task(trigger_rule="all_done")
    def relate() -> int:
        from ingest import pipeline

        return pipeline.relate(pipeline.connect())

    @task(retries=0)
    def account(batches: list[dict[str, Any]]) -> dict[str, int]:
        from ingest import pipeline

        told = pipeline.close_run(pipeline.connect(), batches[0]["run_id"])
        print("\n".join(told.lines()))
        return pipeline.check_total(told, batches[0]["of"])

    @task(outlets=[ESSAYS], retries=0)
    def announce(related: int) -> None:
        from airflow.sdk.exceptions import AirflowSkipException

        if not related:
            raise AirflowSkipException("nothing new")

    batches = plan()
    related = relate()
    load.expand(batch=batches) >> lists(batches) >> related  # type: ignore[arg-type]
    told = account(batches)  # type: ignore[arg-type]
    related >> told >> announce(related)  # type: ignore[arg-type]


import_files()

"""Load a directory of essays as a seed corpus, or load it again: what did not change is left alone."""

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
        "directory": Param(
            "", type="string", minLength=1, title="Directory · 目录",
            description="Folder with the essays, on the machine that runs the tasks. 种子文集所在的文件夹。",
        ),
        "corpus": Param(
            None, type=["null", "string"], title="Corpus · 文集名",
            description="Name of the corpus; by default the folder's name. 默认用文件夹的名字。",
        ),
    },
)  # fmt: skip
def load_seed_corpus() -> None:
    @task
    def plan() -> list[dict[str, Any]]:
        from airflow.sdk.exceptions import AirflowFailException

        from ingest import pipeline, seeds
        from ingest.model import IngestError, Unavailable

        context = get_current_context()
        params = context["params"]
        store = pipeline.connect()
        run_id = pipeline.open_run(store, "load_seed_corpus", context["run_id"])
        try:
            corpus, paths = seeds.plan(store, params["directory"], params["corpus"] or None)
        except Unavailable:
            raise
        except IngestError as error:
            raise AirflowFailException(str(error)) from None  # trying again would change nothing
        return [
            {"run_id": run_id, "corpus": corpus, "paths": batch, "of": len(paths)} for batch in pipeline.portions(paths)
        ]

    @task(map_index_template="{{ portion }}")
    def load(batch: dict[str, Any]) -> int:
        from ingest import pipeline, seeds

        context = get_current_context()
        context["portion"] = f"{batch['paths'][0]} … ({len(batch['paths'])} files)"  # type: ignore[typeddict-unknown-key]
        directory = context["params"]["directory"]
        seeds.load(pipeline.connect(), batch["run_id"], directory, batch["corpus"], batch["paths"])
        return len(batch["paths"])

    @task(trigger_rule="all_done")
    def relate() -> int:
        from ingest import pipeline

        return pipeline.relate(pipeline.connect())

    @task(retries=0)
    def account(batches: list[dict[str, Any]]) -> dict[str, int]:
        from ingest import pipeline

        first = batches[0]
        told = pipeline.close_run(pipeline.connect(), first["run_id"], first["corpus"])
        print("\n".join(told.lines()))
        return pipeline.check_total(told, first["of"])

    @task(outlets=[ESSAYS], retries=0)
    def announce(related: int) -> None:
        from airflow.sdk.exceptions import AirflowSkipException

        if not related:
            raise AirflowSkipException("nothing new")

    batches = plan()
    related = relate()
    load.expand(batch=batches) >> related
    told = account(batches)  # type: ignore[arg-type]
    related >> told >> announce(related)  # type: ignore[arg-type]


load_seed_corpus()

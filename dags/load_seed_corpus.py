"""Load a directory of essays as a seed corpus, or load it again: what did not change is left alone."""

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
    def plan() -> dict[str, Any]:
        from ingest import pipeline
        from ingest.intake import seeds
        from ingest.orchestration.tasks import final

        context = get_current_context()
        params = context["params"]
        store = pipeline.connect()
        run_id = pipeline.open_run(store, "load_seed_corpus", context["run_id"])
        with final():
            corpus, paths = seeds.plan(store, params["directory"], params["corpus"] or None)
        return {"run_id": run_id, "corpus": corpus, "files": len(paths), "batches": pipeline.portions(paths)}

    @task
    def batches(run: dict[str, Any]) -> list[list[str]]:
        found: list[list[str]] = run["batches"]
        return found

    @task(map_index_template="{{ label }}")
    def load(batch: list[str], run: dict[str, Any]) -> int:
        from ingest import pipeline
        from ingest.intake import seeds

        label(f"{batch[0]} … ({len(batch)} files)")
        directory = get_current_context()["params"]["directory"]
        seeds.load(pipeline.connect(), run["run_id"], directory, run["corpus"], batch)
        return len(batch)

    run = plan()
    finish(load.partial(run=run).expand(batch=batches(run)), run)  # type: ignore[arg-type]


load_seed_corpus()

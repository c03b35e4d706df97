"""An Airflow that runs the DAGs of the project, with metadata of its own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from ..conftest import ROOT

DAGS = ROOT / "dags"
RUN = """
import sys
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(dag_folder=sys.argv[1], bundle_path=sys.argv[1])
assert not bag.import_errors, bag.import_errors
run = bag.dags[sys.argv[2]].test(run_conf=__import__("json").loads(sys.argv[3]))
print("STATE", run.state)
"""


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of an Airflow with metadata of its own; a live one would run what a test runs."""
    home = tmp_path_factory.mktemp("airflow")
    environment = {
        **os.environ, "AIRFLOW_HOME": str(home), "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS), "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
    }  # fmt: skip
    python(environment, "-m", "airflow", "db", "migrate")
    return environment


def python(environment: dict[str, str], *arguments: str) -> str:
    said = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
        timeout=300,
        check=False,
    )
    assert said.returncode == 0, said.stdout[-3000:] + said.stderr[-3000:]
    return said.stdout

"""What Airflow on this machine is told, through its environment."""

from __future__ import annotations

import base64
import hashlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from ingest.local import ports, state
from ingest.settings import MARK, given

USER = "admin"
PIPELINE = "pipeline"
"""The user that tasks are to Airflow's API: it may write notes on runs and delete them, and no more."""
AUTH_MANAGER = "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager"


def wanted(local: state.Local, home: Path, database: str, dags_folder: Path) -> dict[str, str]:
    """Everything but the port, which is chosen when Airflow starts."""
    fernet = hashlib.sha256(local.secret("fernet").encode()).digest()
    return {
        **{name: value for name, value in os.environ.items() if name.startswith("AIRFLOW__")},
        **given(),  # tasks know no other settings than these
        MARK: str(home),
        "SPT_NOENV": "1",  # processes that rename themselves shall not overwrite the environment that we know them by
        "AIRFLOW_HOME": str(home),
        "AIRFLOW_CONFIG": str(home / "airflow.cfg"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database.replace("postgresql://", "postgresql+psycopg2://", 1),
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags_folder.absolute()),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__FERNET_KEY": base64.urlsafe_b64encode(fernet).decode(),
        "AIRFLOW__CORE__AUTH_MANAGER": AUTH_MANAGER,
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin,{PIPELINE}:user",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "passwords.json"),
        "AIRFLOW__API__HOST": ports.HOST,
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API__SECRET_KEY": local.secret("airflow_api", 64),
        "AIRFLOW__API_AUTH__JWT_SECRET": local.secret("airflow_jwt", 64),
        "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "False",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "5",
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "10",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "ESSAYS_HOME": str(home.parent),
        "ESSAYS_AIRFLOW_USER": PIPELINE,
        "ESSAYS_AIRFLOW_PASSWORD": local.secret("airflow_pipeline"),
    }


def environment(told: Mapping[str, str], url: str) -> dict[str, str]:
    """The environment of Airflow's processes: this one's, what Airflow is told, and where its API is."""
    exempt = {
        name: ",".join(filter(None, [os.environ.get(name), "127.0.0.1,localhost"])) for name in ("NO_PROXY", "no_proxy")
    }
    return {
        **os.environ,
        **told,
        **exempt,  # tasks talk to this machine; a proxy for the outside must not come between
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        "PYTHONUNBUFFERED": "1",
        "AIRFLOW__API__PORT": url.rpartition(":")[2],
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "ESSAYS_AIRFLOW_URL": url,
    }

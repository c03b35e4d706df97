"""Postgres and Airflow for one machine: started, found again, stopped."""

from ingest.local.airflow import AirflowStatus, airflow_home, airflow_status, start_airflow, stop_airflow
from ingest.local.api import AirflowApi, AirflowEndpoint, RunResult
from ingest.local.postgres import (
    PostgresStatus,
    Urls,
    destroy_postgres,
    ensure_postgres,
    known_urls,
    postgres_status,
    psql_line,
    stop_postgres,
    superuser_url,
)

__all__ = [
    "AirflowApi",
    "AirflowEndpoint",
    "AirflowStatus",
    "PostgresStatus",
    "RunResult",
    "Urls",
    "airflow_home",
    "airflow_status",
    "destroy_postgres",
    "ensure_postgres",
    "known_urls",
    "postgres_status",
    "psql_line",
    "start_airflow",
    "stop_airflow",
    "stop_postgres",
    "superuser_url",
]

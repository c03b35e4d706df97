"""Postgres: the only room with SQLAlchemy and psycopg2. Statements are SQL, in ``sql/statements``, by name."""

from ingest.store.connection import Store
from ingest.store.migrations import migrate, schema_version

__all__ = ["Store", "migrate", "schema_version"]

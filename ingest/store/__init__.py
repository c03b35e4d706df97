"""Postgres: the only room with SQLAlchemy and psycopg2. Statements are SQL, in ``sql/statements``, by name."""

from sqlalchemy import Connection

from ingest.store.connection import Store, ask
from ingest.store.migrations import migrate, schema_version

__all__ = ["Connection", "Store", "ask", "migrate", "schema_version"]

"""Out of the database: tables as Parquet, JSON lines or CSV, in a file for each month of publication.

Re-run on the same data, every file has the same bytes. A file has its name only when it is whole; what an interrupted
export has written stays, and the next one goes on. ``_manifest.json`` has rows, bytes and SHA-256 of every file.
"""

from ingest.export.folder import FORMATS, TABLES, Exported, export

__all__ = ["FORMATS", "TABLES", "Exported", "export"]

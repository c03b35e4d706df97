"""DuckDB on an export, without a database: ``python parquet_in_duckdb.py exports`` after ``ingest export exports``.

The month of a file's folder is a column; DuckDB opens only the months that a question is about.
"""

import sys

import duckdb

folder = sys.argv[1] if len(sys.argv) > 1 else "exports"

by_month = duckdb.sql(
    """
    SELECT month, count(*) AS essays, sum(char_count) AS characters,
        count(*) FILTER (WHERE text LIKE '%模型%') AS about_models
    FROM read_parquet($files, hive_partitioning = true, hive_types_autocast = false)
    GROUP BY month ORDER BY month
    """,
    params={"files": f"{folder}/essay/*/*.parquet"},
)
print(by_month)

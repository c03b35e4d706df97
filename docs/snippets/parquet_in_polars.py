"""polars on an export, lazily: ``python parquet_in_polars.py exports`` after ``ingest export exports``.

Only the columns and months that a question is about are read.
"""

import sys

import polars as pl

folder = sys.argv[1] if len(sys.argv) > 1 else "exports"
essays = pl.scan_parquet(f"{folder}/essay/*/*.parquet", hive_partitioning=True, hive_schema={"month": pl.String})

by_account = (
    essays.group_by("account")
    .agg(
        pl.len().alias("essays"),
        pl.col("char_count").sum().alias("characters"),
        pl.col("text").str.contains("模型", literal=True).mean().alias("about_models"),
        pl.col("month").min().alias("first"),
    )
    .sort("essays", "account", descending=[True, False], nulls_last=True)
    .collect()
)
print(by_account)

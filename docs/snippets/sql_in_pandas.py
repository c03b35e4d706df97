"""pandas on the database: ``ESSAYS_ANALYST_URL=… python sql_in_pandas.py``.

``catalog`` has everything but the texts, so that a whole corpus fits into memory; the texts that are needed are fetched
by number.
"""

import os

import pandas as pd
from sqlalchemy import create_engine, make_url, text

# A bare postgresql:// means another driver since SQLAlchemy 2.1.
engine = create_engine(make_url(os.environ["ESSAYS_ANALYST_URL"]).set(drivername="postgresql+psycopg2"))

with engine.connect() as connection:
    catalog = pd.read_sql_query(text("SELECT * FROM essays.catalog"), connection, parse_dates=["published_on"])
    longest = catalog.nlargest(3, "char_count")
    texts = pd.read_sql_query(
        text("SELECT document_id, text FROM essays.document WHERE document_id = ANY (:ids)"),
        connection, params={"ids": longest["document_id"].tolist()},
    )  # fmt: skip
engine.dispose()

print(catalog.groupby(["corpus", "found_by"])["char_count"].agg(["count", "median", "sum"]))
print(longest.merge(texts, on="document_id")[["display_title", "char_count", "published_on"]])

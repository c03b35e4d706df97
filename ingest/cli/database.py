"""The database as the commands find it: started when it is ours, migrated when it is new."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.store import Store


@contextmanager
def opened() -> Iterator[Store]:
    """The database as the loader: the embedded server is started when it isn't running, a new database is migrated."""
    from ingest.local.postgres import ensure_postgres
    from ingest.store import Store, schema_version

    urls = ensure_postgres()
    store = Store(urls.loader)
    try:
        if _is_new(urls.owner):
            migrated(urls.owner, urls.loader, urls.analyst)
        schema_version(store)
        yield store
    finally:
        store.close()


def _is_new(owner: str) -> bool:
    from ingest.store import Store, schema_version

    store = Store(owner)
    try:
        return schema_version(store) is None
    finally:
        store.close()


def migrated(owner: str, loader: str, analyst: str) -> list[str]:
    """Brings the schema up to date, and in a server that was given the passwords; the migrations that were applied."""
    from ingest.settings import settings
    from ingest.store import migrate
    from ingest.store.migrations import set_passwords

    applied = migrate(owner)
    if settings().database_url is not None:
        own = [url for url, given in ((loader, settings().loader_url), (analyst, settings().analyst_url)) if not given]
        set_passwords(owner, own)
    return applied

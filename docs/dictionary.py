"""Writes docs/data-dictionary.md from a database with nothing but the schema in it: ``python docs/dictionary.py``."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

TARGET = Path(__file__).parent / "data-dictionary.md"


def main() -> None:
    """Makes a server of its own in a folder of its own, and removes both again."""
    with tempfile.TemporaryDirectory(prefix="essays-docs-") as home:
        for name in [name for name in os.environ if name.startswith("ESSAYS_")]:
            del os.environ[name]
        os.environ["ESSAYS_HOME"] = home

        from ingest.export.dictionary import render  # noqa: PLC0415  the home is set now
        from ingest.local.postgres import destroy_postgres, ensure_postgres  # noqa: PLC0415  the same
        from ingest.store import Store, migrate  # noqa: PLC0415  the same

        try:
            urls = ensure_postgres()
            migrate(urls.owner)
            store = Store(urls.loader)
            TARGET.write_text(render(store), "utf-8")
            store.close()
        finally:
            destroy_postgres()


if __name__ == "__main__":
    main()

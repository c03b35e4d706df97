"""Writes what a new case is read as today beside it, for a person to check: ``python -m tests.make FILE…``.

A case is a page in ``tests/pages/<site>/``, a text in ``tests/texts/`` or a source in ``tests/feeds/``. Pages and sources
need the address where they were found: ``--url``. A value that is there already stays.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from ingest.markup.page import Page
from ingest.model import Reading
from ingest.sites import sites
from ingest.sources.discover import bodies

from . import test_discover, test_formats, test_sites

EMPTY = (None, [], ())


def of_page(path: Path, url: str | None) -> dict[str, Any]:
    site = next((site for site in sites() if path.parent.name == site.NAME), None)
    if site is None:
        raise SystemExit(f"{path}: there is no site {path.parent.name}. Add ingest/sites/{path.parent.name}.py first.")
    page = Page(path.read_text("utf-8"), url)
    if not site.owns(page):
        raise SystemExit(f"{path}: {site.NAME} says that this page is not its own. Give its address with --url.")
    return {"found_at": url} | test_sites.value(site.read(page))


def of_text(path: Path, url: str | None) -> dict[str, Any]:
    return {"reader": test_formats.reading_of(path).reader} | test_formats.seen(test_formats.essay_of(path))


def of_source(path: Path, url: str | None) -> dict[str, Any]:
    if url is None:
        raise SystemExit(f"{path}: where was it found? Say it with --url.")
    got = test_discover.found(path.read_bytes(), url)
    items = []
    for one in got.items:
        read = bodies.reading(one, got)
        body = {"body": read.essay.text} if isinstance(read, Reading) and read.essay else {"no_body": read}
        published = one.published.at.isoformat() if one.published else None
        items.append({"key": one.address.key, "title": one.title, "author": one.author, "account": one.account,
                      "published": published, **body})  # fmt: skip
    return {"url": url, "kind": got.kind, "title": got.title, "refusals": got.refusals, "next_url": got.next_url,
            "places": [place.url for place in got.places], "items": items}  # fmt: skip


KINDS = {"pages": of_page, "texts": of_text, "feeds": of_source}


def make(path: Path, url: str | None) -> str:
    """Writes the value of one case; what became of it. Raises SystemExit with the reason when it can't be read."""
    kind = path.resolve().parent.name if path.resolve().parent.name in KINDS else path.resolve().parents[1].name
    if kind not in KINDS or not path.is_file():
        raise SystemExit(f"{path} is no file in tests/pages/<site>, tests/texts or tests/feeds.")
    beside = path.with_name(path.name.removesuffix(path.suffix).removesuffix(".source") + ".json")
    if beside.exists():
        return f"{beside} is there and stays; remove it to have it made anew."
    told = KINDS[kind](path.resolve(), url)
    always = {"title", "refusals", "items"}
    kept = {name: value for name, value in told.items() if value not in EMPTY or name in always}
    beside.write_text(json.dumps(kept, ensure_ascii=False, indent=2, default=str) + "\n", "utf-8")
    return f"{beside} is written. Read it line by line: it says what the reader does, not what is right."


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, prog="python -m tests.make")
    options.add_argument("files", nargs="+", type=Path)
    options.add_argument("--url")
    given = options.parse_args()
    for file in given.files:
        print(make(file, given.url))

"""Databases with something in them, for tests that only read or write beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from ingest import pipeline
from ingest.intake import imports, seeds
from ingest.model import Address, Essay, Look, Obtained, Reading, Snapshot, State
from ingest.store import Store
from ingest.store.record import record

from ..conftest import ROOT

SHORT = Address("wechat:s/AAAAAAAAAAAAAAAAAAAAAA", "https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAAA", "wechat")
NATIVE = "MzA5MDEyMzQ1Ng==/2649000101/1"
TEXT = "规模定律告诉我们损失随着参数、数据与算力的增长而平滑地下降，却没有告诉我们能力何时出现。"


def load_examples(store: Store) -> None:
    """The example corpus and the example pages, related, in a run each."""
    folder = str(ROOT / "examples" / "corpus")
    corpus, paths = seeds.plan(store, folder, "examples")
    run_id = pipeline.open_run(store, "load_seed_corpus")
    seeds.load(store, run_id, folder, corpus, paths)
    pipeline.close_run(store, run_id)
    run_id = pipeline.open_run(store, "import_files")
    imports.load(store, run_id, imports.plan([str(ROOT / "examples" / "pages")]))
    pipeline.relate(store)
    pipeline.close_run(store, run_id)


def load_files(store: Store, folder: Path, **texts: str) -> None:
    """A seed corpus of these texts, by their names; loaded again, changed texts are edits."""
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.md").write_text(text, "utf-8")
    corpus, paths = seeds.plan(store, str(folder), "own")
    run_id = pipeline.open_run(store, "seed")
    seeds.load(store, run_id, str(folder), corpus, paths)
    pipeline.relate(store)
    pipeline.close_run(store, run_id)


def load_page(store: Store, address: Address, text: str, native: str | None, **said: Any) -> None:
    """A page fetched from this address, read as an essay with this identity."""
    essay = replace(Essay(text, text, "规模定律", title="规模定律", native_id=native, url=address.url), **said)
    reading = Reading(State.ARTICLE, "wechat/1", "wechat", essay, addresses=(address,))
    key = f"wechat:{native}" if native else address.key
    look = Look(address, Snapshot(text.encode()), reading, "network", Obtained.FETCHED, "ingested", "links",
                f"{address.key} {native} {len(text)}", key)  # fmt: skip
    run_id = pipeline.open_run(store, "links")
    record(store, run_id, [look], "readers")
    pipeline.relate(store)
    pipeline.close_run(store, run_id)

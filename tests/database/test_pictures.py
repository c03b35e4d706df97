"""Bytes of pictures: kept once, politely, with their reasons when they don't come, and only when somebody asks."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest

from ingest.crawl import images
from ingest.settings import settings
from ingest.store import Store

from ..conftest import ROOT, change, database_url, rows
from .test_import import hand_in

PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=")
HOST = "mmbiz.qpic.cn"
NAMES = {"one": "a" * 24, "same": "b" * 24, "lies": "c" * 24, "missing": "d" * 24, "large": "e" * 24}
PAGE = (ROOT / "tests" / "pages" / "wechat" / "article_quotes_a_notice.html").read_text("utf-8")


def where(name: str) -> str:
    return f"/sz_mmbiz_png/{NAMES[name]}/640"


@pytest.fixture
def lab(open_lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    folder = tmp_path / "answers"
    folder.mkdir()
    (folder / "picture.png").write_bytes(PNG)
    (folder / "large.png").write_bytes(PNG + b"0" * 4000)
    monkeypatch.setenv("ESSAYS_HOST_SPACING", "0")
    monkeypatch.setenv("ESSAYS_KEEP_IMAGES", "true")
    monkeypatch.setattr(images, "LARGEST", 2000)
    png = {"do": "page", "file": "picture.png", "content_type": "image/jpeg"}
    paths = {
        where("one"): png,
        where("same"): png,
        where("lies"): {"do": "page", "html": "<p>no</p>", "content_type": "image/png"},
    }
    paths[where("large")] = {"do": "page", "file": "large.png", "content_type": "image/png"}
    return open_lab({HOST: paths}, folder)


@pytest.fixture
def article(tmp_path: Path) -> Path:
    images = "".join(f'<p><img data-src="https://{HOST}{where(name)}?wx_fmt=png"></p>' for name in NAMES)
    path = tmp_path / "page.html"
    path.write_text(PAGE.replace('opacity: 0;">', f'opacity: 0;">{images}', 1), "utf-8")
    return path


def states(store: Store) -> list[tuple[object, ...]]:
    return rows(store, "SELECT state, count(*) FROM ingest.picture_address GROUP BY state ORDER BY state")


def test_pictures_are_kept_once_by_what_they_are(store: Store, lab, article: Path) -> None:
    hand_in(store, article)
    assert images.keep(store) == images.Kept(looks=5, kept=2)
    assert rows(store, "SELECT media_type, bytes, count(*) FROM essays.image GROUP BY 1, 2 ORDER BY 3 DESC") == [
        (None, None, 3), ("image/png", len(PNG), 2),
    ]  # fmt: skip
    assert [bytes(row[0]) for row in rows(store, "SELECT bytes FROM ingest.picture")] == [PNG]
    assert states(store) == [("kept", 2), ("not_a_page", 1), ("not_found", 1), ("too_large", 1)]
    assert {asked.headers.get("referer") for asked in lab.looks} == {"https://mp.weixin.qq.com/"}
    assert images.keep(store) == images.Kept()
    assert len(lab.looks) == 5


def test_nothing_is_fetched_unless_somebody_asked(
    store: Store, lab, article: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESSAYS_KEEP_IMAGES", "false")
    settings.cache_clear()
    hand_in(store, article)
    assert images.keep(store) == images.Kept()
    assert lab.asked == []
    assert states(store) == []


def test_a_document_s_pictures_have_a_bound(store: Store, lab, article: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MOST", 2)
    hand_in(store, article)
    assert images.keep(store, [0]) == images.Kept()
    assert images.keep(store) == images.Kept(looks=2, kept=2)


def test_no_network_is_made_good_later(store: Store, lab, article: Path) -> None:
    hand_in(store, article)
    lab.down()
    assert images.keep(store).kept == 0
    assert states(store) == [("network_error", 5)]
    lab.up()
    with store.transaction() as connection:
        connection.exec_driver_sql("UPDATE ingest.picture_address SET due_at = now()")
    assert images.keep(store).kept == 2


def test_two_workers_share_the_pictures_and_keep_their_distance(
    store: Store, database: str, lab, article: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESSAYS_HOST_SPACING", "0.3")
    settings.cache_clear()
    hand_in(store, article)
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: images.keep(Store(database_url(database, "loader"))), range(2)))
    assert sum(kept.looks for kept in done) == 5
    times = sorted(asked.at for asked in lab.looks)
    assert min(later - earlier for earlier, later in pairwise(times)) > 0.25


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0 JFIF", "image/jpeg"),
        (b"GIF89a\x01", "image/gif"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x1cftypavif", "image/avif"),
        (b'<?xml version="1.0"?>\n<svg xmlns="x">', "image/svg+xml"),
        (b"<!DOCTYPE html><html><svg></svg></html>", None),
        (b"", None),
    ],
)
def test_a_picture_is_what_its_first_bytes_say(data: bytes, kind: str | None) -> None:
    assert images.media_type(data) == kind


def test_a_picture_host_is_heard_as_any_other(
    store: Store, lab, article: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESSAYS_ROBOTS", "strict")
    settings.cache_clear()
    hand_in(store, article)
    change(store, f"INSERT INTO ingest.host (host, breaker_until) VALUES ('{HOST}', now() + interval '1 hour')")
    assert (images.keep(store), lab.asked) == (images.Kept(), []), "its breaker is open"
    change(store, "UPDATE ingest.host SET breaker_until = NULL")
    lab.script(
        HOST, "/robots.txt", {"do": "page", "html": "User-agent: *\nDisallow: /\n", "content_type": "text/plain"}
    )
    assert images.keep(store) == images.Kept(looks=5)
    assert [asked.path for asked in lab.asked] == ["/robots.txt"]
    assert states(store) == [("refused", 5)]

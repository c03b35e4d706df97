"""Citations: in the order and with the marks of the standard, nothing guessed, and good after a merge."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import DBAPIError

from ingest.model import Account, Precision, Published
from ingest.store import Store

from ..conftest import database_url, execute, rows
from .examples import NATIVE, SHORT, TEXT, load_examples, load_files, load_page

URL = SHORT.url
AT = datetime(2026, 2, 28, 16, 30, tzinfo=UTC)  # the first of March in Beijing


def cite(store: Store, style: str = "gb7714") -> str:
    return str(rows(store, f"SELECT essays.cite(document_id, '{style}') FROM essays.document")[0][0])


@pytest.fixture
def fetched_on(database: str):
    """Says when everything was fetched."""
    return lambda at: execute(database_url(database), f"UPDATE ingest.fetch SET fetched_at = '{at}'")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"author": "一人", "account": Account("慢炖"), "published": Published(AT)},
         f"一人. 规模定律[EB/OL]. 慢炖, 2026(2026-03-01)[2026-11-23]. {URL}."),
        ({"account": Account("慢炖"), "published": Published(AT)}, f"慢炖. 规模定律[EB/OL]. (2026-03-01)[2026-11-23]. {URL}."),
        ({"author": "慢炖", "account": Account("慢炖")}, f"慢炖. 规模定律[EB/OL]. [2026-11-23]. {URL}."),
        ({"author": "一人", "account": Account("慢炖")}, f"一人. 规模定律[EB/OL]. 慢炖[2026-11-23]. {URL}."),
        ({"published": Published(AT, Precision.MONTH)}, f"规模定律[EB/OL]. (2026-03)[2026-11-23]. {URL}."),
        ({"published": Published(AT, Precision.YEAR)}, f"规模定律[EB/OL]. (2026)[2026-11-23]. {URL}."),
        ({"author": "一人", "account": Account("慢炖"), "published": Published(AT, Precision.YEAR)},
         f"一人. 规模定律[EB/OL]. 慢炖, 2026[2026-11-23]. {URL}."),
        ({"title": None, "display_title": "规模定律告诉我们"}, f"“规模定律告诉我们”[EB/OL]. [2026-11-23]. {URL}."),
        ({"title": "第一行\n第二行", "display_title": "第一行\n第二行", "author": "J. Doe Jr."},
         f"J. Doe Jr. 第一行 第二行[EB/OL]. [2026-11-23]. {URL}."),
        ({"url": None}, "规模定律[Z]."),
        ({"url": None, "author": "一人", "published": Published(AT, Precision.DAY)}, "一人. 规模定律[Z]. (2026-03-01)."),
    ],
)  # fmt: skip
def test_gb_t_7714(store: Store, fetched_on, said: dict[str, object], expected: str) -> None:
    load_page(store, SHORT, TEXT, NATIVE, **said)
    fetched_on("2026-11-22 17:00Z")
    assert cite(store) == expected


def test_bibtex(store: Store, fetched_on) -> None:
    said = {"author": "一人 and 另一人", "account": Account("慢炖"), "published": Published(AT), "language": "zh"}
    load_page(store, SHORT, TEXT, NATIVE, **said)
    fetched_on("2026-11-22 17:00Z")
    number, digest = rows(
        store, "SELECT document_id, encode(sha256(convert_to(text, 'UTF8')), 'hex') FROM essays.document"
    )[0]
    assert cite(store, "bibtex").splitlines() == [
        f"@online{{essay{number},",
        "  author = {{一人 and 另一人}},",
        "  title = {{规模定律}},",
        "  organization = {{慢炖}},",
        "  date = {2026-03-01},",
        "  year = {2026},",
        f"  url = {{{URL}}},",
        "  urldate = {2026-11-23},",
        "  langid = {chinese},",
        f"  note = {{document {number}, revision 1, sha256 of text {digest}}}",
        "}",
    ]


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("100% & $5 #1 a_b", r"100\% \& \$5 \#1 a\_b"),
        ("~^", r"\textasciitilde{}\textasciicircum{}"),
        ("}} , evil = {", r"\textbraceright{}\textbraceright{} , evil = \textbraceleft{}"),
        ("\\input{x}", r"\textbackslash{}input\textbraceleft{}x\textbraceright{}"),
        ("@online{a\n@b", r"@online\textbraceleft{}a @b"),
    ],
)
def test_bibtex_keeps_its_shape_whatever_the_words(store: Store, title: str, field: str) -> None:
    url = f"{URL}?a={{b}}\\c d%20#_"
    load_page(store, SHORT, TEXT, NATIVE, title=title, display_title=title, url=url)
    entry = cite(store, "bibtex")
    assert f"title = {{{{{field}}}}},\n" in entry
    assert f"url = {{{URL}?a=%7Bb%7D%5Cc%20d%20#_}},\n" in entry
    depth = 0
    for character in entry[:-1]:
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 1 or "{" not in entry[: entry.index(character) + 1]
    assert depth == 1
    assert len(re.findall(r"^  \w+ = ", entry, re.MULTILINE)) == entry.count("\n") - 1


def test_a_file_was_not_accessed_unless_it_says_when(store: Store, tmp_path, database: str) -> None:
    load_files(store, tmp_path / "own", a=f"---\ntitle: 一篇\nurl: {URL}\n---\n\n{TEXT}\n")
    assert cite(store) == f"一篇[EB/OL]. {URL}."
    execute(database_url(database), "UPDATE ingest.fetch SET seen_at = '2024-05-01 20:00Z'")
    assert cite(store) == f"一篇[EB/OL]. [2024-05-02]. {URL}."


def test_the_number_of_a_merged_document_is_good(store: Store) -> None:
    load_page(store, SHORT, TEXT, None)
    ((old, digest),) = rows(
        store, "SELECT document_id, encode(sha256(convert_to(text, 'UTF8')), 'hex') FROM essays.document"
    )
    load_page(store, SHORT, TEXT + "补记。", NATIVE)
    ((new,),) = rows(store, "SELECT document_id FROM essays.document")
    assert old != new
    assert rows(store, f"SELECT essays.resolve_document({old}), essays.cite({old}) = essays.cite({new})") == [
        (new, True)
    ]
    found = rows(store, f"SELECT document_id, is_current, text FROM essays.cited({old}, '{digest}')")
    assert found == [(new, False, TEXT)]


def test_every_example_can_be_cited_by_an_analyst(store: Store, analyst: Store) -> None:
    load_examples(store)
    for style in ("gb7714", "bibtex"):
        cited = rows(analyst, f"SELECT essays.cite(document_id, '{style}') FROM essays.document")
        assert all(cited) and len(cited) == 14
    assert rows(analyst, "SELECT essays.cite(1), essays.resolve_document(1), essays.cite(NULL)") == [(None, None, None)]
    assert rows(analyst, "SELECT count(*) FROM essays.cited(1, 'ab')") == [(0,)]
    for style in ("apa", "", "GB7714"):
        with analyst.engine.connect() as connection, pytest.raises(DBAPIError, match="there is no style"):
            connection.exec_driver_sql("SELECT essays.cite(1, %(style)s)", {"style": style})

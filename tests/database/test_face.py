"""What analysts see: every object explained, everything readable, nothing writable, and the private tables out of reach."""

import pytest
from sqlalchemy.exc import DBAPIError

from ingest import pipeline
from ingest.export import releases
from ingest.intake import seeds
from ingest.store import Store, migrate

from ..conftest import database_url, execute, new_database, rows
from .examples import load_examples

VIEWS = ["account", "account_rhythm", "account_timeline", "availability", "catalog", "copy", "document", "edit", "essay",
         "fetch_log", "image", "missing", "new_essay", "passage", "relation", "release", "release_item", "revision", "run_account",
         "seed_vs_ingested", "source_health", "takedown", "to_review", "turn"]  # fmt: skip
NOT_IN_THE_EXAMPLES = {"availability", "edit", "source_health", "takedown", "to_review"}


@pytest.fixture(scope="module")
def loaded(server: str):
    """A database of its own with the examples in it, and with the rights that a migration grants."""
    with new_database(server) as name:
        execute(server, f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
        migrate(database_url(name))
        store = Store(database_url(name, "loader"))
        load_examples(store)
        releases.make(store, "first")
        store.close()
        yield name


@pytest.fixture
def analyst(loaded: str):
    store = Store(database_url(loaded, "analyst"))
    yield store
    store.close()


def test_the_face_is_these_views(analyst: Store) -> None:
    names = rows(analyst, "SELECT table_name FROM information_schema.views WHERE table_schema = 'essays' ORDER BY 1")
    assert [name for (name,) in names] == VIEWS


def test_every_table_view_column_and_function_of_the_face_is_explained(loaded: str) -> None:
    owner = Store(database_url(loaded))
    silent = rows(
        owner,
        """SELECT c.relname || coalesce('.' || a.attname, '')
           FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND n.nspname = 'essays'
           WHERE n.nspname IN ('essays', 'ingest') AND c.relkind IN ('r', 'v')
               AND coalesce(col_description(c.oid, a.attnum), CASE WHEN a.attnum IS NULL THEN obj_description(c.oid) END)
                   IS NULL
           UNION ALL
           SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
           WHERE n.nspname IN ('essays', 'ingest') AND obj_description(p.oid) IS NULL""",
    )
    assert silent == []


@pytest.mark.parametrize("view", VIEWS)
def test_an_analyst_reads_every_view(analyst: Store, view: str) -> None:
    counted = rows(analyst, f"SELECT count(*) FROM essays.{view}")[0][0]
    assert counted == 0 if view in NOT_IN_THE_EXAMPLES else counted > 0


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM ingest.document",
        "SELECT * FROM ingest.snapshot",
        "INSERT INTO essays.document (document_id) VALUES (1)",
        "UPDATE essays.catalog SET title = 'x'",
        "DELETE FROM essays.fetch_log",
        "CREATE TABLE essays.notes (n int)",
        "CREATE TABLE public.notes (n int)",
        "CREATE TEMP TABLE notes (n int)",
        "SELECT ingest.settle_works('{1}')",
        "SELECT ingest.url_key('x')",
        "LOCK TABLE essays.document IN SHARE MODE",
    ],
)
def test_an_analyst_can_neither_write_nor_look_behind_the_face(analyst: Store, statement: str) -> None:
    with (
        analyst.engine.connect() as connection,
        pytest.raises(DBAPIError, match=r"permission denied|cannot (insert|update|delete)"),
    ):
        connection.exec_driver_sql(statement)


def test_the_loader_cannot_change_the_schema_or_remove_essays(loaded: str) -> None:
    loader = Store(database_url(loaded, "loader"))
    for statement in ("DROP VIEW essays.essay", "DELETE FROM ingest.document", "CREATE TABLE ingest.x (n int)"):
        with loader.engine.connect() as connection, pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
            connection.exec_driver_sql(statement)


def test_times_are_shown_to_analysts_as_in_beijing(analyst: Store) -> None:
    assert rows(analyst, "SHOW timezone") == [("Asia/Shanghai",)]
    assert rows(analyst, "SELECT published_at::text FROM essays.essay WHERE title LIKE '%%规模定律%%' OR account = '慢炖模型笔记'"
                         " ORDER BY 1 LIMIT 1")[0][0].endswith("+08")  # fmt: skip


def test_a_post_of_the_first_half_hour_of_a_month_belongs_to_that_month(store: Store, tmp_path) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "n.md").write_text(
        "---\ntitle: 零点\ndate: 2026-02-01 00:30:00\n---\n\n刚过零点写的。\n", "utf-8"
    )
    name, paths = seeds.plan(store, str(tmp_path / "c"))
    seeds.load(store, pipeline.open_run(store, "seed"), str(tmp_path / "c"), name, paths)
    assert rows(store, "SELECT published_on::text, (published_at AT TIME ZONE 'UTC')::text FROM essays.document") == [
        ("2026-02-01", "2026-01-31 16:30:00")]  # fmt: skip


def test_turns_and_their_characters_agree(analyst: Store) -> None:
    assert rows(analyst, "SELECT count(*) FROM essays.turn t JOIN essays.document d USING (document_id)"
                         " WHERE position(t.text IN substr(d.text, from_char, to_char - from_char + 1)) = 0") == [(0,)]  # fmt: skip
    joined = "string_agg(substr(d.text, from_char, to_char - from_char + 1), '' ORDER BY position)"
    assert rows(analyst, f"SELECT {joined} = max(d.text) FROM essays.turn t JOIN essays.document d USING (document_id)"
                         " GROUP BY document_id") == [(True,)]  # fmt: skip


def test_every_essay_is_in_the_catalog_and_no_text_is(analyst: Store) -> None:
    assert rows(analyst, "SELECT count(*) FROM essays.essay e FULL JOIN essays.catalog c USING (essay_id)"
                         " WHERE e.essay_id IS NULL OR c.essay_id IS NULL") == [(0,)]  # fmt: skip
    columns = rows(analyst, "SELECT column_name FROM information_schema.columns WHERE table_name = 'catalog'")
    assert {"text", "markdown"} & {name for (name,) in columns} == set()


@pytest.mark.parametrize(
    "asked",
    [
        "https://mp.weixin.qq.com/s/ExampleArticle-On-Scal",
        "http://mp.weixin.qq.com/s/ExampleArticle-On-Scal?scene=1&click_id=5#rd",
        " https://mp.weixin.qq.com/s/ExampleArticle-On-Scal ",
    ],
)
def test_why_tells_the_whole_story_of_a_link_however_it_is_pasted(analyst: Store, asked: str) -> None:
    events = [row[0] for row in rows(analyst, f"SELECT event FROM essays.why('{asked}')")]
    assert {"address", "look", "revision", "outcome", "work"} <= set(events)


def test_why_knows_files_documents_and_the_long_form(analyst: Store) -> None:
    (number, native), *_ = rows(
        analyst, "SELECT document_id, native_id FROM essays.document WHERE account = '慢炖模型笔记'"
    )
    biz, mid, idx = str(native).rsplit("/", 2)
    for asked in (str(number), "01-plain-memory.txt",
                  f"https://mp.weixin.qq.com/s?__biz={biz}&amp;mid={mid}&amp;idx={idx}&amp;sn=0&amp;scene=21#rd"):  # fmt: skip
        assert rows(analyst, f"SELECT count(*) FROM essays.why('{asked.replace('%', '%%')}')")[0][0] > 3, asked
    assert rows(analyst, "SELECT count(*) FROM essays.why('https://nobody.example/')") == [(0,)]


def test_availability_is_a_history_of_network_looks(store: Store, tmp_path) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "a.txt").write_text("曾经在线的一篇文章,后来被删,又回来了。\n", "utf-8")
    name, paths = seeds.plan(store, str(tmp_path / "c"))
    run_id = pipeline.open_run(store, "seed")
    seeds.load(store, run_id, str(tmp_path / "c"), name, paths)
    looks = ["article", "not_modified", "rate_limited", "deleted_by_author", "deleted_by_author", "article"]
    for day, state in enumerate(looks, 1):
        with store.transaction() as connection:
            connection.exec_driver_sql(
                "INSERT INTO ingest.fetch (address_id, run_id, fetched_at, how, state)"
                f" SELECT address_id, {run_id}, '2026-05-0{day}', 'network', '{state}' FROM ingest.address"
            )
    assert rows(store, "SELECT state, from_at::date::text, last_seen_at::date::text, until_at::date::text"
                       " FROM essays.availability ORDER BY from_at") == [
        ("available", "2026-05-01", "2026-05-02", "2026-05-04"),
        ("deleted_by_author", "2026-05-04", "2026-05-05", "2026-05-06"),
        ("available", "2026-05-06", "2026-05-06", None),
    ]  # fmt: skip


def test_a_run_s_account_has_every_address_once(analyst: Store) -> None:
    assert rows(analyst, "SELECT split_part(run, '/', 1), count(*), sum(repeats), count(ended_at) FROM essays.run_account GROUP BY run ORDER BY 1") == [
        ("import_files", 6, 0, 6), ("load_seed_corpus", 10, 0, 10)]  # fmt: skip

"""What a hostile analyst tries, and what becomes of it: it is denied, or it is bounded, and the test says how."""

from __future__ import annotations

import os
import select
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

import psycopg2
import psycopg2.errors
import psycopg2.extensions
import pytest

from ingest import pipeline
from ingest.intake import seeds
from ingest.local import reaper
from ingest.local.postgres import postgres_status
from ingest.store import Store, migrate

from ..conftest import ROOT, database_url, execute, need_version, new_database, rows

DENIED = "42501"
ENDED = {"57P01", "lost"}
Session = psycopg2.extensions.connection
NO_LIMITS = {"statement": 86400, "idle": 86400, "transaction": 86400, "locks": 10**6, "patience": 30}


@pytest.fixture(scope="module")
def name(server: str) -> Iterator[str]:
    """A database with the examples in it, walled off as bootstrap.sql does it."""
    with new_database(server) as made:
        execute(server, f"REVOKE CONNECT, TEMPORARY ON DATABASE {made} FROM PUBLIC")
        fill(made)
        yield made


def fill(name: str) -> None:
    """Migrates it and loads the examples."""
    migrate(database_url(name))
    store = Store(database_url(name, "loader"))
    corpus, paths = seeds.plan(store, str(ROOT / "examples" / "corpus"), "examples")
    run_id = pipeline.open_run(store, "load_seed_corpus", "first")
    seeds.load(store, run_id, str(ROOT / "examples" / "corpus"), corpus, paths)
    pipeline.relate(store)
    pipeline.close_run(store, run_id)
    store.close()


@pytest.fixture
def empty(server: str) -> Iterator[str]:
    """An empty database of the owner's, as a given server has it."""
    with new_database(server, "template0") as made:
        yield made


@pytest.fixture
def loader(name: str) -> Iterator[Store]:
    store = Store(database_url(name, "loader"))
    yield store
    store.close()


@contextmanager
def session(name: str, role: str = "analyst", url: str | None = None) -> Iterator[Session]:
    """A session of a role, each statement a transaction of its own."""
    with closing(psycopg2.connect(url or database_url(name, role))) as connection:
        connection.autocommit = True
        yield connection


@pytest.fixture
def analyst(name: str) -> Iterator[Session]:
    with session(name) as made:
        yield made


def run(connection: Session, statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def refused(connection: Session, statement: str) -> str:
    """The SQLSTATE that a statement fails with; empty when it doesn't fail."""
    try:
        run(connection, statement)
    except psycopg2.Error as error:
        return error.pgcode or "lost"
    return ""


class Busy(threading.Thread):
    """An analyst who runs one statement with the timeouts set aside; ``state`` is what it ended with."""

    def __init__(self, name: str, statement: str, url: str | None = None) -> None:
        super().__init__(daemon=True)
        self.name_, self.statement, self.url, self.state = name, statement, url, ""
        self.pid = 0
        self.ready = threading.Event()

    def run(self) -> None:
        with suppress(psycopg2.InterfaceError), session(self.name_, url=self.url) as own:
            run(own, "SET statement_timeout = 0")
            if own.info.server_version >= 170000:
                run(own, "SET transaction_timeout = 0")
            self.pid = own.info.backend_pid
            self.ready.set()
            self.state = refused(own, self.statement)


def busy(name: str, statement: str, url: str | None = None) -> Busy:
    made = Busy(name, statement, url)
    made.start()
    assert made.ready.wait(10)
    time.sleep(0.3)
    return made


def reap(store: Store, **limits: float) -> list[reaper.Reaped]:
    return reaper.reap(store, **{**NO_LIMITS, **limits})


def until(condition: Callable[[], object], seconds: float = 10) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.05)


# --- denied ----------------------------------------------------------------------------------------------------------

LOCKS = ["SELECT pg_advisory_lock(42)", "SELECT pg_try_advisory_lock(42)", "SELECT pg_advisory_xact_lock_shared(1, 2)",
         "SELECT pg_advisory_lock(n) FROM generate_series(1, 1000000) n", "SELECT pg_advisory_unlock_all()",
         "BEGIN; LOCK TABLE essays.document IN SHARE MODE", "BEGIN; LOCK TABLE essays.essay IN ACCESS EXCLUSIVE MODE",
         "BEGIN; LOCK TABLE ingest.gate IN ROW SHARE MODE", "SELECT * FROM essays.document FOR UPDATE",
         "SELECT * FROM essays.catalog FOR KEY SHARE"]  # fmt: skip
DISK = ["SELECT lo_create(0)", "SELECT lo_creat(-1)", "SELECT lo_from_bytea(0, 'x')", "SELECT lo_import('/etc/passwd')",
        "SELECT lo_put(1, 0, 'x')", "SELECT lo_open(1, 131072)", "SELECT lo_export(1, '/tmp/x')", "SELECT lowrite(0, 'x')",
        "CREATE TEMP TABLE t (n int)", "SELECT 1 INTO TEMP t", "CREATE TEMP SEQUENCE s", "CREATE TEMP VIEW v AS SELECT 1",
        "SELECT pg_logical_emit_message(false, 'x', repeat('x', 1000000))", "SELECT pg_export_snapshot()"]  # fmt: skip
FILES = ["COPY (SELECT 1) TO PROGRAM 'id'", "COPY (SELECT 1) TO '/tmp/x'", "COPY essays.catalog FROM PROGRAM 'id'",
         "SELECT pg_read_file('/etc/passwd')", "SELECT pg_read_binary_file('PG_VERSION')", "SELECT pg_ls_dir('.')",
         "SELECT pg_stat_file('PG_VERSION')", "SELECT * FROM pg_ls_waldir()", "SELECT * FROM pg_ls_logdir()",
         "SELECT pg_current_logfile()", "SELECT * FROM pg_hba_file_rules", "SELECT * FROM pg_file_settings",
         "SELECT * FROM pg_config"]  # fmt: skip
OBJECTS = ["CREATE TABLE public.t (n int)", "CREATE TABLE essays.t (n int)", "CREATE TABLE ingest.t (n int)", "CREATE SCHEMA s",
           "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "CREATE VIEW public.v AS SELECT 1",
           "CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq)", "CREATE DATABASE d",
           "CREATE CAST (text AS bigint) WITH INOUT", "CREATE TYPE public.t AS (n int)", "CREATE PUBLICATION p",
           "CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION suppress_redundant_updates_trigger()",
           "CREATE TRIGGER t INSTEAD OF INSERT ON essays.essay FOR EACH ROW"
           " EXECUTE FUNCTION suppress_redundant_updates_trigger()",
           "CREATE RULE r AS ON SELECT TO essays.essay DO INSTEAD SELECT 1", "CREATE OR REPLACE VIEW essays.essay AS SELECT 1",
           "DROP VIEW essays.essay", "ALTER VIEW essays.essay RENAME TO e", "COMMENT ON VIEW essays.essay IS 'x'",
           "ALTER FUNCTION essays.why(text) SECURITY INVOKER", "DROP SCHEMA essays CASCADE", "DROP OWNED BY essays_owner",
           "CREATE FOREIGN DATA WRAPPER w", "CREATE EXTENSION pg_trgm",
           "CREATE FUNCTION essays.f() RETURNS int LANGUAGE internal AS 'int4pl'"]  # fmt: skip
ROLES = ["SET ROLE essays_owner", "SET ROLE essays_loader", "SET SESSION AUTHORIZATION essays_loader",
         "GRANT essays_loader TO essays_analyst", "GRANT pg_read_all_data TO essays_analyst", "CREATE ROLE r",
         "ALTER ROLE essays_analyst SUPERUSER", "ALTER ROLE essays_analyst CONNECTION LIMIT -1",
         "ALTER ROLE essays_loader PASSWORD 'x'", "ALTER ROLE essays_loader SET statement_timeout = 1",
         "ALTER DATABASE {name} SET statement_timeout = 1", "ALTER DATABASE {name} CONNECTION LIMIT 0",
         "DROP ROLE essays_loader", "GRANT SELECT ON ingest.document TO PUBLIC"]  # fmt: skip
SERVER = ["SET temp_file_limit = -1", "SET log_min_messages = 'debug5'", "SET log_min_error_statement = 'debug5'",
          "SET log_statement = 'all'", "SET session_replication_role = 'replica'", "SET session_preload_libraries = 'x'",
          "SET deadlock_timeout = '1d'", "SET commit_delay = 100000", "ALTER SYSTEM SET work_mem = '1GB'",
          "ALTER ROLE essays_analyst SET temp_file_limit = -1", "ALTER ROLE essays_analyst RESET temp_file_limit",
          "SELECT pg_reload_conf()", "SELECT pg_rotate_logfile()", "SELECT pg_switch_wal()", "CHECKPOINT",
          "SELECT pg_backup_start('x')", "SELECT pg_create_physical_replication_slot('s', true)",
          "SELECT pg_create_restore_point('x')", "SELECT pg_stat_reset()", "SELECT pg_promote()", "LOAD 'x'",
          "SELECT pg_log_backend_memory_contexts(pg_backend_pid())"]  # fmt: skip
LOOKING = ["SELECT * FROM ingest.snapshot", "SELECT * FROM ingest.submission", "TABLE ingest.migration",
           "SELECT currval('ingest.run_run_id_seq')", "SELECT nextval('ingest.fetch_fetch_id_seq')",
           "SELECT setval('ingest.fetch_fetch_id_seq', 16777215)", "SELECT * FROM pg_authid", "SELECT * FROM pg_shadow",
           "SELECT * FROM pg_statistic", "SELECT * FROM pg_largeobject", "SELECT * FROM pg_user_mapping",
           "SELECT ingest.settle_works('{{1}}')", "SELECT ingest.forget_relations()", "SELECT ingest.merge_document(1, 2)",
           "SELECT ingest.reap_analysts('0', '0', '0', 0, '0')", "SELECT ingest.url_key('x')"]  # fmt: skip
WRITING = ["INSERT INTO essays.document (document_id) VALUES (1)", "UPDATE essays.catalog SET title = 'x'",
           "DELETE FROM essays.fetch_log", "TRUNCATE ingest.document", "COPY essays.document FROM STDIN",
           "MERGE INTO essays.account a USING (SELECT 1 AS n) s ON a.account_id = s.n WHEN MATCHED THEN DELETE",
           "WITH gone AS (DELETE FROM ingest.work RETURNING *) SELECT * FROM gone"]  # fmt: skip
NOT_UPDATABLE = {"55000", "0A000", "42809"}
"""A view without the means for it: said before anybody asks for rights."""


@pytest.mark.parametrize("statement", [*LOCKS, *DISK, *FILES, *OBJECTS, *ROLES, *SERVER, *LOOKING, *WRITING])
def test_it_is_denied(analyst: Session, name: str, statement: str) -> None:
    given = statement.format(name=name)
    allowed = {DENIED} | (NOT_UPDATABLE if statement in WRITING or "essays.essay" in statement else set())
    assert refused(analyst, given) in allowed


def test_what_sorts_of_locks_and_files_there_may_be_in_a_newer_postgres_is_walled_as_well(analyst: Session) -> None:
    assert run(analyst, """
        SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
            AND (proname ~ 'advisory|^lo_|^lo(read|write)|export_snapshot|logical_emit|_file|_ls_|replication_slot_|_backup_')
            AND has_function_privilege(oid, 'EXECUTE') AND provolatile = 'v'
            AND proname !~ '^pg_(logical|replication)_slot|_replication_slot$|^pg_get_|^pg_read_file_old$'""") == []  # fmt: skip
    # Gone since Postgres 17; where it is there, it refuses by itself all but superusers.
    assert refused(analyst, "SELECT pg_read_file_old('/etc/hosts', 0, 1)") in {DENIED, "42883"}


@pytest.mark.parametrize(
    "extension", ["dblink", "postgres_fdw", "file_fdw", "adminpack", "pg_prewarm", "plpython3u", "pgcrypto"]
)
def test_no_extension_is_there_or_can_be_made(analyst: Session, extension: str) -> None:
    assert run(analyst, "SELECT extname FROM pg_extension") == [("plpgsql",)]
    assert refused(analyst, f"CREATE EXTENSION {extension}") in {DENIED, "0A000", "58P01"}
    assert refused(analyst, "SELECT dblink_connect('dbname=essays')") == "42883"


def test_transactions_can_t_be_left_behind_prepared(analyst: Session) -> None:
    run(analyst, "BEGIN")
    run(analyst, "SELECT count(*) FROM essays.catalog")
    assert refused(analyst, "PREPARE TRANSACTION 'left'") == "55000"
    assert run(analyst, "SHOW max_prepared_transactions") == [("0",)]


@pytest.mark.parametrize("database", ["airflow", "postgres", "template1"])
def test_other_databases_of_the_server_are_closed(name: str, server: str, database: str) -> None:
    with pytest.raises(psycopg2.OperationalError, match=r"permission denied for database"):
        psycopg2.connect(database_url(database, "analyst"))


def test_sessions_of_others_can_be_neither_ended_nor_read(analyst: Session, loader: Store) -> None:
    with loader.engine.connect() as connection:
        pid = connection.exec_driver_sql("SELECT pg_backend_pid() AS very_private").scalar()
        for function in ("pg_terminate_backend", "pg_cancel_backend"):
            assert refused(analyst, f"SELECT {function}({pid})") == DENIED
        assert run(analyst, f"SELECT query, state, xact_start FROM pg_stat_activity WHERE pid = {pid}") == [
            ("<insufficient privilege>", None, None)]  # fmt: skip
        assert run(
            analyst,
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%very' || '_private%' AND pid <> pg_backend_pid()",
        ) == [(0,)]
        assert run(analyst, "SELECT count(*) FROM pg_stats WHERE schemaname = 'ingest'") == [(0,)]
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1


def test_functions_with_the_owner_s_rights_have_a_pinned_path_and_are_not_everybody_s(name: str) -> None:
    with session(name, "owner") as owner:
        assert run(owner, """
            SELECT p.oid::regprocedure::text, p.proconfig FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE n.nspname IN ('essays', 'ingest', 'notes') AND p.prosecdef
                AND (NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (p.proconfig), false)
                    OR has_function_privilege('public', p.oid, 'EXECUTE'))""") == []  # fmt: skip


def test_what_the_loader_calls_looks_into_no_schema_that_others_may_fill(name: str) -> None:
    with session(name, "owner") as owner:
        assert run(owner, """
            SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
            JOIN pg_language l ON l.oid = p.prolang
            WHERE n.nspname IN ('essays', 'ingest', 'notes') AND l.lanname = 'plpgsql' AND p.provolatile = 'v'
                AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (p.proconfig), false)""") == []  # fmt: skip


def test_a_function_that_stands_in_for_postgres_own_is_not_called_with_other_rights(empty: str, server: str) -> None:
    """Even an analyst who may make objects, which takes an administrator's mistake, gets nothing called for him."""
    fill(name := empty)
    execute(
        server.rpartition("/")[0] + f"/{name}",
        "GRANT CREATE ON SCHEMA public TO essays_analyst",
        f"GRANT TEMPORARY ON DATABASE {name} TO essays_analyst",
    )
    with session(name) as own:
        run(own, "CREATE TABLE public.caught (who text)")
        run(own, "GRANT ALL ON public.caught TO PUBLIC")
        for schema in ("public", "pg_temp"):
            for of, returned in (("btrim(text)", "text"), ("left(text, int)", "text"), ("array_append(bigint[], bigint)", "bigint[]"),
                                 ("replace(text, text, text)", "text"), ("encode(bytea, text)", "text"), ("now()", "timestamptz"),
                                 ("length(text)", "int"), ("cardinality(bigint[])", "int")):  # fmt: skip
                run(own, f"CREATE FUNCTION {schema}.{of} RETURNS {returned} LANGUAGE plpgsql AS"
                         " 'BEGIN INSERT INTO public.caught VALUES (current_user); RETURN NULL; END'")  # fmt: skip
        run(own, "CREATE TEMP TABLE address AS SELECT 1 AS address_id, 'x' AS key")
        run(own, "SET search_path = pg_temp, public, pg_catalog")
        run(own, "SELECT * FROM essays.why('https://mp.weixin.qq.com/s/ExampleArticle-On-Scal')")
        run(own, "SELECT count(*) FROM essays.relation, essays.account, essays.image")
    store = Store(database_url(name, "loader"))
    (found,) = rows(store, "SELECT array_agg(document_id) FROM ingest.document")[0]
    with store.transaction() as connection:
        connection.exec_driver_sql("SELECT ingest.settle_works(%(ids)s)", {"ids": found})
    pipeline.relate(store)
    store.close()
    with session(name, "owner") as owner:
        assert run(owner, "SELECT who FROM public.caught WHERE who <> 'essays_analyst'") == []


# --- bounded ---------------------------------------------------------------------------------------------------------

ENDLESS = {
    "a long sleep": "SELECT pg_sleep(3600)",
    "a bomb of numbers": "SELECT count(*) FROM generate_series(1, 100000000) a, generate_series(1, 100000000) b",
    "an endless recursion": "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
    "a join of everything with everything": "SELECT count(*) FROM essays.document a, essays.document b, essays.document c,"
    " essays.document d, essays.document e, essays.document f, essays.document g, essays.document h, essays.document i",
    "an endless block": "DO 'BEGIN LOOP NULL; END LOOP; END'",
}


@pytest.mark.parametrize("kind", ENDLESS)
def test_a_statement_without_end_is_cancelled_whatever_its_timeouts(name: str, loader: Store, kind: str) -> None:
    mad = busy(name, ENDLESS[kind])
    assert reap(loader) == [], "within its limits nothing happens"
    (reaped,) = reap(loader, statement=0.1)
    assert (reaped.pid, reaped.act) == (mad.pid, "cancelled")
    assert "a statement for" in reaped.why
    mad.join(10)
    assert mad.state == "57014"


def test_a_statement_that_catches_its_cancellation_is_ended(name: str, loader: Store) -> None:
    deaf = busy(
        name, "DO 'BEGIN LOOP BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END'"
    )
    assert [r.act for r in reap(loader, statement=0.1)] == ["cancelled"]
    deaf.join(0.5)
    assert deaf.is_alive(), "it caught that"
    assert [r.act for r in reap(loader, statement=0.1, patience=0.1)] == ["ended"]
    deaf.join(10)
    assert deaf.state in ENDED


def test_a_client_that_never_reads_its_gigabyte_of_rows_is_cancelled(name: str, loader: Store) -> None:
    """The rows are not kept in the server: the session waits for its client, in the middle of the statement."""
    with closing(psycopg2.connect(database_url(name, "analyst"), async_=True)) as lazy:
        while (state := lazy.poll()) != psycopg2.extensions.POLL_OK:
            reading = state == psycopg2.extensions.POLL_READ
            select.select([lazy] if reading else [], [] if reading else [lazy], [], 10)
        cursor = lazy.cursor()
        cursor.execute("SELECT repeat('x', 10000) FROM generate_series(1, 100000)")
        asked = f"SELECT state, wait_event FROM pg_stat_activity WHERE pid = {lazy.info.backend_pid}"
        with session(name, "owner") as owner:
            until(lambda: run(owner, asked) == [("active", "ClientWrite")])
            time.sleep(0.2)
            assert [r.act for r in reap(loader, statement=0.1)] == ["cancelled"]
            until(lambda: run(owner, asked)[0][0] == "idle")


def test_idling_in_a_transaction_is_ended_and_the_owner_s_change_goes_on(name: str, loader: Store) -> None:
    with session(name) as idle, session(name, "owner") as owner:
        run(idle, "SET idle_in_transaction_session_timeout = 0")
        run(idle, "BEGIN ISOLATION LEVEL REPEATABLE READ")
        run(idle, "SELECT count(*) FROM essays.document")
        run(owner, "SET lock_timeout = '200ms'")
        assert refused(owner, "ALTER TABLE ingest.document ADD COLUMN tried int") == "55P03", (
            "it yields instead of waiting"
        )
        loader.ask("run", "open_run", label="beside", dag="test")
        (reaped,) = reap(loader, idle=0.1)
        assert "idle in a transaction" in reaped.why
        until(lambda: not refused(owner, "ALTER TABLE ingest.document ADD COLUMN tried int"))
        run(owner, "ALTER TABLE ingest.document DROP COLUMN tried")
        assert refused(idle, "SELECT 1") in ENDED


def test_a_transaction_kept_open_by_short_statements_is_ended(name: str, loader: Store) -> None:
    with session(name) as own:
        run(own, "BEGIN")
        for _ in range(5):
            run(own, "SELECT count(*) FROM essays.catalog")
            time.sleep(0.1)
        assert reap(loader, idle=0.4, statement=0.4) == []
        (reaped,) = reap(loader, transaction=0.4)
        assert "a transaction for" in reaped.why
        assert refused(own, "SELECT 1") in ENDED


def test_who_holds_locks_by_the_thousand_is_ended(name: str, loader: Store) -> None:
    with session(name) as own:
        run(own, "BEGIN")
        run(own, "SELECT count(*) FROM essays.document")
        (reaped,) = reap(loader, locks=3)
        assert reaped.why.startswith("holds ")
        assert refused(own, "SELECT 1") in ENDED


def test_nobody_else_is_reaped(name: str, loader: Store) -> None:
    with session(name, "owner") as owner, session(name, "loader") as other, session(name) as resting:
        for each in (owner, other):
            run(each, "BEGIN")
            run(each, "SELECT count(*) FROM ingest.document")
        time.sleep(0.2)
        assert reap(loader, statement=0, idle=0, transaction=0, locks=0) == []
        for each in (owner, other, resting):
            assert run(each, "SELECT 1") == [(1,)]


def test_a_login_of_an_analyst_s_own_has_the_same_walls(name: str, loader: Store, server: str) -> None:
    role = f"alice_{uuid.uuid4().hex[:6]}"
    execute(database_url(name), f"CREATE ROLE {role} LOGIN PASSWORD 'secret' IN ROLE essays_analyst")
    url = f"postgresql://{role}:secret@{server.rpartition('@')[2].rpartition('/')[0]}/{name}"
    try:
        missing = [wall for wall, _ in reaper.missing_walls(loader)]
        assert all(role in wall for wall in missing)
        assert len(missing) == 3, "the disk, connections, and who may end its sessions"
        execute(server.rpartition("/")[0] + f"/{name}", *walls())
        assert reaper.missing_walls(loader) == []
        with session(name, url=url) as own:
            assert run(own, "SELECT count(*) > 0 FROM essays.essay") == [(True,)]
            assert run(own, "SHOW temp_file_limit") == [("2GB",)]
            for statement in ("SELECT pg_advisory_lock(1)", "CREATE TEMP TABLE t ()", "SELECT * FROM ingest.document",
                              "ALTER ROLE essays_analyst PASSWORD 'x'", "ALTER ROLE essays_analyst SET work_mem = '1GB'"):  # fmt: skip
                assert refused(own, statement) == DENIED
        mad = busy(name, "SELECT pg_sleep(60)", url)
        assert [r.role for r in reap(loader, statement=0.1)] == [role]
        mad.join(10)
        assert mad.state == "57014"
    finally:
        execute(server, f"DROP ROLE {role}")


def walls() -> list[str]:
    """The statement of sql/walls.sql, for the driver."""
    return [(ROOT / "sql" / "walls.sql").read_text("utf-8").replace("%", "%%")]


def test_the_shared_role_may_spoil_its_own_settings_but_no_limit(name: str, loader: Store) -> None:
    """A role may always change its own password and defaults. What holds is elsewhere: in grants, and in the reaper."""
    with session(name) as own:
        run(own, f"ALTER ROLE essays_analyst IN DATABASE {name} RESET ALL")
        run(own, "ALTER ROLE essays_analyst RESET ALL")
    with session(name) as again:
        assert run(again, "SHOW statement_timeout") == [("0",)]
        assert run(again, "SHOW temp_file_limit") == [("2GB",)]
        assert run(again, "SHOW log_min_messages") == [("fatal",)]
        mad = busy(name, "SELECT pg_sleep(60)")
        assert len(reap(loader, statement=0.1)) == 1
        mad.join(10)


def test_a_big_sort_ends_at_the_limit_for_files(name: str, server: str) -> None:
    role = f"sorter_{uuid.uuid4().hex[:6]}"
    execute(
        server,
        f"CREATE ROLE {role} LOGIN PASSWORD 'secret' IN ROLE essays_analyst",
        f"ALTER ROLE {role} SET temp_file_limit = '20MB'",
    )
    try:
        with session(
            name, url=f"postgresql://{role}:secret@{server.rpartition('@')[2].rpartition('/')[0]}/{name}"
        ) as own:
            sort = "SELECT g, repeat(md5(g::text), 10) FROM generate_series(1, 1000000) g ORDER BY 2"
            for statement in (f"SELECT count(*) FROM ({sort} OFFSET 1) s", f"DECLARE kept CURSOR WITH HOLD FOR {sort}"):
                run(own, "SET work_mem = '64kB'")
                assert refused(own, statement) == "53400"
    finally:
        execute(server, f"DROP ROLE {role}")


BOMBS = {
    "a sort in memory": "SELECT count(*) FROM (SELECT repeat(md5(g::text), 10) FROM generate_series(1, 20000000) g ORDER BY 1) s",
    "an array of everything": "SELECT array_agg(repeat('x', 1000000)) FROM generate_series(1, 1000000)",
    "a hash of everything": "SELECT count(*) FROM (SELECT DISTINCT md5(g::text) FROM generate_series(1, 100000000) g) s",
}


@pytest.mark.parametrize("kind", BOMBS)
def test_memory_without_end_ends_that_statement_and_nothing_else(analyst: Session, loader: Store, kind: str) -> None:
    started = rows(loader, "SELECT pg_postmaster_start_time(), (SELECT stats_reset FROM pg_stat_bgwriter)")
    run(analyst, "SET work_mem = '64GB'")
    run(analyst, "SET max_parallel_workers_per_gather = 0")
    with loader.engine.connect() as beside:
        assert refused(analyst, BOMBS[kind]) == "53200"
        assert beside.exec_driver_sql("SELECT 1").scalar() == 1
    assert run(analyst, "SELECT 1") == [(1,)]
    assert rows(loader, "SELECT pg_postmaster_start_time(), (SELECT stats_reset FROM pg_stat_bgwriter)") == started


def test_a_flood_of_connections_leaves_room_for_loading(name: str, loader: Store) -> None:
    held: list[Session] = []
    try:
        with pytest.raises(psycopg2.OperationalError, match="too many connections for role"):
            held.extend(psycopg2.connect(database_url(name, "analyst")) for _ in range(50))
        assert len(held) <= 20
        assert rows(loader, "SELECT 1") == [(1,)]
        (most, used) = rows(
            loader, "SELECT current_setting('max_connections')::int, count(*)::int FROM pg_stat_activity"
        )[0]
        assert int(str(most)) - int(str(used)) >= 50
    finally:
        for each in held:
            each.close()


def test_a_flood_of_notifications_ends_at_its_own_limit(name: str, loader: Store) -> None:
    """Nobody may be forbidden to NOTIFY. What nobody collects may fill 8 MiB, and then those who notify are refused."""
    need_version(loader, 17, "it has no setting for the size of that queue")
    with session(name) as listener, session(name) as flooder:
        run(listener, "LISTEN flood")
        run(listener, "BEGIN")
        run(listener, "SELECT 1")
        block = "DO 'BEGIN FOR n IN 1..2000 LOOP PERFORM pg_notify(''flood'', n || repeat(''x'', 7900)); END LOOP; END'"
        assert refused(flooder, block) in {"54000", "55000"}
        assert run(flooder, "SELECT pg_notification_queue_usage() <= 1") == [(True,)]
        loader.ask("run", "open_run", label="beside a flood", dag="test")
    assert rows(loader, "SHOW max_notify_queue_pages") == [("1024",)]


def test_notes_may_not_fill_the_disk(name: str, loader: Store) -> None:
    with session(name, "owner") as owner, session(name) as own:
        document = rows(loader, "SELECT min(document_id) FROM ingest.document")[0][0]
        run(owner, "DROP TRIGGER keep_room ON notes.note")
        run(owner, "CREATE TRIGGER keep_room BEFORE INSERT OR UPDATE ON notes.note FOR EACH ROW"
                   " EXECUTE FUNCTION notes.keep_room('1000000')")  # fmt: skip
        run(own, f"INSERT INTO notes.note (document_id, text) VALUES ({document}, 'one more')")
        flood = f"SELECT {document}, (SELECT string_agg(md5(g::text), '') FROM generate_series(n, n + 3000) g)"
        assert (
            refused(own, f"INSERT INTO notes.note (document_id, text) {flood} FROM generate_series(1, 1000000) n")
            == "54000"
        )
        assert run(own, "SELECT count(*), pg_total_relation_size('notes.note') < 2000000 FROM notes.note") == [
            (1, True)
        ]


def test_the_server_s_log_is_not_the_analysts_to_fill(analyst: Session) -> None:
    data = postgres_status().data
    assert data is not None
    mark = f"flood-{uuid.uuid4().hex}"
    run(analyst, f"DO $$BEGIN RAISE WARNING '{mark}'; RAISE LOG '{mark}'; END$$")
    assert refused(analyst, f"SELECT '{mark}'::int") == "22P02"
    run(analyst, "SET debug_print_parse = on")
    run(analyst, "SET debug_print_plan = on")
    run(analyst, f"SELECT '{mark}'")
    assert mark not in (data / "server.log").read_text("utf-8", errors="replace")


def test_analysts_get_what_processor_time_loading_leaves(name: str, loader: Store) -> None:
    with session(name) as own, session(name, "loader") as beside:
        assert reaper.watch(loader) == []
        assert os.getpriority(os.PRIO_PROCESS, own.info.backend_pid) == 19
        assert os.getpriority(os.PRIO_PROCESS, beside.info.backend_pid) == 0
        assert reaper.step_back(loader) == 0, "once is enough"


def test_two_reapers_do_no_more_than_one(name: str, loader: Store) -> None:
    mad = busy(name, "SELECT pg_sleep(60)")
    results: list[int] = []

    def look() -> None:
        own = Store(database_url(name, "loader"))
        results.append(len(reap(own, statement=0.1)))
        own.close()

    lookers = [threading.Thread(target=look) for _ in range(2)]
    for each in lookers:
        each.start()
    for each in lookers:
        each.join()
    assert 1 <= sum(results) <= 2
    mad.join(10)
    assert mad.state == "57014"


# --- where the walls are not ours to build ---------------------------------------------------------------------------


def test_no_wall_is_missing_in_a_server_of_ours(loader: Store) -> None:
    assert reaper.missing_walls(loader) == []


def test_a_database_that_others_use_keeps_what_they_have_and_says_what_is_missing(empty: str, server: str) -> None:
    execute(database_url(empty), "CREATE TABLE public.of_others (n int)")
    migrate(database_url(empty))
    store = Store(database_url(empty, "loader"))
    locks, temporary = [wall for wall, _ in reaper.missing_walls(store)]
    assert "advisory locks" in locks
    assert "temporary tables" in temporary
    execute(server.rpartition("/")[0] + f"/{empty}", *walls(), f"REVOKE TEMPORARY ON DATABASE {empty} FROM PUBLIC")
    assert reaper.missing_walls(store) == []
    store.close()


def test_an_owner_who_is_no_superuser_walls_off_what_is_ours_alone(empty: str) -> None:
    migrate(database_url(empty))
    with session(empty) as own:
        assert refused(own, "CREATE TEMP TABLE t ()") == DENIED
        assert refused(own, "CREATE TABLE public.t ()") == DENIED


def test_an_owner_who_may_only_manage_the_analysts_gives_itself_the_right_to_end_them(
    server: str, loader: Store
) -> None:
    """Since Postgres 16 the maker of a role has no more than the option to grant it."""
    need_version(loader, 16, "who may grant a role is a member of it")
    made, role = f"given_{uuid.uuid4().hex[:8]}", f"keeper_{uuid.uuid4().hex[:6]}"
    execute(server, f"CREATE ROLE {role} LOGIN CREATEROLE PASSWORD 'secret'", f"CREATE DATABASE {made} OWNER {role}",
            f"GRANT essays_analyst, essays_loader TO {role} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE")  # fmt: skip
    try:
        migrate(f"postgresql://{role}:secret@{server.rpartition('@')[2].rpartition('/')[0]}/{made}")
        store = Store(database_url(made, "loader"))
        assert reaper.missing_walls(store) == []
        mad = busy(made, "SELECT pg_sleep(60)")
        assert len(reap(store, statement=0.1)) == 1
        mad.join(10)
        assert mad.state == "57014"
        store.close()
    finally:
        execute(
            server,
            f"DROP DATABASE {made} WITH (FORCE)",
            f"REASSIGN OWNED BY {role} TO postgres",
            f"DROP OWNED BY {role}",
            f"DROP ROLE {role}",
        )


def test_a_setting_that_is_ours_alone_keeps_its_meaning_for_the_loader(loader: Store) -> None:
    """The loader finds Postgres' own functions and its temporary tables, and nothing that lies in public."""
    assert rows(loader, "SHOW search_path") == [("pg_catalog",)]
    with loader.transaction() as connection:
        connection.exec_driver_sql("CREATE TEMPORARY TABLE mine (n int) ON COMMIT DROP")
        assert connection.exec_driver_sql("SELECT count(*) FROM mine").scalar() == 0

"""Role by object by verb: what docs/roles.md says, what the catalogue says, and what happens when it is tried."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.exc import DBAPIError

from ingest.local.postgres import ensure_postgres
from ingest.store import Store, migrate
from ingest.store.connection import sqlstate

from ..conftest import rows
from .rights import PAGE, ROLES, Cells, family, live, page, written

DENIED = "42501"
NOT_UPDATABLE = {"55000", "0A000"}
"""A view, or a column of one, that nobody can write: said before anybody asks for rights."""


@pytest.fixture(scope="module")
def owner(server: str) -> Iterator[Store]:
    """The database that users have: made by bootstrap.sql, not by a test."""
    migrate(ensure_postgres().owner)
    store = Store(ensure_postgres().owner)
    yield store
    store.close()


@pytest.fixture(scope="module")
def table(owner: Store) -> Cells:
    """What is written, as far as this server knows it: MAINTAIN came with version 17."""
    ((version,),) = rows(owner, "SELECT current_setting('server_version_num')::int")
    unknown = {"MAINTAIN"} if version < 170000 else set()
    told = written(PAGE.read_text("utf-8"))
    return {key: {role: verbs - unknown for role, verbs in by_role.items()} for key, by_role in told.items()}


def test_the_catalogue_is_as_the_table_says_in_every_cell(owner: Store, table: Cells) -> None:
    found = live(owner)
    remedy = "If it is meant so: python -m tests.database.rights, and read what changed."
    assert found.keys() - table.keys() == set(), f"objects without a row. {remedy}"
    assert table.keys() - found.keys() == set(), f"rows without an object. {remedy}"
    differing = {(name, role): (f"is {sorted(found[kind, name][role])}", f"written {sorted(table[kind, name][role])}")
                 for kind, name in table for role in ROLES if found[kind, name][role] != table[kind, name][role]}  # fmt: skip
    assert differing == {}, remedy
    assert sum(len(by_role) for by_role in table.values()) > 150


def test_the_table_is_written_as_the_program_writes_it() -> None:
    text = PAGE.read_text("utf-8")
    assert page(written(text)) == text


def test_the_owner_owns_all_and_is_nobody_special(owner: Store) -> None:
    foreign = rows(owner, """
        SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('essays', 'ingest', 'notes') AND pg_get_userbyid(c.relowner) <> 'essays_owner'
        UNION ALL
        SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname IN ('essays', 'ingest', 'notes') AND pg_get_userbyid(p.proowner) <> 'essays_owner'""")  # fmt: skip
    assert foreign == []
    assert rows(owner, """
        SELECT rolname, rolcanlogin, rolcreaterole, rolsuper OR rolcreatedb OR rolreplication OR rolbypassrls, rolconnlimit
        FROM pg_roles WHERE rolname LIKE 'essays%%' ORDER BY 1""") == [
        ("essays_analyst", True, False, False, 20),
        ("essays_loader", True, False, False, -1),
        ("essays_owner", True, True, False, -1),
    ]  # fmt: skip
    assert rows(owner, """
        SELECT m.member::regrole::text, m.roleid::regrole::text FROM pg_auth_members m
        WHERE 'essays_owner'::regrole IN (m.member, m.roleid) OR 'essays_loader'::regrole IN (m.member, m.roleid)
        GROUP BY 1, 2 ORDER BY 1, 2""") == [
        ("essays_owner", "essays_analyst"), ("essays_owner", "essays_loader")]  # fmt: skip


def test_nobody_is_given_a_right_of_ours_by_being_somebody(table: Cells) -> None:
    everybody = {name: verbs for (_, name), by_role in table.items() if (verbs := by_role["public"])}
    assert everybody == {"public": {"USAGE"}}


def attempts(owner: Store, kind: str, name: str) -> Iterator[tuple[str, str]]:
    """Each verb of an object, and a statement that needs it and changes nothing."""
    of = family(kind)
    if of == "table":
        columns = [str(row[0]) for row in rows(owner, "SELECT attname FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped"
                                                      f" AND attrelid = '{name}'::regclass")]  # fmt: skip
        yield "SELECT", f"SELECT * FROM {name} LIMIT 0"
        yield "INSERT", f"INSERT INTO {name} DEFAULT VALUES"
        for column in columns:
            yield f"UPDATE({column})", f'UPDATE {name} SET "{column}" = DEFAULT WHERE false'
        yield "DELETE", f"DELETE FROM {name} WHERE false"
        if kind == "table":
            yield "TRUNCATE", f"TRUNCATE {name}"
            yield "TRIGGER", (f"CREATE TRIGGER tried BEFORE UPDATE ON {name} FOR EACH ROW"
                              " EXECUTE FUNCTION suppress_redundant_updates_trigger()")  # fmt: skip
            yield "MAINTAIN", f"REINDEX TABLE {name}"
    elif of == "sequence":
        yield "SELECT", f"SELECT last_value FROM {name}"
        yield "USAGE", f"SELECT nextval('{name}')"
        yield "UPDATE", f"SELECT setval('{name}', 1)"
    elif kind.startswith("function"):
        types = [str(row[0]) for row in rows(owner, "SELECT format_type(t, NULL) FROM pg_proc, unnest(proargtypes)"
                                                    f" WITH ORDINALITY AS a (t, n) WHERE oid = {procedure(name)} ORDER BY n")]  # fmt: skip
        # Not constants: a strict function of a constant NULL isn't called, and nobody asks whether it may be.
        given = ", ".join(f"NULL::{of_type} AS a{n}" for n, of_type in enumerate(types))
        called = f"{name.split('(', maxsplit=1)[0]}({', '.join(f'a{n}' for n in range(len(types)))})"
        yield "EXECUTE", f"SELECT {called} FROM (SELECT {given} OFFSET 0) AS given"
    elif of == "schema":
        yield "CREATE", f"CREATE TABLE {name}.tried ()"
    elif of == "database":
        yield "TEMPORARY", "CREATE TEMPORARY TABLE tried ()"
        yield "CREATE", "CREATE SCHEMA tried"


def procedure(name: str) -> str:
    """The number of a function of this name and these arguments, as a subquery."""
    return ("(SELECT p.oid FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname || '.' || p.proname"
            f" || '(' || pg_get_function_identity_arguments(p.oid) || ')' = '{name}')")  # fmt: skip


def may(table: Cells, kind: str, name: str, role: str, verb: str) -> bool:
    """What the table says, names of schemas included: what is in a closed schema is out of reach."""
    schema = name.split(".", maxsplit=1)[0]
    if family(kind) not in {"schema", "database"} and not {"USAGE", "all"} & table["schema", schema][role]:
        return False
    return bool({verb, verb.split("(", maxsplit=1)[0], "all"} & table[kind, name][role])


@pytest.mark.parametrize("role", ["owner", "loader", "analyst"])
def test_each_right_is_there_and_no_other_when_it_is_tried(owner: Store, table: Cells, role: str) -> None:
    store = Store(getattr(ensure_postgres(), role))
    wrong, tried = [], 0
    for kind, name in table:
        for verb, statement in attempts(owner, kind, name):
            allowed = may(table, kind, name, f"essays_{role}", verb)
            if role == "owner" and "view" in kind and verb != "SELECT":
                continue  # it may, but the view can't
            tried += 1
            state = ""
            with store.engine.connect() as connection:
                connection.exec_driver_sql("SET lock_timeout = '5s'")
                try:
                    connection.exec_driver_sql(statement.replace("%", "%%"))
                except DBAPIError as error:
                    state = sqlstate(error)
                connection.rollback()
            if state == DENIED if allowed else state not in {DENIED, *NOT_UPDATABLE}:
                wrong.append((verb, name, state, allowed))
    store.close()
    assert wrong == []
    assert tried > 150

"""Who may do what: the table in docs/roles.md, and the same from a live catalogue.

``python -m tests.database.rights`` writes the table anew from a fresh database; what changed in it is then there to be
looked at, and a new object gets its rights on purpose.
"""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

from ingest.local.postgres import destroy_postgres, ensure_postgres
from ingest.store import Store, migrate

PAGE = Path(__file__).parents[2] / "docs" / "roles.md"
ROLES = ("essays_owner", "essays_loader", "essays_analyst", "public")
COLUMNS = ("owner", "loader", "analyst", "everybody")
NOTHING = "–"
HEAD = """# Who may do what

Three roles, and everything that each may do to every object. The table is compared with the catalogue of a fresh database
in every test run, cell by cell, and each right is tried; `python -m tests.database.rights` writes it anew. A dash is
nothing; *all* is every right that there is for such an object. *everybody* is what any role of the server may do that gets
into the database, so that a right of the analysts which stands there too is not theirs alone. A function marked *definer*
works with the owner's rights.

| role | what it is for |
|---|---|
| `essays_owner` | migrations. It owns everything and may make and end sessions of the two others; it is no superuser |
| `essays_loader` | `ingest`, DAGs, workers. It removes no essay and changes no table |
| `essays_analyst` | reading the analyst views, and writing notes. One shared login, or logins of your own that are members of it |

Rights are the wall. Timeouts are manners: a session may set them aside, and is then ended by `ingest.reap_analysts`.

"""
VERBS = {
    "database": ("CONNECT", "CREATE", "TEMPORARY"),
    "schema": ("USAGE", "CREATE"),
    "table": ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"),
    "sequence": ("SELECT", "USAGE", "UPDATE"),
    "function": ("EXECUTE",),
}
_OURS = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
_OBJECTS = f"""
SELECT 'database' AS kind, 'the database'::text AS name, oid FROM pg_database WHERE datname = current_database()
UNION ALL
SELECT 'schema', n.nspname::text, n.oid FROM pg_namespace n WHERE {_OURS}
UNION ALL
SELECT CASE WHEN c.relkind = 'S' THEN 'sequence' WHEN c.relkind = 'v' THEN 'view' WHEN c.relkind = 'm' THEN 'materialised view'
    ELSE 'table' END, n.nspname || '.' || c.relname, c.oid
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_OURS} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
UNION ALL
SELECT CASE WHEN p.prorettype = 'trigger'::regtype THEN 'trigger function' ELSE 'function' END
    || CASE WHEN p.prosecdef THEN ', definer' ELSE '' END,
    n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', p.oid
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {_OURS}
"""
Cells = dict[tuple[str, str], dict[str, frozenset[str]]]
"""By object (its kind and name), by role: the verbs."""


def family(kind: str) -> str:
    """The kind of object whose verbs these are."""
    return "table" if kind in {"view", "materialised view"} else "function" if "function" in kind else kind


def live(store: Store) -> Cells:
    """What the catalogue says. A verb for single columns is ``UPDATE(column)``; owning all is ``all``."""
    cells: Cells = {}
    with store.transaction() as connection:
        version = int(str(connection.exec_driver_sql("SHOW server_version_num").scalar()))
        for kind, name, oid in connection.exec_driver_sql(_OBJECTS.replace("%", "%%")).all():
            of = family(kind)
            verbs = [verb for verb in VERBS[of] if verb != "MAINTAIN" or version >= 170000]
            cells[kind, name] = {}
            for role in ROLES:
                held = {
                    verb
                    for verb in verbs
                    if connection.exec_driver_sql(
                        f"SELECT has_{of}_privilege(%(role)s, %(oid)s::oid, %(verb)s)",
                        {"role": role, "oid": oid, "verb": verb},
                    ).scalar()
                }
                if of == "table":
                    held |= {
                        f"{row.verb}({row.attname})"
                        for row in connection.exec_driver_sql(
                            "SELECT v.verb, a.attname FROM pg_attribute a, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE',"
                            " 'REFERENCES']) AS v (verb) WHERE a.attrelid = %(oid)s AND a.attnum > 0 AND NOT a.attisdropped"
                            " AND has_column_privilege(%(role)s, a.attrelid, a.attnum, v.verb)"
                            " AND NOT has_table_privilege(%(role)s, a.attrelid, v.verb)",
                            {"role": role, "oid": oid},
                        )
                    }
                cells[kind, name][role] = frozenset(["all"] if held == set(verbs) and len(verbs) > 1 else held)
    return cells


def written(page: str) -> Cells:
    """What the page says."""
    cells: Cells = {}
    for line in page.splitlines():
        if match := re.match(r"\| `(.+?)` \| ([a-z ,]+) \| (.+) \|$", line):
            verbs = [frozenset(cell.split()) - {NOTHING} for cell in match[3].split(" | ")]
            cells[match[2], match[1]] = dict(zip(ROLES, verbs, strict=True))
    return cells


def page(cells: Cells) -> str:
    """The page with these rights."""
    order = {verb: n for n, verb in enumerate(dict.fromkeys(verb for verbs in VERBS.values() for verb in verbs))}
    lines = [HEAD + f"| object | kind | {' | '.join(COLUMNS)} |", "|---" * (2 + len(COLUMNS)) + "|"]
    families = list(VERBS)
    for (kind, name), by_role in sorted(
        cells.items(), key=lambda item: (families.index(family(item[0][0])), item[0][0], item[0][1])
    ):
        shown = (
            " ".join(sorted(by_role[role], key=lambda verb: (order.get(verb.split("(")[0], 99), verb))) or NOTHING
            for role in ROLES
        )
        lines.append(f"| `{name}` | {kind} | {' | '.join(shown)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ["ESSAYS_HOME"] = home
        try:
            urls = ensure_postgres()
            migrate(urls.owner)
            store = Store(urls.owner)
            PAGE.write_text(page(live(store)), "utf-8")
            store.close()
        finally:
            destroy_postgres()


if __name__ == "__main__":
    main()

"""What a database is made of, as a set of lines: two databases with the same schema have the same."""

from __future__ import annotations

from ingest.store import Store

from ..conftest import rows

_OURS = "n.nspname IN ('essays', 'ingest', 'notes')"
_PARTS = (
    # A column that was added later stands at another place; only in a view the order is part of what it is.
    f"""SELECT 'column', n.nspname, c.relname, c.relkind, c.relpersistence, c.reloptions, a.attname,
            CASE WHEN c.relkind IN ('v', 'c') THEN a.attnum END, format_type(a.atttypid, a.atttypmod), a.attnotnull,
            a.attidentity, a.attgenerated, a.attstorage, a.attcollation::regcollation::text, a.attoptions,
            pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum), right_of.list
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        CROSS JOIN LATERAL (SELECT array_agg(x.grantee::regrole || ' ' || x.privilege_type ORDER BY x.grantee::regrole::text, x.privilege_type) AS list
            FROM aclexplode(a.attacl) x) right_of
        WHERE {_OURS} AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'c', 'S')""",
    # In what was restored from a dump, constants have lost names that nobody said; a view's columns are compared above.
    rf"""SELECT 'relation', n.nspname, c.relname, c.relkind, c.relrowsecurity, c.relowner::regrole::text,
            CASE WHEN c.relkind IN ('v', 'm') THEN regexp_replace(pg_get_viewdef(c.oid), '(::\w+) AS \w+', '\1', 'g') END, obj_description(c.oid, 'pg_class'),
            obj_description(c.reltype, 'pg_type'), right_of.list
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        CROSS JOIN LATERAL (SELECT array_agg(x.grantee::regrole || ' ' || x.privilege_type ORDER BY x.grantee::regrole::text, x.privilege_type) AS list
            FROM aclexplode(coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))) x) right_of
        WHERE {_OURS} AND c.relkind IN ('r', 'p', 'v', 'm', 'c', 'S')""",
    f"""SELECT 'index', n.nspname, c.relname, pg_get_indexdef(c.oid), i.indisvalid, c.reloptions
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_OURS}""",
    f"""SELECT 'constraint', n.nspname, c.relname, o.conname, pg_get_constraintdef(o.oid), o.convalidated
        FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_OURS}""",
    f"""SELECT 'trigger', n.nspname, c.relname, pg_get_triggerdef(t.oid), t.tgenabled
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {_OURS} AND NOT t.tgisinternal""",
    f"""SELECT 'policy', n.nspname, c.relname, p.polname, p.polcmd, p.polpermissive, p.polroles::regrole[]::text,
            pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
        FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_OURS}""",
    f"""SELECT 'function', n.nspname, p.oid::regprocedure::text, p.proowner::regrole::text,
            CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END, obj_description(p.oid, 'pg_proc'), right_of.list
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        CROSS JOIN LATERAL (SELECT array_agg(x.grantee::regrole || ' ' || x.privilege_type ORDER BY x.grantee::regrole::text, x.privilege_type) AS list
            FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x) right_of WHERE {_OURS}""",
    f"""SELECT 'schema', n.nspname, n.nspowner::regrole::text, obj_description(n.oid, 'pg_namespace'), right_of.list
        FROM pg_namespace n
        CROSS JOIN LATERAL (SELECT array_agg(x.grantee::regrole || ' ' || x.privilege_type ORDER BY x.grantee::regrole::text, x.privilege_type) AS list
            FROM aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) x) right_of WHERE {_OURS} OR n.nspname LIKE 'essays%%'""",
    f"""SELECT 'sequence', n.nspname, c.relname, format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmax, s.seqmin,
            s.seqcache, s.seqcycle
        FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_OURS}""",
    f"""SELECT 'statistics', n.nspname, e.stxname, pg_get_statisticsobjdef(e.oid)
        FROM pg_statistic_ext e JOIN pg_namespace n ON n.oid = e.stxnamespace WHERE {_OURS}""",
    "SELECT 'analyst object', identity, kind FROM ingest.analyst_object",
    "SELECT 'applied', name, CASE WHEN name = 'analyst_views' THEN sha256 END FROM ingest.migration",
)


def catalogue(url: str) -> set[str]:
    """Tables, columns, types, defaults, constraints, indexes, views, functions, comments and rights of our schemas."""
    store = Store(url)
    try:
        return {str(row) for part in _PARTS for row in rows(store, part)}
    finally:
        store.close()

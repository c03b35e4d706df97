-- The data dictionary, from the live catalogue.

-- objects --
-- Tables, views, row types and functions that belong to this program, not to an extension.
SELECT n.nspname AS schema, c.relname AS name,
    CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'c' THEN 'row type' ELSE 'table' END AS kind,
    obj_description(coalesce(t.oid, c.oid), CASE WHEN t.oid IS NULL THEN 'pg_class' ELSE 'pg_type' END) AS meaning,
    NULL AS arguments, NULL AS result
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_type t ON t.typrelid = c.oid AND c.relkind = 'c'
WHERE n.nspname = ANY (%(schemas)s) AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c')
    AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = c.oid AND e.deptype = 'e')
UNION ALL
SELECT n.nspname, p.proname, 'function', obj_description(p.oid, 'pg_proc'),
    pg_get_function_arguments(p.oid), pg_get_function_result(p.oid)
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = ANY (%(schemas)s)
    AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = p.oid AND e.deptype = 'e')
ORDER BY schema, name, arguments

-- columns --
SELECT n.nspname AS schema, c.relname AS name, a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type,
    a.attnotnull AS required, col_description(c.oid, a.attnum) AS meaning,
    EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p' AND a.attnum = ANY (k.conkey)) AS in_key,
    (SELECT min(rn.nspname || '.' || r.relname) FROM pg_constraint k
     JOIN pg_class r ON r.oid = k.confrelid JOIN pg_namespace rn ON rn.oid = r.relnamespace
     WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.conkey = ARRAY[a.attnum]) AS refers_to
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = ANY (%(schemas)s) AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c')
    AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = c.oid AND e.deptype = 'e')
ORDER BY schema, name, a.attnum

-- values --
-- What a CHECK lets a column be, or an enumerated type; with the columns of views that show it under the same name.
WITH RECURSIVE allowed AS (
    SELECT k.conrelid AS relation, a.attnum, a.attname, v.value, v.n
    FROM pg_constraint k
    JOIN pg_namespace n ON n.oid = k.connamespace AND n.nspname = ANY (%(schemas)s)
    CROSS JOIN LATERAL (SELECT pg_get_constraintdef(k.oid) AS rule) d
    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
        AND a.attname = substring(d.rule FROM '^CHECK \(*(\w+) = (?:ANY \(|'')')
    CROSS JOIN LATERAL regexp_matches(d.rule, '''((?:[^'']|'''')*)''::text', 'g') WITH ORDINALITY AS m (found, n)
    CROSS JOIN LATERAL (SELECT m.found[1] AS value, m.n) v
    WHERE k.contype = 'c'
    UNION ALL
    SELECT a.attrelid, a.attnum, a.attname, e.enumlabel, e.enumsortorder::bigint
    FROM pg_enum e
    JOIN pg_attribute a ON a.atttypid = e.enumtypid AND NOT a.attisdropped
    JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = ANY (%(schemas)s)
    UNION ALL
    SELECT a.attrelid, a.attnum, a.attname, state.value, state.n
    FROM unnest(%(states)s::text[]) WITH ORDINALITY AS state (value, n)
    JOIN pg_attribute a ON a.attrelid = 'ingest.fetch'::regclass AND a.attname = 'state'
), shown AS (
    SELECT DISTINCT relation AS root, attnum AS root_attnum, attname, relation, attnum FROM allowed
    UNION
    SELECT s.root, s.root_attnum, s.attname, v.oid, va.attnum
    FROM shown s
    JOIN pg_depend d ON d.refobjid = s.relation AND d.refobjsubid = s.attnum AND d.classid = 'pg_rewrite'::regclass
    JOIN pg_rewrite w ON w.oid = d.objid
    JOIN pg_class v ON v.oid = w.ev_class AND v.oid <> s.relation
    JOIN pg_attribute va ON va.attrelid = v.oid AND va.attname = s.attname
)
SELECT n.nspname AS schema, c.relname AS name, v.attname AS column, v.value, col_description(c.oid, v.attnum) AS meaning,
    (SELECT array_agg(DISTINCT os.nspname || '.' || o.relname) FROM shown s
     JOIN pg_class o ON o.oid = s.relation AND o.oid <> c.oid
     JOIN pg_namespace os ON os.oid = o.relnamespace AND os.nspname = 'essays'
     WHERE s.root = c.oid AND s.root_attnum = v.attnum) AS shown_by
FROM allowed v
JOIN pg_class c ON c.oid = v.relation
JOIN pg_namespace n ON n.oid = c.relnamespace
ORDER BY n.nspname, c.relname, v.attnum, v.n

-- The analyst views as one unit: what stands, what it would be made anew, who depends on it, and who is in the way.

-- holders --
-- The session that the one with this number waits for; the longest transaction, where there are several.
SELECT format('session %%s of %%s (%%s), in a transaction since %%s', a.pid, coalesce(a.usename, a.backend_type),
    coalesce(nullif(a.application_name, ''), 'unnamed application'),
    coalesce(to_char(a.xact_start, 'YYYY-MM-DD HH24:MI:SS OF'), 'a time that only its role is told')) AS holder
FROM unnest(pg_blocking_pids(%(pid)s)) AS blocking (pid) JOIN pg_stat_activity a USING (pid)
ORDER BY a.xact_start NULLS LAST LIMIT 1

-- lock --
-- Locks the views before the tables below them, and what is outside before what is inside, as whoever reads them does: in
-- any other order two sessions wait for each other. LOCK TABLE would lock their tables as well; this changes nothing.
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT c.oid::regclass AS name, c.relowner::regrole AS owner FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('essays', 'notes') AND c.relkind = 'v' AND pg_has_role(c.relowner, 'USAGE') ORDER BY c.oid DESC
    LOOP
        EXECUTE format('ALTER VIEW %%s OWNER TO %%s', one.name, one.owner);
    END LOOP;
END
$$

-- shapes --
-- The views and functions of our schemas, and whether the unit made them. A shape is what CREATE OR REPLACE can't change:
-- the columns of a view, the arguments and the result of a function. It can be replaced by one that begins with it.
SELECT s.kind, s.objid::bigint, i.identity, s.shape, o.identity IS NOT NULL AS is_ours
FROM (
    SELECT 'view' AS kind, 'pg_class'::regclass AS classid, c.oid AS objid, c.relnamespace AS namespace, ARRAY(
        SELECT concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), nullif(a.attcollation, 0)::regcollation)
        FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 ORDER BY a.attnum) AS shape
    FROM pg_class c WHERE c.relkind = 'v'
    UNION ALL
    SELECT 'function', 'pg_proc'::regclass, p.oid, p.pronamespace,
        ARRAY[p.prokind::text, pg_get_function_identity_arguments(p.oid), pg_get_function_result(p.oid)]
            || array_fill('default'::text, ARRAY[p.pronargdefaults::integer])
    FROM pg_proc p) s
JOIN pg_namespace n ON n.oid = s.namespace AND n.nspname IN ('essays', 'ingest', 'notes')
CROSS JOIN LATERAL pg_identify_object(s.classid, s.objid, 0) i
LEFT JOIN ingest.analyst_object o USING (identity, kind)

-- set_aside --
-- Puts the unit out of the way, to be rolled back: its schemas are renamed, which waits for nobody, and so are its functions
-- elsewhere. What else is in those schemas stands there again as an empty likeness.
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT nspname AS schema FROM pg_namespace WHERE nspname IN ('essays', 'notes') LOOP
        EXECUTE format('ALTER SCHEMA %%I RENAME TO %%I', one.schema, one.schema || '_standing');
        EXECUTE format('CREATE SCHEMA %%I', one.schema);
    END LOOP;
    FOR one IN
        SELECT replace(n.nspname, '_standing', '') AS schema, n.nspname AS standing, c.relname AS name, c.relkind, c.oid
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('essays_standing', 'notes_standing') AND c.relkind IN ('r', 'p', 'c')
    LOOP
        IF one.relkind = 'c' THEN
            EXECUTE format('CREATE TYPE %%I.%%I AS (%%s)', one.schema, one.name, (
                SELECT string_agg(format('%%I %%s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum)
                FROM pg_attribute WHERE attrelid = one.oid AND attnum > 0 AND NOT attisdropped));
        ELSE
            EXECUTE format('CREATE TABLE %%I.%%I (LIKE %%I.%%I)', one.schema, one.name, one.standing, one.name);
        END IF;
    END LOOP;
    FOR one IN
        SELECT o.identity, p.oid FROM ingest.analyst_object o JOIN pg_proc p ON p.oid = to_regprocedure(o.identity)
        WHERE o.kind = 'function' AND p.pronamespace = 'ingest'::regnamespace
    LOOP
        EXECUTE format('ALTER ROUTINE %%s RENAME TO %%I', one.identity, 'standing_' || one.oid);
    END LOOP;
END
$$

-- dependents --
-- What depends on these objects, on what depends on them, and so on. A view stands for its rule; row types are parts of it.
WITH RECURSIVE edge AS (
    SELECT CASE kind WHEN 'view' THEN 'pg_class' ELSE 'pg_proc' END::regclass::oid AS classid, objid::oid AS objid,
        0::oid AS refclassid, 0::oid AS refobjid
    FROM unnest(%(kinds)s::text[], %(objects)s::bigint[]) AS dropped (kind, objid)
    UNION
    SELECT dependent.classid, dependent.objid, d.refclassid, d.refobjid
    FROM edge
    JOIN pg_depend d ON d.refclassid = edge.classid AND d.refobjid = edge.objid
    LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid AND r.rulename = '_RETURN'
    CROSS JOIN LATERAL (
        SELECT CASE WHEN r.oid IS NULL THEN d.classid ELSE 'pg_class'::regclass::oid END AS classid,
            CASE WHEN r.oid IS NULL THEN d.objid ELSE r.ev_class END AS objid) dependent
    WHERE (dependent.classid, dependent.objid) <> (d.refclassid, d.refobjid)
)
SELECT CASE e.classid WHEN 'pg_class'::regclass THEN 'view' WHEN 'pg_proc'::regclass THEN 'function' ELSE e.classid::text END AS kind,
    e.objid::bigint,
    CASE e.refclassid WHEN 'pg_class'::regclass THEN 'view' WHEN 'pg_proc'::regclass THEN 'function' ELSE e.refclassid::text END
        AS on_kind,
    e.refobjid::bigint AS on_objid, pg_describe_object(e.classid, e.objid, 0) AS named,
    e.classid = 'pg_type'::regclass AND EXISTS (
        SELECT FROM pg_depend d WHERE d.classid = e.classid AND d.objid = e.objid AND d.deptype = 'i') AS is_part
FROM edge e WHERE e.refobjid <> 0

-- rights --
-- The rights that somebody gave to others than our own roles, as the statements that give them again.
SELECT i.identity, g.right_on, g.grantee,
    format('GRANT %%s ON %%s %%s TO %%s%%s', g.right_on, CASE o.kind WHEN 'view' THEN 'TABLE' ELSE 'ROUTINE' END, i.identity,
        g.grantee, CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) AS given
FROM unnest(%(kinds)s::text[], %(objects)s::bigint[]) AS o (kind, objid)
CROSS JOIN LATERAL pg_identify_object(CASE o.kind WHEN 'view' THEN 'pg_class' ELSE 'pg_proc' END::regclass, o.objid::oid, 0) i
CROSS JOIN LATERAL (
    SELECT a.privilege_type AS right_on, a.grantee::regrole::text AS grantee, a.is_grantable, a.grantee AS role, c.relowner AS owner
    FROM pg_class c, aclexplode(c.relacl) a WHERE o.kind = 'view' AND c.oid = o.objid::oid
    UNION ALL
    SELECT format('%%s (%%I)', a.privilege_type, t.attname), a.grantee::regrole::text, a.is_grantable, a.grantee, c.relowner
    FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a
    WHERE o.kind = 'view' AND c.oid = o.objid::oid
    UNION ALL
    SELECT a.privilege_type, a.grantee::regrole::text, a.is_grantable, a.grantee, p.proowner
    FROM pg_proc p, aclexplode(p.proacl) a WHERE o.kind = 'function' AND p.oid = o.objid::oid) g
WHERE g.role NOT IN (0, g.owner) AND g.role::regrole::text NOT IN ('essays_loader', 'essays_analyst')

-- remember --
WITH forgotten AS (
    DELETE FROM ingest.analyst_object WHERE identity <> ALL (%(identities)s::text[])
)
INSERT INTO ingest.analyst_object (identity, kind)
SELECT identity, kind FROM unnest(%(identities)s::text[], %(kinds)s::text[]) AS made (identity, kind)
ON CONFLICT (identity) DO UPDATE SET kind = excluded.kind

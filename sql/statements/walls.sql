-- The walls around analysts: what is done to those who go too far, and what of the walls is missing.

-- reap --
SELECT pid, role, why, act, done FROM ingest.reap_analysts(
    %(statement)s * interval '1 second', %(idle)s * interval '1 second', %(transaction)s * interval '1 second',
    %(locks)s, %(patience)s * interval '1 second')

-- sessions --
-- What works for analysts, parallel workers included.
WITH RECURSIVE analyst AS (
    SELECT oid FROM pg_roles WHERE rolname = 'essays_analyst'
    UNION
    SELECT m.member FROM analyst JOIN pg_auth_members m ON m.roleid = analyst.oid
)
SELECT a.pid FROM pg_stat_activity a JOIN analyst ON analyst.oid = a.usesysid JOIN pg_roles r ON r.oid = a.usesysid
WHERE NOT r.rolsuper AND NOT r.rolcreaterole AND NOT pg_has_role(a.usesysid, 'essays_loader', 'MEMBER')
    AND a.usesysid <> (SELECT datdba FROM pg_database WHERE datname = current_database())

-- missing --
WITH RECURSIVE held AS (
    SELECT oid FROM pg_roles WHERE rolname = 'essays_analyst'
    UNION
    SELECT m.member FROM held JOIN pg_auth_members m ON m.roleid = held.oid
), analyst AS (
    -- Who owns the database, makes roles, or loads holds the analysts' role for other reasons.
    SELECT oid FROM held JOIN pg_roles r USING (oid)
    WHERE NOT r.rolsuper AND NOT r.rolcreaterole AND NOT pg_has_role(oid, 'essays_loader', 'MEMBER')
        AND oid <> (SELECT datdba FROM pg_database WHERE datname = current_database())
)
SELECT wall, remedy FROM (
    SELECT 1 AS n, 'analysts can take advisory locks or write large objects and messages: '
            || string_agg(DISTINCT p.proname, ', ' ORDER BY p.proname) AS wall,
        'As a superuser: psql -d ' || current_database() || ' -f sql/walls.sql' AS remedy
    FROM pg_proc p
    WHERE p.pronamespace = 'pg_catalog'::regnamespace
        AND p.proname IN ('pg_advisory_lock', 'pg_try_advisory_lock', 'lo_create', 'lo_put', 'pg_logical_emit_message',
                          'pg_export_snapshot')
        AND has_function_privilege('essays_analyst', p.oid, 'EXECUTE')
    HAVING count(*) > 0
    UNION ALL
    SELECT 2, 'a sort may fill the disk: no temp_file_limit for ' || string_agg(r.rolname, ', ' ORDER BY r.rolname),
        'As a superuser: psql -d ' || current_database() || ' -f sql/walls.sql'
    FROM analyst JOIN pg_roles r USING (oid)
    WHERE r.rolcanlogin AND NOT EXISTS (
        SELECT FROM pg_db_role_setting s, unnest(s.setconfig) setting
        WHERE s.setrole IN (r.oid, 0) AND setting LIKE 'temp_file_limit=%%')
    HAVING count(*) > 0
    UNION ALL
    SELECT 3, 'analysts can make temporary tables',
        format('If nobody else needs them: REVOKE TEMPORARY ON DATABASE %%I FROM PUBLIC', current_database())
    WHERE has_database_privilege('essays_analyst', current_database(), 'TEMPORARY')
    UNION ALL
    SELECT 4, 'analysts can make objects in schema public', 'If nobody else needs it: REVOKE CREATE ON SCHEMA public FROM PUBLIC'
    WHERE has_schema_privilege('essays_analyst', 'public', 'CREATE')
    UNION ALL
    SELECT 5, 'these may take every connection of the server: ' || string_agg(r.rolname, ', ' ORDER BY r.rolname),
        'ALTER ROLE … CONNECTION LIMIT 20, as the owner'
    FROM analyst JOIN pg_roles r USING (oid) WHERE r.rolcanlogin AND r.rolconnlimit = -1
    HAVING count(*) > 0
    UNION ALL
    SELECT 6, 'the owner can''t end sessions of ' || string_agg(r.rolname, ', ' ORDER BY r.rolname),
        'As a superuser: psql -d ' || current_database() || ' -f sql/walls.sql'
    FROM analyst JOIN pg_roles r USING (oid), pg_proc p
    WHERE p.oid = to_regprocedure('ingest.reap_analysts(interval,interval,interval,integer,interval)')
        AND r.rolcanlogin AND NOT pg_has_role(p.proowner, r.oid, 'USAGE')
    HAVING count(*) > 0
    UNION ALL
    SELECT 7, 'analysts may leave prepared transactions behind, whose locks nobody ends',
        'Set max_prepared_transactions = 0, unless somebody else needs them'
    WHERE current_setting('max_prepared_transactions') <> '0'
) lacking
ORDER BY n

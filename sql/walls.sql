-- What only a superuser can wall off, for one database: psql -d essays -f sql/walls.sql. bootstrap.sql includes it; on a
-- server that was given, its administrator may run it, and again when an analyst has got a login of their own. Other
-- users of the same database who need one of these functions have to be granted it by name.
DO $$
DECLARE
    walled regprocedure;
    analyst name;
    owner oid := (SELECT datdba FROM pg_catalog.pg_database WHERE datname = current_database());
BEGIN
    -- Advisory locks and large objects fill the lock table that all sessions share, large objects the disk besides;
    -- messages fill the write-ahead log, exported snapshots a folder with files. None of them asks for any other right.
    FOR walled IN
        SELECT p.oid FROM pg_catalog.pg_proc p
        WHERE p.pronamespace = 'pg_catalog'::regnamespace
            AND p.proname ~ '^(pg_(try_)?advisory_.*|lo_.*|loread|lowrite|pg_logical_emit_message|pg_export_snapshot)$'
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', walled);
    END LOOP;

    FOR analyst IN
        WITH RECURSIVE a AS (
            SELECT oid FROM pg_catalog.pg_roles WHERE rolname = 'essays_analyst'
            UNION
            SELECT m.member FROM a JOIN pg_catalog.pg_auth_members m ON m.roleid = a.oid
        )
        SELECT r.rolname FROM a JOIN pg_catalog.pg_roles r USING (oid)
        WHERE NOT r.rolsuper AND NOT r.rolcreaterole AND NOT pg_has_role(r.oid, 'essays_loader', 'MEMBER') AND r.oid <> owner
    LOOP
        -- Settings that the role can't undo. A process may put so much on disk, and a sort that needs more fails.
        EXECUTE format('ALTER ROLE %I SET temp_file_limit = %L', analyst, '2GB');
        -- What an analyst's session raises goes to the analyst, not into the server's log, which it could fill.
        EXECUTE format('ALTER ROLE %I SET log_min_messages = %L', analyst, 'fatal');
        EXECUTE format('ALTER ROLE %I SET log_min_error_statement = %L', analyst, 'panic');
        IF (SELECT rolconnlimit FROM pg_catalog.pg_roles WHERE rolname = analyst) = -1 THEN
            EXECUTE format('ALTER ROLE %I CONNECTION LIMIT 20', analyst);
        END IF;
        -- Whoever has a role's rights sees what its sessions do and may end them.
        IF NOT pg_has_role(owner, analyst, 'USAGE') THEN
            EXECUTE format('GRANT %I TO %s', analyst, owner::regrole)
                || CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN ' WITH INHERIT TRUE' ELSE '' END;
        END IF;
    END LOOP;
END
$$;

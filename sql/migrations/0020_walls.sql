-- Walls around analysts, as far as the owner of the database may build them. What needs a superuser is in sql/walls.sql,
-- and `ingest doctor` says what of it is missing. A database that others use too keeps what they may rely on.
DO $$
DECLARE
    is_ours boolean := pg_has_role((SELECT datdba FROM pg_database WHERE datname = current_database()), 'USAGE')
        AND NOT EXISTS (
            SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname NOT IN ('essays', 'ingest', 'notes', 'information_schema') AND n.nspname !~ '^pg_'
                AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
                AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e'));
    manner text;
BEGIN
    IF is_ours THEN
        EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
        REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    ELSE
        RAISE NOTICE 'Others use this database: what all its users may do (temporary tables, schema public) stays as it is.';
    END IF;

    -- Functions that somebody puts into public shall not be found when the loader names one of Postgres' own.
    EXECUTE format('ALTER ROLE essays_loader IN DATABASE %I SET search_path = pg_catalog', current_database());

    BEGIN
        IF (SELECT rolconnlimit FROM pg_roles WHERE rolname = 'essays_analyst') = -1 THEN
            ALTER ROLE essays_analyst CONNECTION LIMIT 20;
        END IF;
        -- Whoever has a role's rights may end its sessions; making a role gives them to nobody since Postgres 16.
        IF NOT pg_has_role('essays_analyst', 'USAGE') THEN
            EXECUTE format('GRANT essays_analyst TO %I', current_user);
        END IF;
    EXCEPTION WHEN insufficient_privilege THEN
        RAISE NOTICE 'The limit of analysts'' connections, and the right to end them, are for an administrator to give.';
    END;

    -- Manners: every session may set them aside, and then ingest.reap_analysts ends what goes on for too long.
    FOREACH manner IN ARRAY ARRAY['transaction_timeout = ''1h''', 'idle_session_timeout = ''1d''', 'lock_timeout = ''30s'''] LOOP
        BEGIN
            EXECUTE format('ALTER ROLE essays_analyst IN DATABASE %I SET ', current_database()) || manner;
        EXCEPTION WHEN undefined_object THEN
            NULL;  -- transaction_timeout is of Postgres 17
        END;
    END LOOP;
END
$$;

CREATE FUNCTION ingest.reap_analysts(statement_limit interval, idle_limit interval, transaction_limit interval,
                                     lock_limit integer, patience interval)
RETURNS TABLE (pid integer, role text, why text, act text, done boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    WITH RECURSIVE analyst AS (
        SELECT oid FROM pg_roles WHERE rolname = 'essays_analyst'
        UNION
        SELECT m.member FROM analyst JOIN pg_auth_members m ON m.roleid = analyst.oid
    ), session AS (
        SELECT a.pid, a.usename, a.state, clock_timestamp() - a.state_change AS still,
            clock_timestamp() - a.query_start AS running, clock_timestamp() - a.xact_start AS open,
            (SELECT count(*) FROM pg_locks l WHERE l.pid = a.pid) AS locks
        FROM pg_stat_activity a
        JOIN analyst ON analyst.oid = a.usesysid
        JOIN pg_roles r ON r.oid = a.usesysid
        -- The owner holds the analysts' role to be able to do this, and a superuser holds all: neither is an analyst.
        WHERE a.datname = current_database() AND a.backend_type = 'client backend' AND NOT r.rolsuper
            AND NOT r.rolcreaterole AND a.usename <> current_user AND NOT pg_has_role(a.usesysid, 'essays_loader', 'MEMBER')
    ), judged AS (
        -- A statement may catch that it is cancelled; after some patience its session is ended.
        SELECT s.pid, s.usename, CASE
            WHEN s.state LIKE 'idle in transaction%' AND s.still > idle_limit
                THEN 'idle in a transaction for ' || date_trunc('second', s.still)
            WHEN s.locks > lock_limit THEN 'holds ' || s.locks || ' locks'
            WHEN s.open > transaction_limit THEN 'a transaction for ' || date_trunc('second', s.open)
            WHEN s.state NOT LIKE 'idle%' AND s.running > statement_limit
                THEN 'a statement for ' || date_trunc('second', s.running)
            END AS why,
            s.state NOT LIKE 'idle%' AND s.running BETWEEN statement_limit AND statement_limit + patience
                AND s.open <= transaction_limit AND s.locks <= lock_limit AS gently
        FROM session s
    )
    SELECT j.pid, j.usename::text, j.why, CASE WHEN j.gently THEN 'cancelled' ELSE 'ended' END,
        CASE WHEN j.gently THEN pg_cancel_backend(j.pid) ELSE pg_terminate_backend(j.pid) END
    FROM judged j WHERE j.why IS NOT NULL;
END
$$;
COMMENT ON FUNCTION ingest.reap_analysts IS 'Cancels or ends what analysts'' sessions do beyond these limits, whatever they have set for themselves';
REVOKE EXECUTE ON FUNCTION ingest.reap_analysts FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.reap_analysts TO essays_loader;

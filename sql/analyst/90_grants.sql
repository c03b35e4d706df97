-- What somebody else has put into the schema is theirs to grant.
DO $$
DECLARE
    one text;
BEGIN
    FOR one IN
        SELECT c.oid::regclass::text FROM pg_class c
        WHERE c.relnamespace = 'essays'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND pg_has_role(c.relowner, 'USAGE')
    LOOP
        EXECUTE format('GRANT SELECT ON %s TO essays_analyst, essays_loader', one);
    END LOOP;
    FOR one IN
        SELECT p.oid::regprocedure::text FROM pg_proc p
        WHERE p.pronamespace = 'essays'::regnamespace AND pg_has_role(p.proowner, 'USAGE')
    LOOP
        EXECUTE format('REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC', one);
        EXECUTE format('GRANT EXECUTE ON ROUTINE %s TO essays_analyst, essays_loader', one);
    END LOOP;
END
$$;

-- A body that names Postgres' own functions shall find those, whatever lies in the schemas that a caller looks into. Plain
-- SQL functions are left to be inlined; they do nothing but compute.
DO $$
DECLARE
    loose regprocedure;
BEGIN
    FOR loose IN
        SELECT p.oid FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
        WHERE n.nspname IN ('essays', 'ingest', 'notes') AND l.lanname = 'plpgsql' AND p.provolatile = 'v'
            AND p.prokind = 'f' AND p.proconfig IS NULL AND pg_has_role(p.proowner, 'USAGE')
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, pg_temp', loose);
    END LOOP;
END
$$;

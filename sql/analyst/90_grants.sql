GRANT SELECT ON ALL TABLES IN SCHEMA essays TO essays_analyst, essays_loader;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA essays FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA essays TO essays_analyst, essays_loader;

-- A body that names Postgres' own functions shall find those, whatever lies in the schemas that a caller looks into. Plain
-- SQL functions are left to be inlined; they do nothing but compute.
DO $$
DECLARE
    loose regprocedure;
BEGIN
    FOR loose IN
        SELECT p.oid FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
        WHERE n.nspname IN ('essays', 'ingest', 'notes') AND l.lanname = 'plpgsql' AND p.provolatile = 'v'
            AND p.prokind = 'f' AND p.proconfig IS NULL
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, pg_temp', loose);
    END LOOP;
END
$$;

-- Roles belong to the whole server, so another database's migration may create them at the same moment.
DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['essays_loader', 'essays_analyst'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = role_name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I LOGIN', role_name);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;
            END;
        END IF;
    END LOOP;
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO essays_loader', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO essays_analyst', current_database());
    EXECUTE format('ALTER ROLE essays_analyst IN DATABASE %I SET timezone = %L', current_database(), 'Asia/Shanghai');
    EXECUTE format('ALTER ROLE essays_analyst IN DATABASE %I SET search_path = essays, public', current_database());
    EXECUTE format('ALTER ROLE essays_analyst IN DATABASE %I SET statement_timeout = %L', current_database(), '10min');
    EXECUTE format('ALTER ROLE essays_analyst IN DATABASE %I SET idle_in_transaction_session_timeout = %L',
                   current_database(), '5min');
    EXECUTE format('ALTER ROLE essays_loader IN DATABASE %I SET timezone = %L', current_database(), 'UTC');
END
$$;

CREATE SCHEMA essays;
COMMENT ON SCHEMA essays IS 'What analysts read: essays, their copies, revisions, relations and history';
COMMENT ON SCHEMA ingest IS 'Private to the loader: addresses, fetches, snapshots, documents, works';

GRANT USAGE ON SCHEMA essays TO essays_analyst, essays_loader;
GRANT USAGE ON SCHEMA ingest TO essays_loader;
GRANT SELECT ON ingest.migration TO essays_loader;

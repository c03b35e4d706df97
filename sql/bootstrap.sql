-- In our own server, as its superuser, by psql: the databases, the roles, and the walls between them.
-- The embedded server runs it at every start. It makes what is not there, and gives the roles the passwords that the
-- environment has, so that no process list shows them.

\getenv owner_password ESSAYS_OWNER_PASSWORD
\getenv loader_password ESSAYS_LOADER_PASSWORD
\getenv analyst_password ESSAYS_ANALYST_PASSWORD
\getenv airflow_password ESSAYS_AIRFLOW_PASSWORD

SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY['essays_owner', 'essays_loader', 'essays_analyst', 'airflow']) AS name
WHERE name NOT IN (SELECT rolname FROM pg_roles) \gexec

ALTER ROLE essays_owner LOGIN CREATEROLE PASSWORD :'owner_password';
ALTER ROLE essays_loader LOGIN PASSWORD :'loader_password';
ALTER ROLE essays_analyst LOGIN CONNECTION LIMIT 20 PASSWORD :'analyst_password';
ALTER ROLE airflow LOGIN PASSWORD :'airflow_password';

-- Migrations run as the owner and grant in the name of both.
GRANT essays_loader, essays_analyst TO essays_owner WITH ADMIN OPTION;

-- Notifications that a listener doesn't collect may fill 8 MiB of disk, not 8 GiB. Nothing here sends any.
SELECT 'ALTER SYSTEM SET max_notify_queue_pages = 1024' WHERE current_setting('server_version_num')::integer >= 170000 \gexec

-- Airflow locks its migrations by advisory locks, so its database comes before the walls around those.
SELECT 'CREATE DATABASE airflow OWNER airflow' WHERE 'airflow' NOT IN (SELECT datname FROM pg_database) \gexec

-- Databases that are made later have the walls as well.
\connect template1
\ir walls.sql

SELECT 'CREATE DATABASE essays OWNER essays_owner' WHERE 'essays' NOT IN (SELECT datname FROM pg_database) \gexec

REVOKE CONNECT, TEMPORARY ON DATABASE essays, airflow, postgres, template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE essays TO essays_loader, essays_analyst;
GRANT TEMPORARY ON DATABASE essays TO essays_loader;

\connect essays
\ir walls.sql

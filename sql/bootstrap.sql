-- Once, in a new embedded server, as its superuser, by psql: the databases, the roles, and the walls between them.
-- Passwords come from the environment, so that no process list shows them.

\getenv owner_password ESSAYS_OWNER_PASSWORD
\getenv loader_password ESSAYS_LOADER_PASSWORD
\getenv analyst_password ESSAYS_ANALYST_PASSWORD
\getenv airflow_password ESSAYS_AIRFLOW_PASSWORD

CREATE ROLE essays_owner LOGIN CREATEROLE PASSWORD :'owner_password';
CREATE ROLE essays_loader LOGIN PASSWORD :'loader_password';
CREATE ROLE essays_analyst LOGIN CONNECTION LIMIT 20 PASSWORD :'analyst_password';
CREATE ROLE airflow LOGIN PASSWORD :'airflow_password';

-- Migrations run as the owner and grant in the name of both.
GRANT essays_loader, essays_analyst TO essays_owner WITH ADMIN OPTION;

CREATE DATABASE essays OWNER essays_owner;
CREATE DATABASE airflow OWNER airflow;

REVOKE CONNECT, TEMPORARY ON DATABASE essays, airflow, postgres, template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE essays TO essays_loader, essays_analyst;
GRANT TEMPORARY ON DATABASE essays TO essays_loader;

-- Whoever may only read shall not fill the server's disk with large objects either.
\connect essays
REVOKE EXECUTE ON FUNCTION lo_create(oid), lo_creat(integer), lo_from_bytea(oid, bytea) FROM PUBLIC;

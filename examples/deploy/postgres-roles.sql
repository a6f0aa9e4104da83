-- The roles and the database of Neurolist. Once, as a superuser, and again whenever you like:
--   psql -d postgres -f postgres-roles.sql
-- No role gets a password here. Give each its own afterwards with psql's \password, or let certificates or peer do.

\set ON_ERROR_STOP on

-- Owns the tables, changes them at an upgrade, restores backups. No process of the service signs in as it.
SELECT 'CREATE ROLE neurolist_owner LOGIN'
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'neurolist_owner') \gexec
-- What every process of the service signs in as.
SELECT 'CREATE ROLE neurolist_app LOGIN'
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'neurolist_app') \gexec
-- Makes and removes the scratch database of a drill, and sees no other (NEUROLIST_DRILL_URL).
SELECT 'CREATE ROLE neurolist_drill LOGIN'
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'neurolist_drill') \gexec

ALTER ROLE neurolist_owner NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE neurolist_app   NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE neurolist_drill NOSUPERUSER CREATEDB   NOCREATEROLE NOREPLICATION NOBYPASSRLS;

SELECT 'CREATE DATABASE neurolist OWNER neurolist_owner ENCODING ''UTF8'' TEMPLATE template0'
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'neurolist') \gexec

REVOKE ALL ON DATABASE neurolist FROM PUBLIC;
GRANT CONNECT ON DATABASE neurolist TO neurolist_app;

\connect neurolist

ALTER SCHEMA public OWNER TO neurolist_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO neurolist_app;

-- What the service's own role may do. As the owner, after every `neurolist prepare` and every restore:
--   psql -d neurolist -U neurolist_owner -f postgres-grants.sql
-- The service tries all of it before it serves, and names what is missing or too much.

\set ON_ERROR_STOP on

BEGIN;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO neurolist_app;

-- Histories only grow, whatever the service should be talked into.
DO $$
DECLARE
  history text;
BEGIN
  FOREACH history IN ARRAY ARRAY['audit_event', 'case_event', 'document', 'disposal'] LOOP
    IF to_regclass('public.' || history) IS NOT NULL THEN
      EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %I FROM neurolist_app', history);
    END IF;
  END LOOP;
END $$;

-- At which migration the tables stand is the owner's to say.
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM neurolist_app;

COMMIT;

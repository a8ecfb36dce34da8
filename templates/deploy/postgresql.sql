-- 明察 on PostgreSQL 15 or newer: databases and accounts. Run as a superuser: psql -f this-file
-- Set passwords afterwards (\password mingcha_office), or use peer authentication with a map in pg_ident.conf.
-- A server of its own for the register is best: what the office keeps on the same one stays in the same log.

-- Three accounts: who reads what was filed, who writes what is public, and who serves it. The office runs with
-- PORTAL_INTERNAL_URL and PORTAL_LETTERBOX_URL as mingcha_office, PORTAL_REGISTER_URL as mingcha_airlock;
-- the site with both of its URLs as mingcha_site.
CREATE ROLE mingcha_office LOGIN;
CREATE ROLE mingcha_airlock LOGIN;
CREATE ROLE mingcha_site LOGIN;
-- A reader who stops in the middle of an export holds up neither a withdrawal nor others for long.
ALTER ROLE mingcha_site SET default_transaction_read_only = on;
ALTER ROLE mingcha_site SET idle_in_transaction_session_timeout = '5min';
ALTER ROLE mingcha_site SET statement_timeout = '60s';
-- No value of any statement is written to the server's log.
ALTER ROLE mingcha_office SET log_parameter_max_length = 0;
ALTER ROLE mingcha_airlock SET log_parameter_max_length = 0;
ALTER ROLE mingcha_site SET log_parameter_max_length = 0;

-- Text is compared byte by byte, as the lists and their cursors expect.
CREATE DATABASE mingcha_register  OWNER mingcha_airlock TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8';
CREATE DATABASE mingcha_letterbox OWNER mingcha_office TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8';
CREATE DATABASE mingcha_internal  OWNER mingcha_office TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8';

REVOKE CONNECT, TEMPORARY ON DATABASE mingcha_register, mingcha_letterbox, mingcha_internal FROM PUBLIC;
-- The server's own databases are open to every account, and tell it of all others.
REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE mingcha_register, mingcha_letterbox TO mingcha_site;
-- In the letterbox it writes, and there nothing but letters.
ALTER ROLE mingcha_site IN DATABASE mingcha_letterbox SET default_transaction_read_only = off;

-- To get rid of the bytes of what was withdrawn: see who still reads, end a segment of the log, drop old ones.
GRANT pg_monitor, pg_checkpoint TO mingcha_airlock;
{% for database, owner, right in (
  ("register", "airlock", "SELECT"), ("letterbox", "office", "INSERT"), ("internal", "office", None),
) %}

\connect mingcha_{{ database }}
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO mingcha_{{ owner }};
{% if right %}
GRANT USAGE ON SCHEMA public TO mingcha_site;
-- Whatever the office's migrations make later, the site has this right on it and no more.
ALTER DEFAULT PRIVILEGES FOR ROLE mingcha_{{ owner }} IN SCHEMA public GRANT {{ right }} ON TABLES TO mingcha_site;
{% endif %}
-- By these, everybody may otherwise keep things in the database, write to its log, or hold up a release.
DO $$
DECLARE each regprocedure;
BEGIN
  FOR each IN SELECT oid FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
    AND (proname ~ '^pg_(try_)?advisory' OR proname ~ '^lo' AND prosrc ~ '^be_lo' OR proname = 'pg_logical_emit_message')
  LOOP
    EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', each);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO mingcha_{{ owner }}', each);
  END LOOP;
  -- By these, how many rows were filed in any database, how much was written, and who is at work.
  FOR each IN SELECT oid FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
    AND proname ~ '^pg_stat_get_|^pg_(current|last)_wal|^pg_(relation|table|indexes|total_relation|database|tablespace)_size$|^pg_control_|^pg_lock_status$'
  LOOP
    EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', each);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO mingcha_{{ owner }}, pg_monitor', each);
  END LOOP;
END $$;
{% if database == "register" %}
GRANT EXECUTE ON FUNCTION pg_switch_wal() TO mingcha_airlock;
{% endif %}
{% endfor %}

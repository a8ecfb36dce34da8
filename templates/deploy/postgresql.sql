-- 明察 on PostgreSQL: databases and accounts. Run as a superuser: psql -f this-file
-- Set passwords afterwards (\password mingcha_office), or use peer authentication on one machine.

CREATE ROLE mingcha_office LOGIN;
CREATE ROLE mingcha_site LOGIN;

-- Text is compared byte by byte, as the lists and their cursors expect.
CREATE DATABASE mingcha_register  OWNER mingcha_office TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8';
CREATE DATABASE mingcha_letterbox OWNER mingcha_office TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8';
CREATE DATABASE mingcha_internal  OWNER mingcha_office TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8';

REVOKE CONNECT, TEMPORARY ON DATABASE mingcha_register, mingcha_letterbox, mingcha_internal FROM PUBLIC;
GRANT CONNECT ON DATABASE mingcha_register, mingcha_letterbox TO mingcha_site;

\connect mingcha_register
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO mingcha_office;
GRANT USAGE ON SCHEMA public TO mingcha_site;
-- Whatever the office's migrations make later, the site may read it and no more.
ALTER DEFAULT PRIVILEGES FOR ROLE mingcha_office IN SCHEMA public GRANT SELECT ON TABLES TO mingcha_site;

\connect mingcha_letterbox
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO mingcha_office;
GRANT USAGE ON SCHEMA public TO mingcha_site;
ALTER DEFAULT PRIVILEGES FOR ROLE mingcha_office IN SCHEMA public GRANT INSERT ON TABLES TO mingcha_site;

\connect mingcha_internal
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO mingcha_office;

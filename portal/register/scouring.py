"""Rids the directory of a PostgreSQL server of the bytes of what the register no longer says (清除残留).

A deleted row stays in its table and its indexes until they are written anew; what ANALYZE sampled of it stays
in the statistics; every row ever written stays in the write-ahead log, whose segments are kept and used again.
So, in this order: nobody may still see the register as it was before; every table, then the statistics, are
written anew; the log is turned over, its old segments dropped, and those laid aside for use written over.
Archives of the log, other servers that follow it and the disk's own old blocks are out of reach from here.
"""

import time
from dataclasses import dataclass

import sqlalchemy as sa
from psycopg import errors

from portal.kit.db import ADVISORY_LOCK

#: How long to wait for those who use the register, all in all, in seconds; the work itself is not counted.
PATIENCE = 30.0
#: How long others may queue behind our wish for a table, in milliseconds; then they go first.
_QUEUE = 2_000
_PAUSE = 0.05
_BUSY = "登记册正被长时间读取或写入，或服务器上另有长时间的写入"
_STATISTICS = ("pg_statistic", "pg_statistic_ext_data")

#: What the account may not do or the server does not do, and what an operator does about it.
_MEANS = """
SELECT CASE
  WHEN NOT pg_has_role(datdba, 'USAGE') THEN '账户不是登记册数据库的所有者'
  WHEN NOT has_function_privilege('pg_switch_wal()', 'EXECUTE')
    OR NOT has_function_privilege('pg_ls_waldir()', 'EXECUTE')
    OR NOT (SELECT bool_or(pg_has_role(oid, 'USAGE')) FROM pg_roles WHERE rolname = 'pg_read_all_stats')
    OR NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
       AND NOT coalesce((SELECT pg_has_role(oid, 'USAGE') FROM pg_roles WHERE rolname = 'pg_checkpoint'), false)
    THEN '账户缺少权限，见 portal-site config postgresql'
  WHEN current_setting('wal_keep_size') <> '0' THEN '服务器设置了 wal_keep_size，请改为 0'
  WHEN EXISTS (SELECT FROM pg_replication_slots WHERE NOT active) THEN '有无人使用的复制槽，请删除'
END FROM pg_database WHERE datname = current_database()
"""
#: Whether anybody's view of this database is older than a transaction, or may yet be: a view that begins now
#: reaches back to the oldest transaction that is still writing, in whichever database of the server.
_OLDER = """
SELECT pg_snapshot_xmin(pg_current_snapshot()) <= CAST(CAST(:since AS text) AS xid8) OR EXISTS (
  SELECT FROM pg_stat_activity
  WHERE pid <> pg_backend_pid() AND (datid IS NULL OR datname = current_database())
    AND greatest(age(backend_xmin), age(backend_xid)) > age(CAST(CAST(:since AS text) AS xid8)::xid)
) OR EXISTS (SELECT FROM pg_prepared_xacts WHERE database = current_database())
"""
_TABLES = """
SELECT oid::regclass::text FROM pg_class
WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace ORDER BY relname
"""
#: Rewriting freezes: where rows had to be kept for somebody's old view, it reaches less far.
_KEPT = """
SELECT count(*) FROM pg_class
WHERE oid = ANY(CAST(CAST(:names AS text[]) AS regclass[])) AND age(relfrozenxid) > age(CAST(CAST(:since AS text) AS xid8)::xid)
"""
#: Segments of the log up to one, whatever time line they are of.
_SEGMENTS = """
SELECT count(*) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$' AND substr(name, 9) <= substr(:last, 9)
"""
#: Segments laid aside, and the one begun, which may have been one of them.
_LAID_ASIDE = """
SELECT count(*) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'
  AND substr(name, 9) >= substr(pg_walfile_name(pg_current_wal_insert_lsn()), 9)
"""
#: ANALYZE leaves an empty table the statistics it had; giving a column the type it has takes them away.
_QUOTED = """
SELECT 'ALTER TABLE ' || attrelid::regclass
  || string_agg(' ALTER ' || quote_ident(attname) || ' TYPE ' || format_type(atttypid, atttypmod), ',')
FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE attrelid::regclass::text = ANY(CAST(:names AS text[])) AND attnum > 0 AND NOT attisdropped AND reltuples = 0
  AND EXISTS (SELECT FROM pg_stats WHERE schemaname = current_schema() AND tablename = relname)
GROUP BY attrelid
"""


class NotScoured(Exception):
    """Old bytes may be left; the message says what stands in the way."""


@dataclass(slots=True)
class _Server:
    """A connection outside any transaction, and how long we have waited for others, in seconds."""

    connection: sa.Connection
    waited: float = 0.0

    def one(self, statement: str, **values: object) -> str:
        """Return the one value that a query gives, as text; empty for none."""
        found = self.connection.execute(sa.text(statement), values).scalar()
        return "" if found is None else str(found)

    def do(self, statement: str) -> None:
        """Run a statement; while somebody holds what it needs, let others go first and try again."""
        while True:
            try:
                self.connection.exec_driver_sql(statement)
            except sa.exc.OperationalError as error:
                if not isinstance(error.orig, errors.LockNotAvailable):
                    raise
                self.waited += _QUEUE / 1000
                self.pause()
            else:
                return

    def pause(self) -> None:
        """Wait a moment.

        Raises:
            NotScoured: we waited long enough.

        """
        if self.waited > PATIENCE:
            raise NotScoured(_BUSY)
        self.waited += _PAUSE
        time.sleep(_PAUSE)


def scour(url: sa.URL) -> None:
    """Write the register at `url` anew and turn over the log of its server.

    Readers of a table wait while it is written; releases wait until all is done. Needs as much room again as
    the largest table takes, and the rights that `portal-site config postgresql` gives.

    Raises:
        NotScoured: the account lacks a right, somebody would not let go for half a minute, or there is no room.

    """
    engine = sa.create_engine(
        url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True
    )
    try:
        with engine.connect() as connection:
            server = _Server(connection)
            if missing := server.one(_MEANS):
                raise NotScoured(missing)
            _rewrite(server)
            _turn_over(server)
    except sa.exc.DBAPIError as error:
        raise NotScoured(type(error.orig).__name__) from error
    finally:
        engine.dispose()


def _rewrite(server: _Server) -> None:
    connection = server.connection
    server.do(f"SET lock_timeout = {_QUEUE}")
    server.do(f"SELECT pg_advisory_lock({ADVISORY_LOCK})")
    tables = list(connection.execute(sa.text(_TABLES)).scalars())
    _rewrite_tables(server, tables, "FULL, ANALYZE")
    for statement in connection.execute(sa.text(_QUOTED), {"names": tables}).scalars().all():
        server.do(statement)
    #: Only now is nothing sampled of what is gone in the newest statistics.
    _rewrite_tables(server, _STATISTICS, "FULL")
    server.do(f"SELECT pg_advisory_unlock({ADVISORY_LOCK})")


def _rewrite_tables(server: _Server, tables: list[str] | tuple[str, ...], how: str) -> None:
    since = server.one("SELECT pg_current_xact_id()")
    while server.one(_OLDER, since=since) == "True":
        server.pause()
    for name in tables:
        server.do(f"VACUUM ({how}) {name}")
    if server.one(_KEPT, names=list(tables), since=since) != "0":
        raise NotScoured(_BUSY)


def _turn_over(server: _Server) -> None:
    """Drop what is in the log, and write over the old segments that were laid aside to be used again."""
    last = server.one("SELECT pg_walfile_name(pg_switch_wal())")
    server.do("CHECKPOINT")
    for _ in range(int(server.one(_LAID_ASIDE))):
        server.one("SELECT pg_logical_emit_message(false, '', '')")
        server.one("SELECT pg_switch_wal()")
    server.do("CHECKPOINT")
    while server.one(_SEGMENTS, last=last) != "0":
        #: An archive has not taken them yet, or a follower not read them.
        server.pause()
        server.do("CHECKPOINT")

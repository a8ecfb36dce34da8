"""Keeps readers out of a PostgreSQL store whose content is not yet fit to be read.

Shut out, and let in again, is who may read new tables by default (`portal-site config postgresql`): a process that is
killed in between leaves a store that is shut, and the next one knows whom to let in. Other accounts lose their rights
with the tables that are replaced. The owner's own account cannot be shut out.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from portal.kit.db import engine_for, file_of

_READERS = """
SELECT DISTINCT quote_ident(r.rolname), has_schema_privilege(r.oid, current_schema(), 'USAGE')
FROM pg_default_acl d CROSS JOIN aclexplode(d.defaclacl) a JOIN pg_roles r ON r.oid = a.grantee
WHERE d.defaclobjtype = 'r' AND d.defaclrole = current_user::regrole AND a.grantee <> d.defaclrole
  AND d.defaclnamespace IN (0, current_schema()::regnamespace)
"""


class NotShut(Exception):
    """Somebody can still read; the message says who."""


def shut(url: str) -> bool:
    """Keep readers out of the store at `url`; say whether any could read before. SQLite has no readers to shut out.

    Raises:
        NotShut: our account is not the one that may do so; nothing was changed.

    """
    if file_of(url) is not None:
        return False
    with _begun(url) as connection:
        before = _readers(connection)
        if before:
            _say(connection, f"REVOKE USAGE ON SCHEMA {{}} FROM PUBLIC, {', '.join(before)}")
        if left := [name for name, may_read in _readers(connection).items() if may_read]:
            raise NotShut(f"账户 {'、'.join(left)} 仍可读取；请以数据库的所有者运行")
    return any(before.values())


def let_in(url: str) -> None:
    """Let those read again who may by default; nothing to do on SQLite."""
    if file_of(url) is None:
        with _begun(url) as connection:
            if readers := _readers(connection):
                _say(connection, f"GRANT USAGE ON SCHEMA {{}} TO {', '.join(readers)}")


@contextmanager
def _begun(url: str) -> Iterator[sa.Connection]:
    engine = engine_for(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _readers(connection: sa.Connection) -> dict[str, bool]:
    """Return who may read by default, as SQL names them, and whether they can now."""
    return {row[0]: row[1] for row in connection.execute(sa.text(_READERS))}


def _say(connection: sa.Connection, statement: str) -> None:
    schema = connection.scalar(sa.text("SELECT quote_ident(current_schema())"))
    connection.exec_driver_sql(statement.format(schema))

"""Bring a store to the newest schema: Alembic without an ini file."""

import re

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import OperationalError

from portal.kit.assets import asset
from portal.kit.db import engine_for, file_of, make_folder, pragma

STORES = ("register", "internal", "letterbox")
#: Unredacted records and the key of the public ids are for the office's account alone; letters for its group,
#: in which the site is too; what is public anybody may read.
MODES = {"register": 0o644, "internal": 0o600, "letterbox": 0o660}
#: What SQLite takes for a blank, and nothing more: any other sign may be part of a name.
_BLANKS = re.compile(r"[ \t\n\f\r]+")
_BARE = re.compile(r'(?<=^CREATE TABLE )"(\w+)"')


def upgrade(store: str, url: str, revision: str = "head") -> None:
    """Upgrade `store` (one of STORES) at `url` to `revision`, the newest one by itself; nothing to do is fine."""
    _run(store, url, command.upgrade, revision)
    path = file_of(url)
    if path is not None and store != "register":
        path.chmod(MODES[store])


def downgrade(store: str, url: str, revision: str) -> None:
    """Take `store` back to `revision` ("base" empties it)."""
    _run(store, url, command.downgrade, revision)


def is_current(store: str, url: str) -> bool:
    """Whether `store` at `url` stands at the newest revision."""
    path = file_of(url)
    if path is not None and not path.exists():
        return False
    engine = engine_for(url)
    try:
        with engine.connect() as connection:
            at = MigrationContext.configure(connection).get_current_revision()
    except OperationalError:
        return False
    finally:
        engine.dispose()
    return at == ScriptDirectory.from_config(_config(store)).get_current_head()


def structure(connection: sa.Connection) -> dict[str, str]:
    """Return what a SQLite file consists of, tables, indexes and all others alike: kind and name → as it was declared.

    Left out are the two tables that SQLite keeps for itself (its statistics): anything else may be called like them, but by
    nobody who makes it in the ordinary way. Blanks and quotation marks around a table's name do not count: a table that
    was renamed has them, by release of SQLite.
    """
    made = connection.exec_driver_sql(
        "SELECT type, name, coalesce(sql, '') FROM sqlite_master"
        " WHERE type <> 'table' OR name NOT IN ('sqlite_stat1', 'sqlite_stat4')"
    )
    found = {f"{kind} {name}": _BARE.sub(r"\1", _BLANKS.sub(" ", sql)) for kind, name, sql in made}
    return found | {"encoding": str(connection.exec_driver_sql("PRAGMA encoding").scalar())}


def pattern(store: str) -> dict[str, str]:
    """Return the `structure` that the migrations of `store` make, from a file of its own in memory."""
    config = _config(store)
    engine = sa.create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            return structure(connection)
    finally:
        engine.dispose()


def _config(store: str) -> Config:
    config = Config()
    folder = asset("migrations")
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("version_locations", str(folder / store / "versions").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _run(store: str, url: str, action: object, revision: str) -> None:
    if store not in STORES:
        raise ValueError(f"unknown store {store!r}")
    make_folder(url)
    config = _config(store)
    engine = engine_for(url)
    try:
        #: Readers go on while the one writer writes; the setting stays in the file.
        pragma(engine, "journal_mode = WAL")
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            action(config, revision)  # type: ignore[operator]
            _guard(connection)
    finally:
        engine.dispose()


def _guard(connection: sa.Connection) -> None:
    """Let nobody but its owner write Alembic's own table, whatever rights new tables come with on PostgreSQL."""
    if connection.dialect.name != "postgresql":
        return
    others = sa.text(
        "SELECT DISTINCT quote_ident(grantee) FROM information_schema.role_table_grants"
        " WHERE table_name = 'alembic_version' AND privilege_type <> 'SELECT'"
        " AND grantee NOT IN (current_user, 'PUBLIC')"
    )
    for name in connection.scalars(others).all():
        connection.exec_driver_sql(
            f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON alembic_version FROM {name}"
        )

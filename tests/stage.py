"""Where the stores of a test lie: SQLite files in its folder, or databases of the PostgreSQL that TEST_POSTGRES names."""

import hashlib
import os
import secrets
import shutil
import sqlite3
import subprocess
import weakref
from pathlib import Path

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from portal.kit import config, migrate
from portal.kit.config import Settings
from portal.kit.db import engine_for, options

#: URL of a server, whatever its database; see `tests.postgres`.
POSTGRES = os.environ.get("TEST_POSTGRES")
STORES = ("register", "internal", "letterbox")
_opened: set[psycopg.Connection] = set()
#: Copies made for one example each, and who holds them.
_alone: dict[str, weakref.ref[sa.Engine]] = {}


def environ(data: Path) -> dict[str, str]:
    """Return the settings that make `data` the place of the stores."""
    found = {"PORTAL_DATA": str(data)}
    if POSTGRES:
        found |= {f"PORTAL_{store.upper()}_URL": url_of(data, store) for store in STORES}
    return found


def urls(data: Path) -> tuple[Settings, str]:
    """Return settings, and the office's URL, for stores in `data`."""
    found = environ(data) | {"PORTAL_SITE_URL": "https://mingcha.example"}
    return config.load(found), config.internal_url(found)


def put_up(data: Path) -> None:
    """Make empty stores at the newest schema in `data`."""
    lay(data)
    settings, internal = urls(data)
    migrate.upgrade("register", settings.register_url)
    migrate.upgrade("letterbox", settings.letterbox_url)
    migrate.upgrade("internal", internal)


def lay(data: Path) -> None:
    """Make what `migrate` needs for stores in `data`: a folder, and empty databases."""
    data.mkdir(parents=True, exist_ok=True)
    for store in STORES:
        if POSTGRES:
            _create(_name(data, store), "template0")


def copy(source: Path, target: Path) -> Path:
    """Copy the stores of `source`, to which nobody writes, to `target`.

    By another process: one that closes a file of SQLite loses its locks on it, and whoever opens the store next
    cuts short what the first has mapped, which dies of it.
    """
    target.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-rpL", f"{source}/.", target], check=True)
    if POSTGRES:
        hang_up(source)
        for store in STORES:
            _create(_name(target, store), _name(source, store))
    return target


def exchange(source: Path, target: Path, store: str) -> None:
    """Put the store of `source`, as it lies there, in the place of the one in `target`; nobody has either open."""
    if POSTGRES:
        for data in (source, target):
            hang_up(data)
        _run(f'DROP DATABASE "{_name(target, store)}" WITH (FORCE)')
        _create(_name(target, store), _name(source, store))
        return
    for each in target.glob(f"{store}.db*"):
        each.unlink()
    for each in source.glob(f"{store}.db*"):
        shutil.copy2(each, target)


def lose(data: Path) -> None:
    """Take the stores away, and leave what `migrate` and `restore` need in their place."""
    clear(data)
    for each in data.glob("*.db*"):
        each.unlink()
    lay(data)


def register_alone(source: Path) -> sa.Engine:
    """Return a copy of the register of `source`, for one example of a property; it goes when nobody holds it."""
    if POSTGRES:
        for name in [name for name, held in _alone.items() if held() is None]:
            _run(f'DROP DATABASE "{name}" WITH (FORCE)')
            del _alone[name]
        name = f"register_{secrets.token_hex(8)}"
        _create(name, _name(source, "register"))
        alone = sa.create_engine(**options(_address(name)), poolclass=sa.NullPool)
        _alone[name] = weakref.ref(alone)
        return alone
    engine = engine_for("sqlite://")
    with (
        engine_for(f"sqlite:///{source / 'register.db'}").connect() as read,
        engine.connect() as made,
    ):
        theirs: sqlite3.Connection = read.connection.dbapi_connection  # type: ignore[assignment]
        theirs.backup(made.connection.dbapi_connection)  # type: ignore[arg-type]
    return engine


def clear(data: Path) -> None:
    """Drop the databases of `data`; files go with their folder."""
    if POSTGRES:
        hang_up(data)
        for store in STORES:
            _run(f'DROP DATABASE IF EXISTS "{_name(data, store)}" WITH (FORCE)')


def hang_up(data: Path | None = None) -> None:
    """Close what this process has open to the databases of `data`, or of all: an app that is dropped does not."""
    names = {_name(data, store) for store in STORES} if data else None
    for each in list(_opened):
        if each.closed or names is None or each.info.dbname in names:
            _opened.discard(each)
            each.close()


@sa.event.listens_for(sa.Pool, "connect")
def _remember(connection: object, record: object) -> None:
    del record
    if isinstance(connection, psycopg.Connection):
        _opened.add(connection)


@sa.event.listens_for(sa.Pool, "close")
def _forget(connection: object, record: object) -> None:
    del record
    _opened.discard(connection)


def url_of(data: Path, store: str) -> str:
    """Return the URL of the database of a store in `data`."""
    return _address(_name(data, store))


def _name(data: Path, store: str) -> str:
    return f"{store}_{hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:16]}"


def _address(database: str) -> str:
    assert POSTGRES
    return make_url(POSTGRES).set(database=database).render_as_string(hide_password=False)


def _create(name: str, template: str) -> None:
    collation = "LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'" if template == "template0" else ""
    _run(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {collation}')


def _run(statement: str) -> None:
    engine = sa.create_engine(_address("postgres"), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
    finally:
        engine.dispose()

"""Migrations lead to the tables that the code declares.

Context: tables are declared in Python and made by migrations. Decision: the two never differ, and
each chain can be walked down and up again. Consequence: a column without a migration fails here.
"""

import importlib
import pkgutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import portal.internal.tables
import portal.letterbox.tables
import portal.register.tables
from portal.kit import migrate
from portal.kit.db import INTERNAL, LETTERBOX, db, engine_for

#: What a migration took away, a release after the last that read it.
CONTRACTED: dict[str, list[str]] = {"register": [], "letterbox": []}
BINDS = {"register": None, "internal": INTERNAL, "letterbox": LETTERBOX}

for package in (portal.register.tables, portal.internal.tables):
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")


@pytest.mark.parametrize("store", migrate.STORES)
def test_migrations_make_the_declared_tables(store: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    migrate.upgrade(store, url)
    engine = engine_for(url)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        differences = compare_metadata(context, db.metadatas[BINDS[store]])
    engine.dispose()

    assert differences == []


@pytest.mark.parametrize("store", migrate.STORES)
def test_a_chain_can_be_walked_down_and_up_again(store: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    migrate.upgrade(store, url)

    migrate.downgrade(store, url, "base")
    engine = engine_for(url)
    left = set(sa.inspect(engine).get_table_names())
    engine.dispose()
    migrate.upgrade(store, url)

    assert left == {"alembic_version"}
    assert migrate.is_current(store, url)


@pytest.mark.parametrize("store", ["register", "letterbox"])
def test_the_release_before_goes_on_while_a_migration_is_made(store: str, tmp_path: Path) -> None:
    """Expand now, contract later: what the running site reads, and how it posts, survives every migration.

    A site of the release before serves until it is started anew (the office is stopped meanwhile). So a migration
    only adds tables and columns, and in the letterbox, where the site writes, a column that may be left out; what
    nothing reads any more goes a release later, and is then named in `CONTRACTED`.
    """
    url = f"sqlite:///{tmp_path / 'store.db'}"
    broken: list[str] = []
    before: dict[str, dict[str, bool]] = {}
    for revision in _revisions(store):
        migrate.upgrade(store, url, revision)
        after = _columns(url)
        for table, columns in before.items():
            lost = columns.keys() - after.get(table, {}).keys()
            broken += [f"{revision} {table}.{name} is lost" for name in sorted(lost)]
            broken += [
                f"{revision} {table}.{name} must be given"
                for name, must in sorted(after.get(table, {}).items())
                if store == "letterbox" and must and name not in columns
            ]
        before = after

    assert broken == CONTRACTED[store]


def _revisions(store: str) -> list[str]:
    """Return the names of all migrations, oldest first."""
    folder = Path(__file__).resolve().parents[2] / "migrations" / store / "versions"
    return [path.name[:4] for path in sorted(folder.glob("[0-9]*.py"))]


def _columns(url: str) -> dict[str, dict[str, bool]]:
    """Return the columns of each table, and whether a row without it is refused."""
    engine = engine_for(url)
    inspector = sa.inspect(engine)
    found = {
        table: {
            each["name"]: not each["nullable"] and each["default"] is None
            for each in inspector.get_columns(table)
        }
        for table in inspector.get_table_names()
    }
    engine.dispose()
    return found

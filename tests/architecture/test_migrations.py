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

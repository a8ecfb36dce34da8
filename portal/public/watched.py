"""create_app() of the public site with its counts, for those who watch over it."""

from collections.abc import Iterator

import sqlalchemy as sa
from flask import current_app

from portal.kit import clock
from portal.kit.config import Settings, load
from portal.kit.db import db
from portal.kit.metrics import Watched
from portal.public.app import create_app as create_site
from portal.register.queries import following
from portal.register.search.model import Damaged, Engine
from portal.register.tables.changes import ChangeRow


def create_app(settings: Settings | None = None) -> Watched:
    """Build the site, and tell its counts on the port that the settings name."""
    settings = settings or load()
    return Watched(create_site(settings), settings.metrics_port, _facts)


def _facts() -> Iterator[tuple[str, str, float]]:
    yield from _of_the_register()
    yield "mingcha_index_serial", "Change that the search index has reached, 0 for none", _indexed()


def _of_the_register() -> Iterator[tuple[str, str, float]]:
    last = sa.select(ChangeRow.serial, ChangeRow.at).order_by(ChangeRow.serial.desc()).limit(1)
    try:
        found = db.session.execute(last).first()
    except sa.exc.SQLAlchemyError:
        yield "mingcha_register_readable", "Whether the register can be read", 0
        return
    yield "mingcha_register_readable", "Whether the register can be read", 1
    yield "mingcha_register_serial", "Number of the last change", found.serial if found else 0
    if found:
        age = (clock.utc_now() - found.at).total_seconds()
        yield "mingcha_release_age_seconds", "Time since the last change", age
    as_of = following.look(db.engine)[1]
    late = (clock.utc_now() - as_of).total_seconds() if as_of else 0
    yield "mingcha_register_behind_seconds", "How far the register read here is behind", late


def _indexed() -> int:
    engine: Engine = current_app.extensions["search"]
    try:
        return engine.serial()
    except Damaged:
        return 0

"""create_app() of the office with its counts, for those who watch over it."""

from collections.abc import Iterator

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from portal.internal.app import create_app as create_office
from portal.internal.desk import forgetting
from portal.internal.desk.stores import Stores
from portal.kit import clock, config
from portal.kit.metrics import Watched
from portal.letterbox import slot


def create_app() -> Watched:
    """Build the office, and tell its counts on the port that the settings name."""
    settings = config.load()
    return Watched(create_office(settings), settings.office_metrics_port, _facts)


def _facts() -> Iterator[tuple[str, str, float]]:
    stores: Stores = current_app.extensions["stores"]
    readable = "mingcha_stores_readable", "Whether letterbox and register can be read"
    try:
        with Session(stores.letterbox) as session:
            waiting, oldest = slot.queue(session)
        owed = forgetting.is_owed(stores)
    except sa.exc.SQLAlchemyError:
        yield *readable, 0
        return
    yield *readable, 1
    yield "mingcha_letters_waiting", "Letters in the letterbox that nobody has collected", waiting
    if oldest:
        age = (clock.utc_now() - oldest).total_seconds()
        yield "mingcha_letter_age_seconds", "How long the oldest of them has waited", age
    yield (
        "mingcha_purge_owed",
        "Whether bytes of what was taken back are still to be got rid of",
        owed,
    )

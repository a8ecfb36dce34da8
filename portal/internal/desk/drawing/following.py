"""Packages of revealed draws follow who may be named: whoever is withdrawn or hidden is closed in them at once."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from portal.airlock.around import Ids
from portal.domain.parties import Entity
from portal.internal.desk.drawing import outward
from portal.internal.desk.drawing.pool import object_id
from portal.internal.desk.stores import Stores
from portal.internal.tables import filings
from portal.internal.tables.settings import ID_KEY, secret
from portal.register.queries import draws
from portal.register.records import Kind


def close(stores: Stores, session: Session, parties: Iterable[str], *, now: datetime) -> None:
    """Publish again every package that names one of these parties (by natural key), as it may be read now.

    `session` holds the write lock of the office's store, and the register has followed already. Doing it
    again changes nothing.

    Raises:
        Tampered, LogBroken: a package could not be published again.

    """
    keys = sorted(set(parties))
    if not keys:
        return
    ids = Ids(secret(session, ID_KEY))
    numbers: set[str] = set()
    for key, party in filings.find(session, Entity, keys).items():
        own_id = ids.of(Kind.ENTITY, key)
        numbers |= {own_id, object_id(own_id, party)}
    with Session(stores.register) as register:
        named = draws.with_packages_naming(register, numbers)
    for draw_id in named:
        outward.bring(stores, session, draw_id, now=now)

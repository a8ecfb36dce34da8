"""Packages follow how parties are disclosed: who loses their page is named in none any more (随动)."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from portal.airlock.around import Ids
from portal.airlock.publish import detach
from portal.domain.errors import LogBroken, Residue
from portal.domain.parties import Entity
from portal.domain.sortition.faults import Fault
from portal.internal.desk.drawing import keeping, naming, outward
from portal.internal.desk.drawing.keeping import Tampered
from portal.internal.desk.drawing.pool import object_id
from portal.internal.desk.stores import Stores
from portal.internal.tables import filings
from portal.internal.tables.settings import ID_KEY, secret
from portal.register import packages
from portal.register.records import Kind


def follow(stores: Stores, session: Session, keys: Iterable[str], *, now: datetime) -> None:
    """Publish anew the packages that name these parties; the caller holds the office's store.

    A draw whose own records were tampered with, or whose title names a party hidden since, cannot be put
    together again: its package goes.
    """
    ids = Ids(secret(session, ID_KEY))
    parties = filings.standing(session, Entity, keys, batch_id=None)
    numbers = [object_id(ids.of(Kind.ENTITY, key), party) for key, party in parties.items()]
    with Session(stores.register) as register:
        named = packages.naming(register, numbers)
    for draw_id in naming.leaning_on(session, named) if named else ():
        try:
            outward.bring_out(stores, session, draw_id, now=now, anew=True)
        except (Tampered, LogBroken, Fault, Residue):
            gone = outward.public_id(session, keeping.load(session, draw_id))
            detach(stores.register, gone, now=now)

"""Draws follow how parties are disclosed: who loses their page is named in none any more (随动)."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from portal.airlock.publish import detach
from portal.domain.errors import LogBroken, Residue
from portal.domain.parties import Entity
from portal.domain.sortition.faults import Fault
from portal.internal.desk import given, mentions, secrets
from portal.internal.desk.drawing import keeping, naming, outward, silence
from portal.internal.desk.drawing.keeping import Tampered
from portal.internal.desk.drawing.pool import object_id
from portal.internal.desk.stores import Stores
from portal.internal.tables import filings
from portal.kit.db import snapshot
from portal.register import packages
from portal.register.proofs import standing
from portal.register.records import Kind, PublicDraw


def follow(
    stores: Stores, session: Session, kind: Kind, keys: Iterable[str], *, now: datetime
) -> None:
    """Publish anew the draws that name these, in their lists or otherwise; the caller holds the office's store.

    A draw whose own records were tampered with cannot be put together again: its package goes.

    Raises:
        LogBroken: a draw that was found to name one is not there any more, or not as it was published.

    """
    keys = list(keys)
    told = listing(stores, session, keys) if kind is Kind.ENTITY else set()
    if kind in secrets.NAMED:
        with snapshot(stores.register) as register:
            for each in mentions.draws_naming(session, stores.register, kind, keys):
                shown = standing.there(register, Kind.DRAW, each)
                if isinstance(shown, PublicDraw) and shown.draw_code:
                    told.add(shown.draw_code)
    anew(stores, session, told, now=now)


def anew(
    stores: Stores,
    session: Session,
    draw_ids: set[str],
    *,
    now: datetime,
    at_any_rate: bool = False,
) -> None:
    """Publish these draws anew, and the later rounds that name whom they drew.

    `at_any_rate`: a register that is not what was signed stays so, and packages go rather than name whom they may not.

    Raises:
        LogBroken: it is not what was signed; what was put out of sight there may be put back.

    """
    unmade: tuple[type[Exception], ...] = (Tampered, Fault, Residue)
    unmade += (LogBroken,) if at_any_rate else ()
    for draw_id in naming.leaning_on(session, draw_ids) if draw_ids else ():
        try:
            outward.bring_out(stores, session, draw_id, now=now, anew=True)
        except unmade:
            _let_go(stores, session, draw_id, now=now)


def listing(stores: Stores, session: Session, keys: Sequence[str]) -> set[str]:
    """Return the draws whose packages name these parties, as the register says and as they were frozen here.

    And those that name who went with them, for being called like one. Who put a party out of sight in a package while
    it goes would have it named there for good.
    """
    ids = given.ids(session)
    parties = filings.standing(session, Entity, keys, batch_id=None)
    numbers = [object_id(ids.of(Kind.ENTITY, key), party) for key, party in parties.items()]
    with snapshot(stores.register) as register:
        told = packages.naming(register, numbers) | packages.naming_nobody(register)
        return told | keeping.naming(session, numbers)


def _let_go(stores: Stores, session: Session, draw_id: str, *, now: datetime) -> None:
    drawing = keeping.load(session, draw_id)
    shown = outward.public_record(stores, session, drawing)
    if shown is not None:
        said = silence.quieted(drawing, shown, shown, secrets.known(session, let_out=True))
        record, _ = silence.without_text(said, None)
        detach(stores.register, record, now=now, keys=stores.log_key)

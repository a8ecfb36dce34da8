"""Draws of a restored backup: what they had ceased to say since, they do not say again (恢复后的抽取)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.internal.desk.drawing import following, keeping, noted
from portal.internal.desk.stores import Stores
from portal.internal.tables.filings import FilingRow
from portal.kit.db import among, write_lock
from portal.register.records import Kind, PublicDraw, decode
from portal.register.tables.draws import DrawRow

_Taken = dict[Kind, list[str]]


def apart(register: sa.Engine, taken: Mapping[Kind, Sequence[str]]) -> tuple[_Taken, list[str]]:
    """Return what may be withdrawn of what was taken back, and the numbers of draws that only lost words.

    A draw that was committed to is never withdrawn.
    """
    gone = {kind: list(ids) for kind, ids in taken.items()}
    quiet: list[str] = []
    with Session(register) as session:
        named = among(session, DrawRow.public_id, gone.get(Kind.DRAW, []))
        for body in session.scalars(sa.select(DrawRow.body).where(named)):
            draw = decode(body, PublicDraw)
            if draw.draw_code is not None:
                quiet.append(draw.draw_code)
                gone[Kind.DRAW].remove(draw.id)
    return gone, quiet


def follow(stores: Stores, parties: Sequence[str], quiet: Sequence[str], *, now: datetime) -> None:
    """Close these parties (public ids) in packages and lists, and leave out the words of the draws `quiet`.

    What had been hidden is not known to a backup, only that something was: so all goes that somebody wrote.
    """
    with write_lock(stores.internal) as session:
        for draw_id in quiet:
            drawing = keeping.load(session, draw_id)
            drawing.progress.quiet = True
            drawing.save()
            noted.note(session, drawing.row, "draw-restore", "restore", now=now)
        named = among(session, FilingRow.public_id, parties)
        keys = session.scalars(sa.select(FilingRow.key).where(named).distinct()).all()
        told = following.listing(stores, session, keys)
        following.anew(stores, session, told | set(quiet), now=now, at_any_rate=True)

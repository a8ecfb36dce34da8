"""Packages of revealed draws (抽取数据包): kept in pieces, so that no reader holds a whole one in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.kit.db import among
from portal.register.records import PublicDraw, decode
from portal.register.tables.draws import DrawMemberRow, DrawPackageRow, DrawRow

#: Bytes of one piece.
PIECE = 1 << 18


@dataclass(frozen=True, slots=True)
class Member:
    """One party named in a package; `state` is drawn, undrawn or excluded."""

    object_id: str
    stratum: str
    state: str


@dataclass(frozen=True, slots=True)
class Package:
    """A package as it is downloaded, and whom it names."""

    text: bytes
    members: Sequence[Member]


def put(session: Session, draw_id: str, package: Package) -> None:
    """Keep the package of a draw in place of any before."""
    drop(session, [draw_id])
    rows = [
        {"draw_id": draw_id, "number": number, "piece": package.text[start : start + PIECE]}
        for number, start in enumerate(range(0, len(package.text), PIECE))
    ]
    session.execute(sa.insert(DrawPackageRow), rows)
    named = [asdict(each) | {"draw_id": draw_id} for each in package.members]
    if named:
        session.execute(sa.insert(DrawMemberRow), named)


def drop(session: Session, draw_ids: Sequence[str]) -> None:
    """Take packages away, with their draws."""
    for table in (DrawPackageRow, DrawMemberRow):
        session.execute(sa.delete(table).where(table.draw_id.in_(draw_ids)))


def member(session: Session, draw_id: str, object_id: str) -> Member | None:
    """Return what became of the party with this number, None where the package names none."""
    row = session.get(DrawMemberRow, (draw_id, object_id))
    return None if row is None else Member(row.object_id, row.stratum, row.state)


def naming(session: Session, object_ids: Sequence[str]) -> set[str]:
    """Return the draw ids (as packages have them) of the draws that name one of these parties."""
    query = (
        sa.select(DrawRow.body)
        .join(DrawMemberRow, DrawMemberRow.draw_id == DrawRow.public_id)
        .where(among(session, DrawMemberRow.object_id, object_ids))
        .distinct()
    )
    found = {decode(body, PublicDraw).draw_code for body in session.scalars(query)}
    return {each for each in found if each is not None}


def drawn(session: Session, draw_id: str, *, limit: int) -> list[str]:
    """Return the numbers of the first parties drawn, by number."""
    query = sa.select(DrawMemberRow.object_id).where(
        DrawMemberRow.draw_id == draw_id, DrawMemberRow.state == "drawn"
    )
    return list(session.scalars(query.order_by(DrawMemberRow.object_id).limit(limit)))


def pieces(session: Session, draw_id: str) -> Iterator[bytes]:
    """Yield the package of a draw piece by piece; nothing where there is none."""
    number = 0
    while True:
        piece = session.scalar(
            sa.select(DrawPackageRow.piece).where(
                DrawPackageRow.draw_id == draw_id, DrawPackageRow.number == number
            )
        )
        if piece is None:
            return
        yield piece
        number += 1

"""Packages of revealed draws (抽取数据包): kept in pieces, so that no reader holds a whole one in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.sortition import standing
from portal.domain.sortition.outcome import Outcome
from portal.register.tables.draws import DrawMemberRow, DrawPackageRow

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


def members(package: dict[str, Any], found: Outcome) -> list[Member]:
    """Return whom a package names, and what became of each by its recomputed outcome."""
    live = {each for them in standing.drawn(found).values() for each in them}
    return [
        Member(
            each["object_id"],
            each["stratum"],
            "excluded" if each["excluded"] else "drawn" if each["handle"] in live else "undrawn",
        )
        for each in package["objects"]
        if "object_id" in each
    ]


def member(session: Session, draw_id: str, object_id: str) -> Member | None:
    """Return what became of the party with this number, None where the package names none."""
    row = session.get(DrawMemberRow, (draw_id, object_id))
    return None if row is None else Member(row.object_id, row.stratum, row.state)


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

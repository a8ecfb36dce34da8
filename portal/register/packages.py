"""Packages of revealed draws (抽取数据包): kept in pieces, so that no reader holds a whole one in memory."""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register.tables.draws import DrawPackageRow

#: Bytes of one piece.
PIECE = 1 << 18


def put(session: Session, draw_id: str, package: bytes) -> None:
    """Keep the package of a draw in place of any before."""
    drop(session, [draw_id])
    rows = [
        {"draw_id": draw_id, "number": number, "piece": package[start : start + PIECE]}
        for number, start in enumerate(range(0, len(package), PIECE))
    ]
    session.execute(sa.insert(DrawPackageRow), rows)


def drop(session: Session, draw_ids: Sequence[str]) -> None:
    """Take packages away, with their draws."""
    session.execute(sa.delete(DrawPackageRow).where(DrawPackageRow.draw_id.in_(draw_ids)))


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

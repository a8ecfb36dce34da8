"""Whom a draw's package names no more is a change of the draw: only whom it did name (名单中不再具名的)."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import LogBroken
from portal.domain.sortition import inclusion
from portal.domain.sortition.faults import Fault
from portal.register import packages
from portal.register.packages import Member, Package
from portal.register.records import PublicDraw, decode
from portal.register.tables.draws import DrawMemberRow, DrawRow


def less(
    session: Session, draw_id: str, package: Package | None, *, begun: int
) -> list[PublicDraw]:
    """Return the record of the draw where a package that is to be kept names fewer than the one that is.

    Not where a change after `begun` says so already.

    Who may write the register could put a name beside those, and have the office take away all that the draw said before.

    Raises:
        LogBroken: it never named one of them.

    """
    said = sa.select(DrawRow.body).where(DrawRow.public_id == draw_id, DrawRow.serial <= begun)
    found = [decode(body, PublicDraw) for body in session.scalars(said)]
    return [each for each in found if _names_fewer(session, each, package)]


def _names_fewer(session: Session, draw: PublicDraw, package: Package | None) -> bool:
    query = sa.select(DrawMemberRow).where(DrawMemberRow.draw_id == draw.id)
    gone = {row.object_id: row for row in session.scalars(query)}
    for each in package.members if package else ():
        gone.pop(each.object_id, None)
    if gone and not (
        _is_packaged(session, draw, gone)
        if draw.package_sha256
        else all(_is_proven(session, draw, row) for row in gone.values())
    ):
        raise LogBroken(
            f"抽取记录 {draw.id} 的名单与其数据包或者承诺不符，登记册可能被改动过；请运行 portal-site verify-log 查明原因"
        )
    return bool(gone)


def _is_packaged(session: Session, draw: PublicDraw, numbers: Collection[str]) -> bool:
    text = b"".join(packages.pieces(session, draw.id))
    if hashlib.sha256(text).hexdigest() != draw.package_sha256:
        return False
    return set(numbers) <= {each.get("object_id") for each in json.loads(text)["objects"]}


def _is_proven(session: Session, draw: PublicDraw, row: DrawMemberRow) -> bool:
    """Whether somebody stood in the list that was committed to."""
    found = Member(row.object_id, row.stratum, row.state, row.place, row.entry)
    try:
        proof = json.dumps(packages.proof(session, draw, found))
        inclusion.check(proof.encode())
        told = packages.members([json.loads(found.entry)], None)[0]
    except (Fault, LookupError, ValueError, sa.exc.NoResultFound):
        return False
    return replace(told, place=found.place) == found

"""Holds the packages of revealed draws against the digests that their records state, and whom they name."""

import hashlib
import json
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.sortition import inclusion, outcome
from portal.domain.sortition.faults import Fault
from portal.register import packages
from portal.register.packages import Member
from portal.register.proofs.report import Audited
from portal.register.records import PublicDraw
from portal.register.tables.draws import DrawMemberRow, DrawPackageRow


class Packaged:
    """Looks at the package of each live draw; `finish` looks for what belongs to none."""

    def __init__(self, session: Session, found: Audited) -> None:
        """Begin with nothing seen."""
        self._session = session
        self._found = found
        self._pieces = self._members = 0

    def check(self, draw: PublicDraw) -> None:
        """Compare bytes with the digest, and the parties named with what the package gives when recomputed."""
        pieces = list(packages.pieces(self._session, draw.id))
        text = b"".join(pieces)
        self._pieces += len(pieces)
        stated = (draw.package_sha256, draw.package_bytes or 0)
        if stated != (hashlib.sha256(text).hexdigest() if text else None, len(text)):
            self._found.fault(f"抽取记录 {draw.id}：数据包与其摘要不符")
        elif text:
            self._found.done["packages"] += 1
            self._named(draw.id, text)
        else:
            self._proven(draw)

    def _stored(self, draw_id: str) -> list[Member]:
        query = sa.select(DrawMemberRow).where(DrawMemberRow.draw_id == draw_id)
        rows = self._session.scalars(query).all()
        self._members += len(rows)
        return [Member(row.object_id, row.stratum, row.state, row.place, row.entry) for row in rows]

    def _proven(self, draw: PublicDraw) -> None:
        """Hold the list of a draw that is not revealed yet against what it was committed to."""
        for each in self._stored(draw.id):
            try:
                proof = json.dumps(packages.proof(self._session, draw, each))
                told = packages.members([json.loads(each.entry)], None)[0]
                inclusion.check(proof.encode())
            except (Fault, LookupError, ValueError, sa.exc.NoResultFound):
                told = None
            if told is None or replace(told, place=each.place) != each:
                self._found.fault(f"抽取记录 {draw.id}：供查询的名单与其承诺不符")
                return

    def _named(self, draw_id: str, text: bytes) -> None:
        stored = set(self._stored(draw_id))
        try:
            named = packages.members(json.loads(text)["objects"], outcome.recompute(text))
        except Fault as fault:
            self._found.fault(f"抽取记录 {draw_id}：数据包不能复算（{fault.code}）")
            return
        plain = {replace(each, place=-1, entry="") for each in named}
        #: What was published before there were proofs (place -1) has neither place nor entry.
        if stored not in (set(named), plain):
            self._found.fault(f"抽取记录 {draw_id}：供查询的名单与数据包不符")

    def finish(self) -> None:
        """Look for pieces and names of packages that belong to no live draw."""
        for table, seen in ((DrawPackageRow, self._pieces), (DrawMemberRow, self._members)):
            rows = self._session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            if rows != seen:
                self._found.fault(f"{table.__tablename__} 表有不属于任何数据包的行")

"""Holds the packages of revealed draws against the digests that their records state, and whom they name."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.merkle import Frontier
from portal.domain.sortition import inclusion, outcome
from portal.domain.sortition.faults import Fault
from portal.domain.sortition.stated import Agreement, Stated, compare
from portal.register import packages
from portal.register.packages import Member
from portal.register.proofs.report import Audited
from portal.register.records import PublicDraw
from portal.register.tables.draws import DrawLeafRow, DrawMemberRow, DrawPackageRow

_HASH = 32


class Packaged:
    """Looks at the package of each live draw; `finish` looks for what belongs to none."""

    def __init__(self, session: Session, found: Audited) -> None:
        """Begin with nothing seen."""
        self._session = session
        self._found = found
        self._pieces = self._members = self._tiles = 0

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
            self._named(draw, text)
        else:
            self._proven(draw)

    def _stored(self, draw_id: str) -> list[Member]:
        query = sa.select(DrawMemberRow).where(DrawMemberRow.draw_id == draw_id)
        rows = self._session.scalars(query).all()
        self._members += len(rows)
        return [Member(row.object_id, row.stratum, row.state, row.place, row.entry) for row in rows]

    def _proven(self, draw: PublicDraw) -> None:
        """Hold the list of a draw that is not revealed yet against what it was committed to."""
        stored = self._stored(draw.id)
        self._rooted(draw, stored)
        for each in stored:
            try:
                proof = json.dumps(packages.proof(self._session, draw, each))
                told = packages.members([json.loads(each.entry)], None)[0]
                inclusion.check(proof.encode())
            except (Fault, LookupError, ValueError, sa.exc.NoResultFound):
                told = None
            if told is None or replace(told, place=each.place) != each:
                self._found.fault(f"抽取记录 {draw.id}：供查询的名单与其承诺不符")
                return

    def _rooted(self, draw: PublicDraw, members: Sequence[Member]) -> None:
        """Hold the leaves that proofs are made of against the root that the draw was committed to."""
        query = sa.select(DrawLeafRow.number, DrawLeafRow.hashes)
        rows = self._session.execute(query.where(DrawLeafRow.draw_id == draw.id))
        stored = {row.number: row.hashes for row in rows}
        self._tiles += len(stored)
        hashes = b"".join(stored[number] for number in sorted(stored) if number >= 0)
        leaves = [hashes[start : start + _HASH] for start in range(0, len(hashes), _HASH)]
        frontier = Frontier()
        for each in leaves:
            frontier.add(each)
        commit = json.loads(draw.commitment or "{}")
        stated = (commit.get("objects_count"), commit.get("objects_root"))
        wanted = any(each.place >= 0 for each in members)
        fits = (
            stated == (len(leaves), frontier.root().hex())
            and dict(packages.tiles(leaves)) == stored
        )
        if (stored or wanted) and not fits:
            self._found.fault(f"抽取记录 {draw.id}：名单的各叶与其承诺不符")

    def _named(self, draw: PublicDraw, text: bytes) -> None:
        draw_id, members = draw.id, self._stored(draw.id)
        self._rooted(draw, members)
        stored = set(members)
        try:
            result = outcome.recompute(text)
        except Fault as fault:
            self._found.fault(f"抽取记录 {draw_id}：数据包不能复算（{fault.code}）")
            return
        value = json.loads(text)
        named = packages.members(value["objects"], result)
        told = compare(value, result, _stated(draw))
        #: Without an embargo nothing was sealed; what an earlier release revealed states no salts of replacements.
        if {told.commit, told.result} != {Agreement.SAME} or told.sealed is Agreement.OTHER:
            self._found.fault(f"抽取记录 {draw_id}：数据包不是所承诺、所密封的那一次抽取")
        if told.replacements is Agreement.OTHER:
            self._found.fault(f"抽取记录 {draw_id}：数据包所载的替换与决定当日公布的摘要不符")
        #: Published before there were proofs (place -1): an upgrade gives them, and by hand they can be taken away.
        if stored == {replace(each, place=-1, entry="") for each in named} != set(named):
            self._found.fault(
                f"抽取记录 {draw_id}：名单没有证明；如刚升级过，请运行 portal-office draw resume"
            )
        elif stored != set(named):
            self._found.fault(f"抽取记录 {draw_id}：供查询的名单与数据包不符")

    def finish(self) -> None:
        """Look for pieces and names of packages that belong to no live draw."""
        for table, seen in (
            (DrawPackageRow, self._pieces),
            (DrawMemberRow, self._members),
            (DrawLeafRow, self._tiles),
        ):
            rows = self._session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            if rows != seen:
                self._found.fault(f"{table.__tablename__} 表有不属于任何数据包的行")


def _stated(draw: PublicDraw) -> Stated:
    swaps = [(each.digest, each.salt) for each in draw.replacements]
    return Stated(draw.commitment, draw.sealed, draw.sealed_nonce, draw.result_hash, swaps)

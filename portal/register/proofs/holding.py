"""Holds what is kept beside the log against the last signed head, before anything is added or signed again (接续之前).

Digests are kept row by row, and every head signs them as they stand. Who may write the register could put another
record in the place of one, with the digest that goes with it, have the next release sign that, and put everything
back: a genuine signature over what was never published. Or add entries of one's own, to be signed with the next.
"""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import LogBroken
from portal.register import digests, numbered, salted
from portal.register.digests import Counted
from portal.register.proofs import forgotten
from portal.register.proofs.note import Checkpoint
from portal.register.tables.changes import DigestRow
from portal.register.tables.log import CheckpointRow
from portal.register.tallying import standing


def hold(session: Session, size: int) -> Checkpoint | None:
    """Hold `size` entries, and what is noted of them, against the last head; return that head.

    Raises:
        LogBroken: something was changed since by hand; signing would put that in order.

    """
    told = standing(session)
    kinds = session.scalars(sa.select(DigestRow.kind)).all()
    #: A table made anew without its key takes a row twice: what is signed would be read in one, and held against in the other.
    if len(set(kinds)) < len(kinds):
        raise _broken("同一种类有两个摘要")
    if _is_of_nothing(session, told):
        raise _broken("没有记录的种类却有记录的摘要")
    newest = sa.select(sa.func.max(CheckpointRow.size)).scalar_subquery()
    note = session.scalar(sa.select(CheckpointRow.note).where(CheckpointRow.size == newest))
    head = Checkpoint.of(note) if note else None
    if head is None:
        return None
    if head.size < size:
        raise _broken(f"有{size - head.size}条变更未经签署，不是办公端所写")
    for what, signed, now in (
        ("已去除正文的条目", head.forgotten, forgotten.stated(session)),
        ("已公开记录的摘要", head.records, digests.together(told, salted.stated(session))),
        ("变更号、版次与公开日期的摘要", head.numbered, numbered.stated(session)),
    ):
        if signed not in (None, now):
            raise _broken(f"{what}与上次签署的不符")
    return head


def _is_of_nothing(session: Session, told: Mapping[str, Counted]) -> bool:
    """Whether a digest is kept of a kind without records: a head says nothing of it, and the next record would be added to it."""
    beside = (forgotten.FORGOTTEN, numbered.NUMBERED, salted.SALT)
    kept = session.execute(
        sa.select(DigestRow.kind, DigestRow.state).where(DigestRow.kind.not_in(beside))
    )
    return any(any(state) for kind, state in kept if kind not in told or not told[kind].count)


def _broken(what: str) -> LogBroken:
    return LogBroken(f"{what}，登记册可能被改动过；请运行 portal-site verify-log 查明原因")

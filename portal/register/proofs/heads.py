"""Signs the head of the log, and only one that continues the last."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain import merkle
from portal.domain.errors import LogBroken
from portal.register import digests
from portal.register.proofs import forgotten, restorations
from portal.register.proofs.note import Checkpoint, Signer
from portal.register.proofs.tiles import KeptNodes
from portal.register.records import Kind
from portal.register.tables.log import CheckpointRow, LogKeyRow
from portal.register.tallying import standing


class KeyHolder(Protocol):
    """Who keeps the private key, and the list of what was taken back."""

    def remember(self, taken: Sequence[tuple[str, Kind, str]], *, now: datetime) -> None:
        """Write down act, kind and id of what is taken back, before it commits."""

    def signer(self, *, may_make: bool) -> Signer:
        """Return the key; make it when there is none and `may_make`."""


def last(session: Session) -> CheckpointRow | None:
    """Return the newest signed head."""
    newest = sa.select(sa.func.max(CheckpointRow.size)).scalar_subquery()
    return session.scalar(sa.select(CheckpointRow).where(CheckpointRow.size == newest))


def sign(session: Session, size: int, keys: KeyHolder) -> None:
    """Sign the tree of `size` leaves and keep the head; an equal one is signed already.

    No clock is asked: a head follows another by what it contains.

    Raises:
        LogBroken: the tree does not continue the last signed one, or another key signed that.

    """
    before = last(session)
    if not size and before is None:
        return
    nodes = KeptNodes(session)
    head = merkle.root(size, nodes)
    records = digests.together(standing(session))
    restored, gone = restorations.digest(session), forgotten.stated(session)
    if before is not None:
        old = Checkpoint.of(before.note)
        _continues(old, size, head, nodes)
        if (old.size, old.records, old.restored, old.forgotten) == (size, records, restored, gone):
            return
    known = session.scalars(sa.select(LogKeyRow.vkey)).all()
    signer = keys.signer(may_make=not known)
    vkey = signer.verifier.vkey
    if not known:
        session.add(LogKeyRow(vkey=vkey))
    elif vkey not in known:
        raise LogBroken("日志签名私钥与登记册所记的公钥不符；请从备份恢复原来的私钥文件")
    checkpoint = Checkpoint(signer.name, size, head, records, restored, gone)
    #: A head signed before the register kept digests is signed again, with them.
    session.merge(CheckpointRow(size=size, note=signer.sign(checkpoint.text)))


def _continues(old: Checkpoint, size: int, head: bytes, nodes: KeptNodes) -> None:
    """Refuse a tree that is not the last signed one with more after it."""
    if old.size <= size:
        path = merkle.consistency_path(old.size, size, nodes)
        if merkle.is_consistent(old.size, size, path, old.root, head):
            return
    raise LogBroken(
        "登记册与上次签署的日志不一致，可能被改动过；请运行 portal-site verify-log 查明原因"
    )

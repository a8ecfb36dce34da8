"""Signs the head of the log, and only one that continues the last."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain import merkle
from portal.domain.errors import LogBroken
from portal.register import numbered, salted
from portal.register.proofs import agreeing, forgotten, restorations, succession
from portal.register.proofs.note import BadNote, Checkpoint, Signer
from portal.register.proofs.succession import LogKey
from portal.register.proofs.tiles import KeptNodes
from portal.register.records import Kind
from portal.register.tables.log import CheckpointRow


class KeyHolder(Protocol):
    """Who keeps the private key, and the list of what was taken back."""

    def remember(self, taken: Sequence[tuple[str, Kind, str]], *, now: datetime) -> None:
        """Write down act, kind and id of what is taken back, before it commits."""

    def signer(self, *, may_make: bool) -> Signer:
        """Return the key; make it when there is none and `may_make`."""

    def heir(self) -> Signer | None:
        """Return the key that the log is to be handed over to; None as a rule."""

    def handovers(self) -> Sequence[str]:
        """Return the heads by which the log's keys were handed over, the first one first."""

    def succeed(self, key: LogKey) -> Signer:
        """Return the key that the log was handed over to already, where a crash kept it from its place."""

    def last_head(self) -> str | None:
        """Return the last head that was signed and committed, as a note; None where none is kept."""

    def keep_head(self, note: str) -> None:
        """Keep a head that was committed."""


def last(session: Session) -> CheckpointRow | None:
    """Return the newest signed head."""
    newest = sa.select(sa.func.max(CheckpointRow.size)).scalar_subquery()
    return session.scalar(sa.select(CheckpointRow).where(CheckpointRow.size == newest))


def sign(session: Session, size: int, keys: KeyHolder, *, is_restored: bool = False) -> str | None:
    """Sign the tree of `size` leaves and return the head; an equal one is signed already.

    No clock is asked: a head follows another by what it contains. `is_restored`: it is to state a restoration more.
    Where there is an heir, the head hands the log over to it.

    Raises:
        LogBroken: the tree does not continue the last signed one, or that which is kept beside the key, or
            another key signed it, or it states a restoration that nobody carried out, or not which texts are gone,
            or there is nothing yet to hand over.

    """
    before, heir = last(session), keys.heir()
    if before is None and heir is not None:
        raise LogBroken("日志还没有签署过检查点，不必更换私钥")
    if not size and before is None:
        hold(session, 0, keys)
        return None
    hold(session, size, keys)
    known = succession.keys(session)
    if is_restored:
        known = _ours(session, before, known, keys)
    else:
        _says_no_less(before, keys)
        _names_the_same(before, known)
    nodes = KeptNodes(session)
    head = merkle.root(size, nodes)
    records = salted.together(session)
    restored, gone = restorations.digest(session), forgotten.stated(session)
    placed = numbered.stated(session)
    named = heir.verifier.vkey if heir else known[-1].vkey if len(known) > 1 else None
    said = Checkpoint("", size, b"", records, restored, gone, placed, named)
    if before is not None:
        old = Checkpoint.of(before.note)
        _continues(old, size, head, nodes)
        if not is_restored:
            _says_no_more(before, keys, restored)
        if heir is None and replace(old, origin="", root=b"") == said:
            return before.note
    signer = _signer(known, keys)
    #: Two heads over the same entries say the same of them, whoever signs.
    if before is None or old.size != size:
        salted.renew(session)
        said = replace(said, records=salted.together(session))
    #: A head signed before the register kept digests is signed again, with them.
    note = signer.sign(replace(said, origin=signer.name, root=head).text)
    if heir is not None:
        note = heir.cosign(note)
        if not succession.hands_over(note, signer.verifier, heir.verifier):
            raise LogBroken("新的私钥不是这份日志的，或者就是原来的那一把")
        succession.add(session, heir.verifier.vkey, note)
    elif not known:
        succession.add(session, signer.verifier.vkey, None)
    session.merge(CheckpointRow(size=size, note=note))
    return note


def _signer(known: Sequence[LogKey], keys: KeyHolder) -> Signer:
    """Return the key whose turn it is, by what the register says of it."""
    signer = keys.signer(may_make=not known)
    if not known or signer.verifier.vkey == known[-1].vkey:
        return signer
    return keys.succeed(known[-1])


def hold(session: Session, size: int, keys: KeyHolder) -> None:
    """Hold the tree of `size` leaves against the last head that is kept beside the key.

    Raises:
        LogBroken: an older register, or another one, lies in the place of the one that was signed last.

    """
    note = keys.last_head()
    kept = Checkpoint.of(note) if note else None
    if kept is None or not kept.size:
        return
    nodes = KeptNodes(session)
    if kept.size <= size:
        path = merkle.consistency_path(kept.size, size, nodes)
        if merkle.is_consistent(kept.size, size, path, kept.root, merkle.root(size, nodes)):
            _is_among(session, kept.size, note or "")
            return
    #: What explains it is read from columns, and what the head signs are the statements.
    if restorations.is_plain(session) and restorations.explain(session, kept) is not None:
        #: Only what the key has signed explains anything: whoever writes the register could write such a row.
        _says_no_more(last(session), keys, restorations.digest(session))
    else:
        raise LogBroken(
            f"登记册不是上次签署的那一份：与私钥放在一起的检查点签于第{kept.size}条，登记册并不接续它"
            "（可能被换成了较早的副本）。请以 portal-office restore 恢复，或者找回原来的登记册；"
            "确要从头开始的，先将 log.head 移到别处留存"
        )


def _is_among(session: Session, size: int, kept: str) -> None:
    """Refuse a register that has no more the head that is kept beside the key: what came later would be held against an older one.

    Who takes away the newest heads makes the office sign on over what these did not say: texts that were gone are back.
    """
    newest = last(session)
    if newest is None or not agreeing.goes_on(session, kept, newest.note):
        raise LogBroken(
            f"登记册中没有与私钥放在一起的检查点（签于第{size}条），可能被改动过；"
            "请运行 portal-site verify-log 查明原因"
        )


def _continues(old: Checkpoint, size: int, head: bytes, nodes: KeptNodes) -> None:
    """Refuse a tree that is not the last signed one with more after it."""
    if old.size <= size:
        path = merkle.consistency_path(old.size, size, nodes)
        if merkle.is_consistent(old.size, size, path, old.root, head):
            return
    raise LogBroken(
        "登记册与上次签署的日志不一致，可能被改动过；请运行 portal-site verify-log 查明原因"
    )


def _ours(
    session: Session, before: CheckpointRow | None, known: Sequence[LogKey], keys: KeyHolder
) -> list[LogKey]:
    """Return the keys of a backup's log up to ours; refuse one whose last head none of them signed.

    It was written anew since, under another tree; a key that has handed over to ours signed it in its time.
    """
    try:
        if before is None or any(
            each.opens(before.note)
            and (Checkpoint.of(before.note).key or known[0].vkey) == each.vkey
            for each in succession.approved(known)
        ):
            return succession.catch_up(session, keys.handovers())
    except BadNote:
        pass
    raise LogBroken("备份中登记册的最新检查点不是本机私钥所签的，备份可能被改动过")


def _says_no_less(before: CheckpointRow | None, keys: KeyHolder) -> None:
    """Refuse a last head that does not say which texts are gone, where the one that is kept beside the key did.

    What is gone is held against that statement: without one, whatever was taken away by hand would be signed.
    """
    note = keys.last_head()
    if note is None or Checkpoint.of(note).forgotten is None:
        return
    if before is None or Checkpoint.of(before.note).forgotten is None:
        raise LogBroken(
            "登记册中最新的检查点没有说明哪些正文已去除，与私钥放在一起的检查点却说明了，"
            "可能被改动过；请运行 portal-site verify-log 查明原因"
        )


def _names_the_same(before: CheckpointRow | None, known: Sequence[LogKey]) -> None:
    """Refuse keys of which the last is not the one that the last head names.

    Who takes away that the log was handed over has the next head name no key: nobody who saw it handed over follows that.
    """
    named = known[-1].vkey if len(known) > 1 else None
    if before is not None and Checkpoint.of(before.note).key != named:
        raise LogBroken(
            "登记册所记的公钥不是最新检查点所写明的那一把，可能被改动过；"
            "请运行 portal-site verify-log 查明原因"
        )


def _says_no_more(before: CheckpointRow | None, keys: KeyHolder, restored: str | None) -> None:
    """Refuse restorations that the last head, which our own key signed, does not state."""
    signer = keys.signer(may_make=False)
    if (
        before is None
        or not signer.verifier.opens(before.note)
        or Checkpoint.of(before.note).restored != restored
    ):
        raise LogBroken(
            "登记册中的恢复说明或者最新检查点不是本机私钥所签的，可能被改动过；"
            "请运行 portal-site verify-log 查明原因"
        )

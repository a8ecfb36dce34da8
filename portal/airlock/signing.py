"""The log's head is signed, held and handed over to another key, beside any release (签署)."""

from contextlib import suppress

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.seal import KeyFile
from portal.domain.errors import LogBroken
from portal.kit.locking import one_state
from portal.register.proofs import heads, holding, succession
from portal.register.proofs.heads import KeyHolder
from portal.register.proofs.note import BadNote, Checkpoint
from portal.register.queries import changes


def sign_head(register: sa.Engine, keys: KeyHolder) -> None:
    """Sign the head of a log that has unsigned entries, as after a migration, or an heir; else change nothing.

    Raises:
        LogBroken: the register is not what was signed last.

    """
    with one_state(register) as session:
        size = changes.serial(session)
        holding.hold(session, size)
        note = heads.sign(session, size, keys)
    if note:
        keys.keep_head(note)
    with Session(register) as session:
        carry_through(session, keys)


def carry_through(session: Session, keys: KeyHolder) -> None:
    """Put the key in its place that the log was handed over to, just now or by a command that was killed before it did.

    Raises:
        LogBroken: the log was handed over to a key that does not lie here.

    """
    for key in succession.keys(session)[-1:]:
        if key.handover:
            keys.succeed(key)


def hand_over(register: sa.Engine, keys: KeyFile) -> str:
    """Hand the log over to a new key, by one head that both sign; return that public key.

    Killed at any moment, the same again carries it through with the same key.

    Raises:
        LogBroken: the register is not what was signed last, nothing was signed yet, or a restoration was broken off.

    """
    keys.require_whole()
    handing, mine = keys.with_heir(), keys.signer(may_make=False).verifier.vkey
    heir = handing.heir()
    with Session(register) as session:
        newest = succession.keys(session)[-1:]
    if heir and newest and newest[0].vkey == heir.verifier.vkey != mine:
        return keys.succeed(newest[0]).verifier.vkey
    sign_head(register, handing)
    return keys.signer(may_make=False).verifier.vkey


def last_head(register: Session, keys: KeyFile) -> str | None:
    """Return the last head that was signed, as far as the register and the file beside the key know.

    Of the register's only one that our key has signed, or one that it handed over to: whoever may write it could
    put any other there, or an older one. It alone may know that the log was handed over to the key that waits.

    Raises:
        LogBroken: the file is damaged.

    """
    kept = keys.last_head()
    found = [kept] if kept else []
    #: It may be broken, or the key lost.
    with suppress(sa.exc.DatabaseError, BadNote, LogBroken):
        carry_through(register, keys)
    with suppress(sa.exc.DatabaseError, BadNote, LogBroken):
        found += _signed_last(register, keys)
    return max(found, key=_age, default=None)


def _signed_last(register: Session, keys: KeyFile) -> list[str]:
    mine = keys.signer(may_make=False).verifier.vkey
    known = {each.vkey: each for each in succession.approved(succession.keys(register))}
    since = list(known).index(mine) if mine in known else len(known)
    newest = heads.last(register)
    signers = list(known.values())[since:]
    return [newest.note] if newest and any(each.opens(newest.note) for each in signers) else []


def _age(note: str) -> tuple[int, int]:
    """Order heads as they were signed: by restorations before, then by entries."""
    head = Checkpoint.of(note)
    return (int(head.restored.split()[0]) if head.restored else 0, head.size)


def hold_log(register: sa.Engine, keys: KeyHolder) -> None:
    """Hold the register against the last head that is kept beside the key.

    Raises:
        LogBroken: it is not what was signed last.

    """
    with Session(register) as session:
        heads.hold(session, changes.serial(session), keys)


def hold_ours(session: Session, keys: KeyHolder) -> None:
    """Hold what a session sees as `hold_log` does, and its newest head against our key.

    Who may write the register could put a head of their own over what they changed, or an older register with its own
    head in the place of this one, for as long as the office looks.

    Raises:
        LogBroken: see `hold_log`; or our key has not signed the newest head.

    """
    heads.hold(session, changes.serial(session), keys)
    newest = heads.last(session)
    if newest is not None and not keys.signer(may_make=False).verifier.opens(newest.note):
        raise LogBroken(
            "登记册中最新的检查点不是本机私钥所签的，可能被改动过；请运行 portal-site verify-log 查明原因"
        )

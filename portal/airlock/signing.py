"""The log's head is signed, held and handed over to another key, beside any release (签署)."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.seal import KeyFile
from portal.kit.db import write_lock
from portal.register.proofs import heads, holding, succession
from portal.register.proofs.heads import KeyHolder
from portal.register.queries import changes


def sign_head(register: sa.Engine, keys: KeyHolder) -> None:
    """Sign the head of a log that has unsigned entries, as after a migration, or an heir; else change nothing.

    Raises:
        LogBroken: the register is not what was signed last.

    """
    with write_lock(register) as session:
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
        LogBroken: the register is not what was signed last, or nothing was signed yet.

    """
    handing, mine = keys.with_heir(), keys.signer(may_make=False).verifier.vkey
    heir = handing.heir()
    with Session(register) as session:
        newest = succession.keys(session)[-1:]
    if heir and newest and newest[0].vkey == heir.verifier.vkey != mine:
        return keys.succeed(newest[0]).verifier.vkey
    sign_head(register, handing)
    return keys.signer(may_make=False).verifier.vkey


def hold_log(register: sa.Engine, keys: KeyHolder) -> None:
    """Hold the register against the last head that is kept beside the key.

    Raises:
        LogBroken: it is not what was signed last.

    """
    with Session(register) as session:
        heads.hold(session, changes.serial(session), keys)

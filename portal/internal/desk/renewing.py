"""The log's key is handed over to a new one, by order of two people (更换日志签名私钥)."""

from datetime import datetime

from portal.airlock.signing import hand_over
from portal.domain.errors import FourEyesViolation
from portal.domain.workflow import Role
from portal.internal.desk import people
from portal.internal.desk.stores import Stores
from portal.internal.tables import ledger
from portal.internal.tables.people import EVERY_AGENCY
from portal.kit.db import write_lock
from portal.register.dumps import shelf
from portal.register.dumps.describing import Terms


def renew(stores: Stores, terms: Terms, *, by: str, second: str, now: datetime) -> str:
    """Hand the log over to a new key and have the dump signed with it; return the public key.

    Killed at any moment, the next release goes on with whichever key the register says, and the same command
    carries through what is left.

    Raises:
        FourEyesViolation: both are the same person.
        NotAllowed: one of them may not publish for every agency.
        LogBroken: the register is not what was signed last, or nothing was signed yet.

    """
    if by == second:
        raise FourEyesViolation("更换私钥须由两人共同决定")
    with write_lock(stores.internal) as session:
        for name in (by, second):
            people.require(session, name, Role.PUBLISHER, EVERY_AGENCY)
        ledger.note(
            session, at=now, person=by, action="renew-key", batch_id=None, detail=f"第二人 {second}"
        )
    with write_lock(stores.internal) as session:
        #: In this order everywhere: office, then register.
        vkey = hand_over(stores.register, stores.log_key)
        ledger.note(session, at=now, person=by, action="renew-key", batch_id=None, detail=vkey)
    if shelf.on(stores.dumps):
        keys = stores.log_key
        signer, last = keys.signer(may_make=False), keys.last_head()
        shelf.cut(stores.register, stores.dumps, terms, signer, last=last)
    return vkey

"""Holds what a dump is made of against the last signed head: a signature of ours is to prove nothing else."""

from collections import Counter
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from portal.domain import merkle
from portal.domain.errors import LogBroken
from portal.register import digests, numbered
from portal.register.canonical import canonical_of
from portal.register.digests import Counted
from portal.register.proofs import agreeing
from portal.register.proofs.note import BadNote, Checkpoint, Verifier
from portal.register.proofs.tiles import KeptNodes
from portal.register.queries.sync import Standing
from portal.register.records import TYPES, Kind, is_plain


class Held:
    """Sums up what is written."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._counts: Counter[str] = Counter()
        self._states: Counter[str] = Counter()
        self._numbered = 0

    def add(self, kind: Kind, row: Any) -> None:  # noqa: ANN401 - some columns of a row
        """Add one record as it is written.

        Raises:
            LogBroken: it cannot be read.

        """
        try:
            text = canonical_of(row.body)
            is_to_the_letter = is_plain(row.body, TYPES[kind])
        except (msgspec.MsgspecError, UnicodeError):
            raise _broken() from None
        #: Which of two values of one name counts, readers decide differently.
        if not is_to_the_letter:
            raise _broken()
        one = digests.element(kind.value, row.public_id, text)
        self._counts[kind.value] += 1
        self._states[kind.value] = digests.plus(self._states[kind.value], one)
        other = numbered.element(kind.value, row.public_id, row)
        self._numbered = digests.plus(self._numbered, other)

    def require(self, standing: Standing, verifier: Verifier) -> None:
        """Refuse what is not what the head says that was signed over all of it.

        Raises:
            LogBroken: it is not, or another key signed that head.

        """
        note = standing.note or ""
        head = Checkpoint.of(note)
        found = {
            kind: Counted(count, digests.digest(self._states[kind]))
            for kind, count in self._counts.items()
        }
        said = (head.records, head.numbered or digests.digest(self._numbered))
        #: The digest over all kinds is made of theirs, which the dump tells one by one: not those that are kept beside.
        told = {kind: each for kind, each in standing.kinds.items() if each.count}
        if (
            told != found
            or said != (digests.together(found, standing.salt), digests.digest(self._numbered))
            or not verifier.opens(note)
        ):
            raise _broken()


def hold_last(session: Session, standing: Standing, last: str) -> None:
    """Refuse to make a dump of an older register, or another, than the one whose head was signed `last`.

    Raises:
        LogBroken: such a one lies in its place.

    """
    try:
        kept, head = Checkpoint.of(last), Checkpoint.of(standing.note or "")
        if kept.size <= head.size:
            path = merkle.consistency_path(kept.size, head.size, KeptNodes(session))
            sizes, roots = (kept.size, head.size), (kept.root, head.root)
            if merkle.is_consistent(*sizes, path, *roots) and agreeing.goes_on(
                session, last, standing.note or ""
            ):
                return
    except (BadNote, LookupError):
        pass
    raise LogBroken(
        "登记册不接续与私钥放在一起的检查点（log.head），可能被换成了较早的副本；未生成数据包"
    )


def _broken() -> LogBroken:
    return LogBroken(
        "登记册中的记录与最新检查点所签的不符，可能被改动过；请运行 portal-site verify-log 查明原因"
    )

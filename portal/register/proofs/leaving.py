"""Texts that go are held against the log before their salts do (将去除的正文).

Who may write the register could hang an older version of one record on another that is about to be withdrawn: the
office itself would take it away then, and sign that it is gone. So each text has to be what its entry commits to, of
the very record that goes, and the entry has to be in the tree that was signed last. Or they could put an older version
out of sight until the record is withdrawn, or its words are hidden: so all that the entries lead back to has to be there.
"""

from collections.abc import Iterable
from typing import Any, Protocol

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain import merkle
from portal.domain.errors import LogBroken
from portal.domain.merkle import WIDTH, leaf_hash
from portal.register.proofs import entries
from portal.register.proofs.note import Checkpoint
from portal.register.proofs.tiles import KeptNodes
from portal.register.records import TYPES, Kind, is_plain
from portal.register.tables.changes import ChangeRow
from portal.register.tables.log import LeafRow


class Text(Protocol):
    """A version of a record, live or older."""

    public_id: str
    serial: int
    body: str


class _Named(msgspec.Struct):
    id: str


def hold(
    session: Session,
    texts: Iterable[Text],
    begun: int,
    head: Checkpoint | None,
    proven: set[int],
) -> None:
    """Hold texts that are to go against their entries, and these against the tree as it stood.

    `begun` is the last change before this transaction, `head` the last that was signed; `proven` gains the tiles
    whose leaves were held against it.

    Raises:
        LogBroken: one is not what was published of its record.

    """
    going = {text.serial: text for text in texts}
    nodes = KeptNodes(session)
    for row in session.execute(_ENTRIES.where(ChangeRow.serial.in_(going))).all():
        if not _is_of(going[row.serial], row):
            break
        if not _is_in_tree(row, nodes, begun, head, proven):
            break
        del going[row.serial]
    if going:
        raise _broken(min(going))


def before(
    session: Session, newest: Iterable[int], begun: int, head: Checkpoint | None, proven: set[int]
) -> dict[int, bool]:
    """Return the entries that these changes lead back to, to the first of each life, and whether each has a salt.

    Raises:
        LogBroken: one is not in the tree.

    """
    found: dict[int, bool] = {}
    nodes, starts = KeptNodes(session), set(newest)
    wanted = set(starts)
    while wanted:
        rows = session.execute(_ENTRIES.where(ChangeRow.serial.in_(wanted))).all()
        missing = wanted - {row.serial for row in rows}
        if missing:
            raise _broken(min(missing))
        for row in rows:
            if not _is_in_tree(row, nodes, begun, head, proven):
                raise _broken(row.serial)
            found[row.serial] = row.salt is not None
        wanted = {row.supersedes for row in rows if row.supersedes is not None}
    return {serial: has_salt for serial, has_salt in found.items() if serial not in starts}


_ENTRIES = sa.select(
    ChangeRow.serial, ChangeRow.op, ChangeRow.kind, ChangeRow.public_id, ChangeRow.at,
    LeafRow.commitment, LeafRow.salt, LeafRow.supersedes, LeafRow.spoken,
).join(LeafRow, LeafRow.serial == ChangeRow.serial)  # fmt: skip


def _is_in_tree(
    row: Any,  # noqa: ANN401 - a row of entries
    nodes: KeptNodes,
    begun: int,
    head: Checkpoint | None,
    proven: set[int],
) -> bool:
    """Whether an entry from before this transaction is in the tree as it stood, and was signed."""
    at = row.serial - 1
    if row.serial > begun:
        return True
    leaf = leaf_hash(
        entries.entry(row.op, row.kind, row.at, row.commitment, row.supersedes, spoken=row.spoken)
    )
    if nodes(0, at) != leaf or not entries.is_one(row.spoken):
        return False
    #: A path from one leaf of a tile leans on all of its others.
    if head is not None and at < head.size and at // WIDTH not in proven:
        path = merkle.inclusion_path(at, head.size, nodes)
        if not merkle.is_included(leaf, at, head.size, path, head.root):
            return False
        proven.add(at // WIDTH)
    return True


def _is_of(text: Text, row: Any) -> bool:  # noqa: ANN401 - a row of entries
    try:
        is_to_the_letter = is_plain(text.body, TYPES[Kind(row.kind)])
        named = msgspec.json.decode(text.body, type=_Named).id
        sealed = row.salt and entries.commitment(row.salt, entries.canonical_of(text.body))
    except (ValueError, UnicodeError):
        return False
    return (
        is_to_the_letter and sealed == row.commitment and row.public_id == text.public_id == named
    )


def _broken(serial: int) -> LogBroken:
    return LogBroken(
        f"将随之去除的第{serial}条与日志不符，可能被改动过；请运行 portal-site verify-log 查明原因"
    )

"""Texts that go are held against the log before their salts do (将去除的正文).

Who may write the register could hang an older version of one record on another that is about to be withdrawn: the
office itself would take it away then, and sign that it is gone. So each text has to be what its entry commits to, of
the very record that goes, and the entry has to be in the tree that was signed last.
"""

from collections.abc import Iterable
from typing import Protocol

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain import merkle
from portal.domain.errors import LogBroken
from portal.domain.merkle import WIDTH, leaf_hash
from portal.register.proofs import entries
from portal.register.proofs.note import Checkpoint
from portal.register.proofs.tiles import KeptNodes
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
        text, at = going[row.serial], row.serial - 1
        if not _is_of(text, row.public_id, row.salt, row.commitment):
            break
        if row.serial <= begun:
            leaf = leaf_hash(
                entries.entry(
                    row.op, row.kind, row.at, row.commitment, row.supersedes, spoken=row.spoken
                )
            )
            if nodes(0, at) != leaf:
                break
            #: A path from one leaf of a tile leans on all of its others.
            if head is not None and at < head.size and at // WIDTH not in proven:
                path = merkle.inclusion_path(at, head.size, nodes)
                if not merkle.is_included(leaf, at, head.size, path, head.root):
                    break
                proven.add(at // WIDTH)
        del going[row.serial]
    if going:
        raise LogBroken(
            f"将随之去除的第{min(going)}条与日志不符，可能被改动过；请运行 portal-site verify-log 查明原因"
        )


_ENTRIES = sa.select(
    ChangeRow.serial, ChangeRow.op, ChangeRow.kind, ChangeRow.public_id, ChangeRow.at,
    LeafRow.commitment, LeafRow.salt, LeafRow.supersedes, LeafRow.spoken,
).join(LeafRow, LeafRow.serial == ChangeRow.serial)  # fmt: skip


def _is_of(text: Text, public_id: str, salt: bytes | None, sealed: bytes) -> bool:
    try:
        named = msgspec.json.decode(text.body, type=_Named).id
        opened = salt and entries.commitment(salt, entries.canonical_of(text.body)) == sealed
    except (msgspec.MsgspecError, UnicodeError):
        return False
    return bool(opened) and public_id == text.public_id == named

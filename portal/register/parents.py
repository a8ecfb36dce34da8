"""What a record refers to must be public itself, and what it stands for not be taken."""

from collections.abc import Collection, Sequence
from enum import Enum, auto

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import NotYetPublic
from portal.register.layout import LAYOUTS, Layout
from portal.register.proofs.standing import Standing
from portal.register.records import KIND_OF, Kind, Record
from portal.register.rounds import require_one_live


class When(Enum):
    """Under what condition a record is written."""

    ALWAYS = auto()
    #: What it refers to is public: a decision does not wait until everything around it is in order.
    LED = auto()
    #: It is public already.
    THERE = auto()


def with_parents(
    session: Session, standing: Standing, records: Sequence[Record], asked: Collection[str]
) -> list[Record]:
    """Return records of which everything is public that they refer to; refuse a second draw of one round.

    One that is public already, and whose agency was taken back since, may go on: it is to say less at once.
    `asked`: ids of those that are left out if they refer to something that is not; others are refused. That one left out is
    not public itself has to be proven.

    Raises:
        LogBroken: another draw of the same number or round is live; or see `Standing.hold`.
        NotYetPublic: usually because batches are released in the wrong order.

    """
    require_one_live(session, records)
    kind, alone = KIND_OF[type(records[0])], set[str]()
    layout = LAYOUTS[kind]
    for name, parent in layout.parents:
        wanted = {getattr(record, name) for record in records} - {None}
        table = LAYOUTS[parent].table
        live = set(session.scalars(sa.select(table.public_id).where(table.public_id.in_(wanted))))
        orphans = [record for record in records if getattr(record, name) in wanted - live]
        anew = _referring_anew(session, layout, name, orphans)
        alone |= {record.id for record in anew}
        if missing := len({getattr(record, name) for record in anew if record.id not in asked}):
            said = f"有 {missing} 个所引用的{parent.zh}尚未发布（或已撤回）；请先发布其所在批次"
            raise NotYetPublic(said)
    if alone:
        standing.hold(kind)
    return [record for record in records if record.id not in alone]


def lacking(session: Session, record: Record, *, but: Kind) -> bool:
    """Whether something that a record refers to, of any kind `but` this one, is not public."""
    for name, parent in LAYOUTS[KIND_OF[type(record)]].parents:
        table, wanted = LAYOUTS[parent].table, getattr(record, name)
        there = sa.select(table.public_id).where(table.public_id == wanted)
        if parent is not but and wanted is not None and session.scalar(there) is None:
            return True
    return False


def _referring_anew(
    session: Session, layout: Layout, name: str, records: Sequence[Record]
) -> list[Record]:
    """Return these records, but for those that are public and referred by this field to the same before."""
    if not records:
        return []
    own = layout.table.public_id
    query = sa.select(own, getattr(layout.table, name))
    rows = session.execute(query.where(own.in_([record.id for record in records])))
    there = {tuple(row) for row in rows}
    return [each for each in records if (each.id, getattr(each, name)) not in there]

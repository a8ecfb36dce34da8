"""What a record refers to must be public itself, and what it stands for not be taken."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import NotYetPublic
from portal.register.layout import LAYOUTS, Layout
from portal.register.records import Record
from portal.register.rounds import require_one_live


def require_parents(session: Session, layout: Layout, records: Sequence[Record]) -> None:
    """Refuse records that refer to something the public cannot see, and a second draw of one round.

    One that is public already, and whose agency was taken back since, may go on: it is to say less at once.

    Raises:
        LogBroken: another draw of the same number or round is live.
        NotYetPublic: usually because batches are released in the wrong order.

    """
    require_one_live(session, records)
    for name, parent in layout.parents:
        wanted = {getattr(record, name) for record in records} - {None}
        table = LAYOUTS[parent].table
        live = set(session.scalars(sa.select(table.public_id).where(table.public_id.in_(wanted))))
        orphans = [record for record in records if getattr(record, name) in wanted - live]
        if missing := len(_referred_to_anew(session, layout, name, orphans)):
            said = f"有 {missing} 个所引用的{parent.zh}尚未发布（或已撤回）；请先发布其所在批次"
            raise NotYetPublic(said)


def _referred_to_anew(
    session: Session, layout: Layout, name: str, records: Sequence[Record]
) -> set[str]:
    """Return what these records refer to by this field, but for those that are public and did so before."""
    if not records:
        return set()
    own = layout.table.public_id
    query = sa.select(own, getattr(layout.table, name))
    rows = session.execute(query.where(own.in_([record.id for record in records])))
    there = {tuple(row) for row in rows}
    return {what for each in records if (each.id, what := getattr(each, name)) not in there}

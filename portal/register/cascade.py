"""What hangs on a record: withdrawn with it, or changing its state when written."""

from collections.abc import Iterable, Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.domain.errors import LogBroken
from portal.kit.db import among
from portal.register.layout import LAYOUTS
from portal.register.records import TYPES, Kind, Record, decode
from portal.register.tables.draws import DrawEntryRow
from portal.register.tables.followups import FollowUpRow
from portal.register.tables.replies import ReplyRow
from portal.register.tables.results import ResultRow

_Owner = InstrumentedAttribute[str] | InstrumentedAttribute[str | None]

#: What goes with a record when it is withdrawn: it makes no sense, or betrays it, without.
CASCADE: dict[Kind, tuple[tuple[Kind, _Owner], ...]] = {
    Kind.ENTITY: (
        (Kind.RESULT, ResultRow.entity_id),
        (Kind.DRAW_ENTRY, DrawEntryRow.entity_id),
        (Kind.REPLY, ReplyRow.entity_id),
    ),
    Kind.DRAW: ((Kind.DRAW_ENTRY, DrawEntryRow.draw_id),),
    Kind.RESULT: ((Kind.FOLLOWUP, FollowUpRow.result_id), (Kind.REPLY, ReplyRow.result_id)),
}
#: Kinds that the state of a result follows from, and the column that names it.
DECIDING: dict[Kind, _Owner] = {
    Kind.FOLLOWUP: FollowUpRow.result_id,
    Kind.REPLY: ReplyRow.result_id,
}


def below(
    session: Session, kind: Kind, public_ids: Sequence[str]
) -> Iterator[tuple[Kind, list[str]]]:
    """Yield what hangs on these records, kind by kind.

    Raises:
        LogBroken: see `naming`.

    """
    for child, owner in CASCADE.get(kind, ()):
        yield child, naming(session, child, owner, public_ids)


def naming(session: Session, kind: Kind, owner: _Owner, public_ids: Sequence[str]) -> list[str]:
    """Return the records of a kind that name one of these, as their texts say and not their column alone.

    Who may write the register could hang a record on one that is about to go: the office would take it away as well.

    Raises:
        LogBroken: the column says otherwise than the text.

    """
    table, found = LAYOUTS[kind].table, []
    query = sa.select(table.public_id, table.body).where(owner.in_(public_ids))
    for public_id, body in session.execute(query):
        if getattr(decode(body, TYPES[kind]), owner.key) not in public_ids:
            raise LogBroken(
                f"{kind.zh} {public_id} 的列与正文不符，登记册可能被改动过；请运行 portal-site verify-log 查明原因"
            )
        found.append(public_id)
    return found


def decided(
    session: Session, kind: Kind, public_ids: Sequence[str], records: Iterable[Record] = ()
) -> list[str]:
    """Return the results whose state follows from what is live of these, and from `records` in their place."""
    if kind not in DECIDING:
        return []
    table = LAYOUTS[kind].table
    query = sa.select(table.body).where(among(session, table.public_id, public_ids))
    live = [decode(body, TYPES[kind]) for body in session.scalars(query)]
    named = {getattr(record, DECIDING[kind].key) for record in [*live, *records]}
    return sorted(named - {None})

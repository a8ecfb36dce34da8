"""What hangs on a record: withdrawn with it, or changing its state when written."""

from sqlalchemy.orm import InstrumentedAttribute

from portal.register.records import Kind
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

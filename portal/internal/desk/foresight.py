"""Looks at what a file would make public, while its author can still mend it."""

import re

from sqlalchemy.orm import Session

from portal.airlock.residue import look
from portal.internal.checks.context import Context
from portal.internal.desk.projection import projected
from portal.internal.sheets.reader import Read


def foresee(
    session: Session, batch_id: int, context: Context, reads: list[Read], keys: list[str]
) -> None:
    """Tell now, with its cell, what the airlock would stop at release."""
    filed = set(keys)
    records = [(read, read.record) for read in reads if read.record.key in filed]
    for origin, passage in projected(session, records, context.today, batch_id=batch_id):
        for path in passage.emptied:
            read, name = _cell_of(origin, path)
            what = "所填的都不公开，公开后此处为空，会说明另有不公开的内容；请改写，或者将整条记录不予公开"
            context.tell("emptied", read, name, what)
        for record in passage.records:
            for find in look(record, passage):
                read, name = _cell_of(origin, find.path)
                rule, words = told(find.kind, stops=find.stops)
                context.tell(rule, read, name, words)


def told(kind: str, *, stops: bool) -> tuple[str, str]:
    """Return the rule that a find breaks, and what its author is to do."""
    if stops:
        return "private", f"{_doubted(kind)}，将公开的文字中不得出现；请删去或改写"
    return "to_decide", f"{_doubted(kind)}；确无不妥的，由审核人逐处作出决定后方可发布"


def _doubted(kind: str) -> str:
    return f"疑似{kind.removeprefix('疑似')}"


def _cell_of(read: Read, path: str) -> tuple[Read, str]:
    """Return the read and the field that a path such as ``findings[1].detail`` stands for."""
    match = re.fullmatch(r"\w+\[(\d+)\]\.(\w+).*", path)
    if match is None:
        return read, path.split("[", maxsplit=1)[0]
    number, name = int(match[1]), match[2]
    return (read.child(number) if read.children else read), name

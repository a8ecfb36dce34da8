"""Looks at what a file would make public, while its author can still mend it."""

import re

from sqlalchemy.orm import Session

from portal.airlock.residue import residue
from portal.internal.checks.context import Context
from portal.internal.desk.projection import passages
from portal.internal.sheets.reader import Read
from portal.internal.tables import filings


def foresee(
    session: Session, batch_id: int, context: Context, reads: list[Read], keys: list[str]
) -> None:
    """Tell now, with its cell, what the airlock would stop at release."""
    places = {read.record.key: read for read in reads}
    kind = filings.KIND_OF[type(reads[0].record)]
    rows = filings.of_batch(session, batch_id, kind, keys)
    for row, passage in passages(session, rows, context.today, batch_id=batch_id):
        for record in passage.records:
            for path, what in residue(record, passage):
                read, name = _cell_of(places[row.key], path)
                context.error(read, name, f"疑似{what}，将公开的文字中不得出现；请删去或改写")


def _cell_of(read: Read, path: str) -> tuple[Read, str]:
    """Return the read and the field that a path such as ``findings[1].detail`` stands for."""
    match = re.fullmatch(r"\w+\[(\d+)\]\.(\w+).*", path)
    if match is None:
        return read, path.split("[", maxsplit=1)[0]
    number, name = int(match[1]), match[2]
    return (read.child(number) if number < len(read.children) else read), name

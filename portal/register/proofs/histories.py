"""Where each change stands in the history of its record."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.kit import clock
from portal.kit.db import among
from portal.register.tables.changes import ChangeRow


@dataclass(frozen=True, slots=True)
class Place:
    """One change among those of its record. `version` and `published_on` are of its present life."""

    before: int | None
    op_before: str | None
    is_last: bool
    version: int
    published_on: date
    #: Whether the record was withdrawn after this change.
    gone: bool


def places(session: Session, kind: str, public_ids: Iterable[str]) -> dict[int, Place]:
    """Return the place of every change of some records, by serial."""
    rows = session.execute(
        sa.select(ChangeRow.public_id, ChangeRow.serial, ChangeRow.op, ChangeRow.at)
        .where(ChangeRow.kind == kind, among(session, ChangeRow.public_id, public_ids))
        .order_by(ChangeRow.serial)
    )
    by_id: Mapping[str, list[tuple[int, str, datetime]]] = defaultdict(list)
    for public_id, serial, op, at in rows:
        by_id[public_id].append((serial, op, at))
    found: dict[int, Place] = {}
    for history in by_id.values():
        last_withdrawal = max((s for s, op, _ in history if op == "withdraw"), default=0)
        before: tuple[int, str] | None = None
        version, published_on = 0, date.min
        for serial, op, at in history:
            if op == "publish":
                version, published_on = 0, clock.local_date(at)
            version += 1
            found[serial] = Place(
                before=before[0] if before else None,
                op_before=before[1] if before else None,
                is_last=serial == history[-1][0],
                version=version,
                published_on=published_on,
                gone=serial < last_withdrawal,
            )
            before = serial, op
    return found

"""Of the items around records: which nobody may see, and what those that are shown were called in secret (事项的隐去)."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.items import Item
from portal.domain.verdicts import filed
from portal.domain.workflow import BatchState
from portal.internal.desk import decided, secrets
from portal.internal.desk.earlier import CAME_OUT
from portal.internal.tables import decisions, filings
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.filings import FilingRow
from portal.kit.db import among
from portal.register.records import Kind


def not_shown(session: Session, items: dict[str, Item]) -> frozenset[str]:
    """Return those of these items that nobody may see, as they were filed or decided on."""
    since = decided.verdicts(session, Kind.ITEM, items)
    return frozenset(
        key
        for key, item in items.items()
        if (since.get((Kind.ITEM, key)) or filed(item.decision)).whole
    )


def awaited(session: Session, keys: set[str], batch_id: int | None) -> set[str]:
    """Return the items that were filed as kept back and never released: checks may name them before they are.

    Whether that filing was returned since, or another says otherwise, nobody has let out.
    """
    if not (keys and filings.has_guarded(session, Item)):
        return set()
    query = sa.select(
        FilingRow.key, FilingRow.body, FilingRow.guarded, FilingRow.batch_id, BatchRow.state
    )
    query = query.join(BatchRow, BatchRow.id == FilingRow.batch_id)
    query = query.where(FilingRow.kind == "item", among(session, FilingRow.key, sorted(keys)))
    rows = session.execute(query).all()
    let_out = {row.key for row in rows if row.state in filings.REVIEWED or row.batch_id == batch_id}
    return {
        row.key
        for row in rows
        if row.guarded
        and row.key not in let_out
        and filed(filings.decode("item", row.body).decision).whole
    }


def renamed(
    session: Session, items: dict[str, Item], hidden: frozenset[str], *, let_out: bool
) -> dict[str, dict[str, str]]:
    """Return the names that shown items were filed with while kept back alone, each with the one that they are shown by."""
    shown = sorted(items.keys() - hidden)
    since = decisions.first_kept_back(session, Kind.ITEM.value, shown)
    if not (shown and (since or filings.has_guarded(session, Item))):
        return {}
    released = sa.and_(BatchRow.state == BatchState.RELEASED.value, CAME_OUT)
    query = sa.select(FilingRow.key, FilingRow.body, FilingRow.guarded, BatchRow.released_at)
    query = query.join(BatchRow, BatchRow.id == FilingRow.batch_id).where(
        FilingRow.kind == "item", FilingRow.live, sa.or_(FilingRow.guarded, released),
        among(session, FilingRow.key, shown),
    )  # fmt: skip
    if let_out:
        query = query.where(secrets.LET_OUT)
    kept: dict[str, set[str]] = {}
    told: dict[str, set[str]] = {}
    for key, body, guarded, at in session.execute(query):
        #: What was released after the office had decided to keep it back, nobody may have seen.
        unseen = guarded or (at is not None and key in since and since[key] <= at)
        (kept if unseen else told).setdefault(key, set()).add(filings.decode("item", body).name)
    only_kept = {key: names - told.get(key, set()) for key, names in kept.items()}
    return {
        key: dict.fromkeys(names - {items[key].name}, items[key].name)
        for key, names in only_kept.items()
    }

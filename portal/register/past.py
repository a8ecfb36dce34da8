"""What is public under the id of a record that is about to be written: now, and in older versions (先前所公开的)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register.layout import LAYOUTS
from portal.register.placing import Placing
from portal.register.proofs.standing import Standing
from portal.register.records import KIND_OF, Record, decode
from portal.register.tables.changes import VersionRow


class Past:
    """Reads in the pen's transaction, before anything buffered is written."""

    def __init__(
        self,
        session: Session,
        placing: Placing,
        standing: Standing,
        held: Callable[[Mapping[str, int]], Sequence[Any]],
    ) -> None:
        """Begin with nothing read; `held` gives older versions as they were published, by id with the last change."""
        self._session, self._placing, self._standing = session, placing, standing
        self._held = held

    def shown(self, record: Record) -> Record | None:
        """Return what is published under the record's id."""
        table = LAYOUTS[KIND_OF[type(record)]].table
        was = self._placing.present(table, [record.id]).get(record.id)
        return decode(was.body, type(record)) if was else None

    def versions(self, record: Record) -> list[Record]:
        """Return the older versions of what is published under the record's id; nothing is held against anything."""
        query = sa.select(VersionRow.body).where(VersionRow.public_id == record.id)
        return [decode(body, type(record)) for body in self._session.scalars(query)]

    def ever_said(self, record: Record) -> list[Record]:
        """Return all that is public under the record's id, to hide something of it; that it is hidden already has to be proven.

        Raises:
            LogBroken: an older version is not what was published, or somebody put one out of sight.

        """
        live = self._placing.present(LAYOUTS[KIND_OF[type(record)]].table, [record.id])
        self._standing.expect(record.id)
        older = self._held({each: row.serial for each, row in live.items()})
        return [decode(row.body, type(record)) for row in [*live.values(), *older]]

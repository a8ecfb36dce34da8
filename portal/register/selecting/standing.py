"""The register as it stood at the end of a day, less what was withdrawn since."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.kit.db import among
from portal.register.columns.rows import Stored
from portal.register.selecting.listings import LISTINGS
from portal.register.selecting.model import Around, Selection, day_after
from portal.register.selecting.order import Order
from portal.register.tables.changes import ChangeRow, VersionRow


class Standing:
    """Reads the records of one kind as they stood, in the order of their ids."""

    def __init__(self, session: Session, selection: Selection, around: Around) -> None:
        """Find the last change of the day."""
        if selection.as_of is None:
            raise ValueError("no day is asked for")
        listing = LISTINGS[selection.word]
        self._session = session
        self._table, self._kind = listing.table, listing.dataset.kind
        self._serial = around.serial_before(day_after(selection.as_of))
        self.order = Order((listing.table.public_id,), descending=False)

    def batch(
        self, edge: tuple[Any, ...] | None, size: int, *, inclusive: bool
    ) -> list[tuple[Stored | None, tuple[Any, ...]]]:
        """Return the next `size` live records behind `edge`, each as it stood; None if it was not there."""
        table = self._table
        query = sa.select(
            table.public_id, table.serial, table.version, table.published_on, table.body
        )
        rows = self._session.execute(
            self.order.behind(query, edge, inclusive=inclusive).limit(size)
        ).all()
        live = [Stored(r[0], r[1], r[2], str(r[3]), r[4]) for r in rows]
        then = self._then(live)
        return [(each, (stored.public_id,)) for stored, each in zip(live, then, strict=True)]

    def _then(self, live: Sequence[Stored]) -> list[Stored | None]:
        """Return each record as it stood.

        Where a later redaction has destroyed the version of that day, the oldest one that may still
        be read stands in for it: that the record was public is no secret.
        """
        changed = [stored.public_id for stored in live if stored.serial > self._serial]
        if not changed:
            return list(live)
        there, old = self._there(changed), self._old(changed)
        found: list[Stored | None] = []
        for stored in live:
            if stored.serial <= self._serial:
                found.append(stored)
            elif stored.public_id not in there:
                found.append(None)
            else:
                serial, version, body = old.get(stored.public_id, stored[1:3] + stored[4:])
                found.append(stored._replace(serial=serial, version=version, body=body))
        return found

    def _there(self, ids: Sequence[str]) -> set[str]:
        """Return those of `ids` that were public: whose last change until then was no withdrawal."""
        last = (
            sa.select(ChangeRow.public_id, sa.func.max(ChangeRow.serial).label("serial"))
            .where(
                ChangeRow.kind == self._kind.value, ChangeRow.serial <= self._serial,
                among(self._session, ChangeRow.public_id, ids),
            )
            .group_by(ChangeRow.public_id)
            .subquery()
        )  # fmt: skip
        query = sa.select(ChangeRow.public_id).join(last, last.c.serial == ChangeRow.serial)
        return set(self._session.scalars(query.where(ChangeRow.op != "withdraw")))

    def _old(self, ids: Sequence[str]) -> dict[str, tuple[int, int, str]]:
        """Return, of each of `ids`, the last version until then, else the first one after."""
        rows = self._session.execute(
            sa.select(VersionRow.public_id, VersionRow.serial, VersionRow.version, VersionRow.body)
            .where(among(self._session, VersionRow.public_id, ids))
            .order_by(VersionRow.public_id, VersionRow.version)
        )
        found: dict[str, tuple[int, int, str]] = {}
        for public_id, serial, version, body in rows:
            if serial <= self._serial or public_id not in found:
                found[public_id] = (serial, version, body)
        return found

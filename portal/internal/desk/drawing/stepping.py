"""Takes hold of a draw for its next step once all steps before it are public: an entry of the log says one thing."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.errors import LogBroken, Residue
from portal.domain.sortition.faults import Fault
from portal.internal.desk.drawing import outward
from portal.internal.desk.drawing.keeping import Tampered
from portal.internal.desk.forgetting import forgetting
from portal.internal.desk.stores import Stores
from portal.kit.db import write_lock


@contextmanager
def settled(stores: Stores, draw_id: str, *, now: datetime) -> Iterator[Session]:
    """Hold the office's store, the draw brought out as it is.

    Before the store is held would be too early: another process may take a step in between, and two would come out as one.

    Raises:
        Tampered, Residue, LogBroken: as `outward.sync` does; there is no next step.

    """
    with forgetting(stores), write_lock(stores.internal) as session:
        outward.bring_out(stores, session, draw_id, now=now)
        yield session


def settle(stores: Stores, session: Session, draw_id: str, *, now: datetime) -> None:
    """Bring a draw out as it is before it is void, as far as it can be: void it may be in any case."""
    with suppress(Tampered, LogBroken, Residue, Fault):
        outward.bring_out(stores, session, draw_id, now=now)

"""Records as they stand in the office, found by what they are about (按对象、名称查找)."""

from collections.abc import Iterable
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.parties import Entity
from portal.domain.results import Result
from portal.internal.tables.filings import KIND_OF, FilingRow, decode
from portal.kit.db import among

T = TypeVar("T")


def results_elsewhere(session: Session, parties: Iterable[str], *, but: int) -> list[Result]:
    """Return the checks of these parties that other batches than `but` filed, as they stand."""
    return [decode("result", body) for body in _newest(session, "result", parties, but=but)]


def has_results_elsewhere(session: Session, *, but: int) -> bool:
    """Whether a batch other than `but` has filed a check."""
    query = sa.select(FilingRow.id).where(
        FilingRow.kind == "result", FilingRow.about > "", FilingRow.batch_id != but
    )
    return session.scalar(query.limit(1)) is not None


def followed(session: Session, checks: Iterable[str]) -> set[str]:
    """Return which of these checks have steps after them."""
    wanted = set(checks)
    query = sa.select(FilingRow.about).where(
        FilingRow.kind == "followup", among(session, FilingRow.about, wanted), FilingRow.live
    )
    return set(session.scalars(query)) if wanted else set()


def parties_named(session: Session, names: Iterable[str]) -> dict[str, list[Entity]]:
    """Return the parties of each of these names, as they stand."""
    found: dict[str, list[Entity]] = {}
    for body in _newest(session, "entity", names, but=0):
        party: Entity = decode("entity", body)
        found.setdefault(party.name, []).append(party)
    return found


def returned(session: Session, record_type: type[T], keys: Iterable[str]) -> dict[str, T]:
    """Return records as they were filed last, in whatever state: of those that returned batches alone have filed."""
    kind, wanted = KIND_OF[record_type], set(keys)
    query = (
        sa.select(FilingRow.key, FilingRow.body)
        .where(FilingRow.kind == kind, among(session, FilingRow.key, wanted))
        .order_by(FilingRow.id)
    )
    newest = {row.key: row.body for row in session.execute(query)} if wanted else {}
    return {key: decode(kind, body) for key, body in newest.items()}


def _newest(session: Session, kind: str, about: Iterable[str], *, but: int) -> list[str]:
    """Return the body of the newest live filing of each record of `kind` about these.

    Plain columns: a mapped object for each of a hundred thousand rows costs more than the question.
    """
    wanted = set(about)
    query = (
        sa.select(FilingRow.key, FilingRow.body)
        .where(FilingRow.kind == kind, among(session, FilingRow.about, wanted), FilingRow.live)
        .where(FilingRow.batch_id != but)
        .order_by(FilingRow.id)
    )
    rows = session.execute(query) if wanted else ()
    return list({row.key: row.body for row in rows}.values())

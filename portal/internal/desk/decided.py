"""How records stand after what was filed with them and what the office decided since (现行公开决定)."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from portal.airlock.around import Cleared, Name
from portal.domain.grounds import OPEN, Decision
from portal.domain.verdicts import UNTOUCHED, Verdict, both, filed
from portal.internal.tables import decisions
from portal.internal.tables.decisions import WHOLE, DecisionRow
from portal.register.records import Kind


def verdicts(session: Session, kind: Kind, records: Mapping[str, Any]) -> dict[Name, Verdict]:
    """Return the verdicts on these records (by natural key) that the office has decided on.

    Those not among them stand as they were filed. A key without a record (None) stands as decided.
    """
    found = decisions.in_force(session, kind.value, records)
    return {(kind, key): standing(records[key], rows) for key, rows in found.items()}


def standing(record: Any, rows: Iterable[DecisionRow]) -> Verdict:  # noqa: ANN401
    """Return how one record stands.

    A decision of the office takes the place of the filed one that it was made over. A decision
    that is filed later stands beside it, and nothing is shown that either keeps back.
    """
    decision: Decision = getattr(record, "decision", OPEN)
    as_filed, over = filed(decision), decisions.digest(decision)
    made = list(rows)
    replaced = {row.place for row in made if over and row.over == over}
    kept = Verdict(
        None if WHOLE in replaced else as_filed.whole,
        tuple((name, ruling) for name, ruling in as_filed.fields if name not in replaced),
    )
    own = Verdict()
    for row in made:
        ruling = row.ruling()
        if ruling is not None:
            own = both(
                own,
                Verdict(ruling) if row.place == WHOLE else Verdict(None, ((row.place, ruling),)),
            )
    return both(kept, own) if kept != UNTOUCHED else own


def cleared(session: Session, kind: Kind, keys: Iterable[str]) -> dict[Name, frozenset[Cleared]]:
    """Return the finds that were let pass, by record."""
    found = decisions.cleared(session, kind.value, keys)
    return {
        (kind, key): frozenset(Cleared(row.path, row.find, row.text_sha256) for row in rows)
        for key, rows in found.items()
    }

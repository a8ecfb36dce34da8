"""What is public of checks and plans that name an item or a draw, which is disclosed otherwise now (点名的记录)."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy.orm import Session

from portal.airlock.around import Passage
from portal.domain.grounds import OPEN
from portal.domain.plans import Plan
from portal.domain.results import Result
from portal.domain.verdicts import filed
from portal.internal.desk import batches, decided, leaning
from portal.internal.desk.leaning import Walk
from portal.internal.tables import filings
from portal.register.records import Kind


def naming_items(walk: Walk, keys: set[str]) -> Iterator[Passage]:
    """Project again the checks and plans that name these items, and what followed from these checks.

    Of all items in one walk: item by item, the order of the changes would tell which of them each had named.
    """
    for there, names in (("result", _names_item), ("plan", _plans_item)):
        yield from _naming(walk, Kind.ITEM, keys, there, names)


def naming_draw(walk: Walk, key: str) -> Iterator[Passage]:
    """Project again the checks that name this draw, likewise."""
    yield from _naming(walk, Kind.DRAW, {key}, "result", _names_draw)


def kept_back(
    session: Session, kind: Kind, keys: Iterable[str], *, batch_id: int | None = None
) -> set[str]:
    """Return which of these items or draws nobody may see, public before or not; none of another kind."""
    if kind not in (Kind.ITEM, Kind.DRAW):
        return set()
    found: dict[str, Any] = dict.fromkeys(keys)
    found |= filings.standing(session, filings.TYPES[kind.value], keys, batch_id=batch_id)
    made = decided.verdicts(session, kind, found)
    return {
        key
        for key, each in found.items()
        if (made.get((kind, key)) or filed(getattr(each, "decision", OPEN))).whole
    }


def _naming(
    walk: Walk, kind: Kind, keys: set[str], there: str, names: Callable[[Any], set[str]]
) -> Iterator[Passage]:
    """Walk the released records of the agencies in whose keys these lie, and project those that name one.

    Those that name none which anybody may see do not become public by it: a check that was taken back would, or one
    that had told of somebody who is shown again.
    """
    seen = keys - kept_back(walk.session, kind, keys, batch_id=walk.batch_id)
    for agency in sorted({key.partition("/")[0] for key in keys}):
        for rows in batches.public_under(walk.session, there, f"{agency}/"):
            named = {row.id: names(filings.decode(there, row.body)) & keys for row in rows}
            quietly = {row.key for row in rows if not named[row.id] & seen}
            naming = [row for row in rows if named[row.id]]
            for row, passage in walk.again(naming):
                passage.only_if_public = row.key in quietly
                yield passage
            if there == "result":
                yield from leaning.repeating(walk, [row.key for row in naming], quietly=quietly)


def _names_item(result: Result) -> set[str]:
    return {f"{result.agency_code}/{each.item_code}" for each in result.findings}


def _plans_item(plan: Plan) -> set[str]:
    return {f"{plan.agency_code}/{code}" for task in plan.tasks for code in task.item_codes}


def _names_draw(result: Result) -> set[str]:
    return {f"{result.agency_code}/{result.draw_code}"}

"""How each dataset is walked: its table, its natural order and its parameters."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from portal.register.columns.datasets import DATASETS
from portal.register.columns.model import Dataset
from portal.register.selecting import nouns
from portal.register.selecting.model import Parameter
from portal.register.selecting.order import Key, Order
from portal.register.selecting.parameters import since
from portal.register.tables.agencies import AgencyRow
from portal.register.tables.documents import DocumentRow
from portal.register.tables.draws import DrawEntryRow, DrawRow
from portal.register.tables.entities import EntityRow
from portal.register.tables.followups import FollowUpRow
from portal.register.tables.items import ItemRow
from portal.register.tables.plans import PlanRow, TaskRow
from portal.register.tables.replies import ReplyRow
from portal.register.tables.results import OutcomeRow, ResultRow
from portal.register.tables.rows import RecordRow
from portal.register.tables.withheld import NoticeRow

Names = frozenset[str]


@dataclass(frozen=True, slots=True)
class Way:
    """An order, and the parameters whose conditions lead along its index; the others stand aside."""

    order: Order
    leads: Names = frozenset()
    #: Parameters whose condition is on a column of the index walked, not of the record's own row.
    direct: tuple[tuple[str, Key], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """How one dataset is walked."""

    dataset: Dataset
    #: Its records; for tasks and findings those they stand inside.
    table: type[RecordRow]
    natural: Order
    parameters: tuple[Parameter, ...]
    #: The way to go when certain parameters are asked for, the first that fits.
    ways: tuple[tuple[Callable[[dict[str, Any]], bool], Way], ...] = ()

    def way(self, conditions: dict[str, Any]) -> Way:
        """Return the order for these conditions."""
        return next((way for fits, way in self.ways if fits(conditions)), Way(self.natural))

    def known(self) -> dict[str, Parameter]:
        """Return the parameters by each of their names."""
        return {name: each for each in self.parameters for name in (each.name, *each.also)}


def _ways(table: type[RecordRow], *own: Any, within: tuple[Key, ...] = ()) -> tuple[Any, ...]:  # noqa: ANN401 - pairs, as above
    updated = Order((table.serial, *within), descending=False)
    published = Order((table.published_on, table.public_id, *within))
    return (
        (lambda asked: "updated_since" in asked, Way(updated, frozenset({"updated_since"}))),
        (lambda asked: "published_since" in asked, Way(published, frozenset({"published_since"}))),
        *own,
    )


def _listing(
    word: str,
    table: type[RecordRow],
    keys: tuple[Key, ...],
    *own: Any,  # noqa: ANN401 - pairs, as in Listing.ways
    descending: bool = True,
    within: tuple[Key, ...] = (),
) -> Listing:
    return Listing(
        dataset=DATASETS[word], table=table, natural=Order(keys, descending),
        parameters=(*nouns.PARAMETERS[word], *since(table)), ways=_ways(table, *own, within=within),
    )  # fmt: skip


_BY_OUTCOME = Way(
    Order((OutcomeRow.inspected_on, OutcomeRow.result_id)),
    frozenset({"outcome", "item"}),
    (("outcome", OutcomeRow.outcome), ("item", OutcomeRow.item_id)),
)
_OVERDUE = Way(
    Order((ResultRow.due_on, ResultRow.public_id), descending=False), frozenset({"status"})
)
_WHOLE_LIST = Way(Order((DrawEntryRow.public_id,), descending=False), frozenset({"draw"}))

_TASK_KEYS = (TaskRow.starts_on, TaskRow.public_id)


def _narrow(order: tuple[Key, ...], *names: str) -> tuple[Any, ...]:
    """Return the ways along the first of these parameters that is asked for: each leaves few rows, whatever stands beside."""
    return tuple(
        (lambda asked, name=name: name in asked, Way(Order(order), frozenset({name})))
        for name in names
    )


def _is_overdue(asked: dict[str, Any]) -> bool:
    return asked.get("status") == "overdue"


def _narrow_overdue(*names: str) -> tuple[Any, ...]:
    """Return the same for what is overdue, which comes by its deadline."""
    return tuple(
        (
            lambda asked, name=name: name in asked and _is_overdue(asked),
            Way(_OVERDUE.order, frozenset({name})),
        )
        for name in names
    )


def _of_a_region(asked: dict[str, Any]) -> bool:
    """Whether results are asked of a region, and of no agency: no index holds a region with anything else."""
    return "region" in asked and "agency" not in asked


_RESULT_KEYS = (ResultRow.inspected_on, ResultRow.public_id)
_STEP_KEYS = (FollowUpRow.taken_on, FollowUpRow.public_id)

LISTINGS: dict[str, Listing] = {
    each.dataset.word: each
    for each in (
        _listing("agencies", AgencyRow, (AgencyRow.region, AgencyRow.public_id), descending=False),
        _listing("items", ItemRow, (ItemRow.name, ItemRow.public_id), descending=False),
        _listing("plans", PlanRow, (PlanRow.year, PlanRow.public_id)),
        _listing("tasks", PlanRow, _TASK_KEYS, within=_TASK_KEYS),
        _listing("draws", DrawRow, (DrawRow.drawn_on, DrawRow.public_id)),
        _listing(
            "draw-entries", DrawEntryRow, (DrawEntryRow.drawn_on, DrawEntryRow.public_id),
            (lambda asked: "draw" in asked, _WHOLE_LIST),
        ),
        _listing("entities", EntityRow, (EntityRow.name, EntityRow.public_id), descending=False),
        _listing(
            "results", ResultRow, _RESULT_KEYS,
            *_narrow_overdue("entity", "draw", "task"), *_narrow(_RESULT_KEYS, "entity", "draw", "task"),
            (lambda asked: "outcome" in asked or "item" in asked, _BY_OUTCOME),
            (_is_overdue, _OVERDUE),
            (_of_a_region, Way(Order(_RESULT_KEYS), frozenset({"region"}))),
        ),
        _listing(
            "findings", ResultRow, _RESULT_KEYS, *_narrow(_RESULT_KEYS, "result", "entity"),
            (lambda asked: "outcome" in asked or "item" in asked, _BY_OUTCOME),
        ),
        _listing("followups", FollowUpRow, _STEP_KEYS, *_narrow(_STEP_KEYS, "result")),
        _listing("replies", ReplyRow, (ReplyRow.received_on, ReplyRow.public_id)),
        _listing("documents", DocumentRow, (DocumentRow.issued_on, DocumentRow.public_id)),
        _listing("withheld", NoticeRow, (NoticeRow.review_on, NoticeRow.public_id)),
    )
}  # fmt: skip

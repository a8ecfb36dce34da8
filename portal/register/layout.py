"""Where each kind of record lies: its table, the columns beside its body, and its satellites.

A satellite is a derived row that only serves to find or count; it is rebuilt with its record.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import InstrumentedAttribute

from portal.domain.periods import first_of_month, last_of_month
from portal.domain.results import Outcome
from portal.kit.db import Table
from portal.register import records as r
from portal.register.columns.lines import line
from portal.register.folding import fold
from portal.register.records import KIND_OF, Kind, encode
from portal.register.tables.agencies import AgencyRow
from portal.register.tables.documents import DocumentRow
from portal.register.tables.draws import DrawEntryRow, DrawRow
from portal.register.tables.entities import EntityKeyRow, EntityRow
from portal.register.tables.followups import FollowUpRow
from portal.register.tables.items import ItemRow
from portal.register.tables.plans import PlanRow, TaskItemRow, TaskRow
from portal.register.tables.replies import ReplyRow
from portal.register.tables.results import OutcomeRow, ResultRow
from portal.register.tables.rows import RecordRow
from portal.register.tables.withheld import NoticeRow

Satellite = tuple[type[Table], dict[str, Any]]

#: Asked several times of each result that is published.
_PROBLEMS = frozenset(each.value for each in Outcome if each.is_problem)


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind's place. `copied` names the record's fields that are columns as they are."""

    table: type[RecordRow]
    copied: tuple[str, ...]
    derived: Callable[[Any], Mapping[str, Any]] = lambda _: {}
    satellites: Callable[[Any], Iterator[Satellite]] = lambda _: iter(())
    #: Columns that hold the owner's id in each satellite table.
    owners: tuple[InstrumentedAttribute[str], ...] = ()
    #: Fields that name a record which must be public itself, and its kind.
    parents: tuple[tuple[str, Kind], ...] = (("agency_id", Kind.AGENCY),)

    def columns(self, record: r.Record) -> dict[str, Any]:
        """Return the values of the filter columns for `record`."""
        found = {name: getattr(record, name) for name in self.copied}
        found["line"] = line(KIND_OF[type(record)], encode(record).decode())
        return found | dict(self.derived(record))


def is_problem(result: r.PublicResult) -> bool:
    """Whether any outcome of the check opens a follow-up."""
    return any(not _PROBLEMS.isdisjoint(found.outcomes) for found in result.findings)


def hides_more(before: r.Record, after: r.Record, left_out: frozenset[str] = frozenset()) -> bool:
    """Whether the new version keeps something back, or masks something, that the old one showed.

    `left_out`: ids of what it was filed with and does not name, because they are hidden. Only where the old version
    named one of them: an older version that goes for anything else would say that there is something hidden.
    """
    if not left_out.isdisjoint(_named(before)):
        return True
    kept_back = [
        {each.field for each in getattr(record, "withheld", ())}
        | {name for name in ("masked", "month_only") if getattr(record, name, False)}
        for record in (before, after)
    ]
    if isinstance(before, r.PublicDraw) and isinstance(after, r.PublicDraw):
        #: A smaller count or another digest says that somebody is no longer counted.
        counted = [(d.frame_count, d.sample_count, d.list_digest) for d in (before, after)]
        if not after.scheme and counted[0] != counted[1]:
            return True
        #: A list that is put under embargo again: with what opens its digest, lists could be tried against it.
        if before.list_nonce and not after.list_nonce:
            return True
        if after.scheme and (before.name != after.name or _is_shorter(before, after)):
            return True
        #: Another package closes somebody, and the digest of the first one told what it held.
        if before.package_sha256 not in (None, after.package_sha256):
            return True
    if _follows(before, after):
        return True
    #: The unit of a list's entry is left out where the party turns out to be a person.
    if (
        isinstance(before, r.PublicDrawEntry)
        and isinstance(after, r.PublicDrawEntry)
        and (before.unit is not None and after.unit is None)
    ):
        return True
    if (
        isinstance(before, r.PublicEntity)
        and isinstance(after, r.PublicEntity)
        and after.masked
        and (before.form != after.form or before.name != after.name)
    ):
        return True
    #: Of a text that is kept back the figures stayed once.
    if isinstance(before, r.PublicDocument) and isinstance(after, r.PublicDocument):
        kept_back[1] |= {"figures"} if before.figures and after.body is None else set()
    if not kept_back[1] <= kept_back[0]:
        return True
    #: A field that a decision is on, and that reads otherwise now, may read shorter.
    decided = [each.field for each in getattr(after, "withheld", ())]
    return any(_values(before, name) != _values(after, name) for name in decided)


def says_kept_back(version: r.Record, record: r.Record, kept_back: Mapping[str, bool]) -> bool:
    """Whether a version tells what a decision on a field keeps back by now, though the record itself says nothing there.

    `kept_back`: the fields, and whether nothing may be said of them. What was made under a decision is marked, and stays.
    """
    marked = {each.field for each in getattr(version, "withheld", ())}
    return any(
        (is_gone or name not in marked)
        and any(said and said not in _values(record, name) for said in _values(version, name))
        for name, is_gone in kept_back.items()
    )


def keeps_its_words(before: r.Record, after: r.Record) -> bool:
    """Whether a draw made here still says all that it said, and only names fewer in its package."""
    return (
        isinstance(before, r.PublicDraw)
        and isinstance(after, r.PublicDraw)
        and after.draw_code is not None
        and before.name == after.name
        and not _is_shorter(before, after)
    )


def _is_shorter(before: r.Part, after: r.Part) -> bool:
    """Whether anything that one says is left out of the other."""
    return any(
        getattr(before, name) not in (None, ()) and getattr(after, name) in (None, ())
        for name in before.__struct_fields__
    )


def _follows(before: r.Record, after: r.Record) -> bool:
    """Whether a check or a letter shows less because what it leans on does."""
    if isinstance(before, r.PublicResult) and isinstance(after, r.PublicResult):
        #: The days that its steps set stay until these, projected after it, have months only.
        return after.month_only and any(
            day is not None and day not in (first_of_month(day), last_of_month(day))
            for day in (before.due_on, before.closed_on)
        )
    if isinstance(before, r.PublicReply) and isinstance(after, r.PublicReply):
        return any(
            getattr(before, name) is not None and getattr(after, name) is None
            for name in ("result_id", "entity_id", "text", "decision")
        )
    return False


def _named(record: r.Record) -> set[str]:
    """Return the items and the draw that a record names."""
    match record:
        case r.PublicResult():
            named = (record.draw_id, *(each.item_id for each in record.findings))
            return {each for each in named if each}
        case r.PublicPlan():
            return {item_id for task in record.tasks for item_id in task.item_ids}
        case _:
            return set()


def _values(part: r.Part, name: str) -> list[object]:
    """Return what stands under `name` in a record and in its parts."""
    found: list[object] = [getattr(part, name)] if name in part.__struct_fields__ else []
    for field in part.__struct_fields__:
        value = getattr(part, field)
        if isinstance(value, tuple) and field != "withheld":
            for each in value:
                if isinstance(each, r.Part):
                    found += _values(each, name)
    return found


def _entity_keys(entity: r.PublicEntity) -> Iterator[Satellite]:
    texts = (entity.name, *entity.former_names, *(i.value for i in entity.identifiers))
    if entity.masked:  # a shortened name finds nobody
        texts = ()
    for value in dict.fromkeys(fold(text) for text in texts if text):
        yield EntityKeyRow, {"entity_id": entity.id, "value": value}


def _tasks(plan: r.PublicPlan) -> Iterator[Satellite]:
    for task in plan.tasks:
        yield (
            TaskRow,
            {
                "public_id": task.id,
                "plan_id": plan.id,
                "agency_id": plan.agency_id,
                "starts_on": task.starts_on,
                "body": encode(task).decode(),
            },
        )
        for item_id in task.item_ids:
            yield TaskItemRow, {"task_id": task.id, "item_id": item_id}


def _outcomes(result: r.PublicResult) -> Iterator[Satellite]:
    for position, finding in enumerate(result.findings):
        for outcome in finding.outcomes:
            yield (
                OutcomeRow,
                {
                    "result_id": result.id,
                    "position": position,
                    "outcome": outcome,
                    "item_id": finding.item_id,
                    "inspected_on": result.inspected_on,
                },
            )


LAYOUTS: dict[Kind, Layout] = {
    Kind.AGENCY: Layout(AgencyRow, ("name", "region", "level"), parents=()),
    Kind.ITEM: Layout(ItemRow, ("agency_id", "name", "item_class")),
    Kind.ENTITY: Layout(
        EntityRow,
        ("name", "kind", "region"),
        satellites=_entity_keys,
        owners=(EntityKeyRow.entity_id,),
        parents=(),
    ),
    Kind.PLAN: Layout(
        PlanRow,
        ("agency_id", "name", "year"),
        derived=lambda plan: {"plan_version": plan.version},
        satellites=_tasks,
        owners=(TaskRow.plan_id,),
    ),
    Kind.DRAW: Layout(DrawRow, ("agency_id", "task_id", "drawn_on")),
    Kind.DRAW_ENTRY: Layout(
        DrawEntryRow,
        ("draw_id", "entity_id", "drawn_on"),
        parents=(("draw_id", Kind.DRAW), ("entity_id", Kind.ENTITY)),
    ),
    Kind.RESULT: Layout(
        ResultRow,
        (
            "agency_id",
            "entity_id",
            "task_id",
            "draw_id",
            "inspected_on",
            "status",
            "due_on",
            "disputed",
        ),
        derived=lambda result: {"problem": is_problem(result)},
        satellites=_outcomes,
        owners=(OutcomeRow.result_id,),
        parents=(("agency_id", Kind.AGENCY), ("entity_id", Kind.ENTITY)),
    ),
    Kind.FOLLOWUP: Layout(
        FollowUpRow,
        ("agency_id", "result_id", "step", "taken_on"),
        parents=(("agency_id", Kind.AGENCY), ("result_id", Kind.RESULT)),
    ),
    Kind.DOCUMENT: Layout(DocumentRow, ("agency_id", "kind", "issued_on")),
    Kind.REPLY: Layout(
        ReplyRow,
        ("entity_id", "result_id", "kind", "state", "received_on"),
        parents=(("entity_id", Kind.ENTITY), ("result_id", Kind.RESULT)),
    ),
    Kind.WITHHELD: Layout(NoticeRow, ("ground", "decided_by", "review_on"), parents=()),
}

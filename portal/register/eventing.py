"""Notes each change in the lists that feeds follow, and takes out of them what must be forgotten.

A list is called by its scope: "" holds everything, a kind all of that kind, ``a:…`` what one agency
published, ``g:…`` one region, ``e:…`` one party, ``i:…`` one item, ``t:…`` one task; `PROBLEMS`,
`ADJUSTED` and `CORRECTIONS` are as they are called.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.domain.codelists import CodeList
from portal.kit.db import among, each_of
from portal.register import records as r
from portal.register.layout import is_problem
from portal.register.records import Kind
from portal.register.tables.agencies import AgencyRow
from portal.register.tables.changes import ChangeRow
from portal.register.tables.events import EventRow

EVERYTHING, PROBLEMS, ADJUSTED, CORRECTIONS = "", "problems", "adjusted", "corrections"
AGENCY, REGION, ENTITY, ITEM, TASK = "a:", "g:", "e:", "i:", "t:"
#: Lists whose name tells what a record says: when its text goes, it leaves them.
_TELLING = (ENTITY, ITEM, TASK, PROBLEMS, ADJUSTED)
#: What the register sets by itself when a step follows on a result.
_SETTLED = ("status", "due_on", "closed_on")


class Event(CodeList):
    """公开事项的变动: what happened to a record, as a feed tells it."""

    PUBLISHED = "published", "公开", "Published"
    CORRECTED = "corrected", "更正", "Corrected"
    DUE = "due", "责令改正", "Rectification due"
    RECTIFIED = "rectified", "完成整改", "Rectified"
    ADJUSTED = "adjusted", "计划调整", "Plan adjusted"
    HANDLED = "handled", "办理进展", "Letter handled"
    WITHDRAWN = "withdrawn", "撤下", "Withdrawn"
    #: What it was can no longer be told. The entry stays where it tells nothing: most readers put the
    #: empty text in the place of the one that they had kept, and ignore a tombstone.
    GONE = "gone", "内容不再公开", "No longer public"


class Events:
    """Gathers the events of one transaction."""

    def __init__(self, session: Session) -> None:
        """Begin with none."""
        self._session = session
        self._rows: list[dict[str, Any]] = []
        self._last: dict[str, int] = {}
        self._regions: dict[str, str | None] = {}

    def region(self, agency_id: str) -> str | None:
        """Return the region of an agency, None if it is public no more."""
        if agency_id not in self._regions:
            self._regions[agency_id] = self._session.scalars(
                sa.select(AgencyRow.region).where(AgencyRow.public_id == agency_id)
            ).one_or_none()
        return self._regions[agency_id]

    def note(self, serial: int, before: r.Record | None, record: r.Record) -> None:
        """Note that `record` was published, or took the place of `before`."""
        self.tell(serial, record, event(before, record))

    def tell(self, serial: int, record: r.Record, happened: Event) -> None:
        """Note what happened to `record`."""
        if isinstance(record, r.PublicAgency):
            self._regions[record.id] = record.region
        self._add(serial, r.KIND_OF[type(record)], happened, self._scopes(record, happened))

    def withdrawn(self, serial: int, record: r.Record) -> None:
        """Note that `record` was withdrawn; only the body that answers for it is still named."""
        kind = r.KIND_OF[type(record)]
        if isinstance(record, r.PublicAgency):
            self._regions[record.id] = None
        wide = [
            each for each in self._scopes(record, Event.WITHDRAWN) if not is_telling(each, kind)
        ]
        self._add(serial, kind, Event.WITHDRAWN, wide)

    def forget(self, kind: Kind, public_ids: Sequence[str]) -> None:
        """Make the earlier events of these records tell nothing: all but the last change of each."""
        if not public_ids:
            return
        self.flush()
        later = aliased(ChangeRow)
        is_last = ~sa.exists().where(
            later.kind == ChangeRow.kind, later.public_id == ChangeRow.public_id,
            later.serial > ChangeRow.serial,
        )  # fmt: skip
        earlier = sa.select(ChangeRow.serial).where(
            ChangeRow.kind == kind.value, among(self._session, ChangeRow.public_id, public_ids),
            ~is_last,
        )  # fmt: skip
        found = EventRow.serial.in_(earlier)
        told = sa.or_(
            *(EventRow.scope.startswith(each, autoescape=True) for each in _telling(kind))
        )
        self._session.execute(sa.delete(EventRow).where(found, told))
        was_withdrawal = EventRow.event == Event.WITHDRAWN.value
        self._session.execute(
            sa.update(EventRow).where(found, ~was_withdrawal).values(event=Event.GONE.value)
        )

    def flush(self) -> None:
        """Write what was noted, each behind the last of its list.

        Where records leave the list, its place is the number of its change: of numbers without a gap, the one missing
        would tell what the list was called that a withdrawn record stood in.
        """
        if not self._rows:
            return
        last = self._last
        scopes = {row["scope"] for row in self._rows if not forgets(row["scope"])}
        self._look(scopes - last.keys())
        for row in self._rows:
            last[row["scope"]] = row["serial"] if forgets(row["scope"]) else last[row["scope"]] + 1
            row["position"] = last[row["scope"]]
        #: Past the mapper: it would sort and split a quarter of a million rows.
        table: Any = EventRow.__table__
        self._session.execute(sa.insert(table), self._rows)
        self._rows = []

    def unknown(self, serial: int, kind: Kind, happened: Event) -> None:
        """Note a change of which no more can be told."""
        wide = [EVERYTHING, kind.value, *([CORRECTIONS] if happened is Event.WITHDRAWN else [])]
        self._add(serial, kind, happened, wide)

    def _add(self, serial: int, kind: Kind, happened: Event, scopes: Sequence[str]) -> None:
        for scope in scopes:
            self._rows.append(
                {"scope": scope, "serial": serial, "kind": kind.value, "event": happened.value}
            )

    def _look(self, scopes: Collection[str]) -> None:
        """Read where these lists end: one statement, one step down the index for each of them."""
        if not scopes:
            return
        scope = each_of(self._session, scopes)
        end = sa.select(sa.func.max(EventRow.position)).where(EventRow.scope == scope)
        found = self._session.connection().execute(sa.select(scope, end.scalar_subquery()))
        self._last.update((name, position or 0) for name, position in found)

    def _scopes(self, record: r.Record, happened: Event) -> list[str]:
        agency_id = _held(record, "agency_id")
        region = self.region(agency_id) if agency_id else None
        return [*lists(record, happened), *([REGION + region] if region else [])]


def lists(record: r.Record, happened: Event) -> list[str]:
    """Return the lists that a change of `record` stands in, but that of the region of its agency."""
    found = [EVERYTHING, r.KIND_OF[type(record)].value, *_about(record)]
    agency_id = record.id if isinstance(record, r.PublicAgency) else _held(record, "agency_id")
    if agency_id:
        found.append(AGENCY + agency_id)
    if region := _held(record, "region"):
        found.append(REGION + region)
    if happened in (Event.CORRECTED, Event.WITHDRAWN):
        found.append(CORRECTIONS)
    return list(dict.fromkeys(found))


def is_telling(scope: str, kind: Kind | None) -> bool:
    """Whether the name of a list tells what the records of this kind in it say; None: of most kinds."""
    return scope.startswith(_telling(kind))


def forgets(scope: str) -> bool:
    """Whether events can leave a list; that of a region forgets parties, so the widest answer counts."""
    return is_telling(scope, Kind.ENTITY)


def _telling(kind: Kind | None) -> tuple[str, ...]:
    """Return what telling names begin with; a party's region is its own and not that of a body."""
    return (*_TELLING, REGION) if kind is Kind.ENTITY else _TELLING


def event(before: r.Record | None, record: r.Record) -> Event:
    """Tell what it is when `record` takes the place of `before`, or of nothing."""
    if isinstance(record, r.PublicPlan) and (before is None or _version(before) != record.version):
        return Event.PUBLISHED if record.version == 1 else Event.ADJUSTED
    if before is None:
        return Event.PUBLISHED
    if isinstance(record, r.PublicReply):
        return Event.HANDLED
    if (
        isinstance(record, r.PublicResult)
        and record != before
        and isinstance(before, r.PublicResult)
    ):
        if msgspec.structs.replace(before, disputed=record.disputed) == record:
            return Event.HANDLED
        settled = {name: getattr(record, name) for name in _SETTLED}
        if msgspec.structs.replace(before, **settled) == record:
            return Event.DUE if record.status == "open" else Event.RECTIFIED
    return Event.CORRECTED


def _version(record: r.Record) -> int:
    return int(getattr(record, "version", 0))


def _held(record: r.Record, name: str) -> str | None:
    value: str | None = getattr(record, name, None)
    return value


def _about(record: r.Record) -> Iterator[str]:
    """Yield the lists of what a record is about."""
    if isinstance(record, r.PublicEntity):
        yield ENTITY + record.id
    if isinstance(record, r.PublicItem):
        yield ITEM + record.id
    if isinstance(record, r.PublicPlan):
        yield from (TASK + task.id for task in record.tasks)
        if record.version > 1:
            yield ADJUSTED
    if entity_id := _held(record, "entity_id"):
        yield ENTITY + entity_id
    if task_id := _held(record, "task_id"):
        yield TASK + task_id
    if isinstance(record, r.PublicResult):
        yield from (ITEM + each.item_id for each in record.findings if each.item_id)
        if is_problem(record):
            yield PROBLEMS

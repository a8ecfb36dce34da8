"""The clerk's work list by deadline: overdue, due today, due soon, and whose move it is (待办)."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.documents import Document
from portal.domain.draws import Draw
from portal.domain.followups import FollowUp
from portal.domain.items import Item
from portal.domain.plans import Plan
from portal.domain.results import Result
from portal.domain.workflow import BatchState, Role
from portal.domain.worklist import Bucket, Duty, days_left
from portal.internal.desk import pending, reminded
from portal.internal.desk.matters import CALENDAR, Asked, Matter, Place
from portal.internal.tables import filings
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.filings import FilingRow
from portal.kit import clock
from portal.register.records import Kind

#: Lines of one bucket shown at a time.
LIMIT = 50
SHOWN = (Bucket.OVERDUE, Bucket.TODAY, Bucket.SOON)
_MOVE_ON = {Duty.LIST: Role.PUBLISHER, Duty.RECTIFY: Role.CLERK, Duty.RECHECK: Role.CLERK}
_MOVE_IN = {
    BatchState.FILED: Role.REVIEWER,
    BatchState.RETURNED: Role.CLERK,
    BatchState.APPROVED: Role.PUBLISHER,
    BatchState.RELEASING: Role.PUBLISHER,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line: records of one kind in one batch that fall due together, or a single record.

    `number` is what a single record is known by beside its title, "" of several. `formed_on` is
    the earliest of the records. `left` counts working days, negative when overdue.
    """

    matter: Matter
    batch: BatchRow
    title: str
    number: str
    formed_on: date | None
    today: date
    left: int

    @property
    def due_on(self) -> date:
        """The soonest deadline among the records."""
        return self.matter.place.due_on

    @property
    def approved_on(self) -> date | None:
        """The day of approval; None before, and after a return."""
        approved = self.batch.batch_state not in (BatchState.FILED, BatchState.RETURNED)
        return _day(self.batch.reviewed_at) if approved else None

    @property
    def returned_on(self) -> date | None:
        """The day of return, where the batch was returned."""
        returned = self.batch.batch_state is BatchState.RETURNED
        return _day(self.batch.reviewed_at) if returned else None

    @property
    def published_on(self) -> date | None:
        """The day on which the batch was last released."""
        return _day(self.batch.released_at)

    @property
    def move(self) -> Role:
        """Whose move it is; of a reviewer or publisher, anyone but who filed the batch."""
        return _MOVE_ON.get(self.matter.duty) or _MOVE_IN[self.batch.batch_state]

    @property
    def who(self) -> str:
        """Who that is, as far as it is settled: nobody reviews or releases what they filed."""
        if self.matter.duty in (Duty.RECTIFY, Duty.RECHECK):
            return ""
        author = self.batch.filed_by
        return author if self.move is Role.CLERK else f"{author} 以外"

    @property
    def what(self) -> str:
        """The kind and number of a single record, "" of several."""
        return f"{Kind(self.matter.kind).zh} {self.number}" if self.number else ""

    @property
    def remaining(self) -> str:
        """The working days left or gone, in words."""
        if self.due_on < self.today:
            return f"超期 {-self.left} 个工作日" if self.left else "超期不足 1 个工作日"
        if self.due_on == self.today:
            return "今日到期"
        return f"还有 {self.left} 个工作日" if self.left else "不足 1 个工作日"


@dataclass(frozen=True, slots=True)
class Section:
    """One bucket: the lines shown, and how many lines and records it holds in all.

    `after` continues the list where there is a `rest` behind the lines shown.
    """

    bucket: Bucket
    lines: list[Line]
    line_count: int
    record_count: int
    rest: int
    after: Place | None


@dataclass(frozen=True, slots=True)
class Later:
    """What falls due behind the days shown: counted only."""

    line_count: int
    record_count: int


def survey(
    session: Session,
    asked: Asked,
    *,
    limit: int,
    only: Bucket | None = None,
    after: Place | None = None,
) -> tuple[list[Section], Later]:
    """Return the first `limit` lines of each bucket; `after` continues that of the bucket `only`."""
    waiting = pending.matters(session, asked)
    sections = [
        _section(session, asked, bucket, waiting[bucket], after=after, limit=limit)
        for bucket in ([only] if only else SHOWN)
    ]
    later = waiting[Bucket.LATER]
    reminders = reminded.count(session, asked, Bucket.LATER)
    records = sum(matter.count for matter in later)
    return sections, Later(len(later) + reminders, records + reminders)


def pressing(session: Session, asked: Asked) -> int:
    """Count the lines that are overdue or due today; for every page, so it looks no further."""
    waiting = pending.matters(session, asked, until=asked.today)
    return sum(
        len(waiting[bucket]) + reminded.count(session, asked, bucket)
        for bucket in (Bucket.OVERDUE, Bucket.TODAY)
    )


def _section(
    session: Session,
    asked: Asked,
    bucket: Bucket,
    waiting: list[Matter],
    *,
    after: Place | None,
    limit: int,
) -> Section:
    behind = [matter for matter in waiting if after is None or matter.place > after]
    found = behind + reminded.matters(session, asked, bucket, after=after, limit=limit)
    shown = sorted(found, key=lambda matter: matter.place)[:limit]
    reminders = reminded.count(session, asked, bucket)
    rest, last = 0, shown[-1].place if len(shown) == limit else None
    if last is not None:
        rest = sum(matter.place > last for matter in behind)
        rest += reminded.count(session, asked, bucket, after=last)
    return Section(
        bucket=bucket,
        lines=_lines(session, asked, shown),
        line_count=len(waiting) + reminders,
        record_count=sum(matter.count for matter in waiting) + reminders,
        rest=rest,
        after=last if rest else None,
    )


def _lines(session: Session, asked: Asked, matters: list[Matter]) -> list[Line]:
    """Fetch what the lines say: their batches, and the records that stand alone."""
    batch_ids = {matter.batch_id for matter in matters}
    rows = session.scalars(sa.select(BatchRow).where(BatchRow.id.in_(batch_ids)))
    batch_of = {batch.id: batch for batch in rows}
    alone = {matter.place.filing_id for matter in matters if matter.count == 1}
    query = sa.select(FilingRow).where(FilingRow.id.in_(alone))
    filing_of = {filing.id: filing for filing in session.scalars(query)}
    title_of = _titles(session, list(filing_of.values()))
    found = []
    for matter in matters:
        place, filing = matter.place, filing_of.get(matter.place.filing_id)
        grouped = f"批次 {matter.batch_id} {Kind(matter.kind).zh} {matter.count} 条", ""
        title, number = title_of[filing.id] if filing else grouped
        formed_on = filing.formed_on if filing else place.day
        left = days_left(CALENDAR, asked.today, place.due_on)
        batch = batch_of[matter.batch_id]
        found.append(Line(matter, batch, title, number, formed_on, asked.today, left))
    return found


def _titles(session: Session, rows: list[FilingRow]) -> dict[int, tuple[str, str]]:
    """Name records, with their numbers, as their clerk knows them; a step by the party of its check."""
    checks = filings.find(session, Result, {row.about for row in rows if row.kind == "followup"})
    return {
        row.id: _title(filings.decode(row.kind, row.body), checks.get(row.about)) for row in rows
    }


def _title(record: object, check: Result | None) -> tuple[str, str]:
    match record:
        case Result(entity_name=name, code=code):
            return name, code
        case FollowUp(result_code=code):
            return check.entity_name if check else code, code
        case Plan(name=name, code=code, version=version):
            return name, f"{code} 第 {version} 版"
        case Item(name=name, code=code) | Draw(name=name, code=code):
            return name, code
        case Document(title=title, code=code):
            return title, code
    raise TypeError(type(record).__name__)


def _day(instant: datetime | None) -> date | None:
    return None if instant is None else clock.local_date(instant)

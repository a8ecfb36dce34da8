"""What in a batch a person has to look at, and letting a find pass that is harmless (待判断之处、放行)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.airlock.around import Passage
from portal.airlock.detectors.kinds import GRADES, KNOWN_SHORT, Severity
from portal.airlock.residue import Find, look, text_at
from portal.domain.errors import FourEyesViolation, NotAllowed, UnknownRecord
from portal.domain.workflow import Role
from portal.internal.desk import batches, people
from portal.internal.desk.decide import SECONDS
from portal.internal.desk.orders import BadOrder
from portal.internal.desk.projection import passages
from portal.internal.desk.stores import Stores
from portal.internal.tables import ledger
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.decisions import ClearanceRow
from portal.internal.tables.filings import FilingRow
from portal.kit import clock
from portal.kit.db import write_lock

_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Held:
    """One find in one record of a batch. `reads` is the text around it, for the office's eyes only."""

    filing: FilingRow
    find: Find
    reads: str

    @property
    def needs_second(self) -> bool:
        """Whether nobody lets it pass alone."""
        return GRADES[self.find.kind].second

    @property
    def hint(self) -> str:
        """What it may be, where its kind alone does not say what is asked; else ""."""
        return GRADES[KNOWN_SHORT].reason if self.find.kind == KNOWN_SHORT else ""

    @property
    def may_pass(self) -> bool:
        """Whether a person may let it pass at all."""
        return self.find.severity is Severity.HOLD


def finds(row: FilingRow, passage: Passage) -> list[Held]:
    """Return every find in what the public would read of one filing, decided ones included."""
    return [
        Held(row, find, _around(record, find))
        for record in passage.records
        for find in look(record, passage)
    ]


def undecided(session: Session, batch: BatchRow, today: date) -> Iterator[Held]:
    """Yield what in a batch has not been decided on yet, in the order of its rows."""
    for rows in batches.releasable(session, batch):
        for row, passage in passages(session, rows, today, batch_id=batch.id):
            yield from (each for each in finds(row, passage) if not each.find.cleared)


def let_pass(
    stores: Stores,
    batch_id: int,
    wanted: Sequence[tuple[int, str, str]],
    *,
    reason: str,
    by: str,
    now: datetime,
    second: str | None = None,
    alike: bool = False,
) -> int:
    """Let finds pass as harmless; returns how many. `wanted`: (filing, path, kind) of each.

    It holds for the text as it reads now and no other. `alike`: also for the same find in the
    very same text of other records of the batch.

    Raises:
        BadOrder: without a reason, or for what may not pass.
        FourEyesViolation, NotAllowed: by the author, or secrecy words by one person alone.
        UnknownRecord: a find is not there (any more).

    """
    if not reason.strip() or len(reason) > _LONGEST:
        raise BadOrder(f"放行须写明理由，不超过{_LONGEST}字")
    today = clock.local_date(now)
    with write_lock(stores.internal) as session:
        batch = batches.get(session, batch_id)
        if by == batch.filed_by:
            raise FourEyesViolation("本人提交的批次须由他人判断")
        people.require(session, by, Role.REVIEWER, batch.agency)
        _second(session, second, batch, by=by)
        asked = set(wanted)
        found = list(undecided(session, batch, today))
        named = [
            each for each in found if (each.filing.id, each.find.path, each.find.kind) in asked
        ]
        if len({(h.filing.id, h.find.path, h.find.kind) for h in named}) < len(asked):
            raise UnknownRecord("所选之处已不在本批中，或已作出决定；请刷新后重试")
        if alike:
            texts = {(h.find.kind, h.find.digest) for h in named}
            named = [h for h in found if (h.find.kind, h.find.digest) in texts]
        if any(not each.may_pass for each in named):
            raise BadOrder("身份证号、手机号等不得放行，只能遮盖、隐去或者退回修改")
        if second is None and any(each.needs_second for each in named):
            raise FourEyesViolation("涉密用语须有第二人（审核或者保密审查人员）共同放行")
        made = {
            (h.filing.kind, h.filing.key, h.find.path, h.find.kind, h.find.digest) for h in named
        }
        session.add_all(
            ClearanceRow(
                kind=kind, key=key, path=path, find=find, text_sha256=digest,
                reason=reason.strip(), batch_id=batch_id, made_by=by, seconded_by=second, made_at=now,
            )
            for kind, key, path, find, digest in sorted(made)
        )  # fmt: skip
        ledger.note(
            session, at=now, person=by, action="let_pass", batch_id=batch_id,
            detail=f"放行 {len(made)} 处" + (f"，第二人 {second}" if second else ""),
        )  # fmt: skip
    return len(made)


def _second(session: Session, second: str | None, batch: BatchRow, *, by: str) -> None:
    if second is None:
        return
    if second in (by, batch.filed_by):
        raise FourEyesViolation("第二人不得是审核人本人或者经办人")
    person = people.still_open(session, second)
    if not any(person.has(role) for role in SECONDS) or not person.acts_for(batch.agency):
        raise NotAllowed("第二人须为本机关的审核人员或者保密审查人员")


_MARGIN = 24


def _around(record: object, find: Find) -> str:
    """Return the text of a find with a little of what stands around it."""
    text = text_at(record, find.path)
    before, behind = max(0, find.start - _MARGIN), find.end + _MARGIN
    return (
        ("…" if before else "")
        + f"{text[before : find.start]}【{text[find.start : find.end]}】{text[find.end : behind]}"
        + ("…" if behind < len(text) else "")
    )

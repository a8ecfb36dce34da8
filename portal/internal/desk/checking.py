"""What is found out about a file that waits, kept beside it; and filing it after one more look (检查、登记)."""

from datetime import datetime
from pathlib import Path

import msgspec

from portal.domain.errors import PortalError, UnknownRecord
from portal.internal.desk import mappings, staging, upload
from portal.internal.desk.filing import Accepted
from portal.internal.desk.mappings import MappingRefused
from portal.internal.desk.staging import Staged
from portal.internal.desk.stores import Stores
from portal.internal.sheets.catalogue import SHEETS
from portal.internal.sheets.marking import write_marked
from portal.internal.sheets.report import Problem, Report
from portal.internal.sheets.rules import RULES, Level

_CHECKED, _MARKED = "checked.json", "marked-*.xlsx"


class Changed(PortalError):
    """Since the clerk last saw the findings, others have come up; nothing was filed."""

    code = "import_changed"


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What a check found out. Counts of records say nothing where there are errors."""

    at: datetime
    #: Why the file could not be checked at all, "" if it could.
    refusal: str = ""
    row_count: int = 0
    created: int = 0
    changed: int = 0
    same: int = 0
    new_parties: int = 0
    mapping: str = ""
    columns: list[tuple[str, str]] = []
    #: How often each rule spoke.
    counts: dict[str, int] = {}
    #: What is kept of it word for word.
    problems: list[Problem] = []

    def report(self) -> Report:
        """Return the report as it was when the check was made."""
        report = Report()
        for problem in self.problems:
            _tell(report, problem)
        for rule, count in self.counts.items():
            #: Beyond what is kept word for word only the number counts.
            for _ in range(count - report.counts[rule]):
                report.tell(rule, "", "", "")
        return report


def check(stores: Stores, staged: Staged, *, now: datetime) -> Checked:
    """Check a file without filing it, and keep what was found out.

    Raises:
        NotAllowed: the person may not file for the agency.

    """
    try:
        done = upload.accept(
            stores, staging.file_of(stores, staged), kind=staged.kind, agency=staged.agency,
            by=staged.by, now=now, terms=staged.terms(dry_run=True), file_name=staged.file_name,
        )  # fmt: skip
    except upload.Refused as refused:
        done = refused.done
    except (MappingRefused, UnknownRecord) as error:
        return _keep(stores, staged, Checked(at=now, refusal=str(error)))
    return _keep(stores, staged, _checked(done, now))


def checked(stores: Stores, staged: Staged, *, now: datetime) -> Checked:
    """Return what the last check found out; check if there was none.

    Raises:
        NotAllowed: as `check`.

    """
    try:
        kept = (staging.folder(stores, staged) / _CHECKED).read_bytes()
    except FileNotFoundError:
        return check(stores, staged, now=now)
    return msgspec.json.decode(kept, type=Checked)


def file(stores: Stores, staged: Staged, *, confirmed: bool, now: datetime) -> int | None:
    """File what waits; returns its batch, None where nothing in it is new. Twice is as good as once.

    `confirmed`: the clerk has read the warnings of the last check. Others than those are not
    confirmed by that.

    Raises:
        Changed: there are faults, or warnings the clerk has not seen; the check is kept.
        Gone: it was given up meanwhile.
        NotAllowed: as `check`.

    """
    with staging.alone(stores, staged) as current:
        if current.batch_id is not None:
            return current.batch_id
        seen = checked(stores, current, now=now)
        if confirmed and _says_more(check(stores, current, now=now), seen):
            raise Changed("再次检查时出现了新的待确认之处，尚未登记；请核对后再登记")
        try:
            done = upload.accept(
                stores, staging.file_of(stores, current), kind=current.kind,
                agency=current.agency, by=current.by, now=now, file_name=current.file_name,
                terms=current.terms(confirmed=confirmed),
            )  # fmt: skip
        except (upload.Refused, upload.Unconfirmed) as refused:
            _keep(stores, current, _checked(refused.done, now))
            raise Changed("再次检查时发现了须处理之处，尚未登记；请核对后再登记") from None
        except (MappingRefused, UnknownRecord) as error:
            _keep(stores, current, Checked(at=now, refusal=str(error)))
            raise Changed("再次检查未能完成，尚未登记") from None
        if done.batch_id is None:
            staging.drop(stores, current)
        else:
            staging.filed(stores, current, done.batch_id)
        return done.batch_id


def marked(stores: Stores, staged: Staged, *, now: datetime) -> Path:
    """Return the table with the findings of the last check marked in it."""
    found = checked(stores, staged, now=now)
    #: Named for the check it shows: another one may be made while it is written.
    name = _MARKED.replace("*", f"{found.at.timestamp():.6f}")
    target = staging.folder(stores, staged) / name
    if not target.exists():
        write_marked(
            staging.file_of(stores, staged), target, SHEETS[staged.kind], found.report(),
            _wanted(stores, staged), stores.limits,
        )  # fmt: skip
    return target


def _wanted(stores: Stores, staged: Staged) -> str | None:
    """Return the worksheet that was read, if anybody named one."""
    if staged.sheet or not staged.mapping:
        return staged.sheet
    return mappings.find(stores, staged.agency, staged.kind, staged.mapping).profile().sheet


def _checked(done: Accepted, now: datetime) -> Checked:
    return Checked(
        at=now, row_count=done.row_count, created=done.created, changed=done.changed,
        same=done.same, new_parties=done.new_parties, mapping=done.mapping, columns=done.columns,
        counts=dict(done.report.counts),
        problems=[problem for level in Level for problem in done.report.of(level)],
    )  # fmt: skip


def _keep(stores: Stores, staged: Staged, found: Checked) -> Checked:
    place = staging.folder(stores, staged)
    for old in place.glob(_MARKED):
        old.unlink(missing_ok=True)
    staging.write(place / _CHECKED, msgspec.json.encode(found))
    return found


def _tell(report: Report, problem: Problem) -> None:
    report.tell(problem.rule, problem.sheet, problem.cell, problem.what, problem.column)


def _says_more(fresh: Checked, seen: Checked) -> bool:
    """Whether a check has warnings that an earlier one had not."""
    known = set(seen.problems)
    return any(
        RULES[rule].level is Level.WARNING and count > seen.counts.get(rule, 0)
        for rule, count in fresh.counts.items()
    ) or any(
        RULES[each.rule].level is Level.WARNING and each not in known for each in fresh.problems
    )

"""Take in a file: read it, check it, file it whole or not at all."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import PortalError, UnknownRecord
from portal.domain.parties import Agency
from portal.domain.workflow import BatchState, Role
from portal.internal.checks import results as result_checks
from portal.internal.checks.context import Context
from portal.internal.checks.repeats import Seen, unrepeated
from portal.internal.checks.table import CHECKS
from portal.internal.desk import again, given, mappings, people
from portal.internal.desk.brought import on_show
from portal.internal.desk.filing import Accepted, Filing, insert
from portal.internal.desk.glance import Glance
from portal.internal.desk.mappings import Kept
from portal.internal.desk.stores import Stores
from portal.internal.sheets.catalogue import SHEETS
from portal.internal.sheets.layout import Aside
from portal.internal.sheets.mapping import field_of
from portal.internal.sheets.reader import How, Read, Reader
from portal.internal.sheets.report import Report, Unreadable
from portal.internal.sheets.textfile import TextReader
from portal.internal.tables import filings, ledger
from portal.internal.tables.asides import AsideRow
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.people import EVERY_AGENCY
from portal.kit import clock
from portal.kit.collecting import seldom_collecting
from portal.kit.db import write_lock

#: Templates of which a file holds many records: one number cannot stand for all of them.
_MANY = ("results", "items")
CHUNK = 2_000
Progress = Callable[[int, int | None], None]


class Refused(PortalError):
    """The file has faults; nothing of it was filed. `report` holds all of them."""

    code = "import_refused"

    def __init__(self, done: Accepted) -> None:
        """Keep what was found out."""
        self.done = done
        self.report: Report = done.report
        super().__init__(f"文件有 {done.report.error_count} 处问题，未登记任何内容")


class Unconfirmed(PortalError):
    """The file could be filed, but there are warnings that nobody has confirmed; nothing was filed."""

    code = "import_unconfirmed"

    def __init__(self, done: Accepted) -> None:
        """Keep what was found out."""
        self.done = done
        self.report: Report = done.report
        super().__init__(f"有 {done.report.warning_count} 处须确认，尚未登记")


@dataclass(frozen=True, slots=True)
class Terms:
    """How a clerk wants a file taken."""

    #: Name of a mapping profile; None to use the one confirmed for the same columns, if any.
    mapping: str | None = None
    #: Column → what it is for the whole file.
    given: Mapping[str, str] = field(default_factory=dict)
    #: Worksheet, or 表2 for the second table of a page.
    sheet: str | None = None
    #: The warnings were read and are confirmed.
    confirmed: bool = False
    #: Only look.
    dry_run: bool = False


def accept(
    stores: Stores,
    path: Path,
    *,
    kind: str,
    agency: str,
    by: str,
    now: datetime,
    terms: Terms = Terms(),
    file_name: str | None = None,
    progress: Progress | None = None,
) -> Accepted:
    """File every record of `path` as one new batch that awaits review.

    All happens in one transaction: a crash files nothing, and importing the file again heals it.
    A file that says nothing new files nothing.

    Raises:
        Refused: the file has faults, all of which the report names.
        Unconfirmed: it has none, but warnings, and `terms` do not confirm them.
        UnknownRecord, NotAllowed: about the person, the agency or the mapping profile.
        MappingRefused: the profile is none, or several fit.

    """
    batch = BatchRow(
        kind=kind, agency=agency, file_name=file_name or path.name, file_sha256=_digest(path),
        state=BatchState.FILED, row_count=0, created_count=0, changed_count=0, same_count=0,
        warnings="[]", filed_by=by, filed_at=now,
    )  # fmt: skip
    used: list[Kept] = []
    how = How(
        mappings.chooser(stores, agency, kind, terms.mapping, used),
        _given(kind, terms.given),
        terms.sheet,
        stores.limits,
    )
    with seldom_collecting(), write_lock(stores.internal) as session:
        _check_standing(session, kind, agency, by)
        filing = _begin(stores, session, batch)
        done = filing.done
        asides = _file_all(filing, path, how, progress)
        done.mapping = used[0].name if used else ""
        done.sheet = terms.sheet or (used[0].profile().sheet if used else None)
        if done.report.error_count:
            raise Refused(done)
        new = done.created + done.changed
        if done.report.warning_count and new and not (terms.confirmed or terms.dry_run):
            raise Unconfirmed(done)
        if terms.dry_run or not new:
            session.rollback()
            return done
        _close(filing, asides, used)
        _keep(stores.files, path, batch.file_sha256)
        done.batch_id = batch.id
    if kind == "inspectors":
        done.named_in = again.roster_grew(stores, done.batch_id, by=by, now=now)
    return done


def _given(kind: str, given: Mapping[str, str]) -> dict[str, str]:
    """Return what is given by field.

    Raises:
        MappingRefused: the template has no such column, or the file is a text that says all itself.

    """
    if given and kind == "documents":
        raise mappings.MappingRefused("文件的各项写在文件头里，不能另行填入；请改文件头")
    found = {}
    for name, text in given.items():
        field_name = field_of(SHEETS[kind], name)
        if field_name is None:
            titles = "、".join(column.title for column in SHEETS[kind].columns)
            raise mappings.MappingRefused(f"模板“{SHEETS[kind].title}”没有列“{name}”；有：{titles}")
        if field_name == "code" and kind in _MANY and "{" not in text:
            title = SHEETS[kind].column(field_name).title
            raise mappings.MappingRefused(
                f"“{title}”逐条不同，不能全表相同；可由其他列拼成，如 {title}={{统一社会信用代码}}-{{检查日期}}"
            )
        found[field_name] = text
    return found


def _check_standing(session: Session, kind: str, agency: str, by: str) -> None:
    #: The list of agencies belongs to the platform: it names every agency, not only one's own.
    people.require(session, by, Role.CLERK, EVERY_AGENCY if kind == "agencies" else agency)
    if kind != "agencies" and agency not in filings.find(session, Agency, [agency]):
        raise UnknownRecord(f"没有代码为 {agency} 的机关；请先导入检查主体")


def _begin(stores: Stores, session: Session, batch: BatchRow) -> Filing:
    session.add(batch)
    session.flush()
    done, ids = Accepted(), given.ids(session)
    context = Context(
        session, SHEETS[batch.kind], batch.file_name, batch.agency,
        clock.local_date(batch.filed_at), done.report, batch.id, partial(on_show, stores.register, ids),
    )  # fmt: skip
    same_file = sa.select(BatchRow.id).where(
        BatchRow.kind == batch.kind,
        BatchRow.agency == batch.agency,
        BatchRow.file_sha256 == batch.file_sha256,
        BatchRow.state != BatchState.RETURNED.value,
        BatchRow.id != batch.id,
    )
    repeated = session.scalar(same_file.limit(1)) is not None
    return Filing(session, batch, ids, context, done, repeated)


def _file_all(filing: Filing, path: Path, how: How, progress: Progress | None) -> list[Aside]:
    """Read, check and insert chunk by chunk; after the first fault only read and check.

    Returns the rows of the file that are no data.
    """
    context, report = filing.context, filing.done.report
    try:
        if context.sheet.kind == "documents":
            text = TextReader(
                path, context.sheet, context.agency_code, report,
                file_name=filing.batch.file_name, limits=how.limits,
            )  # fmt: skip
            filing.done.row_count = 1
            _file_reads(filing, text.records(), None, progress)
            return []
        reader = Reader(
            path, context.sheet, context.agency_code, report,
            file_name=filing.batch.file_name, how=replace(how, left=Glance(context).left),
        )  # fmt: skip
        context.sheet_name = reader.source.sheet
        _file_reads(filing, reader.records(), reader.source.row_count, progress)
        filing.done.row_count = reader.rows_read
        filing.done.columns = reader.column_titles()
    except Unreadable as error:
        report.tell("file", filing.batch.file_name, "", str(error))
        return []
    return reader.asides


def _file_reads(
    filing: Filing, reads: Iterator[Read], total: int | None, progress: Progress | None
) -> None:
    context, report = filing.context, filing.done.report
    seen: Seen = {}
    glance = Glance(context)
    while chunk := list(islice(reads, CHUNK)):
        kept = check(context, unrepeated(context, chunk, seen))
        if not report.error_count:
            insert(filing, kept)
        else:
            glance.built(kept)
        if progress:
            progress(chunk[-1].row, total)


def check(context: Context, reads: list[Read]) -> list[Read]:
    """Hold records against the office; return them, completed where the office knows more."""
    if context.sheet.kind == "results":
        reads = result_checks.complete(context, reads)
    if rules := CHECKS.get(context.sheet.kind):
        rules(context, reads)
    return reads


def _close(filing: Filing, asides: list[Aside], used: list[Kept]) -> None:
    batch, done = filing.batch, filing.done
    batch.row_count, batch.same_count = done.row_count, done.same
    batch.created_count, batch.changed_count = done.created, done.changed
    batch.warnings = _as_json(str(each) for each in done.report.warnings)
    batch.notes = _as_json(str(each) for each in done.report.notes)
    if used:
        batch.mapping, batch.mapping_sha256 = used[0].name, used[0].sha256
    filing.session.add_all(
        AsideRow(batch_id=batch.id, row=each.row, role=each.role, cells=_as_json(each.cells))
        for each in asides
    )
    ledger.note(
        filing.session,
        at=batch.filed_at,
        person=batch.filed_by,
        action="file",
        batch_id=batch.id,
        detail=batch.file_name,
    )


def _as_json(texts: Iterable[str]) -> str:
    return json.dumps(list(texts), ensure_ascii=False)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _keep(folder: Path, path: Path, digest: str) -> None:
    """Keep the file as it came, under its digest; a half copy never bears the name."""
    target = folder / digest
    if target.exists():
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = folder / f"{digest}.{os.getpid()}.part"
    shutil.copyfile(path, half)
    with half.open("rb+") as file:
        os.fsync(file.fileno())
    half.replace(target)

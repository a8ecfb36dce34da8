"""Take in a file: read it, check it, file it whole or not at all."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.around import Ids
from portal.airlock.redact import KIND_OF as PUBLIC_KIND
from portal.domain.errors import PortalError, UnknownRecord
from portal.domain.parties import Agency, Entity, entity_key
from portal.domain.workflow import BatchState, Role
from portal.internal.checks import results as result_checks
from portal.internal.checks.context import Context
from portal.internal.checks.table import CHECKS
from portal.internal.desk import people
from portal.internal.desk.foresight import foresee
from portal.internal.desk.stores import Stores
from portal.internal.sheets.catalogue import SHEETS
from portal.internal.sheets.reader import Read, Reader
from portal.internal.sheets.report import Problem, Report, Unreadable
from portal.internal.sheets.textfile import TextReader
from portal.internal.tables import filings, ledger
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.filings import NumberRow
from portal.internal.tables.people import EVERY_AGENCY
from portal.internal.tables.settings import ID_KEY, secret
from portal.kit import clock
from portal.kit.db import write_lock

CHUNK = 500
Progress = Callable[[int, int | None], None]


class Refused(PortalError):
    """The file has faults; nothing of it was filed. `report` holds all of them."""

    code = "import_refused"

    def __init__(self, report: Report) -> None:
        """Keep the report."""
        self.report = report
        super().__init__(f"文件有 {report.error_count} 处问题，未登记任何内容")


@dataclass(slots=True)
class Accepted:
    """What an import did (or, on a dry run, would do). No batch when nothing was new."""

    report: Report
    batch_id: int | None = None
    row_count: int = 0
    created: int = 0
    changed: int = 0
    same: int = 0
    #: Parties that the file named by number and the library did not hold; among `created`.
    new_parties: int = 0


@dataclass(slots=True)
class _Filing:
    """One import under way."""

    session: Session
    batch: BatchRow
    ids: Ids
    context: Context
    done: Accepted
    #: The very file is filed already and was not returned.
    repeated: bool


def accept(
    stores: Stores,
    path: Path,
    *,
    kind: str,
    agency: str,
    by: str,
    now: datetime,
    dry_run: bool = False,
    file_name: str | None = None,
    progress: Progress | None = None,
) -> Accepted:
    """File every record of `path` as one new batch that awaits review.

    All happens in one transaction: a crash files nothing, and importing the file again heals it.
    A file that says nothing new files nothing.

    Raises:
        Refused: the file has faults, all of which the report names.
        UnknownRecord, NotAllowed: about the person or the agency.

    """
    done = Accepted(Report())
    batch = BatchRow(
        kind=kind, agency=agency, file_name=file_name or path.name, file_sha256=_digest(path),
        state=BatchState.FILED, row_count=0, created_count=0, changed_count=0, same_count=0,
        warnings="[]", filed_by=by, filed_at=now,
    )  # fmt: skip
    with write_lock(stores.internal) as session:
        _check_standing(session, kind, agency, by)
        filing = _begin(session, done, batch)
        _file_all(filing, path, progress)
        if done.report.error_count:
            raise Refused(done.report)
        if dry_run or not done.created + done.changed:
            session.rollback()
            return done
        _close(filing)
        _keep(stores.files, path, batch.file_sha256)
        done.batch_id = batch.id
    return done


def _check_standing(session: Session, kind: str, agency: str, by: str) -> None:
    #: The list of agencies belongs to the platform: it names every agency, not only one's own.
    people.require(session, by, Role.CLERK, EVERY_AGENCY if kind == "agencies" else agency)
    if kind != "agencies" and agency not in filings.find(session, Agency, [agency]):
        raise UnknownRecord(f"没有代码为 {agency} 的机关；请先导入检查主体")


def _begin(session: Session, done: Accepted, batch: BatchRow) -> _Filing:
    session.add(batch)
    session.flush()
    today = clock.local_date(batch.filed_at)
    context = Context(
        session, SHEETS[batch.kind], batch.file_name, batch.agency, today, done.report
    )
    same_file = sa.select(BatchRow.id).where(
        BatchRow.kind == batch.kind,
        BatchRow.agency == batch.agency,
        BatchRow.file_sha256 == batch.file_sha256,
        BatchRow.state != BatchState.RETURNED.value,
        BatchRow.id != batch.id,
    )
    repeated = session.scalar(same_file.limit(1)) is not None
    return _Filing(session, batch, Ids(secret(session, ID_KEY)), context, done, repeated)


def _file_all(filing: _Filing, path: Path, progress: Progress | None) -> None:
    """Read, check and insert chunk by chunk; after the first fault only read and check."""
    context, report = filing.context, filing.done.report
    reader_type = TextReader if filing.batch.kind == "documents" else Reader
    try:
        reader = reader_type(
            path, context.sheet, context.agency_code, report, filing.batch.file_name
        )
        total = None
        if isinstance(reader, Reader):
            context.sheet_name, total = reader.source.sheet, reader.source.row_count
        seen: dict[str, int] = {}
        for chunk in _chunks(reader.records()):
            reads = _unrepeated(context, chunk, seen)
            if context.sheet.kind == "results":
                reads = result_checks.complete(context, reads)
            if check := CHECKS.get(context.sheet.kind):
                check(context, reads)
            if not report.error_count:
                _insert(filing, reads)
            if progress:
                progress(reads[-1].row if reads else 0, total)
        filing.done.row_count = reader.rows_read if isinstance(reader, Reader) else 1
    except Unreadable as error:
        report.error(Problem(filing.batch.file_name, "", str(error)))


def _chunks(reads: Iterator[Read]) -> Iterator[list[Read]]:
    while chunk := list(islice(reads, CHUNK)):
        yield chunk


def _unrepeated(context: Context, reads: Iterable[Read], seen: dict[str, int]) -> list[Read]:
    """Tell records that stand twice in the file."""
    kept = []
    for read in reads:
        first = seen.setdefault(read.record.key, read.row)
        if first != read.row:
            name = context.sheet.group[0] if context.sheet.group else context.sheet.columns[0].field
            context.error(read, name, f"与第{first}行是同一条记录；请只保留一行")
        else:
            kept.append(read)
    return kept


def _insert(filing: _Filing, reads: list[Read]) -> None:
    new = filing.context.new_parties
    parties = [Read(party, 0, {}) for party in new.values()]
    new.clear()
    filing.done.new_parties += len(parties)
    _insert_kind(filing, parties)
    keys = _insert_kind(filing, reads)
    foresee(filing.session, filing.batch.id, filing.context, reads, keys)


def _insert_kind(filing: _Filing, reads: list[Read]) -> list[str]:
    """Insert what is new and return its keys."""
    if not reads:
        return []
    record_type = type(reads[0].record)
    kind = filings.KIND_OF[record_type]
    public = PUBLIC_KIND.get(record_type)
    present = filings.latest(filing.session, kind, (read.record.key for read in reads))
    #: What waits in another batch may be returned: the same record is filed here as well.
    pending = filings.waiting(filing.session, present.values(), but=filing.batch.id)
    rows: list[dict[str, Any]] = []
    for read in reads:
        key, body = read.record.key, filings.encode(read.record)
        was = present.get(key)
        same = was is not None and was.body == body
        filing.done.same += same
        filing.done.created += was is None
        filing.done.changed += was is not None and not same
        if same and (filing.repeated or key not in pending):
            continue
        rows.append(
            {
                "batch_id": filing.batch.id,
                "kind": kind,
                "key": key,
                "about": filings.about(read.record),
                "public_id": filing.ids.of(public, key) if public else "",
                "row": read.row,
                "live": True,
                "body": body,
            }
        )
    filings.insert(filing.session, rows)
    for read in reads:
        if isinstance(read.record, Entity):
            _note_numbers(filing.session, read.record)
    return [row["key"] for row in rows]


def _note_numbers(session: Session, party: Entity) -> None:
    for other in party.identifiers[1:]:
        number = entity_key(other, agency_code=party.agency_code, name="")
        session.merge(NumberRow(number=number, key=party.key))


def _close(filing: _Filing) -> None:
    batch, done = filing.batch, filing.done
    batch.row_count, batch.same_count = done.row_count, done.same
    batch.created_count, batch.changed_count = done.created, done.changed
    batch.warnings = json.dumps([str(each) for each in done.report.warnings], ensure_ascii=False)
    ledger.note(
        filing.session,
        at=batch.filed_at,
        person=batch.filed_by,
        action="file",
        batch_id=batch.id,
        detail=batch.file_name,
    )


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

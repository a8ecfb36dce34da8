"""Puts checked records into the office's store, and looks at what they would make public (登记)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.around import Ids
from portal.airlock.redact import KIND_OF as PUBLIC_KIND
from portal.airlock.rules import FLOORS
from portal.domain.grounds import OPEN
from portal.domain.parties import Entity, Inspector
from portal.internal.checks.context import Context
from portal.internal.checks.parties import further_keys
from portal.internal.desk.brought import is_brought
from portal.internal.desk.foresight import foresee
from portal.internal.sheets.reader import Read
from portal.internal.sheets.report import Report
from portal.internal.tables import filings, reminders
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.filings import FilingRow, NumberRow
from portal.internal.tables.ledger import WithdrawalRow
from portal.kit.db import among


@dataclass(slots=True)
class Accepted:
    """What an import did (or, unconfirmed or on a dry run, would do). No batch when nothing was new."""

    report: Report = field(default_factory=Report)
    batch_id: int | None = None
    row_count: int = 0
    created: int = 0
    changed: int = 0
    same: int = 0
    #: Parties that the file named by number and the library did not hold; among `created`.
    new_parties: int = 0
    #: Public records that name somebody whom a roster has brought; a person has to look at them.
    named_in: list[str] = field(default_factory=list)
    #: Name of the mapping profile the file was read by, "" for none.
    mapping: str = ""
    #: Worksheet that was asked for, by the clerk or the profile.
    sheet: str | None = None
    #: Columns of the file: its header, and the title of the template's column or "" where unmapped.
    columns: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Filing:
    """One import under way."""

    session: Session
    batch: BatchRow
    ids: Ids
    context: Context
    done: Accepted
    #: The very file is filed already and was not returned.
    repeated: bool


def insert(filing: Filing, reads: list[Read]) -> None:
    """File records with the parties they bring, and tell what the airlock would stop."""
    new = filing.context.new_parties
    parties = [Read(party, 0, {}) for party in new.values()]
    new.clear()
    filing.done.new_parties += len(parties)
    _insert_kind(filing, parties)
    if reads:
        keys = _insert_kind(filing, reads)
        foresee(filing.session, filing.batch.id, filing.context, reads, keys)


def _insert_kind(filing: Filing, reads: list[Read]) -> list[str]:
    """Insert what is new and return its keys."""
    if not reads:
        return []
    record_type = type(reads[0].record)
    kind = filings.KIND_OF[record_type]
    public = PUBLIC_KIND.get(record_type)
    present = filings.latest(filing.session, kind, (read.record.key for read in reads))
    #: What waits in another batch may be returned: the same record is filed here as well.
    pending = filings.waiting(filing.session, present.values(), but=filing.batch.id)
    taken_back = _taken_back(filing.session, kind, present)
    rows: list[dict[str, Any]] = []
    for read in reads:
        key, body = read.record.key, filings.encode(read.record)
        was = present.get(key)
        #: Whom a check brought along is not public by that: the library files them for the first time.
        first = was is not None and is_brought(was) and read.row > 0
        #: What was taken back says something new by standing there again, whatever it says.
        anew = key in taken_back and read.row > 0
        if anew:
            what = (
                "此前已撤回；再次登记、发布后将重新公开。不应公开的请删去此行，确需重新公开的请确认"
            )
            filing.context.tell("taken_back", read, filing.context.sheet.columns[0].field, what)
        same = was is not None and was.body == body and not first and not anew
        #: What a file brings along again is none of its records.
        filing.done.same += same and read.row > 0
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
                "raw": _raw(read),
                "formed_on": filings.formed_on(read.record),
                "guarded": _is_guarded(read.record),
                "review_on": getattr(read.record, "decision", OPEN).review_on,
            }
        )
    filings.insert(filing.session, rows)
    reminders.filed(filing.session, (read.record for read in reads))
    for read in reads:
        if isinstance(read.record, Entity):
            _note_numbers(filing.session, read.record)
    return [row["key"] for row in rows]


def _taken_back(session: Session, kind: str, present: Mapping[str, FilingRow]) -> set[str]:
    """Return the keys of the records that were withdrawn after these filings of them."""
    named = among(session, WithdrawalRow.key, sorted(present))
    query = sa.select(WithdrawalRow.key, WithdrawalRow.last_filing_id)
    orders = session.execute(query.where(WithdrawalRow.kind == kind, named))
    return {key for key, last in orders if present[key].id <= last}


def _is_guarded(record: object) -> bool:
    """Whether the roster, a decision filed with the record or its party's form keeps it back."""
    decided = isinstance(record, Inspector) or getattr(record, "decision", OPEN) != OPEN
    return decided or (isinstance(record, Entity) and record.form in FLOORS)


def _raw(read: Read) -> str:
    """Return the cells the record does not hold, by row, as JSON.

    They are no part of what is compared: a serial number that moved is no change of a record.
    """
    rows = [row or {} for row in read.raw]
    return json.dumps(rows, ensure_ascii=False) if rows else ""


def _note_numbers(session: Session, party: Entity) -> None:
    for number in further_keys(party):
        session.merge(NumberRow(number=number, key=party.key))

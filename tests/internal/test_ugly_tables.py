"""Ugly tables as offices really hand them round: what each must give, and what it must tell."""

from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.internal.desk import mappings, upload
from portal.internal.desk.filing import Accepted
from portal.internal.desk.mappings import Kept
from portal.internal.desk.upload import Terms
from portal.internal.sheets.names import fold
from portal.internal.sheets.report import Problem, Report
from portal.internal.tables import filings
from portal.internal.tables.asides import AsideRow
from portal.internal.tables.filings import FilingRow
from tests.conftest import NOW, Office
from tests.internal.ugly_tables import Expectation, Fixture, Told, build, fixtures, mismatches

FIXTURES = fixtures()
MAPPED = [each for each in FIXTURES if each.mapping is not None and not each.expected.errors]


def prepare(office: Office, fixture: Fixture) -> Path:
    """Put into the office what the table leans on, keep its mapping, and return the file."""
    for kind, rows in fixture.expected.needs.items():
        office.file(kind, *rows, agency=fixture.expected.agency)
    if fixture.mapping is not None:
        text = fixture.mapping.read_text("utf-8")
        kept = Kept(fixture.expected.agency, fixture.expected.kind, "本月", text)
        mappings.save(office.stores, kept, by="lin", now=NOW)
    return build(office.folder, fixture)


def take(office: Office, fixture: Fixture, path: Path, mapping: str | None) -> Accepted:
    """Import a fixture; a refusal is told by its report."""
    wanted = fixture.expected
    terms = Terms(mapping=mapping, given=wanted.given)
    try:
        return office.take(path, wanted.kind, agency=wanted.agency, terms=terms)
    except upload.Refused as refused:
        return refused.done


def untold(wanted: tuple[Told, ...], found: list[Problem]) -> list[str]:
    """Return what should have been told and was not, and what was told and should not have been."""
    left = list(found)
    missing = []
    for each in wanted:
        hit = next((p for p in left if each.fits(p.cell, str(p))), None)
        if hit is None:
            missing.append(f"not told: {each.cell} {each.about}")
        else:
            left.remove(hit)
    return missing + [f"told: {each}" for each in left]


def filed(session: Session, done: Accepted, kind: str) -> list[object]:
    """Return the records of a batch in the order of the file, as plain data."""
    rows = session.scalars(
        sa.select(FilingRow)
        .where(FilingRow.batch_id == done.batch_id, FilingRow.row > 0)
        .order_by(FilingRow.id)
    )
    return [msgspec.to_builtins(filings.decode(row.kind, row.body)) for row in rows]


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda each: each.name)
def test_an_ugly_table_gives_what_its_author_says(
    office: Office, desk: Session, fixture: Fixture
) -> None:
    path = prepare(office, fixture)

    done = take(office, fixture, path, "本月" if fixture.mapping else None)

    assert faults(desk, fixture.expected, done) == []


def faults(session: Session, wanted: Expectation, done: Accepted) -> list[str]:
    """Return everything in which an import differs from what was expected."""
    report: Report = done.report
    found = untold(wanted.errors, report.errors) + untold(wanted.warnings, report.warnings)
    if not wanted.errors:
        found += mismatches(list(wanted.records), filed(session, done, wanted.kind))
        found += misplaced(session, wanted, done)
    notes = [str(each) for each in report.notes]
    found += [
        f"not noted: {each.about}"
        for each in wanted.notes
        if not any(each.about in note for note in notes)
    ]
    unmapped = {fold(header) for header, title in done.columns if not title}
    if not wanted.errors and unmapped != {fold(each) for each in wanted.unmapped}:
        found.append(f"unmapped: {unmapped} instead of {set(wanted.unmapped)}")
    return found


def misplaced(session: Session, wanted: Expectation, done: Accepted) -> list[str]:
    """Return the rows that should be asides and are not, or the other way round."""
    query = sa.select(AsideRow).where(AsideRow.batch_id == done.batch_id)
    got = {each.row: each.role for each in session.scalars(query) if each.role != "header"}
    expected = {each.row: each.roles for each in wanted.asides}
    return [
        f"row {row}: {got.get(row)} instead of {sorted(expected.get(row, ()))}"
        for row in sorted(set(got) | set(expected))
        if got.get(row) not in expected.get(row, ())
    ]


@pytest.mark.parametrize("fixture", MAPPED, ids=lambda each: each.name)
def test_a_mapping_confirmed_once_is_used_for_the_same_columns(
    office: Office, desk: Session, fixture: Fixture
) -> None:
    path = prepare(office, fixture)

    done = take(office, fixture, path, None)

    assert done.mapping == "本月"
    assert faults(desk, fixture.expected, done) == []

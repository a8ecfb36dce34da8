"""Files as they should not be, and what the office says to them."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy.orm import Session

from portal.internal.desk import upload
from portal.internal.desk.filing import Accepted
from portal.internal.desk.stores import Stores
from portal.internal.sheets.catalogue import SHEETS
from portal.internal.sheets.report import Problem, Report
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.filings import FilingRow
from tests.conftest import Office
from tests.makers import RESULT_ROW, a_workbook

#: Headers and one good row of a result sheet, as text: what the faults below are made from.
RESULT_HEADERS = (
    "检查记录编号",
    "检查对象名称",
    "标识代码",
    "检查完成日期",
    "检查事项编号",
    "检查结果",
)
RESULT_CELLS = (
    "JC-0001",
    "示例市青禾食品有限公司",
    "91990101MA00000002",
    "2025-05-20",
    "SP-001",
    "未发现问题",
)
#: A credit code whose check digit fits, in a region that does not exist.
VALID_CODE = "91990101MA0000000U"
SHEET_PART = "xl/worksheets/sheet1.xml"


def batch_count(stores: Stores) -> int:
    """Count the batches in the office."""
    with Session(stores.internal) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(BatchRow)) or 0


def filing_count(stores: Stores) -> int:
    """Count the filings in the office."""
    with Session(stores.internal) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(FilingRow)) or 0


def refused(office: Office, path: Path, kind: str = "results") -> Report:
    """Import a file that must be refused; return its report, having seen that nothing was filed."""
    before = batch_count(office.stores), filing_count(office.stores)
    with pytest.raises(upload.Refused) as refusal:
        office.take(path, kind)
    assert (batch_count(office.stores), filing_count(office.stores)) == before
    report = refusal.value.report
    assert report.error_count == len(report.errors)
    return report


def problems(office: Office, path: Path, kind: str = "results") -> list[str]:
    """Import a file that must be refused; return its errors as the clerk reads them."""
    return lines(refused(office, path, kind).errors)


def lines(found: Iterable[Problem]) -> list[str]:
    """Return findings as the clerk reads them."""
    return [str(each) for each in found]


def raw_cells(session: Session, done: Accepted) -> list[list[dict[str, str]]]:
    """Return, record by record of an import, the cells of each row that are kept as filed."""
    query = sa.select(FilingRow.raw).where(FilingRow.batch_id == done.batch_id, FilingRow.row > 0)
    found = session.scalars(query.order_by(FilingRow.id))
    return [json.loads(raw or "[]") for raw in found]


def a_table(path: Path, *rows: Sequence[object], title: str = "抽查结果") -> Path:
    """Write a workbook cell by cell."""
    book = Workbook()
    table = first_sheet(book)
    table.title = title
    for row in rows:
        table.append(list(row))
    book.save(path)
    return path


def first_sheet(book: Workbook) -> Worksheet:
    """Return the sheet every workbook has."""
    sheet = book.worksheets[0]
    assert isinstance(sheet, Worksheet)
    return sheet


def a_result_table(path: Path, *rows: Sequence[object]) -> Path:
    """Write a result sheet cell by cell under its usual headers."""
    return a_table(path, RESULT_HEADERS, *rows)


def a_result_row(**changes: object) -> list[object]:
    """Return one good row by header position; say only what the test is about."""
    columns = SHEETS["results"].columns
    fields = {column.title: column.field for column in columns}
    return [
        changes.get(fields[header], cell)
        for header, cell in zip(RESULT_HEADERS, RESULT_CELLS, strict=True)
    ]


def a_csv(
    path: Path, *rows: Sequence[object], encoding: str = "utf-8", headers: Sequence[str] = ()
) -> Path:
    """Write a CSV file of results."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([headers or RESULT_HEADERS, *rows])
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def a_result_book(folder: Path) -> Path:
    """Write one good result as a workbook."""
    return a_workbook(folder / "results.xlsx", "results", [RESULT_ROW])


def remade(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """Write a workbook again with one part changed (or added, if there is none)."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    parts[part] = change(parts.get(part, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, content)
    return path

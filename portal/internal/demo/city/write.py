"""Writes the files of the fictitious city: CSV and workbooks that are the same every time."""

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from portal.internal.demo.city.places import Row
from portal.internal.sheets.catalogue import SHEETS
from portal.internal.sheets.spec import Column

_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")
_SAME_TIME = (2024, 1, 1, 0, 0, 0)


def write_table(path: Path, kind: str, rows: Sequence[Row]) -> None:
    """Write rows under the Chinese headers of a template; as a workbook if the name says so.

    Raises:
        KeyError: a row has a field the template does not know.

    """
    columns = SHEETS[kind].columns
    if unknown := {name for row in rows for name in row} - {column.field for column in columns}:
        raise KeyError(kind, sorted(unknown))
    used = [
        column
        for column in columns
        if column.required or any(row.get(column.field) for row in rows)
    ]
    table = [
        [column.title for column in used],
        *([row.get(column.field, "") for column in used] for row in rows),
    ]
    if path.suffix == ".xlsx":
        path.write_bytes(_workbook(SHEETS[kind].title, used, table))
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(table)


def _workbook(title: str, columns: Sequence[Column], table: Sequence[Sequence[str]]) -> bytes:
    """Return a workbook whose codes are kept as text."""
    book = Workbook()
    book.properties.created = datetime(*_SAME_TIME)  # noqa: DTZ001 - the format knows no zone
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new workbook has a first sheet")
    sheet.title = title
    for row in table:
        sheet.append(list(row))
    for place, column in enumerate(columns, 1):
        if column.is_code:
            for (cell,) in sheet.iter_rows(min_col=place, max_col=place):
                cell.number_format = "@"
    saved = io.BytesIO()
    book.save(saved)
    return _without_clock(saved)


def _without_clock(saved: io.BytesIO) -> bytes:
    """Pack again with fixed times: the same city gives the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            content = old.read(member)
            if member.filename == "docProps/core.xml":
                content = _STAMP.sub(rb"\g<1>2024-01-01T00:00:00Z", content)
            entry = zipfile.ZipInfo(member.filename, _SAME_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, content)
    return packed.getvalue()

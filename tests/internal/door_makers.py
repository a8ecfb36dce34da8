"""Files of every kind that a door opens, written part by part; and what comes through the door."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from portal.internal.sheets.doors.shape import Row
from portal.internal.sheets.limits import Limits
from portal.internal.sheets.report import Unreadable
from portal.internal.sheets.sources import Source, open_table
from tests.internal.makers import first_sheet

FILES = Path(__file__).parent / "files"
TITLE = "抽查结果"
ODS_MIME = "application/vnd.oasis.opendocument.spreadsheet"
_NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("table", "table"),
        ("text", "text"),
        ("style", "style"),
        ("draw", "drawing"),
        ("script", "script"),
    )
)
_CALCEXT = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
_SHEETML = "urn:schemas-microsoft-com:office:spreadsheet"


def opened(
    path: Path, *, title: str = TITLE, wanted: str | None = None, limits: Limits | None = None
) -> Source:
    """Open a table under the name its file has."""
    return open_table(path, title, path.name, wanted=wanted, limits=limits)


def rows_of(path: Path, *, wanted: str | None = None) -> list[Row]:
    """Return every row of a file."""
    return list(opened(path, wanted=wanted).rows)


def cells_of(path: Path, *, wanted: str | None = None) -> list[list[object]]:
    """Return every row of a file without its number, and without blanks at its end."""
    found: list[list[object]] = []
    for _, cells in rows_of(path, wanted=wanted):
        row: list[object] = list(cells)
        while row and row[-1] == "":
            row.pop()
        found.append(row)
    return found


def notes_of(path: Path, *, wanted: str | None = None) -> tuple[str, ...]:
    """Return the remarks on a file, having read it."""
    source = opened(path, wanted=wanted)
    assert list(source.rows)
    return source.notes


def refusal(
    path: Path, *, title: str = TITLE, wanted: str | None = None, limits: Limits | None = None
) -> str:
    """Read a file that must be refused, at the door or further on; return why it is."""
    with pytest.raises(Unreadable) as refused:
        list(opened(path, title=title, wanted=wanted, limits=limits).rows)
    return str(refused.value)


def a_file(path: Path, text: str, encoding: str = "utf-8") -> Path:
    """Write a text file."""
    path.write_bytes(text.encode(encoding))
    return path


def a_page(path: Path, body: str, *, head: str = "", encoding: str = "utf-8") -> Path:
    """Write a page."""
    return a_file(
        path, f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>", encoding
    )


def content_of_ods(tables: str, styles: str = "") -> str:
    """Return the content of an OpenDocument spreadsheet."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_NAMES} {_CALCEXT}>'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )


def an_ods(
    path: Path, tables: str, parts: Mapping[str, str | bytes] | None = None, *, styles: str = ""
) -> Path:
    """Write an OpenDocument spreadsheet; more parts by name."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr(zipfile.ZipInfo("mimetype"), ODS_MIME)
        content = {"content.xml": content_of_ods(tables, styles), **(parts or {})}
        for name, part in content.items():
            book.writestr(name, part)
    return path


def ods_table(rows: str, name: str = TITLE, more: str = "") -> str:
    """Return one table of an OpenDocument spreadsheet."""
    return f'<table:table table:name="{name}" {more}>{rows}</table:table>'


def ods_row(*cells: str, more: str = "") -> str:
    """Return a row of such a table: cells that are plain text, or elements as they stand."""
    made = (
        cell
        if cell.startswith("<")
        else (
            '<table:table-cell office:value-type="string">'
            f"<text:p>{cell}</text:p></table:table-cell>"
        )
        for cell in cells
    )
    return f"<table:table-row {more}>{''.join(made)}</table:table-row>"


def a_2003(
    path: Path,
    table: str,
    *,
    more: str = "",
    styles: str = "",
    usual: str = "",
    encoding: str = "utf-8",
) -> Path:
    """Write a SpreadsheetML document with one worksheet; `more` stands behind it, `usual` is said of all its table."""
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><?mso-application progid="Excel.Sheet"?>'
        f'<Workbook xmlns="{_SHEETML}" xmlns:ss="{_SHEETML}"'
        ' xmlns:x="urn:schemas-microsoft-com:office:excel">'
        f'<Styles>{styles}</Styles><Worksheet ss:Name="{TITLE}"><Table {usual}>{table}</Table></Worksheet>{more}</Workbook>'
    )
    return a_file(path, text, encoding)


def text_row(*cells: str, more: str = "") -> str:
    """Return a row of such a worksheet, all text."""
    made = "".join(f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in cells)
    return f"<Row {more}>{made}</Row>"


def a_sheet() -> tuple[Workbook, Worksheet]:
    """Begin an XLSX workbook with an empty result sheet."""
    book = Workbook()
    sheet = first_sheet(book)
    sheet.title = TITLE
    return book, sheet


def an_xlsx(path: Path, sheet_xml: str, *, packing: int = zipfile.ZIP_DEFLATED) -> Path:
    """Write a workbook whose only sheet is the XML given."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/>'
        "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1"'
        f' Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets>'
        f'<sheet name="{TITLE}" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}">{sheet_xml}</worksheet>',
    }
    with zipfile.ZipFile(path, "w", packing) as book:
        for name, content in parts.items():
            book.writestr(name, content)
    return path

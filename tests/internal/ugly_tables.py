"""The ugly tables: typed as files, built as clerks get them, with what must come out."""

import codecs
import json
import re
import tomllib
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from openpyxl import Workbook
from openpyxl.utils.cell import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

ROOT = Path(__file__).parent / "ugly"
ROLES = frozenset({"title", "numbering", "repeated", "section", "total", "note"})
#: Text that starts with the mark of its byte order, as spreadsheets write it.
_MARKS = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}

Plain = Mapping[str, Any]
Typed = str | int | float | bool | date | None


@dataclass(frozen=True, slots=True)
class Aside:
    """A row that is no data, and the roles it may be given."""

    row: int
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Told:
    """A message that must be told: at which cell, and a part of what it says."""

    cell: str
    about: str

    def fits(self, cell: str, what: str) -> bool:
        """Whether a message about `cell` is this one; ``第7行`` stands for every cell of the row."""
        row = re.fullmatch(r"第(\d+)行", self.cell)
        here = re.fullmatch(r"[A-Z]+(\d+)|第(\d+)行", cell)
        if row:
            same = here is not None and row[1] == (here[1] or here[2])
        else:
            same = self.cell in ("", cell)
        return same and self.about in what


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What an ugly table must give; the fields are those of ``expect.toml``."""

    what: str
    kind: str
    agency: str
    encode: str | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    needs: Mapping[str, Sequence[Plain]] = field(default_factory=dict)
    records: tuple[Plain, ...] = ()
    asides: tuple[Aside, ...] = ()
    unmapped: tuple[str, ...] = ()
    errors: tuple[Told, ...] = ()
    warnings: tuple[Told, ...] = ()
    notes: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class Fixture:
    """One ugly table."""

    name: str
    table: Path
    mapping: Path | None
    expected: Expectation


def fixtures() -> list[Fixture]:
    """Return every ugly table, by name."""
    return [_fixture(path.parent) for path in sorted(ROOT.glob("*/expect.toml"))]


def _fixture(home: Path) -> Fixture:
    (table,) = home.glob("table.*")
    mapping = home / "mapping.toml"
    expected = expectation(tomllib.loads((home / "expect.toml").read_text("utf-8")))
    return Fixture(home.name, table, mapping if mapping.exists() else None, expected)


def expectation(data: Plain) -> Expectation:
    """Make an expectation of parsed TOML.

    Raises:
        TypeError: a key that none has, or one missing.

    """
    lists = {
        name: tuple(Told(**each) for each in data.get(name, ()))
        for name in ("errors", "warnings", "notes")
    }
    return Expectation(
        **(
            dict(data)
            | lists
            | {
                "records": tuple(data.get("records", ())),
                "unmapped": tuple(data.get("unmapped", ())),
                "asides": tuple(_aside(**each) for each in data.get("asides", ())),
            }
        )
    )


def _aside(row: int, role: str | list[str]) -> Aside:
    roles = frozenset([role] if isinstance(role, str) else role)
    assert roles <= ROLES, roles - ROLES
    return Aside(row, roles)


def mismatches(wanted: object, got: object, place: str = "") -> list[str]:
    """Return where `got` (plain data) lacks what is wanted; fields not named may be anything."""
    if isinstance(wanted, Mapping) and isinstance(got, Mapping):
        found = [
            f"{place}.{name}: {got[name]!r} instead of nothing"
            for name in wanted.get("absent", ())
            if got.get(name) not in (None, "", [], ())
        ]
        for name, value in wanted.items():
            if name != "absent":
                found += mismatches(value, got.get(name), f"{place}.{name}")
        return found
    if isinstance(wanted, list | tuple) and isinstance(got, list | tuple):
        if len(wanted) != len(got):
            return [f"{place}: {len(got)} instead of {len(wanted)}"]
        pairs = enumerate(zip(wanted, got, strict=True))
        return [each for i, pair in pairs for each in mismatches(*pair, f"{place}[{i}]")]
    return [] if wanted == got else [f"{place}: {got!r} instead of {wanted!r}"]


def build(folder: Path, fixture: Fixture) -> Path:
    """Write the real file of a fixture into `folder`."""
    if fixture.table.suffix == ".json":
        return _build_book(folder, fixture)
    path = folder / f"{fixture.name}{fixture.table.suffix}"
    encode = fixture.expected.encode or "utf-8"
    text = fixture.table.read_bytes().decode("utf-8")
    path.write_bytes(_MARKS.get(encode, b"") + text.encode(encode))
    return path


def _build_book(folder: Path, fixture: Fixture) -> Path:
    book = json.loads(fixture.table.read_text("utf-8"))
    rows = [[_typed(cell) for cell in row] for row in book["rows"]]
    path = folder / f"{fixture.name}.{book['as']}"
    if book["as"] == "ods":
        _write_ods(path, book["sheet"], rows, book["merges"])
    else:
        _write_xlsx(path, book, rows)
    return path


def _typed(cell: Typed | Mapping[str, str]) -> Typed:
    if isinstance(cell, Mapping):
        return date.fromisoformat(cell["date"])
    return None if cell == "" else cell


def _write_xlsx(path: Path, made: Plain, rows: Sequence[Sequence[Typed]]) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    assert isinstance(sheet, Worksheet)
    sheet.title = made["sheet"]
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            sheet.cell(number, column, value)
    for block in made["merges"]:
        sheet.merge_cells(block)
    for number in made.get("hidden_rows", ()):
        sheet.row_dimensions[number].hidden = True
    for letter in made.get("hidden_columns", ()):
        sheet.column_dimensions[letter].hidden = True
    for letter, code in made.get("formats", {}).items():
        for cell in sheet[letter]:
            cell.number_format = code
    for title, more in made.get("sheets", {}).items():
        other = book.create_sheet(title)
        for line in more:
            other.append([_typed(cell) for cell in line])
    book.save(path)


_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_URN = "urn:oasis:names:tc:opendocument:xmlns"
_MANIFEST = f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="{_URN}:manifest:1.0" manifest:version="1.2">
<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS}"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>
</manifest:manifest>"""
_CONTENT = f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document-content office:version="1.2" xmlns:office="{_URN}:office:1.0" \
xmlns:table="{_URN}:table:1.0" xmlns:text="{_URN}:text:1.0">
<office:body><office:spreadsheet><table:table table:name=%s>
%s
</table:table></office:spreadsheet></office:body></office:document-content>"""


def _write_ods(path: Path, title: str, rows: Sequence[Sequence[Typed]], merges: list[str]) -> None:
    spans, covered = _spans(merges)
    width = max(map(len, rows))
    lines = [
        "".join(
            _ods_cell(value, spans.get((number, column), ""), (number, column) in covered)
            for column, value in enumerate([*row, *[None] * (width - len(row))], 1)
        )
        for number, row in enumerate(rows, 1)
    ]
    body = "\n".join(f"<table:table-row>{line}</table:table-row>" for line in lines)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr(zipfile.ZipInfo("mimetype"), _ODS)
        book.writestr("META-INF/manifest.xml", _MANIFEST)
        book.writestr("content.xml", _CONTENT % (quoteattr(title), body))


def _spans(merges: list[str]) -> tuple[dict[tuple[int, int], str], set[tuple[int, int]]]:
    """Return the span of each merged block by its top left cell, and the cells it covers."""
    spans: dict[tuple[int, int], str] = {}
    covered: set[tuple[int, int]] = set()
    for block in merges:
        left, top, right, bottom = (edge or 1 for edge in range_boundaries(block))
        covered |= set(product(range(top, bottom + 1), range(left, right + 1))) - {(top, left)}
        spans[top, left] = (
            f' table:number-columns-spanned="{right - left + 1}"'
            f' table:number-rows-spanned="{bottom - top + 1}"'
        )
    return spans, covered


def _ods_cell(value: Typed, span: str, covered: bool) -> str:  # noqa: FBT001
    tag = "table:covered-table-cell" if covered else "table:table-cell"
    if value is None:
        return f"<{tag}{span}/>"
    if isinstance(value, bool):
        kind = f'boolean" office:boolean-value="{str(value).lower()}'
    elif isinstance(value, int | float):
        kind = f'float" office:value="{value}'
    elif isinstance(value, date):
        kind = f'date" office:date-value="{value}'
    else:
        kind = "string"
    text = "".join(f"<text:p>{escape(line)}</text:p>" for line in str(value).split("\n"))
    return f'<{tag}{span} office:value-type="{kind}">{text}</{tag}>'

"""What a workbook of any format holds and does not show is read and told: no size, or a format that shows nothing."""

import re
from pathlib import Path

import pytest
from openpyxl import Workbook
from xlrd.compdoc import CompDoc

from tests.internal.door_makers import (
    FILES,
    a_2003,
    an_ods,
    an_xlsx,
    cells_of,
    notes_of,
    ods_row,
    ods_table,
    refusal,
    text_row,
)
from tests.internal.makers import first_sheet

ROW = "第2行被隐藏，仍已读取；请核对"
COLUMN = "第B列被隐藏，仍已读取；请核对"
FORMAT = "第2行有内容按单元格格式不显示，被隐藏，仍已读取；请核对"


@pytest.mark.parametrize(
    ("columns", "row", "told"),
    [
        ('<cols><col min="2" max="2" width="0"/></cols>', "", COLUMN),
        ("<cols><col min='2' max='2' width='0.0'/></cols>", "", COLUMN),
        (
            '<sheetFormatPr defaultColWidth="0"/><cols><col min="1" max="1" width="9"/></cols>',
            "",
            COLUMN,
        ),
        ("", 'ht="0" customHeight="1"', ROW),
        ("", "ht='0.75' customHeight='1'", ROW),
        ('<cols><col min="2" max="2" width="8.3E-2"/></cols>', "", COLUMN),
        ('<cols><col min="2" max="2" width=".5"/></cols>', "", COLUMN),
        ('<cols><col min="2" max="2" width = "0"/></cols>', "", COLUMN),
        ("", 'ht\n=\n"0"', ROW),
        ("", 'ht="1e-3"', ROW),
    ],
)
def test_a_row_or_column_of_no_size_is_told_as_a_hidden_one(
    tmp_path: Path, columns: str, row: str, told: str
) -> None:
    cells = "<c><v>1</v></c><c><v>2</v></c>"
    sheet = (
        f'{columns}<sheetData><row r="1">{cells}</row><row r="2" {row}>{cells}</row></sheetData>'
    )

    assert notes_of(an_xlsx(tmp_path / "a.xlsx", sheet)) == (told,)


def test_rows_that_have_no_size_unless_they_say_one_are_told(tmp_path: Path) -> None:
    row = "<c><v>1</v></c></row>"
    sheet = f'<sheetFormatPr defaultRowHeight="0"/><sheetData><row r="1" ht="15">{row}<row r="2">{row}</sheetData>'

    assert notes_of(an_xlsx(tmp_path / "a.xlsx", sheet)) == (ROW,)


#: A format, a content, and whether that is told.
FORMATS = [
    (";;;", "不给人看的", True), (';;;""', 12, True), (";;;", None, False), (";;", 12, True),
    (";;", "看得见的", False), ('"略";"略";"略";"略"', "不给人看的", True), ("0;-0;;", "不给人看的", True),
    ("0;-0;;@", 12, False), ("0;-0;;@", "看得见的", False), ("@", "看得见的", False),
    ('[=0]"";General', 12, False), ("yyyy年m月d日", 45_000, False), ("[h]:mm", 0.5, False),
]  # fmt: skip


@pytest.mark.parametrize(("code", "content", "is_told"), FORMATS)
def test_content_that_its_format_does_not_show_is_told(
    tmp_path: Path, *, code: str, content: object, is_told: bool
) -> None:
    book = Workbook()
    table = first_sheet(book)
    table.append(["编号", "名称"])
    table.append(["1", content])
    table.cell(2, 2).number_format = code
    book.save(tmp_path / "a.xlsx")

    assert notes_of(tmp_path / "a.xlsx") == ((FORMAT,) if is_told else ())


@pytest.mark.parametrize(("code", "content", "is_told"), FORMATS)
@pytest.mark.parametrize("follows", [False, True])
def test_content_that_a_2003_document_does_not_show_is_told(
    tmp_path: Path, *, code: str, content: object, is_told: bool, follows: bool
) -> None:
    quoted = code.replace('"', "&quot;")
    kind = "Number" if isinstance(content, (int, float)) else "String"
    data = "" if content is None else f'<Data ss:Type="{kind}">{content}</Data>'
    style = '<Style ss:ID="s2" ss:Parent="s1"/>' if follows else ""
    path = a_2003(
        tmp_path / "a.xml",
        text_row("编号", "名称")
        + '<Row><Cell><Data ss:Type="String">1</Data></Cell>'
        + f'<Cell ss:StyleID="{"s2" if follows else "s1"}">{data}</Cell></Row>',
        styles=f'<Style ss:ID="s1"><NumberFormat ss:Format="{quoted}"/></Style>{style}',
    )

    assert notes_of(path) == ((FORMAT,) if is_told else ())


@pytest.mark.parametrize("code", [b";;;   ", b'"A";;;', b"[=1];;"])
def test_content_that_an_old_workbook_does_not_show_is_told(tmp_path: Path, code: bytes) -> None:
    plain = (FILES / "zeros.xls").read_bytes()
    (tmp_path / "a.xls").write_bytes(plain.replace(b"000000", code))

    assert notes_of(FILES / "zeros.xls") == ()
    assert notes_of(tmp_path / "a.xls") == (FORMAT.replace("2", "2、3"),)
    assert cells_of(tmp_path / "a.xls")[1:] == [[1234.0, "示例市集", 7.0], [12.5, "第05批"]]


#: How spreadsheets write down the formats ;;; and ;; and 0;-0;;@ and [=0]"";0 in an OpenDocument.
_EMPTY = '<number:number-style style:name="P"/>'
_NUMBER = '<number:number-style style:name="P"><number:number/></number:number-style>'
_MINUS = '<number:number-style style:name="Q"><number:text>-</number:text><number:number/></number:number-style>'
_MAPS = (
    '<style:map style:condition="value()&gt;0" style:apply-style-name="P"/>'
    '<style:map style:condition="value()&lt;0" style:apply-style-name="Q"/>'
)
ALL = f'{_EMPTY}<number:text-style style:name="D">{_MAPS}</number:text-style>'
NUMBERS = f'{_EMPTY}<number:number-style style:name="D">{_MAPS}</number:number-style>'
NONE = (
    f'{_NUMBER}{_MINUS}<number:text-style style:name="D"><number:text-content/>{_MAPS}'
    "</number:text-style>"
)
NO_NOUGHT = (
    f'{_EMPTY}<number:number-style style:name="D"><number:number/>'
    '<style:map style:condition="value()=0" style:apply-style-name="P"/></number:number-style>'
)
CELL = '<style:style style:name="c" style:family="table-cell" style:data-style-name="D"/>'
TEXT = "<text:p>有</text:p></table:table-cell>"


def _cell(style: str, kind: str) -> str:
    number = ' office:value="12"' if kind == "float" else ""
    return f'<table:table-cell {style} office:value-type="{kind}"{number}>{TEXT}'


@pytest.mark.parametrize(
    ("data", "kind", "is_told"),
    [
        (ALL, "string", True), (ALL, "float", True), (NUMBERS, "float", True), (NUMBERS, "string", False),
        (NONE, "float", False), (NONE, "string", False), (NO_NOUGHT, "float", False),
    ],
)  # fmt: skip
def test_content_that_an_opendocument_does_not_show_is_told(
    tmp_path: Path, *, data: str, kind: str, is_told: bool
) -> None:
    rows = ods_row("编号", "名称") + ods_row("1", _cell('table:style-name="c"', kind))
    path = an_ods(tmp_path / "a.ods", ods_table(rows), styles=data + CELL)

    assert notes_of(path) == ((FORMAT,) if is_told else ())


def test_a_style_of_an_opendocument_is_had_from_row_column_document_and_others(
    tmp_path: Path,
) -> None:
    plain = _cell("", "string")
    by_column = (
        '<table:table-column/><table:table-column table:default-cell-style-name="c"/>'
        + ods_row("编号", "名称").replace(
            "<table:table-cell", '<table:table-cell table:style-name="o"'
        )
        + ods_row("1", plain)
    )
    by_row = ods_row("编号") + ods_row(plain, more='table:default-cell-style-name="c"')
    follows = ods_row("编号") + ods_row(_cell('table:style-name="f"', "string"))
    usual = ods_row("编号").replace("<table:table-cell", '<table:table-cell table:style-name="o"')
    shown = '<number:text-style style:name="S"><number:text-content/></number:text-style>'
    other = '<style:style style:name="o" style:family="table-cell" style:data-style-name="S"/>'
    more = (
        '<style:style style:name="f" style:family="table-cell" style:parent-style-name="c"/>'
        + shown
        + other
    )
    document = f"<office:document-styles>{ALL}{CELL}</office:document-styles>"
    default = document.replace('style:name="c"', 'style:name="Default"')

    for name, table, styles, part in [
        ("column", by_column, ALL + CELL + more, None),
        ("row", by_row, ALL + CELL, None),
        ("follows", follows, ALL + CELL + more, None),
        ("document", follows, more, {"styles.xml": document}),
        ("default", usual + ods_row("1"), shown + other, {"styles.xml": default}),
    ]:
        path = an_ods(tmp_path / f"{name}.ods", ods_table(table), part, styles=styles)
        assert (name, notes_of(path)) == (name, (FORMAT,))


def test_rows_and_columns_of_an_opendocument_of_no_size_are_told(tmp_path: Path) -> None:
    styles = (
        '<style:style style:name="ro"><style:table-row-properties style:row-height="0cm"/></style:style>'
        '<style:style style:name="co"><style:table-column-properties style:column-width="0.01in"/></style:style>'
        '<style:style style:name="ok"><style:table-column-properties style:column-width="2cm"/></style:style>'
    )
    columns = (
        '<table:table-column table:style-name="ok"/><table:table-column table:style-name="co"/>'
    )
    rows = ods_row("编号", "名称") + ods_row("1", "有", more='table:style-name="ro"')
    path = an_ods(tmp_path / "a.ods", ods_table(columns + rows), styles=styles)

    assert notes_of(path) == (ROW, COLUMN)


@pytest.mark.parametrize("size", ["0", "0.0", "0.75"])
def test_rows_and_columns_of_a_2003_document_of_no_size_are_told(tmp_path: Path, size: str) -> None:
    column = f'<Column ss:Index="2" ss:Width="{size}"/>'
    row = text_row("1", "有", more=f'ss:Height="{size}"')

    assert notes_of(a_2003(tmp_path / "a.xml", column + text_row("编号", "名称") + row)) == (
        ROW,
        COLUMN,
    )


@pytest.mark.parametrize(
    ("usual", "told"),
    [
        ('ss:DefaultColumnWidth="0"', COLUMN),
        ('ss:DefaultRowHeight="0"', ROW),
        ('ss:StyleID="s1"', FORMAT),
    ],
)
def test_what_a_2003_document_keeps_from_sight_unless_it_says_otherwise_is_told(
    tmp_path: Path, usual: str, told: str
) -> None:
    style = '<Style ss:ID="s1"><NumberFormat ss:Format=";;;"/></Style><Style ss:ID="s2"/>'
    head = text_row("编号", "名称", more='ss:Height="15" ss:StyleID="s2"')
    path = a_2003(
        tmp_path / "a.xml",
        '<Column ss:Width="50"/>' + head + text_row("1", "有"),
        styles=style,
        usual=usual,
    )

    assert notes_of(path) == (told,)


@pytest.mark.parametrize("way", ["plain", "follows", "open"])
def test_cells_that_a_protected_opendocument_hides_are_told(tmp_path: Path, way: str) -> None:
    hides = '<style:table-cell-properties style:cell-protect="hidden-and-protected"/>'
    styles = (
        f'<style:style style:name="c" style:family="table-cell">{hides}</style:style>'
        '<style:style style:name="f" style:family="table-cell" style:parent-style-name="c"/>'
    )
    style = "f" if way == "follows" else "c"
    rows = ods_row("编号", "名称") + ods_row("1", _cell(f'table:style-name="{style}"', "string"))
    guarded = "" if way == "open" else 'table:protected="true"'
    path = an_ods(tmp_path / "a.ods", ods_table(rows, more=guarded), styles=styles)

    assert notes_of(path) == (() if way == "open" else (FORMAT,))


def test_columns_of_an_opendocument_of_no_size_unless_they_say_one_are_told(tmp_path: Path) -> None:
    styles = (
        '<style:default-style style:family="table-column">'
        '<style:table-column-properties style:column-width="0cm"/></style:default-style>'
        '<style:style style:name="ok" style:family="table-column">'
        '<style:table-column-properties style:column-width="2cm"/></style:style>'
    )
    columns = '<table:table-column table:style-name="ok"/><table:table-column/>'
    rows = ods_row("编号", "名称") + ods_row("1", "有")
    path = an_ods(tmp_path / "a.ods", ods_table(columns + rows), styles=styles)

    assert notes_of(path) == (COLUMN,)


def test_rows_and_columns_of_an_old_workbook_of_no_size_are_told(tmp_path: Path) -> None:
    """A row of half a point; and columns as narrow as all are by a record that an own stream can be given."""
    plain = (FILES / "zeros.xls").read_bytes()
    row = re.compile(rb"(?s)(\x08\x02\x10\x00\x01\x00.{4})\xff\x00")
    (tmp_path / "row.xls").write_bytes(row.sub(b"\\1\x0a\x00", plain))
    held, begin, size = CompDoc(plain).locate_named_stream("Workbook")
    usual = b"\x25\x02\x04\x00"
    stream = held[begin : begin + size].replace(usual, b"\x55\x00\x02\x00\x00\x00" + usual)
    (tmp_path / "columns.xls").write_bytes(stream)

    assert notes_of(tmp_path / "row.xls") == (ROW,)
    assert notes_of(tmp_path / "columns.xls") == ("第A至C列被隐藏，仍已读取；请核对",)


def test_rows_and_worksheets_of_an_opendocument_are_as_the_styles_that_theirs_follow(
    tmp_path: Path,
) -> None:
    def style(name: str, family: str, parent: str, inside: str = "") -> str:
        named = f'style:name="{name}" style:family="{family}" style:parent-style-name="{parent}"'
        return f"<style:style {named}>{inside}</style:style>"

    flat = '<style:table-row-properties style:row-height="0"/>'
    high = '<style:table-row-properties style:row-height="1cm"/>'
    gone = '<style:table-properties table:display="false"/>'
    rows = (
        style("a", "table-row", "", flat)
        + style("b", "table-row", "a")
        + style("c", "table-row", "b", high)
    )
    sheets = style("t", "table", "", gone) + style("u", "table", "t")
    table = (
        ods_row("编号")
        + ods_row("1", more='table:style-name="b"')
        + ods_row("2", more='table:style-name="c"')
    )

    assert notes_of(an_ods(tmp_path / "a.ods", ods_table(table), styles=rows)) == (ROW,)
    hidden = ods_table(ods_row("夜鹭"), "夜鹭", 'table:style-name="u"')
    path = an_ods(tmp_path / "b.ods", ods_table(table) + hidden, styles=sheets)
    assert "隐藏的工作表" in refusal(path)

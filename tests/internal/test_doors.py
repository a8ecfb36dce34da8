"""Every format a clerk may bring, read as rows of cells; what is not plain to see is told.

Four small workbooks of Excel 97 lie in `files/`, for nothing here writes that format:

- results.xls: sheet 抽查结果 with a title merged over A1:H1, a header, four rows of dates, times,
  shares and truths; B4:B5 merged; an error value in H3; row 5 and column F hidden; formats
  without content right of and below the table; and an empty sheet of explanations
- two-sheets.xls: sheets 汇总 and 台账, both filled, and 空表, which only has a format
- zeros.xls: sheet 抽查结果, numbers in the formats 000000 and "第"00"批"
- hidden-sheet.xls: sheet 抽查结果 and a hidden sheet 旧名单
"""

import datetime as dt
import doctest
import importlib
import struct
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from openpyxl.cell.rich_text import CellRichText
from openpyxl.comments import Comment

from portal.internal.sheets.doors.shape import Row
from tests.internal.door_makers import (
    FILES,
    TITLE,
    a_2003,
    a_file,
    a_page,
    a_sheet,
    an_ods,
    cells_of,
    content_of_ods,
    notes_of,
    ods_row,
    ods_table,
    opened,
    refusal,
    rows_of,
    text_row,
)
from tests.internal.makers import remade

HEAD = ["编号", "名称"]
ROW = ["1", "示例市集"]
UNCOMPUTED = "是未计算的公式，读不到值；请在表格软件中打开、重算并保存，或粘贴为数值"
MACROS_OR_LINKS = "工作簿含有宏或外部链接；请另存为不含宏、无外部链接的 .xlsx 后再导入"
ENCRYPTED = "是加密的工作簿；请用表格软件取消密码，另存为不加密的 .xlsx"
OVER = "第3行有被合并单元格遮住的内容，未读取；请取消合并后核对"


def of_error(value: str) -> str:
    return f"是错误值 {value}，读不到内容；请改正公式，或粘贴为正确的数值"


@pytest.mark.parametrize(
    "name",
    [
        "shape",
        "bars",
        "separators",
        "partscan",
        "encodings",
        "zeros",
        "aligned",
        "labelled",
        "unshown",
        "odsstyles",
        "sizes",
        "sight",
    ],
)
def test_the_examples_in_the_doors_hold(name: str) -> None:
    module = importlib.import_module(f"portal.internal.sheets.doors.{name}")

    done = doctest.testmod(module)

    assert done.attempted > 0
    assert done.failed == 0


# -- XLSX ---------------------------------------------------------------------------------------


def test_every_kind_of_cell_survives_the_way(tmp_path: Path) -> None:
    book, sheet = a_sheet()
    moments = [date(2025, 5, 20), datetime(2025, 5, 20, 9, 30), time(9, 30), timedelta(hours=30)]
    sheet.append(["2025-05-20", 7, 0.1, True, *moments])
    book.save(tmp_path / "a.xlsx")

    [row] = cells_of(tmp_path / "a.xlsx")

    assert row == ["2025-05-20", 7, 0.1, True, *moments]
    assert [type(cell) for cell in row[4:]] == [date, datetime, time, timedelta]


def test_a_sheet_that_begins_further_down_keeps_its_addresses(tmp_path: Path) -> None:
    book, sheet = a_sheet()
    sheet["C3"] = "编号"
    book.save(tmp_path / "a.xlsx")

    assert rows_of(tmp_path / "a.xlsx")[-1] == (3, ["", "", "编号"])


def test_merged_cells_are_told_and_what_lies_under_them_is_not_read(tmp_path: Path) -> None:
    book, sheet = a_sheet()
    for row in (["标题", ""], HEAD, ROW, ["2", ""]):
        sheet.append(row)
    sheet.merge_cells("A1:B1")
    sheet.merge_cells("B3:B9")
    book.save(tmp_path / "a.xlsx")
    remade(
        tmp_path / "a.xlsx",
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b'ref="B3:B9"', b'ref="A3:B4"'),
    )

    source = opened(tmp_path / "a.xlsx")

    assert source.spans == ((1, 1, 1, 2), (3, 1, 4, 2))
    assert list(source.rows)[2:] == [(3, ["1", ""]), (4, ["", ""])]
    assert source.notes == ("第3、4行有被合并单元格遮住的内容，未读取；请取消合并后核对",)


def test_hidden_rows_and_columns_of_a_workbook_are_read_and_told(tmp_path: Path) -> None:
    book, sheet = a_sheet()
    for number in range(12):
        sheet.append([number, "示例"])
    for number in (5, 6, 9, 10, 11, 400):
        sheet.row_dimensions[number].hidden = True
    for letter in ("B", "F"):
        sheet.column_dimensions[letter].hidden = True
    book.save(tmp_path / "a.xlsx")

    source = opened(tmp_path / "a.xlsx")

    assert len(list(source.rows)) == 12
    assert source.notes == (
        "第5、6、9至11行被隐藏，仍已读取；请核对",
        "第B列被隐藏，仍已读取；请核对",
    )


def test_numbers_of_a_workbook_read_as_their_format_shows_them(tmp_path: Path) -> None:
    book, sheet = a_sheet()
    for line in (
        ["编号", "批次", "户数"],
        [1234, 7, 7],
        [1_234_567, 12.5, 0],
        ["0012", None, True],
    ):
        sheet.append(line)
    for row in (2, 3, 4):
        sheet.cell(row, 1).number_format = "000000"
        sheet.cell(row, 3).number_format = "0"
    sheet.cell(2, 2).number_format = '"第"00"批";@'
    sheet.cell(3, 2).number_format = "0000"
    sheet.cell(5, 1, 10**15 + 1).number_format = "0" * 18
    sheet.cell(6, 2, 1).number_format = "000"
    path = tmp_path / "zeros.xlsx"
    book.save(path)

    assert cells_of(path)[1:] == [
        ["001234", "第07批", 7],
        ["1234567", 12.5, 0],
        ["0012", "", True],
        [float(10**15 + 1)],
        ["", "001"],
    ]


def test_numbers_of_an_opendocument_read_as_it_shows_them(tmp_path: Path) -> None:
    number = '<table:table-cell office:value-type="float" office:value="%s"><text:p>%s</text:p></table:table-cell>'
    row = ods_row(
        *(number % each for each in (("7", "007"), ("0.5", "0.5"), ("0", "0"), ("1", "1")))
    )
    path = an_ods(tmp_path / "zeros.ods", ods_table(ods_row(*HEAD) + row))

    assert cells_of(path)[1:] == [["007", 0.5, 0.0, 1.0]]


def test_numbers_of_a_2003_document_read_as_their_format_shows_them(tmp_path: Path) -> None:
    plain = '<Cell><Data ss:Type="Number">7</Data></Cell>'
    styled = plain.replace("<Cell>", '<Cell ss:StyleID="s2">')
    path = a_2003(
        tmp_path / "zeros.xml",
        '<Column ss:StyleID="s1"/><Column/>'
        + text_row(*HEAD)
        + f"<Row>{plain}{styled}{plain}</Row>"
        + f'<Row ss:StyleID="s2">{plain}</Row>',
        styles='<Style ss:ID="s1"><NumberFormat ss:Format="0000"/></Style>'
        '<Style ss:ID="s2"><NumberFormat ss:Format="000"/></Style>',
    )

    assert cells_of(path)[1:] == [["0007", "007", 7.0], ["007"]]


def test_the_wanted_sheet_is_read_and_the_others_are_told(tmp_path: Path) -> None:
    book, sheet = a_sheet()
    sheet.append(HEAD)
    other = book.create_sheet("台账")
    other.append(ROW)
    book.create_sheet("空表")
    book.save(tmp_path / "a.xlsx")

    source = opened(tmp_path / "a.xlsx", wanted="台账")

    assert (source.sheet, list(source.rows)) == ("台账", [(1, ROW)])
    assert source.notes == (f"工作表“{TITLE}”有内容，未读取；本次只读取“台账”",)
    assert refusal(tmp_path / "a.xlsx", wanted="旧表") == (
        f"没有名为“旧表”的工作表（现有：{TITLE}、台账、空表）；请改正所指定的工作表名"
    )
    assert refusal(tmp_path / "a.xlsx").startswith(f"除“{TITLE}”外，工作表“台账”也有内容")


def test_empty_sheets_beside_the_only_filled_one_do_not_count(tmp_path: Path) -> None:
    book, sheet = a_sheet()
    sheet.append(HEAD)
    sheet.title = "结果公示"
    book.create_sheet("Sheet2")
    book.create_sheet("Sheet3")
    book.save(tmp_path / "a.xlsx")
    tables = ods_table(ods_row(*HEAD), "结果公示") + ods_table("", "Sheet2")
    an_ods(tmp_path / "a.ods", tables)

    for name in ("a.xlsx", "a.ods"):
        source = opened(tmp_path / name)
        assert (source.sheet, list(source.rows)) == ("结果公示", [(1, HEAD)])
        assert source.notes == ()


def test_what_would_read_as_empty_is_told_of_the_sheet_that_is_read(tmp_path: Path) -> None:
    book, sheet = a_sheet()
    sheet.append(["=1+1", "#N/A", "已查"])
    book.create_sheet("台账").append(["=2+2"])
    book.save(tmp_path / "a.xlsx")

    source = opened(tmp_path / "a.xlsx", wanted=TITLE)

    assert dict(source.unread) == {"A1": UNCOMPUTED, "B1": of_error("#N/A")}
    assert list(source.rows) == [(1, ["", "", "已查"])]


def test_rich_text_reads_as_text_and_a_comment_does_not(tmp_path: Path) -> None:
    book, sheet = a_sheet()
    sheet["A1"] = CellRichText("示例", "市集")
    sheet["A1"].comment = Comment("批注", "甲")
    book.save(tmp_path / "a.xlsx")

    assert rows_of(tmp_path / "a.xlsx") == [(1, ["示例市集"])]


def test_a_sheet_the_looker_cannot_read_is_refused(tmp_path: Path) -> None:
    book, sheet = a_sheet()
    sheet.append(HEAD)
    book.save(tmp_path / "a.xlsx")
    part = "xl/worksheets/sheet1.xml"
    remade(tmp_path / "a.xlsx", part, lambda xml: xml.decode().encode("utf-16"))

    assert refusal(tmp_path / "a.xlsx") == (
        f"工作表“{TITLE}”不是 UTF-8 编码，无法核对；请用表格软件另存为 .xlsx"
    )


def test_a_note_of_an_office_program_may_be_in_any_encoding(tmp_path: Path) -> None:
    book, sheet = a_sheet()
    sheet.append(HEAD)
    book.save(tmp_path / "a.xlsx")
    remade(tmp_path / "a.xlsx", "customXml/item1.xml", lambda _: "<a>说明</a>".encode("utf-16"))

    assert cells_of(tmp_path / "a.xlsx") == [HEAD]


# -- XLS ----------------------------------------------------------------------------------------


def test_an_old_workbook_is_read_with_all_its_kinds_of_cells() -> None:
    rows = rows_of(FILES / "results.xls")

    assert len(rows) == 6
    assert rows[2] == (
        3,
        [
            "JC-0001",
            "示例市青禾食品有限公司",
            date(2025, 5, 20),
            datetime(2025, 5, 20, 9, 30),
            time(9, 30),
            0.1,
            True,
            "",
        ],
    )
    assert rows[3][1][7] == "整改中\n已复查"
    assert rows[4][1][:2] == ["JC-0003", ""]


def test_numbers_of_an_old_workbook_read_as_their_format_shows_them() -> None:
    assert cells_of(FILES / "zeros.xls")[1:] == [["001234", "示例市集", 7.0], [12.5, "第05批"]]


def test_an_old_workbook_tells_what_is_merged_hidden_or_an_error() -> None:
    source = opened(FILES / "results.xls")

    assert (source.sheet, source.row_count) == (TITLE, 6)
    assert source.spans == ((1, 1, 1, 8), (4, 2, 5, 2))
    assert dict(source.unread) == {"H3": of_error("#N/A")}
    assert source.notes == (
        "第5行被隐藏，仍已读取；请核对",
        "第F列被隐藏，仍已读取；请核对",
    )
    source.close()


def test_sheets_of_an_old_workbook_are_picked_as_in_a_new_one() -> None:
    path = FILES / "two-sheets.xls"

    assert cells_of(path, wanted="台账") == [["编号"], ["台账"]]
    assert notes_of(path, wanted="台账") == ("工作表“汇总”有内容，未读取；本次只读取“台账”",)
    assert refusal(path).startswith(f"没有名为“{TITLE}”的工作表（现有：汇总、台账、空表）")
    assert refusal(path, title="汇总").startswith("除“汇总”外，工作表“台账”也有内容")
    assert refusal(FILES / "hidden-sheet.xls").startswith("含有隐藏的工作表“旧名单”")


def renamed_stream(folder: Path, name: str) -> Path:
    """Give the stream of a workbook in a compound file another name."""
    raw = bytearray((FILES / "results.xls").read_bytes())
    entry = raw.index("Workbook".encode("utf-16-le"))
    raw[entry : entry + 64] = name.encode("utf-16-le").ljust(64, b"\0")
    raw[entry + 64 : entry + 66] = struct.pack("<H", 2 * len(name) + 2)
    path = folder / "a.xls"
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize(
    ("stream", "told"),
    [
        ("EncryptedPackage", ENCRYPTED),
        ("_VBA_PROJECT_CUR", MACROS_OR_LINKS),
        ("WordDocument", "是 Office 文件但不是工作簿；请用表格软件另存为 .xlsx"),
    ],
)
def test_a_compound_file_tells_by_its_streams_what_it_is(
    tmp_path: Path, stream: str, told: str
) -> None:
    assert refusal(renamed_stream(tmp_path, stream)) == told


def test_an_old_workbook_with_a_password_is_refused(tmp_path: Path) -> None:
    begin = struct.pack("<HHHHHHII", 0x809, 16, 0x600, 5, 0, 0, 0, 0)
    path = tmp_path / "a.xls"
    path.write_bytes(begin + struct.pack("<HHH", 0x2F, 2, 0) + bytes(200))

    assert refusal(path) == ENCRYPTED


# -- ODS ----------------------------------------------------------------------------------------


SHARE = "<text:p>10%</text:p></table:table-cell>"
RICH = (
    '<text:p>甲<text:s text:c="2"/>乙'
    "<office:annotation><text:p>批注</text:p></office:annotation></text:p>"
    "<text:p><text:span>丙</text:span><text:line-break/>丁</text:p>"
)


def test_an_opendocument_table_is_read_with_all_its_kinds_of_cells(tmp_path: Path) -> None:
    cells = (
        '<table:table-cell office:value-type="float" office:value="7.5"/>',
        f'<table:table-cell office:value-type="percentage" office:value="0.1">{SHARE}',
        '<table:table-cell office:value-type="date" office:date-value="2025-05-20"/>',
        '<table:table-cell office:value-type="date" office:date-value="2025-05-20T09:30:00"/>',
        '<table:table-cell office:value-type="time" office:time-value="PT09H30M00S"/>',
        '<table:table-cell office:value-type="time" office:time-value="PT30H00M00S"/>',
        '<table:table-cell office:value-type="boolean" office:boolean-value="true"/>',
        f'<table:table-cell office:value-type="string">{RICH}</table:table-cell>',
    )
    path = an_ods(tmp_path / "a.ods", ods_table(ods_row("编号", *cells)))

    assert cells_of(path) == [
        [
            "编号",
            7.5,
            "10%",
            date(2025, 5, 20),
            datetime(2025, 5, 20, 9, 30),
            time(9, 30),
            timedelta(hours=30),
            True,
            "甲  乙\n丙\n丁",
        ]
    ]


def test_repeated_cells_and_rows_are_laid_out_and_blank_ones_are_not(tmp_path: Path) -> None:
    blank = '<table:table-cell table:number-columns-repeated="16380"/>'
    twice = (
        '<table:table-cell table:number-columns-repeated="2" office:value-type="string">'
        "<text:p>同上</text:p></table:table-cell>"
    )
    path = an_ods(
        tmp_path / "a.ods",
        ods_table(
            ods_row("编号", twice, blank)
            + ods_row(blank, more='table:number-rows-repeated="3"')
            + ods_row("1", more='table:number-rows-repeated="2"')
            + ods_row(blank, more='table:number-rows-repeated="1048570"')
        ),
    )

    assert rows_of(path) == [(1, ["编号", "同上", "同上"]), (5, ["1"]), (6, ["1"])]


def test_an_opendocument_table_tells_what_is_merged_hidden_or_lost(tmp_path: Path) -> None:
    merged = (
        '<table:table-cell table:number-rows-spanned="2" office:value-type="string">'
        "<text:p>示例</text:p></table:table-cell>"
    )
    under = "<table:covered-table-cell><text:p>旧</text:p></table:covered-table-cell>"
    wrong = (
        '<table:table-cell table:formula="of:=1/0" office:value-type="string"'
        ' office:string-value="" calcext:value-type="error"><text:p>#DIV/0!</text:p>'
        "</table:table-cell>"
    )
    open_formula = '<table:table-cell table:formula="of:=A1"/>'
    columns = (
        '<table:table-column/><table:table-column table:visibility="collapse"'
        ' table:number-columns-repeated="16383"/>'
    )
    path = an_ods(
        tmp_path / "a.ods",
        ods_table(
            columns
            + ods_row("编号", "名称", wrong)
            + ods_row("1", merged, open_formula)
            + ods_row("2", under, more='table:visibility="filter"')
        ),
    )

    source = opened(path)

    assert list(source.rows) == [(1, HEAD), (2, ["1", "示例"]), (3, ["2"])]
    assert source.spans == ((2, 2, 3, 2),)
    assert dict(source.unread) == {"C1": of_error("#DIV/0!"), "C2": UNCOMPUTED}
    assert source.notes == (
        "第3行被隐藏，仍已读取；请核对",
        "第B列被隐藏，仍已读取；请核对",
        OVER,
    )


def test_sheets_of_an_opendocument_are_picked_as_in_a_workbook(tmp_path: Path) -> None:
    tables = ods_table(ods_row(*HEAD)) + ods_table(ods_row(*ROW), "台账") + ods_table("", "空表")
    path = an_ods(tmp_path / "a.ods", tables)

    assert cells_of(path, wanted="台账") == [ROW]
    assert notes_of(path, wanted="台账") == (f"工作表“{TITLE}”有内容，未读取；本次只读取“台账”",)
    assert refusal(path).startswith(f"除“{TITLE}”外，工作表“台账”也有内容")


def test_a_hidden_sheet_of_an_opendocument_is_refused(tmp_path: Path) -> None:
    styles = (
        '<style:style style:name="ta2" style:family="table">'
        '<style:table-properties table:display="false"/></style:style>'
    )
    tables = ods_table(ods_row(*HEAD)) + ods_table("", "旧名单", 'table:style-name="ta2"')

    told = refusal(an_ods(tmp_path / "a.ods", tables, styles=styles))

    assert told == "含有隐藏的工作表“旧名单”；请取消隐藏核对，或删除后再导入"


def test_an_opendocument_with_a_password_is_refused(tmp_path: Path) -> None:
    manifest = "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"

    told = refusal(an_ods(tmp_path / "a.ods", "", {"META-INF/manifest.xml": manifest}))

    assert told == "工作簿设有密码；请取消密码后另存，再导入"


@pytest.mark.parametrize(
    "link",
    [
        '<table:table-source xlink="file:///C:/a.ods"/>',
        "<office:dde-source/>",
        ods_row("<table:table-cell table:formula=\"of:=['file:///a.ods'#$甲.A1]\"/>"),
    ],
)
def test_links_and_macros_in_an_opendocument_are_refused(tmp_path: Path, link: str) -> None:
    linked = an_ods(tmp_path / "a.ods", ods_table(link))
    scripted = an_ods(tmp_path / "b.ods", "", {"Basic/Standard/Module1.xml": "<x/>"})

    assert refusal(linked) == MACROS_OR_LINKS
    assert refusal(scripted) == MACROS_OR_LINKS


def test_a_flat_opendocument_is_read_too(tmp_path: Path) -> None:
    text = content_of_ods(ods_table(ods_row(*HEAD))).replace("document-content", "document")

    assert cells_of(a_file(tmp_path / "a.fods", text)) == [HEAD]


# -- SpreadsheetML ------------------------------------------------------------------------------


def test_a_2003_document_is_read_with_all_its_kinds_of_cells(tmp_path: Path) -> None:
    table = (
        '<Row><Cell><Data ss:Type="String">编号</Data></Cell>'
        '<Cell><Data ss:Type="Number">7.5</Data></Cell>'
        '<Cell><Data ss:Type="DateTime">2025-05-20T00:00:00.000</Data></Cell>'
        '<Cell><Data ss:Type="DateTime">2025-05-20T09:30:00.000</Data></Cell>'
        '<Cell><Data ss:Type="DateTime">1899-12-31T09:30:00.000</Data></Cell>'
        '<Cell><Data ss:Type="Boolean">1</Data></Cell>'
        '<Cell><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40">'
        "示例<B>市</B><Font>集</Font></ss:Data>"
        "<Comment><ss:Data>批注</ss:Data></Comment></Cell></Row>"
    )

    assert cells_of(a_2003(tmp_path / "a.xml", table)) == [
        [
            "编号",
            7.5,
            date(2025, 5, 20),
            datetime(2025, 5, 20, 9, 30),
            time(9, 30),
            True,
            "示例市集",
        ]
    ]


def test_a_2003_document_leaves_gaps_and_merges_cells(tmp_path: Path) -> None:
    table = (
        '<Column/><Column ss:Hidden="1"/>'
        '<Row><Cell ss:MergeAcross="2"><Data ss:Type="String">标题</Data></Cell>'
        '<Cell><Data ss:Type="String">附</Data></Cell></Row>'
        '<Row ss:Index="4" ss:Hidden="1"><Cell ss:Index="3" ss:MergeDown="1">'
        '<Data ss:Type="String">示例</Data></Cell></Row>'
        '<Row><Cell><Data ss:Type="String">1</Data></Cell>'
        '<Cell ss:Index="4" ss:Formula="=RC[-1]"/>'
        '<Cell><Data ss:Type="Error">#REF!</Data></Cell></Row>'
    )

    source = opened(a_2003(tmp_path / "a.xls", table))

    assert list(source.rows) == [
        (1, ["标题", "", "", "附"]),
        (4, ["", "", "示例"]),
        (5, ["1"]),
    ]
    assert source.spans == ((1, 1, 1, 3), (4, 3, 5, 3))
    assert dict(source.unread) == {"D5": UNCOMPUTED, "E5": of_error("#REF!")}
    assert source.notes == (
        "第4行被隐藏，仍已读取；请核对",
        "第B列被隐藏，仍已读取；请核对",
    )


@pytest.mark.parametrize("encoding", ["utf-8", "gb2312", "gbk", "utf-16"])
def test_a_2003_document_may_be_in_any_usual_encoding(tmp_path: Path, encoding: str) -> None:
    path = a_2003(tmp_path / "a.xls", text_row(*HEAD), encoding=encoding)

    assert cells_of(path) == [HEAD]


def test_blanks_before_a_2003_document_do_no_harm(tmp_path: Path) -> None:
    path = a_2003(tmp_path / "a.xls", text_row(*HEAD))
    path.write_bytes(b"\r\n\r\n" + path.read_bytes())

    assert cells_of(path) == [HEAD]


def test_a_hidden_or_second_sheet_of_a_2003_document_is_refused(tmp_path: Path) -> None:
    hidden = (
        '<Worksheet ss:Name="旧名单"><Table/><x:WorksheetOptions>'
        "<x:Visible>SheetHidden</x:Visible></x:WorksheetOptions></Worksheet>"
    )
    second = f'<Worksheet ss:Name="台账"><Table>{text_row(*ROW)}</Table></Worksheet>'
    table = text_row(*HEAD)

    assert refusal(a_2003(tmp_path / "a.xml", table, more=hidden)) == (
        "含有隐藏的工作表“旧名单”；请取消隐藏核对，或删除后再导入"
    )
    assert refusal(a_2003(tmp_path / "b.xml", table, more=second)).startswith(
        f"除“{TITLE}”外，工作表“台账”也有内容"
    )
    assert cells_of(tmp_path / "b.xml", wanted="台账") == [ROW]


def test_a_2003_document_that_breaks_off_is_refused(tmp_path: Path) -> None:
    path = a_2003(tmp_path / "a.xml", text_row(*HEAD))
    path.write_bytes(path.read_bytes()[:-20])

    assert refusal(path).startswith("不是完整的 XML 表格（")


def test_a_row_that_goes_back_over_others_is_refused(tmp_path: Path) -> None:
    path = a_2003(tmp_path / "a.xml", text_row(*HEAD) + text_row(*ROW, more='ss:Index="1"'))

    assert refusal(path) == ("行的序号 1 与前面的重叠；请用表格软件打开核对，另存为 .xlsx")


# -- delimited text -----------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])  # fmt: skip
@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_text_is_read_in_every_encoding_and_with_every_separator(
    tmp_path: Path, encoding: str, separator: str
) -> None:
    lines = (separator.join(row) for row in (HEAD, ROW, ["2", '"甲\n乙"']))
    path = a_file(tmp_path / "a.csv", "\r\n".join(lines), encoding)

    assert rows_of(path) == [(1, HEAD), (2, ROW), (3, ["2", "甲\n乙"])]


def test_a_comma_wins_where_the_separator_is_open(tmp_path: Path) -> None:
    path = a_file(tmp_path / "a.csv", "编号,项目;结果\n1,甲;通过\n")

    assert cells_of(path) == [["编号", "项目;结果"], ["1", "甲;通过"]]


def test_a_title_above_the_table_does_not_hide_the_separator(tmp_path: Path) -> None:
    path = a_file(
        tmp_path / "a.txt", "示例市抽查结果,2025\n编号\t名称\t备注\n1\t甲\t一,二\n2\t乙\t\n"
    )

    assert cells_of(path)[1:] == [["编号", "名称", "备注"], ["1", "甲", "一,二"], ["2", "乙"]]


def test_a_separator_that_is_stated_is_taken(tmp_path: Path) -> None:
    path = a_file(tmp_path / "a.csv", "sep=;\n编号,甲;名称,乙\n1,2;3,4\n")

    assert rows_of(path) == [(2, ["编号,甲", "名称,乙"]), (3, ["1,2", "3,4"])]


def test_a_table_drawn_with_bars_is_read(tmp_path: Path) -> None:
    path = a_file(
        tmp_path / "a.md",
        "抽查结果\n\n| 编号 | 名称 | 备注 |\n|:---|---:|---|\n| 1 | 甲\\|乙 ||\n|2||已查|\n",
    )

    assert rows_of(path) == [
        (1, ["抽查结果"]),
        (2, [""]),
        (3, ["编号", "名称", "备注"]),
        (5, ["1", "甲|乙", ""]),
        (6, ["2", "", "已查"]),
    ]


def test_a_table_drawn_with_lines_is_read(tmp_path: Path) -> None:
    lines = ["┌──┬────┐", "│编号│名称│", "├──┼────┤", "│1 │示例市集│", "└──┴────┘"]
    printed = ["+----+----+", "| 编号 | 名称 |", "+----+----+", "| 1 | 示例市集 |", "+----+----+"]

    for name, each in (("a.txt", lines), ("b.txt", printed)):
        assert rows_of(a_file(tmp_path / name, "\n".join(each))) == [(2, HEAD), (4, ROW)]


def test_a_table_set_with_blanks_is_read_by_the_places_of_its_columns(tmp_path: Path) -> None:
    text = (
        "          抽查结果表\n"
        "编号  名称            结果      备注\n"
        "1     示例市集        合格\n"
        "2     示例店                    停业\n"
        "3     示例（市）饭店  不合格    复查\n"
        "注：共3户    联系电话见官网\n"
    )

    assert cells_of(a_file(tmp_path / "a.txt", text)) == [
        ["抽查结果表"],
        ["编号", "名称", "结果", "备注"],
        ["1", "示例市集", "合格"],
        ["2", "示例店", "", "停业"],
        ["3", "示例（市）饭店", "不合格", "复查"],
        ["注：共3户    联系电话见官网"],
    ]


def test_a_line_whose_cells_cannot_be_told_apart_is_refused(tmp_path: Path) -> None:
    text = "编号 名称 结果\n1 示例市集 合格\n2 合格\n3 示例店 合格\n4 示例厂 合格\n5 示例社 合格\n6 示例行 合格\n7 示例院 合格\n"

    assert refusal(a_file(tmp_path / "a.txt", text)).startswith(
        "第 3 行有 2 段文字，与表头的 3 列对不齐，无法判断各属哪一列"
    )


def test_a_list_of_items_keeps_its_commas_and_its_long_lines_together(tmp_path: Path) -> None:
    text = (
        "一、示例市集\n名称：示例市集   检查结果：发现问题,已改\n"
        "检查情况：后厨地面有积水，冷藏柜温度记录不全，\n    当场要求整改。\n时间：10:30\n"
    )

    assert cells_of(a_file(tmp_path / "a.txt", text)) == [
        ["一、示例市集"],
        ["名称：示例市集", "检查结果：发现问题,已改"],
        ["检查情况：后厨地面有积水，冷藏柜温度记录不全，\n当场要求整改。"],
        ["时间：10:30"],
    ]


def test_bars_without_frame_keep_their_empty_cells(tmp_path: Path) -> None:
    path = a_file(tmp_path / "a.txt", "编号|名称|备注\n1||已查\n")

    assert cells_of(path) == [["编号", "名称", "备注"], ["1", "", "已查"]]


def test_text_has_no_sheets_to_choose_from(tmp_path: Path) -> None:
    path = a_file(tmp_path / "a.csv", "编号,名称\n")

    source = opened(path, wanted="台账")

    assert (source.sheet, source.row_count) == ("a.csv", None)
    assert list(source.rows) == [(1, HEAD)]
    assert source.notes == ("文本文件不分工作表，未按所指定的“台账”选取",)


# -- pages --------------------------------------------------------------------------------------

PAGE = "<table><tr><th>编号<th>名称<tr><td>1<td>示例市集</table>"


@pytest.mark.parametrize(
    ("encoding", "head"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("gb18030", ""),
        ("gbk", '<meta charset="gb2312">'),
        ("gbk", '<meta http-equiv="Content-Type" content="text/html; charset=GBK">'),
        ("utf-8", '<meta charset="utf-8">'),
        ("utf-8", '<meta charset="iso-8859-1">'),
        ("gbk", '<meta charset="zlib">'),
    ],
)
def test_a_page_is_read_in_the_encoding_it_has(tmp_path: Path, encoding: str, head: str) -> None:
    path = a_page(tmp_path / "a.html", PAGE, head=head, encoding=encoding)

    assert cells_of(path) == [HEAD, ROW]


def test_a_page_in_traditional_characters_is_read(tmp_path: Path) -> None:
    head = '<meta http-equiv="Content-Type" content="text/html; charset=Big5">'
    path = a_page(tmp_path / "a.html", "<table><tr><td>名稱</table>", head=head, encoding="big5")

    assert cells_of(path) == [["名稱"]]
    assert notes_of(path) == ()


def test_a_page_in_another_encoding_than_it_says_is_told(tmp_path: Path) -> None:
    path = a_page(tmp_path / "a.html", PAGE, head="<meta charset=utf-8>", encoding="gbk")

    assert notes_of(path) == ("网页自称 utf-8 编码，内容却是 GB18030，已按后者读取；请核对",)


@pytest.mark.parametrize(
    "start",
    ["", "<!-- saved -->", '<?xml version="1.0"?>', "<meta charset=utf-8>", "\ufeff\r\n<html>"],
)
def test_a_pasted_table_needs_no_page_around_it(tmp_path: Path, start: str) -> None:
    assert cells_of(a_file(tmp_path / "a.xls", start + PAGE)) == [HEAD, ROW]


def test_cells_of_a_page_that_reach_over_others_keep_the_others_in_place(tmp_path: Path) -> None:
    path = a_page(
        tmp_path / "a.html",
        "<table><tr><td colspan=3>标题<tr><td rowspan=2>编号<td colspan=2>结果<tr><td>初查<td>复查"
        "<tr><td>1<td rowspan=9>甲<td>乙<tr><td>2<td>丙</table>",
    )

    source = opened(path)

    assert source.spans == ((1, 1, 1, 3), (2, 1, 3, 1), (2, 2, 2, 3), (4, 2, 5, 2))
    assert list(source.rows) == [
        (1, ["标题"]),
        (2, ["编号", "结果"]),
        (3, ["", "初查", "复查"]),
        (4, ["1", "甲", "乙"]),
        (5, ["2", "", "丙"]),
    ]


def test_the_text_of_a_page_reads_as_it_is_seen(tmp_path: Path) -> None:
    path = a_page(
        tmp_path / "a.html",
        "<table><tr><td> 示例&nbsp;市\n <b>集</b> <td>甲<br>乙<p>丙</p><p>丁</p>"
        "<td><!-- 注 --><script>x</script>戊<o:p></o:p><template>己</template></table>",
    )

    assert cells_of(path) == [["示例 市 集", "甲\n乙\n丙\n丁", "戊"]]


@pytest.mark.parametrize(
    "hidden",
    [
        '<span style="display: none">旧</span>',
        "<p style='mso-hide:all'>旧</p>",
        '<i style="color:red;VISIBILITY:hidden">旧</i>',
        "<font hidden>旧</font>",
        '<span style="font-size:0">旧</span>',
        '<span style="font-size: 0.0pt;">旧</span>',
        '<b class="note gone">旧</b>',
    ],
)
def test_text_that_a_page_keeps_from_view_is_left_out_and_told(tmp_path: Path, hidden: str) -> None:
    style = (
        "<style>@media print {.shown {display:none}} td b.gone {color:red; display:none}</style>"
    )
    path = a_page(
        tmp_path / "a.html",
        f"<table><tr><td>编号<td class=shown>名称<tr><td style='font-size:10pt'>1<td>示例{hidden}"
        "</table>",
        head=style,
    )

    assert cells_of(path) == [HEAD, ["1", "示例"]]
    assert notes_of(path) == ("第2行有隐藏的文字，未读取；请核对",)


def test_what_a_spreadsheet_saved_as_a_page_is_read(tmp_path: Path) -> None:
    """With its own kind of comments, classes, and a hidden row of nothing that it ends with."""
    style = (
        "<style><!--table {mso-displayed-decimal-separator:'.';} @page {margin:1in;}"
        " tr {mso-height-source:auto;} rt {font-size:9.0pt;} .xl65 {font-size:10.0pt;"
        " mso-number-format:'\\@';} --></style><!--[if gte mso 9]><xml><x:ExcelWorkbook>"
        "</x:ExcelWorkbook></xml><![endif]-->"
    )
    path = a_page(
        tmp_path / "a.xls",
        "<table border=0 x:str><col width=72 span=2 style='width:54pt'>"
        "<tr height=19><td class=xl65>编号</td><td class=xl65>名称</td></tr>"
        "<tr><td class=xl65 x:num>0071</td><td><ruby>示例<rt>shi li</rt></ruby></td></tr>"
        "<![if supportMisalignedColumns]><tr height=0 style='display:none'><td width=72></td></tr>"
        "<![endif]></table>",
        head=style,
        encoding="gb18030",
    )

    assert cells_of(path) == [HEAD, ["0071", "示例"]]
    assert notes_of(path) == ()


def test_hidden_rows_cells_and_columns_of_a_page_are_told(tmp_path: Path) -> None:
    path = a_page(
        tmp_path / "a.html",
        "<table><col><col style='display:none'><tr><td>编号<td>名称"
        "<tr style='display:none'><td>0<td>旧<tr><td style='display:none'>旧<td>1<td>甲</table>"
        "<div hidden><table><tr><td>旧</table></div>",
    )

    source = opened(path)

    assert list(source.rows) == [(1, HEAD), (2, ["1", "甲"])]
    assert source.notes == (
        "网页中有1个隐藏的表格，未读取",
        "第B列被隐藏，仍已读取；请核对",
        "第1行之后有隐藏的行，未读取；请核对",
        "第2行有隐藏的文字，未读取；请核对",
    )


def test_the_fullest_table_of_a_page_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    small = "<table><tr><td>导航<td>首页<td><tr><td>甲</table>"
    path = a_page(tmp_path / "a.html", f"{small}<table></table>{PAGE}<p>正文</p>")

    assert cells_of(path) == [HEAD, ROW]
    assert notes_of(path) == ("第1个表格（2行3列）未读取；要读取请指明“表1”",)
    assert cells_of(path, wanted="表1") == [["导航", "首页"], ["甲"]]
    assert refusal(path, wanted="表3") == ("没有“表3”；网页中有 2 个表格，请以“表1”这样的序号指明")


def test_a_table_cut_where_the_page_ends_is_read_as_one(tmp_path: Path) -> None:
    more = PAGE.replace("<td>1", "<td rowspan=2>2").replace("</table>", "<tr><td>又</table>")
    path = a_page(tmp_path / "a.html", f"{PAGE}<p>第1页</p>{more}")

    source = opened(path)

    assert list(source.rows) == [
        (1, HEAD),
        (2, ROW),
        (3, HEAD),
        (4, ["2", "示例市集"]),
        (5, ["", "又"]),
    ]
    assert source.spans == ((4, 1, 5, 1),)
    assert source.notes == ("第1、2个表格的表头相同，已按先后接为一个表格读取；请核对",)


def test_a_table_cut_below_a_title_is_read_as_one(tmp_path: Path) -> None:
    titled = PAGE.replace("<table>", "<table><tr><td colspan=2>名单")
    path = a_page(tmp_path / "a.html", titled + titled.replace("名单", "名单（续）"))

    assert cells_of(path) == [["名单"], HEAD, ROW, ["名单（续）"], HEAD, ROW]


def test_a_table_that_counts_on_without_a_header_is_read_as_one(tmp_path: Path) -> None:
    more = "<table><tr><td rowspan=2>2<td>甲<tr><td>乙<tr><td>3<td>丙</table>"
    again = "<table><tr><td>2<td>丁</table>"
    path = a_page(tmp_path / "a.html", f"{PAGE}<p>接上页</p>{more}{again}")

    assert cells_of(path) == [HEAD, ROW, ["2", "甲"], ["", "乙"], ["3", "丙"]]
    assert notes_of(path) == (
        "第2个表格没有表头，列数与前一个表格相同、序号相接，已接在其后读取；请核对",
        "第3个表格（1行2列）未读取；要读取请指明“表3”",
    )


def test_tables_alike_in_their_lines_but_not_in_their_header_stay_apart(tmp_path: Path) -> None:
    other = PAGE.replace("名称", "商户").replace("</table>", "<tr><td>2<td>甲</table>")
    path = a_page(tmp_path / "a.html", PAGE + other)

    assert cells_of(path) == [["编号", "商户"], ROW, ["2", "甲"]]
    assert notes_of(path) == ("第1个表格（2行2列）未读取；要读取请指明“表1”",)


def test_a_table_within_a_cell_is_text_and_one_for_layout_is_no_table(tmp_path: Path) -> None:
    inner = PAGE.replace("示例市集", "甲<table><tr><td>乙<td>丙</table>")
    path = a_page(tmp_path / "a.html", f"<table><tr><td>{inner}</table>")

    assert cells_of(path) == [HEAD, ["1", "甲\n乙 丙"]]
    assert notes_of(path) == ()


def test_a_page_without_a_table_is_refused(tmp_path: Path) -> None:
    assert refusal(a_page(tmp_path / "a.html", "<p>正文</p>")) == (
        "网页中没有看得见内容的表格；请把表格复制到表格软件，另存为 .xlsx 后再导入"
    )


# -- what it is, and is not ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"%PDF-1.7\n", "是PDF 文件，不是表格；请用表格软件打开或录入，另存为 .xlsx 后再导入"),
        (b"{\\rtf1}", "是RTF 文档，不是表格；请用表格软件打开或录入，另存为 .xlsx 后再导入"),
        (b"\x89PNG\r\n", "是图片，不是表格；请用表格软件打开或录入，另存为 .xlsx 后再导入"),
        (b"Rar!\x1a", "是压缩包，不是表格；请用表格软件打开或录入，另存为 .xlsx 后再导入"),
        (
            b"MIME-Version: 1.0\r\nContent-Type: multipart/related",
            "是 MHTML 单一网页文件；请用表格软件打开后另存为 .xlsx 再导入",
        ),
        (
            b"<?xml version='1.0'?><rows/>",
            "是 XML 文件，但不是可识别的表格；请用表格软件打开后另存为 .xlsx",
        ),
        (
            b"PK\x03\x04",
            "不是完整的 .xlsx 工作簿（可能下载未完成或已损坏）；请重新导出或另存后再导入",
        ),
    ],
)
def test_what_is_no_table_is_refused_by_its_name(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)

    assert refusal(path) == told


def test_the_name_of_a_file_does_not_matter(tmp_path: Path) -> None:
    book, sheet = a_sheet()
    sheet.append(HEAD)
    book.save(tmp_path / "a.xlsx")
    files: dict[str, bytes] = {
        "really.xlsx": (tmp_path / "a.xlsx").read_bytes(),
        "really.ods": an_ods(tmp_path / "a.ods", ods_table(ods_row(*HEAD))).read_bytes(),
        "really.xml": a_2003(tmp_path / "a.xml", text_row(*HEAD)).read_bytes(),
        "really.html": "<table><tr><td>编号<td>名称</table>".encode(),
        "really.csv": "编号,名称\n".encode("gb18030"),
        "really.txt": "编号\t名称\n".encode(),
    }
    found: dict[str, list[Row]] = {}
    for name, content in files.items():
        path = tmp_path / "汇总.xls"
        path.write_bytes(content)
        found[name] = rows_of(path)

    assert found == {name: [(1, HEAD)] for name in files}


def test_dates_are_dates_and_texts_that_look_like_them_are_not(tmp_path: Path) -> None:
    path = a_page(tmp_path / "a.html", "<table><tr><td>2025-05-20<td>10%<td>007</table>")

    assert cells_of(path) == [["2025-05-20", "10%", "007"]]
    assert dt.date(2025, 5, 20) in cells_of(FILES / "results.xls")[2]

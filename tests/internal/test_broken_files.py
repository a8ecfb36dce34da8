"""Files with faults: each fault is named at its place, all at once, and nothing is filed."""

import re
import struct
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from sqlalchemy.orm import Session

from portal.domain.errors import NotAllowed, PortalError, UnknownRecord
from portal.domain.results import Outcome, Result
from portal.domain.workflow import Role
from portal.internal.desk import people, upload
from portal.internal.sheets.catalogue import SHEETS
from portal.internal.sheets.report import MOST_KEPT
from portal.internal.tables import filings
from tests.conftest import NOW, Office
from tests.internal.makers import (
    RESULT_CELLS,
    RESULT_HEADERS,
    SHEET_PART,
    a_csv,
    a_result_book,
    a_result_row,
    a_result_table,
    a_table,
    batch_count,
    first_sheet,
    lines,
    problems,
    raw_cells,
    refused,
    remade,
)
from tests.makers import (
    AGENCY,
    AGENCY_ROW,
    CREDIT_CODE,
    ITEM_ROW,
    RESULT_ROW,
    Row,
    a_text,
    a_workbook,
)

DAMAGED = "不是完整的 .xlsx 工作簿（可能下载未完成或已损坏）；请重新导出或另存后再导入"
BROKEN_SHEET = "工作表“抽查结果”已损坏，无法读取；请另存为 .xlsx 后再导入"
UNCOMPUTED = "是未计算的公式，读不到值；请在表格软件中打开、重算并保存，或粘贴为数值"
HOW_TO_FILL = "请补列，或写明全表相同的内容，或在映射方案中写明"
LOST_DIGITS = "以数字格式保存，表格软件已丢失末几位；请把该列设为“文本”格式，对照原件重新录入"
BOUNDS = "超出 200000 行、200 列的上限；请清除远处的内容或拆分后再导入"
MEBIBYTE = 1024 * 1024

PLAN_ROW: Row = {
    "code": "2025-SCJG",
    "name": "示例市市场监督管理局2025年度抽查计划",
    "year": 2025,
    "approved_on": "2025-03-03",
    "approver": "（批准人）",
    "task_code": "2025-SCJG-01",
    "task_name": "食品经营抽查",
    "item_codes": "SP-001",
    "object_scope": "全市食品经营者",
    "task_type": "不定向",
    "starts_on": "2025-04-01",
    "ends_on": "2025-06-30",
}
#: Columns of a workbook made of PLAN_ROW, for its fields.
PLAN_CELL = {field: get_column_letter(n) for n, field in enumerate(PLAN_ROW, 1)}
DRAW_ROW: Row = {
    "code": "2025-01",
    "name": "食品经营抽查第一轮",
    "drawn_on": "2025-04-07",
    "method": "系统随机抽取",
    "entity_name": "示例市青禾食品有限公司",
    "identifier": CREDIT_CODE,
}
STEP_ROW: Row = {"result_code": "JC-0001", "step": "责令改正", "taken_on": "2025-05-20"}


def only(sheet: str, *told: str) -> list[str]:
    """Return the lines of a report about one sheet."""
    return [f"{sheet} {each}" for each in told]


def of_results(*told: str) -> list[str]:
    return only("抽查结果", *told)


# -- files that cannot be taken at all ----------------------------------------------------------


def test_an_empty_file_is_refused(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "results.xlsx"
    path.touch()

    told = problems(office, path)

    assert told == ["results.xlsx：文件是空的（0字节）；请重新导出后再导入"]


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_workbook_is_refused(office: Office, tmp_path: Path, part: float) -> None:
    path = a_result_book(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])

    told = problems(office, path)

    assert told == [f"results.xlsx：{DAMAGED}"]


def test_a_workbook_that_lost_its_first_bytes_is_refused(office: Office, tmp_path: Path) -> None:
    """The directory at the end then points to before the beginning."""
    path = a_result_book(tmp_path)
    path.write_bytes(b"PK" + path.read_bytes()[200:])

    told = problems(office, path)

    assert told == [f"results.xlsx：{DAMAGED}"]


def test_a_workbook_with_a_flipped_byte_is_refused(office: Office, tmp_path: Path) -> None:
    """Stored parts have no compression that would notice; their check sum does."""
    path = a_result_book(tmp_path)
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as book:
        for name, content in parts.items():
            book.writestr(name, content)
    path.write_bytes(path.read_bytes().replace(b"JC-0001", b"JC-0007"))

    told = problems(office, path)

    assert told == [f"results.xlsx：{DAMAGED}"]


def test_a_zip_bomb_is_refused(office: Office, tmp_path: Path) -> None:
    path = a_result_book(tmp_path)
    remade(path, "xl/media/image1.bin", lambda _: bytes(20 * MEBIBYTE))

    told = problems(office, path)

    assert path.stat().st_size < MEBIBYTE
    with zipfile.ZipFile(path) as book:
        unpacked = sum(member.file_size for member in book.infolist())
    ratio = unpacked // path.stat().st_size
    [line] = told
    assert line.startswith("results.xlsx：解压后约 20 MB，是压缩后的")
    assert line.endswith("倍，超过安全上限 100 倍；请删除多余内容或拆分后再导入")
    assert f" {ratio} " in line


def declare(path: Path, part: str, size: int) -> Path:
    """Make the directory of a zip file say that `part` unpacks to `size` bytes."""
    raw = bytearray(path.read_bytes())
    entry = raw.rindex(part.encode()) - 46  # length of a directory entry before the name
    assert raw[entry : entry + 4] == b"PK\x01\x02"
    raw[entry + 24 : entry + 28] = struct.pack("<I", size)
    path.write_bytes(raw)
    return path


def test_a_zip_bomb_that_declares_a_huge_size_is_refused(office: Office, tmp_path: Path) -> None:
    path = declare(a_result_book(tmp_path), SHEET_PART, 4_000 * MEBIBYTE)

    told = problems(office, path)

    assert told == [
        "results.xlsx：解压后约 4000 MB，超过安全上限 512 MB；请删除多余内容或拆分后再导入"
    ]


def test_a_zip_bomb_that_lies_about_its_size_is_refused(office: Office, tmp_path: Path) -> None:
    path = a_result_book(tmp_path)
    remade(path, "xl/media/image1.bin", lambda _: bytes(20 * MEBIBYTE))
    declare(path, "xl/media/image1.bin", 1_000)

    told = problems(office, path)

    assert told == [f"results.xlsx：{DAMAGED}"]


@pytest.mark.parametrize("more", [84, 105, 126, 203])
def test_a_part_just_longer_than_a_piece_is_whole(
    office: Office, tmp_path: Path, more: int
) -> None:
    """The last of what packs well comes out after all of the packed bytes have gone in."""
    path = a_result_book(tmp_path)
    filling = (b'<c r="A1"/>' * 200_000)[: MEBIBYTE + more]
    remade(path, "xl/media/image1.bin", lambda _: filling)

    done = office.take(path, "results")

    assert (done.created, done.report.errors) == (2, [])


def test_an_encrypted_part_is_refused(office: Office, tmp_path: Path) -> None:
    path = a_result_book(tmp_path)
    raw = bytearray(path.read_bytes())
    entry = raw.rindex(SHEET_PART.encode()) - 46
    raw[entry + 8] |= 1  # the flag that says so
    path.write_bytes(raw)

    told = problems(office, path)

    assert told == [f"results.xlsx：{DAMAGED}"]


def test_a_zip_that_is_no_workbook_is_refused(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "results.xlsx"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("说明.txt", "两份材料")

    told = problems(office, path)

    assert told == ["results.xlsx：是压缩包但不是 .xlsx 工作簿；请用表格软件另存为 .xlsx"]


@pytest.mark.parametrize(
    "head", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xd0\xcf\x11\xe0" + bytes(600)]
)
def test_a_broken_old_workbook_is_refused(office: Office, tmp_path: Path, head: bytes) -> None:
    path = tmp_path / "results.xls"
    path.write_bytes(head)

    told = problems(office, path)

    assert told == [
        (
            "results.xls：不是完整的 .xls 工作簿（可能下载未完成或已损坏）；"
            "请用表格软件打开后另存为 .xlsx"
        )
    ]


@pytest.mark.parametrize("part", ["xl/vbaProject.bin", "xl/externalLinks/externalLink1.xml"])
def test_macros_and_external_links_are_refused(office: Office, tmp_path: Path, part: str) -> None:
    path = remade(a_result_book(tmp_path), part, lambda _: b"<x/>")

    told = problems(office, path)

    assert told == [
        "results.xlsx：工作簿含有宏或外部链接；请另存为不含宏、无外部链接的 .xlsx 后再导入"
    ]


def test_an_xml_entity_in_a_sheet_is_refused(office: Office, tmp_path: Path) -> None:
    """Such an entity may stand for gigabytes."""
    path = a_result_book(tmp_path)
    remade(
        path,
        SHEET_PART,
        lambda sheet: b'<!DOCTYPE worksheet [<!ENTITY a "aaaaaaaa">]>' + sheet,
    )

    told = problems(office, path)

    assert told == [
        (
            f"results.xlsx：工作簿的部件 {SHEET_PART} 含有 XML 实体或文档类型定义，可能危险；"
            "请用表格软件另存为 .xlsx 后再导入"
        )
    ]


def test_a_sheet_that_breaks_off_is_refused(office: Office, tmp_path: Path) -> None:
    path = a_result_table(tmp_path / "results.xlsx", a_result_row(code="=A1"))
    remade(path, SHEET_PART, lambda sheet: sheet.replace(b"</worksheet>", b"</oops>"))

    told = problems(office, path)

    assert told == [f"results.xlsx：{BROKEN_SHEET}"]


def test_a_workbook_without_the_sheet_is_refused(office: Office, tmp_path: Path) -> None:
    path = a_result_book(tmp_path)
    book = load_workbook(path)
    first_sheet(book).title = "汇总"
    book.create_sheet("台账").append(["编号"])
    book.save(path)

    told = problems(office, path)

    assert told == [
        (
            "results.xlsx：没有名为“抽查结果”的工作表（现有：汇总、台账）；"
            "请指明要读哪一个，或使用对应的空白模板"
        )
    ]


def test_a_sheet_of_another_template_is_refused(office: Office, tmp_path: Path) -> None:
    path = a_workbook(tmp_path / "items.xlsx", "items", [ITEM_ROW])

    told = problems(office, path)

    assert told == only(
        "抽查事项清单",
        f"第1行：缺少必填列：检查记录编号、检查完成日期、检查结果；{HOW_TO_FILL}",
        (
            "D1：列“检查对象”常用来表示“检查对象名称”，拟对应“检查对象名称”；"
            "请确认，或改列名后重新导入"
        ),
        ("E1：列“抽查内容”与B列“抽查事项”重复，都是“检查事项”；请只保留一列，或在映射方案中指定"),
    )


def test_a_table_without_a_header_is_refused(office: Office, tmp_path: Path) -> None:
    path = a_table(tmp_path / "results.xlsx", ["2025年抽查结果"], a_result_row())

    told = problems(office, path)

    assert told == [
        (
            "抽查结果：没有找到“抽查结果”的表头；"
            "应有：检查记录编号、检查对象名称、检查完成日期、检查结果。"
            "可下载空白模板对照，或为本表建立映射方案"
        )
    ]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_refused(office: Office, tmp_path: Path, state: str) -> None:
    path = a_result_book(tmp_path)
    book = load_workbook(path)
    book.create_sheet("旧名单").sheet_state = state
    book.save(path)

    told = problems(office, path)

    assert told == ["results.xlsx：含有隐藏的工作表“旧名单”；请取消隐藏核对，或删除后再导入"]


def test_a_million_empty_columns_are_refused(office: Office, tmp_path: Path) -> None:
    path = a_result_book(tmp_path)
    remade(
        path, SHEET_PART, lambda sheet: sheet.replace(b'ref="A1:I2"', b'ref="A1:BDWGN2"')
    )  # the column of that name would be the millionth

    told = problems(office, path)

    assert told == ["results.xlsx：有 1000000 列，超过上限 200 列；请删除右侧空列后再导入"]


@pytest.mark.parametrize("cell", ["XFD1048576", "GS3", "A1048576", "B201000", "xfd3"])
@pytest.mark.parametrize("part", [SHEET_PART, "xl/elsewhere.xml"])
def test_a_stray_cell_far_out_is_refused_before_it_takes_all_memory(
    office: Office, tmp_path: Path, cell: str, part: str
) -> None:
    """The sheet says nothing of its size, and every cell up to the stray one would be laid out."""
    path = a_result_book(tmp_path)
    stray = f'<row r="3"><c r="{cell}"><v>1</v></c></row></sheetData>'.encode()
    remade(
        path,
        SHEET_PART,
        lambda sheet: sheet.replace(b'ref="A1:I2"', b'ref="A1"').replace(b"</sheetData>", stray),
    )
    if part != SHEET_PART:
        with zipfile.ZipFile(path) as book:
            sheet = book.read(SHEET_PART)
        remade(path, part, lambda _: sheet)
        remade(path, SHEET_PART, lambda each: each.replace(stray, b"</sheetData>"))
        remade(
            path,
            "xl/_rels/workbook.xml.rels",
            lambda each: each.replace(b"worksheets/sheet1.xml", b"elsewhere.xml"),
        )

    told = problems(office, path)

    assert told == [f"results.xlsx：单元格 {cell.upper()} 有内容，{BOUNDS}"]


def test_a_formatted_cell_far_out_is_no_fault(office: Office, tmp_path: Path) -> None:
    path = a_result_book(tmp_path)
    styled = b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    remade(
        path,
        SHEET_PART,
        lambda sheet: sheet.replace(b'ref="A1:I2"', b'ref="A1"').replace(b"</sheetData>", styled),
    )

    done = office.take(path, "results")

    assert (done.created, done.report.errors) == (2, [])  # the check and its party


def test_a_file_beyond_the_size_limit_is_refused(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    with path.open("wb") as file:
        file.truncate(65 * MEBIBYTE)

    told = problems(office, path)

    assert told == ["results.csv：文件 65 MB，超过上限 64 MB；请拆分后分批导入"]


# -- CSV ----------------------------------------------------------------------------------------


def test_a_csv_with_nul_bytes_is_refused(office: Office, tmp_path: Path) -> None:
    path = a_csv(tmp_path / "results.csv", a_result_row(item_code="SP-\0"))

    told = problems(office, path)

    assert told == ["results.csv：含有空字节（NUL），不是 CSV 文本；请另存为 CSV UTF-8 或 .xlsx"]


def test_a_csv_in_no_known_encoding_is_refused(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    path.write_bytes(b"\xff\xff\xff\n")

    told = problems(office, path)

    assert told == [
        "results.csv：既不是 UTF-8 也不是 GB18030 编码的文本；请另存为 CSV UTF-8 或 .xlsx"
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-be"])
def test_a_csv_reads_in_every_usual_encoding(office: Office, tmp_path: Path, encoding: str) -> None:
    path = a_csv(tmp_path / "results.csv", a_result_row(), encoding=encoding)

    done = office.take(path, "results")

    assert (done.row_count, done.created, done.report.errors) == (1, 2, [])


def test_a_csv_with_unbalanced_quotes_is_refused(office: Office, tmp_path: Path) -> None:
    path = a_csv(tmp_path / "results.csv", a_result_row())
    path.write_text(path.read_text("utf-8") + '"JC-0002,示例市青禾', "utf-8")

    told = problems(office, path)

    assert told == [
        "results.csv：第 3 行附近不是合法的 CSV（引号不配对）；请检查引号，或另存为 .xlsx"
    ]


def test_a_huge_csv_line_is_refused(office: Office, tmp_path: Path) -> None:
    path = a_csv(tmp_path / "results.csv", ["甲"] * 300_000)

    told = problems(office, path)

    assert told == ["results.csv：第 2 行有 300000 列，超过上限 200 列"]


def test_a_huge_csv_cell_is_refused(office: Office, tmp_path: Path) -> None:
    path = a_csv(tmp_path / "results.csv", ["甲" * 1_100_000])

    told = problems(office, path)

    assert told == [
        (
            "results.csv：第 2 行附近不是合法的 CSV（单元格过长，超过上限 1000000 字）；"
            "请检查引号，或另存为 .xlsx"
        )
    ]


def test_a_fault_in_a_csv_stands_at_the_row_a_spreadsheet_shows(
    office: Office, tmp_path: Path
) -> None:
    """A cell may hold line ends, so lines of the file are not rows."""
    path = a_csv(
        tmp_path / "results.csv",
        a_result_row(entity_name="示例市青禾食品有限公司\n"),
        a_result_row(code="JC-0002", inspected_on="五月二十日"),
    )

    told = problems(office, path)

    assert told == [
        "results.csv D3 “检查完成日期”：“五月二十日”没有年份；请写作 2023-02-28 或 2023年2月28日"
    ]


def test_the_report_knows_the_file_by_the_name_people_gave_it(
    office: Office, tmp_path: Path
) -> None:
    """The office's page keeps an upload under a name of its own."""
    table = a_csv(tmp_path / "upload", a_result_row(inspected_on="2023-02-30"))
    empty = tmp_path / "empty"
    empty.touch()

    told = []
    for path in (table, empty):
        with pytest.raises(upload.Refused) as refused:
            upload.accept(
                office.stores, path, kind="results", agency=AGENCY, by="lin", now=NOW,
                file_name="五月结果.csv",
            )  # fmt: skip
        told += [str(problem) for problem in refused.value.report.errors]

    assert told == [
        "五月结果.csv D2 “检查完成日期”：“2023-02-30”不是实际存在的日期，请核对",
        "五月结果.csv：文件是空的（0字节）；请重新导出后再导入",
    ]


# -- headers ------------------------------------------------------------------------------------


def merged(path: Path, *areas: str) -> Path:
    """Merge cells of the first sheet; what they cover is gone."""
    book = load_workbook(path)
    for area in areas:
        first_sheet(book).merge_cells(area)
    book.save(path)
    return path


def test_a_name_merged_into_the_first_row_is_no_number(office: Office, tmp_path: Path) -> None:
    """The number it covers is gone; the name of the column must not take its place."""
    path = merged(a_result_book(tmp_path), "A1:A2")

    told = problems(office, path)

    assert told == of_results("A2 “检查记录编号”：必填，不能为空")


def test_merged_header_cells_are_read(office: Office, desk: Session, tmp_path: Path) -> None:
    above = ["检查记录编号", "被检查人", None, "检查完成日期", "检查事项编号", "检查结果"]
    below = [None, "检查对象名称", "标识代码"]
    path = a_table(tmp_path / "results.xlsx", above, below, a_result_row())
    merged(path, "A1:A2", "B1:C1", "D1:D2", "E1:E2", "F1:F2")

    done = office.take(path, "results")

    (filed,) = filings.find(desk, Result, [f"{AGENCY}/JC-0001"]).values()
    assert (done.row_count, done.created, done.report.notes) == (1, 2, [])
    assert (filed.entity_name, filed.identifier.value) == (RESULT_CELLS[1], RESULT_CELLS[2])
    assert done.columns == [
        ("检查记录编号", "检查记录编号"),
        ("被检查人/检查对象名称", "检查对象名称"),
        ("被检查人/标识代码", "标识代码"),
        ("检查完成日期", "检查完成日期"),
        ("检查事项编号", "检查事项编号"),
        ("检查结果", "检查结果"),
    ]


def test_a_merged_title_above_the_header_is_no_fault(office: Office, tmp_path: Path) -> None:
    path = a_table(
        tmp_path / "results.xlsx", ["2025年抽查结果公示表"], [], RESULT_HEADERS, a_result_row()
    )
    merged(path, "A1:F1")

    done = office.take(path, "results")

    assert (done.row_count, done.created) == (1, 2)


def test_unknown_missing_and_doubled_columns_are_named(office: Office, tmp_path: Path) -> None:
    headers = ["检查记录编号", "企业名称", "检查对象名称", "法人手机", "标识代码", "检查结果"]
    path = a_table(tmp_path / "results.xlsx", headers, a_result_row())

    report = refused(office, path)

    assert lines(report.errors) == of_results(
        f"第1行：缺少必填列：检查完成日期；{HOW_TO_FILL}",
        (
            "C1：列“检查对象名称”与B列“企业名称”重复，都是“检查对象名称”；"
            "请只保留一列，或在映射方案中指定"
        ),
    )
    assert lines(report.notes) == of_results("D1：列“法人手机”没有对应，按原样留存，不公开")


def test_a_column_of_a_likely_name_waits_to_be_confirmed(office: Office, tmp_path: Path) -> None:
    """It is neither taken for what it resembles nor put by as unknown."""
    headers = [*RESULT_HEADERS[:5], "检查的结果"]
    path = a_table(tmp_path / "results.xlsx", headers, a_result_row())

    report = refused(office, path)

    assert lines(report.errors) == of_results(
        "F1：列“检查的结果”与“检查结果”相近，拟对应“检查结果”；请确认，或改列名后重新导入"
    )
    assert report.notes == []


def test_a_column_the_template_does_not_know_is_kept_as_filed(
    office: Office, desk: Session, tmp_path: Path
) -> None:
    """Row by row, for the records that have something there."""
    path = a_table(
        tmp_path / "results.xlsx",
        [*RESULT_HEADERS, "法人手机"],
        a_result_row(),
        [*a_result_row(outcomes="发现问题待后续处理"), 13800138000],
        a_result_row(code="JC-2", inspected_on="2025-05-21"),
    )

    done = office.take(path, "results")

    assert lines(done.report.notes) == of_results("G1：列“法人手机”没有对应，按原样留存，不公开")
    assert raw_cells(desk, done) == [[{}, {"法人手机": "13800138000"}], []]


def test_a_table_without_rows_is_refused(office: Office, tmp_path: Path) -> None:
    path = a_result_table(tmp_path / "results.xlsx", ["", " ", "\n"])

    told = problems(office, path)

    assert told == ["抽查结果：没有数据行；请在表头下方逐行填写"]


def test_cells_outside_the_columns_are_kept_as_filed(
    office: Office, desk: Session, tmp_path: Path
) -> None:
    path = a_result_table(
        tmp_path / "results.xlsx",
        [*a_result_row(), "漏了列名"],
        [*a_result_row(code="JC-0002"), None, "又一处"],
    )

    done = office.take(path, "results")

    assert lines(done.report.notes) == of_results(
        "G列：没有列名的列有内容，按原样留存，不公开；需要登记的请补列名",
        "H列：没有列名的列有内容，按原样留存，不公开；需要登记的请补列名",
    )
    assert raw_cells(desk, done) == [[{"G列": "漏了列名"}], [{"H列": "又一处"}]]


# -- cells --------------------------------------------------------------------------------------


def test_formulas_without_values_are_told_where_they_stand(office: Office, tmp_path: Path) -> None:
    """They read as empty cells; a row of nothing else does not even exist for the reader."""
    path = a_result_table(
        tmp_path / "results.xlsx",
        a_result_row(inspected_on="=TODAY()", outcomes="=F9"),
        a_result_row(code="JC-0002"),
        ["=A2", None, None, None, None, None, "=1"],
    )

    told = problems(office, path)

    assert told == of_results(
        f"D2 “检查完成日期”：{UNCOMPUTED}",
        f"F2 “检查结果”：{UNCOMPUTED}",
        f"A4 “检查记录编号”：{UNCOMPUTED}",
        f"G4：{UNCOMPUTED}",
    )


def test_computed_formulas_read_as_their_values(office: Office, tmp_path: Path) -> None:
    """Also one whose value is an empty text, and in the strict form of the format."""
    path = a_result_table(tmp_path / "results.xlsx", a_result_row(outcomes="=F9", item_code="=E9"))
    remade(
        path,
        SHEET_PART,
        lambda sheet: re.sub(
            rb'<c r="E2"><f>E9</f><v ?(?:/>|></v>)</c>',
            b'<c r="E2" t="str"><f>E9</f><v></v></c>',
            re.sub(
                rb'<c r="F2"><f>F9</f><v ?(?:/>|></v>)</c>',
                '<c r="F2" t="str"><f>F9</f><v>未发现问题</v></c>'.encode(),
                sheet,
            ),
        ),
    )

    told = problems(office, path)

    assert told == of_results("第2行 “检查事项”：“检查事项编号”与“检查事项”至少填一项")


def test_an_uncomputed_formula_in_a_strict_workbook_is_told(office: Office, tmp_path: Path) -> None:
    path = a_result_table(tmp_path / "results.xlsx", a_result_row(outcomes="=F9"))
    for part in (SHEET_PART, "xl/workbook.xml"):
        remade(
            path,
            part,
            lambda each: each.replace(
                b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                b"http://purl.oclc.org/ooxml/spreadsheetml/main",
            ).replace(
                b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                b"http://purl.oclc.org/ooxml/officeDocument/relationships",
            ),
        )

    told = problems(office, path)

    assert told == of_results(f"F2 “检查结果”：{UNCOMPUTED}")


def test_error_values_are_told(office: Office, tmp_path: Path) -> None:
    """The reader behind gives an empty cell for them."""
    path = a_result_book(tmp_path)
    book = load_workbook(path)
    first_sheet(book)["I2"] = "#N/A"
    assert first_sheet(book)["I2"].data_type == "e"
    book.save(path)

    told = problems(office, path)

    assert told == of_results(
        "I2 “内部备注”：是错误值 #N/A，读不到内容；请改正公式，或粘贴为正确的数值"
    )


@pytest.mark.parametrize("number", [913301007799655058, 9.1330100779965506e17, 1e15])
def test_long_codes_stored_as_numbers_are_told(
    office: Office, tmp_path: Path, number: float
) -> None:
    path = a_result_table(tmp_path / "results.xlsx", a_result_row(identifier=number))

    told = problems(office, path)

    assert told == of_results(f"C2 “标识代码”：{LOST_DIGITS}")


@pytest.mark.parametrize("text", ["9.133E+17", "9.1330100779966E+17", "9e+17"])
def test_codes_in_scientific_notation_are_told(office: Office, tmp_path: Path, text: str) -> None:
    path = a_csv(tmp_path / "results.csv", a_result_row(identifier=text))

    told = problems(office, path)

    assert told == [
        (
            "results.csv C2 “标识代码”：是科学记数法，原编码已丢失；"
            "请把该列设为“文本”格式，对照原件重新录入"
        )
    ]


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("inspected_on", "2023-02-30", "D2 “检查完成日期”：“2023-02-30”不是实际存在的日期，请核对"),
        (
            "inspected_on",
            "2025-06-03",
            "D2 “检查完成日期”：2025-06-03 晚于今天（2025-06-02）；请核对日期",
        ),
        (
            "inspected_on",
            45797,
            ("D2 “检查完成日期”：“45797”不是日期，可能是表格软件的日期序号（2025-05-20）；"
            "请把该列设为日期格式后核对，或写作 2023-02-28"),
        ),
        (
            "outcomes",
            "优秀",
            ("F2 “检查结果”：“优秀”不在代码表中；可填：未发现问题；未按规定公示应当公示的信息；"
            "公示信息隐瞒真实情况、弄虚作假；通过登记的住所（经营场所）无法联系；发现问题已责令改正；"
            "不配合检查情节严重；未发现开展本次抽查涉及的经营活动；发现问题待后续处理"),
        ),
        ("outcomes", "；;", "F2 “检查结果”：只有分隔符，没有内容；请填写或清空"),
        (
            "outcomes",
            "未发现问题；发现问题已责令改正",
            "F2 “检查结果”：“未发现问题”不能与其他结果同时填写",
        ),
        (
            "item_code",
            "SP-404",
            ("E2 “检查事项编号”：清单中没有编号为 SP-404 的事项；"
            "未公布的事项不得检查，请先导入事项清单"),
        ),
        (
            "code",
            "检查\u2066001",
            "A2 “检查记录编号”：含有不可见的控制字符 U+2066，请删除后重新录入",
        ),
        (
            "entity_name",
            "示例市\x07青禾",
            "B2 “检查对象名称”：含有不可见的控制字符 U+0007，请删除后重新录入",
        ),
        (
            "entity_name",
            "示例\u202e市",
            "B2 “检查对象名称”：含有不可见的控制字符 U+202E，请删除后重新录入",
        ),
        (
            "entity_name",
            "=HYPERLINK(1)",
            "B2 “检查对象名称”：以“=”开头，会被表格软件当作公式；请去掉该字符",
        ),
        ("entity_name", " +86", "B2 “检查对象名称”：以“+”开头，会被表格软件当作公式；请去掉该字符"),
        ("entity_name", "@甲", "B2 “检查对象名称”：以“@”开头，会被表格软件当作公式；请去掉该字符"),
        ("entity_name", "＝甲", "B2 “检查对象名称”：以“＝”开头，会被表格软件当作公式；请去掉该字符"),
        ("entity_name", "甲" * 201, "B2 “检查对象名称”：超过 200 字，请删减"),
        ("entity_name", "", "B2 “检查对象名称”：必填，不能为空"),
        (
            "identifier",
            "",
            "C2 “标识代码”：未填标识代码；确无编号的，请在“标识类型”填“无编号”",
        ),
        (
            "identifier",
            "12345",
            ("C2 “标识代码”：5 位编码无法判断类型；请填18位统一社会信用代码、15位或13位注册号，"
            "其他编号请在“标识类型”注明“本地编号”"),
        ),
        (
            "identifier",
            "91990101MAI0000002",
            "C2 “标识代码”：统一社会信用代码应为18位数字和大写字母（不含I、O、S、V、Z）",
        ),
    ],
)  # fmt: skip
def test_a_bad_cell_is_told(
    office: Office, tmp_path: Path, field: str, value: object, told: str
) -> None:
    path = a_csv(tmp_path / "results.csv", a_result_row(**{field: value}))

    found = problems(office, path)

    assert found == [f"results.csv {told}"]


def test_a_number_filed_beside_the_word_no_number_is_told(office: Office, tmp_path: Path) -> None:
    """It would otherwise vanish."""
    row = {"entity_name": "示例市集", "scheme": "无编号", "identifier": "摊-12", "form": "其他"}
    path = a_workbook(tmp_path / "entities.xlsx", "entities", [row])

    told = problems(office, path, "entities")

    assert told == only(
        "检查对象名录", "C2 “标识代码”：标识类型为“无编号”，却填了标识代码；请改正其中一项"
    )


# -- rows and records ---------------------------------------------------------------------------


def test_one_number_for_two_records_is_told(office: Office, tmp_path: Path) -> None:
    path = a_workbook(
        tmp_path / "items.xlsx", "items", [ITEM_ROW, {**ITEM_ROW, "name": "另一名称"}]
    )

    told = problems(office, path, "items")

    assert told == only(
        "抽查事项清单", "A3 “事项编号”：编号与第2行重复，而内容不同；请核对，只保留一行"
    )


def test_one_step_of_one_day_stands_in_one_row(office: Office, tmp_path: Path) -> None:
    """A check has many steps: its number alone is no reason to tell."""
    office.file("results", {**RESULT_ROW, "outcomes": "发现问题已责令改正"})
    rows = [
        STEP_ROW,
        {**STEP_ROW, "taken_on": "2025-05-21"},
        {**STEP_ROW, "text": "限期整改"},
    ]
    path = a_workbook(tmp_path / "followups.xlsx", "followups", rows)

    told = problems(office, path, "followups")

    assert told == only(
        "后续处理",
        "A4 “检查记录编号”：与第2行是同一检查、同一步骤、同一日期，而内容不同；请合并为一行，或核对日期",
    )


def test_one_number_for_two_parties_stands_at_the_number(office: Office, tmp_path: Path) -> None:
    row: Row = {"entity_name": "示例市甲食品有限公司", "identifier": CREDIT_CODE}
    path = a_workbook(
        tmp_path / "entities.xlsx", "entities", [row, {**row, "entity_name": "示例市乙酒家"}]
    )

    told = problems(office, path, "entities")

    assert told == only(
        "检查对象名录", "B3 “标识代码”：编号与第2行重复，而内容不同；请核对，只保留一行"
    )


def test_a_record_that_stands_twice_alike_is_filed_once(office: Office, tmp_path: Path) -> None:
    second = {**ITEM_ROW, "code": "SP-002"}
    path = a_workbook(tmp_path / "items.xlsx", "items", [second, ITEM_ROW, second])

    done = office.take(path, "items")

    assert (done.row_count, done.created, done.same) == (3, 1, 1)
    assert lines(done.report.warnings) == only(
        "抽查事项清单", "A4 “事项编号”：与第2行重复（内容完全相同），只登记一次；请确认"
    )


def test_a_row_that_stands_twice_alike_in_a_record_is_filed_once(
    office: Office, desk: Session, tmp_path: Path
) -> None:
    """What only stays as filed, such as a serial number, may differ."""
    path = a_table(
        tmp_path / "results.xlsx",
        [*RESULT_HEADERS, "序号"],
        [*a_result_row(), 1],
        [*a_result_row(outcomes="发现问题待后续处理"), 2],
        [*a_result_row(), 3],
    )

    done = office.take(path, "results")

    (filed,) = filings.find(desk, Result, [f"{AGENCY}/JC-0001"]).values()
    assert [each.outcomes for each in filed.findings] == [
        (Outcome.NO_PROBLEM,),
        (Outcome.PENDING,),
    ]
    assert lines(done.report.warnings)[1:] == of_results("第4行：与第2行重复，只登记一次；请确认")
    assert raw_cells(desk, done) == [[{"序号": "1"}, {"序号": "2"}, {"序号": "3"}]]


def test_a_row_is_not_held_to_repeat_one_that_could_not_be_read(
    office: Office, tmp_path: Path
) -> None:
    """Only what is left of it is alike; each row has its own fault."""
    path = a_result_table(
        tmp_path / "results.xlsx",
        a_result_row(outcomes="优秀"),
        a_result_row(outcomes="特优"),
        a_result_row(outcomes=None),
    )

    report = refused(office, path)

    assert [each.place for each in report.errors] == [(2, 6), (3, 6), (4, 6)]
    assert [each.rule for each in report.errors] == ["cell", "cell", "required"]
    assert [each.rule for each in report.warnings] == []


def test_rows_of_one_record_that_stand_apart_are_told(office: Office, tmp_path: Path) -> None:
    path = a_result_table(
        tmp_path / "results.xlsx",
        a_result_row(),
        a_result_row(code="JC-0002"),
        a_result_row(outcomes="发现问题待后续处理"),
    )

    told = problems(office, path)

    assert told == of_results(
        "A4 “检查记录编号”：编号与第2行重复，两处不相邻；同一记录的行请连续填写"
    )


def test_two_versions_of_a_plan_in_one_file_are_told(office: Office, tmp_path: Path) -> None:
    """Filed together, the earlier could end up on top when the file is filed again."""
    second = {**PLAN_ROW, "version": 2, "adjustment_reason": "增加任务"}
    path = a_workbook(tmp_path / "plans.xlsx", "plans", [{**PLAN_ROW, "version": 1}, second])

    told = problems(office, path, "plans")

    assert told == only(
        "年度抽查计划",
        "A3 “计划编号”：编号与第2行重复，而版次不同；请分成两个文件，按版次先后导入",
    )


def test_a_cell_that_contradicts_the_record_is_told(office: Office, tmp_path: Path) -> None:
    path = a_result_table(
        tmp_path / "results.xlsx",
        a_result_row(),
        a_result_row(code="", inspected_on="2025-05-21", outcomes="发现问题待后续处理"),
    )

    told = problems(office, path)

    assert told == of_results(
        "D3 “检查完成日期”：与同一记录首行（第2行）不一致；请改成一致，或留空"
    )


def test_a_row_whose_key_cannot_be_read_belongs_to_no_other(office: Office, tmp_path: Path) -> None:
    """One fault, one line: the rest of the row is not held against the record above."""
    other = {"entity_name": "示例市白露酒家", "inspected_on": "2025-05-21"}
    path = a_result_table(
        tmp_path / "results.xlsx",
        a_result_row(),
        a_result_row(code=913301007799655058, **other),
        a_result_row(code=913301007799655059, **other),
    )

    told = problems(office, path)

    assert told == of_results(
        f"A3 “检查记录编号”：{LOST_DIGITS}", f"A4 “检查记录编号”：{LOST_DIGITS}"
    )


def test_a_record_without_a_finding_is_told(office: Office, tmp_path: Path) -> None:
    path = a_result_table(tmp_path / "results.xlsx", a_result_row(item_code=None, outcomes=None))

    told = problems(office, path)

    assert told == of_results("第2行：至少要有一行填写：检查结果")


def test_a_fault_in_a_later_row_of_a_record_stands_at_that_row(
    office: Office, tmp_path: Path
) -> None:
    """Faults that show only when a record is built, or held against the office's, know it too."""
    second = {"task_code": "2025-SCJG-02", "ends_on": "2025-03-31"}
    third = {"task_code": "2025-SCJG-01", "item_codes": "SP-001；SP-404"}

    built = problems(
        office,
        a_workbook(tmp_path / "built.xlsx", "plans", [PLAN_ROW, {**PLAN_ROW, **second}]),
        "plans",
    )
    held = problems(
        office,
        a_workbook(tmp_path / "held.xlsx", "plans", [PLAN_ROW, {**PLAN_ROW, **third}]),
        "plans",
    )

    assert built == only(
        "年度抽查计划", f"{PLAN_CELL['ends_on']}3 “检查日期至”：检查日期止早于检查日期自"
    )
    assert held == only(
        "年度抽查计划",
        f"{PLAN_CELL['task_code']}3 “任务编号”：任务编号 2025-SCJG-01 重复",
        f"{PLAN_CELL['item_codes']}3 “抽查事项编号”：清单中没有编号为 SP-404 的事项；请先导入事项清单",
    )


def test_a_second_finding_on_an_unknown_item_stands_at_its_row(
    office: Office, tmp_path: Path
) -> None:
    path = a_result_table(
        tmp_path / "results.xlsx", a_result_row(), a_result_row(item_code="SP-404")
    )

    told = problems(office, path)

    assert told == of_results(
        "E3 “检查事项编号”：清单中没有编号为 SP-404 的事项；未公布的事项不得检查，请先导入事项清单"
    )


def test_a_party_drawn_twice_stands_at_its_row(office: Office, tmp_path: Path) -> None:
    local = {**DRAW_ROW, "entity_name": "示例市集", "scheme": "本地编号", "identifier": "T-1"}
    path = a_workbook(
        tmp_path / "draws.xlsx",
        "draws",
        [DRAW_ROW, {**DRAW_ROW, "unit": "食品科"}, local, DRAW_ROW],
    )

    report = refused(office, path, "draws")

    assert lines(report.errors) == only(
        "抽取记录",
        "G3 “标识代码”：“示例市青禾食品有限公司”在名单中重复",
        "G4 “标识代码”：名录库中没有“示例市集”（本地编号）；请先导入检查对象",
    )
    assert "抽取记录 第5行：与第2行重复，只登记一次；请确认" in lines(report.warnings)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"drawn_on": "2025-06-03"},
            "C2 “抽取日期”：2025-06-03 晚于今天（2025-06-02）；请核对日期",
        ),
        (
            {"embargo_until": "2025-04-06"},
            "E2 “保密期止”：保密期止早于抽取日期",
        ),
        ({"sample_count": 2}, "E2 “抽取数量”：抽取数量为 2，名单为 1 户，不一致"),
        ({"frame_count": 0}, "E2 “名录库户数”：抽取数量大于名录库户数"),
        (
            {"task_code": "T-9"},
            "C2 “任务编号”：计划中没有编号为 T-9 的任务；请先导入年度计划",
        ),
    ],
)
def test_a_draw_that_cannot_be_is_told(
    office: Office, tmp_path: Path, changes: Row, told: str
) -> None:
    path = a_workbook(tmp_path / "draws.xlsx", "draws", [{**DRAW_ROW, **changes}])

    found = problems(office, path, "draws")

    assert found == only("抽取记录", told)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"version": 2},
            "第2行 “调整原因”：调整后的版本（版次大于1）必须填写调整原因",
        ),
        (
            {"version": 3, "adjustment_reason": "增加任务"},
            "D2 “版次”：已有第 0 版，本次应为第 1 版（或更正第 0 版）",
        ),
        ({"adjustment_reason": "增加任务"}, "第2行 “版次”：填了调整原因，版次应大于1"),
        (
            {"item_codes": None},
            f"{PLAN_CELL['item_codes']}2 “抽查事项编号”：“抽查事项编号”与“抽查事项”至少填一项",
        ),
    ],
)
def test_a_plan_that_cannot_be_is_told(
    office: Office, tmp_path: Path, changes: Row, told: str
) -> None:
    path = a_workbook(tmp_path / "plans.xlsx", "plans", [{**PLAN_ROW, **changes}])

    found = problems(office, path, "plans")

    assert found == only("年度抽查计划", told)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"region": "9901"}, "D2 “行政区划代码”：应为6位数字的行政区划代码"),
        (
            {"parent_code": "990000-SCJG"},
            "E2 “上级机关代码”：没有代码为 990000-SCJG 的机关；请先导入上级机关",
        ),
    ],
)
def test_an_agency_that_cannot_be_is_told(
    office: Office, tmp_path: Path, changes: Row, told: str
) -> None:
    path = a_workbook(tmp_path / "agencies.xlsx", "agencies", [{**AGENCY_ROW, **changes}])

    found = problems(office, path, "agencies")

    assert found == only("检查主体", told)


@pytest.mark.parametrize("region", ["9901", "9901010", "990101003001002", "示例区"])
def test_the_region_of_a_party_is_a_code(office: Office, tmp_path: Path, region: str) -> None:
    row = {
        "entity_name": "示例市青禾食品有限公司",
        "identifier": CREDIT_CODE,
        "form": "企业",
        "region": region,
    }
    path = a_workbook(tmp_path / "entities.xlsx", "entities", [row])

    found = problems(office, path, "entities")

    told = "D2 “行政区划代码”：应为6位数字的行政区划代码（到乡镇的9位，到村的12位）"
    assert found == only("检查对象名录", told)


def test_an_item_that_ends_before_it_begins_is_told(office: Office, tmp_path: Path) -> None:
    dates = {"approved_on": "2025-07-01", "effective_on": "2025-03-01", "ended_on": "2025-02-28"}
    path = a_workbook(tmp_path / "items.xlsx", "items", [{**ITEM_ROW, **dates}])

    told = problems(office, path, "items")

    assert told == only(
        "抽查事项清单",
        "H2 “批准日期”：2025-07-01 晚于今天（2025-06-02）；请核对日期",
        "J2 “失效日期”：失效日期早于施行日期",
    )


def test_a_decision_that_is_not_complete_is_told(office: Office, tmp_path: Path) -> None:
    rows = [
        {**ITEM_ROW, "disclosure": "不予公开", "ground": "国家秘密"},
        {**ITEM_ROW, "code": "SP-002", "hidden": "事项名称"},
    ]
    path = a_workbook(tmp_path / "items.xlsx", "items", rows)

    told = problems(office, path, "items")

    assert told == only(
        "抽查事项清单",
        "I2 “公开方式”：公开方式为“不予公开”时必须填写：决定机关、决定日期、复核日期",
        "K3 “隐去内容”：“事项名称”不能隐去；可填：检查对象、抽查内容、抽查依据",
    )


def test_a_step_that_cannot_be_is_told(office: Office, tmp_path: Path) -> None:
    office.put("results", dict(zip(_FIELDS, a_result_row(), strict=True)))
    rows = [
        {**STEP_ROW, "taken_on": "2025-05-19"},
        {**STEP_ROW, "result_code": "JC-0404"},
        {**STEP_ROW, "step": "复查", "taken_on": "2025-06-01"},
        {**STEP_ROW, "taken_on": "2025-06-02", "due_on": "2025-06-01"},
    ]
    path = a_workbook(tmp_path / "followups.xlsx", "followups", rows)

    told = problems(office, path, "followups")

    assert told == only(
        "后续处理",
        "A2 “检查记录编号”：该次检查未发现问题，没有后续步骤；请核对编号",
        "C2 “办理日期”：早于检查完成日期 2025-05-20；请核对",
        "A3 “检查记录编号”：没有编号为 JC-0404 的抽查结果；请先导入抽查结果",
        "第4行 “复查通过”：复查必须填写是否通过",
        "D5 “期限”：期限早于办理日期",
    )


_FIELDS = ("code", "entity_name", "identifier", "inspected_on", "item_code", "outcomes")


def test_a_check_before_its_draw_is_told(office: Office, tmp_path: Path) -> None:
    office.file("draws", DRAW_ROW)
    row = dict(zip(_FIELDS, a_result_row(inspected_on="2025-04-06"), strict=True))
    rows = [
        {**row, "draw_code": "2025-01"},
        {**row, "code": "JC-0002", "draw_code": "2025-09", "task_code": "T-9"},
    ]
    path = a_workbook(tmp_path / "results.xlsx", "results", rows)

    told = problems(office, path)

    assert told == of_results(
        "F2 “检查完成日期”：早于抽取日期 2025-04-07；请核对",
        "B3 “任务编号”：计划中没有编号为 T-9 的任务；请先导入年度计划",
        "C3 “抽取编号”：没有编号为 2025-09 的抽取记录；请先导入抽取记录",
    )


def test_personal_data_is_told_in_the_same_round_as_every_other_fault(
    office: Office, tmp_path: Path
) -> None:
    """In the row that is at fault, in a second row of its record, and in one that is not."""
    office.file("inspectors", {"certificate": "99010001", "name": "欧阳示例"})
    phone, staff = "请致电13912345678", "会同欧阳示例到场"
    rows: list[Row] = [
        {**RESULT_ROW, "inspected_on": "2025-13-01", "detail": phone},
        {"code": "JC-0001", "item_code": "SP-001", "outcomes": "正常", "detail": staff},
        {**RESULT_ROW, "code": "JC-0002", "handling_text": phone},
        {**RESULT_ROW, "code": "JC-0003", "disclosure": "不予公开", "detail": phone},
    ]
    path = a_workbook(tmp_path / "results.xlsx", "results", rows)

    told = refused(office, path).errors

    assert [(each.rule, each.cell, each.column) for each in told][:4] == [
        ("cell", "D2", "检查完成日期"),
        ("private", "G2", "检查情况"),
        ("private", "G3", "检查情况"),
        ("private", "H4", "处理说明"),
    ]
    assert [each.cell for each in told if each.rule == "private"] == ["G2", "G3", "H4"]


@pytest.mark.parametrize(
    ("code", "mend"),
    [
        ("2025—SCJG—01", "与 2025-SCJG-01 相近，抄错的请改正；确是另一任务的，请先导入年度计划"),
        ("2025-SCJG-1", "与 2025-SCJG-01 相近，抄错的请改正；确是另一任务的，请先导入年度计划"),
        ("2025-SCJG-01；2025-SCJG-02", "一格只能填一个任务编号；属于几个任务的检查请分开填写"),
        ("340000201709041000", "请先导入年度计划"),
    ],
)
@pytest.mark.parametrize("kind", ["results", "draws"])
def test_a_wrong_task_number_is_told_with_where_and_how_to_mend_it(
    office: Office, tmp_path: Path, kind: str, code: str, mend: str
) -> None:
    office.file("plans", PLAN_ROW)
    row = RESULT_ROW if kind == "results" else DRAW_ROW
    path = a_workbook(tmp_path / "a.xlsx", kind, [{**row, "task_code": code}])

    told = problems(office, path, kind)

    letter, title = ("B", "抽查结果") if kind == "results" else ("C", "抽取记录")
    assert [each for each in told if "任务" in each] == [
        f"{title} {letter}2 “任务编号”：计划中没有编号为 {code} 的任务；{mend}"
    ]


def test_all_faults_of_a_file_are_in_one_report(office: Office, tmp_path: Path) -> None:
    """In reading order, whether a cell is at fault or a record held against the office's."""
    path = a_result_table(
        tmp_path / "results.xlsx",
        a_result_row(item_code="SP-404", inspected_on="2025-06-03"),
        a_result_row(code="JC-0002", identifier=913301007799655058, outcomes="优秀"),
        a_result_row(code="JC-0003", inspected_on="2023-02-30", entity_name=None),
        a_result_row(code="JC-0004", item_code="SP-405"),
        [*a_result_row(code="JC-0005", outcomes="不合格"), "漏了列名"],
        a_result_row(),
    )

    report = refused(office, path)

    assert [each.split("：")[0] for each in lines(report.errors)] == of_results(
        "D2 “检查完成日期”",
        "E2 “检查事项编号”",
        "C3 “标识代码”",
        "F3 “检查结果”",
        "B4 “检查对象名称”",
        "D4 “检查完成日期”",
        "E5 “检查事项编号”",
        "A7 “检查记录编号”",
    )
    assert [(each.cell, each.rule) for each in report.warnings] == [
        ("C2", "check_digit"),
        ("C5", "check_digit"),
        ("C6", "check_digit"),
        ("F6", "unsure"),
    ]
    assert [(each.cell, each.rule) for each in report.notes] == [("G列", "unmapped")]


def test_a_file_of_nothing_but_faults_keeps_the_first_and_counts_the_rest(
    office: Office, tmp_path: Path
) -> None:
    before = batch_count(office.stores)
    path = a_csv(tmp_path / "results.csv", *[a_result_row(inspected_on="昨天")] * (MOST_KEPT + 7))

    with pytest.raises(upload.Refused, match=f"文件有 {MOST_KEPT + 7} 处问题") as refused:
        office.take(path, "results")

    assert len(refused.value.report.errors) == MOST_KEPT
    assert batch_count(office.stores) == before


# -- people -------------------------------------------------------------------------------------


def test_a_clerk_files_for_their_own_agency_only(office: Office, tmp_path: Path) -> None:
    people.add(
        office.stores.internal, name="mei", display="梅", agency="990101-SCJG",
        roles=(Role.CLERK,), password=None,
    )  # fmt: skip
    before = batch_count(office.stores)
    path = a_result_book(tmp_path)

    with pytest.raises(NotAllowed) as refused:
        upload.accept(office.stores, path, kind="results", agency=AGENCY, by="mei", now=NOW)

    assert str(refused.value) == "梅（mei）属于 990101-SCJG，不能办理 990100-SCJG 的信息"
    assert batch_count(office.stores) == before


def test_a_clerk_of_one_agency_may_not_rename_another(office: Office, tmp_path: Path) -> None:
    """The list of agencies is the platform's: a row may name any agency."""
    people.add(
        office.stores.internal, name="mei", display="梅", agency="990101-SCJG",
        roles=(Role.CLERK,), password=None,
    )  # fmt: skip
    before = batch_count(office.stores)
    path = a_workbook(
        tmp_path / "agencies.xlsx", "agencies", [{**AGENCY_ROW, "name": "示例市某局"}]
    )

    with pytest.raises(NotAllowed) as refused:
        upload.accept(office.stores, path, kind="agencies", agency="990101-SCJG", by="mei", now=NOW)

    assert str(refused.value) == "梅（mei）属于 990101-SCJG，不能办理 * 的信息"
    assert batch_count(office.stores) == before


@pytest.mark.parametrize(
    ("by", "agency", "refusal"),
    [
        ("wu", AGENCY, NotAllowed("wu（wu）没有“经办”角色")),
        (
            "nobody",
            AGENCY,
            UnknownRecord("没有名为“nobody”的账号；请由管理员用 portal-office add-person 添加"),
        ),
        (
            "lin",
            "990199-SCJG",
            UnknownRecord("没有代码为 990199-SCJG 的机关；请先导入检查主体"),
        ),
    ],
)
def test_nobody_files_without_standing(
    office: Office, tmp_path: Path, by: str, agency: str, refusal: PortalError
) -> None:
    before = batch_count(office.stores)

    with pytest.raises(type(refusal)) as refused:
        upload.accept(
            office.stores, a_result_book(tmp_path), kind="results", agency=agency, by=by, now=NOW
        )

    assert str(refused.value) == str(refusal)
    assert batch_count(office.stores) == before


# -- documents ----------------------------------------------------------------------------------

HEAD = {
    "code": "fangan-2025",
    "title": "2025年随机抽查实施方案",
    "agency": AGENCY,
    "kind": "实施方案",
    "issued_on": "2025-02-21",
    "summary": "部署2025年度随机抽查工作。",
}
BODY = "# 一、总体要求\n\n依法开展随机抽查。"
FIGURES = "编号 | 指标 | 时期 | 数值 | 单位 | 构成 | 说明"


def test_a_document_without_a_header_block_is_refused(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "fangan.md"
    path.write_text(BODY, "utf-8")

    told = problems(office, path, "documents")

    assert told == [
        "fangan.md：缺少文件头：首行应为 ---，随后逐行“项目: 内容”，再以一行 --- 结束，其后为正文"
    ]


def test_a_document_that_is_no_text_is_refused(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "fangan.md"
    path.write_bytes(b"---\n\xff\xff\xff\n---\n")

    told = problems(office, path, "documents")

    assert told == ["fangan.md：既不是 UTF-8 也不是 GB18030 编码的文本；请另存为 UTF-8 文本"]


def test_faults_in_a_header_block_are_told_by_line(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "fangan.md"
    lines = [
        "---", "标题：2025年方案", "标题: 又一个", "作者: 某人", "没有冒号", "", "文种: 方案",
        "成文日期: 2025-02-30", "正文: 不在这里", "文档编号:", "---", "",
    ]  # fmt: skip
    path.write_text("\n".join(lines), "utf-8")

    told = problems(office, path, "documents")

    assert told == only(
        "fangan.md",
        "文件头 “文档编号”：必填，不能为空",
        "文件头 “发布机关”：必填，不能为空",
        "文件头 “内容概述”：必填，不能为空",
        "正文 “正文”：必填，不能为空",
        "第3行 “标题”：项目重复；请只保留一行",
        "第4行：不认识的项目“作者”；请写作“标题: 内容”",
        "第5行：不认识的项目“没有冒号”；请写作“标题: 内容”",
        "第7行 “文种”：“方案”不在代码表中；可填：工作细则；实施方案；通知；工作简报；统计数据；工作总结",
        "第8行 “成文日期”：“2025-02-30”不是实际存在的日期，请核对",
        "第9行：不认识的项目“正文”；请写作“标题: 内容”",
    )


def test_a_document_of_another_agency_is_told(office: Office, tmp_path: Path) -> None:
    path = a_text(tmp_path / "fangan.md", BODY, **{**HEAD, "agency": "990100-ZFB"})

    told = problems(office, path, "documents")

    assert told == only(
        "fangan.md",
        "第4行 “发布机关”：发布机关为 990100-ZFB，与本次导入的机关 990100-SCJG 不一致",
    )


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (["编号 | 数值"], "统计表首行应为：编号 | 指标 | 时期 | 数值 | 单位 | 构成 | 说明"),
        ([], "统计表首行应为：编号 | 指标 | 时期 | 数值 | 单位 | 构成 | 说明"),
        (
            [FIGURES, "A1 | 抽查户数 | 2024年 | 262 | 户"],
            "统计表应每行7栏、编号为一个字母加数字：A1",
        ),
        (
            [FIGURES, "甲 | 抽查户数 | 2024年 | 262 | 户 | |"],
            "统计表应每行7栏、编号为一个字母加数字：甲",
        ),
        (
            [FIGURES, "A1 | 抽查户数 | 2024年 | 约260 | 户 | |"],
            "统计表 A1 的数值“约260”不是数字",
        ),
        ([FIGURES, "A1 | 抽查户数 | 2024年 | NaN | 户 | |"], "统计表 A1 的数值“NaN”不是数字"),
        (
            [FIGURES, "A1 | 抽查户数 | 2024年 | 1E+999 | 户 | |"],
            "统计表 A1 的数值“1E+999”不是数字",
        ),
        (
            [FIGURES, "A1 | 抽查户数 | 2024年 | 262 | 户 | |", "A1 | 又 | 2024年 | 1 | 户 | |"],
            "统计表中编号重复",
        ),
        (
            [FIGURES, "A1 | 抽查户数 | 2024年 | 262 | 户 | A2+A3 |"],
            "统计表：A1 的构成引用了不存在的编号 A2",
        ),
        (
            [FIGURES, "A1 | 抽查户数 | 2024年 | 262 | 户 | A1+B1×B2 |"],
            "统计表：A1 的构成“A1+B1×B2”应为同一种运算，例如 A2+A3、B1×B2 或 C1/C2",
        ),
        (
            [FIGURES, "A1 | 占比 | 2024年 | 0 | % | A2/A2 |", "A2 | 户数 | 2024年 | 0 | 户 | |"],
            "统计表：A1 的构成“A2/A2”除数为0",
        ),
    ],
)
def test_a_bad_table_of_figures_is_told(
    office: Office, tmp_path: Path, table: list[str], told: str
) -> None:
    block = "\n".join(["```统计", *table, "```"])
    path = a_text(tmp_path / "fangan.md", f"{BODY}\n\n{block}", **HEAD)

    found = problems(office, path, "documents")

    assert found == only("fangan.md", f"第9行起 “正文”：{told}")


def test_every_template_has_a_kind_of_its_own() -> None:
    kinds = [sheet.kind for sheet in SHEETS.values()]

    assert kinds == list(SHEETS)


def test_a_number_used_for_another_party_is_told(office: Office, tmp_path: Path) -> None:
    row = dict(zip(_FIELDS, a_result_row(), strict=True))
    office.put("results", row)
    other = {**row, "entity_name": "示例市白露酒家有限公司", "identifier": "9901000000001"}
    path = a_workbook(tmp_path / "results.xlsx", "results", [other])

    told = problems(office, path)

    name = row["entity_name"]
    assert told == of_results(
        f"A2 “检查记录编号”：该编号已用于“{name}”的检查；请核对编号，每次检查用新的编号"
    )


def test_a_second_table_in_the_workbook_is_told(office: Office, tmp_path: Path) -> None:
    path = a_workbook(tmp_path / "results.xlsx", "results", [RESULT_ROW])
    book = load_workbook(path)
    book.create_sheet("二季度").append(["检查记录编号"])
    book.save(path)

    told = problems(office, path)

    assert told == [
        (
            "results.xlsx：除“抽查结果”外，工作表“二季度”也有内容，每次只读一个工作表；"
            "请并入同一工作表，或另存为单独的文件导入，或删除该工作表"
        )
    ]


@pytest.mark.parametrize(
    ("detail", "kind"),
    [("负责人手机13800138000", "手机号"), ("见 someone@mail.example", "电子邮箱")],
)
def test_personal_data_in_public_text_is_told_at_its_cell(
    office: Office, tmp_path: Path, detail: str, kind: str
) -> None:
    rows = [
        RESULT_ROW,
        {**RESULT_ROW, "item_code": None, "item_name": "标签检查", "detail": detail},
    ]
    path = a_workbook(tmp_path / "results.xlsx", "results", rows)

    told = problems(office, path)

    [line] = told
    assert line.endswith(f"3 “检查情况”：疑似{kind}，将公开的文字中不得出现；请删去或改写")


def test_a_matter_is_closed_once_and_last(office: Office, tmp_path: Path) -> None:
    row = dict(zip(_FIELDS, a_result_row(outcomes="发现问题待后续处理"), strict=True))
    office.put("results", row)
    step = {**STEP_ROW, "due_on": None}
    office.put("followups", {**step, "step": "完结", "taken_on": "2025-05-25"})
    rows = [
        {**step, "step": "完结", "taken_on": "2025-05-24"},
        {**step, "step": "立案", "taken_on": "2025-05-30"},
    ]
    path = a_workbook(tmp_path / "followups.xlsx", "followups", rows)

    told = problems(office, path, "followups")

    assert told == only(
        "后续处理",
        "B2 “步骤”：该次检查已登记过完结；请核对",
        "C2 “办理日期”：早于该次检查的其他步骤；完结应在最后，请核对日期",
        "C3 “办理日期”：晚于该次检查的完结日期；已完结的不再有后续步骤，请核对",
    )

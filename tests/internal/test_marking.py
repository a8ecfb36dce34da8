"""The marked workbook: what the report says, where it says it, ready to be mended and imported again."""

import csv
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from portal.internal.desk import upload
from portal.internal.desk.filing import Accepted
from portal.internal.desk.upload import Terms
from portal.internal.sheets import marking
from portal.internal.sheets.catalogue import SHEETS
from portal.internal.sheets.limits import Limits
from portal.internal.sheets.marking import write_marked
from portal.internal.sheets.report import Report
from portal.internal.sheets.rules import RULES, Level
from tests.conftest import NOW, Office
from tests.internal.makers import (
    RESULT_HEADERS,
    SHEET_PART,
    a_csv,
    a_result_row,
    a_result_table,
    first_sheet,
    remade,
)
from tests.makers import AGENCY, a_text

COLOURS = {"错误": "00FFC7CE", "待确认": "00FFE08A", "提示": "00DDEBF7"}
LIST = "问题清单"
_HEAD = ("级别", "位置", "列", "问题与改法", "规则", "为什么这样处理")

Mark = Callable[..., Path]


def check(office: Office, path: Path, kind: str = "results", sheet: str | None = None) -> Accepted:
    """Check a file without filing it."""
    terms = Terms(sheet=sheet, dry_run=True)
    try:
        return upload.accept(
            office.stores, path, kind=kind, agency=AGENCY, by="lin", now=NOW, terms=terms
        )
    except upload.Refused as refused:
        return refused.done


@pytest.fixture
def mark(office: Office, tmp_path: Path) -> Mark:
    """Check a file and mark what was found."""

    def run(path: Path, kind: str = "results", sheet: str | None = None) -> Path:
        target = tmp_path / f"marked-{path.stem}.xlsx"
        report = check(office, path, kind, sheet).report
        write_marked(path, target, SHEETS[kind], report, sheet, Limits())
        return target

    return run


def table_in(book: Workbook) -> Worksheet:
    """Return the sheet that is not the list."""
    return next(each for each in book.worksheets if each.title != LIST)


def comments(path: Path) -> dict[str, str]:
    """Return the comments of the table by address."""
    return {
        cell.coordinate: cell.comment.text
        for row in table_in(load_workbook(path)).iter_rows()
        for cell in row
        if cell.comment
    }


def listed(path: Path) -> list[tuple[str, ...]]:
    """Return the findings in the list sheet."""
    rows = texts(path)
    return rows[rows.index(_HEAD) + 1 :]


def texts(path: Path) -> list[tuple[str, ...]]:
    """Return the rows of the list sheet as text."""
    return [tuple(str(cell or "") for cell in row) for row in load_workbook(path)[LIST].values]


def expected(report: Report) -> list[tuple[str, ...]]:
    """Return the list that a report must give."""
    return [
        (
            level.zh, each.cell or "整个文件", each.column, each.what, RULES[each.rule].title,
            RULES[each.rule].why,
        )
        for level in Level
        for each in report.of(level)
    ]  # fmt: skip


def broken_rows() -> Iterator[Sequence[object]]:
    yield a_result_row(code="JC-0001", inspected_on="2025-02-30", outcomes="好")
    yield a_result_row(code="JC-0002", entity_name=None)
    yield a_result_row(code="JC-0003", identifier=919901010000000000, item_code="SP-404")
    yield a_result_row(code="JC-0004", identifier="91990101MA00000002")


MENDED = {"C4": "91990101MA0000000U", "D2": "2025-05-20", "E4": "SP-001", "B3": "示例市青禾食品有限公司", "F2": "未发现问题"}  # fmt: skip


def test_a_clerk_can_mend_a_broken_file_from_the_report_alone(
    office: Office, mark: Mark, tmp_path: Path
) -> None:
    target = mark(a_result_table(tmp_path / "r.xlsx", *broken_rows()))
    book = load_workbook(target)
    while errors := [row for row in listed(target) if row[0] == "错误"]:
        for _, place, *_ in errors:
            table_in(book)[place] = MENDED.pop(place)
        book.save(tmp_path / "mended.xlsx")
        target = mark(tmp_path / "mended.xlsx")
        book = load_workbook(target)

    done = upload.accept(
        office.stores, tmp_path / "mended.xlsx", kind="results", agency=AGENCY, by="lin", now=NOW,
        terms=Terms(confirmed=True),
    )  # fmt: skip

    assert (done.batch_id is not None, done.row_count) == (True, 4)


def test_every_named_cell_bears_its_finding_and_its_colour(
    office: Office, mark: Mark, tmp_path: Path
) -> None:
    path = a_result_table(tmp_path / "r.xlsx", *broken_rows())
    report = check(office, path).report

    target = mark(path)

    said = comments(target)
    table = table_in(load_workbook(target))
    places = {each.cell for level in Level for each in report.of(level)}
    assert set(said) == places
    for level in Level:
        for each in report.of(level):
            assert f"{level.zh}：{each.what}" in said[each.cell].splitlines()
    assert {
        place: table[place].fill.fgColor.rgb == COLOURS[text.split("：")[0]]
        for place, text in said.items()
    } == dict.fromkeys(said, True)


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_the_list_says_what_the_report_says(
    office: Office, mark: Mark, tmp_path: Path, suffix: str
) -> None:
    make = a_result_table if suffix == ".xlsx" else a_csv
    path = make(tmp_path / f"r{suffix}", *broken_rows())
    report = check(office, path).report

    target = mark(path)

    sheet = load_workbook(target)[LIST]
    totals = [row[:4] for row in texts(target) if row[0] in COLOURS and row[1].isdecimal()]
    links = {cell.value: cell.hyperlink.location for (cell,) in sheet["B1":"B99"] if cell.hyperlink}
    table = table_in(load_workbook(target)).title
    assert listed(target) == expected(report)
    assert totals == [
        (level.zh, str(count), RULES[rule].title, RULES[rule].why)
        for level in Level
        for rule, count in report.groups(level)
    ]
    assert links == {
        each.cell: f"'{table}'!{each.cell}" for level in Level for each in report.of(level)
    }


def test_what_the_clerk_wrote_and_coloured_stays(mark: Mark, tmp_path: Path) -> None:
    path = a_result_table(tmp_path / "r.xlsx", *broken_rows())
    book = load_workbook(path)
    sheet = first_sheet(book)
    sheet["F2"].comment = Comment("请张某某核对", "张某某")
    sheet["A3"].comment = Comment("补录", "张某某")
    sheet["A2"].fill = PatternFill("solid", fgColor="FF00FF00")
    sheet.column_dimensions["B"].width = 41
    sheet.freeze_panes = "A2"
    book.create_sheet("填写说明")["A1"] = "说明"
    book.save(path)

    after = load_workbook(mark(path))

    table = table_in(after)
    comment = table["F2"].comment
    assert comment is not None
    assert comment.author == "张某某"
    assert comment.text.startswith("请张某某核对\n―――― 明察 ――――\n错误：")
    assert table["A3"].comment is not None
    assert (table["A3"].comment.text, table["A3"].comment.author) == ("补录", "张某某")
    assert table["A2"].fill.fgColor.rgb == "FF00FF00"
    assert (table.column_dimensions["B"].width, table.freeze_panes) == (41, "A2")
    assert after.sheetnames == [LIST, "抽查结果", "填写说明"]


def test_marking_again_puts_new_findings_in_the_place_of_the_old(
    mark: Mark, tmp_path: Path
) -> None:
    path = a_result_table(tmp_path / "r.xlsx", *broken_rows())
    book = load_workbook(path)
    first_sheet(book)["F2"].comment = Comment("请张某某核对", "张某某")
    book.save(path)
    once = mark(path)
    book = load_workbook(once)
    table_in(book)["F2"], table_in(book)["D2"] = "未发现问题", "2025-05-20"
    book.save(once)

    again = mark(once)

    table = table_in(load_workbook(again))
    kept = table["F2"].comment
    assert load_workbook(again).sheetnames.count(LIST) == 1
    assert kept is not None
    assert kept.text == "请张某某核对"
    assert (table["D2"].comment, table["D2"].fill.fill_type) == (None, None)
    assert comments(once)["B3"] == comments(again)["B3"]


def test_our_list_in_a_workbook_is_told_and_not_taken_for_a_table(
    office: Office, mark: Mark, tmp_path: Path
) -> None:
    path = a_result_table(tmp_path / "r.xlsx", a_result_row(inspected_on="2025-02-30"))

    done = check(office, mark(path))

    assert done.row_count == 1
    assert [each.what for each in done.report.notes if each.rule == "source"] == [
        "工作表“问题清单”有内容，未读取；本次只读取“抽查结果”"
    ]


def test_a_sheet_of_the_clerks_own_by_that_name_is_not_lost(
    office: Office, mark: Mark, tmp_path: Path
) -> None:
    path = a_result_table(tmp_path / "r.xlsx", a_result_row(inspected_on="2025-02-30"))
    book = load_workbook(path)
    first_sheet(book).title = LIST
    book.save(path)

    target = mark(path)

    book = load_workbook(target)
    assert book.sheetnames == [LIST, "抽查结果"]
    assert book["抽查结果"]["A2"].value == "JC-0001"
    assert check(office, target).row_count == 1


def test_formulas_become_their_results_and_uncomputed_ones_stay_visible(
    mark: Mark, tmp_path: Path
) -> None:
    path = a_result_table(tmp_path / "r.xlsx", a_result_row(entity_name="=A1&B1"))

    target = mark(path)

    cell = table_in(load_workbook(target))["B2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=A1&B1", "s", True)
    assert comments(target)["B2"].startswith("错误：是未计算的公式")


@pytest.mark.parametrize("lead", ["=", "+", "-", "@", "\t="])
def test_nothing_in_a_marked_workbook_is_executed(
    office: Office, mark: Mark, tmp_path: Path, lead: str
) -> None:
    evil = f"{lead}HYPERLINK(A1)"
    path = a_csv(
        tmp_path / "r.csv",
        [*a_result_row(outcomes=evil), evil],
        headers=(*RESULT_HEADERS, evil),
    )  # fmt: skip

    target = mark(path)

    book = load_workbook(target)
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    cell = table_in(book)["F2"]
    assert kinds == {"s", "n"}
    assert (cell.value, cell.quotePrefix) == (evil, True)


def test_every_row_of_a_copy_stands_where_it_stood(mark: Mark, tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    lines = [
        "示例市抽查结果",
        "",
        "检查记录编号,检查对象名称,标识代码,检查完成日期,检查事项编号,检查结果",
    ]
    lines += ["", "JC-0001,示例市青禾食品有限公司,91990101MA0000000U,2025-05-20,SP-001,好"]
    path.write_text("\n".join(lines), "utf-8")

    target = mark(path)

    table = table_in(load_workbook(target))
    assert {c.coordinate: c.value for row in table.iter_rows() for c in row if c.value} == {
        "A1": "示例市抽查结果",
        **{f"{x}3": v for x, v in zip("ABCDEF", lines[2].split(","), strict=True)},
        **{f"{x}5": v for x, v in zip("ABCDEF", lines[4].split(","), strict=True)},
    }
    assert list(comments(target)) == ["F5"]


def test_a_finding_on_a_row_is_on_its_first_filled_cell(tmp_path: Path) -> None:
    path, target = a_csv(tmp_path / "r.csv", ["", "", "x"]), tmp_path / "m.xlsx"
    report = Report()
    report.tell("required", "r.csv", "第2行", "至少要有一行填写")
    report.tell("cell", "r.csv", "F2", "看不懂")

    write_marked(path, target, SHEETS["results"], report, None, Limits())

    assert comments(target) == {"C2": "错误：第2行，至少要有一行填写", "F2": "错误：看不懂"}


def test_a_finding_under_a_merged_cell_is_on_the_merged_one(tmp_path: Path) -> None:
    path, target = a_result_table(tmp_path / "r.xlsx", ["a"], ["", "b"]), tmp_path / "m.xlsx"
    book = load_workbook(path)
    first_sheet(book).merge_cells("A2:A3")
    book.save(path)
    report = Report()
    report.tell("cell", "抽查结果", "A3", "看不懂")

    write_marked(path, target, SHEETS["results"], report, None, Limits())

    assert comments(target) == {"A2": "错误：A3，看不懂"}
    assert [str(each) for each in table_in(load_workbook(target)).merged_cells.ranges] == ["A2:A3"]


def test_a_workbook_that_reaches_too_far_is_written_anew(tmp_path: Path) -> None:
    path, target = a_result_table(tmp_path / "r.xlsx", a_result_row()), tmp_path / "m.xlsx"
    report = Report()
    report.tell("cell", "抽查结果", "D2", "看不懂")
    remade(path, SHEET_PART, lambda xml: xml.replace(b"<pageMargins", b'<mergeCells><mergeCell ref="A9:XFD1048576"/></mergeCells><pageMargins'))  # fmt: skip

    write_marked(path, target, SHEETS["results"], report, None, Limits())

    assert comments(target) == {"D2": "错误：看不懂"}
    assert list(table_in(load_workbook(target)).merged_cells.ranges) == []


def test_signs_that_no_workbook_may_hold_come_back_as_they_were(
    office: Office, mark: Mark, tmp_path: Path
) -> None:
    path = a_csv(tmp_path / "r.csv", a_result_row(entity_name="示例\x01市_x0041_公司"))
    before = check(office, path).report.errors

    after = check(office, mark(path)).report.errors

    assert [(each.cell, each.what) for each in after] == [(e.cell, e.what) for e in before]


def test_of_a_file_that_cannot_be_read_there_is_the_list(mark: Mark, tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    path.write_bytes(b"PK\x03\x04 broken")

    book = load_workbook(mark(path))

    assert book.sheetnames == [LIST]


def test_of_a_document_there_is_the_list(office: Office, mark: Mark, tmp_path: Path) -> None:
    path = a_text(tmp_path / "d.md", "正文", code="fangan")

    target = mark(path, "documents")

    assert load_workbook(target).sheetnames == [LIST]
    assert listed(target) == expected(check(office, path, "documents").report)


def test_the_sheet_a_clerk_asked_for_is_the_one_marked(
    office: Office, mark: Mark, tmp_path: Path
) -> None:
    page = tmp_path / "r.html"
    table = "<table><tr><td>{}</td></tr></table>"
    cells = "</td><td>".join(map(str, a_result_row(inspected_on="2025-02-30")))
    heads = "</td><td>".join(RESULT_HEADERS)
    page.write_text(table.format("目录") + table.format(f"{heads}</td></tr><tr><td>{cells}"))

    target = mark(page, sheet="表2")

    assert load_workbook(target).sheetnames == [LIST, "表2"]
    assert list(comments(target)) == ["D2"]
    assert [e.cell for e in check(office, target, sheet="表2").report.errors] == ["D2"]


def test_a_target_appears_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError

    path, target = a_csv(tmp_path / "r.csv", a_result_row()), tmp_path / "m.xlsx"
    target.write_bytes(b"before")
    monkeypatch.setattr(marking, "write_copy", fail)

    with pytest.raises(OSError, match=r"^$"):
        write_marked(path, target, SHEETS["results"], Report(), None, Limits())

    assert target.read_bytes() == b"before"
    assert sorted(each.name for each in tmp_path.iterdir() if "data" not in each.name) == [
        "m.xlsx",
        "r.csv",
    ]


_MARK_LARGE = """
import resource, sys
from pathlib import Path
from portal.internal.sheets.catalogue import SHEETS
from portal.internal.sheets.limits import Limits
from portal.internal.sheets.marking import write_marked
from portal.internal.sheets.report import Report
report = Report()
for row in range(2, 6_000):
    report.tell("cell", "r.csv", f"D{row}", "不是日期")
path = Path(sys.argv[1])
write_marked(path, path.with_suffix(".xlsx"), SHEETS["results"], report, None, Limits())
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.slow
def test_a_huge_file_is_marked_in_constant_memory(tmp_path: Path) -> None:
    used = []
    for count in (10_000, 60_000):
        path = tmp_path / f"{count}" / "r.csv"
        path.parent.mkdir()
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([[f"JC-{n}", *"abcdefghijk"] for n in range(count)])
        done = subprocess.run(
            [sys.executable, "-c", _MARK_LARGE, str(path)],
            capture_output=True, text=True, check=True, timeout=300,
        )  # fmt: skip
        used.append(int(done.stdout))

    assert used[1] - used[0] < 30

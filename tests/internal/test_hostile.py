"""Files made to harm: each is refused soon, by a message that names the limit in force."""

import struct
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.internal.sheets.limits import Limits
from portal.internal.sheets.report import Unreadable
from tests.internal.door_makers import (
    FILES,
    TITLE,
    a_2003,
    a_file,
    a_page,
    a_sheet,
    an_ods,
    an_xlsx,
    content_of_ods,
    ods_row,
    ods_table,
    opened,
    refusal,
    rows_of,
    text_row,
)

MEBIBYTE = 2**20
MILLION = 1_000_000
#: A good file of this size takes less than a tenth; a loaded machine must not fail the test.
SOON = 15.0
ENTITIES = "含有 XML 实体或文档类型定义，可能危险；请用表格软件另存为 .xlsx 后再导入"
TOO_WIDE = "列，超过上限 200 列；请删除右侧空列后再导入"
TOO_FAR = "有内容，超出 200000 行、200 列的上限；请清除远处的内容或拆分后再导入"
TOO_MERGED = "合并单元格超过上限 200000 处；请取消不必要的合并后再导入"
NULS = "含有空字节（NUL），不是 CSV 文本；请另存为 CSV UTF-8 或 .xlsx"
LONG_LINE = "第 1 行超过上限 4000000 字；请检查换行和引号，或另存为 .xlsx"


@pytest.fixture(autouse=True)
def _soon() -> Iterator[None]:
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < SOON


def bomb(root: str) -> str:
    """Return a document type in which each entity is twice the one before: a thousand million."""
    steps = "".join(f'<!ENTITY a{n} "&a{n - 1};&a{n - 1};">' for n in range(1, 31))
    return f'<!DOCTYPE {root} [<!ENTITY a0 "甲">{steps}]>'


# -- bombs --------------------------------------------------------------------------------------


def test_a_bomb_in_an_opendocument_is_refused(tmp_path: Path) -> None:
    path = an_ods(tmp_path / "a.ods", "", {"Pictures/1.png": bytes(20 * MEBIBYTE)})

    told = refusal(path)

    assert path.stat().st_size < MEBIBYTE
    assert told.startswith("解压后约 20 MB，是压缩后的")
    assert told.endswith("倍，超过安全上限 100 倍；请删除多余内容或拆分后再导入")


def test_what_a_file_may_unpack_to_is_a_limit_of_its_own(tmp_path: Path) -> None:
    path = an_ods(tmp_path / "a.ods", "", {"Pictures/1.png": bytes(5 * MEBIBYTE)})

    told = refusal(path, limits=Limits(unpacked_mb=4))

    assert told == "解压后约 5 MB，超过安全上限 4 MB；请删除多余内容或拆分后再导入"


def test_a_content_larger_than_it_says_is_refused(tmp_path: Path) -> None:
    path = an_ods(tmp_path / "a.ods", ods_table(ods_row("编号") * 1_000))
    raw = bytearray(path.read_bytes())
    entry = raw.rindex(b"content.xml") - 46
    raw[entry + 24 : entry + 28] = struct.pack("<I", 1_000)
    path.write_bytes(raw)

    assert refusal(path).startswith("不是完整的 .ods 工作簿")


def test_a_zip_of_countless_members_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as book:
        for number in range(10_001):
            book.writestr(str(number), b"")

    assert refusal(tmp_path / "a.xlsx") == (
        "压缩包内的文件超过上限 10000 个；请用表格软件另存为新的 .xlsx"
    )


def test_entities_are_refused_in_every_format_of_xml(tmp_path: Path) -> None:
    content = content_of_ods("&a30;").replace("<office", bomb("x") + "<office", 1)
    ods = an_ods(tmp_path / "a.ods", "", {"content.xml": content})
    sheetml = a_2003(tmp_path / "a.xml", text_row("&a30;"))
    sheetml.write_text(sheetml.read_text("utf-8").replace("<Workbook", bomb("x") + "<Workbook", 1))
    xlsx = an_xlsx(tmp_path / "a.xlsx", "<sheetData/>")
    with zipfile.ZipFile(xlsx, "a") as book:
        book.writestr("xl/sharedStrings.xml", f"{bomb('sst')}<sst><si><t>&a30;</t></si></sst>")

    assert refusal(ods) == f"文件{ENTITIES}"
    assert refusal(sheetml) == f"文件{ENTITIES}"
    assert refusal(xlsx) == f"工作簿的部件 xl/sharedStrings.xml {ENTITIES}"


def test_a_document_nested_without_end_is_refused_by_its_name(tmp_path: Path) -> None:
    divs = a_page(tmp_path / "a.html", "<div>" * MILLION + "<table><tr><td>1</table>")

    assert refusal(divs) == (
        "网页结构过于复杂（如标签层层嵌套），超过解析时限 2 秒；"
        "请在浏览器中打开，把表格复制到表格软件，另存为 .xlsx 后再导入"
    )


@pytest.mark.parametrize("nest", ["<table><tr><td>", "<table><tr><td>示例<td>"])
def test_tables_within_tables_without_end_do_no_harm(tmp_path: Path, nest: str) -> None:
    page = a_page(tmp_path / "a.html", nest * 50_000 + "示例")

    [(_, cells)] = rows_of(page)

    assert str(cells[0]).startswith("示例")


def test_elements_within_elements_without_end_are_refused(tmp_path: Path) -> None:
    path = a_2003(tmp_path / "a.xml", "<Row><Cell><Data>" + "<B>" * MILLION)

    assert refusal(path).startswith("不是完整的 XML 表格（")


# -- too wide, too long, too far ----------------------------------------------------------------


def test_a_million_empty_columns_are_refused_in_every_format(tmp_path: Path) -> None:
    blank = '<table:table-cell table:number-columns-repeated="999999"/>'
    ods = an_ods(tmp_path / "a.ods", ods_table(ods_row("编号", blank)))
    csv = a_file(tmp_path / "a.csv", "," * (MILLION - 1))
    page = a_page(tmp_path / "a.html", f"<table><tr><td colspan={MILLION}>标题</table>")
    sheetml = a_2003(tmp_path / "a.xml", f'<Row><Cell ss:Index="{MILLION}"/></Row>')
    xlsx = an_xlsx(tmp_path / "a.xlsx", '<dimension ref="A1:BDWGN2"/><sheetData/>')

    assert refusal(ods) == f"有 1000000 {TOO_WIDE}"
    assert refusal(csv) == "第 1 行有 1000000 列，超过上限 200 列"
    assert refusal(page) == "第 1 行有 1000000 列，超过上限 200 列"
    assert refusal(sheetml) == f"有 1000000 {TOO_WIDE}"
    assert refusal(xlsx) == f"有 1000000 {TOO_WIDE}"


def test_a_cell_far_out_is_refused_in_every_format(tmp_path: Path) -> None:
    filled = '<table:table-cell table:number-columns-repeated="500" office:value-type="float" office:value="1"/>'
    ods = an_ods(tmp_path / "a.ods", ods_table(ods_row(filled)))
    far = '<Row><Cell ss:Index="99999999"><Data ss:Type="String">1</Data></Cell></Row>'
    sheetml = a_2003(tmp_path / "a.xml", far)
    xlsx = an_xlsx(tmp_path / "a.xlsx", '<sheetData><row><c r="GS1"><v>1</v></c></row></sheetData>')

    assert refusal(ods) == f"单元格 SF1 {TOO_FAR}"
    assert refusal(sheetml) == f"单元格 HJUNYU1 {TOO_FAR}"
    assert refusal(xlsx) == f"单元格 GS1 {TOO_FAR}"


def test_addresses_without_end_are_refused_in_few_words(tmp_path: Path) -> None:
    cell = f'<sheetData><row r="{"9" * 5_000}"><c r="{"A" * 5_000}1" t="e"><v>1</v></c></row>'
    far = an_xlsx(tmp_path / "a.xlsx", f"{cell}</sheetData>")
    wide = an_xlsx(tmp_path / "b.xlsx", f'<dimension ref="A1:{"Z" * 3_000}2"/><sheetData/>')
    hidden = an_xlsx(
        tmp_path / "c.xlsx",
        f'<cols><col min="1" max="{"9" * 5_000}" hidden="1"/></cols><sheetData>'
        f'<row r="{"9" * 5_000}" hidden="1"/><row r="1"><c r="A1"><v>1</v></c></row></sheetData>',
    )

    assert refusal(far) == f"单元格 AAAAAAAAAAAAAAA {TOO_FAR}"
    assert refusal(wide) == f"有 1744349715977154962390 {TOO_WIDE}"
    assert opened(hidden).notes == ("第A列被隐藏，仍已读取；请核对",)


def test_rows_without_end_are_refused_in_every_format(tmp_path: Path) -> None:
    repeat = 'table:number-rows-repeated="999999999999"'
    ods = an_ods(tmp_path / "a.ods", ods_table(ods_row("1", more=repeat)))
    sheetml = a_2003(tmp_path / "a.xml", text_row("1", more='ss:Index="99999999"'))
    page = a_page(tmp_path / "a.html", "<table><tr><td rowspan=99999999>1</table>")

    assert refusal(ods) == "有 1000000000 行，超过上限 200000 行；请拆分后分批导入"
    assert refusal(sheetml) == "有 99999999 行，超过上限 200000 行；请拆分后分批导入"
    assert refusal(page) == "第 1 行有单元格跨 99999999 行，超过上限 200000 行；请取消合并"


def test_the_limits_in_force_are_those_that_are_given(tmp_path: Path) -> None:
    limits = Limits(rows=30, columns=5)
    long, wide = [["1"]] * 60, [["1"] * 6]
    for name, rows in (("long", long), ("wide", wide)):
        book, sheet = a_sheet()
        for row in rows:
            sheet.append(row)
        book.save(tmp_path / f"{name}.xlsx")
        a_file(tmp_path / f"{name}.csv", "\n".join(",".join(row) for row in rows))
        a_page(
            tmp_path / f"{name}.html",
            f"<table>{''.join('<tr>' + '<td>1' * len(row) for row in rows)}</table>",
        )
        a_2003(tmp_path / f"{name}.xml", "".join(text_row(*row) for row in rows))
        an_ods(tmp_path / f"{name}.ods", ods_table("".join(ods_row(*row) for row in rows)))

    found = {path.name: refusal(path, limits=limits) for path in sorted(tmp_path.iterdir())}

    too_long = "有 {} 行，超过上限 30 行；请拆分后分批导入"
    too_far = "单元格 F1 有内容，超出 30 行、5 列的上限；请清除远处的内容或拆分后再导入"
    assert found == {
        "long.csv": "超过上限 30 行；请拆分后分批导入",
        "long.html": too_long.format(60),
        "long.ods": too_long.format(51),
        "long.xlsx": too_long.format(60),
        "long.xml": too_long.format(51),
        "wide.csv": "第 1 行有 6 列，超过上限 5 列",
        "wide.html": "第 1 行有 6 列，超过上限 5 列",
        "wide.ods": too_far,
        "wide.xlsx": "有 6 列，超过上限 5 列；请删除右侧空列后再导入",
        "wide.xml": too_far,
    }


@pytest.mark.parametrize(("rows", "columns"), [(2**32 - 1, 2**16 - 1), (0, 0), (65536, 256)])
def test_the_extent_that_an_old_workbook_states_is_not_believed(
    tmp_path: Path, rows: int, columns: int
) -> None:
    raw = bytearray((FILES / "results.xls").read_bytes())
    record = raw.index(struct.pack("<HHI", 0x200, 14, 0))
    raw[record + 4 : record + 16] = struct.pack("<IIHH", 0, rows, 0, columns)
    path = tmp_path / "a.xls"
    path.write_bytes(raw)

    source = opened(path, limits=Limits(memory_mb=256))

    assert source.row_count == 6
    assert list(source.rows) == rows_of(FILES / "results.xls")


# -- merged without end -------------------------------------------------------------------------


def test_a_million_merged_cells_are_refused(tmp_path: Path) -> None:
    ranges = "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(1, MILLION + 1))
    cell = '<sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>'
    path = an_xlsx(tmp_path / "a.xlsx", f"{cell}<mergeCells>{ranges}</mergeCells>")

    assert refusal(path) == TOO_MERGED


@pytest.mark.parametrize("kind", ["html", "xml"])
def test_merged_cells_without_end_are_refused_in_text_formats(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    if kind == "html":
        a_page(path, "<table>" + ("<tr>" + "<td rowspan=2>1" * 100) * 4_500)
    else:
        cell = '<Cell ss:MergeDown="1"><Data ss:Type="Number">1</Data></Cell>'
        a_2003(path, f"<Row>{cell * 100}</Row>" * 2_100)

    assert refusal(path) == TOO_MERGED


def test_merged_cells_upon_each_other_are_refused(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in (1, 200_000))
    ranges = '<mergeCell ref="A1:B200000"/>' * 100_000
    path = an_xlsx(
        tmp_path / "a.xlsx",
        f"<sheetData>{rows}</sheetData><mergeCells>{ranges}</mergeCells>",
    )

    assert refusal(path) == (
        "合并单元格共跨 20000000000 行，超过上限 2000000 行；请取消不必要的合并后再导入"
    )


# -- text without end ---------------------------------------------------------------------------


def test_a_file_of_200_mb_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.truncate(200 * MEBIBYTE)

    assert refusal(path) == "文件 200 MB，超过上限 64 MB；请拆分后分批导入"


@pytest.mark.parametrize(("size", "limits"), [(60, Limits()), (200, Limits(file_mb=300))])
def test_a_line_without_end_is_refused(tmp_path: Path, size: int, limits: Limits) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        for _ in range(size):
            file.write(b"1" * MEBIBYTE)

    assert refusal(path, limits=limits) == LONG_LINE


def test_a_quoted_cell_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.write(b'1,"')
        for _ in range(60):
            file.write(b"1234567\n" * (MEBIBYTE // 8))

    told = refusal(path)

    assert told == (
        "第 125001 行附近不是合法的 CSV（单元格过长，超过上限 1000000 字）；"
        "请检查引号，或另存为 .xlsx"
    )


@pytest.mark.parametrize("size", [1, 500, 20 * MEBIBYTE])
def test_a_file_of_nothing_but_nuls_is_refused(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.truncate(size)

    assert refusal(path) == NULS


def test_a_cell_without_end_is_refused_in_every_format(tmp_path: Path) -> None:
    long = "1" * (MILLION + 1)
    blanks = f'<text:s text:c="{MILLION}"/>x'
    ods = an_ods(tmp_path / "a.ods", ods_table(ods_row(long)))
    packed = an_ods(tmp_path / "b.ods", ods_table(ods_row(f"1{blanks}")))
    sheetml = a_2003(tmp_path / "a.xml", text_row(long))
    page = a_page(tmp_path / "a.html", f"<table><tr><td>{long}</table>")

    found = {refusal(path) for path in (ods, packed, sheetml, page)}

    assert found == {"第 1 行的单元格过长，超过上限 1000000 字；请删减后再导入"}


def test_blanks_without_end_are_read_in_no_time(tmp_path: Path) -> None:
    blanks = a_page(tmp_path / "a.html", f"<table><tr><td>甲{'&nbsp;' * 300_000}乙</table>")
    bars = a_file(tmp_path / "a.txt", f"|---|---|{' ' * 300_000}x\n|甲|乙|\n")

    [(_, [cell])] = rows_of(blanks)

    assert cell == f"甲{' ' * 300_000}乙"
    assert rows_of(bars)[-1] == (2, ["甲", "乙"])


# -- anything at all ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("whole")
    book, sheet = a_sheet()
    sheet.append(["编号", "名称"])
    book.save(folder / "a.xlsx")
    an_ods(folder / "a.ods", ods_table(ods_row("编号", "名称") * 3))
    a_2003(folder / "a.xml", text_row("编号", "名称") * 3)
    a_page(folder / "a.html", "<table><tr><td>编号<td>名称</table>" * 3)
    found = {path.suffix: path.read_bytes() for path in folder.iterdir()}
    return found | {".xls": (FILES / "results.xls").read_bytes()}


@pytest.mark.slow
@settings(max_examples=60, deadline=None, database=None)
@given(
    kind=st.sampled_from([".xlsx", ".ods", ".xls", ".xml", ".html"]),
    damage=st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 40), st.binary(max_size=6)),
)
def test_a_damaged_file_of_any_kind_is_read_or_unreadable_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory,
    whole: dict[str, bytes],
    kind: str,
    damage: tuple[float, int, bytes],
) -> None:
    place, old, new = damage
    path = tmp_path_factory.getbasetemp() / f"damaged{kind}"
    at = int(len(whole[kind]) * place)
    path.write_bytes(whole[kind][:at] + new + whole[kind][at + old :])
    numbers: list[int] = []

    with suppress(Unreadable):
        numbers += (number for number, _ in opened(path, title=TITLE).rows)

    assert numbers == sorted(set(numbers))

"""Nothing is invented and nothing vanishes: every cell is in a record, kept as filed, or told."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.domain.codelists import CodeList
from portal.internal.sheets.catalogue import SHEETS
from portal.internal.sheets.header import Header
from portal.internal.sheets.reader import How, Read, Reader
from portal.internal.sheets.report import Report
from portal.internal.sheets.spec import Sheet
from portal.internal.sheets.strip import shown
from tests.bench.corpus import credit_code
from tests.internal.ugly_tables import build, fixtures

FIXTURES = [each for each in fixtures() if not each.expected.errors]
#: Words as people type them: blanks around, full width, marks for nothing, codes and dates alike.
WORDS = st.one_of(
    st.text(st.characters(categories=("L", "N"), max_codepoint=0x9FFF), min_size=1, max_size=12),
    st.sampled_from(
        ["/", "—", "无", "　甲 ", "１２", "2025年5月6日", "合计", "注：略", "一、总则", "序号", "0", "是", "A\u200bB"]
    ),
)  # fmt: skip
NOTHING = st.just("")


def rows_of(kind: str) -> st.SearchStrategy[list[list[str]]]:
    """Return tables of a kind whose own columns are good, among columns nobody knows."""
    code = st.integers(0, 500).map(credit_code)
    if kind == "entities":
        header = [
            "登记机关",
            "检查对象名称",
            "统一社会信用代码",
            "曾用名",
            "行业",
            "来源说明",
            "来源说明",
        ]
        name = WORDS.map(lambda word: f"示例{word}厂")
        row = st.tuples(
            WORDS | NOTHING, name, code, NOTHING | name, WORDS | NOTHING, WORDS | NOTHING, WORDS
        )
        key = 2
    else:
        header = [
            "序号",
            "检查记录编号",
            "企业名称",
            "统一社会信用代码",
            "检查日期",
            "检查事项",
            "检查结果",
            "负责科室",
        ]
        day = st.sampled_from(["2025-05-06", "2025年5月6日", "２０２５．５．６", "20250506"])
        outcome = st.sampled_from(
            ["未发现问题", "正常", "合格", "发现问题已责令改正；发现问题待后续处理"]
        )
        number = st.integers(0, 9_999).map(lambda n: f"JC-{n}")
        row = st.tuples(
            WORDS,
            number,
            st.just("示例市甲厂"),
            code,
            day,
            st.just("食品检查"),
            outcome,
            WORDS | NOTHING,
        )
        key = 1
    body = st.lists(row.map(list), min_size=1, max_size=12, unique_by=lambda cells: cells[key])
    extra = st.sampled_from(
        [[], [["合计", "", "", "", "", "", ""]], [["注：数据截至本月"]], [header]]
    )
    title = st.sampled_from([[], [["附件1"]], [["示例市抽查表"], ["单位：户"]]])
    return st.builds(lambda above, rows, below: [*above, header, *rows, *below], title, body, extra)  # fmt: skip


@pytest.mark.parametrize("kind", ["entities", "results"])
@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_cell_of_a_random_table_is_somewhere(kind: str, data: st.DataObject) -> None:
    table = data.draw(rows_of(kind))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(table)

        assert lost(path, SHEETS[kind], How()) == []


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda each: each.name)
def test_every_cell_of_an_ugly_table_is_somewhere(tmp_path: Path, fixture: Any) -> None:
    from portal.internal.sheets.mapping import field_of, read_profile  # noqa: PLC0415

    sheet = SHEETS[fixture.expected.kind]
    profile = read_profile(fixture.mapping.read_text("utf-8"), sheet) if fixture.mapping else None
    constants = {field_of(sheet, name) or "": text for name, text in fixture.expected.given.items()}

    assert lost(build(tmp_path, fixture), sheet, How(lambda _: profile, constants)) == []


def lost(path: Path, sheet: Sheet, how: How) -> list[tuple[int, int, str]]:
    """Return row, column and text of the cells that are nowhere; none where the file is refused."""
    reader = Reader(path, sheet, "990100-SCJG", Report(), how=how)
    rows: dict[int, list[str]] = {}
    reader.layout._rows = _noted(reader.layout._rows, rows)
    for number, cells in reader.layout._head:
        rows[number] = [shown(cell) for cell in cells]
    reads = list(reader.records())
    report = reader.report
    if report.error_count:
        return []
    header = reader.layout.header
    assert header is not None
    places = {problem.place for level in (report.warnings, report.notes) for problem in level}
    asides = {aside.row for aside in reader.asides}
    found = _found(reads)
    return [
        (number, index, text)
        for number, cells in rows.items()
        if number not in asides and (number, 0) not in places
        for index, text in enumerate(cells)
        if text
        and (number, index + 1) not in places
        and not _is_held(text, _name(header, index), found.get(number, ([], {})))
    ]


def _noted(rows: Iterator[Any], into: dict[int, list[str]]) -> Iterator[Any]:
    for number, cells in rows:
        into[number] = [shown(cell) for cell in cells]
        yield number, cells


def _name(header: Header, index: int) -> str:
    name = header.matches[index].name.text if index < len(header.matches) else ""
    return name or f"{chr(65 + index)}列"


def _found(reads: Sequence[Read]) -> dict[int, tuple[list[str], Mapping[str, str]]]:
    """Return, by row, the texts of its record and the cells kept as filed."""
    found: dict[int, tuple[list[str], Mapping[str, str]]] = {}
    for read in reads:
        texts = list(_texts(msgspec.to_builtins(read.record)))
        rows = [read.row, *(row for row, _ in read.children if row != read.row)]
        raw = [kept or {} for kept in read.raw]
        for row, kept in zip(rows, [*raw, *[{}] * len(rows)], strict=False):
            found[row] = (texts, kept)
    return found


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
    elif value is not None:
        yield str(value)


def _is_held(text: str, name: str, place: tuple[list[str], Mapping[str, str]]) -> bool:
    texts, raw = place
    if raw.get(name) == text or text in texts:
        return True
    codes = [each for codes in CodeList.__subclasses__() for each in codes if each.zh == text]
    parts = [part.strip() for part in text.replace(";", "；").split("；")]
    return any(code.value in texts for code in codes) or (
        len(parts) > 1 and all(_is_held(part, name, place) for part in parts)
    )

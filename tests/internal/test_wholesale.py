"""Rows built many at once come out as rows built one by one."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.domain.identifiers import parse
from portal.domain.results import Handling, Result
from portal.internal.sheets import reader
from portal.internal.sheets.alike import records
from portal.internal.sheets.catalogue import SHEETS
from portal.internal.sheets.reader import How, Read, Reader
from portal.internal.sheets.report import Report
from portal.internal.sheets.rules import Level
from portal.internal.sheets.spec import Sheet
from tests.bench.corpus import credit_code
from tests.makers import AGENCY, CREDIT_CODE, RESULT_ROW, a_workbook

HEADER = (
    "检查记录编号", "检查对象名称", "标识类型", "标识代码", "检查完成日期", "检查事项编号", "检查事项",
    "检查结果", "结果原文", "检查情况", "后续处置", "整改期限", "公开方式", "内部科室",
)  # fmt: skip
#: Of each column: what it mostly holds, and what it may hold now and then.
USUAL = st.tuples(
    st.integers(0, 5).map(lambda n: f"JC-{n}"), st.just("示例市甲厂"), st.just(""),
    st.integers(0, 9).map(credit_code), st.just("2025-05-06"), st.just("SP-001"), st.just(""),
    st.sampled_from(["未发现问题", "正常", "发现问题已责令改正"]), st.just(""),
    st.sampled_from(["", "标签不全"]), st.sampled_from(["", "/", "其他"]),
    st.sampled_from(["", "2025-06-06"]), st.just(""), st.sampled_from(["", "食品科"]),
)  # fmt: skip
ODD = st.sampled_from(
    ["", "/", "２０２５年５月６日", "2024-01-01", "SP-001；SP-002", "甲；乙", "不是代码", "\x07", "无编号", "不予公开",
     "未发现问题；发现问题已责令改正", "91990101MA0000000X", "合计"]
)  # fmt: skip


def rows() -> st.SearchStrategy[list[list[str]]]:
    """Return rows of results, most of them whole and plain, each with an odd cell at times."""
    odd = st.none() | st.tuples(st.integers(0, len(HEADER) - 1), ODD)
    row = st.builds(_with, USUAL, st.none() | odd)
    return st.lists(row, min_size=1, max_size=14)


def _with(cells: tuple[str, ...], odd: tuple[int, str] | None) -> list[str]:
    found = list(cells)
    if odd is not None:
        found[odd[0]] = odd[1]
    return found


@dataclass
class Outcomes:
    """All that reading a table gives."""

    reads: list[Any] = field(default_factory=list)
    problems: list[Any] = field(default_factory=list)
    left: list[Any] = field(default_factory=list)


def outcomes(path: Path, sheet: Sheet, given_: dict[str, str]) -> Outcomes:
    """Read a table and tell all that comes of it."""
    found, report = Outcomes(), Report()
    how = How(given=given_, left=lambda parts: found.left.append([(v, dict(p)) for v, p in parts]))
    found.reads = [_told(each) for each in Reader(path, sheet, AGENCY, report, how=how).records()]
    found.problems = [report.of(level) for level in Level]
    return found


def _told(read: Read) -> tuple[object, ...]:
    children = [(row, dict(places)) for row, places in read.children]
    return read.record, read.row, dict(read.places), children, list(read.origins), list(read.raw)


@given(table=rows(), chunk=st.sampled_from([1, 2, 5, 250]), unit=st.sampled_from(["", "一所"]))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_rows_built_at_once_are_as_rows_built_one_by_one(
    table: list[list[str]], chunk: int, unit: str
) -> None:
    sheet = SHEETS["results"]
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder) / "table.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([HEADER, *table])
        patch.setattr(reader, "_CHUNK", chunk)
        given_ = {"unit": unit} if unit else {}

        assert outcomes(path, sheet, given_) == outcomes(
            path, replace(sheet, build_all=None), given_
        )


def test_most_rows_of_a_plain_table_are_built_at_once(tmp_path: Path) -> None:
    asked: list[int] = []
    sheet = SHEETS["results"]

    def build_all(agency: str, columns: Any, count: int) -> Sequence[Result | None]:
        assert sheet.build_all is not None
        asked.append(count)
        return sheet.build_all(agency, columns, count)

    table = [{**RESULT_ROW, "code": f"JC-{n}"} for n in range(500)]
    path = a_workbook(tmp_path / "table.xlsx", "results", table)
    counting = replace(sheet, build_all=build_all)

    reads = list(Reader(path, counting, AGENCY, Report()).records())

    assert [read.record.code for read in reads] == [f"JC-{n}" for n in range(500)]
    assert asked == [248, 248]


def test_several_items_under_one_problem_are_told_and_nothing_else(tmp_path: Path) -> None:
    row = {**RESULT_ROW, "item_code": "SP-001；SP-002", "outcomes": "发现问题已责令改正"}
    path, report = a_workbook(tmp_path / "table.xlsx", "results", [row]), Report()

    reads = list(Reader(path, SHEETS["results"], AGENCY, report).records())

    assert reads == []
    assert [each.what for each in report.errors] == [
        "一格内有几个事项编号，而结果是发现问题；请每个事项一行，写明各自的结果"
    ]


def a_result(**more: Any) -> Result:
    """Return a result with these fields."""
    return Result(
        agency_code=AGENCY, entity_key=f"uscc:{CREDIT_CODE}", entity_name="示例市甲厂",
        identifier=parse(CREDIT_CODE), inspected_on=date(2025, 5, 6), findings=(), **more,
    )  # fmt: skip


def test_records_made_at_once_are_those_made_one_by_one() -> None:
    expected = [a_result(code="a"), a_result(code="b", handling=Handling.OTHER)]
    columns = {
        name: [getattr(each, name) for each in expected]
        for name in Result.__dataclass_fields__
        if name != "due_on"
    }

    made = records(Result, columns, 2)

    assert made == expected
    assert [hash(each) for each in made] == [hash(each) for each in expected]
    with pytest.raises(AttributeError):
        made[0].code = "c"  # type: ignore[misc]


def test_records_are_not_made_of_columns_that_do_not_fit() -> None:
    whole: dict[str, list[Any]] = {
        name: [None] for name in Result.__dataclass_fields__ if name != "unit"
    }

    with pytest.raises(TypeError):
        records(Result, {name: each for name, each in whole.items() if name != "code"}, 1)
    with pytest.raises(TypeError):
        records(Result, {**whole, "colour": [None]}, 1)
    with pytest.raises(ValueError, match="1 values"):
        records(Result, {**whole, "unit": [None, None]}, 1)
    with pytest.raises(TypeError):
        records(Outcomes, {}, 1)

"""Imports that go well, twice, in part or with remarks; and that nothing vanishes on the way."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from portal.domain.parties import Entity, EntityForm
from portal.domain.results import Outcome, Result
from portal.domain.workflow import BatchState
from portal.internal.desk import batches, mappings, review, upload
from portal.internal.desk.filing import Accepted
from portal.internal.desk.mappings import Kept, MappingRefused
from portal.internal.desk.stores import Stores
from portal.internal.desk.upload import Terms
from portal.internal.sheets.blank import write_blank
from portal.internal.sheets.catalogue import SHEETS
from portal.internal.sheets.reader import Read, Reader
from portal.internal.sheets.report import Report, Unreadable
from portal.internal.sheets.sources import HELP_SHEET
from portal.internal.sheets.spec import Column, Sheet
from portal.internal.sheets.textfile import TextReader
from portal.internal.tables import filings
from portal.internal.tables.ledger import LedgerRow
from tests.conftest import NOW, Office
from tests.internal.makers import (
    RESULT_HEADERS,
    VALID_CODE,
    a_result_book,
    a_result_row,
    a_result_table,
    a_table,
    batch_count,
    filing_count,
    lines,
    problems,
)
from tests.makers import AGENCY, CREDIT_CODE, ITEM_ROW, RESULT_ROW, Row, a_text, a_workbook

PARTY = f"uscc:{CREDIT_CODE}"
STEP_ROW: Row = {
    "result_code": "JC-0001",
    "step": "责令改正",
    "taken_on": "2025-05-20",
    "due_on": "2025-05-30",
}
PROBLEM_ROW: Row = {**RESULT_ROW, "outcomes": "发现问题已责令改正"}
DRAW_ROW: Row = {
    "code": "2025-01",
    "name": "食品经营抽查第一轮",
    "drawn_on": "2025-04-07",
    "method": "系统随机抽取",
    "entity_name": "示例市青禾食品有限公司",
    "identifier": VALID_CODE,
}


#: What the command starts with.
NOTHING_CONFIRMED = Terms()


def party(stores: Stores, key: str) -> Entity | None:
    """Return a party as it stands in the office."""
    with Session(stores.internal) as session:
        return filings.find(session, Entity, [key]).get(key)


def remarks(done: Accepted) -> list[str]:
    """Return the warnings of an import, as the clerk reads them."""
    return lines(done.report.warnings)


def import_it(office: Office, path: Path, terms: Terms = NOTHING_CONFIRMED) -> Accepted:
    """Import results as the command does, where nobody has confirmed anything yet."""
    return upload.accept(
        office.stores, path, kind="results", agency=AGENCY, by="lin", now=NOW, terms=terms
    )


# -- once and again -----------------------------------------------------------------------------


def test_the_same_file_twice_changes_nothing(office: Office) -> None:
    first = office.file("results", RESULT_ROW, {**RESULT_ROW, "code": "JC-0002"})
    counted = batch_count(office.stores), filing_count(office.stores)

    second = office.file("results", RESULT_ROW, {**RESULT_ROW, "code": "JC-0002"})

    assert (first.row_count, first.created, first.changed, first.same) == (2, 3, 0, 0)
    assert (second.row_count, second.created, second.changed, second.same) == (2, 0, 0, 2)
    assert second.batch_id is None
    assert (batch_count(office.stores), filing_count(office.stores)) == counted


def test_a_changed_row_is_one_change(office: Office) -> None:
    rows = [RESULT_ROW, {**RESULT_ROW, "code": "JC-0002"}]
    office.file("results", *rows)

    done = office.file("results", rows[0], {**rows[1], "outcomes": "发现问题待后续处理"})

    assert (done.created, done.changed, done.same) == (0, 1, 1)


def test_a_dry_run_says_what_it_would_do_and_files_nothing(office: Office, tmp_path: Path) -> None:
    counted = batch_count(office.stores), filing_count(office.stores)
    kept = set(office.stores.files.iterdir())

    done = upload.accept(
        office.stores, a_result_book(tmp_path), kind="results", agency=AGENCY, by="lin", now=NOW,
        terms=Terms(dry_run=True),
    )  # fmt: skip

    assert (done.batch_id, done.row_count, done.created) == (None, 1, 2)
    assert (batch_count(office.stores), filing_count(office.stores)) == counted
    assert kept == set(office.stores.files.iterdir())


def test_a_dry_run_of_a_bad_file_is_refused_like_any_other(office: Office, tmp_path: Path) -> None:
    path = a_result_table(tmp_path / "results.xlsx", a_result_row(outcomes=None))

    with pytest.raises(upload.Refused) as refused:
        upload.accept(
            office.stores,
            path,
            kind="results",
            agency=AGENCY,
            by="lin",
            now=NOW,
            terms=Terms(dry_run=True),
        )

    assert [str(each) for each in refused.value.report.errors] == [
        "抽查结果 F2 “检查结果”：必填，不能为空"
    ]


def test_a_returned_batch_can_be_filed_again(office: Office) -> None:
    first = office.file("results", RESULT_ROW)
    assert first.batch_id is not None
    review.give_back(office.stores, first.batch_id, by="wu", now=NOW, reason="请补充检查人员")

    second = office.file("results", RESULT_ROW)
    outcome = office.publish(second.batch_id)

    assert (second.created, second.changed, second.same) == (2, 0, 0)
    assert outcome.published == 2  # the check and its party


def test_a_batch_keeps_what_came_and_who_brought_it(office: Office, desk: Session) -> None:
    done = office.file("results", RESULT_ROW)

    assert done.batch_id is not None
    batch = batches.get(desk, done.batch_id)
    kept = office.stores.files / batch.file_sha256
    act = desk.scalars(sa.select(LedgerRow).order_by(LedgerRow.id.desc())).first()
    assert (batch.kind, batch.agency, batch.file_name) == ("results", AGENCY, "results.xlsx")
    assert (batch.filed_by, batch.filed_at, batch.state) == ("lin", NOW, BatchState.FILED)
    assert (batch.row_count, batch.created_count, batch.changed_count, batch.same_count) == (
        1,
        2,
        0,
        0,
    )
    assert kept.read_bytes() == (office.folder / "results.xlsx").read_bytes()
    assert act is not None
    assert (act.person, act.action, act.batch_id, act.detail) == (
        "lin",
        "file",
        batch.id,
        "results.xlsx",
    )


def test_a_file_longer_than_a_chunk_is_one_batch(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "CHUNK", 2)
    rows = [{**RESULT_ROW, "code": f"JC-{n}", "inspected_on": f"2025-05-2{n}"} for n in range(5)]
    told: list[tuple[int, int | None]] = []
    path = a_workbook(office.folder / "results.xlsx", "results", rows)

    done = upload.accept(
        office.stores, path, kind="results", agency=AGENCY, by="lin", now=NOW,
        progress=lambda *each: told.append(each),
    )  # fmt: skip

    assert (done.row_count, done.created) == (5, 6)
    assert told == [(3, 6), (5, 6), (6, 6)]


def test_a_fault_in_a_late_chunk_files_nothing_of_the_early_ones(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "CHUNK", 2)
    rows = [a_result_row(code=f"JC-{n}") for n in range(4)]
    path = a_result_table(
        office.folder / "results.xlsx", *rows, a_result_row(code="JC-9", item_code="SP-404")
    )

    told = problems(office, path)

    assert told == [
        ("抽查结果 E6 “检查事项编号”：清单中没有编号为 SP-404 的事项；"
        "未公布的事项不得检查，请先导入事项清单")
    ]  # fmt: skip


def test_a_record_doubled_across_chunks_is_told(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "CHUNK", 1)
    other = {**ITEM_ROW, "name": "另一名称"}
    path = a_workbook(office.folder / "items.xlsx", "items", [ITEM_ROW, other])

    told = problems(office, path, "items")

    assert told == ["抽查事项清单 A3 “事项编号”：编号与第2行重复，而内容不同；请核对，只保留一行"]


def test_a_record_that_comes_again_alike_in_a_later_chunk_is_filed_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where nothing else is in that chunk."""
    monkeypatch.setattr(upload, "CHUNK", 1)
    second = {**ITEM_ROW, "code": "SP-002"}

    done = office.file("items", second, second, {**ITEM_ROW, "code": "SP-003"})

    assert (done.row_count, done.created) == (3, 2)
    assert remarks(done) == [
        "抽查事项清单 A3 “事项编号”：与第2行重复（内容完全相同），只登记一次；请确认"
    ]


# -- what somebody has to confirm ---------------------------------------------------------------


def test_a_file_with_warnings_waits_until_somebody_confirms_them(
    office: Office, desk: Session
) -> None:
    path = a_result_table(office.folder / "results.xlsx", a_result_row())
    counted = batch_count(office.stores), filing_count(office.stores)

    with pytest.raises(upload.Unconfirmed, match=r"^有 1 处须确认，尚未登记$") as unconfirmed:
        import_it(office, path)
    before = batch_count(office.stores), filing_count(office.stores)
    done = import_it(office, path, Terms(confirmed=True))

    assert before == counted
    assert (unconfirmed.value.done.created, unconfirmed.value.done.batch_id) == (2, None)
    assert lines(unconfirmed.value.report.warnings) == remarks(done)
    assert done.batch_id is not None
    assert json.loads(batches.get(desk, done.batch_id).warnings) == remarks(done)


def test_what_is_only_noted_waits_for_nobody(office: Office, desk: Session) -> None:
    row = {**RESULT_ROW, "detail": "/"}
    path = a_workbook(office.folder / "results.xlsx", "results", [row])

    done = import_it(office, path)

    told = ["抽查结果 G2 “检查情况”：“/”按未填处理"]
    assert done.batch_id is not None
    assert (lines(done.report.notes), remarks(done)) == (told, [])
    assert json.loads(batches.get(desk, done.batch_id).notes) == told


def test_a_dry_run_tells_warnings_without_asking(office: Office) -> None:
    path = a_result_table(office.folder / "results.xlsx", a_result_row())

    done = import_it(office, path, Terms(dry_run=True))

    assert (done.batch_id, done.created, done.report.warning_count) == (None, 2, 1)


def test_nobody_confirms_again_what_is_filed_already(office: Office) -> None:
    path = a_result_table(office.folder / "results.xlsx", a_result_row())
    office.take(path, "results")

    done = import_it(office, path)

    assert (done.batch_id, done.same, done.report.warning_count) == (None, 1, 1)


def test_faults_come_before_warnings(office: Office) -> None:
    path = a_result_table(office.folder / "results.xlsx", a_result_row(inspected_on="昨天"))

    with pytest.raises(upload.Refused) as refusal:
        import_it(office, path, Terms(confirmed=True))

    assert refusal.value.done.report is refusal.value.report
    assert (refusal.value.report.error_count, refusal.value.done.row_count) == (1, 1)


# -- what the file does not say -----------------------------------------------------------------


def without(title: str) -> tuple[list[str], list[object]]:
    """Return the headers and the cells of one good row but for one column."""
    return (
        [header for header in RESULT_HEADERS if header != title],
        [
            cell
            for header, cell in zip(RESULT_HEADERS, a_result_row(), strict=True)
            if header != title
        ],
    )


def test_what_the_file_does_not_say_is_given_for_all_of_it(office: Office, desk: Session) -> None:
    headers, cells = without("检查完成日期")
    path = a_table(office.folder / "results.xlsx", headers, cells)

    office.take(path, "results", terms=Terms(given={"检查完成日期": "2025年5月20日"}))

    (filed,) = filings.find(desk, Result, [f"{AGENCY}/JC-0001"]).values()
    assert filed.inspected_on == date(2025, 5, 20)


def test_a_given_wording_is_confirmed_like_one_in_the_file(office: Office, desk: Session) -> None:
    """Once for all rows; and what was given stays beside what it was taken for."""
    headers, cells = without("检查结果")
    path = a_table(
        office.folder / "results.xlsx",
        headers,
        cells,
        ["JC-0002", *cells[1:3], "2025-05-21", cells[4]],
    )

    done = office.take(path, "results", terms=Terms(given={"检查结果": "不合格"}))

    filed = filings.find(desk, Result, [f"{AGENCY}/JC-0001", f"{AGENCY}/JC-0002"])
    assert remarks(done)[0] == (
        "抽查结果 第2行 “检查结果”：填入的“不合格”按“发现问题待后续处理”归类"
        "（写明有问题，未写明如何处理），请确认"
    )
    assert done.report.counts["unsure"] == 1
    assert [
        (finding.outcomes, finding.outcome_text)
        for result in filed.values()
        for finding in result.findings
    ] == [((Outcome.PENDING,), "不合格")] * 2


def test_a_given_text_that_cannot_be_read_is_told_once(office: Office) -> None:
    headers, cells = without("检查完成日期")
    path = a_table(office.folder / "results.xlsx", headers, cells, ["JC-0002", *cells[1:]])

    with pytest.raises(upload.Refused) as refusal:
        office.take(path, "results", terms=Terms(given={"检查完成日期": "2025-02-30"}))

    assert lines(refusal.value.report.errors) == [
        "抽查结果 第2行 “检查完成日期”：填入的“2025-02-30”：“2025-02-30”不是实际存在的日期，请核对"
    ]


def test_a_pattern_of_a_column_that_is_not_there_is_told(office: Office) -> None:
    """It would otherwise fill in nothing, in silence."""
    path = a_result_table(office.folder / "results.xlsx", a_result_row())

    with pytest.raises(upload.Refused) as refusal:
        office.take(path, "results", terms=Terms(given={"任务编号": "{计划号}-{#}"}))

    assert lines(refusal.value.report.errors) == [
        "抽查结果：填入“任务编号”要用的列“计划号”文件里没有；请核对写法"
    ]


def test_there_is_nothing_to_give_for_a_column_the_template_lacks(office: Office) -> None:
    path = a_result_table(office.folder / "results.xlsx", a_result_row())

    with pytest.raises(
        MappingRefused, match=r"^模板“抽查结果”没有列“法人手机”；有：检查记录编号、"
    ):
        office.take(path, "results", terms=Terms(given={"法人手机": "13800138000"}))


def test_nothing_is_given_for_a_text_that_says_all_itself(office: Office) -> None:
    path = a_text(office.folder / "wenjian.md", "正文。", code="wenjian-1")

    with pytest.raises(MappingRefused, match=r"^文件的各项写在文件头里，不能另行填入；请改文件头$"):
        office.take(path, "documents", terms=Terms(given={"发文字号": "示发〔2025〕1号"}))


def test_a_confirmed_wording_may_be_a_mark_for_nothing(office: Office, desk: Session) -> None:
    """A profile says what 无 means in a column; without one it says nothing."""
    text = 'kind = "results"\n[values."检查结果"]\n"无" = "未发现问题"\n'
    path = a_result_table(office.folder / "results.xlsx", a_result_row(outcomes="无"))

    told = problems(office, path)
    mappings.save(office.stores, Kept(AGENCY, "results", "本局", text), by="lin", now=NOW)
    office.take(path, "results", terms=Terms(mapping="本局"))

    (filed,) = filings.find(desk, Result, [f"{AGENCY}/JC-0001"]).values()
    assert told == ["抽查结果 F2 “检查结果”：必填，不能以“无”代替"]
    assert [(each.outcomes, each.outcome_text) for each in filed.findings] == [
        ((Outcome.NO_PROBLEM,), "无")
    ]


# -- what a result brings with it ---------------------------------------------------------------


def test_a_result_takes_the_wording_of_its_item_from_the_list(
    office: Office, desk: Session
) -> None:
    office.file("results", RESULT_ROW)

    filed = filings.find(desk, Result, [f"{AGENCY}/JC-0001"])

    findings = filed[f"{AGENCY}/JC-0001"].findings
    assert [(each.item_code, each.item_name, each.outcomes) for each in findings] == [
        ("SP-001", "食品经营许可情况检查", (Outcome.NO_PROBLEM,))
    ]


def test_a_check_of_several_items_takes_several_rows(office: Office, desk: Session) -> None:
    office.put("items", {**ITEM_ROW, "code": "SP-002", "name": "食品标签检查"})
    path = a_result_table(
        office.folder / "several.xlsx",
        a_result_row(),
        ["JC-0001", None, None, None, "SP-002", "发现问题待后续处理"],
        [None, None, None, None, "SP-001", "发现问题已责令改正"],
    )

    office.take(path, "results")

    filed = filings.find(desk, Result, [f"{AGENCY}/JC-0001"])
    assert [each.item_code for each in filed[f"{AGENCY}/JC-0001"].findings] == [
        "SP-001",
        "SP-002",
        "SP-001",
    ]


@pytest.mark.parametrize(
    ("identifier", "key", "form"),
    [
        (VALID_CODE, f"uscc:{VALID_CODE}", EntityForm.ENTERPRISE),
        ("92990101MA0000000K", "uscc:92990101MA0000000K", EntityForm.SOLE_TRADER),
        ("990100000000013", "reg15:990100000000013", EntityForm.ENTERPRISE),
        ("990100600000016", "reg15:990100600000016", EntityForm.SOLE_TRADER),
        ("9901000000001", "reg13:9901000000001", EntityForm.ENTERPRISE),
    ],
)
def test_a_party_whose_number_says_what_it_is_comes_in_with_its_check(
    office: Office, identifier: str, key: str, form: EntityForm
) -> None:
    before = party(office.stores, key)

    office.file("results", {**RESULT_ROW, "identifier": identifier})

    filed = party(office.stores, key)
    assert before is None
    assert filed is not None
    assert (filed.name, filed.form, filed.agency_code) == (
        "示例市青禾食品有限公司",
        form,
        AGENCY,
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"scheme": "本地编号", "identifier": "T-12"},
            "D2 “标识代码”：名录库中没有“示例市青禾食品有限公司”（本地编号）；请先导入检查对象",
        ),
        (
            {"scheme": "无编号", "identifier": None},
            "第2行 “标识代码”：名录库中没有“示例市青禾食品有限公司”（无编号）；请先导入检查对象",
        ),
        (
            {"identifier": "33010019800101123X"},
            "C2 “标识代码”：名录库中没有“示例市青禾食品有限公司”（统一社会信用代码）；请先导入检查对象",
        ),
    ],
)
def test_a_party_whose_number_says_nothing_must_be_in_the_library(
    office: Office, changes: Row, told: str
) -> None:
    path = a_workbook(office.folder / "results.xlsx", "results", [{**RESULT_ROW, **changes}])

    found = problems(office, path)

    assert found == [f"抽查结果 {told}"]


def test_a_local_number_that_is_in_the_library_is_taken(office: Office) -> None:
    local: Row = {"scheme": "本地编号", "identifier": "T-12"}
    office.file("entities", {**local, "entity_name": "示例市集", "form": "其他"})

    done = office.file("results", {**RESULT_ROW, **local, "entity_name": "示例市集"})

    assert (done.created, remarks(done)) == (1, [])


def test_a_party_known_already_is_not_filed_again(office: Office) -> None:
    office.file("entities", {"entity_name": "示例市青禾食品有限公司", "identifier": VALID_CODE})

    done = office.file("results", {**RESULT_ROW, "identifier": VALID_CODE})

    assert (done.created, done.changed, remarks(done)) == (1, 0, [])


# -- remarks ------------------------------------------------------------------------------------


def test_a_wrong_check_digit_is_remarked_on_and_filed(office: Office, desk: Session) -> None:
    done = office.file("results", {**RESULT_ROW, "identifier": "91990101MA0000000A"})

    told = [
        ("抽查结果 C2 “标识代码”：统一社会信用代码校验位不符；"
        "请对照证照核对，将按原样登记并标注")
    ]  # fmt: skip
    assert done.batch_id is not None
    filed = party(office.stores, "uscc:91990101MA0000000A")
    assert remarks(done) == told
    assert json.loads(batches.get(desk, done.batch_id).warnings) == told
    assert filed is not None
    assert [each.valid for each in filed.identifiers] == [False]


def test_a_wrong_check_digit_in_a_draw_list_is_remarked_on_at_its_row(office: Office) -> None:
    done = office.file(
        "draws", DRAW_ROW, {**DRAW_ROW, "entity_name": "乙公司", "identifier": "990100000000010"}
    )

    assert remarks(done) == [
        "抽取记录 第2行 “保密期止”：未填保密期止，名单一经发布即公开；检查尚未完成的，请填写检查完成之日",
        "抽取记录 F3 “标识代码”：15位注册号校验位不符；请对照证照核对，将按原样登记并标注",
    ]


def test_a_wrong_check_digit_in_the_library_is_remarked_on(office: Office) -> None:
    row = {"entity_name": "甲", "identifier": VALID_CODE, "other_identifiers": "990100000000010"}

    done = office.file("entities", row)

    assert remarks(done) == [
        "检查对象名录 C2 “其他标识代码”：15位注册号校验位不符；请对照证照核对，将按原样登记并标注"
    ]


def test_a_name_the_library_does_not_know_is_remarked_on(office: Office) -> None:
    known: Row = {"identifier": VALID_CODE, "entity_name": "示例市新禾食品有限公司"}
    office.file("entities", {**known, "former_names": "示例市旧禾食品有限公司"})
    rows = [
        {
            **RESULT_ROW,
            "identifier": VALID_CODE,
            "code": f"JC-{n}",
            "entity_name": name,
            "inspected_on": f"2025-05-2{n}",
        }
        for n, name in enumerate(
            ("示例市新禾食品有限公司", "示例市旧禾食品有限公司", "示例市青禾食品有限公司")
        )
    ]

    done = office.file("results", *rows)

    assert remarks(done) == [
        (
            "抽查结果 B4 “检查对象名称”：该代码先前登记的名称是“示例市新禾食品有限公司”；"
            "已更名的请更新名录库曾用名，填错的请改正"
        )
    ]


def test_a_check_of_a_party_that_was_not_drawn_is_remarked_on(office: Office) -> None:
    office.file("draws", DRAW_ROW)
    row = {**RESULT_ROW, "draw_code": "2025-01"}
    other = {"code": "JC-2", "entity_name": "示例市白露酒家", "identifier": "9901000000001"}

    done = office.file("results", row, {**row, **other})

    assert remarks(done) == ["抽查结果 C3 “检查对象名称”：不在该次抽取的名单中；请核对抽取编号"]


# -- closing ------------------------------------------------------------------------------------

CLOSING: Row = {"result_code": "JC-0001", "step": "完结", "taken_on": "2025-06-01"}
RECHECK: Row = {"result_code": "JC-0001", "step": "复查", "taken_on": "2025-05-31"}
NOT_RECHECKED = "“步骤”：已责令改正的，须先有通过的复查才能完结；请补录复查"


def test_a_case_is_closed_after_a_passed_recheck(office: Office) -> None:
    office.file("results", PROBLEM_ROW)
    office.file("followups", STEP_ROW)

    done = office.file("followups", {**RECHECK, "passed": "是"}, CLOSING)

    assert (done.created, done.report.errors) == (2, [])


@pytest.mark.parametrize(
    ("rows", "cell"),
    [
        ([STEP_ROW, CLOSING], "B3"),
        ([STEP_ROW, {**RECHECK, "passed": "否"}, CLOSING], "B4"),
        ([STEP_ROW, {**RECHECK, "passed": "是", "result_code": "JC-0002"}, CLOSING], "B4"),
    ],
)
def test_a_case_is_not_closed_without_a_passed_recheck(
    office: Office, rows: list[Row], cell: str
) -> None:
    office.file("results", PROBLEM_ROW, {**PROBLEM_ROW, "code": "JC-0002"})
    path = a_workbook(office.folder / "followups.xlsx", "followups", rows)

    told = problems(office, path, "followups")

    assert told == [f"后续处理 {cell} {NOT_RECHECKED}"]


def test_a_fault_elsewhere_does_not_make_a_recheck_unknown(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the first fault of a file nothing of it is filed, but what it says still counts."""
    monkeypatch.setattr(upload, "CHUNK", 1)
    office.file("results", PROBLEM_ROW)
    unknown = {**STEP_ROW, "result_code": "JC-0404"}
    rows = [unknown, STEP_ROW, {**RECHECK, "passed": "是"}, CLOSING]
    path = a_workbook(office.folder / "followups.xlsx", "followups", rows)

    told = problems(office, path, "followups")

    assert told == ["后续处理 A2 “检查记录编号”：没有编号为 JC-0404 的抽查结果；请先导入抽查结果"]


def test_a_recheck_that_is_corrected_to_failed_closes_nothing(office: Office) -> None:
    """The correction has the same key as the passed recheck filed before, and replaces it."""
    office.file("results", PROBLEM_ROW)
    office.file("followups", STEP_ROW, {**RECHECK, "passed": "是"})
    path = a_workbook(
        office.folder / "followups.xlsx", "followups", [{**RECHECK, "passed": "否"}, CLOSING]
    )

    told = problems(office, path, "followups")

    assert told == [f"后续处理 B3 {NOT_RECHECKED}"]


def test_a_case_nobody_ordered_to_mend_is_closed_at_once(office: Office) -> None:
    office.file("results", {**RESULT_ROW, "outcomes": "发现问题待后续处理"})

    done = office.file("followups", CLOSING)

    assert (done.created, done.report.errors) == (1, [])


# -- blank workbooks ----------------------------------------------------------------------------

TABLES = [kind for kind in SHEETS if kind != "documents"]
#: Columns that a sensible row of the template fills beside the mandatory ones.
ALSO_FILLED = {
    "plans": ("item_codes", "starts_on", "ends_on"),
    "entities": ("identifier", "other_identifiers", "former_names"),
    "draws": ("identifier", "frame_count", "ratio"),
    "results": ("identifier", "item_code", "due_on"),
    "followups": ("due_on",),
}


def filled(sheet: Sheet) -> dict[str, str]:
    """Return a row made of the template's own examples."""
    wanted = [
        column
        for column in sheet.columns
        if column.required or column.field in ALSO_FILLED.get(sheet.kind, ())
    ]
    return {column.field: column.example or "示例" for column in wanted}


@pytest.mark.parametrize("kind", TABLES)
def test_a_blank_workbook_reads_as_an_empty_table(tmp_path: Path, kind: str) -> None:
    report = Report()
    write_blank(SHEETS[kind], tmp_path / "blank.xlsx")

    records = list(Reader(tmp_path / "blank.xlsx", SHEETS[kind], AGENCY, report).records())

    assert records == []
    assert [str(each) for each in report.errors] == [
        f"{SHEETS[kind].title}：没有数据行；请在表头下方逐行填写"
    ]


@pytest.mark.parametrize("kind", TABLES)
def test_a_blank_workbook_filled_with_its_examples_reads(tmp_path: Path, kind: str) -> None:
    sheet, report, path = SHEETS[kind], Report(), tmp_path / "blank.xlsx"
    write_blank(sheet, path)
    book = load_workbook(path)
    table = book[sheet.title]
    row = filled(sheet)
    for index, column in enumerate(sheet.columns, 1):
        table.cell(2, index).value = row.get(column.field)
    book.save(path)

    reads = list(Reader(path, sheet, AGENCY, report).records())

    assert report == Report()
    assert [read.row for read in reads] == [2]
    assert set(reads[0].places) == set(row)
    if kind == "entities":
        assert [each.valid for each in reads[0].record.identifiers] == [True, True]


def test_the_blank_text_of_a_document_reads(tmp_path: Path) -> None:
    report, path = Report(), tmp_path / "blank.md"
    write_blank(SHEETS["documents"], path)

    reads = list(TextReader(path, SHEETS["documents"], "990100-ZFB", report).records())

    assert report == Report()
    assert [read.record.key for read in reads] == ["990100-ZFB/wenjian-001"]


@pytest.mark.parametrize("kind", TABLES)
def test_a_blank_workbook_keeps_codes_as_text(tmp_path: Path, kind: str) -> None:
    sheet = SHEETS[kind]
    write_blank(sheet, tmp_path / "blank.xlsx")

    table = load_workbook(tmp_path / "blank.xlsx")[sheet.title]

    for index, column in enumerate(sheet.columns, 1):
        wanted = "@" if column.is_code else "General"
        assert {table.cell(row, index).number_format for row in (2, 1_000, 2_001)} == {wanted}


def offers_list(column: Column) -> bool:
    """Whether one code, and only one, may stand in the column."""
    return column.codes is not None and "多项" not in column.help


@pytest.mark.parametrize("kind", TABLES)
def test_a_blank_workbook_offers_the_codes_to_choose_from(tmp_path: Path, kind: str) -> None:
    sheet = SHEETS[kind]
    write_blank(sheet, tmp_path / "blank.xlsx")

    book = load_workbook(tmp_path / "blank.xlsx")

    offered: dict[int, list[str]] = {}
    for rule in book[sheet.title].data_validations.dataValidation:
        (area,) = rule.sqref.ranges
        assert (area.min_row, area.max_row, rule.type) == (2, 2_001, "list")
        offered[area.min_col] = words_of(book, rule.formula1)
    assert offered == {
        index: [code.zh for code in column.codes]
        for index, column in enumerate(sheet.columns, 1)
        if column.codes and offers_list(column)
    }


def words_of(book: Any, formula: str) -> list[str]:
    """Return the words of a list rule, which stand in it or on the help sheet."""
    if formula.startswith('"'):
        return formula.strip('"').split(",")
    sheet, _, area = formula.partition("!")
    assert sheet == f"'{HELP_SHEET}'"
    return [row[0].value for row in book[HELP_SHEET][area.replace("$", "")]]


def test_a_blank_workbook_explains_every_column(tmp_path: Path) -> None:
    sheet = SHEETS["results"]
    write_blank(sheet, tmp_path / "blank.xlsx")

    rows = list(load_workbook(tmp_path / "blank.xlsx")[HELP_SHEET].values)

    assert [row[:3] for row in rows[3:]] == [
        (
            column.title,
            "必填" if column.required else None,
            "仅内部" if column.internal else "公开",
        )
        for column in sheet.columns
    ]


# -- headers that answer to other names ---------------------------------------------------------


@pytest.mark.parametrize("kind", TABLES)
def test_english_headers_are_read_too(tmp_path: Path, kind: str) -> None:
    sheet, report = SHEETS[kind], Report()
    row = filled(sheet)
    path = a_table(tmp_path / "english.xlsx", list(row), list(row.values()), title=sheet.title)

    reads = list(Reader(path, sheet, AGENCY, report).records())

    assert report == Report()
    assert [read.row for read in reads] == [2]


def test_headers_are_read_whatever_their_dress(office: Office) -> None:
    """Marks of mandatory columns, blanks, line ends, titles above, and words of other forms."""
    headers = [
        "*检查 记录\n编号",
        "企业名称 *",
        "注册号",
        "＊抽查完成日期",
        "item_code",
        "抽查结果",
    ]
    path = a_table(office.folder / "dressed.xlsx", ["公示表"], [], headers, a_result_row())

    done = office.take(path, "results")

    assert (done.row_count, done.created) == (1, 2)


def test_no_two_columns_of_a_template_answer_to_one_name() -> None:
    names = {
        kind: [name for column in sheet.columns for name in column.headers()]
        for kind, sheet in SHEETS.items()
    }

    assert {kind: len(set(each)) for kind, each in names.items()} == {
        kind: len(each) for kind, each in names.items()
    }


def test_a_title_with_a_colon_is_kept_as_it_is(tmp_path: Path) -> None:
    path = a_text(
        tmp_path / "fangan.md", "正文。", code="fangan-2025", title="双随机：从名录库到公示",
        agency=AGENCY, kind="通知", issued_on="2025-02-21", summary="时间: 二月；地点：本局",
    )  # fmt: skip
    report = Report()

    (read,) = TextReader(path, SHEETS["documents"], AGENCY, report).records()

    assert (read.record.title, read.record.summary) == (
        "双随机：从名录库到公示",
        "时间: 二月；地点：本局",
    )


# -- nothing vanishes ---------------------------------------------------------------------------

INSPECTORS = SHEETS["inspectors"]
#: Any text a CSV file can hold, mixed with what is likely to be read.
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
LIKELY = st.sampled_from(
    [
        "",
        " ",
        "；",
        "/",
        "无",
        "合计",
        "注：略",
        "一、总则",
        "张三",
        "食品；特种设备",
        "2025-05-20",
        "2023-02-30",
        "9.1E+17",
        "=1",
        "1",
        "0",
    ]
)
TABLE = st.lists(
    st.lists(st.one_of(LIKELY, ANY_TEXT), min_size=1, max_size=len(INSPECTORS.columns) + 1),
    max_size=6,
)


def csv_text(rows: Iterable[Iterable[object]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def rows_told(report: Report) -> set[int]:
    """Return the rows that have a fault, in a cell or as a whole."""
    return {each.place[0] for each in report.errors if each.cell}


@settings(max_examples=150, deadline=None, database=None)
@given(rows=TABLE)
def test_every_cell_is_in_a_record_or_in_the_report(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    """Or put aside as a row that is no data; unless the file is refused as a whole."""
    titles = [column.title for column in INSPECTORS.columns]
    path = tmp_path_factory.getbasetemp() / "inspectors.csv"
    path.write_bytes(
        csv_text([titles, *([*row, *[""] * (len(titles) - len(row))] for row in rows)])
    )
    report = Report()
    try:
        reader = Reader(path, INSPECTORS, AGENCY, report)
    except Unreadable:
        return

    reads = {read.row: read for read in reader.records()}

    told = rows_told(report)
    asides = {aside.row: aside.cells for aside in reader.asides}
    refused = any(each.cell == "" for each in report.errors)
    for number, row in enumerate([] if refused else rows, 2):
        if any(cell.strip() for cell in row):
            assert [number in reads, number in told, number in asides].count(True) == 1
        if number in asides:
            assert words(asides[number]) == words(row)
        if number in reads:
            assert words(lost_cells(reads[number], row)) == []


def words(cells: Iterable[str]) -> list[str]:
    return [cell.strip() for cell in cells if cell.strip()]


def lost_cells(read: Read, row: list[str]) -> Iterator[str]:
    """Yield the cells of a row that are neither in its record nor kept as filed."""
    kept = {name: text for raw in read.raw for name, text in (raw or {}).items()}
    for column, cell in zip(INSPECTORS.columns, row, strict=False):
        is_kept = kept.get(column.title, "") == cell.strip()
        if not is_kept and getattr(read.record, column.field) != column.parse(cell):
            yield cell
    yield from (cell for cell in row[len(INSPECTORS.columns) :] if kept.get("H列") != cell.strip())


RESULTS = SHEETS["results"]
RESULT_FIELDS = (
    "code",
    "entity_name",
    "identifier",
    "inspected_on",
    "item_code",
    "outcomes",
    "detail",
)
FINDING = st.tuples(
    st.sampled_from(["SP-1", "SP-2"]),
    st.sampled_from(["未发现问题", "发现问题待后续处理"]),
    st.sampled_from(["", "标签不符", 3.5, True]),
)
PARTY_CELLS = st.sampled_from([("甲公司", VALID_CODE), ("乙公司", "9901000000001")])
#: A wording that is not the code list's, and what it means there.
MEANT: dict[object, str] = {"合格": "未发现问题"}
DAYS = st.sampled_from([date(2025, 5, 20), "2025-05-20", "2025年5月20日"])


@st.composite
def result_rows(draw: st.DrawFn) -> list[list[object]]:
    """Return rows of records with one or more findings; every third table has a fault somewhere."""
    rows: list[list[object]] = []
    for code in draw(st.lists(st.sampled_from(["JC-1", "JC-2", "JC-3"]), min_size=1, unique=True)):
        head: list[object] = [code, *draw(PARTY_CELLS), draw(DAYS)]
        for number, finding in enumerate(draw(st.lists(FINDING, min_size=1, max_size=3))):
            blank = draw(st.tuples(*[st.booleans()] * len(head))) if number else (False,) * 4
            own = ["" if gone else cell for gone, cell in zip(blank, head, strict=True)]
            rows.append([*own, *finding])
    if draw(st.integers(0, 2)) == 0:
        row = draw(st.sampled_from(rows))
        row[draw(st.integers(0, 6))] = draw(
            st.sampled_from(["", "JC-1", "合格", 45797, 913301007799655058, "\u200b"])
        )
    return rows


def seen(cells: Iterable[object]) -> list[object]:
    """Return cells without what cannot be seen."""
    return ["" if cell == "\u200b" else cell for cell in cells]


@settings(max_examples=100, deadline=None, database=None)
@given(rows=result_rows())
def test_every_row_of_a_workbook_is_in_a_record_unless_the_file_is_refused(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[object]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "results.xlsx"
    a_table(path, RESULT_FIELDS, *rows)
    report = Report()

    reads = list(Reader(path, RESULTS, AGENCY, report).records())

    filled_rows = [n for n, row in enumerate(rows, 2) if any(cell != "" for cell in row)]
    if not report.errors:
        kept = [row for read in reads for row, _ in read.children]
        twice = [each.place[0] for each in report.warnings if each.rule == "twice"]
        assert sorted([*kept, *twice]) == filled_rows
        for each in (each for each in report.warnings if each.rule == "twice"):
            first = int(each.what.removeprefix("与第").split("行")[0])
            assert seen(rows[first - 2][4:]) == seen(rows[each.place[0] - 2][4:])
        for read in reads:
            for (number, _), finding in zip(read.children, read.record.findings, strict=True):
                _, _, _, _, item, outcome, detail = rows[number - 2]
                assert finding.item_code == str(item)
                assert [code.zh for code in finding.outcomes] == [MEANT.get(outcome, outcome)]
                assert finding.outcome_text == (outcome if outcome in MEANT else None)
                assert (finding.detail is None) == (detail in ("", "\u200b"))


@settings(max_examples=100, deadline=None, database=None)
@given(
    content=st.one_of(st.binary(max_size=300), TABLE.map(csv_text)), kind=st.sampled_from(TABLES)
)
def test_a_reader_raises_nothing_but_unreadable(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, kind: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "anything"
    path.write_bytes(content)
    report, reads = Report(), list[Read]()

    try:
        reads = list(Reader(path, SHEETS[kind], AGENCY, report).records())
    except Unreadable as error:
        report.tell("file", "", "", str(error))

    assert bool(reads) or any(each.what for each in report.errors)


@pytest.fixture(scope="module")
def whole_book(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    rows = [RESULT_ROW, {**RESULT_ROW, "code": "JC-0002", "note": "=1+1"}]
    return a_workbook(tmp_path_factory.mktemp("whole") / "r.xlsx", "results", rows).read_bytes()


@settings(max_examples=150, deadline=None, database=None)
@given(place=st.floats(0, 1, exclude_max=True), old=st.integers(0, 40), new=st.binary(max_size=6))
def test_a_damaged_workbook_is_unreadable_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory,
    whole_book: bytes,
    place: float,
    old: int,
    new: bytes,
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.xlsx"
    at = int(len(whole_book) * place)
    path.write_bytes(whole_book[:at] + new + whole_book[at + old :])
    report = Report()

    try:
        list(Reader(path, RESULTS, AGENCY, report).records())
    except Unreadable as error:
        report.tell("file", "", "", str(error))

    assert any(each.what for each in report.errors)  # the whole book has an uncomputed formula


@settings(max_examples=60, deadline=None, database=None)
@given(head=st.one_of(st.none(), st.binary(max_size=99)), content=st.binary(max_size=99))
def test_a_text_reader_raises_nothing_but_unreadable(
    tmp_path_factory: pytest.TempPathFactory, head: bytes | None, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "anything.md"
    path.write_bytes(content if head is None else b"---\n" + head + b"\n---\n" + content)
    report, reads = Report(), list[Read]()

    try:
        reads = list(TextReader(path, SHEETS["documents"], AGENCY, report).records())
    except Unreadable as error:
        report.tell("file", "", "", str(error))

    assert (reads, any(each.what for each in report.errors)) == ([], True)

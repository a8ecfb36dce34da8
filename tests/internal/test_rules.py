"""Every rule of the table speaks at its place, in its own words, and weighs what the table says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from portal.domain.grounds import Ground
from portal.domain.items import Item
from portal.domain.plans import Plan
from portal.domain.results import Result
from portal.domain.verdicts import Act
from portal.internal.desk import decide, mappings, retract, upload
from portal.internal.desk.mappings import Kept
from portal.internal.desk.orders import Order
from portal.internal.desk.upload import Terms
from portal.internal.sheets.catalogue import SHEETS
from portal.internal.sheets.ours import MARKED_SHEET
from portal.internal.sheets.report import Report
from portal.internal.sheets.rules import RULES, Level
from portal.internal.tables import filings
from portal.internal.tables.decisions import WHOLE
from portal.internal.tables.filings import FilingRow
from portal.register.records import Kind
from portal.register.tables.items import ItemRow
from tests.airlock.hands import id_of
from tests.conftest import NOW, Office
from tests.internal.makers import (
    a_result_row,
    a_result_table,
    a_table,
    batch_count,
    filing_count,
    first_sheet,
    lines,
    problems,
    raw_cells,
    refused,
)
from tests.makers import AGENCY, AGENCY_ROW, CREDIT_CODE, ITEM_ROW, Row, a_workbook

#: A number without a check digit, in a region that does not exist.
OTHER_CODE = "9901000000001"
CHECK: Row = {
    "code": "JC-0001",
    "entity_name": "示例市甲食品有限公司",
    "identifier": CREDIT_CODE,
    "inspected_on": "2025-05-20",
    "item_code": "SP-001",
    "outcomes": "未发现问题",
}
HEADERS = [SHEETS["results"].column(name).title for name in CHECK]
CELLS = list(CHECK.values())
PARTY: Row = {"entity_name": "示例市甲食品有限公司", "identifier": CREDIT_CODE}
ITEM: Row = {**ITEM_ROW, "code": "SP-002", "note": None}
PLAN: Row = {
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
    "ends_on": "2025-05-19",
}
DRAW: Row = {
    "code": "2025-01",
    "name": "食品经营抽查第一轮",
    "drawn_on": "2025-04-07",
    "method": "系统随机抽取",
    "embargo_until": "2025-06-10",
    **PARTY,
}
ORDERED: Row = {**CHECK, "outcomes": "发现问题已责令改正"}
CLOSING: Row = {"result_code": "JC-0001", "step": "完结", "taken_on": "2025-06-01"}
HIDDEN: Row = {
    "disclosure": "不予确认",
    "ground": "国家秘密",
    "decided_by": "示例市保密局",
    "decided_on": "2025-05-01",
    "review_on": "2026-04-30",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One file over which one rule speaks: rows by field, or a table typed cell by cell."""

    told: str
    kind: str = "results"
    rows: Sequence[Row] = ()
    cells: Sequence[Sequence[object]] = ()
    #: What is filed before.
    before: Sequence[tuple[str, Row]] = ()
    #: Whether the item among it is taken back.
    withdrawn: bool = False
    #: A mapping profile to read the file by.
    profile: str = ""
    #: What is done to the file once it is written.
    change: Callable[[Path], object] = field(default=lambda _: None)


def hide_a_row(path: Path) -> None:
    book = load_workbook(path)
    first_sheet(book).row_dimensions[2].hidden = True
    book.save(path)


def add_our_findings(path: Path) -> None:
    book = load_workbook(path)
    book.create_sheet(MARKED_SHEET).append(["批注"])
    book.save(path)


EXAMPLES = {
    "file": Example(
        rows=[CHECK],
        change=lambda path: path.write_bytes(b""),
        told="results.xlsx：文件是空的（0字节）；请重新导出后再导入",
    ),
    "header": Example(
        cells=[["2025年抽查结果"], ["略"]],
        told="抽查结果：没有找到“抽查结果”的表头；应有：检查记录编号、检查对象名称、检查完成日期、检查结果。"
        "可下载空白模板对照，或为本表建立映射方案",
    ),
    "unread": Example(
        rows=[{**CHECK, "inspected_on": "=TODAY()"}],
        told="抽查结果 D2 “检查完成日期”：是未计算的公式，读不到值；请在表格软件中打开、重算并保存，或粘贴为数值",
    ),
    "proposed": Example(
        cells=[[HEADERS[0], "企业", *HEADERS[2:]], CELLS],
        told="抽查结果 B1：列“企业”常用来表示“检查对象名称”，拟对应“检查对象名称”；请确认，或改列名后重新导入",
    ),
    "missing": Example(
        cells=[HEADERS[:5], CELLS[:5]],
        told="抽查结果 第1行：缺少必填列：检查结果；请补列，或写明全表相同的内容，或在映射方案中写明",
    ),
    "doubled": Example(
        cells=[[*HEADERS, "企业名称"], [*CELLS, "示例市乙食品有限公司"]],
        told="抽查结果 G1：列“企业名称”与B列“检查对象名称”重复，都是“检查对象名称”；"
        "请只保留一列，或在映射方案中指定",
    ),
    "profile": Example(
        rows=[CHECK],
        profile='kind = "results"\n[columns]\n"文号" = "检查记录编号"\n',
        told="抽查结果：映射方案要求的列“文号”文件里没有；请核对方案",
    ),
    "unmapped": Example(
        cells=[[*HEADERS, "法人手机"], CELLS],
        told="抽查结果 G1：列“法人手机”没有对应，按原样留存，不公开",
    ),
    "aside": Example(
        cells=[HEADERS, CELLS, ["注：数据截至5月底"]],
        told="抽查结果 第3行：表注或空表行，留存不登记：注：数据截至5月底",
    ),
    "source": Example(
        rows=[CHECK],
        change=add_our_findings,
        told=f"抽查结果：工作表“{MARKED_SHEET}”有内容，未读取；本次只读取“抽查结果”",
    ),
    "hidden": Example(
        rows=[CHECK], change=hide_a_row, told="抽查结果：第2行被隐藏，仍已读取；请核对"
    ),
    "cell": Example(
        rows=[{**CHECK, "inspected_on": "2025-02-30"}],
        told="抽查结果 D2 “检查完成日期”：“2025-02-30”不是实际存在的日期，请核对",
    ),
    "required": Example(
        rows=[{**CHECK, "entity_name": None}],
        told="抽查结果 B2 “检查对象名称”：必填，不能为空",
    ),
    "unsure": Example(
        rows=[{**CHECK, "outcomes": "不合格"}],
        told="抽查结果 F2 “检查结果”：“不合格”按“发现问题待后续处理”归类（写明有问题，未写明如何处理），请确认",
    ),
    "as_text": Example(
        kind="items",
        rows=[{**ITEM, "ratio": "按风险等级确定"}],
        told="抽查事项清单 H2 “抽查比例”：“按风险等级确定”按原文登记",
    ),
    "blank_mark": Example(
        rows=[{**CHECK, "detail": "——"}],
        told="抽查结果 G2 “检查情况”：“——”按未填处理",
    ),
    "private": Example(
        rows=[{**CHECK, "detail": "负责人手机13800138000"}],
        told="抽查结果 G2 “检查情况”：疑似手机号，将公开的文字中不得出现；请删去或改写",
    ),
    "to_decide": Example(
        rows=[{**CHECK, "detail": "经理王小明在场"}],
        told="抽查结果 G2 “检查情况”：疑似姓名；确无不妥的，由审核人逐处作出决定后方可发布",
    ),
    "row": Example(
        rows=[{**ORDERED, "due_on": "2025-05-19"}],
        told="抽查结果 G2 “整改期限”：整改期限早于检查完成日期",
    ),
    "scattered": Example(
        rows=[CHECK, {**CHECK, "code": "JC-0002"}, {**CHECK, "outcomes": "发现问题待后续处理"}],
        told="抽查结果 A4 “检查记录编号”：编号与第2行重复，两处不相邻；同一记录的行请连续填写",
    ),
    "empty": Example(cells=[HEADERS], told="抽查结果：没有数据行；请在表头下方逐行填写"),
    "twice": Example(
        rows=[CHECK, {**CHECK, "code": "JC-0002", "inspected_on": "2025-05-21"}, CHECK],
        told="抽查结果 A4 “检查记录编号”：与第2行重复（内容完全相同），只登记一次；请确认",
    ),
    "clash": Example(
        kind="items",
        rows=[ITEM, {**ITEM, "name": "另一名称"}],
        told="抽查事项清单 A3 “事项编号”：编号与第2行重复，而内容不同；请核对，只保留一行",
    ),
    "sum": Example(
        cells=[
            [*HEADERS, "罚款金额"],
            [*CELLS, 2],
            ["JC-0002", *CELLS[1:3], "2025-05-21", *CELLS[4:], 3],
            ["合计", *[None] * 5, 6],
        ],
        told="抽查结果 G4 “罚款金额”：合计写的是 6，逐行相加为 5；请核对",
    ),
    "future": Example(
        rows=[{**CHECK, "inspected_on": "2025-06-03"}],
        told="抽查结果 D2 “检查完成日期”：2025-06-03 晚于今天（2025-06-02）；请核对日期",
    ),
    "order": Example(
        before=[("draws", DRAW)],
        rows=[{**CHECK, "draw_code": "2025-01", "inspected_on": "2025-04-06"}],
        told="抽查结果 E2 “检查完成日期”：早于抽取日期 2025-04-07；请核对",
    ),
    "unknown": Example(
        rows=[{**CHECK, "item_code": "SP-404"}],
        told="抽查结果 E2 “检查事项编号”：清单中没有编号为 SP-404 的事项；未公布的事项不得检查，请先导入事项清单",
    ),
    "not_in_force": Example(
        before=[("items", {**ITEM, "ended_on": "2025-05-19"})],
        rows=[{**CHECK, "item_code": "SP-002"}],
        told="抽查结果 E2 “检查事项编号”：该事项已于 2025-05-19 失效，检查日期在此之后；请核对",
    ),
    "off_task": Example(
        before=[("plans", PLAN)],
        rows=[{**CHECK, "task_code": "2025-SCJG-01"}],
        told="抽查结果 E2 “检查完成日期”：不在任务“2025-SCJG-01”的检查期间（2025-04-01 至 2025-05-19）内；请核对",
    ),
    "off_list": Example(
        before=[("draws", DRAW)],
        rows=[
            {
                **CHECK,
                "draw_code": "2025-01",
                "entity_name": "示例市乙酒家",
                "identifier": OTHER_CODE,
            }
        ],
        told="抽查结果 C2 “检查对象名称”：不在该次抽取的名单中；请核对抽取编号",
    ),
    "cap": Example(
        before=[("items", {**ITEM, "cap": "每年不超过1次"})],
        rows=[
            {**CHECK, "item_code": "SP-002", "inspected_on": "2025-02-20"},
            {**CHECK, "item_code": "SP-002", "code": "JC-0002"},
        ],
        told="抽查结果 E3 “检查事项编号”：该对象 2025 年第 2 次接受此项检查，超过频次上限“每年不超过1次”；请核对",
    ),
    "check_digit": Example(
        rows=[{**CHECK, "identifier": "91990101MA0000000A"}],
        told="抽查结果 C2 “标识代码”：统一社会信用代码校验位不符；请对照证照核对，将按原样登记并标注",
    ),
    "renamed": Example(
        before=[("entities", PARTY)],
        rows=[{**CHECK, "entity_name": "示例市新禾食品有限公司"}],
        told="抽查结果 B2 “检查对象名称”：该代码先前登记的名称是“示例市甲食品有限公司”；"
        "已更名的请更新名录库曾用名，填错的请改正",
    ),
    "emptied": Example(
        kind="plans",
        before=[("items", {**ITEM, **HIDDEN})],
        rows=[{**PLAN, "item_codes": "SP-002"}],
        told="年度抽查计划 H2 “抽查事项编号”：所填的都不公开，公开后此处为空，会说明另有不公开的内容；"
        "请改写，或者将整条记录不予公开",
    ),
    "namesake": Example(
        before=[("entities", PARTY)],
        rows=[{**CHECK, "identifier": OTHER_CODE}],
        told="抽查结果 C2 “标识代码”：名录库中另有名称同为“示例市甲食品有限公司”的对象，代码不同；"
        "确是两个对象请确认，填错的请改正",
    ),
    "numbered_twice": Example(
        before=[("results", CHECK)],
        rows=[{**CHECK, "code": "JC-0002"}],
        told="抽查结果 E2 “检查事项编号”：同一对象当日的同一事项已有记录 JC-0001；不是重复登记的请确认",
    ),
    "taken": Example(
        before=[("results", CHECK)],
        rows=[{**CHECK, "entity_name": "示例市乙酒家", "identifier": OTHER_CODE}],
        told="抽查结果 A2 “检查记录编号”：该编号已用于“示例市甲食品有限公司”的检查；"
        "请核对编号，每次检查用新的编号",
    ),
    "replaced": Example(
        before=[("results", CHECK)],
        rows=[{**CHECK, "inspected_on": "2025-05-21"}],
        told="抽查结果 A2 “检查记录编号”：该编号已登记为 2025-05-20 的检查，本次为 2025-05-21，将取代原记录；"
        "是另一次检查的请用新的编号，更正日期的请确认",
    ),
    "steps_go": Example(
        before=[
            ("results", {**CHECK, "outcomes": "发现问题待后续处理"}),
            ("followups", {"result_code": "JC-0001", "step": "抄告", "taken_on": "2025-05-21"}),
        ],
        rows=[CHECK],
        told="抽查结果 A2 “检查记录编号”：更正为未发现问题后，已登记的后续步骤将不再公开；"
        "确已更正的请确认，否则请核对检查结果",
    ),
    "comes_back": Example(
        kind="items",
        before=[("items", ITEM)],
        withdrawn=True,
        rows=[{**ITEM, "note": "经复核应予公开"}],
        told="抽查事项清单 A2 “事项编号”：该记录已经撤回，再次登记并发布后将重新公开；"
        "确应恢复公开的请确认，否则请删去",
    ),
    "stays_back": Example(
        kind="items",
        before=[("items", ITEM)],
        withdrawn=True,
        rows=[ITEM, {**ITEM, "code": "SP-003"}],
        told="抽查事项清单 A2 “事项编号”：该记录已经撤回，本次内容与撤回时相同，未再登记；"
        "确应恢复公开的，请在“内部备注”中写明理由后再导入",
    ),
    "loosened": Example(
        kind="entities",
        before=[("entities", {**PARTY, **HIDDEN})],
        rows=[PARTY],
        told="检查对象名录 第2行 “公开方式”：与登记的公开方式或对象类型不一致，不能由本次导入放宽；"
        "确需调整的，由原登记机关填写“公开方式”后导入",
    ),
    "version": Example(
        kind="plans",
        rows=[{**PLAN, "version": 3, "adjustment_reason": "增加任务"}],
        told="年度抽查计划 D2 “版次”：已有第 0 版，本次应为第 1 版（或更正第 0 版）",
    ),
    "embargo": Example(
        kind="draws",
        rows=[{**DRAW, "embargo_until": None}],
        told="抽取记录 第2行 “保密期止”：未填保密期止，名单一经发布即公开；检查尚未完成的，请填写检查完成之日",
    ),
    "count": Example(
        kind="draws",
        rows=[{**DRAW, "frame_count": 0}],
        told="抽取记录 E2 “名录库户数”：抽取数量大于名录库户数",
    ),
    "closing": Example(
        kind="followups",
        before=[("results", ORDERED)],
        rows=[CLOSING],
        told="后续处理 B2 “步骤”：已责令改正的，须先有通过的复查才能完结；请补录复查",
    ),
    "incomplete": Example(
        kind="items",
        rows=[{**ITEM, "content": None, "methods": None}],
        told="抽查事项清单 B2 “抽查事项”：没有列明抽查内容、检查方式；"
        "清单应当列明，来源确未列的照此公开（以后各行不再提示）",
    ),
}
#: What becomes of a file that nobody has confirmed, and of one that somebody has.
ENDS = {
    Level.ERROR: ("refused", "refused"),
    Level.WARNING: ("unconfirmed", "filed"),
    Level.NOTE: ("filed", "filed"),
}


def written(office: Office, example: Example) -> Path:
    """Put into the office what the example leans on, and write its file."""
    for kind, row in example.before:
        #: What a check calls an item by is its released name.
        (office.put if kind == "items" else office.file)(kind, row)
    if example.withdrawn:
        take_back(office, f"{AGENCY}/{ITEM['code']}")
    path = office.folder / f"{example.kind}.xlsx"
    if example.cells:
        a_table(path, *example.cells, title=SHEETS[example.kind].title)
    else:
        a_workbook(path, example.kind, example.rows)
    example.change(path)
    if example.profile:
        kept = Kept(AGENCY, example.kind, "本局", example.profile)
        mappings.save(office.stores, kept, by="lin", now=NOW)
    return path


def take_back(office: Office, key: str, kind: Kind = Kind.ITEM) -> None:
    """Withdraw a record."""
    with Session(office.stores.internal) as session:
        filed = sa.select(FilingRow.public_id).where(FilingRow.kind == kind, FilingRow.key == key)
        public_id = session.scalars(filed).first()
    assert public_id
    retract.retract(office.stores, kind, public_id, by="he", second="an", now=NOW)


def taken(office: Office, path: Path, example: Example, *, confirmed: bool) -> tuple[str, Report]:
    """Import the file; return how it ended, having seen that all or nothing was filed."""
    before = batch_count(office.stores), filing_count(office.stores)
    terms = Terms(mapping="本局" if example.profile else None, confirmed=confirmed)
    try:
        done = upload.accept(
            office.stores, path, kind=example.kind, agency=AGENCY, by="lin", now=NOW, terms=terms
        )
    except (upload.Refused, upload.Unconfirmed) as refusal:
        assert (batch_count(office.stores), filing_count(office.stores)) == before
        return "refused" if isinstance(refusal, upload.Refused) else "unconfirmed", refusal.report
    assert batch_count(office.stores) == before[0] + (done.batch_id is not None)
    return "filed", done.report


@pytest.mark.parametrize("rule", EXAMPLES)
def test_a_rule_speaks_at_its_place_and_weighs_what_the_table_says(
    office: Office, rule: str
) -> None:
    example = EXAMPLES[rule]
    path = written(office, example)

    first, report = taken(office, path, example, confirmed=False)
    second, _ = taken(office, path, example, confirmed=True)

    found = [each for level in Level for each in report.of(level) if each.rule == rule]
    assert lines(found) == [example.told]
    assert (first, second) == ENDS[RULES[rule].level]


def test_every_rule_of_the_table_has_an_example() -> None:
    assert set(EXAMPLES) == set(RULES)


def test_every_rule_says_what_it_is_and_why() -> None:
    assert [name for name, rule in RULES.items() if not (rule.title and rule.why)] == []
    assert len({rule.title for rule in RULES.values()}) == len(RULES)


# -- against what is filed ----------------------------------------------------------------------


def told_of(office: Office, rule: str, kind: str, *rows: Row) -> list[str]:
    """Import rows, confirmed; return what one rule says of them."""
    report = office.file(kind, *rows).report
    return [str(each) for level in Level for each in report.of(level) if each.rule == rule]


def on(day: str, **changes: object) -> Row:
    """Return a check of one day, numbered by it."""
    return {**CHECK, "code": f"JC-{day}", "inspected_on": day, **changes}


def test_the_first_and_the_last_day_of_a_task_are_within_it(office: Office) -> None:
    office.file("plans", PLAN)
    days = ("2025-03-31", "2025-04-01", "2025-05-19", "2025-05-20")

    told = told_of(
        office, "off_task", "results", *(on(day, task_code="2025-SCJG-01") for day in days)
    )

    assert [each.split(" “")[0] for each in told] == ["抽查结果 E2", "抽查结果 E5"]


def test_an_item_is_in_force_from_its_first_day_to_its_last(office: Office) -> None:
    office.put("items", {**ITEM, "effective_on": "2025-05-02", "ended_on": "2025-05-03"})
    days = ("2025-05-01", "2025-05-02", "2025-05-03", "2025-05-04")

    told = told_of(
        office, "not_in_force", "results", *(on(day, item_code="SP-002") for day in days)
    )

    assert told == [
        (
            "抽查结果 E2 “检查事项编号”：该事项自 2025-05-02 起施行，检查日期在此之前；"
            "未公布的事项不得检查，请核对"
        ),
        "抽查结果 E5 “检查事项编号”：该事项已于 2025-05-03 失效，检查日期在此之后；请核对",
    ]


def test_checks_are_counted_against_the_cap_by_year_whichever_file_they_came_in(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also across the chunks of one file; another party or another year is another count."""
    monkeypatch.setattr(upload, "CHUNK", 1)
    office.put("items", {**ITEM, "cap": "每年不超过2次"})
    capped: Row = {"item_code": "SP-002"}
    other: Row = {"entity_name": "示例市乙酒家", "identifier": OTHER_CODE}
    office.file("results", on("2025-01-06", **capped))

    told = told_of(
        office, "cap", "results",
        on("2024-12-30", **capped), on("2025-02-06", **capped), on("2025-03-06", **capped),
        on("2025-04-07", **capped, **other), on("2025-05-06", **capped),
    )  # fmt: skip

    assert told == [
        f"抽查结果 E{row} “检查事项编号”：该对象 2025 年第 {times} 次接受此项检查，"
        "超过频次上限“每年不超过2次”；请核对"
        for row, times in ((4, 3), (6, 4))
    ]


def test_a_corrected_check_is_no_further_one(office: Office) -> None:
    """Neither against the cap nor as one entered twice."""
    office.put("items", {**ITEM, "cap": "每年不超过1次"})
    office.file("results", {**CHECK, "item_code": "SP-002"})

    done = office.file(
        "results", {**CHECK, "item_code": "SP-002", "outcomes": "发现问题待后续处理"}
    )

    assert (done.changed, lines(done.report.warnings)) == (1, [])


def test_a_check_is_entered_twice_if_party_day_and_item_are_the_same(office: Office) -> None:
    office.put("items", ITEM)
    other: Row = {"entity_name": "示例市乙酒家", "identifier": OTHER_CODE}

    told = told_of(
        office, "numbered_twice", "results",
        CHECK,
        {**CHECK, "code": "JC-2", "item_code": "SP-002"},
        {**CHECK, "code": "JC-3", "inspected_on": "2025-05-21"},
        {**CHECK, "code": "JC-4", **other},
        {**CHECK, "code": "JC-5", "item_code": "SP-002"},
    )  # fmt: skip

    assert told == [
        "抽查结果 E6 “检查事项编号”：同一对象当日的同一事项已有记录 JC-2；不是重复登记的请确认"
    ]


def test_two_new_parties_of_one_name_in_a_file_are_asked_about(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once for each, however often it is checked; in another chunk as well."""
    monkeypatch.setattr(upload, "CHUNK", 2)
    other: Row = {"identifier": OTHER_CODE}
    rows = [on("2025-05-18"), on("2025-05-19"), on("2025-05-20", **other), on("2025-05-21")]

    told = told_of(office, "namesake", "results", *rows, on("2025-05-22", **other))

    assert told == [
        (
            "抽查结果 C4 “标识代码”：文件中同一名称“示例市甲食品有限公司”有两个不同的代码；"
            "确是同名的两个对象请确认，填错的请改正"
        )
    ]


def test_a_whole_list_filed_again_brings_nothing_back_that_was_taken_back(office: Office) -> None:
    """Only what is changed in it comes back, once; what waits is spoken of no more."""
    other: Row = {**ITEM, "code": "SP-003", "name": "餐具检查"}
    office.put("items", ITEM, other)
    for code in ("SP-002", "SP-003"):
        take_back(office, f"{AGENCY}/{code}")
    again = [
        ITEM,
        {**other, "note": "经复核应予公开"},
        {**ITEM, "code": "SP-004", "name": "标签检查"},
    ]

    done = office.file("items", *again)

    assert (done.created, done.changed, done.same) == (1, 1, 1)
    told = [each.rule for level in Level for each in done.report.of(level)]
    assert told == ["comes_back", "stays_back"]
    assert told_of(office, "comes_back", "items", *again) == []
    office.publish(done.batch_id)
    with Session(office.stores.register) as public:
        names = set(public.scalars(sa.select(ItemRow.name)))
    assert names == {ITEM_ROW["name"], "餐具检查", "标签检查"}


def test_a_plan_that_was_taken_back_comes_back_as_it_was_once_somebody_confirms_it(
    office: Office,
) -> None:
    """It has no column in which a reason could stand."""
    office.put("plans", PLAN)
    take_back(office, f"{AGENCY}/{PLAN['code']}", Kind.PLAN)

    done = office.file("plans", PLAN)

    assert [each.rule for each in done.report.warnings] == ["comes_back"]
    assert office.publish(done.batch_id).published > 0


def test_namesakes_that_are_in_the_library_already_are_asked_about_no_more(office: Office) -> None:
    office.file("entities", PARTY, {**PARTY, "identifier": OTHER_CODE, "form": "企业"})

    told = told_of(office, "namesake", "results", CHECK, on("2025-05-21", identifier=OTHER_CODE))

    assert told == []


def _decided_since(office: Office, act: Act, place: str) -> None:
    """Keep the party of another agency back after it was filed openly, and released."""
    office.put("entities", PARTY, agency="990100-B")
    order = Order(
        place=place, act=act, ground=Ground.PUBLIC_SECURITY, article="第十四条",
        decided_by="示例市乙局", decided_on=date(2025, 6, 1), review_on=date(2026, 5, 29),
        reason="不得公开的理由",
    )  # fmt: skip
    decide.decide(
        office.stores, Kind.ENTITY, f"uscc:{CREDIT_CODE}", [order], by="wu", second="bao", now=NOW,
        confirmed=True,
    )  # fmt: skip


def _taken_back(office: Office) -> None:
    """Withdraw the party of another agency, that was public."""
    office.put("entities", PARTY, agency="990100-B")
    public_id = id_of(office, CREDIT_CODE)
    retract.retract(office.stores, Kind.ENTITY, public_id, by="he", second="an", now=NOW)


@pytest.mark.parametrize(
    "keep_back",
    [
        _taken_back,
        lambda office: office.file("entities", {**PARTY, **HIDDEN}, agency="990100-B"),
        lambda office: office.file("entities", {**PARTY, "form": "部队单位"}, agency="990100-B"),
        lambda office: office.file("entities", {**PARTY, "form": "个体工商户"}, agency="990100-B"),
        lambda office: _decided_since(office, Act.NEVER, WHOLE),
        lambda office: _decided_since(office, Act.WITHHOLD, "name"),
        #: Not kept back, but not released yet either; nor under this name.
        lambda office: office.file("entities", PARTY, agency="990100-B"),
        lambda office: (
            office.put(
                "entities", {**PARTY, "entity_name": "示例市丁食品有限公司"}, agency="990100-B"
            ),
            office.file("entities", PARTY, agency="990100-B"),
        ),
    ],
)
def test_a_party_another_agency_keeps_back_is_not_given_away_by_its_name(
    office: Office, keep_back: Callable[[Office], object]
) -> None:
    """Nor by its number: the name that stands behind it is not said."""
    office.put("agencies", {**AGENCY_ROW, "code": "990100-B", "name": "示例市乙局"})
    keep_back(office)

    namesakes = told_of(office, "namesake", "results", on("2025-05-21", identifier=OTHER_CODE))
    renamed = told_of(
        office, "renamed", "results", {**CHECK, "entity_name": "示例市丙食品有限公司"}
    )

    assert (namesakes, renamed) == (
        [],
        [
            (
                "抽查结果 B2 “检查对象名称”：该代码先前登记的名称与此不同；"
                "已更名的请更新名录库曾用名，填错的请改正"
            )
        ],
    )


def test_what_a_checklist_leaves_out_is_noted_once_for_all_its_rows(office: Office) -> None:
    bare: Row = {**ITEM, "basis": None, "content": None, "methods": None}
    rows = [
        {**bare, "code": "SP-2"},
        {**bare, "code": "SP-3"},
        {**ITEM, "code": "SP-4", "basis": "/"},
    ]

    told = told_of(office, "incomplete", "items", *rows)

    assert [each.split("；")[0] for each in told] == [
        "抽查事项清单 B2 “抽查事项”：没有列明抽查依据、抽查内容、检查方式",
        "抽查事项清单 B4 “抽查事项”：没有列明抽查依据",
    ]


# -- within one table ---------------------------------------------------------------------------

SUMMED = [*HEADERS, "罚款金额"]


def fined(day: str, amount: object) -> list[object]:
    return [*on(day).values(), amount]


def total(word: str, *cells: object) -> list[object]:
    return [word, *[None] * (len(SUMMED) - 1 - len(cells)), *cells]


def test_totals_that_add_up_are_left_alone(office: Office) -> None:
    path = a_table(
        office.folder / "results.xlsx", SUMMED,
        fined("2025-05-19", 200), total("小计", 200),
        fined("2025-05-20", "1,000.5"), fined("2025-05-21", None), total("小计", "1000.50"),
        total("合计", 1200.5), total("共计3户"),
    )  # fmt: skip

    done = office.take(path, "results")

    assert (done.row_count, done.report.warnings) == (3, [])
    assert lines(done.report.notes)[1:] == [
        f"抽查结果 第{row}行：合计，留存不登记：{words}"
        for row, words in ((3, "小计 200"), (6, "小计 1000.50"), (7, "合计 1200.5"), (8, "共计3户"))
    ]


def test_a_subtotal_is_held_against_the_rows_since_the_one_before(office: Office) -> None:
    path = a_table(
        office.folder / "results.xlsx", SUMMED,
        fined("2025-05-19", 200), total("小计", 200),
        fined("2025-05-20", 300), total("小计", 500),
        total("共计3户", 500),
    )  # fmt: skip

    done = office.take(path, "results")

    assert lines(done.report.warnings) == [
        "抽查结果 G5 “罚款金额”：合计写的是 500，逐行相加为 300；请核对",
        "抽查结果 A6 “检查记录编号”：合计写的是 3，逐行相加为 2；请核对",
    ]


def test_a_column_that_is_not_all_numbers_is_not_added_up(office: Office) -> None:
    path = a_table(
        office.folder / "results.xlsx", SUMMED,
        fined("2025-05-19", 200), fined("2025-05-20", 100), fined("2025-05-21", "约50"),
        total("合计", 400),
    )  # fmt: skip

    done = office.take(path, "results")

    assert done.report.warnings == []


@pytest.mark.parametrize(
    "name", ["合计餐饮店", "总计量器具厂", "小计2025", "附件包装厂", "共3页文印店", "注：略"]
)
@pytest.mark.parametrize("number", [CREDIT_CODE, OTHER_CODE])
def test_a_party_whose_name_begins_like_a_total_or_a_note_is_one(
    office: Office, name: str, number: str
) -> None:
    """No total and no note bears a party's number."""
    path = a_table(
        office.folder / "entities.xlsx",
        ["检查对象名称", "标识代码", "对象类型"],
        ["示例市乙酒家", "9901000000002", "企业"],
        [name, number, "企业"],
        ["合计", "2户"],
        title="检查对象名录",
    )

    done = office.take(path, "entities")

    assert (done.row_count, done.created, done.report.warnings) == (2, 2, [])
    assert lines(done.report.notes) == ["检查对象名录 第4行：合计，留存不登记：合计 2户"]


@pytest.mark.parametrize("mark", ["/", "—", "——", "-", "无", "N/A"])
def test_a_mark_for_nothing_is_blank_where_the_cell_may_be(
    office: Office, desk: Session, mark: str
) -> None:
    """In a column of codes as in one of words; the mark itself stays as filed."""
    row = {**CHECK, "task_code": mark, "detail": mark}

    done = office.file("results", row)

    (filed,) = filings.find(desk, Result, [f"{AGENCY}/JC-0001"]).values()
    assert (filed.task_code, filed.findings[0].detail) == (None, None)
    assert lines(done.report.notes) == [
        f"抽查结果 B2 “任务编号”：“{mark}”按未填处理",
        f"抽查结果 H2 “检查情况”：“{mark}”按未填处理",
    ]
    assert raw_cells(desk, done) == [[{"任务编号": mark, "检查情况": mark}]]


@pytest.mark.parametrize(
    ("field", "cell"), [("code", "A2"), ("entity_name", "B2"), ("outcomes", "F2")]
)
@pytest.mark.parametrize("mark", ["/", "无", "N/A"])
def test_a_mark_for_nothing_is_a_fault_where_the_cell_must_be_filled(
    office: Office, field: str, cell: str, mark: str
) -> None:
    path = a_workbook(office.folder / "results.xlsx", "results", [{**CHECK, field: mark}])

    report = refused(office, path)

    title = SHEETS["results"].column(field).title
    assert lines(report.errors) == [f"抽查结果 {cell} “{title}”：必填，不能以“{mark}”代替"]


def test_a_wording_that_is_not_the_lists_stays_beside_its_code(
    office: Office, desk: Session
) -> None:
    done = office.file("results", {**CHECK, "outcomes": "不合格"})

    (filed,) = filings.find(desk, Result, [f"{AGENCY}/JC-0001"]).values()
    (finding,) = filed.findings
    assert ([each.zh for each in finding.outcomes], finding.outcome_text) == (
        ["发现问题待后续处理"],
        "不合格",
    )
    assert raw_cells(desk, done) == [[{"检查结果": "不合格"}]]


def test_a_share_in_words_is_filed_as_it_stands(office: Office, desk: Session) -> None:
    done = office.file("items", {**ITEM, "ratio": "按风险等级确定"})

    (filed,) = filings.find(desk, Item, [f"{AGENCY}/SP-002"]).values()
    assert filed.ratio is not None
    assert (filed.ratio.text, filed.ratio.value) == ("按风险等级确定", None)
    assert done.report.warnings == []


# -- the period of a task -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        {"starts_on": "2025-03-01", "ends_on": "2025-11-30"},
        {"period": "3-11月"},
        {"period": "3-11月", "starts_on": "2025-03-01", "ends_on": "2025-11-30"},
        {"period": "3-11月", "ends_on": "2025-11-30"},
    ],
)
def test_a_task_says_its_period_in_two_dates_or_in_words(
    office: Office, desk: Session, written: Row
) -> None:
    done = office.file("plans", {**PLAN, "starts_on": None, "ends_on": None, **written})

    (filed,) = filings.find(desk, Plan, [f"{AGENCY}/2025-SCJG"]).values()
    assert [(task.starts_on, task.ends_on) for task in filed.tasks] == [
        (date(2025, 3, 1), date(2025, 11, 30))
    ]
    assert done.report.warnings == []
    words = {"检查期间": written["period"]} if "period" in written else None
    assert raw_cells(desk, done) == [[words] if words else []]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({}, "K2 “检查日期自”：必填：请填检查日期自、至，或填检查期间"),
        (
            {"starts_on": "2025-03-01"},
            "L2 “检查日期至”：必填：请填检查日期自、至，或填检查期间",
        ),
        (
            {"starts_on": "2025-03-01", "ends_on": "2025-02-28"},
            "L2 “检查日期至”：检查日期止早于检查日期自",
        ),
        (
            {"period": "3-11月", "ends_on": "2025-10-31"},
            "M2 “检查期间”：检查期间与检查日期自、至不一致；请只填一种，或改成一致",
        ),
        (
            {"period": "2024年3-11月"},
            "M2 “检查期间”：“2024年3-11月”在 2024 年，与计划年度 2025 不符；请核对",
        ),
        (
            {"period": "3月起"},
            (
                "M2 “检查期间”：“3月起”只写了开始时间，没有写到何时为止；"
                "请写作“3月至11月”“第二季度”或“2023年5月10日至2023年6月30日”"
            ),
        ),
    ],
)
def test_a_task_without_a_certain_period_is_told(office: Office, written: Row, told: str) -> None:
    row = {**PLAN, "starts_on": None, "ends_on": None, "period": None, **written}
    path = a_workbook(office.folder / "plans.xlsx", "plans", [row])

    report = refused(office, path, "plans")

    assert lines(report.errors) == [f"年度抽查计划 {told}"]


def test_a_period_that_leaves_something_open_is_asked_about(office: Office) -> None:
    row = {**PLAN, "starts_on": None, "ends_on": None, "period": "10月底前"}

    told = told_of(office, "unsure", "plans", row)

    assert told == [
        (
            "年度抽查计划 M2 “检查期间”：“10月底前”没有写从何时开始，"
            "按 2025-01-01 至 2025-10-31 登记，请确认"
        )
    ]


def test_a_fault_below_a_cell_with_several_items_stands_in_its_own_row(
    office: Office, tmp_path: Path
) -> None:
    path = a_result_table(
        tmp_path / "results.xlsx",
        a_result_row(item_code="SP-001；SP-404"),
        a_result_row(item_code="SP-405"),
    )

    assert problems(office, path) == [
        "抽查结果 E2 “检查事项编号”：清单中没有编号为 SP-404 的事项；未公布的事项不得检查，请先导入事项清单",
        "抽查结果 E3 “检查事项编号”：清单中没有编号为 SP-405 的事项；未公布的事项不得检查，请先导入事项清单",
    ]


def test_a_residents_number_is_no_code_of_a_party(office: Office, tmp_path: Path) -> None:
    path = a_result_table(tmp_path / "results.xlsx", a_result_row(identifier="110101199003070038"))

    told = (
        "抽查结果 C2 “标识代码”：像是居民身份证号，不得作为标识代码公开；"
        "请改用统一社会信用代码，没有的注明“无编号”"
    )
    assert problems(office, path) == [told]


def test_a_number_for_all_records_of_a_file_is_refused(office: Office, tmp_path: Path) -> None:
    path = a_result_table(tmp_path / "results.xlsx", a_result_row(code=None))

    with pytest.raises(mappings.MappingRefused, match="“检查记录编号”逐条不同，不能全表相同"):
        office.take(path, "results", terms=Terms(given={"检查记录编号": "JC-1"}))
    done = office.take(path, "results", terms=Terms(given={"检查记录编号": "JC-{#}"}))
    assert done.created == 2  # the check and its party


def test_what_is_given_and_stands_in_a_column_is_told(office: Office, tmp_path: Path) -> None:
    path = a_result_table(tmp_path / "results.xlsx", a_result_row())

    done = office.take(path, "results", terms=Terms(given={"检查完成日期": "2025-01-01"}))

    assert [each.what for each in done.report.notes] == [
        "“检查完成日期”已由列“检查完成日期”写明；另行给出的内容只填入空白单元格"
    ]

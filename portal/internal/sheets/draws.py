"""The template of draws with the parties drawn (抽取记录、抽取名单)."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from portal.domain.draws import Draw, DrawEntry, DrawMethod
from portal.domain.parties import entity_key
from portal.internal.sheets import cells
from portal.internal.sheets.spec import (
    PARTY_COLUMNS,
    BadRow,
    Column,
    Sheet,
    Values,
    choice_column,
    code_column,
    date_column,
    each_child,
    identifier_of,
    text_column,
)


def _build(agency_code: str, row: Values, children: Sequence[Values]) -> Draw:
    _check_embargo(row)
    entries = each_child(partial(_entry, agency_code), children)
    if entries and row.get("sample_count", len(entries)) != len(entries):
        raise BadRow(
            "sample_count", f"抽取数量为 {row['sample_count']}，名单为 {len(entries)} 户，不一致"
        )
    return Draw(agency_code=agency_code, **row, entries=entries)


def _check_embargo(row: Values) -> None:
    embargo, drawn_on = row.get("embargo_until"), row.get("drawn_on")
    if embargo and drawn_on and embargo < drawn_on:
        raise BadRow("embargo_until", "保密期止早于抽取日期")


def _entry(agency_code: str, row: Values) -> DrawEntry:
    identifier = identifier_of(row)
    name = row["entity_name"]
    return DrawEntry(
        entity_key=entity_key(identifier, agency_code=agency_code, name=name),
        entity_name=name,
        identifier=identifier,
        unit=row.get("unit"),
    )


SHEET = Sheet(
    partial=((frozenset({"embargo_until", "drawn_on"}), _check_embargo),),
    child=lambda agency_code, _row, child: _entry(agency_code, child),
    kind="draws",
    title="抽取记录",
    about="一行一个被抽中的对象；同一次抽取的行连续填写，抽取各列首行填写即可。没有名单的只填一行。",
    group=("code",),
    childless=True,
    columns=(
        code_column(
            "code",
            "抽取编号",
            "本机关内唯一。",
            required=True,
            example="2025-SCJG-01-C1",
        ),
        text_column(
            "name",
            "抽取名称",
            "例如 2025年第一季度食品经营抽查。",
            300,
            required=True,
        ),
        code_column("task_code", "任务编号", "年度计划中的任务编号。"),
        Column(
            field="round_no",
            title="轮次",
            parse=cells.number(1, 99),
            help="不填即第1轮。",
            example="1",
        ),
        date_column(
            "drawn_on",
            "抽取日期",
            "抽取的日期。",
            required=True,
        ),
        text_column("place", "抽取地点", "抽取的地点。", 200),
        choice_column(
            "method",
            "抽取方式",
            DrawMethod,
            "抽取的方式。",
            required=True,
        ),
        Column(
            field="frame_count",
            title="名录库户数",
            parse=cells.number(units=("户", "家", "个", "条", "名", "人", "组")),
            reworded=True,
            help="参加抽取的总户数。",
            example="333",
        ),
        Column(
            field="sample_count",
            title="抽取数量",
            parse=cells.number(units=("户", "家", "个", "条", "名", "人", "组")),
            reworded=True,
            help="抽中的户数；有名单的必须与名单一致。",
            example="67",
        ),
        Column(
            field="ratio",
            title="抽取比例",
            parse=cells.ratio,
            help="例如 20%。",
            example="20%",
        ),
        Column(
            field="inspector_count",
            title="检查人员数",
            parse=cells.number(units=("户", "家", "个", "条", "名", "人", "组")),
            reworded=True,
            help="抽取的检查人员数。",
            example="6",
        ),
        Column(
            field="team_count",
            title="检查组数",
            parse=cells.number(units=("户", "家", "个", "条", "名", "人", "组")),
            reworded=True,
            help="检查小组数。",
            example="2",
        ),
        text_column(
            "supervised_by",
            "监督单位",
            "现场监督的单位，将公开；不填个人姓名。",
            300,
            example="驻局纪检监察组",
        ),
        text_column(
            "operator",
            "操作人员",
            "仅内部使用，不公开。",
            60,
            internal=True,
        ),
        text_column(
            "witness_names",
            "监督人员",
            "仅内部使用，不公开。",
            200,
            internal=True,
        ),
        date_column("embargo_until", "保密期止", "检查完成前名单不公开；此日之后可发布名单。"),
        text_column("remark", "备注", "将公开。", 1_000),
        #: The party columns belong to the list here, and a draw may be recorded without one.
        *(replace(column, child=True) for column in PARTY_COLUMNS),
        text_column(
            "unit",
            "责任单位",
            "负责检查该对象的单位。",
            120,
            child=True,
        ),
    ),
    build=_build,
)

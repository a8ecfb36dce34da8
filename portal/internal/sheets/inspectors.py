"""The template of inspectors (执法检查人员名录库). Nothing of it is published."""

from collections.abc import Sequence

from portal.domain.parties import Inspector
from portal.internal.sheets import cells
from portal.internal.sheets.spec import (
    Column,
    Sheet,
    Values,
    code_column,
    date_column,
    name_column,
    text_column,
)


def _build(agency_code: str, row: Values, children: Sequence[Values]) -> Inspector:
    del children
    return Inspector(agency_code=agency_code, **row)


SHEET = Sheet(
    kind="inspectors",
    title="检查人员名录",
    about="一行一名执法检查人员。全部内容仅内部使用，任何一项都不公开。",
    columns=(
        code_column(
            "certificate",
            "执法证号",
            "行政执法证件编号。",
            required=True,
            internal=True,
            example="99010000001",
        ),
        name_column("name", "姓名", "姓名。", 60, required=True, internal=True),
        text_column("post", "职务", "职务。", 60, internal=True),
        Column(
            field="skills",
            title="专长",
            parse=cells.names_list,
            internal=True,
            help="多项用分号隔开。",
            example="食品；特种设备",
        ),
        Column(
            field="regions",
            title="执法区域",
            parse=cells.names_list,
            internal=True,
            help="多个用分号隔开。",
            example="示东区",
        ),
        text_column("station", "所属站所", "所属机构。", 120, internal=True),
        date_column("left_on", "离岗日期", "已离岗的填写。", internal=True),
    ),
    build=_build,
)

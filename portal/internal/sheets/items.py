"""The template of checklist lines (抽查事项清单)."""

from collections.abc import Sequence

from portal.domain.items import Item, ItemClass, Method
from portal.internal.sheets import cells
from portal.internal.sheets.spec import (
    Column,
    Sheet,
    Values,
    choice_column,
    code_column,
    date_column,
    decision_columns,
    decision_of,
    name_column,
    text_column,
)

_DECISION = decision_columns("items")
_DECISION_FIELDS = {column.field for column in _DECISION}


def _build(agency_code: str, row: Values, children: Sequence[Values]) -> Item:
    del children
    own = {field: value for field, value in row.items() if field not in _DECISION_FIELDS}
    return Item(agency_code=agency_code, decision=decision_of("items", row), **own)


SHEET = Sheet(
    kind="items",
    title="抽查事项清单",
    about="一行一个抽查事项。事项未公布的，不得实施检查。",
    columns=(
        code_column(
            "code",
            "事项编号",
            "本机关内唯一。",
            required=True,
            example="SP-001",
        ),
        name_column(
            "name",
            "抽查事项",
            "事项名称。",
            300,
            required=True,
            example="食品经营许可情况检查",
        ),
        name_column(
            "category",
            "抽查类别",
            "事项所属类别。",
            100,
            example="食品经营监督",
        ),
        text_column(
            "basis",
            "抽查依据",
            "法律、法规、规章的名称和条款。",
            4_000,
        ),
        text_column(
            "object_scope",
            "检查对象",
            "对哪些对象实施。",
            1_000,
            required=True,
        ),
        text_column(
            "content",
            "抽查内容",
            "检查什么、有何要求。",
            8_000,
        ),
        Column(
            field="methods",
            title="检查方式",
            parse=cells.choices(Method),
            codes=Method,
            help="可填多项，用分号隔开。",
            example="实地检查；书面检查",
        ),
        choice_column(
            "item_class",
            "事项类别",
            ItemClass,
            "一般或重点；来源未分类的不填。",
        ),
        Column(
            field="ratio",
            title="抽查比例",
            parse=cells.ratio,
            example="≥10%",
            help="写作 5%、≥10%、2%-5%、不低于3% 或 全覆盖；没有数值的按原文公开。",
        ),
        text_column(
            "frequency",
            "抽查频次",
            "例如每年1次。",
            100,
            example="每年1次",
        ),
        text_column(
            "cap",
            "频次上限",
            "同一对象每年最多检查次数。",
            100,
            example="每年不超过2次",
        ),
        date_column("approved_on", "批准日期", "本版本批准的日期。"),
        date_column("effective_on", "施行日期", "自何日起施行。"),
        date_column("ended_on", "失效日期", "已停止施行的填写。"),
        text_column("note", "内部备注", "仅内部使用，不公开。", internal=True),
        *_DECISION,
    ),
    build=_build,
)

"""The template of inspected parties (检查对象名录库)."""

from collections.abc import Sequence

from portal.domain.identifiers import Identifier, MalformedIdentifier, parse
from portal.domain.parties import Entity, EntityForm, form_of
from portal.internal.sheets import cells
from portal.internal.sheets.spec import (
    PARTY_COLUMNS,
    BadRow,
    Column,
    Sheet,
    Values,
    choice_column,
    code_column,
    decision_columns,
    decision_of,
    identifier_of,
    text_column,
)

_OWN = (
    "former_names",
    "region",
    "industry",
    "legal_person",
    "contact_phone",
    "address",
    "risk_class",
    "note",
)


def _build(agency_code: str, row: Values, children: Sequence[Values]) -> Entity:
    del children
    first = identifier_of(row)
    form = row.get("form") or form_of(first)
    if form is None:
        raise BadRow("form", "从标识代码不能判断对象类型，请填写")
    return Entity(
        agency_code=agency_code,
        name=row["entity_name"],
        form=form,
        identifiers=(first, *_others(row)),
        decision=decision_of("entities", row),
        **{field: row[field] for field in _OWN if field in row},
    )


def _others(row: Values) -> tuple[Identifier, ...]:
    try:
        return tuple(parse(text) for text in row.get("other_identifiers", ()))
    except MalformedIdentifier as error:
        raise BadRow("other_identifiers", str(error)) from None


SHEET = Sheet(
    kind="entities",
    title="检查对象名录",
    about="一行一个检查对象。以标识代码区分对象，同名不合并，更名不新增。",
    columns=(
        *PARTY_COLUMNS,
        choice_column(
            "form",
            "对象类型",
            EntityForm,
            "能从统一社会信用代码判断的可不填。",
        ),
        Column(
            field="other_identifiers",
            title="其他标识代码",
            parse=cells.codes_list(),
            is_code=True,
            help="旧注册号等，多个用分号隔开。",
            example="990100000000013",
        ),
        Column(
            field="former_names",
            title="曾用名",
            parse=cells.labels,
            help="多个用分号隔开，将公开。",
            example="示例市青禾食品厂",
        ),
        code_column(
            "region",
            "行政区划代码",
            "所在地6位区划代码，到乡镇的9位，到村的12位。",
            example="990101",
        ),
        text_column(
            "industry",
            "行业",
            "行业类别，将公开。",
            100,
            example="餐饮服务",
        ),
        text_column(
            "legal_person",
            "法定代表人",
            "仅内部使用，不公开。",
            60,
            internal=True,
        ),
        code_column(
            "contact_phone",
            "联系电话",
            "仅内部使用，不公开。",
            internal=True,
        ),
        text_column(
            "address",
            "地址",
            "仅内部使用，不公开。",
            300,
            internal=True,
        ),
        text_column(
            "risk_class",
            "风险等级",
            "仅内部使用，不公开。",
            20,
            internal=True,
        ),
        text_column("note", "内部备注", "仅内部使用，不公开。", internal=True),
        *decision_columns("entities"),
    ),
    build=_build,
)

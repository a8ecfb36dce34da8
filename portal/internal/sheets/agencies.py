"""The template of agencies (检查主体)."""

from collections.abc import Sequence

from portal.domain.parties import Agency, AgencyLevel
from portal.internal.sheets.spec import Sheet, Values, choice_column, code_column, text_column


def _build(agency_code: str, row: Values, children: Sequence[Values]) -> Agency:
    del agency_code, children
    return Agency(**row)


SHEET = Sheet(
    kind="agencies",
    title="检查主体",
    about="实施抽查或发布信息的机关，一行一个。由平台管理机关导入。",
    columns=(
        code_column(
            "code",
            "机关代码",
            "本平台内唯一，一经使用不得更改。",
            required=True,
            example="990100-SCJG",
        ),
        text_column(
            "name",
            "机关名称",
            "规范全称。",
            120,
            required=True,
            example="示例市市场监督管理局",
        ),
        choice_column("level", "层级", AgencyLevel, "机关的层级。", required=True, example="市级"),
        code_column("region", "行政区划代码", "6位区划代码。", required=True, example="990100"),
        code_column("parent_code", "上级机关代码", "没有的留空。", example="990000-SCJG"),
        text_column("duties", "职责", "与抽查有关的职责，将公开。", 1_000),
        text_column("contact_person", "联系人", "仅内部使用，不公开。", 60, internal=True),
        code_column("contact_phone", "联系电话", "仅内部使用，不公开。", internal=True),
    ),
    build=_build,
)

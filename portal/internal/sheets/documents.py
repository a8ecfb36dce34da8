"""The template of documents: a text file with a header block, then Markdown (文件)."""

import re
from collections.abc import Sequence
from decimal import Decimal

from portal.domain.documents import Document, DocumentKind, Figure, check_sums
from portal.internal.sheets.spec import (
    BadRow,
    Sheet,
    Values,
    choice_column,
    code_column,
    date_column,
    decision_columns,
    decision_of,
    text_column,
)
from portal.kit.unseen import unseen

#: A block of figures inside the text: what it holds becomes data, and its sums are checked.
_FIGURES = re.compile(r"^```统计\n(.*?)^```\s*$", re.MULTILINE | re.DOTALL)
_FIGURE_HEADER = ["编号", "指标", "时期", "数值", "单位", "构成", "说明"]
_OWN = ("code", "title", "number", "kind", "issued_on", "summary", "source", "contact")


def _build(agency_code: str, row: Values, children: Sequence[Values]) -> Document:
    del children
    if row["agency"] != agency_code:
        raise BadRow("agency", f"发布机关为 {row['agency']}，与本次导入的机关 {agency_code} 不一致")
    figures = tuple(figure for block in _FIGURES.findall(row["body"]) for figure in _figures(block))
    if len({figure.key for figure in figures}) < len(figures):
        raise BadRow("body", "统计表中编号重复")
    try:
        check_sums(figures)
    except ValueError as error:
        raise BadRow("body", f"统计表：{error}") from None
    body = _FIGURES.sub("", row["body"]).strip()
    if hidden := unseen(body):
        raise BadRow(
            "body",
            f"正文至少有 {hidden} 个字是网页上看不到的（注释、图片说明、链接标题、带属性的标签、"
            "引用式链接之类），公开后却随正文一并可得；请删去，或者写进正文",
        )
    return Document(
        agency_code=agency_code,
        body=body,
        figures=figures,
        decision=decision_of("documents", row),
        **{field: row[field] for field in _OWN if field in row},
    )


def _figures(block: str) -> list[Figure]:
    lines = [
        [cell.strip() for cell in line.split("|")] for line in block.splitlines() if line.strip()
    ]
    if not lines or lines[0] != _FIGURE_HEADER:
        raise BadRow("body", f"统计表首行应为：{' | '.join(_FIGURE_HEADER)}")
    return [_figure(cells) for cells in lines[1:]]


def _figure(cells: list[str]) -> Figure:
    if len(cells) != len(_FIGURE_HEADER) or not re.fullmatch(r"[A-Z]\d+", cells[0]):
        raise BadRow(
            "body", f"统计表应每行{len(_FIGURE_HEADER)}栏、编号为一个字母加数字：{cells[0][:20]}"
        )
    key, label, period, value, unit, formula, remark = cells
    if not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,6})?", value):
        raise BadRow("body", f"统计表 {key} 的数值“{value[:20]}”不是数字")
    return Figure(
        key=key,
        label=label,
        period=period,
        value=Decimal(value),
        unit=unit,
        formula=formula or None,
        remark=remark or None,
    )


SHEET = Sheet(
    kind="documents",
    title="文件",
    about="文本文件（.md 或 .txt）：开头两行“---”之间逐行填写“项目: 内容”，其后为 Markdown 正文。"
    "正文可含“```统计”数据块，其中的合计由系统核对。",
    columns=(
        code_column("code", "文档编号", "本机关内唯一。", required=True, example="wenjian-001"),
        text_column(
            "title",
            "标题",
            "文件标题。",
            300,
            required=True,
            example="示例市2025年“双随机、一公开”监管工作实施方案",
        ),
        text_column("number", "发文字号", "没有的不填。", 60, example="示政办发〔2025〕1号"),
        code_column(
            "agency",
            "发布机关",
            "机关代码，须与导入的机关一致。",
            required=True,
            example="990100-ZFB",
        ),
        choice_column("kind", "文种", DocumentKind, "文件的种类。", required=True),
        date_column("issued_on", "成文日期", "成文的日期。", required=True),
        text_column(
            "summary",
            "内容概述",
            "一两句话，用于目录和检索。",
            500,
            required=True,
            example="部署2025年度随机抽查工作。",
        ),
        text_column("source", "来源说明", "文本的来源和校对情况，将公开。", 500),
        text_column("contact", "联系人", "仅内部使用，不公开。", 200, internal=True),
        text_column("body", "正文", "Markdown 正文。", 500_000, required=True),
        *decision_columns("documents"),
    ),
    build=_build,
)

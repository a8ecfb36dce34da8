"""How values are written on the office's pages."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
from flask import Flask

from portal.domain.codelists import CodeList
from portal.domain.parties import EntityKind
from portal.domain.workflow import BatchState
from portal.internal.pages.findings import rule_of
from portal.internal.sheets.catalogue import SHEETS
from portal.kit import clock

#: What the fields of records are called that no template column names.
_LABELS = {
    "id": "公开编号", "agency_code": "机关代码", "agency_id": "机关公开编号", "entity_id": "对象公开编号",
    "result_id": "结果公开编号", "draw_id": "抽取公开编号", "task_id": "任务公开编号", "item_id": "事项公开编号",
    "item_ids": "事项公开编号", "entity_key": "对象登记键", "identifiers": "标识代码", "identifier": "标识代码",
    "value": "值", "valid": "校验位相符", "findings": "检查事项", "tasks": "任务", "entries": "名单",
    "entity_name": "检查对象名称", "kind": "类别", "status": "状态", "stated_due_on": "登记的整改期限",
    "closed_on": "完结日期", "month_only": "日期只公开到月", "masked": "名称已遮盖", "withheld": "不予公开",
    "article": "条款", "field": "内容", "decision": "公开决定", "fields": "隐去内容", "figures": "统计数据",
    "list_digest": "名单摘要", "list_nonce": "名单随机数", "item_names": "事项名称", "at_least": "不低于",
    "at_most": "不超过", "base_text": "抽查基数原文", "planned_text": "计划抽查户数原文",
    "text": "原文", "ratio_text": "比例原文", "label": "指标", "formula": "构成", "period": "时期", "key": "编号",
    "unit": "单位", "name": "名称", "code": "编号",
}  # fmt: skip
_COLUMNS = {column.field: column for sheet in SHEETS.values() for column in sheet.columns}
#: Code lists of fields that no template column names.
_CODES: dict[str, type[CodeList]] = {"kind": EntityKind}
_STEP = re.compile(r"(\w+)(\[\d+\])?")


def set_up(app: Flask) -> None:
    """Register the filters."""
    app.jinja_env.filters.update(
        moment=moment, state=state, sheet_title=sheet_title, plain=plain, format_date=str,
        rule_of=rule_of, as_filed=as_filed,
    )  # fmt: skip


def moment(value: datetime) -> str:
    """Write an instant in China's time."""
    return f"{value.astimezone(clock.CHINA):%Y-%m-%d %H:%M}"


def state(value: str) -> str:
    """Write the state of a batch."""
    return BatchState(value).zh


def sheet_title(kind: str) -> str:
    """Write the name of a template."""
    return SHEETS[kind].title


def plain(record: object) -> list[tuple[str, str]]:
    """Return a record as (label, text) lines in the clerk's words; absent values are left out."""
    return [(_label(path), _wording(path, value)) for path, value in _lines(record, "")]


def as_filed(raw: str) -> list[tuple[str, str]]:
    """Return the cells that a filing keeps beside its record, as (column, text); rows are numbered."""
    rows: list[dict[str, str]] = json.loads(raw) if raw else []
    return [
        (f"{name}（第{number}行）" if len(rows) > 1 else name, text)
        for number, row in enumerate(rows, 1)
        for name, text in row.items()
    ]


def _lines(value: Any, path: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401
    built = msgspec.to_builtins(value)
    if isinstance(built, dict):
        for name, inner in built.items():
            yield from _lines(inner, f"{path}.{name}" if path else name)
    elif isinstance(built, list | tuple):
        for number, inner in enumerate(built, 1):
            yield from _lines(inner, f"{path}[{number}]" if len(built) > 1 else path)
    elif built not in (None, ""):
        yield path, built


def _label(path: str) -> str:
    """Say a path such as ``findings[2].outcomes`` as 检查事项2 · 检查结果."""
    words = []
    for name, number in _STEP.findall(path):
        column = _COLUMNS.get(name)
        title = _LABELS.get(name) or (column.title if column else name)
        words.append(title + number.strip("[]"))
    return " · ".join(words)


def _wording(path: str, value: Any) -> str:  # noqa: ANN401
    if isinstance(value, bool):
        return "是" if value else "否"
    name = _STEP.findall(path)[-1][0]
    column = _COLUMNS.get(name)
    codes: type[CodeList] | None = column.codes if column else _CODES.get(name)
    found = codes.named(value) if codes and isinstance(value, str) else None
    return found.zh if found else str(value)

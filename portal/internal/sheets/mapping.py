"""Mapping profiles: how one agency's table answers to a template, confirmed once (映射方案)."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.internal.sheets.names import fold
from portal.internal.sheets.spec import Column, Sheet

#: A placeholder of a pattern: the header of a source column, or # for the running number.
PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
RUNNING = "#"
#: The heading of the section that a row stands in, as a placeholder.
SECTION = "分节标题"
_ORDERS = ("ymd", "mdy", "dmy")
_KEYS = {"kind", "sheet", "header_row", "dates", "fill_down", "columns", "fill", "values"}


class BadProfile(ValueError):
    """The profile cannot be used; the message says which entry and how to mend it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One profile. All names of template columns are field names here.

    `columns` maps a source header to a field, to ``field=text`` where a tick in the column stands
    for the text, or to "" where it is only kept as filed;
    `fill` maps a field to a constant or a pattern such as ``{代码}-{日期}``; `values` maps, for a
    field, the source's wording to the code list's.
    """

    kind: str
    columns: Mapping[str, str] = field(default_factory=dict)
    fill: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    sheet: str | None = None
    header_row: int | None = None
    dates: str = "ymd"
    fill_down: tuple[str, ...] = ()


def read_profile(text: str, sheet: Sheet) -> Profile:
    """Read a profile of this template.

    Raises:
        BadProfile: not TOML, for another template, or naming columns the template does not have.

    """
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadProfile(_not_toml(error)) from None
    if unknown := sorted(set(given) - _KEYS):
        raise BadProfile(f"不认识的项“{unknown[0]}”；可用：{'、'.join(sorted(_KEYS))}")
    if given.get("kind") != sheet.kind:
        raise BadProfile(f"是“{given.get('kind')}”的方案，不能用于“{sheet.title}”（{sheet.kind}）")
    order = given.get("dates", "ymd")
    if order not in _ORDERS:
        raise BadProfile(f"dates 应为 {'、'.join(_ORDERS)} 之一")
    row = given.get("header_row")
    if row is not None and (not isinstance(row, int) or row < 1):
        raise BadProfile("header_row 应为表头所在的行号")
    down = given.get("fill_down", [])
    if not isinstance(down, list) or not all(isinstance(each, str) for each in down):
        raise BadProfile('fill_down 应为来源列名的列表，如 ["抽查类别"]')
    if not isinstance(given.get("sheet", ""), str):
        raise BadProfile("sheet 应为工作表的名称，加英文引号")
    columns = {
        fold(source): _target(sheet, target) if target else ""
        for source, target in _table(given, "columns").items()
    }
    _refuse_doubles(sheet, columns)
    return Profile(
        kind=sheet.kind,
        columns=columns,
        fill={_field(sheet, name): text for name, text in _table(given, "fill").items()},
        values=_values(sheet, given, columns),
        sheet=given.get("sheet"),
        header_row=row,
        dates=order,
        fill_down=tuple(fold(each) for each in down),
    )


def _not_toml(error: tomllib.TOMLDecodeError) -> str:
    """Say in Chinese what the parser says in English: above all, where."""
    place = re.search(r"line (\d+), column (\d+)", str(error))
    where = f"第 {place[1]} 行第 {place[2]} 列附近" if place else "末尾附近"
    why = "同一项写了两次" if "twice" in str(error) or "overwrite" in str(error) else (
        "请检查引号、等号和方括号是否成对、齐全"
    )  # fmt: skip
    return f"不是合法的映射方案（TOML），{where}写法有误：{why}"


def _table(given: Mapping[str, Any], name: str) -> dict[str, str]:
    found = given.get(name, {})
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        raise BadProfile(f"[{name}] 的每一行应写作 “列名” = “内容”，两边都加英文引号")
    return found


def _values(
    sheet: Sheet, given: Mapping[str, Any], columns: Mapping[str, str]
) -> dict[str, Mapping[str, str]]:
    """Read the tables of wordings; each is named by the template's column or the source's."""
    tables = given.get("values", {})
    if not isinstance(tables, dict) or not all(isinstance(each, dict) for each in tables.values()):
        raise BadProfile('[values."列名"] 的每一行应写作 “来源写法” = “代码表写法”')
    found: dict[str, Mapping[str, str]] = {}
    for name in tables:
        column = sheet.column((columns.get(fold(name)) or _field(sheet, name)).partition("=")[0])
        words = _table(tables, name)
        for target in words.values():
            if column.codes is not None and not _is_listed(column, target):
                options = "；".join(each.zh for each in column.codes)
                raise BadProfile(
                    f"[values] “{target}”不在“{column.title}”的代码表中；可填：{options}"
                )
        found[column.field] = {source.strip(): target for source, target in words.items()}
    return found


def _is_listed(column: Column, target: str) -> bool:
    codes = column.codes
    parts = [part.strip() for part in re.split("[;；]", target) if part.strip()]
    return codes is not None and all(codes.named(part) is not None for part in parts)


def field_of(sheet: Sheet, name: str) -> str | None:
    """Return the field that a title, field name or synonym stands for."""
    wanted = fold(name)
    for column in sheet.columns:
        if wanted in {fold(each) for each in column.headers()}:
            return column.field
    return None


def _field(sheet: Sheet, name: str) -> str:
    found = field_of(sheet, name)
    if found is None:
        titles = "、".join(column.title for column in sheet.columns)
        raise BadProfile(f"模板“{sheet.title}”没有列“{name}”；有：{titles}")
    return found


def _target(sheet: Sheet, target: str) -> str:
    """Return the field, and behind = what a tick in the column stands for."""
    name, equals, ticks = (part.strip() for part in target.partition("="))
    column = sheet.column(_field(sheet, name))
    if not equals:
        return column.field
    if not ticks:
        raise BadProfile(f"“{target}”应写作“{column.title}=打勾代表的内容”")
    if column.codes is not None and not _is_listed(column, ticks):
        options = "；".join(each.zh for each in column.codes)
        raise BadProfile(f"“{ticks}”不在“{column.title}”的代码表中；可填：{options}")
    return f"{column.field}={ticks}"


def title_of(sheet: Sheet, target: str) -> str:
    """Return a target as the clerk reads it."""
    name, equals, ticks = target.partition("=")
    return f"{sheet.column(name).title}{equals}{ticks}" if target else ""


def _refuse_doubles(sheet: Sheet, columns: Mapping[str, str]) -> None:
    seen: dict[str, str] = {}
    for source, target in columns.items():
        if target and "=" not in target and (first := seen.setdefault(target, source)) != source:
            title = sheet.column(target).title
            raise BadProfile(f"[columns] “{first}”和“{source}”都对应“{title}”；只能有一列")


def write_profile(profile: Profile, sheet: Sheet, remarks: Mapping[str, str] | None = None) -> str:
    """Return the profile as an editable text; `remarks` says, per source column, why."""
    return "\n".join(_lines(profile, sheet, remarks or {})) + "\n"


def _lines(profile: Profile, sheet: Sheet, remarks: Mapping[str, str]) -> Iterator[str]:
    yield f"# “{sheet.title}”的映射方案：来源表格的列怎样对应模板的列。可直接修改本文件。"
    yield f"kind = {_quoted(profile.kind)}"
    if profile.sheet:
        yield f"sheet = {_quoted(profile.sheet)}"
    if profile.header_row:
        yield f"header_row = {profile.header_row}"
    if profile.dates != "ymd":
        yield f"dates = {_quoted(profile.dates)}"
    if profile.fill_down:
        yield f"fill_down = [{', '.join(map(_quoted, profile.fill_down))}]"
    yield ""
    yield "# 来源列名 = 模板列名；等号右边为空的不导入，按原样留存；打勾的列写作 模板列名=打勾代表的内容"
    yield "[columns]"
    for source, target in profile.columns.items():
        title = title_of(sheet, target)
        remark = f"  # {remarks[source]}" if remarks.get(source) else ""
        yield f"{_quoted(source)} = {_quoted(title)}{remark}"
    if profile.fill:
        yield ""
        yield "# 来源没有的内容：固定文字，或用 {来源列名} 拼成；{#} 是数据行的顺序号，{分节标题} 是该行所在的分节"
        yield "[fill]"
        for name, text in profile.fill.items():
            yield f"{_quoted(sheet.column(name).title)} = {_quoted(text)}"
    for name, words in profile.values.items():
        yield ""
        yield f"[values.{_quoted(sheet.column(name).title)}]"
        for source, target in words.items():
            yield f"{_quoted(source)} = {_quoted(target)}"


def _quoted(text: str) -> str:
    """Return a TOML basic string: JSON's escapes are among its own."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

"""The form in which an order of a draw is written, read into an `Order` (抽取任务单)."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from werkzeug.datastructures import MultiDict

from portal.domain.parties import EntityKind
from portal.internal.desk.drawing import orders
from portal.internal.desk.drawing.orders import BadOrder, Order

Form = MultiDict[str, str]

#: Rows of the form for sources of the seed.
SOURCES = 4
ROLES = ("主持人", "摇号人员", "现场监督人员")
#: What the form shows before anything was typed.
USUAL = {
    "round": "1", "embargo": "1", "withheld_quota": "20%", "strata": "一般 20%",
    "source_0_id": "jj", "source_0_kind": "share", "source_1_id": "dice", "source_1_kind": "dice10",
    "with_teams": "1", "bundle": "5", "balance": "1", "slots": "{unit} 2 region\n全系统 1",
}  # fmt: skip
_TEXTS = ("draw_id", "agency", "title", "document", "basis", "unit", "draw_on", "reveal_on")
_FLAGS = ("embargo", "risk_is_public", "roster_is_public")
_BETWEEN = re.compile(r"[\s,，、;；]+")
_CONDITIONS = {"区域": "regions", "行业": "industries", "风险": "risks", "名录库": "libraries", "基数": "base"}  # fmt: skip
_LIBRARIES = {each.zh: each.value for each in EntityKind}


def read(form: Form) -> Order:
    """Return the order that was typed in.

    Raises:
        BadOrder: which line or field is wrong, and how to mend it.

    """
    parts: dict[str, Any] = {name: form.get(name, "").strip() for name in _TEXTS}
    if missing := [name for name in ("draw_id", "agency", "title", "unit") if not parts[name]]:
        raise BadOrder(f"未填写：{'、'.join(_NAMES[name] for name in missing)}")
    parts |= {name: name in form for name in _FLAGS}
    parts |= {
        "round": _whole(form, "round", "轮次"),
        "task": form.get("task") or None,
        "place": form.get("place", "").strip() or None,
        "preset": form.get("preset") or None,
        "strata": [_stratum(line) for line in _lines(form, "strata")],
        "withheld_quota": _quota(form.get("withheld_quota", "").strip() or "20%"),
        "sources": list(_sources(form)),
        "exclude_drawn_in": _listed(form, "exclude_drawn_in"),
        "pool": {
            "libraries": form.getlist("libraries") or [each.value for each in EntityKind],
            **{name: _listed(form, name) for name in ("regions", "industries", "risks", "named")},
        },
        "present": list(_present(form)),
        "recuse": {line[0]: line[1:] for line in _lines(form, "recuse")},
        "leave_out": dict(_pairs(form, "leave_out", "不参加抽取的对象")),
    }
    if "with_teams" in form:
        parts["teams"] = {
            "bundle": _whole(form, "bundle", "每组对象数"),
            "balance": "balance" in form,
            "relax": _listed(form, "relax"),
            "slots": [_slot(line) for line in _lines(form, "slots")],
        }
    return orders.made(parts)


_NAMES = {"draw_id": "抽取编号", "agency": "机关", "title": "名称", "unit": "承办单位"}


def _lines(form: Form, name: str) -> list[list[str]]:
    return [line.split() for line in form.get(name, "").splitlines() if line.strip()]


def _listed(form: Form, name: str) -> list[str]:
    return [each for each in _BETWEEN.split(form.get(name, "")) if each]


def _whole(form: Form, name: str, label: str) -> int:
    typed = form.get(name, "").strip()
    if not _is_number(typed):
        raise BadOrder(f"{label}应为数字")
    return int(typed)


def _is_number(typed: str) -> bool:
    return typed.isascii() and typed.isdigit() and len(typed) <= 6  # noqa: PLR2004 - digits of any sensible number


def _quota(typed: str) -> str | int:
    if typed == "全部":
        return "all"
    return int(typed) if _is_number(typed) else typed


def _stratum(words: list[str]) -> dict[str, Any]:
    """Read ``层名 20% 区域=990101,990102 风险=C``."""
    if len(words) < 2:  # noqa: PLR2004 - a name and a quota
        raise BadOrder(f"层“{words[0]}”应写作“名称 比例”，如“一般 20%”")
    found: dict[str, Any] = {"key": words[0], "quota": _quota(words[1])}
    for each in words[2:]:
        label, _, values = each.partition("=")
        if label not in _CONDITIONS or not values:
            raise BadOrder(f"层“{words[0]}”的条件应写作“区域=”“行业=”“风险=”“名录库=”或“基数=”")
        many = [value for value in _BETWEEN.split(values) if value]
        if label == "基数":
            found["base"] = {"在册": "frame", "参加抽取": "eligible"}.get(values, values)
        elif label == "名录库":
            found["libraries"] = [_LIBRARIES.get(value, value) for value in many]
        else:
            found[_CONDITIONS[label]] = many
    return found


def _slot(words: list[str]) -> dict[str, Any]:
    """Read ``人员库 人数 region,skill``."""
    if len(words) < 2 or not _is_number(words[1]):  # noqa: PLR2004 - a pool and a number
        raise BadOrder("岗位应写作“人员库 人数 条件”，如“全系统 1”")
    return {"pool": words[0], "n": int(words[1]), "need": _BETWEEN.split(",".join(words[2:])) if words[2:] else []}  # fmt: skip


def _sources(form: Form) -> Iterator[dict[str, str]]:
    for number in range(SOURCES):
        typed = {
            name: form.get(f"source_{number}_{name}", "").strip()
            for name in ("id", "kind", "ref", "commitment")
        }
        if not typed["id"]:
            continue
        if not typed["ref"]:
            raise BadOrder(f"种子来源“{typed['id']}”须写明事件或者保管人")
        yield {name: text for name, text in typed.items() if text}


def _present(form: Form) -> Iterator[dict[str, str]]:
    for number, role in enumerate(ROLES):
        if unit := form.get(f"present_{number}_unit", "").strip():
            yield {"role": role, "unit": unit, "name": form.get(f"present_{number}_name", "").strip()}  # fmt: skip
    for words in _lines(form, "witnesses"):
        if len(words) < 2:  # noqa: PLR2004 - a role and a unit
            raise BadOrder("见证人应写作“身份 单位 姓名”")
        yield {"role": words[0], "unit": words[1], "name": " ".join(words[2:])}


def _pairs(form: Form, name: str, label: str) -> Iterator[tuple[str, str]]:
    for words in _lines(form, name):
        if len(words) != 2:  # noqa: PLR2004 - a number and a reason
            raise BadOrder(f"{label}应写作“代码 原因”，如“91… closed”")
        yield words[0], words[1]


def typed(form: Form | None) -> Callable[[str], str]:
    """Return what answers with the text of a field: as typed, or as usual before anything was."""
    return lambda name: (USUAL if form is None else form).get(name, "")

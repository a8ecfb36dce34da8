"""Annual plans, their tasks, and what an adjustment changed (年度抽查计划及其调整)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from portal.domain.codelists import CodeList
from portal.domain.measures import Ratio


class TaskType(CodeList):
    """抽查类型: undirected draws set no condition, directed ones do (总局令67号)."""

    UNDIRECTED = "undirected", "不定向", "Undirected"
    DIRECTED = "directed", "定向", "Directed"


class Joint(CodeList):
    """联合层面 (济职能办发〔2017〕5号 附件 答10)."""

    NONE = "none", "本部门单独", "Single department"
    INTERNAL = "internal", "部门内部联合", "Within the department"
    CROSS_AGENCY = "cross_agency", "跨部门联合", "Across departments"
    CROSS_LEVEL = "cross_level", "上下级联合", "Across levels"


class ObjectClass(CodeList):
    """监管对象分类 (衡环办发〔2023〕12号 二(三))."""

    SPECIAL = "special", "特殊监管对象", "Special object"
    KEY = "key", "重点监管对象", "Key object"
    GENERAL = "general", "一般监管对象", "General object"
    GENERAL_GREEN = "general_green", "一般监管对象（正面清单）", "General object (green list)"
    GENERAL_OTHER = "general_other", "一般监管对象（正面清单外）", "General object (not green list)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One planned inspection (抽查任务)."""

    code: str
    name: str
    #: Item numbers of the same agency's checklist; `item_text` keeps the wording of the plan.
    item_codes: tuple[str, ...] = ()
    item_text: str | None = None
    object_scope: str
    task_type: TaskType
    #: None where the plan does not say.
    joint: Joint | None = None
    partners: tuple[str, ...] = ()
    level: str | None = None
    object_class: ObjectClass | None = None
    ratio: Ratio | None = None
    #: The figures; `*_text` is the wording of the plan where the figure alone does not say it all.
    base_count: int | None = None
    base_text: str | None = None
    planned_count: int | None = None
    planned_text: str | None = None
    starts_on: date
    ends_on: date
    method: str | None = None
    remark: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One version of an annual plan (年度抽查计划). `approver` never leaves the office."""

    agency_code: str
    code: str
    name: str
    year: int
    version: int
    approved_on: date
    approver: str
    adjustment_reason: str | None = None
    tasks: tuple[Task, ...] = ()

    @property
    def key(self) -> str:
        """The natural key: agency and plan number; versions share it."""
        return f"{self.agency_code}/{self.code}"


@dataclass(frozen=True, slots=True)
class TaskDifference:
    """One task in the comparison of two plan versions."""

    code: str
    name: str
    state: str  # "added", "removed" or "changed"
    #: (field, old value or None, new value or None), only the fields that differ.
    fields: tuple[tuple[str, object, object], ...] = ()


def difference(
    old: Sequence[Mapping[str, object]], new: Sequence[Mapping[str, object]]
) -> tuple[TaskDifference, ...]:
    """Compare the tasks of two plan versions, by task number, in the new version's order.

    Args:
        old: tasks as plain mappings with at least ``code`` and ``name``.
        new: the same of the later version.

    Returns:
        Added, changed and, at the end, removed tasks; unchanged ones are left out.

    """
    before = {str(task["code"]): task for task in old}
    found: list[TaskDifference] = []
    for task in new:
        code, name = str(task["code"]), str(task["name"])
        was = before.pop(code, None)
        if was is None:
            found.append(TaskDifference(code, name, "added"))
            continue
        fields = tuple(
            (field, was.get(field), task.get(field))
            for field in dict.fromkeys([*was, *task])
            if was.get(field) != task.get(field)
        )
        if fields:
            found.append(TaskDifference(code, name, "changed", fields))
    gone = (TaskDifference(code, str(task["name"]), "removed") for code, task in before.items())
    return (*found, *gone)

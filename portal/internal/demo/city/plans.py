"""Annual plans of the fictitious city: tasks with their pools, and versions of a plan."""

import calendar
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from portal.domain.measures import parse_ratio
from portal.internal.demo.city.items import LATER_ON, CityItem
from portal.internal.demo.city.parties import Party
from portal.internal.demo.city.places import (
    AGENCY_NAMES,
    COUNTY_MARKET,
    HEALTH,
    Batch,
    Row,
    private_name,
)
from portal.internal.demo.city.tasks import ADJUSTMENTS, DRAW_DAYS, KINDS, PLAN_DAYS, SCHEDULE

Items = dict[str, dict[str, CityItem]]
_LOCAL = ("本地编号", "无编号")
_WINTER_ENDS = date(2027, 3, 31)
_WINTER = 3
_APPROVAL_TAKES = timedelta(days=9)


@dataclass(frozen=True, slots=True)
class CityTask:
    """One task of one year. `draws` are the numbers of its draw days; `state` is "", x or +."""

    agency: str
    year: int
    code: str
    key: str
    name: str
    items: tuple[CityItem, ...]
    scope: str
    only: frozenset[str]
    object_class: str
    task_type: str
    joint: str
    partners: str
    method: str
    ratio: str
    level: str
    draws: tuple[int, ...]
    state: str
    starts_on: date
    ends_on: date

    def sample(self, pool: int) -> int:
        """Return how many the share makes of a pool."""
        return math.ceil(pool * (parse_ratio(self.ratio).value or 1))


def tasks(items: Items) -> dict[tuple[str, int], list[CityTask]]:
    """Return the tasks of every plan as they stand at the year's end, removed ones included."""
    kinds = {agency: _kinds(text) for agency, text in KINDS.items()}
    return {
        (agency, year): [
            _task((agency, year), number, entry, kinds=kinds[agency], items=items[agency])
            for number, entry in enumerate(schedule.split(), 1)
        ]
        for (agency, year), schedule in SCHEDULE.items()
    }


def _kinds(text: str) -> dict[str, list[str]]:
    lines = ([part.strip() for part in line.split("|")] for line in text.strip().splitlines())
    return {parts[0]: parts[1:] for parts in lines}


def _task(
    plan: tuple[str, int],
    number: int,
    entry: str,
    *,
    kinds: dict[str, list[str]],
    items: dict[str, CityItem],
) -> CityTask:
    agency, year = plan
    key, when = entry.split(":")
    state = "x" if when == "x" else when[-1] if when[-1] == "+" else ""
    draws = tuple(int(n) for n in when.rstrip("+").split(",") if n.isdigit() and n != "0")
    name, codes, scope, only, object_class, task_type, joint, partners, method, ratio, level = (
        kinds[key]
    )
    known = (items[code] for code in codes.split("；"))
    starts_on, ends_on = _period(agency, year, draws)
    return CityTask(
        agency, year, f"{year}-{_short(agency)}-{number:02d}", key, f"{year}年{name}",
        tuple(item for item in known if year > LATER_ON.year - 1 or item.code != "WL-01"),
        scope, frozenset() if only == "*" else frozenset(only.split()),
        "" if object_class == "-" else object_class,
        task_type, joint, partners, method, ratio, level, draws, state, starts_on, ends_on,
    )  # fmt: skip


def _short(agency: str) -> str:
    return "SD" if agency == COUNTY_MARKET else agency[7:]


def _period(agency: str, year: int, draws: tuple[int, ...]) -> tuple[date, date]:
    """Return the months a task takes: those of its draws and the one after."""
    if not draws:
        return date(year, 10, 1), date(year, 12, 31)
    days = DRAW_DAYS[agency, year]
    first, last = days[draws[0] - 1], days[draws[-1] - 1]
    if draws[-1] == _WINTER:
        return date(first.year, first.month, 16), _WINTER_ENDS
    month = min(last.month + 1, 12)
    return first.replace(day=1), date(year, month, calendar.monthrange(year, month)[1])


def fits(task: CityTask, party: Party, day: date) -> bool:
    """Whether a party belongs to the pool of a task on `day`; hidden ones do not count here."""
    if party.is_hidden or party.filed_on > day:
        return False
    if party.scheme in _LOCAL and party.filed_by != task.agency:
        return False
    if task.agency == COUNTY_MARKET and party.region != task.agency[:6]:
        return False
    if task.object_class and party.object_class != task.object_class:
        return False
    wanted = frozenset[str]().union(*(item.tags for item in task.items))
    return bool(wanted & party.tags) and (not task.only or bool(task.only & party.tags))


def as_drawn(task: CityTask, day: date) -> CityTask:
    """Return the task with the share that holds on `day`: an adjustment may have changed it."""
    adjusted = ADJUSTMENTS.get((task.agency, task.year))
    if adjusted and adjusted[1] <= day and adjusted[3] == task.key:
        return replace(task, ratio=adjusted[4])
    return task


def plan_batches(
    plans: dict[tuple[str, int], list[CityTask]], found: Sequence[Party]
) -> list[Batch]:
    """Return the imports of all plans and their adjustments."""
    batches = []
    for (agency, year), listed in plans.items():
        day = PLAN_DAYS[agency, year]
        first = [task for task in listed if task.state != "+"]
        rows = _rows(first, 1, day - _APPROVAL_TAKES, day, found)
        batches.append(Batch(day, "plans", agency, rows, workbook=(agency, year) == (HEALTH, 2024)))
        if adjusted := ADJUSTMENTS.get((agency, year)):
            approved, day, reason, _, _ = adjusted
            second = [as_drawn(task, day) for task in listed if task.state != "x"]
            rows = _rows(second, 2, approved, day, found)
            rows[0]["adjustment_reason"] = reason
            batches.append(Batch(day, "plans", agency, rows))
    return batches


def _rows(
    listed: Sequence[CityTask], version: int, approved: date, day: date, found: Sequence[Party]
) -> list[Row]:
    """Return one version: columns of the plan in the first row, a task in each."""
    rows = [_task_row(task, sum(fits(task, party, day) for party in found)) for task in listed]
    agency, year = listed[0].agency, listed[0].year
    rows[0] |= {
        "code": f"{year}-{_short(agency)}",
        "name": f"{AGENCY_NAMES[agency]}{year}年度“双随机、一公开”抽查计划",
        "year": str(year),
        "version": str(version),
        "approved_on": approved.isoformat(),
        "approver": private_name(year + version),
    }
    return rows


def _task_row(task: CityTask, pool: int) -> Row:
    rounds = max(1, len(task.draws))
    return {
        "task_code": task.code,
        "task_name": task.name,
        "item_codes": "；".join(item.code for item in task.items),
        "object_scope": task.scope,
        "task_type": task.task_type,
        "joint": task.joint,
        "partners": task.partners,
        "level": task.level,
        "object_class": task.object_class,
        "ratio": task.ratio,
        "base_count": str(pool),
        "planned_count": str(min(pool, rounds * task.sample(pool))),
        "starts_on": task.starts_on.isoformat(),
        "ends_on": task.ends_on.isoformat(),
        "method": task.method,
        "remark": "分两轮抽取，第一轮已抽中的对象不再进入第二轮。" if rounds > 1 else "",
    }

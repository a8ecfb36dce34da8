"""What followed the checks of the fictitious city: orders, reports, rechecks, cases, closures."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from portal.internal.demo.city import phrases as say
from portal.internal.demo.city.checks import PENDING, Check
from portal.internal.demo.city.places import (
    CANARY,
    INSPECTING,
    WITHHELD_CANARY,
    Batch,
    Row,
    after,
    decision,
    dice,
    on_working_day,
    private_name,
)

#: The day the demonstration is looked at, and by then this many are overdue.
TODAY = date(2026, 11, 21)
_OVERDUE_OF_LATE, _OVERDUE_OF_OLD = 20, 5
_OLD_BEFORE = date(2026, 1, 1)
_LAST_DAYS = {
    agency: date(2026, 11, 16) + timedelta(days=place % 4)
    for place, agency in enumerate(INSPECTING)
}
_TRIES = 8
#: Of the checks since this day most are still within their time limit.
_RECENT, _CLOSED_QUICKLY = date(2026, 9, 28), 0.3
_WITHHELD_STEPS = 3
#: A second publication of steps this many working days after the first.
_NEXT_ISSUE = 20


@dataclass(slots=True)
class Taken:
    """One step."""

    check: Check
    step: str
    on: date
    text: str
    due_on: date | None = None
    passed: bool | None = None
    decision: Row = field(default_factory=dict)


def steps(seed: int, done: Sequence[Check]) -> list[Taken]:
    """Return every step, in order of checks and days. May put off a check's time limit."""
    rng = dice(seed, "steps")
    problems = [check for check in done if check.has_problem]
    late = _overdue(rng, problems)
    found: list[Taken] = []
    for check in problems:
        if id(check) in late:
            found += _unfinished(rng, check)
        else:
            found += _in_time(rng, check)
    _withhold(rng, found)
    return found


def _overdue(rng: random.Random, problems: Sequence[Check]) -> set[int]:
    """Single out the checks whose time is up without a closure."""
    open_to_all = [
        check
        for check in problems
        if check.case == "ordered" and check.is_public and not check.decision
    ]
    old = [c for c in open_to_all if c.due_on and c.due_on < _OLD_BEFORE]
    new = [c for c in open_to_all if c.due_on and date(2026, 4, 20) < c.due_on < date(2026, 11, 12)]
    return {id(c) for c in rng.sample(old, _OVERDUE_OF_OLD) + rng.sample(new, _OVERDUE_OF_LATE)}


def _in_time(rng: random.Random, check: Check) -> list[Taken]:
    """Return a chain that is closed by now; where that cannot be, the limit lies ahead."""
    last = _LAST_DAYS[check.agency]
    chain = list(_chain(rng, check, simple=False))
    if check.due_on is None:
        return [each for each in chain if each.on <= last]
    if check.inspected_on < _RECENT or rng.random() < _CLOSED_QUICKLY:
        for _ in range(_TRIES):
            if chain[-1].on <= last:
                return chain
            chain = list(_chain(rng, check, simple=True))
    check.due_on = TODAY + timedelta(days=rng.randint(5, 30))
    chain[0].due_on = check.due_on
    chain = [each for each in chain if each.step in ("责令改正", "收到整改报告")][
        : rng.randint(1, 2)
    ]
    return [each for each in chain if each.on <= last and each.due_on in (None, check.due_on)]


def _chain(rng: random.Random, check: Check, *, simple: bool) -> Iterator[Taken]:
    """Yield the steps of one check to its closure."""
    if check.route == "责令":
        yield from _ordered(rng, check, simple=simple)
    elif check.case == "fixed":
        again = after(check.inspected_on, rng.randint(1, 3))
        yield _taken(rng, check, "复查", again, passed=True)
        yield _taken(rng, check, "完结", again)
    elif check.case == "uncooperative" or check.route == "移送":
        yield from _case(rng, check, simple=simple)
    else:
        step = "移送" if check.route == "日常" else "抄告"
        day = after(check.inspected_on, rng.randint(2, 6))
        yield _taken(rng, check, step, day, "已反馈至辖区日常监管机构。" if step == "移送" else "")
        yield _taken(rng, check, "完结", after(day, rng.randint(6, 14)))


def _case(rng: random.Random, check: Check, *, simple: bool) -> Iterator[Taken]:
    day = check.inspected_on
    if check.case != "uncooperative":
        day = after(day, rng.randint(2, 5))
        yield _taken(rng, check, "移送", day)
    day = after(day, rng.randint(4, 10))
    yield _taken(rng, check, "立案", day)
    if not simple:
        day = after(day, rng.randint(25, 45))
        yield _taken(rng, check, "行政处罚", day)
    yield _taken(rng, check, "完结", after(day, rng.randint(5, 15)))


def _ordered(rng: random.Random, check: Check, *, simple: bool) -> Iterator[Taken]:
    """Order, report, recheck; a failed recheck brings a second order or a case, then another."""
    start, due = check.inspected_on, check.due_on or check.inspected_on
    yield _taken(rng, check, "责令改正", start, due_on=due)
    reported = on_working_day(
        start + timedelta(days=rng.randint(3, max(4, (due - start).days - 1)))
    )
    if rng.random() < 0.88:
        yield _taken(rng, check, "收到整改报告", reported)
    again = after(reported, rng.randint(1, 8))
    way = "simple" if simple else rng.choices(("simple", "second", "case"), (78, 14, 8))[0]
    if PENDING in check.outcomes and rng.random() < 0.5:
        yield _taken(rng, check, "抄告", reported)
    if way != "simple":
        yield _taken(rng, check, "复查", again, passed=False)
        again = after(again, 1)
        if way == "second":
            yield _taken(
                rng,
                check,
                "责令改正",
                again,
                rng.choice(say.STEP_TEXTS["再次责令"]),
                due_on=again + timedelta(days=15),
            )
            again = after(again, rng.randint(8, 12))
        else:
            yield _taken(rng, check, "立案", again)
            again = after(again, rng.randint(20, 40))
            yield _taken(rng, check, "行政处罚", again)
            again = after(again, rng.randint(2, 8))
    yield _taken(rng, check, "复查", again, passed=True)
    yield _taken(rng, check, "完结", after(again, rng.randint(0, 3)))


def _unfinished(rng: random.Random, check: Check) -> list[Taken]:
    """Return a chain that stops before its closure."""
    found = list(_ordered(rng, check, simple=True))[:-2]
    if len(found) > 1 and rng.random() < 0.4:
        found.append(
            _taken(rng, check, "复查", after(found[-1].on, rng.randint(2, 6)), passed=False)
        )
    elif rng.random() < 0.5:
        found = found[:1]
    return [each for each in found if each.on <= _LAST_DAYS[check.agency]]


def _taken(
    rng: random.Random,
    check: Check,
    step: str,
    on: date,
    text: str = "",
    *,
    due_on: date | None = None,
    passed: bool | None = None,
) -> Taken:
    key = step if passed is None else "通过" if passed else "未通过"
    said = text or rng.choice(say.STEP_TEXTS[key]).replace("{n}", str(rng.randint(2, 5)))
    return Taken(check, step, on, said, due_on, passed)


def _withhold(rng: random.Random, found: Sequence[Taken]) -> None:
    """Keep back the wording of a few penalties."""
    fines = [each for each in found if each.step == "行政处罚" and each.check.is_public]
    for each in rng.sample(fines, _WITHHELD_STEPS):
        each.text = f"按“{WITHHELD_CANARY}”案件办理情况作出处罚，案卷内容不公开。"
        each.decision = {"disclosure": "部分公开", "hidden": "步骤说明"} | decision(
            "行政执法案卷信息", each.check.agency, each.on, each.on + timedelta(days=300)
        )


def step_batches(seed: int, found: Sequence[Taken]) -> list[Batch]:
    """Return the imports of the steps: with the results, some weeks later, and at the end."""
    rng = dice(seed, "step rows")
    issues = {agency: _issues(agency, found) for agency in INSPECTING}
    batches: dict[tuple[str, date], Batch] = {}
    for each in found:
        agency, ready = each.check.agency, max(each.on, each.check.published_on)
        day = next(day for day in issues[agency] if day >= ready)
        batch = batches.setdefault((agency, day), Batch(day, "followups", agency))
        batch.rows.append(_row(rng, each))
    return list(batches.values())


def _issues(agency: str, found: Sequence[Taken]) -> list[date]:
    """Return the days on which a body publishes steps."""
    days = {each.check.published_on for each in found if each.check.agency == agency}
    last = _LAST_DAYS[agency]
    return sorted(
        day for day in days | {after(day, _NEXT_ISSUE) for day in days} | {last} if day <= last
    )


def _row(rng: random.Random, each: Taken) -> Row:
    return each.decision | {
        "result_code": each.check.code,
        "step": each.step,
        "taken_on": each.on.isoformat(),
        "due_on": each.due_on.isoformat() if each.due_on else "",
        "passed": "" if each.passed is None else "是" if each.passed else "否",
        "text": each.text,
        "handler": private_name(rng.randint(0, 99)),
        "note": f"{CANARY}：{rng.choice(say.PRIVATE_NOTES)}",
    }

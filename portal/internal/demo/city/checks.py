"""Checks of the fictitious city: what was found at whom, and what was done about it."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from portal.internal.demo.city import phrases as say
from portal.internal.demo.city.draws import LATE_RESULTS, WINDOW, CityDraw
from portal.internal.demo.city.items import CityItem
from portal.internal.demo.city.parties import Party
from portal.internal.demo.city.places import (
    CODE_CANARY,
    COUNTY_MARKET,
    INSPECTING,
    Row,
    after,
    dice,
    spread,
    working_days,
)

CLEAN, ORDERED, PENDING = "未发现问题", "发现问题已责令改正", "发现问题待后续处理"
UNDISCLOSED, CONCEALED = "未按规定公示应当公示的信息", "公示信息隐瞒真实情况、弄虚作假"
UNREACHABLE, NO_ACTIVITY = "通过登记的住所（经营场所）无法联系", "未发现开展本次抽查涉及的经营活动"
UNCOOPERATIVE = "不配合检查情节严重"

HANDLINGS = {
    "无需": "未发现问题或相关问题已规范、已改正，无需后续处置",
    "日常": "停止检查，反馈至日常监管部门依法依规处理",
    "责令": "违反本部门相关规定，责令改正；后续跟踪由日常监管部门负责",
    "移送": "发现案件线索，初步固定相关证据后移送办案机构依法依规处理",
    "抄告": "违反其他部门相关规定，抄告相关部门",
    "其他": "其他",
}
#: How checks end, by weight; the last two only where information has to be disclosed.
_CASES = (
    ("clean", 71.0), ("fixed", 4.0), ("ordered", 14.0), ("pending", 3.2), ("unreachable", 2.4),
    ("no_activity", 2.8), ("uncooperative", 0.8),
)  # fmt: skip
_CASES_OF_DISCLOSURE = (("undisclosed", 18.0), ("concealed", 7.0))
_COMPANIES = ("企业", "个体工商户")
_DAYS_TO_MEND = (7, 10, 15, 15, 20, 30)
#: Checks that came out only with the next results of the same body, if those were not too far.
_STRAGGLERS = 0.02
_NOT_TOO_FAR = timedelta(days=200)
_WORDED_LOCALLY = {2024: 0.35, 2025: 0.1}


@dataclass(slots=True)
class Finding:
    """One item of a check."""

    item: CityItem
    outcomes: tuple[str, ...]
    detail: str
    wording: str = ""


@dataclass(slots=True)
class Check:
    """One check. `case` says how it ended, `route` what became of it."""

    code: str
    draw: CityDraw
    party: Party
    inspected_on: date
    published_on: date
    unit: str
    case: str
    findings: list[Finding]
    route: str
    handling_text: str
    due_on: date | None
    decision: Row = field(default_factory=dict)

    @property
    def agency(self) -> str:
        """The body that inspected."""
        return self.draw.agency

    @property
    def outcomes(self) -> set[str]:
        """Every outcome of its findings."""
        return {outcome for finding in self.findings for outcome in finding.outcomes}

    @property
    def has_problem(self) -> bool:
        """Whether something has to follow."""
        return bool(self.outcomes - {CLEAN, NO_ACTIVITY})

    @property
    def is_public(self) -> bool:
        """Whether the check as such may be seen."""
        return not self.party.is_hidden and self.decision.get("disclosure") not in (
            "不予公开",
            "不予确认",
        )


def checks(seed: int, made: Sequence[CityDraw]) -> list[Check]:
    """Return every check of the draws whose window is over."""
    rng = dice(seed, "checks")
    done: list[Check] = []
    days = _publication_days(rng, made)
    for draw in made:
        if draw.is_open_window:
            continue
        window = working_days(after(draw.drawn_on, 2), WINDOW)
        mine = days[draw.agency]
        published = mine[draw.task.year, draw.event]
        later = min(
            (day for day in mine.values() if published < day < published + _NOT_TOO_FAR),
            default=published,
        )
        for party, unit in draw.drawn:
            inspected = window[min(int(rng.triangular(0, WINDOW, WINDOW / 2)), WINDOW - 1)]
            check = _check(rng, draw, party, inspected, published)
            check.unit = unit
            if not check.has_problem and rng.random() < _STRAGGLERS:
                check.published_on = later
            done.append(check)
    _number(done)
    return done


def _publication_days(
    rng: random.Random, made: Sequence[CityDraw]
) -> dict[str, dict[tuple[int, int], date]]:
    """Return the day the results of each draw day came out: body → (year, number) → day."""
    days: dict[str, dict[tuple[int, int], date]] = {}
    for draw in made:
        key = draw.task.year, draw.event
        if not draw.is_open_window and key not in days.setdefault(draw.agency, {}):
            delay = WINDOW + 1 + rng.randint(2, 5) + LATE_RESULTS.get((draw.agency, *key), 0)
            days[draw.agency][key] = after(draw.drawn_on, delay)
    return days


def _number(done: list[Check]) -> None:
    """Number the checks of each body and year in order of their days."""
    done.sort(
        key=lambda check: (INSPECTING.index(check.agency), check.inspected_on, check.draw.code)
    )
    last: dict[tuple[str, int], int] = {}
    for check in done:
        key = check.agency, check.inspected_on.year
        last[key] = last.get(key, 0) + 1
        short = "SD" if check.agency == COUNTY_MARKET else check.agency[7:]
        check.code = f"{CODE_CANARY}{short}-{key[1]}-{last[key]:04d}"


def _check(
    rng: random.Random, draw: CityDraw, party: Party, inspected: date, published: date
) -> Check:
    items = [item for item in draw.task.items if item.tags & party.tags]
    items = rng.sample(items, min(len(items), rng.choice((1, 2, 3, 3))))
    case = _case(rng, party, items)
    findings = _findings(rng, case, items, inspected.year)
    ordered = case != "fixed" and any(ORDERED in finding.outcomes for finding in findings)
    route = "责令" if ordered else _route(rng, case)
    known = (key for key in (f"{case}/{route}", case, route) if key in say.HANDLING_TEXTS)
    text = rng.choice(say.HANDLING_TEXTS[next(known)])
    due = inspected + timedelta(days=rng.choice(_DAYS_TO_MEND)) if route == "责令" else None
    return Check("", draw, party, inspected, published, "", case, findings, route, text, due)


def _case(rng: random.Random, party: Party, items: list[CityItem]) -> str:
    if party.form not in _COMPANIES:
        return spread(rng, _CASES[:4])
    discloses = any(item.undisclosed for item in items)
    case = spread(rng, _CASES + _CASES_OF_DISCLOSURE if discloses else _CASES)
    if case == "concealed" and not any(item.concealed for item in items):
        return "undisclosed"
    return case


def _route(rng: random.Random, case: str) -> str:
    if case == "pending":
        return spread(rng, (("移送", 40), ("抄告", 25), ("日常", 20), ("其他", 15)))
    options = {
        "ordered": ("责令",), "undisclosed": ("责令", "责令", "其他"), "concealed": ("责令", "移送"),
        "unreachable": ("日常", "抄告", "其他"), "no_activity": ("无需", "无需", "日常"), "uncooperative": ("移送",),
    }  # fmt: skip
    return rng.choice(options.get(case, ("无需",)))


def _findings(rng: random.Random, case: str, items: list[CityItem], year: int) -> list[Finding]:
    if case in ("unreachable", "no_activity", "uncooperative"):
        outcome, texts = {
            "unreachable": (UNREACHABLE, say.UNREACHABLE),
            "no_activity": (NO_ACTIVITY, say.NO_ACTIVITY),
            "uncooperative": (UNCOOPERATIVE, say.UNCOOPERATIVE),
        }[case]
        both = case == "uncooperative" and rng.random() < 0.3
        found = [
            Finding(items[0], (outcome, PENDING) if both else (outcome,), _sentence(rng, texts))
        ]
    else:
        found = [Finding(item, (CLEAN,), _good(rng, item)) for item in items]
        if case != "clean":
            at = next((n for n, item in enumerate(items) if _texts(case, item)), 0)
            found[at] = _problem(rng, case, items[at])
            if case == "ordered" and len(found) > 1 and rng.random() < 0.2:
                found[at - 1] = _problem(rng, case, items[at - 1])
    for finding in found:
        if rng.random() < _WORDED_LOCALLY.get(year, 0):
            finding.wording = rng.choice(say.LOCAL_WORDINGS[finding.outcomes[0]])
    return found


def _texts(case: str, item: CityItem) -> tuple[str, ...]:
    return {"undisclosed": item.undisclosed, "concealed": item.concealed}.get(case, item.bad)


def _problem(rng: random.Random, case: str, item: CityItem) -> Finding:
    """Return a finding with a problem; some carry two outcomes at once."""
    alone = {"undisclosed": UNDISCLOSED, "concealed": CONCEALED, "pending": PENDING}.get(
        case, ORDERED
    )
    second = {"undisclosed": ORDERED, "concealed": PENDING, "ordered": PENDING}.get(case)
    chance = {"undisclosed": 0.35, "concealed": 0.4, "ordered": 0.08}.get(case, 0)
    both = second is not None and rng.random() < chance
    texts = say.FIXED if case == "fixed" else _texts(case, item)
    if case in ("ordered", "pending") and len(texts) > 1 and rng.random() < 0.2:
        texts = (f"{texts[0]}；{texts[1]}", f"{texts[-1]}；{texts[0]}")
    return Finding(item, (alone, second) if both and second else (alone,), _sentence(rng, texts))


def _good(rng: random.Random, item: CityItem) -> str:
    return _sentence(rng, item.good) if rng.random() < 0.8 else ""


def _sentence(rng: random.Random, texts: Sequence[str]) -> str:
    return f"{rng.choice(say.LEADS)}{rng.choice(texts)}。".replace("{n}", str(rng.randint(2, 9)))

"""Draws of the fictitious city: who is drawn for which task, and the rows of the list."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal.internal.demo.city.parties import Party, named
from portal.internal.demo.city.places import (
    AGENCY_NAMES,
    COUNTY_MARKET,
    CULTURE,
    ENVIRONMENT,
    FARMING,
    HEALTH,
    SAFETY,
    Batch,
    Row,
    after,
    dice,
    private_name,
    units_for,
)
from portal.internal.demo.city.plans import CityTask, as_drawn, fits
from portal.internal.demo.city.tasks import DRAW_DAYS

#: Checks of one party by one body in one year, at most.
_CAP = 2
#: The checks of a draw take this many working days, beginning two after the draw.
WINDOW = 15
#: Share of the draws whose list stays closed until the checks are done.
_SEALED = 0.55
_WINTER_EMBARGO = date(2027, 3, 31)
_WINTER = 3
#: Draws of which the record came out late: working days after the draw.
_LATE = {(FARMING, 2024, 1): 21}
#: Results that came out late: working days on top of the usual few.
LATE_RESULTS = {
    (HEALTH, 2024, 1): 22,
    (FARMING, 2024, 1): 12,
    (SAFETY, 2024, 2): 14,
    (FARMING, 2025, 1): 9,
    (CULTURE, 2025, 2): 18,
    (ENVIRONMENT, 2026, 1): 7,
}


@dataclass(frozen=True, slots=True)
class CityDraw:
    """One draw. `event` numbers the draw days of a body within a year."""

    code: str
    task: CityTask
    event: int
    round_no: int
    drawn_on: date
    frame: int
    drawn: tuple[tuple[Party, str], ...]
    embargo_until: date | None

    @property
    def agency(self) -> str:
        """The body that draws."""
        return self.task.agency

    @property
    def is_open_window(self) -> bool:
        """Whether its checks are still to come."""
        return self.event == _WINTER


def draws(
    seed: int, plans: dict[tuple[str, int], list[CityTask]], found: Sequence[Party]
) -> list[CityDraw]:
    """Return every draw, in order of body, year and day."""
    rng = dice(seed, "draws")
    made: list[CityDraw] = []
    for (agency, year), listed in plans.items():
        times: Counter[int] = Counter()
        before: dict[str, set[int]] = {}
        for event, day in enumerate(DRAW_DAYS[agency, year], 1):
            today: set[int] = set()
            for planned in listed:
                if event not in planned.draws:
                    continue
                task, earlier = as_drawn(planned, day), before.setdefault(planned.code, set())
                out = {key for key, count in times.items() if count >= _CAP} | earlier | today
                draw = _draw(rng, task, event, found, out)
                keys = {id(party) for party, _ in draw.drawn}
                times.update(keys)
                earlier |= keys
                today |= keys
                made.append(draw)
    return made


def _draw(
    rng: random.Random, task: CityTask, event: int, found: Sequence[Party], out: set[int]
) -> CityDraw:
    day = DRAW_DAYS[task.agency, task.year][event - 1]
    pool = [party for party in found if fits(task, party, day) and id(party) not in out]
    ranked = sorted(pool, key=lambda party: rng.random() ** (1 / party.weight), reverse=True)
    hidden = _hidden(task, found)
    units = units_for(task.agency, task.key)
    chosen = ranked[: task.sample(len(pool))] + hidden
    rng.shuffle(chosen)
    round_no = task.draws.index(event) + 1
    embargo = after(day, WINDOW + 1) if rng.random() < _SEALED else None
    return CityDraw(
        code=f"{task.code}-C{round_no}",
        task=task,
        event=event,
        round_no=round_no,
        drawn_on=day,
        frame=len(pool) + len(hidden),
        drawn=tuple((party, rng.choice(units)) for party in chosen),
        embargo_until=_WINTER_EMBARGO if event == _WINTER else embargo,
    )


def _hidden(task: CityTask, found: Sequence[Party]) -> list[Party]:
    """Units that are never acknowledged come on top: no published share may count them."""
    tags = frozenset[str]().union(*(item.tags for item in task.items))
    return [
        party
        for party in found
        if party.is_hidden and party.filed_by == task.agency and tags & party.tags and not task.only
    ]


def draw_batches(seed: int, made: Sequence[CityDraw]) -> list[Batch]:
    """Return the imports of the draws: all of one body and day in one file."""
    rng = dice(seed, "draw rows")
    batches: dict[tuple[str, date], Batch] = {}
    for number, draw in enumerate(made):
        late = _LATE.get((draw.agency, draw.task.year, draw.event))
        key = draw.agency, draw.drawn_on
        if key not in batches:
            published = after(draw.drawn_on, late or rng.randint(1, 3))
            batches[key] = Batch(
                published, "draws", draw.agency, workbook=draw.agency == COUNTY_MARKET
            )
        batches[key].rows += _rows(rng, draw, number)
    return list(batches.values())


def _rows(rng: random.Random, draw: CityDraw, number: int) -> list[Row]:
    bureau = AGENCY_NAMES[draw.agency].removeprefix("示例市")
    rows = [named(party, draw.drawn_on) | {"unit": unit} for party, unit in draw.drawn]
    teams = max(1, len(rows) // 8)
    rows[0] |= {
        "code": draw.code,
        "name": f"{draw.task.name}（第{draw.round_no}轮）"
        if len(draw.task.draws) > 1
        else draw.task.name,
        "task_code": draw.task.code,
        "round_no": str(draw.round_no),
        "drawn_on": draw.drawn_on.isoformat(),
        "place": f"{bureau}{rng.choice(('三楼会议室', '政务公开厅', '执法指挥中心', '一楼大厅'))}",
        "method": rng.choices(("系统随机抽取", "摇号", "现场抽签"), (8, 2, 1))[0],
        "frame_count": str(draw.frame),
        "sample_count": str(len(rows)),
        "ratio": draw.task.ratio,
        "inspector_count": str(teams * 2),
        "team_count": str(teams),
        "supervised_by": rng.choice(
            (
                f"驻{bureau}纪检监察组",
                "示例市司法局行政执法协调监督科",
                "示例市人民政府办公室政务公开科",
            )
        ),
        "operator": private_name(number),
        "witness_names": f"{private_name(number + 3)}、{private_name(number + 41)}",
        "embargo_until": draw.embargo_until.isoformat() if draw.embargo_until else "",
        "remark": "已剔除第一轮抽中的对象。" if draw.round_no > 1 else "",
    }
    return rows

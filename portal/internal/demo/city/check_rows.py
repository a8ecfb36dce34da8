"""Results and rosters of the fictitious city as rows of their templates."""

import random
from collections.abc import Sequence
from datetime import date

from portal.internal.demo.city import phrases as say
from portal.internal.demo.city.checks import HANDLINGS, Check
from portal.internal.demo.city.parties import named
from portal.internal.demo.city.places import (
    CANARY,
    INSPECTING,
    UNITS,
    Batch,
    Row,
    dice,
    private_code,
    private_name,
)

_ROSTER = 12
_ROSTER_DAY = date(2024, 1, 30)


def check_batches(seed: int, done: Sequence[Check]) -> list[Batch]:
    """Return the imports of the results: one file for each body and day."""
    rng = dice(seed, "check rows")
    batches: dict[tuple[str, date], Batch] = {}
    for check in done:
        key = check.agency, check.published_on
        batch = batches.setdefault(key, Batch(check.published_on, "results", check.agency))
        batch.rows += _rows(rng, check)
    for number, batch in enumerate(batches.values()):
        batch.workbook = number % 9 == 4
    return list(batches.values())


def _rows(rng: random.Random, check: Check) -> list[Row]:
    rows = [
        {
            "code": check.code,
            "item_code": finding.item.code,
            "outcomes": "；".join(finding.outcomes),
            "outcome_text": finding.wording,
            "detail": finding.detail,
        }
        for finding in check.findings
    ]
    pair = rng.sample(range(_ROSTER), 2)
    first = INSPECTING.index(check.agency) * 100
    rows[0] |= (
        named(check.party, check.inspected_on)
        | check.decision
        | {
            "task_code": check.draw.task.code,
            "draw_code": check.draw.code,
            "inspected_on": check.inspected_on.isoformat(),
            "unit": check.unit,
            "handling": HANDLINGS[check.route],
            "handling_text": check.handling_text,
            "due_on": check.due_on.isoformat() if check.due_on else "",
            "inspector_names": "、".join(private_name(first + n) for n in pair),
            "certificates": "；".join(private_code(99_000_000 + first + n) for n in pair),
            "note": f"{CANARY}：{rng.choice(say.PRIVATE_NOTES)}",
        }
    )
    return rows


def inspector_batches(seed: int) -> list[Batch]:
    """Return the imports of the rosters."""
    rng = dice(seed, "inspectors")
    return [
        Batch(
            _ROSTER_DAY,
            "inspectors",
            agency,
            [_inspector(rng, agency, place * 100 + n) for n in range(_ROSTER)],
        )
        for place, agency in enumerate(INSPECTING)
    ]


def _inspector(rng: random.Random, agency: str, number: int) -> Row:
    return {
        "certificate": private_code(99_000_000 + number),
        "name": private_name(number),
        "post": f"{CANARY}{rng.choice(('一级行政执法员', '四级主任科员', '一级科员'))}",
        "skills": f"{CANARY}{rng.choice(('食品', '特种设备', '水污染', '医疗卫生', '危险化学品', '农资'))}；{CANARY}法制",
        "regions": f"{CANARY}{rng.choice(('示东区', '示西区', '示南县', '示北县'))}",
        "station": f"{CANARY}{rng.choice(UNITS[agency])}",
        "left_on": "2023-12-29" if number % 100 == _ROSTER - 1 else "",
    }

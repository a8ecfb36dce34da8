"""The statistical acceptance tests of section 14, on fixed seeds so that the outcome never varies.

Number 6, permutation invariance, is a law of its own in `test_outcome`.
"""

import hashlib
import random
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from itertools import combinations, permutations
from typing import Any

import pytest

from portal.domain.sortition import packages, seeds, strata
from portal.domain.sortition.model import Lists, Package, SeedValue
from portal.domain.sortition.teams import Assignment
from portal.domain.sortition.tickets import Drum
from tests.domain.sortition.whole import whole

pytestmark = pytest.mark.slow

_DRAWS = 20_000
#: Degrees of freedom → what χ² exceeds with probability 0.001 (table of the distribution).
_CRITICAL = {3: 16.266, 4: 18.467, 9: 27.877, 19: 43.820, 23: 49.728}
#: A standard normal exceeds this in absolute value with probability 0.001 / 4.
_FOUR_AT_ONCE = 3.662


def _seed(number: int) -> bytes:
    return hashlib.sha256(b"stat" + number.to_bytes(4, "big")).digest()


def _plan(*quotas: tuple[str, dict[str, Any], str], teams: Any = None, balls: bool = False) -> Any:
    plan = {
        "scheme": "dsr-draw/1", "draw_id": "stat", "round": 1, "info": {},
        "strata": [{"key": key, "quota": quota, "base": base} for key, quota, base in quotas],
        "weighting": "balls" if balls else "none",
        "sources": [{"id": "d", "kind": "dice10", "ref": "骰"}],
        "exclude_drawn_in": [], "embargo": False,
    }  # fmt: skip
    return plan | ({"teams": teams} if teams else {})


def _handle(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _masked(
    name: str, stratum: str = "一般", weight: int = 1, excluded: str = ""
) -> dict[str, Any]:
    return {
        "handle": _handle(name), "stratum": stratum, "unit": "所", "region": "区", "need": [],
        "weight": weight, "excluded": excluded,
    }  # fmt: skip


def _lists(count: int, drawn: int, weights: tuple[int, ...] = ()) -> Lists:
    plan = _plan(("一般", {"kind": "count", "n": drawn}, "frame"), balls=bool(weights))
    objects = [
        _masked(f"o{number}", weight=weights[number] if weights else 1) for number in range(count)
    ]
    return packages.read_lists(plan, objects, [], {})


def _drawn(lists: Lists, seed: bytes) -> list[int]:
    """Return the drawn objects' places in the list, in order."""
    places = {each.handle: place for place, each in enumerate(lists.objects)}
    return [places[each.handle] for each in strata.draw(lists, Drum(seed))[0].drawn]


@cache
def _fives() -> list[list[int]]:
    lists = _lists(20, 5)
    return [_drawn(lists, _seed(number)) for number in range(_DRAWS)]


def _chi_squared(counts: Counter[Any], expected: dict[Any, float]) -> float:
    assert counts.keys() <= expected.keys()
    return sum((counts[each] - wanted) ** 2 / wanted for each, wanted in expected.items())


def _inclusion(draws: list[list[int]], count: int, drawn: int) -> float:
    included = Counter(each for draw in draws for each in draw)
    share, many = drawn / count, len(draws)
    spread = sum((included[each] - many * share) ** 2 for each in range(count))
    return spread / (many * share * (1 - share)) * (count - 1) / count


def test_1_everyone_is_drawn_equally_often() -> None:
    assert _inclusion(_fives(), 20, 5) < _CRITICAL[19]


def test_2_every_pair_is_drawn_together_equally_often() -> None:
    pairs = Counter(pair for draw in _fives() for pair in combinations(sorted(draw), 2))
    chance = 5 * 4 / (20 * 19)
    expected, deviation = _DRAWS * chance, (_DRAWS * chance * (1 - chance)) ** 0.5

    assert len(pairs) == 190
    assert all(abs(count - expected) < 5 * deviation for count in pairs.values())
    assert sum(pairs.values()) / 190 == pytest.approx(expected, rel=0.001)


def test_3_every_order_is_equally_likely() -> None:
    lists = _lists(4, 4)
    orders = Counter(tuple(_drawn(lists, _seed(number))) for number in range(_DRAWS))

    expected = dict.fromkeys(permutations(range(4)), _DRAWS / 24)
    assert _chi_squared(orders, expected) < _CRITICAL[23]


def test_4_weights_are_balls_in_the_drum() -> None:
    weights = (1, 1, 2, 4)
    lists = _lists(4, 2, weights)
    draws = [_drawn(lists, _seed(number)) for number in range(_DRAWS)]

    first = Counter(draw[0] for draw in draws)
    expected = {place: _DRAWS * weight / 8 for place, weight in enumerate(weights)}
    assert _chi_squared(first, expected) < _CRITICAL[3]
    included = Counter(each for draw in draws for each in draw)
    for place, weight in enumerate(weights):
        others = [other for at, other in enumerate(weights) if at != place]
        later = sum(Fraction(other, 8) * Fraction(weight, 8 - other) for other in others)
        chance = float(Fraction(weight, 8) + later)
        deviation = (_DRAWS * chance * (1 - chance)) ** 0.5
        assert abs(included[place] - _DRAWS * chance) < _FOUR_AT_ONCE * deviation


@pytest.mark.parametrize("hundred", range(10))
def test_5_every_stratum_has_exactly_its_quota(hundred: int) -> None:
    for number in range(100 * hundred, 100 * hundred + 100):
        chance = random.Random(number)
        keys = [f"层{each}" for each in range(chance.randint(1, 4))]
        ratios = {
            key: (chance.randint(0, den), den) for key in keys for den in (chance.randint(1, 9),)
        }
        bases = {key: chance.choice(["frame", "eligible"]) for key in keys}
        objects = [
            _masked(
                f"{number}/{each}", chance.choice(keys), excluded=chance.choice(["", "", "other:x"])
            )
            for each in range(chance.randint(0, 60))
        ]
        quotas = [
            (key, {"kind": "ratio", "num": a, "den": b}, bases[key])
            for key, (a, b) in ratios.items()
        ]
        lists = packages.read_lists(_plan(*quotas), objects, [], {})

        for each in strata.draw(lists, Drum(_seed(number))):
            members = [one for one in lists.objects if one.stratum == each.key]
            eligible = {one.handle for one in members if not one.excluded}
            base = len(members) if bases[each.key] == "frame" else len(eligible)
            num, den = ratios[each.key]
            drawn = [one.handle for one in each.drawn]
            assert len(drawn) == min(-(-base * num // den), len(eligible))
            assert len(set(drawn)) == len(drawn)
            assert eligible >= set(drawn)


def test_7_without_an_undrawn_object_the_others_keep_their_order() -> None:
    lists = _lists(20, 5)
    for number in range(200):
        order = strata.draw(lists, Drum(_seed(number)))[0].order
        gone = order[5 + number % 15]
        fewer = lists._replace(objects=[each for each in lists.objects if each != gone])

        assert strata.draw(fewer, Drum(_seed(number)))[0].order == [
            each for each in order if each != gone
        ]


def _package() -> Package:
    return packages.read(whole())


def _said(package: Package, source: int, value: str) -> bytes:
    """Return the seed when one source says something else."""
    values = list(package.seed_values)
    values[source] = SeedValue(values[source].id, value)
    return seeds.seed(package._replace(seed_values=tuple(values)))


def test_8_one_other_digit_draws_as_if_anew() -> None:
    package, lists = _package(), _lists(20, 5)
    overlaps: Counter[int] = Counter()
    for number in range(_DRAWS):
        digits = f"{number:020d}"
        other = digits[:7] + str((int(digits[7]) + 1 + number % 9) % 10) + digits[8:]
        one, two = (_drawn(lists, _said(package, 1, value)) for value in (digits, other))
        overlaps[min(4, len(set(one) & set(two)))] += 1

    ways = [(1, 3003), (5, 1365), (10, 455), (10, 105), (5 * 15 + 1, 1)]
    expected = {both: _DRAWS * a * b / 15504 for both, (a, b) in enumerate(ways)}
    assert sum(expected.values()) == pytest.approx(_DRAWS)
    assert _chi_squared(overlaps, expected) < _CRITICAL[4]


@pytest.mark.parametrize("source", [0, 1, 3, 5])
def test_9_any_one_source_alone_makes_the_draw_fair(source: int) -> None:
    package, lists = _package(), _lists(20, 5)
    forms = {0: "{:064x}", 1: "{:020d}", 3: "{:064x}", 5: "3.7.12.18.25.31./{}./"}

    draws = [_drawn(lists, _said(package, source, forms[source].format(n))) for n in range(_DRAWS)]

    assert _inclusion(draws, 20, 5) < _CRITICAL[19]


def _assignments(*, balance: bool, objects: int, draws: int) -> Iterator[Assignment]:
    """Draw teams of one from ten inspectors who are alike."""
    slots = [{"pool": "全系统", "n": 1, "need": ["region"]}]
    teams = {"bundle": 1, "balance": balance, "slots": slots, "relax": []}
    plan = _plan(("一般", {"kind": "all"}, "frame"), teams=teams)
    inspectors = [
        {
            "handle": _handle(f"i{number}"), "pools": ["全系统"], "skills": [], "regions": ["*"],
            "home": "", "max": 10_000, "recuse": [],
        }
        for number in range(10)
    ]  # fmt: skip
    lists = packages.read_lists(plan, [_masked(f"o{n}") for n in range(objects)], inspectors, {})
    assert lists.plan.teams is not None
    for number in range(draws):
        drum = Drum(_seed(number))
        yield Assignment(lists.plan.teams, lists.inspectors, strata.draw(lists, drum), drum)


def test_10_balanced_loads_differ_by_one_at_most() -> None:
    for each in _assignments(balance=True, objects=37, draws=300):
        assert max(each.roster.loads) - min(each.roster.loads) <= 1


def test_10_unbalanced_inspectors_are_drawn_equally_often() -> None:
    taken: Counter[int] = Counter()
    for each in _assignments(balance=False, objects=1, draws=_DRAWS):
        taken[each.roster.loads.index(1)] += 1

    assert _chi_squared(taken, dict.fromkeys(range(10), _DRAWS / 10)) < _CRITICAL[9]

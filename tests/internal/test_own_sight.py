"""A draw goes by what the public sees of a party, of the roster and of a list, and by nothing that waits or is kept back."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.sortition.model import SCHEME
from portal.domain.verdicts import Act
from portal.internal.desk.drawing import freezing, orders
from portal.register import packages
from portal.register.proofs.audit import audit
from portal.register.records import PublicDraw, decode
from portal.register.tables.draws import DrawRow
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import ORDER, numbered, parties
from tests.public.test_draw_secrets import _decide, _public, _take
from tests.public.twins import NEVER, Row, party

BY_TRADE = ORDER.replace(
    "[[strata]]\nkey",
    '[[strata]]\nkey = "餐饮"\nquota = "20%"\nindustries = ["餐饮服务"]\n[[strata]]\nkey',
    1,
)
OF_TRADE = f'{ORDER}\n[pool]\nindustries = ["餐饮服务"]\n'
OF_STREET = f'{ORDER}\n[pool]\nregions = ["990101003"]\n'
INSIDE: Row = {"region": "990101003", "industry": "餐饮服务"}
ELSEWHERE: Row = {"region": "990101004", "industry": "零售"}


def _trader(number: int) -> Row:
    return {
        "entity_name": f"示例市示某{number}小吃店",
        "identifier": numbered(number, "92"),
        "form": "个体工商户",
    }


def _drum(office: Office, text: str) -> list[tuple[str, str, bool]]:
    """Return what everybody may see of a drum: stratum and region of each row, and whether it names somebody."""
    made = freezing.preview(office.stores, orders.read(text), now=NOW)
    return sorted((e["stratum"], e.get("region", ""), "object_id" in e) for e in made.objects)


@pytest.mark.parametrize("text", [BY_TRADE, OF_TRADE, OF_STREET])
def test_no_drum_tells_the_trade_or_the_street_of_a_sole_trader(office: Office, text: str) -> None:
    """Of the one sole trader in a county the drum of a trade would tell it, and so would a stratum."""
    parties(office, _trader(30) | INSIDE, party(50) | INSIDE)
    first = _drum(office, text)
    office.put("entities", _trader(30) | ELSEWHERE)

    assert _drum(office, text) == first


@pytest.mark.parametrize("place", ["industry", "region"])
def test_nor_what_a_decision_keeps_back_of_a_company(office: Office, place: str) -> None:
    parties(office, party(50) | INSIDE, party(51) | INSIDE)
    _decide(office, numbered(50), Act.WITHHOLD, place=place, now=NOW)
    text = OF_TRADE if place == "industry" else OF_STREET
    first = _drum(office, text)
    office.put("entities", party(50) | {**INSIDE, place: ELSEWHERE[place]})

    assert _drum(office, text) == first == [("一般", "990101003", True)]


def test_five_sole_traders_of_a_county_and_trade_are_drawn_from_like_anybody(
    office: Office,
) -> None:
    traders = [_trader(number) | INSIDE for number in range(30, 35)]
    parties(office, *traders, _trader(35) | INSIDE | {"region": "990102001"}, party(50) | INSIDE)

    assert _drum(office, OF_TRADE) == [
        *[("一般", "990101", False)] * 5, ("一般", "990101003", True),
    ]  # fmt: skip


def test_a_draw_counts_no_inspector_whose_file_is_not_released(office: Office) -> None:
    parties(office)
    office.file("inspectors", {"certificate": "99010000009", "name": "示例新", "regions": "990101"})
    made = freezing.preview(office.stores, orders.read(ORDER), now=NOW)

    assert len(made.inspectors) == 4


def test_a_plan_does_not_say_how_many_parties_were_named_of_whom_some_are_kept_back(
    office: Office,
) -> None:
    parties(office, party(50) | NEVER)
    told = []
    for numbers in ([1, 2, 50], [1, 2]):
        named = ", ".join(f'"{numbered(each)}"' for each in numbers)
        text = f"{ORDER}\n[pool]\nnamed = [{named}]\n"
        plan = freezing.preview(office.stores, orders.read(text), now=NOW).plan
        told.append(plan | {"info": plan["info"] | {"salt": ""}})

    assert told[0] == told[1]
    assert told[0]["scheme"] == SCHEME


@pytest.mark.parametrize(
    ("text", "place", "stays"),
    [
        (BY_TRADE, "industry", False),
        (BY_TRADE, "region", False),
        (ORDER, "region", False),
        (ORDER, "industry", True),
        (BY_TRADE, "identifiers", True),
    ],
)
def test_a_package_whose_closed_row_tells_what_is_kept_back_by_now_goes_and_its_proofs_stay(
    office: Office, text: str, place: str, *, stays: bool
) -> None:
    parties(office, party(50) | INSIDE)
    _take(office, text)
    act = Act.COARSEN if place == "region" else Act.WITHHOLD
    _decide(office, numbered(50), act, place=place)
    shown = _public(office)
    with Session(office.stores.register) as session:
        package = b"".join(packages.pieces(session, shown.id))
        proof = packages.member(session, shown.id, numbered(5))
        faults = audit(session).faults

    assert bool(package) == bool(shown.package_sha256) == bool(shown.strata) == stays
    assert (proof is not None, faults) == (True, [])


@pytest.mark.parametrize("counts", [{"frame_count": 40}, {"sample_count": 4}, {}])
def test_a_stated_share_does_not_tell_how_many_a_list_leaves_out(
    office: Office, counts: Row
) -> None:
    """Ten in a hundred of 39 are no three, and of 40 they are four."""
    office.put("entities", party(4) | NEVER)
    head: Row = {
        "code": "C1", "name": "轮", "drawn_on": "2025-04-07", "method": "系统随机抽取", "ratio": "10%",
    }  # fmt: skip
    office.put("draws", *(head | counts | party(number) for number in (1, 2, 3, 4)))
    with Session(office.stores.register) as session:
        found = decode(session.scalars(sa.select(DrawRow.body)).one(), PublicDraw)

    assert (found.ratio, found.ratio_text) == (None, None)

"""What lies out of sight for a while is neither passed over, nor left behind, nor the end of what is about others.

Each of these was put back afterwards, and `verify-log` could not tell of it any more.
"""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from portal.domain.errors import LogBroken
from portal.domain.grounds import Ground
from portal.domain.verdicts import Act
from portal.internal.desk import decide, retract
from portal.internal.desk.drawing import steps
from portal.internal.desk.orders import Order
from portal.register.records import Kind
from tests.airlock.hands import faults, id_of
from tests.airlock.test_out_of_sight import _aside, _do, _otherwise_called
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import numbered, parties, sealed
from tests.internal.test_narrowing import DRAW
from tests.makers import AGENCY, RESULT_ROW, Row

_HIDE = Order(
    place="", act=Act.WITHHOLD, ground=Ground.TRADE_SECRET, article="第九条",
    decided_by="示例市市场监督管理局", decided_on=date(2025, 6, 1), review_on=date(2026, 5, 29),
    reason="不得公开的理由",
)  # fmt: skip
_DETAIL = "鸊鷉配方用量"
_CHECK: Row = {**RESULT_ROW, "outcomes": "发现问题已责令改正", "detail": _DETAIL}
_REVEALED = NOW + timedelta(days=40)


def test_a_step_kept_out_of_sight_while_its_check_goes_is_found_though_the_check_comes_back(
    office: Office,
) -> None:
    """What it belongs to is live then, and nothing else says that it was to go with the check."""
    office.put("results", _CHECK)
    office.put("followups", {"result_code": "JC-0001", "step": "抄告", "taken_on": "2025-05-21"})
    check = id_of(office, "JC-0001")
    with _aside(office, "followup"):
        retract.retract(office.stores, Kind.RESULT, check, by="he", second="an", now=NOW)
    with _aside(office, "followup"):
        office.put("results", {**_CHECK, "unit": "二中队"}, let_pass=True)

    assert any("所属的抽查结果在其后撤下过" in each for each in faults(office))


def test_a_check_kept_out_of_sight_while_the_draw_it_names_is_hidden_is_missed(
    office: Office,
) -> None:
    """A check that is not public would not become so by that, and so nothing would be written."""
    office.put("draws", DRAW)
    office.put("results", {**_CHECK, "draw_code": DRAW["code"]})
    draw = id_of(office, f"/{DRAW['code']}")
    with _otherwise_called(office, "result", _DETAIL), _aside(office, "result"):
        with pytest.raises(LogBroken, match="抽查结果"):
            decide.decide(
                office.stores, Kind.DRAW, f"{AGENCY}/{DRAW['code']}", [_HIDE], by="wu", now=NOW,
                confirmed=True,
            )  # fmt: skip

    decide.carry_out(office.stores, [1], now=NOW)
    assert draw not in str(_do(office, "SELECT body FROM result"))
    assert faults(office) == []


def test_a_draw_keeps_package_and_proofs_while_another_party_is_out_of_sight(
    office: Office,
) -> None:
    """What the register holds has to be put in order first: it is no reason to end what others can verify."""
    parties(office)
    steps.reveal(office.stores, sealed(office), by="he", second="an", now=_REVEALED)
    key, other = f"uscc:{numbered(3)}", numbered(5)
    with _aside(office, "entity", f"body LIKE '%{other}%'"), pytest.raises(LogBroken):
        decide.decide(
            office.stores, Kind.ENTITY, key, [replace(_HIDE, place="industry")], by="wu",
            now=_REVEALED,
        )  # fmt: skip
    assert _do(office, "SELECT 1 FROM draw_package")
    assert _do(office, "SELECT 1 FROM draw_member WHERE object_id = :code", code=other)

    decide.carry_out(office.stores, [1], now=_REVEALED)
    named = [each for (each,) in _do(office, "SELECT object_id FROM draw_member")]
    assert other in named
    assert numbered(3) not in named
    assert faults(office) == []

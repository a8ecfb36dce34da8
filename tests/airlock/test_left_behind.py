"""What lies out of sight for a while is neither passed over, nor left behind, nor the end of what is about others.

Each of these was put back afterwards, and `verify-log` could not tell of it any more.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from portal.domain.errors import LogBroken
from portal.domain.grounds import Ground
from portal.domain.replies import LetterKind, ReplyState
from portal.domain.verdicts import Act
from portal.internal.desk import decide, letters, mentions, retelling, retract, scheduled
from portal.internal.desk.drawing import steps
from portal.internal.desk.orders import Order
from portal.register.layout import LAYOUTS
from portal.register.records import Kind, PublicReply, decode
from tests.airlock.hands import faults, id_of
from tests.airlock.test_out_of_sight import _aside, _do, _otherwise_called
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import ORDER, numbered, parties, sealed
from tests.internal.test_letters import send
from tests.internal.test_narrowing import DRAW
from tests.makers import AGENCY, ITEM_ROW, RESULT_ROW, Row

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


def test_a_draw_put_out_of_sight_once_it_was_found_to_name_what_is_hidden_is_missed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its title and plan would go on naming it."""
    parties(office)
    office.put("items", {**ITEM_ROW, "code": "SP-002", "name": _DETAIL})
    steps.reveal(
        office.stores, sealed(office, ORDER.replace("食品经营抽查第一轮", f"{_DETAIL}抽查")), by="he",
        second="an", now=_REVEALED,
    )  # fmt: skip
    found = mentions.draws_naming

    def decided() -> None:
        decide.decide(
            office.stores, Kind.ITEM, f"{AGENCY}/SP-002", [_HIDE], by="wu", now=_REVEALED, confirmed=True
        )  # fmt: skip

    with ExitStack() as aside:

        def then_aside(*given: Any) -> set[str]:
            told = found(*given)
            if told:
                aside.enter_context(_aside(office, "draw"))
            return told

        monkeypatch.setattr(mentions, "draws_naming", then_aside)
        with pytest.raises(LogBroken, match="抽取记录"):
            decided()

    monkeypatch.setattr(mentions, "draws_naming", found)
    decide.carry_out(office.stores, [1], now=_REVEALED)
    assert not _do(office, "SELECT 1 FROM draw WHERE body LIKE :word", word=f"%{_DETAIL}%")
    assert faults(office) == []


@contextmanager
def _as_before(office: Office) -> Iterator[None]:
    """Put the one letter back for a while as its last older version had it; what came after names another."""
    table: Any = LAYOUTS[Kind.REPLY].table.__table__
    stand = _do(office, "SELECT serial, version, body FROM reply")
    was = _do(office, "SELECT serial, version, body FROM version ORDER BY serial DESC LIMIT 1")
    ((letter,),) = _do(office, "SELECT public_id FROM reply")

    def put(serial: int, version: int, body: str) -> None:
        values = LAYOUTS[Kind.REPLY].columns(decode(body, PublicReply))
        own = {"serial": serial, "version": version, "body": body}
        with office.stores.register.begin() as connection:
            connection.execute(sa.update(table).values(**values, **own))

    put(*was[0])
    rename = "UPDATE change SET public_id = :to WHERE serial = :serial"
    _do(office, rename, to="x", serial=stand[0][0])
    with _aside(office, "version", f"serial = {was[0][0]}"):
        yield
    put(*stand[0])
    _do(office, rename, to=letter, serial=stand[0][0])


def _hide_step(office: Office, act: Act = Act.WITHHOLD) -> None:
    decide.decide(
        office.stores, Kind.FOLLOWUP, f"{AGENCY}/JC-0001/notified/2025-05-21",
        [replace(_HIDE, act=act)], by="wu", second="bao", now=NOW, confirmed=True,
    )  # fmt: skip


def _take_back(office: Office, reference: str) -> None:
    retelling.take_back(office.stores, reference, by="he", second="an", now=NOW)


@pytest.mark.parametrize("deed", [_take_back, lambda office, _: _hide_step(office)])
def test_an_answer_that_lies_there_without_its_words_as_it_did_before_is_taken_out_all_the_same(
    office: Office, client: FlaskClient, deed: Callable[[Office, str], None]
) -> None:
    """Its words went while what it is about was hidden, and nothing would be written now."""
    office.put("results", _CHECK)
    office.put("followups", {"result_code": "JC-0001", "step": "抄告", "taken_on": "2025-05-21"})
    reference = send(client, id_of(office, "notified/2025-05-21"), LetterKind.ERROR)
    letters.collect(office.stores, now=NOW)
    letters.propose(
        office.stores, reference, outcome=ReplyState.REFUSED, decision="经查属实", statement="",
        let_pass=True, by="wu", now=NOW,
    )  # fmt: skip
    letters.release(office.stores, reference, by="he", now=NOW)
    _hide_step(office)
    _hide_step(office, Act.OPEN)
    assert "经查属实" in str(_do(office, "SELECT body FROM reply"))

    with _as_before(office), pytest.raises(LogBroken, match="来信办理"):
        deed(office, reference)

    scheduled.carry_out(office.stores, now=NOW)
    assert "经查属实" not in str(_do(office, "SELECT body FROM reply"))
    assert faults(office) == []

"""A title is each body's own: that one keeps a record of that title back does not stop another that openly bears it."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.airlock.detectors.kinds import GRADES, KNOWN_SHORT
from portal.domain.errors import Residue
from portal.domain.grounds import Ground
from portal.domain.replies import ReplyState
from portal.domain.verdicts import Act
from portal.internal.desk import batches, decide, holds
from portal.internal.desk.upload import Refused
from portal.kit import clock
from portal.register.records import Kind
from tests.conftest import NOW, Office
from tests.internal.test_narrowing import HIDDEN, PARTY, UNSEEN, _faults, _kept
from tests.internal.test_retelling import _answered
from tests.internal.test_workflow import take_back
from tests.makers import AGENCY, AGENCY_ROW, ITEM_ROW, RESULT_ROW, Row, a_text

OTHER = "990100-B"
THIRD = "990100-C"
TITLE = "鸊鷉供应点专项核查"
OWN: Row = {**ITEM_ROW, "code": "SP-009", "name": TITLE}
DRAWN: Row = {
    "code": "C9", "name": TITLE, "drawn_on": "2025-04-07", "method": "系统随机抽取", **PARTY,
}  # fmt: skip
#: A check of the other body's own item of that title.
CHECK: Row = {**RESULT_ROW, "code": "JC-0009", "item_code": "SP-009", "item_name": ""}
SAYING: Row = {**RESULT_ROW, "code": "JC-0010", "detail": f"按{TITLE}的要求办"}


@pytest.fixture
def office(office: Office) -> Office:
    """The office with three bodies."""
    office.put("agencies", {**AGENCY_ROW, "code": OTHER, "name": "示例市乙局"})
    office.put("agencies", {**AGENCY_ROW, "code": THIRD, "name": "示例市丙局"})
    for agency in (OTHER, THIRD):
        office.put("items", ITEM_ROW, agency=agency)
    return office


def _hide(office: Office, kind: Kind, key: str) -> None:
    order = replace(HIDDEN, act=Act.NEVER, ground=Ground.STATE_SECRET)
    decide.decide(office.stores, kind, key, [order], by="wu", second="bao", now=NOW, confirmed=True)


def _paper(
    office: Office, agency: str, *, code: str = "WJ-009", body: str = "正文", **more: str
) -> int | None:
    head = {
        "code": code, "title": TITLE, "agency": agency, "kind": "通知", "issued_on": "2025-05-20",
        "summary": "概述", **more,
    }  # fmt: skip
    text = a_text(office.folder / "a.md", body, **head)
    return office.take(text, "documents", agency=agency).batch_id


def _bring(office: Office, kind: Kind, agency: str, **more: str) -> int | None:
    match kind:
        case Kind.ITEM:
            return office.file("items", {**OWN, **more}, agency=agency).batch_id
        case Kind.DRAW:
            return office.file("draws", {**DRAWN, **more}, agency=agency).batch_id
        case _:
            return _paper(office, agency, **more)


KEYS = {Kind.ITEM: f"{AGENCY}/SP-009", Kind.DRAW: f"{AGENCY}/C9", Kind.DOCUMENT: f"{AGENCY}/WJ-009"}
#: Something else that each kind says of itself.
MORE = {Kind.ITEM: {"content": "另一内容"}, Kind.DRAW: {"place": "市局"}, Kind.DOCUMENT: {"summary": "另一概述"}}  # fmt: skip


@pytest.mark.parametrize("kind", KEYS)
def test_what_another_body_openly_has_under_that_title_can_be_corrected(
    office: Office, kind: Kind
) -> None:
    for agency in (AGENCY, OTHER):
        office.publish(_bring(office, kind, agency))

    _hide(office, kind, KEYS[kind])
    office.publish(_bring(office, kind, OTHER, **MORE[kind]))

    (more,) = MORE[kind].values()
    assert _kept(office, TITLE) == {kind.value, "version"}
    assert _kept(office, more) == {kind.value}
    assert _faults(office) == []


def test_so_can_what_anybody_but_the_body_that_hid_it_says_of_it(office: Office) -> None:
    for agency in (AGENCY, OTHER):
        office.put("items", OWN, agency=agency)
    _hide(office, Kind.ITEM, KEYS[Kind.ITEM])

    office.put("results", CHECK, agency=OTHER)
    office.put("results", SAYING, agency=THIRD)

    with pytest.raises(Refused) as refused:
        office.put("results", SAYING)
    assert [each.rule for each in refused.value.report.errors] == ["private"]
    assert _faults(office) == []


@pytest.mark.parametrize("kind", KEYS)
def test_whether_a_body_may_first_bear_the_title_a_person_decides(
    office: Office, kind: Kind
) -> None:
    office.publish(_bring(office, kind, AGENCY))
    _hide(office, kind, KEYS[kind])

    batch_id = _bring(office, kind, OTHER)

    assert batch_id is not None
    with Session(office.stores.internal) as session:
        asked = holds.undecided(session, batches.get(session, batch_id), clock.local_date(NOW))
        assert [(each.find.path, each.find.start, each.find.end) for each in asked] == [
            ("title" if kind is Kind.DOCUMENT else "name", 0, len(TITLE))
        ]
    office.publish(batch_id, let_pass=True)
    assert _kept(office, TITLE) == {kind.value}


@pytest.mark.parametrize("kind", KEYS)
def test_the_body_itself_brings_it_out_under_no_other_number(office: Office, kind: Kind) -> None:
    office.publish(_bring(office, kind, AGENCY))
    _hide(office, kind, KEYS[kind])

    with pytest.raises(Refused):
        _bring(office, kind, AGENCY, code="X-2")

    assert _kept(office, TITLE) == set()


def test_a_title_that_nobody_openly_bears_is_told_by_nobody(office: Office) -> None:
    office.put("items", OWN)
    office.put("items", OWN, agency=OTHER)
    _hide(office, Kind.ITEM, KEYS[Kind.ITEM])
    take_back(office, Kind.ITEM, f"{OTHER}/SP-009")

    with pytest.raises(Refused):
        office.put("results", SAYING, agency=THIRD)

    assert _kept(office, TITLE) == set()


@pytest.mark.parametrize("kind", KEYS)
def test_of_two_records_of_one_title_in_one_body_hiding_one_leaves_the_other(
    office: Office, kind: Kind
) -> None:
    office.publish(_bring(office, kind, AGENCY))
    office.publish(_bring(office, kind, AGENCY, code="X-2"))

    _hide(office, kind, KEYS[kind])
    office.publish(_bring(office, kind, AGENCY, code="X-2", **MORE[kind]))

    (more,) = MORE[kind].values()
    assert kind.value in _kept(office, TITLE)
    assert _kept(office, more) == {kind.value}
    assert _faults(office) == []


@pytest.mark.parametrize(("hidden", "kind"), [*permutations(KEYS, 2)])
def test_so_can_something_of_another_kind_that_another_body_calls_so(
    office: Office, hidden: Kind, kind: Kind
) -> None:
    office.publish(_bring(office, hidden, AGENCY))
    office.publish(_bring(office, kind, OTHER))
    _hide(office, hidden, KEYS[hidden])

    office.publish(_bring(office, kind, OTHER, **MORE[kind]))
    office.put("results", SAYING, agency=OTHER)

    with pytest.raises(Refused):
        office.put("results", SAYING)
    assert _kept(office, TITLE) == {kind.value, "version", "result"}


def test_papers_that_two_bodies_issued_together_are_each_ones_own_by_their_number_too(
    office: Office,
) -> None:
    number = "示市监联发〔2025〕3号"
    for agency in (AGENCY, OTHER):
        office.publish(_paper(office, agency, number=number))
    _hide(office, Kind.DOCUMENT, KEYS[Kind.DOCUMENT])

    office.publish(_paper(office, OTHER, number=number, summary="另一概述"))
    batch_id = _paper(office, THIRD, number=number, body=f"# {TITLE}\n\n按{number}办理。")

    with pytest.raises(Refused):
        _paper(office, AGENCY, code="WJ-010", title="另一标题", number=number)
    office.publish(batch_id)


def test_whether_a_paper_may_say_its_own_title_and_number_is_asked_with_them(
    office: Office,
) -> None:
    number = "示市监联发〔2025〕3号"
    office.publish(_paper(office, AGENCY, number=number))
    _hide(office, Kind.DOCUMENT, KEYS[Kind.DOCUMENT])

    batch_id = _paper(office, OTHER, number=number, body=f"# {TITLE}\n\n按{number}办理。")

    assert batch_id is not None
    with Session(office.stores.internal) as session:
        asked = [*holds.undecided(session, batches.get(session, batch_id), clock.local_date(NOW))]
        assert {each.find.path for each in asked} == {"title", "number", "body"}
        assert {each.hint for each in asked} == {GRADES[KNOWN_SHORT].reason}
        warnings = batches.get(session, batch_id).warnings
        assert "疑似内部登记的不公开内容；确无不妥" in warnings
        assert "疑似疑似" not in warnings
    with pytest.raises(Refused):
        _paper(office, OTHER, code="WJ-011", title="另一标题", body=f"见{TITLE}。")


def test_what_another_body_answered_goes_on_saying_it(office: Office, client: FlaskClient) -> None:
    for agency in (AGENCY, OTHER):
        office.put("items", OWN, agency=agency)
    office.put("results", RESULT_ROW, agency=OTHER)
    with Session(office.stores.register) as session:
        (check,) = session.scalars(sa.text("SELECT public_id FROM result"))
    _answered(office, client, ReplyState.REFUSED, f"已按{TITLE}办理。", about=check)

    _hide(office, Kind.ITEM, KEYS[Kind.ITEM])

    assert _kept(office, TITLE) == {"item", "reply"}
    assert _faults(office) == []


def test_that_nobody_bears_it_any_more_is_known_at_once_whenever_its_release_began(
    office: Office,
) -> None:
    for agency in (AGENCY, OTHER):
        office.put("items", OWN, agency=agency)
    _hide(office, Kind.ITEM, KEYS[Kind.ITEM])
    batch_id = office.file("items", {**OWN, **UNSEEN}, agency=OTHER).batch_id
    office.put("items", {**ITEM_ROW, "code": "SP-010"}, now=NOW + timedelta(hours=1))
    saying = office.file("results", SAYING, agency=THIRD).batch_id

    office.publish(batch_id)

    with pytest.raises(Residue):
        office.publish(saying)
    assert _kept(office, TITLE) == set()

"""The answer to a letter tells no more than the record it is about."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.domain.errors import FourEyesViolation
from portal.domain.grounds import Ground
from portal.domain.replies import LetterKind, ReplyState
from portal.domain.verdicts import Act
from portal.internal.desk import decide, letters, retelling, retract
from portal.internal.desk.letters import BadDraft
from portal.internal.tables.letters import ReceivedRow
from portal.register.records import Kind
from tests.conftest import NOW, Office
from tests.internal.test_letters import send
from tests.internal.test_mentions import WHO, _unname
from tests.internal.test_narrowing import CHECK, DETAIL, HIDDEN, SECOND, _faults, _id_of, _kept
from tests.internal.test_narrowing import office as office
from tests.makers import AGENCY
from tests.public.twins import NEVER

#: Stands in the answer alone.
ANSWER = "水雉库房一事属实"


def _answered(
    office: Office,
    client: FlaskClient,
    outcome: ReplyState,
    decision: str,
    statement: str = "",
    *,
    about: str = "",
) -> str:
    """Take a letter to its published answer; return the id of what it is about, the check unless told."""
    kind = LetterKind.ERROR if about else LetterKind.REPLY
    about = about or _id_of(office, "result", DETAIL)
    reference = send(client, about, kind)
    letters.collect(office.stores, now=NOW)
    letters.propose(
        office.stores, reference, outcome=outcome, decision=decision, statement=statement,
        let_pass=True, by="wu", now=NOW,
    )  # fmt: skip
    letters.release(office.stores, reference, by="he", now=NOW)
    assert "reply" in _kept(office, decision)
    return about


def _withhold_detail(office: Office) -> None:
    order = replace(HIDDEN, place="detail", ground=Ground.TRADE_SECRET)
    decide.decide(office.stores, Kind.RESULT, f"{AGENCY}/JC-0001", [order], by="wu", now=NOW)


def test_an_answer_goes_with_the_check_that_is_withdrawn(
    office: Office, client: FlaskClient
) -> None:
    """The list does not say what a refused letter was about, so that nothing hangs on the check there."""
    about = _answered(office, client, ReplyState.REFUSED, ANSWER)

    retract.retract(office.stores, Kind.RESULT, about, by="he", second="an", now=NOW)

    assert _kept(office, ANSWER) == set()
    assert _faults(office) == []


@pytest.mark.parametrize("outcome", [ReplyState.REFUSED, ReplyState.ACCEPTED])
def test_an_answer_goes_with_the_check_that_is_hidden(
    office: Office, client: FlaskClient, outcome: ReplyState
) -> None:
    statement = "本店已改正。" if outcome is ReplyState.ACCEPTED else ""
    _answered(office, client, outcome, ANSWER, statement)

    decide.decide(
        office.stores, Kind.RESULT, f"{AGENCY}/JC-0001", [HIDDEN], by="wu", now=NOW, confirmed=True
    )

    assert [_kept(office, word) for word in (ANSWER, statement or ANSWER)] == [set(), set()]
    assert _faults(office) == []


def test_a_letter_that_is_answered_after_its_check_was_hidden_tells_its_state_alone(
    office: Office, client: FlaskClient
) -> None:
    reference = send(client, _id_of(office, "result", DETAIL), LetterKind.REPLY)
    letters.collect(office.stores, now=NOW)
    decide.decide(
        office.stores, Kind.RESULT, f"{AGENCY}/JC-0001", [HIDDEN], by="wu", now=NOW, confirmed=True
    )

    letters.propose(
        office.stores, reference, outcome=ReplyState.REFUSED, decision=ANSWER, by="wu", now=NOW
    )
    letters.release(office.stores, reference, by="he", now=NOW)

    assert _kept(office, ANSWER) == set()
    assert "reply" in _kept(office, "refused")


def test_an_answer_may_not_repeat_what_its_check_withholds(
    office: Office, client: FlaskClient
) -> None:
    _withhold_detail(office)
    reference = send(client, _id_of(office, "result", "r_"), LetterKind.REPLY)
    letters.collect(office.stores, now=NOW)

    with pytest.raises(BadDraft):
        letters.propose(
            office.stores, reference, outcome=ReplyState.REFUSED, decision=f"经复核，{DETAIL}属实。",
            let_pass=True, by="wu", now=NOW,
        )  # fmt: skip


def test_an_answer_that_repeats_what_is_withheld_later_goes(
    office: Office, client: FlaskClient
) -> None:
    _answered(office, client, ReplyState.REFUSED, f"经复核，{DETAIL}属实。")

    _withhold_detail(office)

    assert _kept(office, DETAIL) == set()
    assert _faults(office) == []


def test_an_answer_that_repeats_what_was_found_about_an_item_goes_with_the_item(
    office: Office, client: FlaskClient
) -> None:
    _answered(office, client, ReplyState.REFUSED, f"经复核，{DETAIL}属实。")

    decide.decide(
        office.stores, Kind.ITEM, f"{AGENCY}/SP-002", [HIDDEN], by="wu", now=NOW, confirmed=True
    )

    assert _kept(office, DETAIL) == set()
    assert _faults(office) == []


def test_so_does_one_that_repeats_what_a_check_filed_again_withholds(
    office: Office, client: FlaskClient
) -> None:
    _answered(office, client, ReplyState.REFUSED, f"经复核，{DETAIL}属实。")
    kept_back = {"disclosure": "部分公开", "hidden": "检查情况", "ground": "商业秘密"}
    days = {"decided_on": "2025-06-01", "review_on": "2026-05-01"}
    decision = {**kept_back, **days, "decided_by": HIDDEN.decided_by}

    office.put("results", {**CHECK, **decision}, {**SECOND, **decision})

    assert _kept(office, DETAIL) == set()
    assert _faults(office) == []


@pytest.mark.parametrize("by_file", [False, True])
def test_an_answer_about_a_check_that_repeats_a_step_goes_when_the_step_is_withheld(
    office: Office, client: FlaskClient, *, by_file: bool
) -> None:
    text = "就库房台账责令三日内补齐"
    step = {"result_code": "JC-0001", "step": "责令改正", "taken_on": "2025-05-20", "text": text}
    office.put("followups", step)
    _answered(office, client, ReplyState.REFUSED, f"已{text}。")

    if by_file:
        kept_back = {"disclosure": "部分公开", "hidden": "步骤说明", "ground": "商业秘密"}
        days = {"decided_on": "2025-06-01", "review_on": "2026-05-01"}
        office.put("followups", {**step, **kept_back, **days, "decided_by": HIDDEN.decided_by})
    else:
        key = f"{AGENCY}/JC-0001/ordered/2025-05-20"
        order = replace(HIDDEN, place="text", ground=Ground.TRADE_SECRET)
        decide.decide(office.stores, Kind.FOLLOWUP, key, [order], by="wu", now=NOW)

    assert _kept(office, text) == set()
    assert _faults(office) == []


STEP = {
    "result_code": "JC-0001",
    "step": "责令改正",
    "taken_on": "2025-05-20",
    "text": "限期整改",
}


def _answered_about_a_step(office: Office, client: FlaskClient) -> None:
    office.put("followups", STEP)
    about = _id_of(office, "followup", STEP["text"])
    _answered(office, client, ReplyState.REFUSED, ANSWER, about=about)


@pytest.mark.parametrize("way", ["withdrawn", "hidden", "party hidden", "corrected", "filed so"])
def test_an_answer_about_a_step_goes_with_the_step_when_its_check_takes_that_along(
    office: Office, client: FlaskClient, way: str
) -> None:
    _answered_about_a_step(office, client)
    key, party = f"{AGENCY}/JC-0001", f"uscc:{CHECK['identifier']}"
    if way == "withdrawn":
        check = _id_of(office, "result", DETAIL)
        retract.retract(office.stores, Kind.RESULT, check, by="he", second="an", now=NOW)
    elif way == "corrected":
        office.put("results", CHECK)
    elif way == "filed so":
        office.put("results", {**CHECK, **NEVER}, {**SECOND, **NEVER})
    else:
        kind, named = (Kind.RESULT, key) if way == "hidden" else (Kind.ENTITY, party)
        decide.decide(office.stores, kind, named, [HIDDEN], by="wu", now=NOW, confirmed=True)

    assert _kept(office, STEP["text"]) == set()
    assert _kept(office, ANSWER) == set()
    assert _faults(office) == []


def test_an_answer_about_a_step_comes_back_with_it(office: Office, client: FlaskClient) -> None:
    _answered_about_a_step(office, client)

    for act in (Act.WITHHOLD, Act.OPEN):
        order = replace(HIDDEN, act=act)
        decide.decide(
            office.stores, Kind.RESULT, f"{AGENCY}/JC-0001", [order], by="wu", second="bao",
            now=NOW, confirmed=True,
        )  # fmt: skip

    assert "reply" in _kept(office, ANSWER)


def test_an_answer_that_names_a_party_goes_when_the_name_is_withheld(
    office: Office, client: FlaskClient
) -> None:
    _answered(office, client, ReplyState.ACCEPTED, ANSWER, f"{WHO}已换标签。")
    assert "reply" in _kept(office, WHO)

    _unname(office)

    assert _kept(office, WHO) == set()
    assert _faults(office) == []


def test_the_words_of_an_answer_are_taken_back_by_two_and_do_not_come_back(
    office: Office, client: FlaskClient
) -> None:
    statement = "本店对面的水雉店才是这样。"
    about = _answered(office, client, ReplyState.ACCEPTED, ANSWER, statement)
    with Session(office.stores.internal) as session:
        reference = session.scalars(sa.select(ReceivedRow.reference)).one()
    with pytest.raises(FourEyesViolation):
        retelling.take_back(office.stores, reference, by="he", second="he", now=NOW)

    retelling.take_back(office.stores, reference, by="he", second="an", now=NOW)
    _withhold_detail(office)

    assert [_kept(office, word) for word in (ANSWER, statement)] == [set(), set()]
    assert client.get(f"/replies/{reference}").status_code == 200
    assert client.get(f"/results/{about}").status_code == 200
    assert _faults(office) == []

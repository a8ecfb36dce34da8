"""What the pen finds by columns, or by rows beside a record, is held against what was published before it acts on it."""

import pytest
import sqlalchemy as sa

from portal.domain.errors import LogBroken
from portal.internal.desk import retract
from portal.internal.desk.binding import ContentChanged
from portal.register.records import Kind
from tests.airlock.hands import faults, id_of
from tests.conftest import NOW, Office
from tests.makers import RESULT_ROW


def _do(office: Office, sql: str, **given: object) -> None:
    with office.stores.register.begin() as connection:
        connection.execute(sa.text(sql), given)


def _party(office: Office, code: str) -> str:
    with office.stores.register.connect() as connection:
        query = sa.text("SELECT entity_id FROM result WHERE public_id = :id")
        return str(connection.execute(query, {"id": id_of(office, code)}).scalar_one())


def test_a_check_hung_on_a_party_that_goes_is_not_withdrawn_with_it(office: Office) -> None:
    """The office would sign a withdrawal that nobody ordered, and destroy the text."""
    other = {
        **RESULT_ROW,
        "code": "JC-0002",
        "party": "示例市第二有限公司",
        "identifier": "91990101MA0A00005P",
    }
    office.put("results", RESULT_ROW, other)
    going, stays = _party(office, "JC-0002"), id_of(office, "JC-0001")
    mine = _party(office, "JC-0001")
    assert going != mine
    hang = "UPDATE result SET entity_id = :party WHERE public_id = :id"
    _do(office, hang, party=going, id=stays)

    with pytest.raises(LogBroken, match="verify-log"):
        retract.retract(office.stores, Kind.ENTITY, going, by="he", second="an", now=NOW)
    _do(office, hang, party=mine, id=stays)
    assert faults(office) == []
    retract.retract(office.stores, Kind.ENTITY, going, by="he", second="an", now=NOW)
    assert _party(office, "JC-0001") == mine


_PROBLEM = {**RESULT_ROW, "outcomes": "发现问题待后续处理"}
_NOTIFIED = {"result_code": "JC-0001", "step": "抄告", "taken_on": "2025-05-21"}
_ORDERED = {"result_code": "JC-0001", "step": "责令改正"}
_CLOSED = {"result_code": "JC-0001", "step": "完结", "taken_on": "2025-05-30"}
#: What stands beside the text, in any order.
_BESIDE = "version, published_on, line, agency_id, result_id, taken_on"
_FEIGNED = f"""INSERT INTO followup (public_id, serial, step, body, {_BESIDE})
    SELECT 'f_feigned', serial + 1000, 'closed', replace(body, '"notified"', '"closed"'), {_BESIDE} FROM followup"""


def _body(office: Office) -> str:
    with office.stores.register.connect() as connection:
        return str(connection.exec_driver_sql("SELECT body FROM result").scalar_one())


def _go_on(office: Office, way: str) -> None:
    if way == "step":
        office.put("followups", {**_NOTIFIED, "taken_on": "2025-05-22"})
    elif way == "check":
        office.put("results", {**_PROBLEM, "detail": "另有说明"}, let_pass=True)
    else:
        step = id_of(office, "2025-05-21")
        retract.retract(office.stores, Kind.FOLLOWUP, step, by="he", second="an", now=NOW)


@pytest.mark.parametrize("goes_on", ["step", "check", "withdrawal"])
def test_a_step_put_beside_a_check_for_a_while_is_not_signed(office: Office, goes_on: str) -> None:
    """What the check would say stays in its history, and in the feeds, though the next step puts it right."""
    office.put("results", _PROBLEM)
    office.put("followups", _NOTIFIED)
    said = _body(office)
    assert '"status":"open"' in said
    _do(office, _FEIGNED)

    #: With a check that is filed again go its steps: there the step that nobody filed is found first.
    with pytest.raises((LogBroken, ContentChanged), match=r"处理状态|后续处理 f_feigned"):
        _go_on(office, goes_on)
    assert _body(office) == said
    _do(office, "DELETE FROM followup WHERE public_id = 'f_feigned'")
    assert faults(office) == []
    office.put("followups", _CLOSED)
    assert '"closed_on":"2025-05-30"' in _body(office)
    assert faults(office) == []


def test_a_step_taken_away_for_a_while_is_missed(office: Office) -> None:
    office.put("results", _PROBLEM)
    office.put("followups", _NOTIFIED)
    office.put("followups", _CLOSED)
    _do(office, "UPDATE followup SET result_id = 'r_' || result_id WHERE step = 'closed'")

    with pytest.raises(LogBroken, match="处理状态"):
        office.put("followups", {**_NOTIFIED, "taken_on": "2025-05-22"})


def _change_the_later_order(office: Office, way: str) -> None:
    if way == "correction":
        office.put("followups", {**_ORDERED, "taken_on": "2025-05-27", "due_on": "2025-06-01"})
        return
    step = id_of(office, "2025-05-27")
    retract.retract(office.stores, Kind.FOLLOWUP, step, by="he", second="an", now=NOW)


@pytest.mark.parametrize("goes_on", ["withdrawal", "correction"])
def test_a_step_that_decides_nothing_yet_is_missed_when_another_goes(
    office: Office, goes_on: str
) -> None:
    """With the later order gone, the day of the earlier one counts again."""
    office.put("results", {**_PROBLEM, "outcomes": "发现问题已责令改正"})
    for day, due in (("2025-05-25", "2025-06-10"), ("2025-05-27", "2025-07-10")):
        office.put("followups", {**_ORDERED, "taken_on": day, "due_on": due})
    assert '"due_on":"2025-07-10"' in _body(office)
    move = "UPDATE followup SET result_id = replace(result_id, '{}', '{}') WHERE taken_on = '2025-05-25'"
    _do(office, move.format("r_", "x_"))

    with pytest.raises(LogBroken, match="后续处理"):
        _change_the_later_order(office, goes_on)
    _do(office, move.format("x_", "r_"))
    assert faults(office) == []

"""What is public goes out again as it was approved, whoever changed the filing in the office's store meanwhile."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.internal.desk import decide, ordered, release, retract, scheduled, unchanged
from portal.internal.desk.batches import HalfReleased
from portal.internal.desk.binding import ContentChanged
from portal.internal.desk.stores import Stores
from portal.internal.tables import decisions
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.decisions import DecisionRow
from portal.internal.tables.filings import FilingRow
from portal.internal.tables.ledger import WithdrawalRow
from portal.register.records import Kind, PublicResult, decode
from portal.register.tables.results import ResultRow
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import parties
from tests.internal.test_approvals import approved, raw, serial
from tests.internal.test_decide import ENTITY_KEY, HIDE, KEY, PROBLEM, SECRET, STEP
from tests.internal.test_narrowing import DRAW
from tests.makers import AGENCY, RESULT_ROW
from tests.register.by_hand import unguard

#: A finding that never was, where the office's own store is within somebody's reach.
_FORGED = "UPDATE filing SET body = replace(body, 'ordered_to_rectify', 'no_problem') WHERE kind = 'result'"
_MENDED = "UPDATE filing SET body = replace(body, 'no_problem', 'ordered_to_rectify') WHERE kind = 'result'"
_PERSON = (
    "UPDATE filing SET body = replace(body, 'enterprise', 'institution') WHERE kind = 'entity'"
)


def _hide(stores: Stores, kind: Kind, key: str, place: str) -> None:
    decide.decide(stores, kind, key, [replace(HIDE, place=place)], by="wu", now=NOW)


def _outcomes(office: Office) -> list[tuple[str, ...]]:
    with Session(office.stores.register) as session:
        bodies = session.scalars(sa.select(ResultRow.body))
        return [decode(each, PublicResult).findings[0].outcomes for each in bodies]


def _detail(stores: Stores) -> None:
    _hide(stores, Kind.RESULT, KEY, "detail")


def _place(stores: Stores) -> None:
    _hide(stores, Kind.ENTITY, ENTITY_KEY, "region")


@pytest.mark.parametrize(
    ("forged", "deed"), [(_FORGED, _detail), (_FORGED, _place), (_PERSON, _detail)]
)
def test_what_was_changed_since_its_approval_does_not_go_out_with_a_decision(
    forged: str, deed: Callable[[Stores], None], office: Office
) -> None:
    """Hiding a word takes the older versions away: what was published first would be gone for good."""
    office.put("results", PROBLEM)
    before = serial(office.stores)
    raw(office.stores, forged)

    with pytest.raises(ContentChanged, match="与审核时不符"):
        deed(office.stores)

    assert (serial(office.stores), _outcomes(office)) == (before, [("ordered_to_rectify",)])


def test_the_decision_waits_and_keeps_nothing_else_waiting(office: Office) -> None:
    done = approved(office, PROBLEM)
    release.release(office.stores, done, by="he", now=NOW)
    raw(office.stores, _FORGED)
    with pytest.raises(ContentChanged):
        _detail(office.stores)
    batch = approved(office, {**RESULT_ROW, "code": "JC-0002"})
    later = NOW.replace(hour=23)
    scheduled.order(office.stores, batch, at=later, by="he", now=NOW)

    first = scheduled.carry_out(office.stores, now=later)
    raw(office.stores, _MENDED + f" AND batch_id = {done}")
    second = scheduled.carry_out(office.stores, now=later)

    assert ([each for each, _ in first.refused], first.released) == ([done], [batch])
    assert (second.refused, second.decisions) == ([], 1)
    assert sorted(_outcomes(office)) == [("no_problem",), ("ordered_to_rectify",)]


def test_a_release_carries_nothing_on_that_was_changed(office: Office) -> None:
    office.put("results", PROBLEM)
    raw(office.stores, _FORGED)
    batch = office.file(
        "entities",
        {
            "entity_name": "示例市青禾食品有限公司",
            "identifier": RESULT_ROW["identifier"],
            "form": "个体工商户",
        },
    ).batch_id
    assert batch is not None
    before = serial(office.stores)

    with pytest.raises(ContentChanged, match="与审核时不符"):
        office.publish(batch)

    assert serial(office.stores) == before


def test_a_party_is_withdrawn_though_a_list_that_names_it_was_changed(office: Office) -> None:
    parties(office)
    office.put("draws", DRAW)
    raw(office.stores, "UPDATE filing SET body = replace(body, 'C1', 'C7') WHERE kind = 'draw'")
    with Session(office.stores.internal) as session:
        query = sa.text("SELECT public_id FROM filing WHERE kind = 'entity' AND key = :key")
        gone = str(session.scalar(query, {"key": f"uscc:{DRAW['identifier']}"}))

    done = retract.retract(office.stores, Kind.ENTITY, gone, by="he", second="an", now=NOW)

    assert done.withdrawn > 0
    with Session(office.stores.register) as session:
        assert "C7" not in str(session.scalars(sa.text("SELECT body FROM draw")).all())


def test_every_released_batch_that_was_changed_is_named(office: Office) -> None:
    batch = approved(office, PROBLEM)
    release.release(office.stores, batch, by="he", now=NOW)
    with Session(office.stores.internal) as session:
        before = list(unchanged.changed(session))
    raw(office.stores, "UPDATE filing SET key = key || '1' WHERE kind = 'result'")

    with Session(office.stores.internal) as session:
        assert (before, list(unchanged.changed(session))) == ([], [batch])


def _insert(office: Office, row: object) -> None:
    with Session(office.stores.internal) as session:
        session.add(row)
        session.commit()


def test_nothing_is_taken_back_by_a_row_that_nobody_ordered(office: Office) -> None:
    office.put("results", RESULT_ROW)
    with Session(office.stores.internal) as session:
        filing = session.scalars(sa.select(FilingRow).where(FilingRow.kind == "result")).one()
    before = serial(office.stores)
    _insert(
        office,
        WithdrawalRow(
            kind="result", key=filing.key, public_id=filing.public_id, last_filing_id=filing.id,
            ordered_by="he", seconded_by="an", ordered_at=NOW,
        ),
    )  # fmt: skip

    done = scheduled.carry_out(office.stores, now=NOW.replace(hour=23))

    assert (done.withdrawals, serial(office.stores)) == ([], before)


@pytest.mark.parametrize(("kind", "deed"), [("result", _detail), ("entity", _detail)])
def test_nothing_is_said_to_be_hidden_of_what_a_row_alone_calls_withdrawn(
    office: Office, kind: str, deed: Callable[[Stores], None]
) -> None:
    """What is withdrawn is not projected again: its text would stay public, or what hangs on it would go."""
    office.put("results", PROBLEM)
    with Session(office.stores.internal) as session:
        query = sa.select(FilingRow).where(FilingRow.kind == kind)
        filing = session.scalars(query).one()
    before = serial(office.stores)
    _insert(
        office,
        WithdrawalRow(
            kind=kind, key=filing.key, public_id=filing.public_id, last_filing_id=filing.id,
            ordered_by="he", seconded_by="an", ordered_at=NOW, done_at=NOW,
        ),
    )  # fmt: skip

    with pytest.raises(HalfReleased, match="台账却没有记载"):
        deed(office.stores)

    assert serial(office.stores) == before
    retract.retract(office.stores, Kind(kind), filing.public_id, by="he", second="an", now=NOW)
    assert serial(office.stores) > before


def test_nothing_is_opened_up_by_a_row_that_nobody_decided(office: Office) -> None:
    office.put("results", PROBLEM)
    _detail(office.stores)
    before = serial(office.stores)
    _insert(
        office,
        DecisionRow(
            kind="result", key=KEY, place="detail", act="open", ground="", article="", decided_by="局",
            decided_on=NOW.date(), reason="已无必要", over="", agency=AGENCY, batch_id=1, made_by="wu",
            seconded_by="an", made_at=NOW, pending=False,
        ),
    )  # fmt: skip

    done = scheduled.carry_out(office.stores, now=NOW.replace(hour=23))

    assert (done.decisions, serial(office.stores)) == (0, before)
    assert done.refused == [(1, "决定 2 不在台账中，没有执行")]
    with Session(office.stores.internal) as session:
        assert list(ordered.unknown_decisions(session)) == [2]
    decide.decide(
        office.stores, Kind.ENTITY, ENTITY_KEY, [replace(HIDE, place="region")], by="wu", now=NOW
    )
    with Session(office.stores.register) as session:
        body = session.scalars(sa.select(ResultRow.body)).one()
    assert decode(body, PublicResult).findings[0].detail is None


@pytest.mark.parametrize(
    ("kind", "deed"), [("followup", _detail), ("result", _place), ("followup", _place)]
)
def test_nothing_is_hidden_while_a_filing_says_that_it_is_about_another(
    office: Office, kind: str, deed: Callable[[Stores], None]
) -> None:
    """What is looked for by what it is about would be passed over, and go on showing what is said to be hidden."""
    office.put("results", PROBLEM)
    office.put("followups", STEP, let_pass=True)
    before = serial(office.stores)
    raw(office.stores, "UPDATE filing SET about = 'x' WHERE kind = :kind", kind=kind)

    with pytest.raises(ContentChanged, match="不与其相符"):
        deed(office.stores)

    assert serial(office.stores) == before


def test_an_approved_batch_does_not_go_out_at_a_time_that_nobody_ordered(office: Office) -> None:
    batch, later = approved(office), NOW.replace(hour=23)
    raw(
        office.stores,
        "UPDATE batch SET release_at = :at, ordered_by = 'he' WHERE id = :b",
        at=NOW.replace(tzinfo=None, minute=1),
        b=batch,
    )
    first = scheduled.carry_out(office.stores, now=later)
    scheduled.order(office.stores, batch, at=later, by="he", now=NOW)

    assert first.released == []
    assert scheduled.carry_out(office.stores, now=later).released == [batch]


def test_what_a_library_said_of_a_party_before_it_was_filed_again_keeps_nothing_waiting(
    office: Office,
) -> None:
    """It shows nothing any more; and a library of a city, filed each month, would be read over for every decision."""
    party = {
        "entity_name": "示例市青禾食品有限公司",
        "identifier": RESULT_ROW["identifier"],
        "region": "990101",
    }
    office.put("entities", party)
    office.put("results", PROBLEM)
    with Session(office.stores.internal) as session:
        before = session.scalar(sa.select(sa.func.max(FilingRow.id)))
    office.put("entities", party | {"region": "990102"})
    raw(office.stores, f"{_PERSON} AND id <= :before", before=before)

    _detail(office.stores)

    with Session(office.stores.register) as session:
        body = session.scalars(sa.select(ResultRow.body)).one()
    assert decode(body, PublicResult).findings[0].detail is None


@pytest.mark.parametrize(
    "deed",
    [
        "DELETE FROM withdrawal",
        "UPDATE withdrawal SET last_filing_id = 0",
        "UPDATE withdrawal SET last_filing_id = last_filing_id - 1",
        "UPDATE withdrawal SET key = 'JC-0002'",
    ],
)
def test_what_was_withdrawn_does_not_come_back_with_a_decision(office: Office, deed: str) -> None:
    """Who takes the order out of the store would have the next decision about the party publish it again."""
    office.put("results", PROBLEM)
    with Session(office.stores.register) as session:
        public_id = session.scalars(sa.select(ResultRow.public_id)).one()
    retract.retract(office.stores, Kind.RESULT, public_id, by="he", second="an", now=NOW)
    with Session(office.stores.internal) as session:
        assert ordered.lost_withdrawals(session) == set()
    with office.stores.internal.begin() as connection:
        connection.execute(sa.text(deed))

    with pytest.raises((ContentChanged, HalfReleased), match=r"被撤回|已经撤回"):
        _hide(office.stores, Kind.ENTITY, ENTITY_KEY, "name")
    with Session(office.stores.internal) as session:
        assert ordered.lost_withdrawals(session) == {public_id}
    assert _outcomes(office) == []


@pytest.mark.parametrize(
    "deed",
    [
        "DELETE FROM decision WHERE id = 1",
        "UPDATE decision SET place = 'place' WHERE id = 1",
        "UPDATE decision SET act = 'open' WHERE id = 1",
        "UPDATE decision SET key = 'JC-0002' WHERE id = 1",
        "UPDATE decision SET pending = TRUE WHERE id = 1",
    ],
)
def test_what_was_withheld_does_not_come_out_where_the_decision_was_changed_by_hand(
    office: Office, deed: str
) -> None:
    """Whoever may write the store takes its guard away first."""
    office.put("results", PROBLEM)
    _detail(office.stores)
    with Session(office.stores.internal) as session:
        assert decisions.lost(session) == []
    with office.stores.internal.begin() as connection:
        unguard(connection, "decision")
        connection.execute(sa.text(deed))

    with pytest.raises(ContentChanged, match="项公开决定"):
        _hide(office.stores, Kind.ENTITY, ENTITY_KEY, "name")
    with Session(office.stores.internal) as session:
        assert decisions.lost(session) == [1]
    with Session(office.stores.register) as session:
        assert SECRET not in session.scalars(sa.select(ResultRow.body)).one()


def test_a_withdrawal_goes_on_while_a_decision_is_gone(office: Office) -> None:
    parties(office)
    office.put("draws", DRAW)
    office.put("results", PROBLEM)
    _detail(office.stores)
    with office.stores.internal.begin() as connection:
        unguard(connection, "decision")
        connection.execute(sa.text("DELETE FROM decision"))
    with Session(office.stores.internal) as session:
        query = sa.select(FilingRow.public_id).where(FilingRow.key == ENTITY_KEY)
        party = session.scalars(query.limit(1)).one()

    retract.retract(office.stores, Kind.ENTITY, party, by="he", second="an", now=NOW)

    assert _outcomes(office) == []


def _last(office: Office) -> int:
    with Session(office.stores.internal) as session:
        return session.scalars(sa.select(sa.func.max(BatchRow.id))).one()


@pytest.mark.parametrize(
    "deed", ["DELETE FROM decision", "UPDATE decision SET key = 'JC-0002'"]
)  # fmt: skip
def test_what_was_withheld_does_not_come_out_with_a_release_once_more(
    office: Office, deed: str
) -> None:
    """A batch that is public follows what was decided since, and nobody looks at it: so what was decided has to be there."""
    office.put("results", PROBLEM)
    _detail(office.stores)
    before = serial(office.stores)
    with office.stores.internal.begin() as connection:
        unguard(connection, "decision")
        connection.execute(sa.text(deed))

    with pytest.raises(ContentChanged, match="公开决定已不在"):
        release.release(office.stores, _last(office), by="he", now=NOW)

    assert serial(office.stores) == before


@pytest.mark.parametrize(
    "deed", ["DELETE FROM withdrawal", "UPDATE withdrawal SET last_filing_id = 0"]
)
def test_what_was_taken_back_does_not_come_out_with_a_release_once_more(
    office: Office, deed: str
) -> None:
    office.put("results", PROBLEM)
    with Session(office.stores.register) as session:
        public_id = session.scalars(sa.select(ResultRow.public_id)).one()
    retract.retract(office.stores, Kind.RESULT, public_id, by="he", second="an", now=NOW)
    before = serial(office.stores)
    raw(office.stores, deed)

    with pytest.raises((ContentChanged, HalfReleased), match="撤回"):
        release.release(office.stores, _last(office), by="he", now=NOW)

    assert serial(office.stores) == before

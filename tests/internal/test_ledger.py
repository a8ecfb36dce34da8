"""The ledger is only ever added to, and whoever changes it is found out."""

import random
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.workflow import BatchState
from portal.internal.desk import approvals, ledgers, release, unchanged
from portal.internal.desk.ledgers import Asked, Verified
from portal.internal.desk.stores import Stores
from portal.internal.tables import ledger
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.ledger import BEGINNING, LedgerRow, digest
from portal.kit.db import write_lock
from tests import stage
from tests.conftest import NOW, Office
from tests.internal.clicking import SignIn, read
from tests.makers import RESULT_ROW
from tests.plans import costly

_TRIGGERS = ("ledger_refuses_update", "ledger_refuses_delete", "ledger_refuses_replace")


def verified(stores: Stores, witness: tuple[int, str] | None = None) -> Verified:
    with Session(stores.internal) as session:
        return ledgers.verify(session, witness=witness)


def forced(stores: Stores, *statements: str) -> None:
    """Change the ledger as somebody does who may take its guards away."""
    with stores.internal.begin() as connection:
        if stage.POSTGRES:
            connection.exec_driver_sql("ALTER TABLE ledger DISABLE TRIGGER USER")
        for name in () if stage.POSTGRES else _TRIGGERS:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        for statement in statements:
            assert connection.exec_driver_sql(statement).rowcount > 0


def test_a_ledger_as_written_verifies(office: Office) -> None:
    office.put("results", RESULT_ROW)

    found = verified(office.stores)

    assert found.faults == []
    with Session(office.stores.internal) as session:
        assert found.count == session.scalar(sa.select(sa.func.count()).select_from(LedgerRow))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger SET person = 'wu' WHERE id = 2",
        "DELETE FROM ledger WHERE id = 2",
        pytest.param(
            "INSERT OR REPLACE INTO ledger SELECT * FROM ledger WHERE id = 2",
            marks=pytest.mark.sqlite,
        ),
        pytest.param(
            "REPLACE INTO ledger (id, at, person, action, detail) VALUES (2, '2025-06-02', '', '', '')",
            marks=pytest.mark.sqlite,
        ),
        pytest.param("TRUNCATE ledger", marks=pytest.mark.postgres),
    ],
)
def test_the_store_refuses_to_change_or_remove_a_row(office: Office, statement: str) -> None:
    with pytest.raises(sa.exc.DatabaseError, match="only ever added"):
        with office.stores.internal.begin() as connection:
            connection.exec_driver_sql(statement)


@pytest.mark.parametrize("seed", range(20))
def test_one_character_changed_anywhere_is_found_with_its_row(office: Office, seed: int) -> None:
    random_ = random.Random(seed)
    number = random_.randint(1, verified(office.stores).count)
    column = random_.choice(["person", "action", "detail", "at", "digest"])
    end = {"at": "'2024-01-01 00:00:00.000000'", "digest": f"'{'ab' * 32}'"}.get(
        column, f"{column} || 'x'"
    )
    forced(office.stores, f"UPDATE ledger SET {column} = {end} WHERE id = {number}")

    assert verified(office.stores).faults[0] == (
        f"第 {number} 条与其摘要不符：它或它之前的记录被改动"
    )


def test_a_row_removed_from_the_middle_is_found(office: Office) -> None:
    forced(office.stores, "DELETE FROM ledger WHERE id = 3")

    assert verified(office.stores).faults[0] == "第 3 条缺失，其后是第 4 条"


@pytest.mark.parametrize("number", [0, -1])
def test_a_row_beside_the_chain_is_found(office: Office, number: int) -> None:
    """The store takes it as any new row, whoever asks who approved a batch is told of it, and it can be gone again."""
    with Session(office.stores.internal) as session, session.begin():
        row = LedgerRow(id=number, at=NOW, person="wu", action="approve", batch_id=1, detail="")
        row.digest = digest(BEGINNING, row)
        session.add(row)

    assert verified(office.stores).faults == [f"第 {number} 条不在台账的编号之内：它不是办公端所记"]


def test_a_batch_that_the_ledger_has_nobody_approve_is_told(office: Office) -> None:
    """What let it out stood beside the chain and is gone: the chain is whole."""
    batch_id = office.file("results", RESULT_ROW).batch_id
    with Session(office.stores.internal) as session, session.begin():
        batch = session.get_one(BatchRow, batch_id)
        words = approvals.record(session, batch, approvals.seen(session, batch), by="wu", now=NOW)
        batch.state = BatchState.APPROVED.value
        session.add(
            LedgerRow(id=0, at=NOW, person="wu", action="approve", batch_id=batch_id, detail=words)
        )
    release.release(office.stores, batch_id or 0, by="he", now=NOW)
    forced(office.stores, "DELETE FROM ledger WHERE id = 0")

    assert verified(office.stores).faults == []
    with Session(office.stores.internal) as session:
        assert list(unchanged.changed(session)) == [batch_id]


def test_an_end_cut_off_is_found_by_a_witness_alone(office: Office) -> None:
    before = verified(office.stores)
    forced(office.stores, f"DELETE FROM ledger WHERE id = {before.count}")

    assert verified(office.stores).faults == []
    assert verified(office.stores, (before.count, before.head)).faults == [
        f"见证时有 {before.count} 条，现只有 {before.count - 1} 条：末尾被删"
    ]


def test_a_chain_written_anew_is_found_by_a_witness_alone(office: Office) -> None:
    before = verified(office.stores)
    forced(office.stores, "UPDATE ledger SET person = 'nobody' WHERE id = 1")
    with Session(office.stores.internal) as session, session.begin():
        head = BEGINNING
        for row in session.scalars(sa.select(LedgerRow).order_by(LedgerRow.id)):
            row.digest = head = digest(head, row)

    assert verified(office.stores).faults == []
    assert verified(office.stores, (before.count, before.head)).faults == [
        f"第 {before.count} 条与留存的见证不符：台账被重写"
    ]


def test_a_witness_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "witness"
    kept = Verified(7, "ab" * 32)

    before = ledgers.read_witness(path)
    ledgers.write_witness(path, kept)

    assert before is None
    assert ledgers.read_witness(path) == (7, "ab" * 32)


def test_a_list_is_read_page_by_page_without_gaps_or_repeats(office: Office) -> None:
    with write_lock(office.stores.internal) as session:
        for number in range(120):
            ledger.note(session, at=NOW, person=f"p{number % 2}", action="file", batch_id=None)

    seen: list[int] = []
    with Session(office.stores.internal) as session:
        rows = ledgers.page(session, Asked(person="p1"), scope="*")
        while rows:
            seen += [row.id for row in rows]
            place = rows[-1].at, rows[-1].id
            rows = ledgers.page(session, Asked(person="p1"), scope="*", after=place)

    assert len(seen) == 60
    assert seen == sorted(set(seen), reverse=True)


@pytest.mark.parametrize(
    "asked",
    [
        Asked(),
        Asked(person="lin"),
        Asked(action="file"),
        Asked(batch_id=1),
        Asked(since=NOW.date(), until=NOW.date()),
        Asked(person="lin", since=NOW.date()),
    ],
)
def test_no_list_reads_the_whole_table(stores: Stores, asked: Asked) -> None:
    asked_for: list[tuple[str, Any]] = []

    def note(*event: Any) -> None:
        if event[2].startswith("SELECT"):
            asked_for.append((event[2], event[3]))

    sa.event.listen(stores.internal, "before_cursor_execute", note)
    with Session(stores.internal) as session:
        ledgers.page(session, asked, scope="*", after=(NOW, 5))
    sa.event.remove(stores.internal, "before_cursor_execute", note)

    assert asked_for
    with stores.internal.connect() as connection:
        steps = set().union(*(costly(connection, *each, ()) for each in asked_for))
    #: What one batch gave rise to is few enough to be sorted.
    sorts = ("USE TEMP B-TREE", "Sort") if asked.batch_id is not None else ()
    assert [each for each in steps if not each.startswith(sorts)] == []


def test_only_an_administrator_sees_the_ledger_and_the_people(signed_in: SignIn) -> None:
    statuses = {
        (name, page): signed_in(name).get(page).status_code
        for name in ("lin", "root")
        for page in ("/ledger/", "/people/")
    }

    assert statuses == {
        ("lin", "/ledger/"): 403,
        ("lin", "/people/"): 403,
        ("root", "/ledger/"): 200,
        ("root", "/people/"): 200,
    }


def test_the_page_lists_what_is_asked_for(signed_in: SignIn, office: Office) -> None:
    office.put("results", RESULT_ROW)
    admin = signed_in("root")

    released = read(admin, "/ledger/?action=release&person=he&batch=3")
    none = read(admin, "/ledger/?person=nobody")

    assert released.count('<th scope="row"') == 1
    assert "新公开" in released
    assert "没有符合条件的记录" in none


@pytest.mark.parametrize(
    ("query", "status"),
    [("batch=x", 400), ("since=gestern", 400), ("after=x", 404), ("after=2025-06-02T00:00:00_1", 404),
     ("_external=1&person=lin", 200), ("action=burn", 200), ("since=0001-01-01", 400), ("until=9999-12-31", 400),
     (f"after=2025-06-02T00:00:00%2B00:00_{'9' * 20}", 404), ("after=0001-01-01T00:00:00%2B23:59_1", 404)],
)  # fmt: skip
def test_an_address_that_means_nothing_is_told(signed_in: SignIn, query: str, status: int) -> None:
    assert signed_in("root").get(f"/ledger/?{query}").status_code == status

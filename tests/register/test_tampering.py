"""Every value of every table that the site reads is held against the log: nothing says which columns matter."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.airlock.publish import reinstate
from portal.domain.errors import LogBroken
from portal.domain.replies import LetterKind, ReplyState
from portal.internal.desk import letters, notices, retract
from portal.register import digests
from portal.register.proofs import forgotten
from portal.register.proofs.audit import audit
from portal.register.proofs.restorations import Restoration
from portal.register.queries import log
from portal.register.records import Kind
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import ORDER, numbered, parties
from tests.internal.test_letters import send
from tests.internal.test_narrowing import DRAW, PLAN, SECOND
from tests.makers import AGENCY, ITEM_ROW, RESULT_ROW, a_text
from tests.public.test_draw_secrets import LATER, _take
from tests.public.test_leaks import DECISION
from tests.register.by_hand import broken, changed, columns, delete, rows, update

pytestmark = pytest.mark.slow

#: What proves nothing, and why.
_FREE = {
    #: Chosen at random: tells followers to start over.
    ("epoch", "value"),
    #: Which schema the tables have: migrations keep it.
    ("alembic_version", "version_num"),
    #: What the office still owes the files, not what it says.
    ("purge", "serial"),
}
_STEP = {"result_code": "JC-0001", "step": "责令改正", "taken_on": "2025-05-20"}
_DOCUMENT = {
    "code": "D1",
    "title": "抽查情况通报",
    "kind": "实施方案",
    "issued_on": "2025-05-30",
    "summary": "共抽查一户。",
    "agency": AGENCY,
}


@pytest.fixture
def full(office: Office, client: FlaskClient) -> sa.Engine:
    """A register in which every table has rows."""
    parties(office)
    office.put("items", {**ITEM_ROW, "code": "SP-002", "name": "标签检查"})
    office.put("plans", PLAN)
    office.put(
        "plans", {**PLAN, "version": "2", "item_codes": "SP-001", "adjustment_reason": "调整"}
    )
    office.put("draws", DRAW)
    office.put(
        "results", {**RESULT_ROW, "draw_code": "C1"}, SECOND, {**RESULT_ROW, "code": "JC-0009"}
    )
    office.put(
        "results",
        {
            **RESULT_ROW,
            "code": "JC-0002",
            "entity_name": "示例市第2食品有限公司",
            "identifier": numbered(2),
        },
    )
    office.put("followups", {**_STEP, "due_on": "2025-05-27"})
    office.put(
        "entities",
        {
            "entity_name": "示例市第9食品有限公司",
            "identifier": numbered(9),
            "disclosure": "不予公开",
            **DECISION,
        },
    )
    document = a_text(office.folder / "d-1.md", "共抽查一户。", **_DOCUMENT)
    office.publish(office.take(document, "documents").batch_id)
    notices.release_notices(office.stores, by="he", now=NOW)
    about = _id(office, "result", "JC-0001")
    _letter(office, client, about)
    _take(office, ORDER)
    second = ORDER.replace("shili-1", "shili-2").replace("draw_on", "round = 2\ndraw_on", 1)
    _take(office, second, until="seal")
    gone = _id(office, "result", "JC-0009")
    retract.retract(office.stores, Kind.RESULT, gone, by="he", second="an", now=LATER)
    with Session(office.stores.register) as session:
        head = log.head(session)
    assert head is not None
    reinstate(
        office.stores.register, [Restoration(head.size - 1, head.note, LATER)], {}, now=LATER,
        keys=office.stores.log_key,
    )  # fmt: skip
    return office.stores.register


def _id(office: Office, kind: str, code: str) -> str:
    with Session(office.stores.internal) as session:
        query = sa.text("SELECT public_id FROM filing WHERE kind = :kind AND key LIKE :code")
        return str(session.scalars(query, {"kind": kind, "code": f"%{code}"}).first())


def _letter(office: Office, client: FlaskClient, about: str) -> None:
    reference = send(client, about, LetterKind.OBJECTION)
    letters.collect(office.stores, now=NOW)
    letters.take_up(office.stores, reference, by="wu", now=NOW)
    letters.propose(
        office.stores,
        reference,
        outcome=ReplyState.ACCEPTED,
        decision="经复核属实。",
        by="wu",
        now=NOW,
    )
    letters.release(office.stores, reference, by="he", now=NOW)


#: Deeds that leave nothing to be held against anything, or that change nothing anybody reads.
_UNSEEN = {
    #: An older head is not missed by what comes after it; a witness who saw it has it.
    ("checkpoint", ""),
    #: Until the reveal nothing says whom a list names: its other members are counted, not named.
    ("draw_member", ""),
    #: Where the text of a change is gone, only that there was one can be held against anything.
    ("event", ""),
    #: In a list that forgets records, places count by their order alone: another number in that order shows the same.
    #: Where the order changes, or a list that forgets nothing has a gap, `test_verify_log` finds it.
    ("event", "position"),
    #: Another one covers the same changes: nothing is offered that was retired.
    ("retirement", ""),
    ("retirement", "serial"),
    ("retirement", "since"),
    #: The head that was lost is stated by size and root; its signature shows nothing more.
    ("restoration", "lost"),
}


def _deeds(
    register: sa.Engine, random_: random.Random
) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Yield table, column ("": a row is taken out), statement and values, a few for every column."""
    with register.connect() as connection:
        names = sa.inspect(connection).get_table_names()
        found = {table: (rows(connection, table), columns(connection, table)) for table in names}
    for table, (lying, named) in found.items():
        assert lying, table
        for row in random_.sample(lying, min(2, len(lying))):
            yield table, "", delete(register, table), {"row": row[0]}
        for at, (name, kind) in enumerate(named, 1):
            deed = update(register, table, name)
            for row in random_.sample(lying, min(3, len(lying))):
                other = changed(register, random_, row[at], kind)
                yield table, name, deed, {"row": row[0], "value": other}
                if row[at] is not None:
                    yield table, name, deed, {"row": row[0], "value": None}


def test_any_column_of_any_table_is_held_against_the_log(full: sa.Engine) -> None:
    """A table added later has to be filled here, and a column that proves nothing has to be named above."""
    with Session(full) as session:
        assert audit(session).faults == []
    deeds = list(_deeds(full, random.Random(2)))

    missed = set()
    for table, name, statement, values in deeds:
        found = broken(full, statement, **values)
        if found is not None and not found.fault_count:
            missed.add((table, name))

    free = {(table, name) for table, name in _FREE} | {(table, "") for table, _ in _FREE}
    assert missed - free - _UNSEEN == set()
    assert len(deeds) > 500


def test_an_older_version_taken_away_with_its_salt_is_found_and_not_signed(
    full: sa.Engine, office: Office
) -> None:
    """As the office itself does it when something is redacted later: lists, marks and all."""
    with full.begin() as connection:
        (serial,) = connection.exec_driver_sql(
            "SELECT min(serial) FROM version JOIN change USING (serial) WHERE kind = 'result'"
        ).one()
        for deed in (
            f"DELETE FROM version WHERE serial = {serial}",
            f"UPDATE leaf SET salt = NULL WHERE serial = {serial}",
            f"DELETE FROM event WHERE serial = {serial} AND (scope LIKE 'e:%' OR scope LIKE 'i:%' OR scope LIKE 't:%' OR scope = 'problems')",
            f"UPDATE event SET event = 'gone' WHERE serial = {serial}",
            f"UPDATE retirement SET since = {serial} WHERE since > {serial}",
        ):
            connection.execute(sa.text(deed))
    with Session(full) as session:
        hidden = audit(session).faults
    with full.begin() as connection:
        state = int.from_bytes(
            connection.exec_driver_sql(
                "SELECT state FROM digest WHERE kind = 'forgotten'"
            ).scalar_one()
        )
        signed = forgotten.plus(state, [serial]).to_bytes(digests.STATE_BYTES)
        connection.execute(
            sa.text("UPDATE digest SET state = :state WHERE kind = 'forgotten'"), {"state": signed}
        )
    with Session(full) as session:
        laundered = audit(session).faults

    assert [len(hidden), len(laundered)] == [2, 1]
    assert all("已去除正文" in each for each in (*hidden, *laundered))
    with pytest.raises(LogBroken, match="已去除正文"):
        office.put("items", {**ITEM_ROW, "code": "SP-003"})

"""An older version taken away by hand, everything beside it put in order: the office signs no head over that, whatever it does next."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import LogBroken
from portal.internal.desk import retract
from portal.internal.desk.stores import sign_log
from portal.internal.tables.filings import FilingRow
from portal.register import digests
from portal.register.proofs import entries, forgotten
from portal.register.proofs.audit import audit
from portal.register.proofs.note import Checkpoint
from portal.register.records import Kind, PublicReply
from portal.register.writer import open_pen
from tests.airlock.hands import id_of
from tests.conftest import NOW, Office
from tests.makers import ITEM_ROW, RESULT_ROW

_TELLING = "scope LIKE 'e:%' OR scope LIKE 'i:%' OR scope LIKE 't:%' OR scope = 'problems'"
#: What the office itself does when something is redacted later, and the digest of what is gone.
_DEEDS = (
    "DELETE FROM version WHERE serial = :serial",
    "UPDATE leaf SET salt = NULL WHERE serial = :serial",
    f"DELETE FROM event WHERE serial = :serial AND ({_TELLING})",
    "UPDATE event SET event = 'gone' WHERE serial = :serial",
    "DELETE FROM retirement",
    "INSERT INTO retirement (serial, since) SELECT max(serial), :serial FROM change",
    "DELETE FROM digest WHERE kind = 'forgotten'",
    "INSERT INTO digest (kind, state) VALUES ('forgotten', :state)",
)
_SILENT = "DELETE FROM checkpoint WHERE note LIKE '%mingcha/forgotten/1%'"


def _next_release(office: Office) -> None:
    office.put("items", {**ITEM_ROW, "code": "SP-003"})


def _next_upgrade(office: Office) -> None:
    sign_log(office.stores)


@pytest.mark.parametrize("signs", [_next_release, _next_upgrade])
@pytest.mark.parametrize("silent", [False, True], ids=["", "its heads taken away as well"])
@pytest.mark.parametrize("first", [False, True], ids=["", "nothing ever went before"])
def test_a_text_taken_away_by_hand_is_never_signed(
    office: Office, signs: Callable[[Office], None], *, silent: bool, first: bool
) -> None:
    register = office.stores.register
    office.put("results", RESULT_ROW, {**RESULT_ROW, "code": "JC-0002"})
    office.put("results", {**RESULT_ROW, "detail": "另有说明", "outcomes": "发现问题已责令改正"})
    if not first:
        gone = _id(office, "JC-0002")
        retract.retract(office.stores, Kind.RESULT, gone, by="he", second="an", now=NOW)
    assert _faults(register) == []

    with register.begin() as connection:
        serial = connection.exec_driver_sql("SELECT min(serial) FROM version").scalar_one()
        kept = "SELECT state FROM digest WHERE kind = 'forgotten'"
        before = int.from_bytes(connection.exec_driver_sql(kept).scalar() or b"")
        state = forgotten.plus(before, [serial]).to_bytes(digests.STATE_BYTES)
        for deed in (*_DEEDS, *([_SILENT] if silent else [])):
            connection.execute(sa.text(deed), {"serial": serial, "state": state})

    with pytest.raises(LogBroken, match=r"已去除|未经签署|没有说明|检查点"):
        signs(office)
    assert _faults(register) != []


def _faults(register: sa.Engine) -> list[str]:
    with Session(register) as session:
        return audit(session).faults


def _id(office: Office, code: str) -> str:
    query = sa.select(FilingRow.public_id).where(FilingRow.key.endswith(code))
    with Session(office.stores.internal) as session:
        return session.scalars(query.limit(1)).one()


@pytest.mark.parametrize("feigned", [False, True], ids=["", "with an entry made for it"])
def test_a_withdrawal_takes_no_version_of_another_record_along(
    office: Office, *, feigned: bool
) -> None:
    """Who may write the register hangs a version on a record that is about to go, and puts all in order later."""
    register = office.stores.register
    office.put("results", RESULT_ROW, {**RESULT_ROW, "code": "JC-0002"})
    office.put("results", {**RESULT_ROW, "detail": "另有说明", "outcomes": "发现问题已责令改正"})
    going = _id(office, "JC-0002")
    with register.begin() as connection:
        serial = connection.exec_driver_sql("SELECT min(serial) FROM version").scalar_one()
        hang = sa.text("UPDATE version SET public_id = :going WHERE serial = :serial")
        connection.execute(hang, {"going": going, "serial": serial})
        if feigned:
            body = connection.exec_driver_sql(
                f"SELECT body FROM result WHERE public_id = '{going}'"
            ).scalar_one()
            salt, sealed = entries.seal(entries.canonical_of(body))
            feint = {"going": going, "serial": serial, "body": body, "salt": salt, "sealed": sealed}
            for deed in (
                "UPDATE change SET public_id = :going WHERE serial = :serial",
                "UPDATE version SET body = :body WHERE serial = :serial",
                "UPDATE leaf SET salt = :salt, commitment = :sealed WHERE serial = :serial",
            ):
                connection.execute(sa.text(deed), feint)

    with pytest.raises(LogBroken, match="verify-log"):
        retract.retract(office.stores, Kind.RESULT, going, by="he", second="an", now=NOW)
    with register.begin() as connection:
        for deed in _DEEDS[2:4]:
            connection.execute(sa.text(deed), {"serial": serial})
    assert _faults(register) != []


@pytest.mark.parametrize("word", ["published", "adjusted", "rectified"])
def test_a_correction_is_called_nothing_else_once_the_version_before_it_is_gone(
    office: Office, word: str
) -> None:
    """It would leave the list of corrections: just where something was taken back."""
    for detail in ("改正", "再改正"):
        office.put("results", {**RESULT_ROW, "outcomes": "发现问题已责令改正", "detail": detail})
    office.put("items", {**ITEM_ROW, "basis": "某法第一条"})
    for kind, code in ((Kind.RESULT, "JC-0001"), (Kind.ITEM, "SP-001")):
        with open_pen(office.stores.register, now=NOW) as pen:
            pen.say_again(kind, [id_of(office, code)])
            pen.sign(office.stores.log_key)
    with office.stores.register.begin() as connection:
        said = "SELECT serial FROM event WHERE scope = 'corrections' AND serial IN (SELECT serial FROM {})"
        for table in ("result", "item"):
            (serial,) = connection.exec_driver_sql(said.format(table)).one()
            with connection.begin_nested() as deed:
                for statement in (
                    f"DELETE FROM event WHERE scope = 'corrections' AND serial = {serial}",
                    f"UPDATE event SET event = '{word}' WHERE serial = {serial}",
                ):
                    connection.execute(sa.text(statement))
                with Session(connection, join_transaction_mode="create_savepoint") as session:
                    assert f"第{serial}条：订阅清单所载与变更记录不符" in audit(session).faults
                deed.rollback()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            assert audit(session).faults == []


def _called_a_correction(office: Office) -> list[str]:
    """Call what was done with a letter a correction, in every list; return what is told of that."""
    with office.stores.register.begin() as connection:
        serials = (
            "SELECT serial, kind FROM event WHERE scope = '' AND event = 'handled' ORDER BY serial"
        )
        for position, (serial, kind) in enumerate(connection.exec_driver_sql(serials).all(), 1):
            row = f"('corrections', {position}, {serial}, '{kind}', 'corrected')"
            for deed in (
                f"UPDATE event SET event = 'corrected' WHERE serial = {serial}",
                f"INSERT INTO event (scope, position, serial, kind, event) VALUES {row}",
            ):
                connection.exec_driver_sql(deed)
    return _faults(office.stores.register)


@pytest.mark.parametrize("is_upgraded", [False, True])
@pytest.mark.parametrize("is_gone", [False, True])
def test_what_is_done_with_a_letter_is_called_no_correction(
    office: Office, *, is_gone: bool, is_upgraded: bool
) -> None:
    """Only releases whose heads said less told it so."""
    office.put("results", {**RESULT_ROW, "outcomes": "发现问题已责令改正"})
    result_id, received = id_of(office, "JC-0001"), date(2025, 6, 1)
    letter = PublicReply(id="w_1", state="received", received_on=received, kind="objection")
    in_hand = msgspec.structs.replace(letter, state="handling", result_id=result_id)
    for each in (letter, in_hand):
        with open_pen(office.stores.register, now=NOW) as pen:
            pen.append(each)
            if is_gone and each is in_hand:
                pen.say_again(Kind.REPLY, [each.id])
            pen.sign(office.stores.log_key)
    assert _faults(office.stores.register) == []

    assert any("订阅清单" in each for each in _called_a_correction(office))
    with office.stores.register.begin() as connection:
        heads = connection.exec_driver_sql("SELECT size, note FROM checkpoint ORDER BY size").all()
        #: An upgrade signs the last head of the release before again, and that one says it.
        for size, note in heads[:-1] if is_upgraded else heads[-1:]:
            said_less = replace(Checkpoint.of(note), forgotten=None).text
            older = office.stores.log_key.signer(may_make=False).sign(said_less)
            update = sa.text("UPDATE checkpoint SET note = :note WHERE size = :size")
            connection.execute(update, {"note": older, "size": size})
    assert not any("订阅清单" in each for each in _faults(office.stores.register))

"""What somebody changes in the register by hand is neither gone on with nor signed, even if it is put back afterwards."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import LogBroken
from portal.domain.merkle import leaf_hash
from portal.internal.desk import retract
from portal.internal.desk.stores import sign_log
from portal.register import digests, numbered
from portal.register.canonical import canonical_of
from portal.register.dumps import shelf
from portal.register.dumps.describing import Terms
from portal.register.placing import Numbers
from portal.register.proofs import entries
from portal.register.proofs.forgotten import FORGOTTEN
from portal.register.proofs.note import BadNote, Checkpoint, Signer
from portal.register.records import Kind
from portal.register.tables.changes import ChangeRow
from portal.register.writer import open_pen
from tests.airlock.hands import faults, id_of
from tests.conftest import NOW, Office
from tests.makers import ITEM_ROW, RESULT_ROW

_NEXT = {**ITEM_ROW, "code": "SP-003", "name": "计量检查"}


def _next_release(office: Office) -> None:
    office.put("items", _NEXT)


def _next_upgrade(office: Office) -> None:
    sign_log(office.stores)


def _do(office: Office, statement: str, **values: Any) -> Any:
    with office.stores.register.begin() as connection:
        found = connection.execute(sa.text(statement), values)
        return found.first() if found.returns_rows else found.rowcount


def _shift(office: Office, kind: str, taken: int, given: int) -> None:
    """Take one element out of a digest by hand, and put another in."""
    (kept,) = _do(office, "SELECT state FROM digest WHERE kind = :kind", kind=kind)
    state = digests.plus(digests.minus(int.from_bytes(kept), taken), given)
    _do(
        office,
        "UPDATE digest SET state = :state WHERE kind = :kind",
        kind=kind,
        state=state.to_bytes(digests.STATE_BYTES),
    )


@pytest.mark.parametrize("signs", [_next_release, _next_upgrade])
def test_a_digest_that_somebody_changed_is_not_signed(
    office: Office, signs: Callable[[Office], None]
) -> None:
    """Signed, it would prove to every mirror what was never published; the text is put back afterwards."""
    found = _do(office, "SELECT public_id, body FROM item")
    forged = found.body.replace("食品", "药品")
    elements = [
        digests.element("item", found.public_id, canonical_of(each))
        for each in (found.body, forged)
    ]
    _shift(office, "item", *elements)
    _do(office, "UPDATE item SET body = :body", body=forged)

    with pytest.raises(LogBroken, match="已公开记录的摘要"):
        signs(office)


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize("kind", ["item", "result"])
def test_nor_is_one_of_a_kind_that_has_no_records(
    office: Office, kind: str, *, counted: bool
) -> None:
    """A head says nothing of it; the next record is added to it, and another could stand in the sum for that one."""
    retract.retract(
        office.stores, Kind.ITEM, id_of(office, "SP-001"), by="he", second="an", now=NOW
    )
    _do(office, "DELETE FROM digest WHERE kind = :kind", kind=kind)
    forged = digests.element(kind, "x", b"{}").to_bytes(digests.STATE_BYTES)
    _do(office, "INSERT INTO digest VALUES (:kind, :state)", kind=kind, state=forged)
    if counted:
        _do(office, "DELETE FROM tally WHERE scope = '' AND what = :kind", kind=kind)
        _do(office, "INSERT INTO tally VALUES ('', :kind, 0)", kind=kind)

    with pytest.raises(LogBroken, match="没有记录的种类"):
        _next_release(office)


@pytest.mark.parametrize("signs", [_next_release, _next_upgrade])
def test_a_day_of_publication_that_somebody_changed_is_not_signed(
    office: Office, signs: Callable[[Office], None]
) -> None:
    with Session(office.stores.register) as session:
        row = session.execute(
            sa.text("SELECT public_id, serial, version, published_on FROM item").columns(
                published_on=sa.Date
            )
        ).one()
    older = Numbers(row.serial, row.version, row.published_on.replace(year=2020))
    _shift(
        office,
        "numbered",
        numbered.element("item", row.public_id, row),
        numbered.element("item", row.public_id, older),
    )

    with pytest.raises(LogBroken, match="公开日期"):
        signs(office)


def _feign(office: Office) -> None:
    """Publish a record by hand, with everything that belongs to it but a head."""
    (body,) = _do(office, "SELECT body FROM item")
    public_id = "i_feigned0000000000000000"
    body = body.replace(_do(office, "SELECT public_id FROM item")[0], public_id)
    salt, sealed = entries.seal(canonical_of(body))
    (last,) = _do(office, "SELECT max(serial) FROM change")
    serial = last + 1
    _do(
        office, "INSERT INTO leaf VALUES (:serial, :sealed, :salt, NULL, NULL)",
        serial=serial, sealed=sealed, salt=salt,
    )  # fmt: skip
    with Session(office.stores.register) as session, session.begin():
        session.add(
            ChangeRow(serial=serial, op="publish", kind="item", public_id=public_id, at=NOW)
        )
    line = entries.entry("publish", "item", NOW, sealed, None)
    (hashes,) = _do(office, "SELECT hashes FROM tile")
    _do(office, "UPDATE tile SET hashes = :hashes", hashes=hashes + leaf_hash(line))


@pytest.mark.parametrize("signs", [_next_release, _next_upgrade])
def test_an_entry_that_somebody_added_is_not_signed_with_the_next(
    office: Office, signs: Callable[[Office], None]
) -> None:
    _feign(office)

    with pytest.raises(LogBroken, match="未经签署"):
        signs(office)


def _amend(office: Office, detail: str = "再改正") -> None:
    office.put("results", {**RESULT_ROW, "detail": detail})


def test_what_is_amended_has_to_be_what_was_published(office: Office) -> None:
    """What is left of it follows from what it said: put in its place, a text that said as little keeps the old one."""
    office.put("results", {**RESULT_ROW, "detail": "改正", "outcomes": "发现问题已责令改正"})
    (body,) = _do(office, "SELECT body FROM result")
    _do(office, "UPDATE result SET body = :body", body=body.replace("改正", "无"))

    with pytest.raises(LogBroken, match="与日志不符"):
        _amend(office)
    _do(office, "UPDATE result SET body = :body", body=body)
    _amend(office, "又改正")
    assert faults(office) == []


def test_a_record_taken_away_for_a_while_is_not_withdrawn_in_its_absence(office: Office) -> None:
    """Its order would be noted as done, and the record be public again as soon as it is put back."""
    office.put("results", RESULT_ROW)
    gone = id_of(office, "JC-0001")
    _do(office, "DELETE FROM result")
    with pytest.raises(LogBroken, match="不在登记册中"):
        retract.retract(office.stores, Kind.RESULT, gone, by="he", second="an", now=NOW)


def test_a_record_taken_away_for_a_while_is_not_published_a_second_time(office: Office) -> None:
    office.put("results", RESULT_ROW)
    _do(office, "DELETE FROM result")
    with pytest.raises(LogBroken, match="不在登记册中"):
        _amend(office)


def test_what_was_never_public_can_be_ordered_to_stay_so(office: Office) -> None:
    office.file("results", RESULT_ROW)
    gone = id_of(office, "JC-0001")
    retract.retract(office.stores, Kind.RESULT, gone, by="he", second="an", now=NOW)
    assert faults(office) == []


@pytest.mark.parametrize("signs", [_next_release, _next_upgrade])
def test_the_newest_heads_taken_away_bring_nothing_back_that_was_gone(
    office: Office, data: Path, signs: Callable[[Office], None]
) -> None:
    """Older heads say that less is gone: with them as the last, a text with its salt could be put back."""
    office.put("results", {**RESULT_ROW, "detail": "改正", "outcomes": "发现问题已责令改正"})
    office.put("results", RESULT_ROW)
    old = _do(office, "SELECT serial, public_id, version, body FROM version")
    kept = _do(office, "SELECT salt FROM leaf WHERE serial = :serial", serial=old.serial)
    (size,) = _do(office, "SELECT max(size) FROM checkpoint")
    was = _do(office, f"SELECT state FROM digest WHERE kind = '{FORGOTTEN}'")
    gone = id_of(office, "JC-0001")
    retract.retract(office.stores, Kind.RESULT, gone, by="he", second="an", now=NOW)
    assert faults(office) == []
    assert (data / "log.head").exists()

    _do(office, "DELETE FROM checkpoint WHERE size > :size", size=size)
    _do(office, f"DELETE FROM digest WHERE kind = '{FORGOTTEN}'")
    if was is not None:
        _do(office, f"INSERT INTO digest VALUES ('{FORGOTTEN}', :state)", state=was.state)
    _do(
        office, "UPDATE leaf SET salt = :salt WHERE serial = :serial",
        salt=kept.salt, serial=old.serial,
    )  # fmt: skip
    with pytest.raises(LogBroken):
        signs(office)


def test_a_head_that_is_gone_is_missed_by_the_one_beside_the_key(office: Office) -> None:
    """Even where nothing else tells of it."""
    (size,) = _do(office, "SELECT max(size) FROM checkpoint")
    _do(office, "UPDATE checkpoint SET size = size + 1 WHERE size = :size", size=size)

    with pytest.raises(LogBroken, match="没有与私钥放在一起的检查点"):
        _next_upgrade(office)


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE item SET body = replace(body, '食品', '药品')",
        """UPDATE item SET body = '{"name":"别的名称",' || substr(body, 2)""",
        "UPDATE item SET published_on = '2020-01-01'",
        "DELETE FROM item",
        "UPDATE change SET at = '2020-01-01 00:00:00.000000' WHERE serial = 2",
        "UPDATE checkpoint SET note = replace(note, '— mingcha.example/log ', '— mingcha.example/log A')",
    ],
)
def test_no_dump_is_signed_of_what_was_changed_by_hand(office: Office, deed: str) -> None:
    """It would prove to whoever has it what was never published; the row is put back afterwards."""
    stores = office.stores
    terms = Terms("https://mingcha.example", "明察", "https://creativecommons.org/licenses/by/4.0/")
    signer = stores.log_key.signer(may_make=False)
    _do(office, deed)

    with pytest.raises((LogBroken, BadNote)):
        shelf.cut(stores.register, stores.dumps, terms, signer)
    assert shelf.on(stores.dumps) == []


def test_a_check_kept_out_of_sight_while_its_party_goes_is_found(office: Office) -> None:
    """The withdrawal finds what belongs to the party by a column; put back, the check would stay public without it."""
    office.put("results", RESULT_ROW)
    party = _do(office, "SELECT entity_id FROM result").entity_id
    held = "UPDATE result SET entity_id = :id"
    _do(office, held, id="e_000000000000000000000000")
    with open_pen(office.stores.register, now=NOW) as pen:
        pen.withdraw(Kind.ENTITY, [party])
        pen.sign(office.stores.log_key)
    _do(office, held, id=party)

    assert any("所属的检查对象已不在登记册中" in each for each in faults(office))


def test_a_head_signed_with_a_key_that_the_first_never_approved_is_found(office: Office) -> None:
    """Whoever writes the register may add a key of their own, and sign the tail with it."""
    stranger = Signer.new("mingcha.example/log")
    note = _do(office, "SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1").note
    forged = stranger.sign(Checkpoint.of(note).text)
    _do(office, "INSERT INTO log_key (vkey, number) VALUES (:vkey, 2)", vkey=stranger.verifier.vkey)
    _do(office, "UPDATE checkpoint SET note = :forged WHERE note = :note", forged=forged, note=note)

    assert any("未经先前的公钥认可" in each for each in faults(office))


def test_a_key_that_signs_below_a_head_of_another_is_not_approved_by_that(office: Office) -> None:
    """Whoever writes the register needs no other key for it; they would sign the tail as they like."""
    heir = Signer.new("mingcha.example/log")
    note = _do(office, "SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1").note
    both = note + heir.sign(Checkpoint.of(note).text).rpartition("\n\n")[2]
    _do(office, "INSERT INTO log_key (vkey, number) VALUES (:vkey, 2)", vkey=heir.verifier.vkey)
    _do(office, "UPDATE checkpoint SET note = :both WHERE note = :note", both=both, note=note)

    assert any("未经先前的公钥认可" in each for each in faults(office))

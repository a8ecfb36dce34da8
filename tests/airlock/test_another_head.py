"""A head that is not our own, put over what somebody changed for as long as the office looks, makes it miss nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain import merkle
from portal.domain.errors import LogBroken
from portal.domain.merkle import leaf_hash
from portal.internal.desk.drawing import outward, steps
from portal.register import digests, numbered, salted, tallying
from portal.register.canonical import canonical_of
from portal.register.proofs import entries, standing
from portal.register.proofs.note import Checkpoint, Signer
from portal.register.proofs.tiles import KeptNodes
from portal.register.records import Kind
from portal.register.tables.changes import ChangeRow, DigestRow, TallyRow
from portal.register.tables.entities import EntityRow
from portal.register.tables.log import CheckpointRow, LeafRow, TileRow
from tests.airlock.hands import faults, put, whole
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import ORDER, frozen, parties
from tests.internal.drawing_makers import numbered as code

#: One of ten that are in the drum.
_CODE = code(3)
_PARTY, _AGENCY = Kind.ENTITY.value, Kind.AGENCY.value


def _put_out_of_sight(session: Session) -> None:
    """Take a party out, and out of all that is kept of the set that it was in."""
    row = session.scalars(sa.select(EntityRow).where(EntityRow.body.contains(_CODE))).one()
    for kind, element in (
        (_PARTY, digests.element(_PARTY, row.public_id, canonical_of(row.body))),
        (numbered.NUMBERED, numbered.element(_PARTY, row.public_id, row)),
    ):
        kept = session.get_one(DigestRow, kind)
        state = digests.minus(int.from_bytes(kept.state), element)
        kept.state = state.to_bytes(digests.STATE_BYTES)
    session.get_one(TallyRow, ("", _PARTY)).count -= 1
    session.delete(row)
    session.flush()


def _sign(session: Session, size: int) -> None:
    """Put a head over everything as it stands, signed with a key of one's own."""
    newest = session.scalars(sa.select(CheckpointRow).order_by(CheckpointRow.size.desc())).first()
    assert newest is not None
    head = Checkpoint.of(newest.note)
    said = replace(
        head, size=size, root=merkle.root(size, KeptNodes(session)),
        records=salted.together(session), numbered=numbered.stated(session),
    )  # fmt: skip
    session.merge(CheckpointRow(size=size, note=Signer.new(head.origin).sign(said.text)))


def _over_the_same(session: Session) -> None:
    _put_out_of_sight(session)
    _sign(session, session.scalar(sa.select(sa.func.max(ChangeRow.serial))) or 0)


def _over_one_entry_more(session: Session) -> None:
    """The head that is kept beside the key stays among the others then, and the log continues it."""
    _put_out_of_sight(session)
    _add(session, Kind.ITEM.value, "i_x")


def _add(session: Session, kind: str, public_id: str, spoken: str | None = None) -> None:
    serial = (session.scalar(sa.select(sa.func.max(ChangeRow.serial))) or 0) + 1
    salt, sealed = entries.seal(b"{}")
    session.add(LeafRow(serial=serial, commitment=sealed, salt=salt, spoken=spoken))
    session.add(ChangeRow(serial=serial, op="publish", kind=kind, public_id=public_id, at=NOW))
    line = entries.entry("publish", kind, NOW, sealed, None, spoken=spoken)
    session.get_one(TileRow, (0, 0)).hashes += leaf_hash(line)
    session.flush()
    _sign(session, serial)


def _over_nothing(session: Session) -> None:
    _put_out_of_sight(session)
    session.execute(sa.delete(CheckpointRow))


@pytest.mark.parametrize("deed", [_over_the_same, _over_one_entry_more, _over_nothing])
def test_a_head_of_somebody_elses_proves_no_absence(
    office: Office, deed: Callable[[Session], None]
) -> None:
    parties(office)
    register = office.stores.register
    before = whole(register)
    with Session(register) as session:
        deed(session)
        session.commit()
        with pytest.raises(LogBroken):
            standing.hold(session, {Kind.ENTITY})
    put(register, before)
    with Session(register) as session:
        standing.hold(session, {Kind.ENTITY})
    assert faults(office) == []


def _in_the_name_of_the_next(session: Session, line: str) -> None:
    """Have items be called by all that is signed of parties, and then by their own name."""
    for table, name in ((DigestRow, "kind"), (TallyRow, "what")):
        kind = getattr(table, name)
        session.execute(sa.delete(table).where(kind == _PARTY))
        called = {name: f"{line}\n{Kind.ITEM.value}"}
        session.execute(sa.update(table).where(kind == Kind.ITEM.value).values(called))


def _in_the_count_of_the_one_before(session: Session, line: str) -> None:
    """Have the count of agencies be words, down to the digest of the parties, which is said to be theirs."""
    own = tallying.standing(session)[_AGENCY]
    words = f"{own.count} {own.digest}\n{line.rpartition(' ')[0]}"
    parties = session.get_one(DigestRow, _PARTY)
    session.get_one(DigestRow, _AGENCY).state = parties.state
    session.delete(parties)
    session.flush()
    of_all = (TallyRow.scope == "", TallyRow.what == _AGENCY)
    session.execute(sa.update(TallyRow).where(*of_all).values(count=sa.literal(words, sa.Text)))


@pytest.mark.parametrize("deed", [_in_the_name_of_the_next, _in_the_count_of_the_one_before])
def test_what_was_signed_of_one_kind_and_is_said_of_another_proves_no_absence(
    office: Office, deed: Callable[[Session, str], None]
) -> None:
    """Of the kind itself nothing would be kept, so that all of it could be put out of sight."""
    parties(office)
    register = office.stores.register
    if register.dialect.name != "sqlite":
        pytest.skip("no such name and no such count can be kept there")
    before = whole(register)
    with Session(register) as session, session.begin():
        kept = tallying.standing(session)[_PARTY]
        deed(session, f"{_PARTY} {kept.count} {kept.digest}")
        session.execute(sa.delete(EntityRow))
    with Session(register) as session, pytest.raises(LogBroken, match="记录的摘要"):
        standing.hold(session, {Kind.ENTITY})
    assert faults(office)
    put(register, before)
    assert faults(office) == []


def test_a_digest_of_nothing_beside_the_one_that_was_signed_proves_no_absence(
    office: Office,
) -> None:
    """A table without its key takes both: one question finds the first, another the last."""
    parties(office)
    register = office.stores.register
    with register.begin() as connection:
        for deed in (
            "CREATE TABLE kept AS SELECT * FROM digest",
            "DROP TABLE digest",
            "CREATE TABLE digest AS SELECT * FROM kept WHERE kind = 'item'",
            "UPDATE digest SET kind = 'entity', state = :nothing",
            "INSERT INTO digest SELECT * FROM kept",
            "DELETE FROM entity",
        ):
            nothing = {"nothing": bytes(digests.STATE_BYTES)} if ":nothing" in deed else {}
            connection.execute(sa.text(deed), nothing)
    with Session(register) as session, pytest.raises(LogBroken, match="两个摘要"):
        standing.hold(session, {Kind.ENTITY})


def test_an_older_register_proves_no_absence(office: Office) -> None:
    """With its own genuine head it is right in itself: it only lacks what was published since."""
    register = office.stores.register
    older = whole(register)
    parties(office)
    put(register, older)
    with Session(register) as session, pytest.raises(LogBroken, match="不是上次签署的那一份"):
        standing.hold(session, {Kind.ENTITY})


def test_a_drum_is_not_filled_under_a_head_of_somebody_elses(office: Office) -> None:
    """It would be committed to, and signed, as soon as everything is put back."""
    parties(office)
    register = office.stores.register
    before = whole(register)
    with Session(register) as session, session.begin():
        _over_one_entry_more(session)
    with pytest.raises(LogBroken, match="不是本机私钥所签"):
        frozen(office)

    put(register, before)
    drawing, _ = frozen(office)
    assert _CODE in str(drawing.frozen.objects)


def test_a_commit_is_not_dated_by_an_entry_under_a_head_of_somebody_elses(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Put there once the draw was held: who knew the numbers before the commit could have kept back every other list."""
    parties(office)
    known = ORDER.replace('"dice10"', '"lottery"').replace("二十枚十面骰", "2025-06-03 第1期")
    made, _ = frozen(office, known)
    name, register = made.order.draw_id, office.stores.register
    steps.commit(office.stores, name, by="he", now=NOW + timedelta(days=2))
    before, since = whole(register), outward.public_since

    def dated_back(*given: Any) -> datetime | None:
        with Session(register) as session, session.begin():
            last = session.scalars(sa.select(ChangeRow).order_by(ChangeRow.serial.desc())).first()
            assert last is not None
            named, last.public_id = last.public_id, "x"
            said = session.get_one(LeafRow, last.serial).spoken
            _add(session, Kind.DRAW.value, named, said)
        return since(*given)

    monkeypatch.setattr(outward, "public_since", dated_back)
    with pytest.raises(LogBroken, match="不是本机私钥所签"):
        steps.seed(
            office.stores, name, "dice", "1.2.3.4.5.6./7./", evidence=None, photos=(), by="lin",
            now=NOW + timedelta(days=3),
        )  # fmt: skip
    put(register, before)
    assert faults(office) == []

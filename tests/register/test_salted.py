"""Of what is gone, no signed head tells anything to who tries guesses at it: the salt that went into it is gone too."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import LogBroken
from portal.register import digests, purging, salted
from portal.register.canonical import canonical_of
from portal.register.digests import Counted
from portal.register.proofs import heads
from portal.register.proofs.note import Checkpoint
from portal.register.records import Kind
from portal.register.tables.changes import DigestRow
from portal.register.tables.entities import EntityRow
from portal.register.tables.log import CheckpointRow
from portal.register.tallying import standing
from tests.raw import store_bytes
from tests.register.makers import a_public_agency, a_public_entity
from tests.register.test_verify_log import Keys, _audited, _put, _sign, _withdraw

_NAMES = [f"示例市{each}食品有限公司" for each in ("白鹭", "夜鹭", "苍鹭")]


def _head(engine: sa.Engine) -> Checkpoint:
    with Session(engine) as session:
        row = heads.last(session)
    assert row is not None
    return Checkpoint.of(row.note)


def _salt(engine: sa.Engine) -> str:
    with Session(engine) as session:
        return salted.stated(session)


def _text(engine: sa.Engine) -> bytes:
    with Session(engine) as session:
        return canonical_of(session.scalars(sa.select(EntityRow.body)).one())


def _guessed(engine: sa.Engine, head: Checkpoint, text: bytes, salts: Iterable[str]) -> set[str]:
    """Return which of the names stood in `text` when `head` was signed, as far as whoever has all the rest can find out."""
    tried = {
        name: digests.element("entity", "e_1", text.replace(_NAMES[1].encode(), name.encode()))
        for name in _NAMES
    }
    with Session(engine) as session:
        others = standing(session)
    return {
        name
        for name, each in tried.items()
        for salt in salts
        if digests.together({**others, "entity": Counted(1, digests.digest(each))}, salt)
        == head.records
    }


@pytest.fixture
def named(migrated_register: sa.Engine) -> tuple[sa.Engine, Keys]:
    """A register with an agency, and a party whose name is to be guessed."""
    keys = Keys()
    _put(migrated_register, keys, a_public_agency())
    _put(migrated_register, keys, a_public_entity(id="e_1", name=_NAMES[1]), day=1)
    return migrated_register, keys


def _masked(engine: sa.Engine, keys: Keys) -> None:
    mask = a_public_entity(id="e_1", name="示例市＊＊食品有限公司", form="sole_trader", masked=True)
    _put(engine, keys, mask, day=2)


def _gone(engine: sa.Engine, keys: Keys) -> None:
    _withdraw(engine, keys, Kind.ENTITY, "e_1", 2)


@pytest.mark.parametrize("hide", [_masked, _gone])
def test_who_kept_a_head_and_every_other_text_cannot_tell_which_name_it_was(
    named: tuple[sa.Engine, Keys], hide: Callable[[sa.Engine, Keys], None]
) -> None:
    engine, keys = named
    head, text, salt = _head(engine), _text(engine), _salt(engine)
    assert _guessed(engine, head, text, [salt]) == {_NAMES[1]}

    hide(engine, keys)

    assert _guessed(engine, head, text, ["", _salt(engine)]) == set()
    assert _audited(engine).faults == []


def test_the_salt_of_a_head_is_in_no_byte_once_what_it_signed_is_taken_away(
    named: tuple[sa.Engine, Keys], data: Path
) -> None:
    engine, keys = named
    before = bytes.fromhex(_salt(engine))
    assert before in store_bytes(data)

    _gone(engine, keys)
    purging.rewrite(engine)

    assert before not in store_bytes(data)
    assert before.hex().encode() not in store_bytes(data)


def test_each_head_over_more_entries_has_a_salt_of_its_own_and_one_over_as_many_the_same(
    named: tuple[sa.Engine, Keys],
) -> None:
    engine, keys = named
    seen = [_salt(engine)]
    for day in range(3):
        _put(engine, keys, a_public_entity(id=f"e_{day + 2}"), day=day + 2)
        seen.append(_salt(engine))
    head = _head(engine)
    _sign(engine, keys)

    assert len(set(seen)) == 4
    assert (_salt(engine), _head(engine)) == (seen[-1], head)


def test_another_salt_by_hand_or_none_is_told_and_nothing_is_signed_over_it(
    named: tuple[sa.Engine, Keys],
) -> None:
    engine, keys = named
    for deed in (
        sa.update(DigestRow).where(DigestRow.kind == salted.SALT).values(state=bytes(32)),
        sa.delete(DigestRow).where(DigestRow.kind == salted.SALT),
    ):
        with engine.begin() as connection:
            connection.execute(deed)

        assert len(_audited(engine).faults) == 1
        with pytest.raises(LogBroken, match="已公开记录的摘要"):
            _put(engine, keys, a_public_entity(id="e_2"), day=2)


def _as_before(engine: sa.Engine, keys: Keys) -> None:
    """Have the last head as a release signed it that knew of no salt."""
    assert keys.key is not None
    with Session(engine) as session, session.begin():
        row = session.scalars(sa.select(CheckpointRow).order_by(CheckpointRow.size.desc())).first()
        assert row is not None
        session.execute(sa.delete(DigestRow).where(DigestRow.kind == salted.SALT))
        plain = replace(Checkpoint.of(row.note), records=digests.together(standing(session), ""))
        row.note = keys.key.sign(plain.text)


def test_a_register_of_an_earlier_release_is_whole_as_it_is_and_has_a_salt_from_the_next_entry_on(
    named: tuple[sa.Engine, Keys],
) -> None:
    engine, keys = named
    _as_before(engine, keys)
    old = _head(engine)

    _sign(engine, keys)

    assert (_salt(engine), _head(engine)) == ("", old)
    assert _audited(engine).faults == []
    _put(engine, keys, a_public_entity(id="e_2"), day=2)
    assert len(_salt(engine)) == 64
    assert _audited(engine).faults == []

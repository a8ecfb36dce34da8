"""Two signed heads over the same entries: what a lawful history may make them differ in, and that nothing else passes."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import combinations
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.kit.db import engine_for
from portal.register.proofs import forgotten, heads
from portal.register.proofs.agreeing import contradicts
from portal.register.proofs.note import Checkpoint
from portal.register.proofs.restorations import Restoration
from portal.register.records import Kind
from portal.register.tables.changes import VersionRow
from portal.register.tables.log import CheckpointRow, LeafRow
from portal.register.writer import open_pen
from tests.register.makers import a_public_agency, a_public_entity
from tests.register.test_history import START
from tests.register.test_verify_log import Keys, _audited, _put, _sign, _withdraw
from tests.stage import register_alone


def _copied(engine: sa.Engine) -> sa.Engine:
    made = engine_for("sqlite://")
    with engine.connect() as read, made.connect() as there:
        theirs: sqlite3.Connection = read.connection.dbapi_connection  # type: ignore[assignment]
        theirs.backup(there.connection.dbapi_connection)  # type: ignore[arg-type]
    return made


@dataclass
class Life:
    """A register with its key, whoever watches every head of it, and one backup."""

    engine: sa.Engine
    keys: Keys = field(default_factory=Keys)
    seen: list[str] = field(default_factory=list)
    stated: list[Restoration] = field(default_factory=list)
    day: int = 0
    backup: sa.Engine | None = None

    def do(self, act: str, number: int) -> None:
        """Do one thing that an office does."""
        self.day += 1
        if act == "put":
            name = f"示例市{self.day}号"
            _put(self.engine, self.keys, a_public_entity(id=f"e_{number}", name=name), day=self.day)
        elif act == "mask":
            mask = a_public_entity(
                id=f"e_{number}", name="示例＊号", form="sole_trader", masked=True
            )
            _put(self.engine, self.keys, mask, day=self.day)
        elif act == "withdraw":
            _withdraw(self.engine, self.keys, Kind.ENTITY, f"e_{number}", self.day)
        elif act == "back up":
            self.backup = _copied(self.engine)
        elif act == "restore" and self.backup is not None:
            self._restore(number)
        elif act == "sign again":
            _sign(self.engine, self.keys)
        elif act == "older release":
            self._forget_lines(number)
        with Session(self.engine) as session:
            row = heads.last(session)
        if row is not None and row.note not in self.seen:
            self.seen.append(row.note)

    def _restore(self, number: int) -> None:
        assert self.backup is not None
        with Session(self.engine) as session:
            lost = heads.last(session)
        self.engine = _copied(self.backup)
        with Session(self.engine) as session:
            row = heads.last(session)
        at = START + timedelta(days=self.day)
        size = 0 if row is None else row.size
        self.stated.append(Restoration(size, None if lost is None else lost.note, at))
        with open_pen(self.engine, now=at, restorations=self.stated) as pen:
            if number == 0:
                pen.withdraw(Kind.ENTITY, ["e_0"])
            pen.sign(self.keys)

    def _forget_lines(self, number: int) -> None:
        """Have the last head as a release before would have signed it: heads said less then."""
        with Session(self.engine) as session, session.begin():
            row = heads.last(session)
            if row is not None and self.keys.key is not None and not self.seen:
                head = replace(Checkpoint.of(row.note), forgotten=None)
                head = replace(head, records=None) if number else head
                row.note = self.keys.key.sign(head.text)


_ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["put", "put", "mask", "withdraw", "back up", "restore", "sign again", "older release"]
        ),
        st.integers(0, 2),
    ),
    max_size=14,
)


@pytest.mark.sqlite
@given(acts=_ACTS)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_lawful_history_signs_two_heads_that_contradict_each_other(
    acts: list[tuple[str, int]], migrated: Path
) -> None:
    life = Life(register_alone(migrated))
    with open_pen(life.engine, now=START) as pen:
        pen.append(a_public_agency())
        pen.sign(life.keys)
    for act, number in [*acts, ("sign again", 0)]:
        life.do(act, number)

    for earlier, later in combinations(life.seen, 2):
        one, other = Checkpoint.of(earlier), Checkpoint.of(later)
        if (one.size, one.root) == (other.size, other.root):
            assert not contradicts(earlier, later)
    for note in life.seen:
        assert all("从备份恢复" in each for each in _audited(life.engine, note).faults)


@pytest.fixture
def lived(migrated_register: sa.Engine) -> Life:
    life = Life(migrated_register)
    _put(life.engine, life.keys, a_public_agency())
    for act in ("put", "mask", "put"):
        life.do(act, 1)
    at = START + timedelta(days=9)
    with Session(life.engine) as session:
        row = heads.last(session)
    assert row is not None
    with open_pen(life.engine, now=at, restorations=[Restoration(row.size, row.note, at)]) as pen:
        pen.sign(life.keys)
    return life


def _signed(life: Life, note: str, old: str, new: str) -> str:
    """Return a head of the log's own key that says something else in one line."""
    assert life.keys.key is not None
    text = note.rpartition("\n\n")[0] + "\n"
    assert old in text
    return life.keys.key.sign(text.replace(old, new))


def _changes(note: str) -> Iterator[tuple[str, str]]:
    head = Checkpoint.of(note)
    assert head.records
    assert head.forgotten
    assert head.restored
    for each in (head.records, head.forgotten, head.restored.split()[1]):
        yield each, "ab" * 32
    yield f"restored/1 {head.restored}", f"restored/1 2 {'cd' * 32}"
    yield f"forgotten/1 {head.forgotten}\n", f"forgotten/1 {head.forgotten}\nexample/else 1\n"


def test_a_head_over_the_same_entries_that_says_something_else_is_told(lived: Life) -> None:
    note = _audited(lived.engine).head
    assert note is not None
    for old, new in _changes(note):
        found = _audited(lived.engine, _signed(lived, note, old, new))
        assert any("见证文件" in each for each in found.faults), new
    assert _audited(lived.engine, note).faults == []


@pytest.mark.parametrize("between", ["\n", "\nexample/else\r", "\nexample/else\u2028"])
def test_a_head_that_says_one_thing_twice_is_told(lived: Life, between: str) -> None:
    """Whoever holds register and key takes a text away: the first line says so, the last what the witness has seen."""
    lived.do("put", 1)
    seen = _audited(lived.engine).head
    assert seen is not None
    said = f"mingcha/forgotten/1 {Checkpoint.of(seen).forgotten}"
    with Session(lived.engine) as session, session.begin():
        older = session.scalars(sa.select(VersionRow)).first()
        assert older is not None
        session.get_one(LeafRow, older.serial).salt = None
        forgotten.add(session, [older.serial])
        session.delete(older)
        gone = f"mingcha/forgotten/1 {forgotten.stated(session)}"
        row = session.get_one(CheckpointRow, Checkpoint.of(seen).size)
        row.note = _signed(lived, seen, said, f"{gone}{between}{said}")

    assert any("检查点" in each for each in _audited(lived.engine, seen).faults)


def test_a_head_that_a_release_before_signed_says_less_and_is_no_contradiction(lived: Life) -> None:
    note = _audited(lived.engine).head
    assert note is not None
    head = Checkpoint.of(note)
    assert lived.keys.key is not None
    for less in (replace(head, forgotten=None), replace(head, restored=None)):
        assert _audited(lived.engine, lived.keys.key.sign(less.text)).faults == []


def test_a_head_that_was_taken_out_is_told_by_who_saw_it(lived: Life) -> None:
    seen = lived.seen[0]
    assert _audited(lived.engine, seen).faults == []
    with lived.engine.begin() as connection:
        size = Checkpoint.of(seen).size
        connection.execute(sa.delete(CheckpointRow).where(CheckpointRow.size == size))

    assert _audited(lived.engine).faults == []
    assert _audited(lived.engine, seen).faults == ["见证文件中的检查点：登记册中已没有这个检查点"]


def test_a_restoration_stated_otherwise_since_is_told_by_who_saw_it(lived: Life) -> None:
    """Whoever holds key and list states other words for the same restoration; the entries are the same."""
    seen = _audited(lived.engine).head
    assert seen is not None
    at = START + timedelta(days=10)
    with open_pen(lived.engine, now=at, restorations=[Restoration(1, None, at)]) as pen:
        pen.append(a_public_entity(id="e_7", name="示例市七号"))
        pen.sign(lived.keys)

    assert _audited(lived.engine).faults != []
    told = _audited(lived.engine, seen).faults
    assert any("见证文件中的检查点：所签的恢复说明" in each for each in told)


@pytest.mark.parametrize("change", [("\n— ", "\n— else AAAAAAAA\n— "), ("=\n$", None)])
def test_a_head_whose_signatures_were_changed_by_hand_is_told(
    lived: Life, change: tuple[str, str | None]
) -> None:
    """One line more, or another spelling of the same signature: what is signed is the same."""
    seen = _audited(lived.engine).head
    assert seen is not None
    old, new = change
    spelt = f"{seen[:-3]}{chr(ord(seen[-3]) + 1)}=\n"
    with Session(lived.engine) as session, session.begin():
        row = session.get_one(CheckpointRow, Checkpoint.of(seen).size)
        row.note = spelt if new is None else seen.replace(old, new, 1)

    assert any("检查点" in each for each in _audited(lived.engine).faults)

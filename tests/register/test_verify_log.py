"""Every row is held against the log: whatever is edited by hand is found, and what is right passes."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from sqlalchemy.orm import Session

from portal.domain.errors import LogBroken
from portal.domain.merkle import leaf_hash
from portal.kit import migrate
from portal.kit.db import engine_for
from portal.register import digests, numbered, salted
from portal.register import records as r
from portal.register.canonical import canonical_of
from portal.register.placing import Numbers
from portal.register.proofs import entries
from portal.register.proofs.audit import audit
from portal.register.proofs.note import Signer
from portal.register.proofs.report import Audited
from portal.register.proofs.succession import LogKey
from portal.register.records import Kind
from portal.register.salted import SALT
from portal.register.tables.changes import ChangeRow, DigestRow, EpochRow
from portal.register.tables.log import CheckpointRow, LeafRow, TileRow
from portal.register.writer import Pen, open_pen
from tests import stage
from tests.register.by_hand import broken, changed, columns, delete, rows, update
from tests.register.makers import a_public_agency, a_public_entity, a_public_result, a_public_step
from tests.register.test_history import _ACTS, START, Act, _play
from tests.stage import register_alone


@dataclass
class Keys:
    """A key that lies in memory."""

    key: Signer | None = None

    def remember(self, taken: object, *, now: object) -> None:
        """Nothing is restored here."""

    def signer(self, *, may_make: bool) -> Signer:
        """Make it on the first signing."""
        if self.key is None:
            assert may_make
            self.key = Signer.new("mingcha.example/log")
        return self.key

    def heir(self) -> None:
        """There is none."""

    def handovers(self) -> tuple[str, ...]:
        """It is the first."""
        return ()

    def succeed(self, key: LogKey) -> Signer:
        """Nobody handed over."""
        raise LogBroken(key.vkey)

    def last_head(self) -> None:
        """None is kept."""

    def keep_head(self, note: str) -> None:
        """Nowhere."""


def _audited(engine: sa.Engine, witness: str | None = None) -> Audited:
    with Session(engine) as session:
        return audit(session, witness=witness)


def _sign(engine: sa.Engine, keys: Keys) -> None:
    with open_pen(engine, now=START) as pen:
        pen.sign(keys)


def _put(engine: sa.Engine, keys: Keys, *records: r.Record, day: int = 0) -> None:
    with open_pen(engine, now=START + timedelta(days=day)) as pen:
        for record in records:
            pen.append(record)
        pen.sign(keys)


def _withdraw(engine: sa.Engine, keys: Keys, kind: Kind, public_id: str, day: int) -> None:
    with open_pen(engine, now=START + timedelta(days=day)) as pen:
        pen.withdraw(kind, [public_id])
        pen.sign(keys)


def a_plan(version: int = 1) -> r.PublicPlan:
    task = r.PublicTask(
        id="t_1", code="01", name="食品经营抽查", object_scope="食品经营者", task_type="directed",
        starts_on=date(2025, 3, 1), ends_on=date(2025, 9, 30), item_ids=("i_1",),
    )  # fmt: skip
    return r.PublicPlan(
        id="p_1", agency_id="a_1", code="P", name="年度抽查计划", year=2025, version=version,
        approved_on=date(2025, 1, 2), tasks=(task,),
    )  # fmt: skip


def _bring_back(engine: sa.Engine, keys: Keys) -> None:
    _put(engine, keys, a_public_entity(id="e_4", name="示例市4号"), day=8)


@pytest.fixture
def filling(migrated_register: sa.Engine) -> tuple[sa.Engine, Keys]:
    """A small register in which all has happened but that what was withdrawn came back."""
    keys = Keys()
    engine = migrated_register
    item = r.PublicItem(id="i_1", agency_id="a_1", code="SP", name="食品标签", methods=("on_site",))
    notice = r.PublicNotice(
        id="w_1", ground="trade_secret", article="第十五条", decided_by="示例局", review_on=date(2026, 1, 1)
    )  # fmt: skip
    _put(engine, keys, a_public_agency(), item, a_plan(), notice)
    _put(
        engine, keys, *(a_public_entity(id=f"e_{n}", name=f"示例市{n}号") for n in range(5)), day=1
    )
    problems = [
        a_public_result(id=f"r_{n}", entity_id=f"e_{n % 5}", outcomes=("ordered_to_rectify",))
        for n in range(20)
    ]
    _put(engine, keys, *problems, day=2)
    _put(engine, keys, a_public_step(), a_public_step(id="f_2", step="closed"), day=3)
    _put(engine, keys, a_plan(2), a_public_entity(id="e_1", name="示例市一号改"), day=4)
    mask = a_public_entity(id="e_2", name="示例＊＊＊号", form="sole_trader", masked=True)
    _put(engine, keys, mask, day=5)
    _withdraw(engine, keys, Kind.FOLLOWUP, "f_2", 6)
    _withdraw(engine, keys, Kind.ENTITY, "e_4", 7)
    return engine, keys


@pytest.fixture
def filled(filling: tuple[sa.Engine, Keys]) -> sa.Engine:
    """A small register in which everything has happened: amended, redacted, withdrawn, back again."""
    _bring_back(*filling)
    return filling[0]


def test_a_register_in_which_everything_has_happened_agrees_with_its_log(filled: sa.Engine) -> None:
    found = _audited(filled)

    assert found.faults == []
    with Session(filled) as session:
        size = session.scalar(sa.select(sa.func.max(ChangeRow.serial))) or 0
        withdrawals = session.scalar(
            sa.select(sa.func.count()).where(ChangeRow.op == "withdraw")
        ) or 0  # fmt: skip
    assert found.done["entries"] == size
    assert found.done["live"] + found.done["versions"] + found.done["gone"] + withdrawals == size
    assert found.done["commitments"] == size - found.done["gone"]
    assert found.done["checkpoints"] == 9
    assert found.head is not None


@given(acts=_ACTS)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_history_agrees_with_its_log_and_keeps_no_salt_without_its_text(
    acts: list[Act], migrated: Path
) -> None:
    engine = register_alone(migrated)
    _play(engine, acts)
    _sign(engine, Keys())

    assert _audited(engine).faults == []


#: Tables whose every value matters. `epoch` is a mark for followers and proves nothing.
_HELD = (
    "change", "leaf", "tile", "checkpoint", "log_key", "version", "tally", "agency", "item", "entity",
    "entity_key", "plan", "task", "task_item", "result", "outcome", "followup", "withheld",
    "digest",
)  # fmt: skip


def _rows(connection: sa.Connection) -> Iterator[tuple[str, sa.Row[Any]]]:
    for table in _HELD:
        found = rows(connection, table)
        assert found or table == "task_item", table
        yield from ((table, row) for row in found)


@pytest.mark.slow
def test_any_cell_edited_by_hand_is_found(filled: sa.Engine) -> None:
    random_ = random.Random(20_250_602)
    with filled.connect() as connection:
        kinds = {table: columns(connection, table) for table in _HELD}
        cells = [
            (table, *column, row[0], row[at])
            for table, row in _rows(connection)
            for at, column in enumerate(kinds[table], 1)
        ]
    missed = []
    for table, name, kind, row, value in cells:
        other = changed(filled, random_, value, kind)
        found = broken(filled, update(filled, table, name), value=other, row=row)
        if found is not None and not found.fault_count:
            missed.append((table, name, value, other))

    assert missed == []
    assert _audited(filled).faults == []


def test_any_row_taken_out_by_hand_is_found(filled: sa.Engine) -> None:
    random_ = random.Random(1)
    with filled.connect() as connection:
        held = {table: rows(connection, table) for table in _HELD}
    few = [
        (table, row[0])
        for table, found in held.items()
        for row in random_.sample(found, min(4, len(found)))
    ]
    missed = [
        (table, place)
        for table, place in few
        if not (found := broken(filled, delete(filled, table), row=place)) or not found.fault_count
    ]

    #: An older head is not missed by what comes after it; a witness who saw it has it.
    assert [table for table, _ in missed if table != "checkpoint"] == []


@pytest.mark.slow
def test_any_row_of_the_lists_that_feeds_walk_is_held_against_its_change(
    filled: sa.Engine,
) -> None:
    """Where the text of the change is gone, only that there was one can be held against anything."""
    random_ = random.Random(4)
    held = " UNION ".join(
        f"SELECT serial FROM {table}"
        for table in ("version", "entity", "result", "followup", "plan")
    )
    names = {"scope": str, "serial": int, "kind": str, "event": str}
    with filled.connect() as connection:
        listed = rows(connection, "event", list(names), f"WHERE serial IN ({held})")
    assert len(listed) > 100
    missed = []
    for row in random_.sample(listed, 60):
        deeds: list[tuple[str, dict[str, Any]]] = [
            (update(filled, "event", name), {"value": changed(filled, random_, row[at], kind)})
            for at, (name, kind) in enumerate(names.items(), 1)
        ]
        for deed, values in [*deeds, (delete(filled, "event"), {})]:
            found = broken(filled, deed, row=row[0], **values)
            if found is not None and not found.fault_count:
                missed.append((deed, tuple(row)))

    assert missed == []


_BYTES = {"hash": bytes(32), "package": b"{}"}


@pytest.mark.parametrize(
    "deed",
    [
        "INSERT INTO change VALUES (999, 'publish', 'result', 'r_x', '2025-01-06 01:00:00')",
        "INSERT INTO change VALUES (0, 'withdraw', 'result', 'r_x', '2025-01-06 01:00:00')",
        "INSERT INTO leaf VALUES (999, :hash, NULL, NULL, NULL)",
        "INSERT INTO tile VALUES (0, 9, :hash)",
        "INSERT INTO checkpoint SELECT size + 1, note FROM checkpoint ORDER BY size DESC LIMIT 1",
        "INSERT INTO log_key SELECT vkey || 'x', 2, NULL FROM log_key",
        "INSERT INTO log_key SELECT vkey || 'x', 2, (SELECT max(note) FROM checkpoint) FROM log_key",
        "INSERT INTO version SELECT public_id, 99, serial, body FROM version LIMIT 1",
        "INSERT INTO followup SELECT agency_id, result_id, step, taken_on, 'f_9', 99, 1, published_on, body, line FROM followup",
        "INSERT INTO entity_key VALUES ('e_1', '示例市别名')",
        "INSERT INTO outcome VALUES ('r_0', 5, 'concealed', NULL, '2025-05-20')",
        "INSERT INTO tally VALUES ('a_1', 'document', 3)",
        "INSERT INTO event VALUES ('problems', 999, 1, 'agency', 'published')",
        "INSERT INTO event VALUES ('e:e_2', 999, 999, 'entity', 'published')",
        "UPDATE event SET event = 'published' WHERE event = 'corrected'",
        "DELETE FROM event WHERE scope = 'corrections'",
        "UPDATE event SET position = 1000 WHERE scope = '' AND position = 1",
        "UPDATE event SET position = 1000 WHERE scope = 'result' AND position = 2",
        "UPDATE event SET position = 1000 WHERE scope = 'e:e_1' AND position = (SELECT min(position) FROM event WHERE scope = 'e:e_1')",
        "INSERT INTO draw_package VALUES ('d_1', 0, :package)",
        "INSERT INTO draw_member VALUES ('d_1', '91990101MA0000000U', '一般', 'drawn', 0, '{}')",
        "UPDATE change SET serial = -serial",
        "UPDATE result SET body = replace(body, ',', ', ') WHERE public_id = 'r_3'",
        "DELETE FROM leaf WHERE serial = (SELECT max(serial) FROM leaf)",
    ],
)  # fmt: skip
def test_a_row_put_in_by_hand_is_found(filled: sa.Engine, deed: str) -> None:
    given = {name: value for name, value in _BYTES.items() if f":{name}" in deed}
    found = broken(filled, deed, **given)

    assert found is not None
    assert found.fault_count > 0


def test_two_changes_that_swap_their_places_are_found(filled: sa.Engine) -> None:
    with filled.begin() as connection:
        for table in ("change", "leaf"):
            for old, new in ((10, -1), (11, 10), (-1, 11)):
                deed = sa.text(f"UPDATE {table} SET serial = :new WHERE serial = :old")
                connection.execute(deed, {"new": new, "old": old})

    assert _audited(filled).fault_count > 0


def _cut(engine: sa.Engine) -> None:
    """Take the last release out so cleanly that nothing inside tells of it."""
    with engine.begin() as connection:

        def ask(statement: str, **values: Any) -> Any:
            return connection.execute(sa.text(statement), values)

        #: e_4, published again: the last act of `filled`.
        serial = ask("SELECT max(serial) FROM change").scalar_one()
        body = ask("SELECT body FROM entity WHERE serial = :at", at=serial).scalar_one()
        state = ask("SELECT state FROM digest WHERE kind = 'entity'").scalar_one()
        gone = digests.element("entity", "e_4", canonical_of(body))
        state = digests.minus(int.from_bytes(state), gone).to_bytes(digests.STATE_BYTES)
        ask("UPDATE digest SET state = :state WHERE kind = 'entity'", state=state)
        row = ask("SELECT serial, version, published_on FROM entity WHERE serial = :at", at=serial)
        place = numbered.element(
            "entity", "e_4", Numbers(serial, row.one()[1], START.date() + timedelta(8))
        )
        state = ask("SELECT state FROM digest WHERE kind = 'numbered'").scalar_one()
        state = digests.minus(int.from_bytes(state), place).to_bytes(digests.STATE_BYTES)
        ask("UPDATE digest SET state = :state WHERE kind = 'numbered'", state=state)
        ask("DELETE FROM entity_key WHERE entity_id = 'e_4'")
        ask("DELETE FROM entity WHERE serial = :at", at=serial)
        ask("UPDATE tally SET count = count - 1 WHERE what = 'entity'")
        for table in ("change", "leaf", "event"):
            ask(f"DELETE FROM {table} WHERE serial = :at", at=serial)
        ask("DELETE FROM checkpoint WHERE size = :at", at=serial)
        ask("UPDATE tile SET hashes = substr(hashes, 1, length(hashes) - 32)")


def test_a_tail_taken_off_is_found_by_who_saw_it(filling: tuple[sa.Engine, Keys]) -> None:
    engine, keys = filling
    with Session(engine) as session:
        kept = sa.update(DigestRow).where(DigestRow.kind == SALT).values(
            state=bytes.fromhex(salted.stated(session))
        )  # fmt: skip
    _bring_back(engine, keys)
    witness = _audited(engine).head
    assert _audited(engine, witness).faults == []

    _cut(engine)

    assert len(_audited(engine).faults) == 1  # the head that is last now was made with another salt
    with engine.begin() as connection:
        connection.execute(kept)
    assert _audited(engine).faults == []
    assert len(_audited(engine, witness).faults) == 1


def test_a_digest_too_long_to_be_one_is_told_of(filled: sa.Engine) -> None:
    with filled.begin() as connection:
        state = connection.execute(sa.text("SELECT state FROM digest LIMIT 1")).scalar_one()
        connection.execute(sa.text("UPDATE digest SET state = :state"), {"state": state + b"7"})

    assert _audited(filled).fault_count


def test_another_log_under_another_key_is_found_by_who_saw_the_first(
    filled: sa.Engine, migrated: Path
) -> None:
    witness = _audited(filled).head
    other = register_alone(migrated)
    keys = Keys()
    for n in range(60):
        _put(other, keys, a_public_agency(id=f"a_{n}"))

    found = _audited(other, witness)

    assert _audited(other).faults == []
    assert len(found.faults) == 2  # neither the key nor the root
    assert found.head is None


def test_what_nobody_has_signed_is_told(filled: sa.Engine) -> None:
    with open_pen(filled, now=START) as pen:
        pen.append(a_public_agency(id="a_2"))

    assert len(_audited(filled).faults) == 1


def test_a_head_is_signed_only_over_what_continues_the_last(filled: sa.Engine) -> None:
    with Session(filled) as session:
        heads = session.scalar(sa.select(sa.func.count()).select_from(CheckpointRow))
        key = session.scalars(sa.text("SELECT vkey FROM log_key")).one()
    with pytest.raises(LogBroken):
        _put(filled, Keys(Signer.new("mingcha.example/log")), a_public_agency(id="a_2"), day=9)
    with filled.begin() as connection:
        size = connection.execute(sa.text("SELECT length(hashes) FROM tile")).scalar_one()
        connection.execute(sa.text("UPDATE tile SET hashes = :hash"), {"hash": bytes(size)})
    with pytest.raises(LogBroken):
        _put(filled, Keys(Signer.new("mingcha.example/log")), a_public_agency(id="a_2"), day=9)

    with Session(filled) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(CheckpointRow)) == heads
        assert session.scalars(sa.text("SELECT vkey FROM log_key")).all() == [key]
        assert session.scalars(sa.text("SELECT 1 FROM agency WHERE public_id = 'a_2'")).all() == []


def test_nothing_is_added_where_changelog_and_log_stand_apart(filled: sa.Engine) -> None:
    with filled.begin() as connection:
        connection.exec_driver_sql("DELETE FROM leaf WHERE serial = (SELECT max(serial) FROM leaf)")

    with pytest.raises(LogBroken), Session(filled) as session:
        Pen(session, START)


def test_a_clock_set_back_changes_nothing_and_is_told(migrated_register: sa.Engine) -> None:
    """Who sets it back to have something published in time does so in sight of everybody."""
    keys = Keys()
    _put(migrated_register, keys, a_public_agency(), day=30)
    _put(migrated_register, keys, a_public_entity(), day=-300)

    found = _audited(migrated_register)

    assert (found.faults, found.done["checkpoints"]) == ([], 2)
    assert (found.backward, found.done["backward"]) == (2, 1)


def test_an_error_after_the_signing_leaves_the_last_head(filled: sa.Engine) -> None:
    before = _audited(filled).head

    def interrupted() -> None:
        with open_pen(filled, now=START) as pen:
            pen.append(a_public_agency(id="a_2"))
            pen.sign(Keys(Signer.new("x")))

    with pytest.raises(LogBroken):
        interrupted()

    assert _audited(filled).head == before


def test_salts_go_with_the_texts_they_open(filled: sa.Engine) -> None:
    with Session(filled) as session:
        kept = {
            (change.kind, change.public_id, change.op)
            for change, leaf in session.execute(
                sa.select(ChangeRow, LeafRow).join(LeafRow, LeafRow.serial == ChangeRow.serial)
            )
            if leaf.salt is None
        }
    #: e_2 was masked later; e_4 and its checks were withdrawn; the result of f_2 told what it said.
    assert {each[:2] for each in kept} == {
        ("entity", "e_2"), ("entity", "e_4"), ("followup", "f_2"), ("result", "r_1"),
        *(("result", f"r_{n}") for n in range(4, 20, 5)),
    }  # fmt: skip
    assert "withdraw" not in {op for _, _, op in kept}


def test_a_register_from_before_the_log_is_given_its_leaves(
    tmp_path: Path, data: Path, filled: sa.Engine
) -> None:
    filled.dispose()
    old = stage.copy(data, tmp_path / "old")
    url = stage.urls(old)[0].register_url
    migrate.downgrade("register", url, "0001")
    before = engine_for(url)
    with before.connect() as connection:
        assert "leaf" not in sa.inspect(connection).get_table_names()
    before.dispose()

    migrate.upgrade("register", url)

    engine = engine_for(url)
    unsigned = _audited(engine)
    with Session(engine) as session:
        size = session.scalar(sa.select(sa.func.count()).select_from(LeafRow))
        assert session.scalars(sa.select(EpochRow.value)).all()
    assert unsigned.faults == [
        f"有{size}条尚未签署；如刚升级过，请在办公端运行 portal-office migrate"
    ]
    _sign(engine, Keys())
    assert _audited(engine).faults == []
    engine.dispose()
    stage.clear(old)


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE change SET at = at || char(0)",
        "UPDATE result SET body = CAST(body AS BLOB) WHERE public_id = 'r_3'",
        "UPDATE event SET position = position + 0.5 WHERE scope = 'result'",
    ],
)
def test_a_value_of_another_kind_is_a_fault_and_no_crash(filled: sa.Engine, deed: str) -> None:
    """SQLite takes anything anywhere; what reads right may sort wrong, or not be read at all."""
    found = broken(filled, deed)

    assert found is not None
    assert found.faults != []


def test_positions_that_leave_room_between_are_found(filled: sa.Engine) -> None:
    """A feed is walked in blocks of them: the newest alone would be shown, and the rest be in no page before."""
    last = "(SELECT max(position) FROM event WHERE scope = 'result')"
    deed = f"UPDATE event SET position = 5000 WHERE scope = 'result' AND position = {last}"
    found = broken(filled, deed)

    assert found is not None
    assert found.faults == ["订阅清单的先后与变更记录不符"]


def test_a_step_kept_out_of_sight_is_found_and_its_result_not_amended_meanwhile(
    migrated_register: sa.Engine,
) -> None:
    """The state of a result follows from its steps: without them it would be signed as open for ever."""
    keys = Keys()
    problem = a_public_result(outcomes=("ordered_to_rectify",))
    _put(migrated_register, keys, a_public_agency(), a_public_entity(), problem)
    _put(migrated_register, keys, a_public_step(step="closed"), day=1)
    assert _audited(migrated_register).faults == []

    def hang(on: str) -> None:
        with migrated_register.begin() as connection:
            connection.execute(sa.text("UPDATE followup SET result_id = :on"), {"on": on})

    hang("r_9")
    assert any("处理状态" in each for each in _audited(migrated_register).faults)
    amended = a_public_result(outcomes=("ordered_to_rectify", "concealed"))
    with pytest.raises(LogBroken, match="处理状态"):
        _put(migrated_register, keys, amended, day=2)
    hang(problem.id)

    assert _audited(migrated_register).faults == []


def test_a_step_that_moves_to_another_result_changes_the_state_of_both(
    migrated_register: sa.Engine,
) -> None:
    keys = Keys()
    problems = [
        a_public_result(id=each, outcomes=("ordered_to_rectify",)) for each in ("r_1", "r_2")
    ]
    _put(migrated_register, keys, a_public_agency(), a_public_entity(), *problems)
    for day, result_id in enumerate(("r_1", "r_2"), 1):
        step = a_public_step(step="closed", result_id=result_id)
        _put(migrated_register, keys, step, day=day)

    assert _audited(migrated_register).faults == []


@pytest.mark.parametrize(
    ("said", "faults"),
    [
        ('draw.commit {"draw_id":"D-1","objects_count":0}', 0),
        ('draw.commit {"draw_id":"D-1","objects_count":9}', 1),
        ('draw.void {"draw_id":"D-1","reason":"x"}', 1),
        (None, 1),
    ],
)
def test_what_an_entry_says_of_a_draw_is_what_the_draw_says(
    migrated_register: sa.Engine, said: str | None, faults: int
) -> None:
    """Who holds the key may sign any entry; that it fits is for everybody to see."""
    engine = migrated_register
    draw = r.PublicDraw(
        id="d_1", agency_id="a_1", name="抽取", round_no=1, drawn_on=START.date(), method="software",
        scheme="dsr-draw/1", draw_code="D-1", commitment='{"draw_id":"D-1","objects_count":0}',
    )  # fmt: skip
    with open_pen(engine, now=START) as pen:
        pen.append(a_public_agency())
        pen.append(draw)
    with Session(engine) as session, session.begin():
        leaf, change = session.get_one(LeafRow, 2), session.get_one(ChangeRow, 2)
        leaf.spoken = said
        line = entries.entry("publish", "draw", change.at, leaf.commitment, None, spoken=said)
        tile = session.get_one(TileRow, (0, 0))
        tile.hashes = tile.hashes[:32] + leaf_hash(line)
    _sign(engine, Keys())

    told = _audited(engine).faults
    assert [("抽取步骤" in each) for each in told] == [True] * faults


def test_a_check_moved_to_another_region_of_its_agency_is_found(
    migrated_register: sa.Engine,
) -> None:
    """It keeps the region that its agency had on the day, in no text of its own; statistics and lists go by it."""
    keys = Keys()
    agencies = [a_public_agency(region=region) for region in ("990101", "990102")]
    _put(migrated_register, keys, agencies[0], a_public_entity(), a_public_result(id="r_1"))
    _put(migrated_register, keys, agencies[1], a_public_result(id="r_2"), day=1)
    assert _audited(migrated_register).faults == []
    for moved, region in (("r_1", "990102"), ("r_2", "990101")):
        found = broken(
            migrated_register,
            f"UPDATE result SET region = '{region}' WHERE public_id = '{moved}'",
        )
        assert found is not None
        assert f"抽查结果 {moved}：供查询的列与正文不符" in found.faults
    for moved, region in (("r_1", "990102"), ("r_2", "990101")):
        found = broken(
            migrated_register,
            f"UPDATE event SET scope = 'g:{region}', position = position + 10 WHERE scope LIKE 'g:%' "
            f"AND serial = (SELECT serial FROM result WHERE public_id = '{moved}')",
        )
        assert found is not None
        assert any("订阅清单所载与变更记录不符" in each for each in found.faults)


def test_a_check_of_a_body_whose_older_text_is_gone_is_not_wrong(
    migrated_register: sa.Engine,
) -> None:
    """It moved, and something is kept back of it since: nothing tells any more where it stood, but where it stands is held."""
    keys = Keys()
    hidden = (r.Withheld(field="duties", ground="work_secret", article="第十四条"),)
    before, after = (
        a_public_agency(region=each, duties="市场监管") for each in ("990101", "990102")
    )
    _put(migrated_register, keys, before, a_public_entity(), a_public_result(id="r_1"))
    _put(migrated_register, keys, after, a_public_result(id="r_2"), day=1)
    kept_back = a_public_agency(region="990102", withheld=hidden)
    _put(migrated_register, keys, kept_back, a_public_result(id="r_3"), day=2)
    assert _audited(migrated_register).faults == []
    moved = "UPDATE result SET region = '990101' WHERE public_id = 'r_3'"
    found = broken(migrated_register, moved)
    assert found is not None
    assert "抽查结果 r_3：供查询的列与正文不符" in found.faults

"""What the office lets out by itself was ordered, once, and since the last restoration: its rows alone say nothing."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.workflow import Role
from portal.internal.desk import decide, people, release, retract, review, scheduled
from portal.internal.desk.batches import HalfReleased
from portal.internal.desk.binding import ContentChanged
from portal.internal.desk.stores import Stores, open_stores
from portal.register.records import Kind
from portal.register.tables.draws import DrawRow
from portal.register.tables.results import ResultRow
from tests.airlock.hands import id_of
from tests.conftest import NOW, Office
from tests.internal.test_backup import _back_up, _close, _restore
from tests.internal.test_decide import HIDE, KEY
from tests.makers import CREDIT_CODE, RESULT_ROW, Row
from tests.stage import urls

HOUR = timedelta(hours=1)
LATER = NOW + timedelta(days=9)
DRAW = {
    "code": "2025-01", "name": "第一轮", "drawn_on": "2025-06-01", "method": "系统随机抽取",
    "embargo_until": "2025-06-10", "entity_name": "示例市青禾食品有限公司", "identifier": CREDIT_CODE,
}  # fmt: skip

HIDDEN = {
    **RESULT_ROW, "disclosure": "不予公开", "ground": "商业秘密", "article": "第十五条", "decided_by": "示例市市场监督管理局",
    "decided_on": "2025-05-21", "review_on": "2026-05-20",
}  # fmt: skip
AMENDED = {**RESULT_ROW, "inspected_on": "2025-05-15"}


def _approved(office: Office, kind: str, row: Row) -> int:
    batch = office.file(kind, row).batch_id
    assert batch is not None
    review.approve(office.stores, batch, by="wu", now=NOW)
    return batch


def _by_hand(stores: Stores, batch: int, **values: str | datetime | None) -> None:
    with stores.internal.begin() as connection:
        told = ", ".join(f"{name} = :{name}" for name in values)
        plain = {
            name: value.replace(tzinfo=None) if isinstance(value, datetime) else value
            for name, value in values.items()
        }
        connection.execute(
            sa.text(f"UPDATE batch SET {told} WHERE id = :id"), plain | {"id": batch}
        )


def _shown(stores: Stores, table: type[ResultRow | DrawRow]) -> list[str]:
    with Session(stores.register) as session:
        return list(session.scalars(sa.select(table.body)))


def test_a_list_does_not_go_out_with_a_draw_that_nobody_released(office: Office) -> None:
    batch = _approved(office, "draws", DRAW)
    _by_hand(office.stores, batch, state="released", released_by="he", released_at=NOW)

    done = scheduled.carry_out(office.stores, now=LATER)

    assert (done.listed, _shown(office.stores, DrawRow)) == ([], [])


def test_an_order_that_was_carried_out_is_none_any_more(office: Office) -> None:
    """What was corrected since would go out again as it was, as soon as the correction is out of sight."""
    first = _approved(office, "results", RESULT_ROW)
    scheduled.order(office.stores, first, at=NOW + HOUR, by="he", now=NOW)
    assert scheduled.carry_out(office.stores, now=NOW + HOUR).released == [first]
    second = _approved(office, "results", AMENDED)
    release.release(office.stores, second, by="he", now=NOW + HOUR)
    (corrected,) = _shown(office.stores, ResultRow)
    for batch in (first, second):
        _by_hand(office.stores, batch, state="approved")

    done = scheduled.carry_out(office.stores, now=LATER)

    assert (done.released, _shown(office.stores, ResultRow)) == ([], [corrected])


@pytest.mark.parametrize("kind", ["results", "draws"])
def test_what_was_ordered_before_a_restoration_stays_in_whatever_the_rows_say(
    office: Office, data: Path, tmp_path: Path, kind: str
) -> None:
    batch = _approved(office, kind, RESULT_ROW if kind == "results" else DRAW)
    if kind == "results":
        scheduled.order(office.stores, batch, at=NOW + HOUR, by="he", now=NOW)
    else:
        release.release(office.stores, batch, by="he", now=NOW)
    made = _back_up(office, data, tmp_path / "backups")
    _close(office.stores)
    _restore(data, made)
    stores = open_stores(*urls(data))
    with stores.internal.begin() as connection:
        connection.execute(sa.text("DELETE FROM setting WHERE name = 'restored'"))
    if kind == "results":
        _by_hand(stores, batch, release_at=NOW + HOUR, ordered_by="he")

    done = scheduled.carry_out(stores, now=LATER)

    assert done.released == done.listed == []
    _close(stores)


def test_what_was_never_released_is_held_to_the_letter_of_its_approval(office: Office) -> None:
    """A moment of release, written in by hand, makes of no batch one that was public already."""
    batch = _approved(office, "results", RESULT_ROW)
    _by_hand(office.stores, batch, released_at=NOW)
    people.set_roles(office.stores.internal, "wu", (Role.CLERK,), by="an")

    with pytest.raises(ContentChanged, match="审核已失效"):
        release.release(office.stores, batch, by="he", now=NOW)


@pytest.mark.parametrize("state", ["approved", "returned", "released"])
def test_no_file_passes_over_a_release_that_the_ledger_knows(office: Office, state: str) -> None:
    """It would say that it hides a record, and leave it public: nothing in the store says that it was."""
    first = _approved(office, "results", RESULT_ROW)
    release.release(office.stores, first, by="he", now=NOW)
    second = _approved(office, "results", HIDDEN)
    _by_hand(office.stores, first, state=state, released_at=None)

    with pytest.raises(HalfReleased, match="台账载明"):
        release.release(office.stores, second, by="he", now=NOW)

    _by_hand(office.stores, first, state="released", released_at=NOW)
    release.release(office.stores, second, by="he", now=NOW)
    assert _shown(office.stores, ResultRow) == []


@pytest.mark.parametrize("deed", ["decision", "release", "withdrawal"])
def test_what_nobody_released_goes_out_with_nothing_else(office: Office, deed: str) -> None:
    """Though it was approved, and its row says that it is out."""
    other = {**RESULT_ROW, "code": "JC-0007"}
    for row in (RESULT_ROW, other):
        release.release(office.stores, _approved(office, "results", row), by="he", now=NOW)
    shown = _shown(office.stores, ResultRow)
    third = _approved(office, "results", HIDDEN | {"code": "JC-0008"})
    _by_hand(
        office.stores, _approved(office, "results", AMENDED), state="released", released_at=NOW
    )

    if deed == "withdrawal":
        gone = id_of(office, "JC-0007")
        retract.retract(office.stores, Kind.RESULT, gone, by="he", second="an", now=NOW)
    elif deed == "decision":
        with pytest.raises(HalfReleased, match="台账却没有记载"):
            decide.decide(office.stores, Kind.RESULT, KEY, [HIDE], by="wu", now=NOW)
    else:
        with pytest.raises(HalfReleased, match="台账却没有记载"):
            release.release(office.stores, third, by="he", now=NOW)

    left = _shown(office.stores, ResultRow)
    assert (set(left) <= set(shown), len(left)) == (True, 1 if deed == "withdrawal" else 2)


def test_a_withdrawal_is_not_carried_out_again_of_what_was_released_since(office: Office) -> None:
    release.release(office.stores, _approved(office, "results", RESULT_ROW), by="he", now=NOW)
    gone = id_of(office, str(RESULT_ROW["code"]))
    retract.retract(office.stores, Kind.RESULT, gone, by="he", second="an", now=NOW)
    anew = _approved(office, "results", AMENDED)
    release.release(office.stores, anew, by="he", now=NOW)
    _by_hand(office.stores, anew, released_at=None)
    with office.stores.internal.begin() as connection:
        connection.execute(sa.text("UPDATE withdrawal SET done_at = NULL"))

    done = scheduled.carry_out(office.stores, now=LATER)

    assert (done.withdrawals, len(_shown(office.stores, ResultRow))) == ([], 1)


def test_what_was_returned_is_approved_and_ordered_by_nobody_any_more(office: Office) -> None:
    batch = _approved(office, "results", RESULT_ROW)
    scheduled.order(office.stores, batch, at=NOW + HOUR, by="he", now=NOW)
    kept = sa.text("SELECT * FROM approval WHERE batch_id = :batch")
    with office.stores.internal.connect() as connection:
        (approval,) = connection.execute(kept, {"batch": batch}).mappings()
    review.give_back(office.stores, batch, by="wu", now=NOW, reason="有误")
    _by_hand(office.stores, batch, state="approved", release_at=NOW + HOUR, ordered_by="he")
    with office.stores.internal.begin() as connection:
        connection.execute(sa.text("UPDATE filing SET live = true"))
        named = ", ".join(f":{name}" for name in approval)
        connection.execute(
            sa.text(f"INSERT INTO approval ({', '.join(approval.keys())}) VALUES ({named})"),
            dict(approval),
        )

    assert scheduled.carry_out(office.stores, now=LATER).released == []
    with pytest.raises(ContentChanged, match="没有有效的审核记录"):
        release.release(office.stores, batch, by="he", now=NOW)
    assert _shown(office.stores, ResultRow) == []

"""Who is withdrawn or hidden after a draw was revealed stands in its package no more; the draw still recomputes."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.masks import WITHHELD_NAME
from portal.domain.errors import WrongState
from portal.domain.grounds import Ground
from portal.domain.sortition import outcome
from portal.domain.sortition.hashing import canonical, tagged
from portal.domain.verdicts import Act
from portal.internal.desk import decide, retract
from portal.internal.desk.drawing import freezing, keeping, orders, outward, steps
from portal.internal.tables.filings import FilingRow
from portal.register import packages, purging
from portal.register.dumps import shelf
from portal.register.dumps.describing import Terms
from portal.register.proofs.audit import audit
from portal.register.records import Kind, PublicDraw
from portal.register.search import keeping as keeping_index
from portal.register.tables.draws import DrawMemberRow
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import ORDER, frozen, numbered, parties, sealed
from tests.internal.test_narrowing import HIDDEN
from tests.raw import store_bytes

LATER = NOW + timedelta(days=40)
NUMBER = numbered(3)
SECOND = ORDER.replace("shili-1", "shili-2").replace(
    'place = "示例市政务公开厅"',
    'place = "示例市政务公开厅"\nround = 2\nexclude_drawn_in = ["shili-1"]',
)


@pytest.fixture
def revealed(office: Office) -> Office:
    """An office with a revealed draw among ten companies."""
    parties(office)
    steps.reveal(office.stores, sealed(office), by="he", second="an", now=LATER)
    return office


def _shown(office: Office, name: str = "shili-1") -> tuple[PublicDraw, str]:
    with Session(office.stores.internal) as session:
        found = outward.public_record(office.stores, session, keeping.load(session, name))
    assert found is not None
    with Session(office.stores.register) as session:
        return found, b"".join(packages.pieces(session, found.id)).decode()


def _members(office: Office) -> set[str]:
    with Session(office.stores.register) as session:
        return set(session.scalars(sa.select(DrawMemberRow.object_id)))


def _withdraw(office: Office, number: str = NUMBER) -> None:
    with Session(office.stores.internal) as session:
        key = FilingRow.key == f"uscc:{number}"
        public_id = session.scalars(sa.select(FilingRow.public_id).where(key)).one()
    retract.retract(office.stores, Kind.ENTITY, public_id, by="he", second="an", now=LATER)


def _hide(office: Office) -> None:
    decide.decide(
        office.stores, Kind.ENTITY, f"uscc:{NUMBER}", [HIDDEN], by="wu", now=LATER, confirmed=True
    )


def _unname(office: Office) -> None:
    decide.decide(
        office.stores, Kind.ENTITY, f"uscc:{NUMBER}", [replace(HIDDEN, place="name")], by="wu",
        now=LATER,
    )  # fmt: skip


def _refile(office: Office) -> None:
    row = {"entity_name": "示例市第3食品有限公司", "identifier": NUMBER, "form": "个体工商户"}
    office.put("entities", row, now=LATER, let_pass=True)


@pytest.mark.parametrize("way", [_withdraw, _hide, _unname, _refile])
def test_who_may_not_be_named_any_more_is_closed_in_the_package_at_once(
    revealed: Office, data: Path, way: Callable[[Office], None]
) -> None:
    before, text = _shown(revealed)
    assert NUMBER in text
    assert NUMBER in _members(revealed)

    way(revealed)

    after, text = _shown(revealed)
    assert NUMBER not in text
    assert NUMBER.encode() not in store_bytes(data)
    assert NUMBER not in _members(revealed)
    assert outcome.recompute(text.encode()).result_hash == before.result_hash == after.result_hash
    with Session(revealed.stores.register) as session:
        assert audit(session).faults == []


def test_a_later_round_does_not_tell_whom_an_earlier_one_drew_once_that_is_hidden(
    office: Office,
) -> None:
    parties(office)
    steps.reveal(office.stores, sealed(office), by="he", second="an", now=LATER)
    steps.reveal(office.stores, sealed(office, SECOND), by="he", second="an", now=LATER)
    record, _ = _shown(office)
    with Session(office.stores.register) as session:
        drawn = packages.drawn(session, record.id, limit=10)[0]
    before, text = _shown(office, "shili-2")
    assert text.count(drawn) == 2

    _withdraw(office, drawn)

    after, text = _shown(office, "shili-2")
    assert drawn not in text
    assert outcome.recompute(text.encode()).result_hash == before.result_hash == after.result_hash


def test_a_party_on_file_that_was_never_released_is_not_in_the_drum(office: Office) -> None:
    parties(office)
    office.file(
        "entities",
        {"entity_name": "示例市未发布公司", "identifier": numbered(42), "region": "990101"},
    )

    steps.reveal(office.stores, sealed(office), by="he", second="an", now=LATER)

    record, text = _shown(office)
    assert record.frame_count == 10
    assert numbered(42) not in text
    assert numbered(42) not in _members(office)


@pytest.mark.parametrize(
    "deed",
    [
        pytest.param(
            "UPDATE draw_package SET piece = replace(piece, 'object_id', 'object_ix')",
            marks=pytest.mark.sqlite,
        ),
        pytest.param(
            "UPDATE draw_package SET piece = "
            "convert_to(replace(convert_from(piece, 'UTF8'), 'object_id', 'object_ix'), 'UTF8')",
            marks=pytest.mark.postgres,
        ),
        "DELETE FROM draw_package",
        "UPDATE draw_package SET number = number + 1",
        "UPDATE draw_member SET state = 'undrawn' WHERE state = 'drawn'",
        "UPDATE draw_member SET object_id = object_id || 'X'",
        "UPDATE draw_member SET stratum = '重点'",
        "DELETE FROM draw_member WHERE state = 'drawn'",
    ],
)
def test_a_package_edited_by_hand_is_found(revealed: Office, deed: str) -> None:
    with Session(revealed.stores.register) as session:
        assert audit(session).faults == []
        session.execute(sa.text(deed))
        faults = audit(session).faults
        session.rollback()

    assert faults != []


def test_names_without_proofs_are_missed_and_said_how_an_upgrade_gives_them(
    revealed: Office,
) -> None:
    with Session(revealed.stores.register) as session:
        session.execute(sa.update(DrawMemberRow).values(place=-1, entry=""))
        [bare] = audit(session).faults
        session.execute(sa.update(DrawMemberRow).values(state="undrawn"))
        [wrong] = audit(session).faults

    assert ("portal-office draw resume" in bare, "与数据包不符" in wrong) == (True, True)


@pytest.fixture
def committed(office: Office) -> Office:
    """An office with a draw committed to, whose title names a party that is public."""
    named = {"entity_name": WHO, "identifier": numbered(11), "region": "990101"}
    parties(office, named)
    frozen(office, ORDER.replace("第一轮", f"：{WHO}"))
    steps.commit(office.stores, "shili-1", by="he", now=NOW)
    return office


WHO = "示例市丙丁食品有限公司"


def _hide_named(office: Office) -> None:
    order = replace(HIDDEN, place="name", ground=Ground.STATE_SECRET)
    decide.decide(
        office.stores, Kind.ENTITY, f"uscc:{numbered(11)}", [order], by="wu", second="bao",
        now=NOW, confirmed=True,
    )  # fmt: skip


def test_a_guess_at_a_title_hidden_since_cannot_be_tried_against_the_log(committed: Office) -> None:
    """The plan has a salt of its own, and goes with it; what stays in the log proves the plan to whoever kept it."""
    before, _ = _shown(committed)
    plan = json.loads(before.plan or "{}")
    salt = plan["info"].pop("salt")
    with Session(committed.stores.internal) as session:
        kept = keeping.load(session, "shili-1")

    _hide_named(committed)

    after, _ = _shown(committed)
    stated = json.loads(after.commitment or "{}")["plan_hash"]
    assert (after.plan, after.name) == (None, WITHHELD_NAME)
    assert tagged("dsr-draw/1/plan", canonical(plan)).hex() != stated
    assert tagged("dsr-draw/1/plan", (before.plan or "").encode()).hex() == stated
    assert salt not in msgspec.json.encode(after).decode()
    assert (len(salt), salt.isalpha()) == (64, True)
    assert kept.frozen.plan["info"]["salt"] == salt


def test_every_plan_has_a_salt_of_its_own(office: Office) -> None:
    parties(office)
    read = orders.read(ORDER)
    salts = {freezing.preview(office.stores, read, now=NOW).plan["info"]["salt"] for _ in range(3)}
    assert len(salts) == 3


def test_a_draw_frozen_before_plans_had_salts_goes_on_as_ever(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    parties(office)
    described = freezing.described
    monkeypatch.setattr(
        freezing,
        "described",
        lambda order, salt: {k: v for k, v in described(order, salt).items() if k != "salt"},
    )
    steps.reveal(office.stores, sealed(office), by="he", second="an", now=LATER)

    record, text = _shown(office)

    assert outcome.recompute(text.encode()).result_hash == record.result_hash
    with Session(office.stores.register) as session:
        assert audit(session).faults == []


def test_who_approved_a_void_is_named_neither_in_the_record_nor_in_the_log_once_hidden(
    committed: Office, data: Path
) -> None:
    unit = f"{WHO}监督科"
    _void(committed, unit=unit)
    assert _shown(committed)[0].void_by == unit

    _hide_named(committed)

    record, _ = _shown(committed)
    assert (record.stage, record.void_by, record.replaced_by) == ("void", None, "shili-2")
    assert WHO.encode() not in store_bytes(data)
    with Session(committed.stores.register) as session:
        assert audit(session).faults == []


@pytest.mark.parametrize(
    "terms", [{"unit": f"{WHO}监督科"}, {"replaced_by": WHO}, {"unit": "监督科13912345678"}]
)
def test_a_draw_is_not_voided_in_words_that_may_not_be_public(
    committed: Office, terms: dict[str, str]
) -> None:
    """The words would stand there for good."""
    _hide_named(committed)
    with pytest.raises(WrongState):
        _void(committed, **terms)
    assert _shown(committed)[0].stage == "frozen"


def test_a_step_that_leaves_words_out_leaves_them_in_no_file(office: Office, data: Path) -> None:
    """Whoever joins the roster is named by no step of a draw that is called after them: it says less than the one before."""
    parties(office)
    stores = office.stores
    _, share = frozen(office, ORDER.replace("食品经营抽查第一轮", "欧阳示例专项抽查"))
    steps.commit(stores, "shili-1", by="he", now=NOW)
    signer = stores.log_key.signer(may_make=False)
    shelf.cut(stores.register, stores.dumps, Terms("https://mingcha.example", "明察", ""), signer)
    keeping_index.catch_up(stores.register, stores.index)
    before = _is_indexed(data)
    office.put(
        "inspectors", {"certificate": "99010000009", "name": "欧阳示例", "regions": "990101"}
    )

    steps.seed(
        stores, "shili-1", "jj", share, evidence=None, photos=(), by="lin", now=NOW
    )  # fmt: skip

    assert _shown(office)[0].name == WITHHELD_NAME
    assert (before, _is_indexed(data)) == (True, False)
    assert shelf.on(stores.dumps) == []
    assert purging.owed(stores.register) == 0


def _is_indexed(data: Path) -> bool:
    text = b"".join(each.read_bytes() for each in (data / "search").iterdir())
    return any("欧阳示例".encode(code) in text for code in ("utf-8", "utf-16-le"))


def _void(office: Office, **changes: str) -> None:
    terms = {"reason": "list_error", "unit": "示例市司法局", "replaced_by": "shili-2"} | changes
    steps.void(office.stores, "shili-1", **terms, by="he", second="an", now=NOW, asked=None)


@pytest.mark.parametrize("named", ["plan", "void_by"])
def test_who_was_hidden_and_shown_again_keeps_nobody_else_in_a_draw_that_is_void(
    office: Office, data: Path, named: str
) -> None:
    """What a void draw says of somebody comes back with them, and whoever is hidden next goes as from any other."""
    parties(office)
    whom = "示例市第3食品有限公司"
    made, _ = frozen(
        office, ORDER.replace("二十枚十面骰", f"{whom}的骰子") if named == "plan" else ORDER
    )
    steps.commit(office.stores, made.order.draw_id, by="he", now=NOW)
    _void(office, unit="示例市司法局" if named == "plan" else whom)
    said, _ = _shown(office)
    opened = replace(HIDDEN, act=Act.OPEN, ground=None, article="", review_on=None)
    words: dict[str, Any] = {"by": "wu", "second": "bao", "now": LATER, "confirmed": True}

    _hide(office)
    assert getattr(_shown(office)[0], named) is None
    decide.decide(office.stores, Kind.ENTITY, f"uscc:{NUMBER}", [opened], **words)
    assert getattr(_shown(office)[0], named) == getattr(said, named)
    decide.decide(office.stores, Kind.ENTITY, f"uscc:{numbered(4)}", [HIDDEN], **words)

    assert numbered(4).encode() not in store_bytes(data)
    with Session(office.stores.internal) as session:
        assert decide.left_undone(session) == []
    with Session(office.stores.register) as session:
        assert audit(session).faults == []

"""A draw in the office's store is held against the ledger, and against what the register has said of it for good."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import LogBroken, WrongState
from portal.domain.sortition import outcome
from portal.domain.sortition.stated import replacement_digest
from portal.domain.sortition.timing import TooEarly
from portal.internal.desk import decide
from portal.internal.desk.drawing import asking, keeping, noted, orders, outward, steps
from portal.internal.desk.drawing.keeping import Asked, Drawing, Tampered
from portal.internal.tables.drawings import DrawingRow
from portal.kit.db import UtcDateTime, write_lock
from portal.register.evidence import PublicReplacement
from portal.register.records import Kind
from portal.register.tables.draws import DrawMemberRow
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import DICE, ORDER, frozen, numbered, parties, sealed
from tests.internal.test_drawing import LATER, public, replace_one, said, sound
from tests.internal.test_narrowing import HIDDEN
from tests.register.by_hand import unguard

NAME = "shili-1"


@pytest.fixture
def drum(office: Office) -> Office:
    """An office with ten companies and four inspectors."""
    parties(office)
    return office


def _by_hand(office: Office, deed: Callable[[Drawing], object], stage: str | None = None) -> None:
    """Change the row as somebody does who may write the store."""
    with write_lock(office.stores.internal) as session:
        drawing = keeping.load(session, NAME)
        deed(drawing)
        drawing.save(stage)


def _noted(office: Office) -> None:
    """Have the ledger say that the row as it is was left by a step."""
    with write_lock(office.stores.internal) as session:
        noted.note(session, keeping.load(session, NAME).row, "draw-seed", "lin", now=NOW)


def _seeded(office: Office) -> None:
    _, share = frozen(office)
    steps.commit(office.stores, NAME, by="he", now=NOW)
    _seed(office, share)


def _seed(office: Office, share: str) -> None:
    for source, value in (("jj", share), ("dice", DICE)):
        steps.seed(
            office.stores, NAME, source, value, evidence=None, photos=(), by="lin", now=NOW
        )  # fmt: skip


def _void(office: Office) -> None:
    steps.void(
        office.stores, NAME, reason="cancelled", unit="示例市司法局", replaced_by=None,
        by="he", second="an", now=NOW,
    )  # fmt: skip


def test_a_seed_entered_otherwise_by_hand_draws_nothing(drum: Office) -> None:
    _seeded(drum)
    _by_hand(drum, lambda d: setattr(d.progress.seeds[1], "value", DICE[::-1]))
    with pytest.raises(Tampered):
        steps.draw(drum.stores, NAME, by="he", now=NOW)
    with Session(drum.stores.internal) as session:
        assert list(noted.unknown(session)) == [NAME]
    assert said(drum) == ["draw.commit"]


def test_a_replacement_rewritten_before_the_reveal_is_not_revealed(drum: Office) -> None:
    sealed(drum)
    with Session(drum.stores.internal) as session:
        strata = outcome.compute(keeping.load(session, NAME).package()).result["strata"]
    drawn = strata[0]["drawn"]  # type: ignore[index] # a list of objects
    event = {"type": "object", "stratum": "一般", "out": drawn[0], "reason": "closed"}
    steps.replace(drum.stores, NAME, event, by="he", second="an", now=NOW)
    _by_hand(drum, lambda d: d.progress.swaps[0].event.update(out=drawn[1]))
    with pytest.raises(Tampered):
        steps.reveal(drum.stores, NAME, by="he", second="an", now=LATER)
    _noted(drum)
    with pytest.raises(Tampered, match="替换"):
        steps.reveal(drum.stores, NAME, by="he", second="an", now=LATER)
    _by_hand(drum, _sealed_anew)
    _noted(drum)
    with pytest.raises(LogBroken, match="replacements"):
        steps.reveal(drum.stores, NAME, by="he", second="an", now=LATER)
    assert said(drum) == ["draw.commit", "draw.sealed", "draw.replacement"]


def _sealed_anew(drawing: Drawing) -> None:
    swap = drawing.progress.swaps[0]
    swap.digest = replacement_digest(bytes.fromhex(swap.salt), NAME, 1, swap.event).hex()


@pytest.mark.parametrize("stage", ["committed", "drawn", "revealed", "void"])
def test_a_row_alone_orders_no_step(drum: Office, stage: str) -> None:
    """Neither an upgrade nor a decision about a party carries it out."""
    before: list[str] = []
    if stage in ("drawn", "revealed"):
        sealed(drum)
        before = ["draw.commit", "draw.sealed"]
    else:
        frozen(drum)

    def deed(drawing: Drawing) -> None:
        drawing.progress.committed_by = "he"
        drawing.progress.revealed_on = NOW.date() if stage == "revealed" else None
        drawing.progress.void_reason = "cancelled" if stage == "void" else None

    _by_hand(drum, deed, stage if stage != "drawn" else "committed")
    assert outward.sync_all(drum.stores, now=NOW) == [NAME]
    assert said(drum) == before


def test_words_of_an_order_changed_by_hand_are_not_published(drum: Office) -> None:
    sealed(drum)
    before = public(drum)
    with write_lock(drum.stores.internal) as session:
        row = session.get_one(DrawingRow, NAME)
        row.terms = row.terms.replace("2025-07-01", "2025-06-02")
    assert outward.sync_all(drum.stores, now=NOW) == [NAME]
    assert public(drum) == before


def test_a_void_draw_goes_on_neither_in_the_office_nor_in_the_register(drum: Office) -> None:
    _, share = frozen(drum)
    steps.commit(drum.stores, NAME, by="he", now=NOW)
    _void(drum)
    _by_hand(drum, lambda _: None, "committed")
    with pytest.raises(Tampered):
        _seed(drum, share)
    _noted(drum)
    with pytest.raises(LogBroken, match="stage"):
        _seed(drum, share)
    assert (said(drum), sound(drum)) == (["draw.commit", "draw.void"], [])


def test_a_second_draw_of_the_round_is_refused_by_the_register_too(drum: Office) -> None:
    """Whoever takes the first one out of the office's store draws no second time."""
    sealed(drum)
    with write_lock(drum.stores.internal) as session:
        session.execute(sa.delete(DrawingRow))
    with pytest.raises(LogBroken, match="须先将其作废"):
        sealed(drum, ORDER.replace(NAME, "shili-2"))
    assert (said(drum), sound(drum)) == (["draw.commit", "draw.sealed"], [])


def test_one_draw_is_not_published_as_that_of_two_bodies(drum: Office) -> None:
    sealed(drum)
    _by_hand(drum, lambda d: setattr(d.row, "agency", "990101-SCJG"))
    assert outward.sync_all(drum.stores, now=NOW) == [NAME]
    _noted(drum)
    with pytest.raises(LogBroken, match="编号不得再用"):
        outward.sync(drum.stores, NAME, now=NOW)
    assert (said(drum), sound(drum)) == (["draw.commit", "draw.sealed"], [])


def test_what_nobody_asked_for_is_confirmed_by_nobody(drum: Office) -> None:
    """A row that says that somebody asked would let one person do what takes two."""
    sealed(drum)
    asked = Asked(step="reveal", terms={}, by="he", at=NOW)
    _by_hand(drum, lambda d: setattr(d.progress, "asked", asked))
    with pytest.raises(WrongState, match="台账中没有"):
        asking.confirm(drum.stores, NAME, by="an", now=LATER, seen=asked.seal)
    asking.decline(drum.stores, NAME, by="an", now=LATER)
    asking.ask(drum.stores, NAME, "reveal", {}, by="he", now=LATER)
    with Session(drum.stores.internal) as session:
        kept = keeping.load(session, NAME).progress.asked
    assert kept is not None
    asking.confirm(drum.stores, NAME, by="an", now=LATER, seen=kept.seal)
    assert said(drum) == ["draw.commit", "draw.sealed", "draw.result"]


def test_what_was_taken_back_is_not_asked_for_any_more(drum: Office) -> None:
    sealed(drum)
    asking.ask(drum.stores, NAME, "reveal", {}, by="he", now=NOW)
    with Session(drum.stores.internal) as session:
        kept = keeping.load(session, NAME).progress.asked
    assert kept is not None
    asking.decline(drum.stores, NAME, by="he", now=NOW)
    _by_hand(drum, lambda d: setattr(d.progress, "asked", kept))

    with pytest.raises(WrongState, match="台账中没有"):
        asking.confirm(drum.stores, NAME, by="an", now=LATER, seen=kept.seal)

    assert said(drum) == ["draw.commit", "draw.sealed"]


@pytest.mark.parametrize("step", ["reveal", "void"])
def test_what_is_taken_back_while_another_confirms_it_is_not_done(
    drum: Office, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Between the look at what was asked for and the step itself the store is free for others."""
    sealed(drum)
    words = {"reason": "cancelled", "unit": "示例市司法局", "replaced_by": None}
    asking.ask(drum.stores, NAME, step, words if step == "void" else {}, by="he", now=NOW)
    with Session(drum.stores.internal) as session:
        kept = keeping.load(session, NAME).progress.asked
    assert kept is not None
    take = getattr(steps, step)

    def late(*given: object, **words: object) -> object:
        asking.decline(drum.stores, NAME, by="he", now=LATER)
        return take(*given, **words)

    monkeypatch.setattr(steps, step, late)
    with pytest.raises(WrongState, match="已撤销"):
        asking.confirm(drum.stores, NAME, by="an", now=LATER, seen=kept.seal)

    assert said(drum) == ["draw.commit", "draw.sealed"]


def test_a_draw_from_before_the_ledger_told_its_content_goes_on(drum: Office) -> None:
    name = sealed(drum)
    with drum.stores.internal.begin() as connection:
        unguard(connection, "ledger")
        connection.execute(
            sa.text(
                "UPDATE ledger SET detail = regexp_replace(detail, '；内容.*$', '')"
                if connection.dialect.name == "postgresql"
                else "UPDATE ledger SET detail = substr(detail, 1, instr(detail, '；内容') - 1) "
                "WHERE instr(detail, '；内容')"
            )
        )
    steps.reveal(drum.stores, name, by="he", second="an", now=LATER)
    assert said(drum) == ["draw.commit", "draw.sealed", "draw.result"]


def test_the_order_that_was_frozen_is_read_as_it_was_given(drum: Office) -> None:
    made, _ = frozen(drum)
    with Session(drum.stores.internal) as session:
        drawing = keeping.load(session, NAME)
        assert list(noted.unknown(session)) == []
        assert drawing.order == made.order == orders.read(ORDER)


def test_a_commit_dated_back_in_the_register_takes_no_seed_that_was_known_before(
    drum: Office,
) -> None:
    """Who knew the numbers when the commit went out could have kept back every list that drew otherwise."""
    known = ORDER.replace('"dice10"', '"lottery"').replace("二十枚十面骰", "2025-06-03 第1期")
    late, after = NOW + timedelta(days=2), NOW + timedelta(days=3)
    frozen(drum, known)
    steps.commit(drum.stores, NAME, by="he", now=late)

    def seed() -> None:
        steps.seed(
            drum.stores, NAME, "dice", "1.2.3.4.5.6./7./", evidence=None, photos=(), by="lin",
            now=after,
        )  # fmt: skip

    with pytest.raises(TooEarly):
        seed()
    with drum.stores.register.begin() as connection:
        move = "UPDATE change SET at = :at WHERE serial = (SELECT max(serial) FROM change)"
        connection.execute(sa.text(move).bindparams(sa.bindparam("at", NOW, UtcDateTime)))
    with pytest.raises(LogBroken, match="verify-log"):
        seed()


def _otherwise(drawing: Drawing) -> None:
    drawing.row.terms = drawing.row.terms.replace("食品经营抽查第一轮", "另一轮")
    drawing.row.frozen_at -= timedelta(days=30)


def test_a_draw_is_void_in_the_words_that_were_published(drum: Office) -> None:
    """The one step that is left where somebody wrote the row anew: it takes nothing of that out, nor to the ledger."""
    sealed(drum)
    before = public(drum)
    assert before is not None
    _by_hand(drum, _otherwise)

    _void(drum)

    shown = public(drum)
    assert shown is not None
    assert (shown.stage, shown.void_reason) == ("void", "cancelled")
    assert (shown.name, shown.frozen_on) == (before.name, before.frozen_on)
    assert sound(drum) == []
    assert outward.sync_all(drum.stores, now=NOW) == []
    assert public(drum) == shown
    with Session(drum.stores.internal) as session:
        assert "作废前与台账不符" in _last(session)


def test_a_list_that_nobody_can_make_again_goes_when_one_of_its_parties_is_hidden(
    drum: Office,
) -> None:
    sealed(drum)
    _by_hand(drum, _otherwise)
    _void(drum)
    with Session(drum.stores.register) as session:
        entries = session.scalars(sa.select(DrawMemberRow.object_id))
        assert any(numbered(2) in each for each in entries)
    order = replace(HIDDEN, place="name")

    decide.decide(drum.stores, Kind.ENTITY, f"uscc:{numbered(2)}", [order], by="wu", now=LATER)

    shown = public(drum)
    assert shown is not None
    assert shown.stage == "void"
    with Session(drum.stores.register) as session:
        entries = session.scalars(sa.select(DrawMemberRow.object_id))
        assert not any(numbered(2) in each for each in entries)
    assert sound(drum) == []


def test_a_draw_that_is_revealed_is_void_by_no_row(drum: Office) -> None:
    sealed(drum)
    steps.reveal(drum.stores, NAME, by="he", second="an", now=LATER)
    before = public(drum)
    _by_hand(drum, lambda _: None, "drawn")

    with pytest.raises(Tampered):
        _void(drum)

    with Session(drum.stores.internal) as session:
        assert list(noted.unknown(session)) == [NAME]
    assert public(drum) == before


def test_a_draw_of_which_nothing_is_public_can_be_void_whatever_its_row_says(drum: Office) -> None:
    frozen(drum)
    _by_hand(drum, _otherwise)

    _void(drum)

    assert (public(drum), said(drum)) == (None, [])
    frozen(drum, ORDER.replace(NAME, "shili-2"))


def _last(session: Session) -> str:
    query = sa.text("SELECT detail FROM ledger ORDER BY id DESC LIMIT 1")
    return str(session.scalars(query).one())


def test_what_opens_the_replacements_of_an_earlier_release_comes_with_the_upgrade(
    drum: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own release published the digest alone."""
    name = sealed(drum)
    replace_one(drum, name)
    with monkeypatch.context() as earlier:
        earlier.setattr(outward, "_replacements", partial(_without_salts, outward._replacements))
        steps.reveal(drum.stores, name, by="he", second="an", now=LATER)
    before = public(drum)
    assert before is not None
    assert [each.salt for each in before.replacements] == [None]
    assert sound(drum) == []

    assert outward.sync_all(drum.stores, now=LATER) == []

    after = public(drum)
    assert after is not None
    assert [each.salt is not None for each in after.replacements] == [True]
    assert after.package_sha256 == before.package_sha256
    assert sound(drum) == []


def _without_salts(
    made: Callable[..., tuple[PublicReplacement, ...]], *given: Any, **more: Any
) -> tuple[PublicReplacement, ...]:
    return tuple(msgspec.structs.replace(each, salt=None) for each in made(*given, **more))

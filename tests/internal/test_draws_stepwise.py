"""Each step of a draw is said in the log by itself, also where one was broken off or two people take one at once."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import LogBroken, Residue, WrongState
from portal.domain.sortition import outcome
from portal.domain.verdicts import Act
from portal.internal.desk import decide
from portal.internal.desk.drawing import keeping, outward, stepping, steps
from portal.kit.db import write_lock
from portal.register.proofs.audit import audit
from portal.register.records import Kind
from portal.register.tables.log import LeafRow
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import DICE, ORDER, frozen, numbered, parties, sealed
from tests.internal.test_brought import DRAW_ROW
from tests.internal.test_drawing import LATER
from tests.internal.test_narrowing import HIDDEN


class Killed(BaseException):
    """The process ends between the office's store and the register."""


@pytest.fixture
def drum(office: Office) -> Office:
    """An office with ten companies and four inspectors."""
    parties(office)
    return office


def _said(office: Office) -> list[str]:
    with Session(office.stores.register) as session:
        assert audit(session).faults == []
        found = session.scalars(sa.select(LeafRow.spoken).order_by(LeafRow.serial))
        return [each.split(" ")[0] for each in found if each]


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], None]:
    """Take a step and die before anything of it is public."""

    def take(step: Callable[[], Any]) -> None:
        def dies(*_: Any, **__: Any) -> None:
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(outward, "sync", dies)
            with pytest.raises(Killed):
                step()

    return take


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], None]:
    """Have another process take a step, all but its publication, right before the next one takes hold of the store."""
    true = write_lock

    def arrange(step: Callable[[], Any]) -> None:
        def lock(engine: sa.Engine) -> Any:
            monkeypatch.setattr(stepping, "write_lock", true)
            with monkeypatch.context() as patch:
                patch.setattr(outward, "sync", lambda *_, **__: None)
                step()
            return true(engine)

        monkeypatch.setattr(stepping, "write_lock", lock)

    return arrange


def _refused(*_: Any, **__: Any) -> None:
    raise LogBroken("another register")


def _commit(office: Office, name: str) -> None:
    steps.commit(office.stores, name, by="he", now=NOW)


def _void(office: Office, name: str) -> None:
    steps.void(
        office.stores, name, reason="cancelled", unit="示例市司法局", replaced_by=None, by="he", second="an", now=NOW
    )  # fmt: skip


def _replace(office: Office, name: str, at: int = 0) -> None:
    with Session(office.stores.internal) as session:
        strata: Any = outcome.compute(keeping.load(session, name).package()).result["strata"]
    event = {"type": "object", "stratum": "一般", "out": strata[0]["drawn"][at], "reason": "closed"}
    steps.replace(office.stores, name, event, by="he", second="an", now=NOW)


def test_a_commit_that_was_broken_off_is_said_before_the_void(drum: Office, killed: Any) -> None:
    name = frozen(drum)[0].order.draw_id
    killed(lambda: steps.commit(drum.stores, name, by="he", now=NOW))

    _void(drum, name)

    assert _said(drum) == ["draw.commit", "draw.void"]


def test_a_seal_that_was_broken_off_is_said_before_the_void(drum: Office, killed: Any) -> None:
    made, share = frozen(drum)
    name = made.order.draw_id
    steps.commit(drum.stores, name, by="he", now=NOW)
    steps.seed(drum.stores, name, "jj", share, evidence=None, photos=(), by="lin", now=NOW)
    steps.seed(drum.stores, name, "dice", DICE, evidence=None, photos=(), by="lin", now=NOW)
    killed(lambda: steps.draw(drum.stores, name, by="he", now=NOW))

    _void(drum, name)

    assert _said(drum) == ["draw.commit", "draw.sealed", "draw.void"]


def test_a_replacement_that_was_broken_off_is_said_before_the_void(
    drum: Office, killed: Any
) -> None:
    name = sealed(drum)
    killed(lambda: _replace(drum, name))

    _void(drum, name)

    assert _said(drum) == ["draw.commit", "draw.sealed", "draw.replacement", "draw.void"]


def test_two_replacements_at_once_are_said_one_by_one(drum: Office, meanwhile: Any) -> None:
    name = sealed(drum)
    meanwhile(lambda: _replace(drum, name, at=1))

    _replace(drum, name)

    assert _said(drum) == ["draw.commit", "draw.sealed", "draw.replacement", "draw.replacement"]


def test_a_replacement_at_the_moment_of_the_reveal_leaves_the_result_said(
    drum: Office, meanwhile: Any
) -> None:
    name = sealed(drum)
    meanwhile(lambda: _replace(drum, name))

    steps.reveal(drum.stores, name, by="he", second="an", now=LATER)

    assert _said(drum) == ["draw.commit", "draw.sealed", "draw.replacement", "draw.result"]


@pytest.mark.parametrize("is_committed", [True, False])
def test_a_void_that_could_not_be_said_at_once_is_said_behind_what_it_ends(
    drum: Office, killed: Any, monkeypatch: pytest.MonkeyPatch, *, is_committed: bool
) -> None:
    """The register was not the one that was signed, when a step was broken off and the draw void."""
    name = sealed(drum) if is_committed else frozen(drum)[0].order.draw_id
    last = _replace if is_committed else _commit
    killed(lambda: last(drum, name))
    with monkeypatch.context() as patch:
        patch.setattr(outward, "publish_drawing", _refused)
        with pytest.raises(LogBroken):
            _void(drum, name)

    outward.sync(drum.stores, name, now=NOW)

    before = ["draw.sealed", "draw.replacement"] if is_committed else []
    assert _said(drum) == ["draw.commit", *before, "draw.void"]


def test_a_draw_that_names_somebody_hidden_is_void_in_the_log_once_they_are_shown_again(
    drum: Office,
) -> None:
    """Nothing of it could be said until then; the commit came out with the void in it, and the log never said the void."""
    text = ORDER.replace("食品经营抽查第一轮", "示例市第3食品有限公司专项抽查")
    name = frozen(drum, text)[0].order.draw_id
    words: dict[str, Any] = {"by": "wu", "second": "bao", "now": LATER, "confirmed": True}
    whom = Kind.ENTITY, f"uscc:{numbered(3)}"
    opened = replace(HIDDEN, act=Act.OPEN, ground=None, article="", review_on=None)
    decide.decide(drum.stores, *whom, [HIDDEN], **words)
    for step in (_commit, _void):
        with pytest.raises(Residue):
            step(drum, name)

    decide.decide(drum.stores, *whom, [opened], **words)

    assert _said(drum) == ["draw.commit", "draw.void"]


@pytest.mark.parametrize("is_released", [True, False])
def test_a_draw_does_not_take_the_number_of_one_that_was_filed(
    drum: Office, *, is_released: bool
) -> None:
    """Both would be one record: whichever came second could never be published, and would pass for altered."""
    rows = [{**DRAW_ROW, "code": "shili-1"}]
    if is_released:
        drum.put("draws", *rows, let_pass=True)
    else:
        drum.file("draws", *rows)

    with pytest.raises(WrongState, match="已有填报的抽取 shili-1"):
        frozen(drum)

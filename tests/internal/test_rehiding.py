"""What the office missed as it hid something, because it was out of its sight just then, goes when all is hidden once more."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.orm import Session

from portal.domain.verdicts import Act
from portal.internal.cli import main
from portal.internal.desk import mentions, rehiding
from portal.internal.tables.ledger import LedgerRow
from portal.register.records import Kind
from tests.airlock.hands import faults
from tests.conftest import NOW, Office
from tests.internal.test_mentions import NAMING, WHO, _unname
from tests.internal.test_narrowing import CHECK
from tests.internal.test_narrowing import office as office
from tests.makers import AGENCY, AGENCY_ROW, CREDIT_CODE, Row, a_text
from tests.public.twins import NEVER, WITHHELD, World, party
from tests.raw import store_bytes

LATER = NOW + timedelta(hours=2)
_TOLD = f"货从{WHO}进".encode()


def _in_a_detail(office: Office) -> None:
    office.put("results", NAMING, let_pass=True)


def _in_a_version_before(office: Office) -> None:
    office.put("results", NAMING, let_pass=True)
    office.put("results", {**NAMING, "detail": "无"}, now=NOW + timedelta(hours=1))


def _in_a_paper(office: Office) -> None:
    path = a_text(
        office.folder / "d.md", f"正文：货从{WHO}进。", code="WJ", title="示例通报", agency=AGENCY, kind="实施方案",
        issued_on="2025-02-21", summary="示例",
    )  # fmt: skip
    office.publish(office.take(path, "documents").batch_id, let_pass=True)


def _in_duties(office: Office) -> None:
    duties: Row = {**AGENCY_ROW, "duties": f"货从{WHO}进的检查"}
    office.put("agencies", duties, let_pass=True)


def _by_file(office: Office) -> None:
    hidden: Row = {"entity_name": WHO, "identifier": CREDIT_CODE, "form": "企业", **WITHHELD}
    office.put("entities", hidden, now=NOW + timedelta(hours=1))


def _again(office: Office) -> rehiding.Left:
    return rehiding.carry_out_again(office.stores, now=LATER)


@pytest.mark.parametrize("hide", [_unname, _by_file])
@pytest.mark.parametrize("tell", [_in_a_detail, _in_a_version_before, _in_a_paper, _in_duties])
def test_what_was_out_of_sight_as_a_name_was_hidden_goes_when_it_is_hidden_once_more(
    office: Office,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    tell: Callable[[Office], None],
    hide: Callable[[Office], None],
) -> None:
    office.put("results", CHECK)
    tell(office)
    with monkeypatch.context() as blind:
        blind.setattr(mentions, "mentioning", lambda *_, **__: {})
        blind.setattr(mentions, "told_before", lambda *_, **__: {})
        hide(office)
    assert _TOLD in store_bytes(data)

    left = _again(office)

    assert left.changes > 0
    assert _TOLD not in store_bytes(data)
    assert _again(office) == rehiding.Left(left.names, 0)
    assert faults(office) == []
    with Session(office.stores.internal) as session:
        query = sa.select(LedgerRow.detail).where(LedgerRow.action == "look-again")
        (noted,) = session.scalars(query)
    assert f"{left.changes} 条" in noted


def test_where_nothing_was_missed_nothing_changes(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.put("results", CHECK)
    _in_a_version_before(office)
    _unname(office)
    monkeypatch.setattr("portal.internal.commands.looking.open_office", lambda: office.stores)

    shown = CliRunner().invoke(main, ["look-again", "--carry-out"])

    assert (shown.exit_code, shown.output) == (
        0, "不公开的内容涉及 1 条记录；没有遗漏，登记册未变更\n",
    )  # fmt: skip
    both = CliRunner().invoke(main, ["look-again", "--carry-out", "--all"])
    assert (both.exit_code, "不能与 --all 同用" in both.output) == (2, True)


def test_nor_does_anything_come_out_by_it(office: Office) -> None:
    """What was released before the party that it is about waits for its next file or decision."""
    world, key = World(office), f"{AGENCY}/J1"
    waiting = office.file("entities", party(1) | {"region": "990101"}).batch_id
    check = {
        "code": "J1",
        "inspected_on": "2025-05-20",
        "item_code": "SP-001",
        "outcomes": "未发现问题",
    }
    office.put("results", check | party(1) | NEVER)
    world.decide(Kind.RESULT, key, Act.OPEN, NOW)
    office.publish(waiting)

    left = _again(office)

    assert (left, world.public_id(Kind.RESULT, key)) == (rehiding.Left(1, 0), None)

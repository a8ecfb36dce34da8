"""A decision is carried out though something around it was taken out before, because its words tell what is hidden (失其所依)."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.domain.verdicts import Act
from portal.register.records import Kind
from tests.conftest import NOW, Office
from tests.internal.drawing_makers import numbered
from tests.makers import AGENCY, ITEM_ROW, RESULT_ROW, Row
from tests.public.twins import PROBLEM, World
from tests.raw import store_bytes

_ITEM: Row = {**ITEM_ROW, "code": "XM-9", "name": "苍鹭供应点核查"}
_KEY = f"uscc:{numbered(701)}"
_PARTY: Row = {"entity_name": "示例市白鹭食品有限公司", "identifier": numbered(701)}
_STEP: Row = {"result_code": "JC-0001", "step": "责令改正", "taken_on": "2025-05-25", "due_on": "2025-06-20"}  # fmt: skip


def _begin(office: Office) -> None:
    office.put("items", _ITEM)
    office.put("entities", {**_PARTY, "form": "企业", "region": "990101", "industry": "夜鹭零售"})


def _hide_the_item(office: Office) -> None:
    World(office).decide(Kind.ITEM, f"{AGENCY}/XM-9", Act.NEVER, NOW)


def _public(office: Office, kind: Kind) -> int:
    with office.stores.register.connect() as connection:
        return connection.scalar(sa.text(f'SELECT count(*) FROM "{kind.value}"')) or 0


@pytest.mark.parametrize("told", ["苍鹭供应点核查", "示例市白鹭食品有限公司"])
def test_a_party_is_hidden_though_a_list_that_it_is_on_goes_for_its_words(
    office: Office, told: str
) -> None:
    _begin(office)
    drawn = {"code": "CQ", "name": "示例抽取", "drawn_on": "2025-04-07", "method": "系统随机抽取", "frame_count": 9, "sample_count": 2}  # fmt: skip
    other = {"entity_name": "示例市朱鹮食品有限公司", "identifier": numbered(702)}
    rows = [{**drawn, **each, "remark": f"参见{told}"} for each in (_PARTY, other)]
    office.put("draws", *rows, let_pass=True)
    _hide_the_item(office)

    World(office).decide(Kind.ENTITY, _KEY, Act.NEVER, NOW)

    assert (_public(office, Kind.DRAW), _public(office, Kind.ENTITY)) == (0, 1)


def test_a_field_of_a_party_is_hidden_though_a_check_of_it_was_taken_out_with_its_steps(
    office: Office, data: Path
) -> None:
    _begin(office)
    check = {**RESULT_ROW, **_PARTY, "outcomes": PROBLEM, "due_on": "2025-06-20"}
    office.put("results", {**check, "unit": "参见苍鹭供应点核查"}, let_pass=True)
    office.put("followups", _STEP)
    _hide_the_item(office)
    assert (_public(office, Kind.RESULT), _public(office, Kind.FOLLOWUP)) == (0, 0)

    World(office).decide(Kind.ENTITY, _KEY, Act.WITHHOLD, NOW, "industry")

    assert "夜鹭零售".encode() not in store_bytes(data)

"""Who is named by a check or list alone is public with what is shown of it, not with what had to stay away (随首条公开)."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from portal.domain.verdicts import Act
from portal.internal.desk import decide
from portal.register.records import Kind
from tests.conftest import NOW, Office
from tests.internal.test_narrowing import HIDDEN
from tests.makers import AGENCY, ITEM_ROW
from tests.public.twins import NEVER, Row, party

OPENED = replace(HIDDEN, act=Act.OPEN, ground=None, article="", review_on=None)
CHECK: Row = {
    "code": "JC-9", **party(7), "inspected_on": "2025-05-20", "item_code": "SP-002", "outcomes": "未发现问题",
}  # fmt: skip
ITEM: Row = {**ITEM_ROW, "code": "SP-002", "name": "示例专项核查"}


def _count(office: Office, kind: str) -> int:
    with office.stores.register.connect() as register:
        return register.scalar(sa.text(f"SELECT count(*) FROM {kind}")) or 0


@pytest.mark.parametrize("hidden", [Kind.RESULT, Kind.ITEM])
@pytest.mark.parametrize(
    ("text", "is_shown"),
    [(f"从{party(2)['entity_name']}进货", 0), ("联系电话13800138000", 0), ("无", 1)],
    ids=["tells of somebody hidden", "to be judged", "plain"],
)
def test_a_check_that_is_opened_up_brings_its_party_only_where_it_is_shown(
    office: Office, hidden: Kind, text: str, is_shown: int
) -> None:
    office.put("entities", party(2) | NEVER)
    office.put("items", ITEM | (NEVER if hidden is Kind.ITEM else {}))
    office.put("results", CHECK | {"detail": text} | (NEVER if hidden is Kind.RESULT else {}))
    key = f"{AGENCY}/{'JC-9' if hidden is Kind.RESULT else 'SP-002'}"

    decide.decide(
        office.stores, hidden, key, [OPENED], by="wu", second="bao", now=NOW, confirmed=True
    )

    assert (_count(office, "result"), _count(office, "entity")) == (is_shown, is_shown)

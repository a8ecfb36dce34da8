"""What the desk asks of its store while it works: nothing that costs more the more was ever filed."""

import re

import pytest

from tests.conftest import Office
from tests.makers import RESULT_ROW, Row
from tests.plans import recorded

#: All of a kind, or all that waits, is walked.
_GROWING = re.compile(r"SCAN filing|SEARCH filing USING (COVERING )?INDEX ix_filing_(record|about) \(kind=\?\)|ix_filing_remind \(kind=\? AND remind_on>\?\)|SEARCH filing$")  # fmt: skip
_PROBLEM: Row = {
    **RESULT_ROW,
    "outcomes": "发现问题已责令改正",
    "detail": "货架标签与进货台账不一致，限期整改。",
    "due_on": "2025-07-01",
}

_STEP: Row = {"result_code": "JC-0001", "step": "责令改正", "taken_on": "2025-05-20"}


@pytest.mark.sqlite
def test_filing_and_releasing_seek_by_name_whatever_was_filed_before(office: Office) -> None:
    """Told by the plan: a store of a million took half a second for each such question."""
    walks: set[str] = set()
    with recorded(office.stores.internal) as questions:
        office.put("results", _PROBLEM, {**RESULT_ROW, "code": "JC-0002"})
        office.put("followups", _STEP)
        office.put("results", {**_PROBLEM, "unit": "市场监管二所"})
    with office.stores.internal.connect() as connection:
        for statement, parameters in questions:
            if re.match(r"(SELECT|UPDATE|DELETE)\b", statement):
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                walks.update(str(step[3]) for step in plan)

    assert "SEARCH filing USING INDEX ix_filing_record (kind=? AND key=?)" in walks
    assert [walk for walk in walks if _GROWING.search(walk)] == []

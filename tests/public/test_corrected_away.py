"""A check that is corrected to one without a problem: its steps say the same whether something else was found in secret."""

from datetime import timedelta
from random import Random

import pytest

from tests.conftest import NOW
from tests.makers import ITEM_ROW
from tests.public.twins import NEVER, PROBLEM, World, party


@pytest.mark.parametrize("secret_from", [1, 2])
@pytest.mark.parametrize("step", ["行政处罚", "责令改正"])
def test_the_steps_of_a_check_corrected_to_no_problem_go_whatever_remains_in_secret(
    twins: tuple[World, World], step: str, secret_from: int
) -> None:
    twins[1].rng = Random("secret")
    twins[1].put("items", {**ITEM_ROW, "code": "YL-001", "name": "夜鹭第1项", **NEVER}, now=NOW)
    check = {
        "code": "A", **party(1), "inspected_on": "2025-05-11", "item_code": "SP-001", "outcomes": PROBLEM,
        "due_on": "2025-06-20",
    }  # fmt: skip
    told = {"result_code": "A", "step": step, "taken_on": "2025-05-28", "text": "步骤"}
    if step == "责令改正":
        told["due_on"] = "2025-06-25"
    for world in twins:
        beside = [check | {"item_code": "YL-001", "detail": "夜鹭另查"}] if world.rng else []
        world.put("results", check, *(beside if secret_from == 1 else []), now=NOW)
        world.put("followups", told, now=NOW)
    assert twins[0].content() == twins[1].content()

    for world in twins:
        fine = check | {
            "outcomes": "未发现问题",
            "due_on": "" if not world.rng else check["due_on"],
        }
        beside = [check | {"item_code": "YL-001", "detail": "夜鹭另查"}] if world.rng else []
        world.put("results", fine, *beside, now=NOW + timedelta(hours=1))

    assert twins[0].content()["followup"] == []
    assert twins[0].content() == twins[1].content()

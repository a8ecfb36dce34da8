"""Published records for tests of the register alone."""

from datetime import date
from typing import Any

from portal.register import records as r


def a_public_agency(**changes: Any) -> r.PublicAgency:
    return r.PublicAgency(
        **(
            {"id": "a_1", "name": "示例市市场监督管理局", "level": "city", "region": "990100"}
            | changes
        )
    )


def a_public_entity(**changes: Any) -> r.PublicEntity:
    facts = {
        "id": "e_1",
        "name": "示例市青禾食品有限公司",
        "kind": "market_entity",
        "form": "enterprise",
    }
    return r.PublicEntity(**(facts | changes))


def a_public_result(outcomes: tuple[str, ...] = ("no_problem",), **changes: Any) -> r.PublicResult:
    facts: dict[str, Any] = {
        "id": "r_1",
        "agency_id": "a_1",
        "entity_id": "e_1",
        "inspected_on": date(2025, 5, 20),
        "findings": (
            r.PublicFinding(item_name="食品经营许可情况检查", outcomes=outcomes, item_id="i_1"),
        ),
    }
    return r.PublicResult(**(facts | changes))


def a_public_step(**changes: Any) -> r.PublicFollowUp:
    facts: dict[str, Any] = {
        "id": "f_1",
        "agency_id": "a_1",
        "result_id": "r_1",
        "step": "ordered",
        "taken_on": date(2025, 5, 20),
    }
    return r.PublicFollowUp(**(facts | changes))

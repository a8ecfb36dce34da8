"""Decisions not to publish: complete or refused."""

import dataclasses
from datetime import date, timedelta
from typing import Any

import pytest

from portal.domain.documents import Document
from portal.domain.followups import FollowUp
from portal.domain.grounds import (
    HIDEABLE,
    LONGEST_REVIEW_DAYS,
    Decision,
    Disclosure,
    Ground,
    IncompleteDecision,
)
from portal.domain.items import Item
from portal.domain.parties import Entity
from portal.domain.results import Finding, Result
from portal.internal.sheets.catalogue import SHEETS


def a_decision(**changes: Any) -> Decision:
    facts: dict[str, Any] = {
        "disclosure": Disclosure.WITHHELD,
        "ground": Ground.TRADE_SECRET,
        "decided_by": "示例市市场监督管理局",
        "decided_on": date(2025, 3, 3),
        "review_on": date(2026, 3, 2),
    }
    return Decision(**(facts | changes))


@pytest.mark.parametrize(
    "decision",
    [
        Decision(),
        a_decision(),
        a_decision(disclosure=Disclosure.NEVER),
        a_decision(disclosure=Disclosure.PARTLY, fields=("detail",)),
        a_decision(review_on=date(2025, 3, 3) + timedelta(days=LONGEST_REVIEW_DAYS)),
        a_decision(decided_on=date(2024, 2, 29), review_on=date(2025, 2, 28)),
    ],
)
def test_a_complete_decision_stands(decision: Decision) -> None:
    decision.check()


@pytest.mark.parametrize(
    ("decision", "told"),
    [
        (Decision(ground=Ground.PRIVACY), "填了不予公开依据或隐去内容，但公开方式仍为“公开”"),
        (Decision(fields=("detail",)), "填了不予公开依据或隐去内容，但公开方式仍为“公开”"),
        (
            Decision(disclosure=Disclosure.NEVER),
            "公开方式为“不予确认”时必须填写：不予公开依据、决定机关、决定日期、复核日期",
        ),
        (a_decision(ground=None), "公开方式为“不予公开”时必须填写：不予公开依据"),
        (a_decision(decided_by=""), "公开方式为“不予公开”时必须填写：决定机关"),
        (a_decision(fields=("detail",)), "“隐去内容”与“部分公开”必须同时填写"),
        (a_decision(disclosure=Disclosure.PARTLY), "“隐去内容”与“部分公开”必须同时填写"),
        (a_decision(review_on=date(2025, 3, 3)), "复核日期应在决定日期之后12个月以内"),
        (a_decision(review_on=date(2025, 3, 2)), "复核日期应在决定日期之后12个月以内"),
        (
            a_decision(review_on=date(2025, 3, 3) + timedelta(days=LONGEST_REVIEW_DAYS + 1)),
            "复核日期应在决定日期之后12个月以内",
        ),
    ],
)
def test_an_incomplete_decision_says_what_it_lacks(decision: Decision, told: str) -> None:
    with pytest.raises(IncompleteDecision) as refused:
        decision.check()

    assert str(refused.value) == told


def test_every_ground_rests_on_an_article() -> None:
    law = "《中华人民共和国政府信息公开条例》"

    articles = {ground.value: ground.article for ground in Ground}

    assert articles == {
        "state_secret": f"{law}第十四条",
        "forbidden_by_law": f"{law}第十四条",
        "national_security": f"{law}第十四条",
        "public_security": f"{law}第十四条",
        "economic_security": f"{law}第十四条",
        "social_stability": f"{law}第十四条",
        "trade_secret": f"{law}第十五条",
        "personal_privacy": f"{law}第十五条",
        "internal_affairs": f"{law}第十六条",
        "process_information": f"{law}第十六条",
        "enforcement_file": f"{law}第十六条",
    }


def test_what_may_be_hidden_is_never_what_the_public_must_know() -> None:
    must_know = {"code", "outcomes", "inspected_on", "agency_id", "unit", "ground"}

    hideable = {field for fields in HIDEABLE.values() for field in fields.values()}

    assert hideable & must_know == set()
    assert set(HIDEABLE) <= set(SHEETS)


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        ("entities", (Entity,)),
        ("items", (Item,)),
        ("results", (Result, Finding)),
        ("followups", (FollowUp,)),
        ("documents", (Document,)),
    ],
)
def test_what_may_be_hidden_is_a_field_of_the_record(kind: str, parts: tuple[type, ...]) -> None:
    fields = {each.name for part in parts for each in dataclasses.fields(part)}

    unknown = set(HIDEABLE[kind].values()) - fields

    assert unknown == set()

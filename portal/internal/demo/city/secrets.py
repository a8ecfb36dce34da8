"""Which results of the fictitious city are withheld, in part or whole, and on what ground."""

from collections.abc import Sequence
from datetime import date, timedelta

from portal.internal.demo.city import phrases as say
from portal.internal.demo.city.checks import Check
from portal.internal.demo.city.places import (
    CULTURE,
    ENVIRONMENT,
    FARMING,
    HEALTH,
    MARKET,
    SAFETY,
    WITHHELD_CANARY,
    decision,
    dice,
)

_DETAIL, _HANDLING = "检查情况", "处理说明"
#: Body, year, class, ground, what is hidden, days from the decision to its review.
_CHOICES = (
    (MARKET, 2024, "部分公开", "商业秘密", _DETAIL, 360),
    (ENVIRONMENT, 2024, "部分公开", "商业秘密", _DETAIL, 350),
    (SAFETY, 2024, "不予公开", "危及公共安全", "", 365),
    (MARKET, 2025, "部分公开", "行政执法案卷信息", _HANDLING, 300),
    (ENVIRONMENT, 2025, "部分公开", "商业秘密", f"{_DETAIL}；{_HANDLING}", 330),
    (SAFETY, 2025, "部分公开", "危及公共安全", _DETAIL, 270),
    (HEALTH, 2026, "部分公开", "个人隐私", _DETAIL, 365),
    (FARMING, 2025, "部分公开", "过程性信息", _HANDLING, 180),
    (MARKET, 2026, "不予公开", "商业秘密", "", 340),
    (HEALTH, 2025, "不予公开", "危及社会稳定", "", 240),
    (CULTURE, 2026, "不予公开", "行政执法案卷信息", "", 200),
    (SAFETY, 2026, "不予公开", "危及国家安全", "", 360),
    (ENVIRONMENT, 2026, "部分公开", "危及公共安全", _DETAIL, 330),
    (SAFETY, 2026, "不予确认", "国家秘密", "", 350),
)


def withhold(seed: int, done: Sequence[Check]) -> None:
    """Attach the decisions; what they keep back carries the word a leak would show."""
    rng = dice(seed, "secrets")
    detail = f"{say.WITHHELD_DETAIL.format(w=WITHHELD_CANARY)}。"
    handling = f"{say.WITHHELD_HANDLING.format(w=WITHHELD_CANARY)}。"
    for agency, year, disclosure, ground, hidden, review in _CHOICES:
        fitting = [
            check
            for check in done
            if check.agency == agency
            and check.inspected_on.year == year
            and check.case in ("clean", "ordered")
            and check.party.form in ("企业", "事业单位")
            and not check.party.decision
            and not check.decision
        ]
        check = rng.choice(fitting)
        if disclosure != "部分公开" or _DETAIL in hidden:
            for finding in check.findings:
                finding.detail = detail
        if disclosure != "部分公开" or _HANDLING in hidden:
            check.handling_text = handling
        decided = _decided(check)
        check.decision = {"disclosure": disclosure, "hidden": hidden} | decision(
            ground, agency, decided, decided + timedelta(days=review)
        )


def _decided(check: Check) -> date:
    return max(check.inspected_on, check.published_on - timedelta(days=2))

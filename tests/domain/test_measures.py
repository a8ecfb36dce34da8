"""Shares as plans state them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.measures import Ratio, parse_ratio


@pytest.mark.parametrize(
    ("text", "value", "at_least"),
    [
        ("5%", "0.05", False),
        ("5.5 %", "0.055", False),
        ("５％", "0.05", False),
        ("100%", "1", False),
        ("≥10%", "0.1", True),
        (">=10%", "0.1", True),
        ("不低于3%", "0.03", True),
        ("不少于 3%", "0.03", True),
        ("至少1%", "0.01", True),
        ("全覆盖", "1", False),
        ("全部", "1", False),
        ("0.25", "0.25", False),
        ("1", "1", False),
        ("1.0", "1", False),
    ],
)
def test_a_share_is_read_as_plans_write_it(text: str, value: str, at_least: object) -> None:
    found = parse_ratio(text)

    assert found == Ratio(text, Decimal(value), at_least is True)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("5", "应写作“5%”“≥10%”“不低于3%”“全覆盖”或0至1之间的小数"),
        ("", "应写作“5%”“≥10%”“不低于3%”“全覆盖”或0至1之间的小数"),
        ("约5%", "应写作“5%”“≥10%”“不低于3%”“全覆盖”或0至1之间的小数"),
        ("-5%", "应写作“5%”“≥10%”“不低于3%”“全覆盖”或0至1之间的小数"),
        ("1e-2", "应写作“5%”“≥10%”“不低于3%”“全覆盖”或0至1之间的小数"),
        ("0%", "比例应大于0且不超过100%"),
        ("0", "比例应大于0且不超过100%"),
        ("101%", "比例应大于0且不超过100%"),
        ("1.1", "比例应大于0且不超过100%"),
    ],
)
def test_what_is_no_share_is_refused(text: str, told: str) -> None:
    with pytest.raises(ValueError, match="应") as refused:
        parse_ratio(text)

    assert str(refused.value) == told


@given(percent=st.decimals(Decimal("0.01"), Decimal(100), places=2))
def test_a_percentage_is_a_hundredth(percent: Decimal) -> None:
    found = parse_ratio(f"{percent}%")

    assert found.value * 100 == percent


@given(text=st.text(max_size=12))
def test_any_text_is_a_share_or_refused(text: str) -> None:
    try:
        value = parse_ratio(text).value
    except ValueError:
        value = Decimal(1)

    assert 0 < value <= 1

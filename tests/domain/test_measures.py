"""Shares and counts as plans state them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.measures import Count, Ratio, parse_count, parse_ratio, ratio_or_text


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
        ("＞5%", "0.05", True),
        ("3%以上", "0.03", True),
        ("不得低于3%", "0.03", True),
        ("原则上不低于5%", "0.05", True),
        ("按照不低于5%的比例抽查", "0.05", True),
        ("约5%", "0.05", False),
        ("5%左右", "0.05", False),
        ("抽查比例为5%。", "0.05", False),
        ("5‰", "0.005", False),
        ("千分之五", "0.005", False),
        ("百分之十", "0.1", False),
        ("百分之百", "1", False),
        ("100％全覆盖", "1", False),
        ("全覆盖（100%）", "1", False),
        ("10％(不少于10户)", "0.1", False),
        ("10% (20户)", "0.1", False),
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
        ("约", "应写作“5%”“≥10%”“不低于3%”“全覆盖”或0至1之间的小数"),
        ("②5%", "应写作“5%”“≥10%”“不低于3%”“全覆盖”或0至1之间的小数"),
        ("20户", "应写作“5%”“≥10%”“不低于3%”“全覆盖”或0至1之间的小数"),
        ("5%（低风险1%）", "应写作“5%”“≥10%”“不低于3%”“全覆盖”或0至1之间的小数"),
        ("不低于2%-5%", "应写作“5%”“≥10%”“不低于3%”“全覆盖”或0至1之间的小数"),
        (
            "5%-2%",
            "范围的下限大于上限；应写作“5%”“≥10%”“不低于3%”“全覆盖”或0至1之间的小数",
        ),
        ("2%-101%", "比例应大于0且不超过100%"),
        ("百分之零", "比例应大于0且不超过100%"),
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
    found = parse_ratio(f"{percent}%").value

    assert found is not None
    assert found * 100 == percent


@given(text=st.text(max_size=12))
def test_any_text_is_a_share_or_refused(text: str) -> None:
    try:
        value = ratio_or_text(text).value or Decimal(1)
    except ValueError:
        value = Decimal(1)

    assert 0 < value <= 1


@pytest.mark.parametrize(
    "text",
    [
        "2%-5%",
        "2%～5%",
        "2-5%",
        "２－５％",
        "2%至5%",
        "按2%-5%的比例",
        "约2%—5%",
        "百分之二到百分之五",
    ],
)
def test_a_range_has_its_lower_end_for_a_value(text: str) -> None:
    assert parse_ratio(text) == Ratio(text, Decimal("0.02"), at_most=Decimal("0.05"))


@pytest.mark.parametrize("text", ["不超过5%", "≤5%", "5%以内", "至多5%", "不高于5%"])
def test_a_cap_has_no_value(text: str) -> None:
    assert parse_ratio(text) == Ratio(text, None, at_most=Decimal("0.05"))


@pytest.mark.parametrize(
    "text", ["按风险等级确定", "每年5%", "3%；2次/年", "5%（低风险1%）", "全市5%的企业", "五成"]
)
def test_a_share_in_words_keeps_them(text: str) -> None:
    assert ratio_or_text(text) == Ratio(text, None)


@pytest.mark.parametrize("text", ["0%", "150%左右", "5", "-5%", "", "/", "20户", "约20家左右"])
def test_a_wrong_share_is_not_kept_for_its_words(text: str) -> None:
    with pytest.raises(ValueError, match="应"):
        ratio_or_text(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("0", 0),
        ("1户", 1),
        ("20 家", 20),
        ("１２", 12),
        ("20.0", 20),
        ("1,234", 1234),
        ("1，234户", 1234),
        ("十户", 10),
    ],
)
def test_a_plain_count_is_exact(text: str, value: int) -> None:
    assert parse_count(text) == Count(text, value)


@pytest.mark.parametrize(
    ("text", "value", "at_most"),
    [
        ("10家左右", 10, None),
        ("约20户", 20, None),
        ("20余家", 20, None),
        ("不少于30家", 30, None),
        ("30家以上", 30, None),
        ("1户(以实际为准)", 1, None),
        ("1户（实际以联合抽查数为准。）", 1, None),
        ("30批次", 30, None),
        ("20家企业", 20, None),
        ("5-8家", 5, 8),
        ("5家至8家", 5, 8),
        ("不超过30家", 30, 30),
        ("30家以内", 30, 30),
    ],
)
def test_a_count_that_says_more_keeps_its_wording(
    text: str, value: int, at_most: int | None
) -> None:
    assert parse_count(text) == Count(text, value, exact=False, at_most=at_most)


_HOW = "应写作“20”“20户”“约20户”“5-8家”或“不少于30家”"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("20户/批次", f"写的是比率，不是户数；{_HOW}"),
        ("每月5户", f"写的是比率，不是户数；{_HOW}"),
        ("5户（每月）", f"写的是比率，不是户数；{_HOW}"),
        ("5%", f"写的是比率，不是户数；{_HOW}"),
        ("8-5家", f"范围的下限大于上限；{_HOW}"),
        ("若干", _HOW),
        ("两三家", _HOW),
        ("1,2", _HOW),
        ("1.5万", _HOW),
        ("-5", _HOW),
        ("", _HOW),
    ],
)
def test_what_is_no_count_is_refused(text: str, told: str) -> None:
    with pytest.raises(ValueError, match="应") as refused:
        parse_count(text)

    assert str(refused.value) == told

"""How often, as checklists and plans word it."""

import pytest

from portal.domain.frequencies import Bound, Frequency, most_per_year, parse_frequency


@pytest.mark.parametrize(
    ("text", "times", "at_most", "months", "bound"),
    [
        ("每季度1次", 1, None, 3, "exact"),
        ("每年不低于12次", 12, None, 12, "at_least"),
        ("每月不得低于2次", 2, None, 1, "at_least"),
        ("1次/年", 1, None, 12, "exact"),
        ("１次／年", 1, None, 12, "exact"),
        ("每年1-2次", 1, 2, 12, "exact"),
        ("每年一至二次", 1, 2, 12, "exact"),
        ("每两年一次", 1, None, 24, "exact"),
        ("每三年至少覆盖一次", 1, None, 36, "at_least"),
        ("每半年至少1次", 1, None, 6, "at_least"),
        ("一年一次", 1, None, 12, "exact"),
        ("半年一次", 1, None, 6, "exact"),
        ("全年2次", 2, None, 12, "exact"),
        ("每年不超过2次", 2, 2, 12, "at_most"),
        ("每年2次以内", 2, 2, 12, "at_most"),
        ("≤2次/年", 2, 2, 12, "at_most"),
        ("每年2次以上", 2, None, 12, "at_least"),
        ("每年约2次", 2, None, 12, "about"),
        ("原则上每年不超过2次", 2, 2, 12, "at_most"),
        ("对同一企业每年最多检查2次。", 2, 2, 12, "at_most"),
        ("1次/年（专项检查除外）", 1, None, 12, "exact"),
        (">=1", 1, None, None, "at_least"),
        ("=1", 1, None, None, "exact"),
        ("2次", 2, None, None, "exact"),
    ],
)
def test_a_frequency_is_read_as_papers_word_it(
    text: str, times: int, at_most: int | None, months: int | None, bound: Bound
) -> None:
    assert parse_frequency(text) == Frequency(text, times, at_most, months, bound)


@pytest.mark.parametrize(
    "text",
    [
        "不定期",
        "每月",
        "每周1次",
        "按年度计划",
        "每年0次",
        "每年2-1次",
        "每年三五次",
        "2017年1次",
        "每季度一次，全年4次",
        "对A、B、C类煤矿分别不超过2次、4次、6次",
        "",
    ],
)
def test_what_states_no_certain_number_is_none(text: str) -> None:
    assert parse_frequency(text) is None


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("每年不超过2次", 2),
        ("2次/年", 2),
        ("每年1-2次", 2),
        ("2次", 2),
        ("每半年不超过1次", 2),
        ("每月1次", 12),
        ("每两年不超过1次", 1),
        ("每年不低于2次", None),
        ("每年约2次", None),
        ("每5个月1次", None),
        ("按规定", None),
    ],
)
def test_a_cap_is_so_many_times_a_year(text: str, most: int | None) -> None:
    assert most_per_year(text) == most

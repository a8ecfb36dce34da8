"""Spans of days as plans write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.periods import Period, parse_period

_HOW = "请写作“3月至11月”“第二季度”或“2023年5月10日至2023年6月30日”"
DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))
DASHES = st.sampled_from(["-", "－", "—", "–", "~", "～", "至", "到", "——", " - "])
FORMS = [
    "{0.year}年{0.month}月{0.day}日",
    "{0.year}.{0.month}.{0.day}",
    "{0:%Y-%m-%d}",
    "{0:%Y%m%d}",
]


@given(first=DAYS, second=DAYS, dash=DASHES, form=st.sampled_from(FORMS))
def test_two_days_with_any_dash_are_a_period(
    first: date, second: date, dash: str, form: str
) -> None:
    start, end = sorted((first, second))
    text = dash.join((form.format(start), form.format(end)))

    assert parse_period(text, None) == Period(text, start, end)


@given(first=st.integers(1, 12), second=st.integers(1, 12), dash=DASHES)
def test_months_take_the_year_of_the_plan(first: int, second: int, dash: str) -> None:
    begin, until = sorted((first, second))

    found = parse_period(f"{begin}{dash}{until}月", 2023)

    assert (found.start.month, found.start.day, found.end.month) == (begin, 1, until)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("1月—12月", date(2024, 1, 1), date(2024, 12, 31)),
        ("1-12月", date(2024, 1, 1), date(2024, 12, 31)),
        ("３－１１月", date(2024, 3, 1), date(2024, 11, 30)),
        ("3月份-11月份", date(2024, 3, 1), date(2024, 11, 30)),
        ("三月至五月", date(2024, 3, 1), date(2024, 5, 31)),
        ("2月", date(2024, 2, 1), date(2024, 2, 29)),
        ("第二季度", date(2024, 4, 1), date(2024, 6, 30)),
        ("二季度", date(2024, 4, 1), date(2024, 6, 30)),
        ("Q2", date(2024, 4, 1), date(2024, 6, 30)),
        ("2023年第二季度", date(2023, 4, 1), date(2023, 6, 30)),
        ("一至三季度", date(2024, 1, 1), date(2024, 9, 30)),
        ("第一季度至第三季度", date(2024, 1, 1), date(2024, 9, 30)),
        ("上半年", date(2024, 1, 1), date(2024, 6, 30)),
        ("下半年", date(2024, 7, 1), date(2024, 12, 31)),
        ("全年", date(2024, 1, 1), date(2024, 12, 31)),
        ("2023年度", date(2023, 1, 1), date(2023, 12, 31)),
        ("20229", date(2022, 9, 1), date(2022, 9, 30)),
        ("202209", date(2022, 9, 1), date(2022, 9, 30)),
        ("2022年9月", date(2022, 9, 1), date(2022, 9, 30)),
        ("2023-05", date(2023, 5, 1), date(2023, 5, 31)),
        ("2022520", date(2022, 5, 20), date(2022, 5, 20)),
        ("2023年5月至10月", date(2023, 5, 1), date(2023, 10, 31)),
        ("2023年5-10月", date(2023, 5, 1), date(2023, 10, 31)),
        ("2019年9月至11", date(2019, 9, 1), date(2019, 11, 30)),
        ("2023.5-2023.10", date(2023, 5, 1), date(2023, 10, 31)),
        ("2023.5-10", date(2023, 5, 1), date(2023, 10, 31)),
        ("202305-202310", date(2023, 5, 1), date(2023, 10, 31)),
        ("2022-9-2023-3", date(2022, 9, 1), date(2023, 3, 31)),
        ("2022年9月—2023年3月", date(2022, 9, 1), date(2023, 3, 31)),
        ("9月—次年3月", date(2024, 9, 1), date(2025, 3, 31)),
        ("9月至2023年12月", date(2023, 9, 1), date(2023, 12, 31)),
        ("2023年5月10日至6月30日", date(2023, 5, 10), date(2023, 6, 30)),
        ("5月10日-6月30日", date(2024, 5, 10), date(2024, 6, 30)),
        ("5月10日至22日", date(2024, 5, 10), date(2024, 5, 22)),
        ("5月10-22日", date(2024, 5, 10), date(2024, 5, 22)),
        ("2023.5.10-6.30", date(2023, 5, 10), date(2023, 6, 30)),
        ("5.10-6.30", date(2024, 5, 10), date(2024, 6, 30)),
        ("2026年2月24日 -2026年11月30日", date(2026, 2, 24), date(2026, 11, 30)),
        ("3月上旬至10月底", date(2024, 3, 1), date(2024, 10, 31)),
        ("3月-11月底前", date(2024, 3, 1), date(2024, 11, 30)),
        ("3月至年底", date(2024, 3, 1), date(2024, 12, 31)),
        ("8月中旬", date(2024, 8, 11), date(2024, 8, 20)),
        ("自2023年5月至10月", date(2023, 5, 1), date(2023, 10, 31)),
        ("3月-12月（根据实际情况调整）", date(2024, 3, 1), date(2024, 12, 31)),
        ("二〇二三年五月至十月", date(2023, 5, 1), date(2023, 10, 31)),
    ],
)
def test_a_period_is_read_as_plans_write_it(text: str, start: date, end: date) -> None:
    found = parse_period(text, 2024)

    assert (found.text, found.start, found.end) == (text, start, end)
    #: Bare figures leave a doubt, which the clerk is asked about.
    assert (found.unsure is not None) == text.isdecimal()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("10月前", f"“10月前”只写了截止时间，没有写从何时开始；{_HOW}"),
        ("6月起", f"“6月起”只写了开始时间，没有写到何时为止；{_HOW}"),
        ("次年3月", f"“次年3月”没有写明开始的年份；{_HOW}"),
        ("3月、5月", "“3月、5月”分成几段；请分成几个任务填写，或写明首尾"),
        ("11月-2月", "“11月-2月”的截止时间早于开始时间；跨年度的请两端都写明年份"),
        ("2022111", "“2022111”可能是 2022-01-11 或 2022-11-01；请写明"),
        ("2023年2月30日至3月1日", "“2023年2月30日至3月1日”不是实际存在的期间，请核对"),
        ("13月", "“13月”不是实际存在的期间，请核对"),
        ("202213", "“202213”不是实际存在的期间，请核对"),
        ("10月底", f"“10月底”不是检查期间；{_HOW}"),
        ("9", f"“9”不是检查期间；{_HOW}"),
        ("3-11", f"“3-11”不是检查期间；{_HOW}"),
        ("每月", f"“每月”不是检查期间；{_HOW}"),
        ("长期", f"“长期”不是检查期间；{_HOW}"),
        ("", f"“”不是检查期间；{_HOW}"),
    ],
)
def test_what_is_no_period_is_told_for_what_it_is(text: str, told: str) -> None:
    with pytest.raises(ValueError, match="“") as refused:
        parse_period(text, 2024)

    assert str(refused.value) == told


@pytest.mark.parametrize("text", ["全年", "9月", "3-11月", "第二季度", "5月10日-6月30日"])
def test_without_a_year_anywhere_there_is_no_period(text: str) -> None:
    with pytest.raises(ValueError, match="没有写年份") as refused:
        parse_period(text, None)

    assert str(refused.value) == f"“{text}”没有写年份，所在的计划也没有年度；请写明年份"


@given(text=st.text("0123456789年月日季度第上半至-—.()前底一二全", max_size=30))
def test_any_text_is_a_period_or_refused_in_words(text: str) -> None:
    told = ""
    try:
        found = parse_period(text, 2024)
        in_order = found.start <= found.end
    except ValueError as error:
        told, in_order = str(error), True

    assert in_order
    assert told[:1] in ("", "“")


@pytest.mark.parametrize(
    ("text", "end"), [("10月底前", date(2024, 10, 31)), ("6月20日前", date(2024, 6, 20))]
)
def test_a_last_day_alone_counts_from_new_year_and_leaves_a_doubt(text: str, end: date) -> None:
    found = parse_period(text, 2024)

    assert (found.start, found.end) == (date(2024, 1, 1), end)
    assert found.unsure == f"“{text}”没有写从何时开始，按 2024-01-01 至 {end} 登记，请确认"

"""Days as official papers and foreign registers write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.days import FIRST_YEAR, LAST_YEAR, read_day

DAYS = st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))
FORMS = [
    "{0.year}-{0.month:02}-{0.day:02}",
    "{0.year}-{0.month}-{0.day}",
    "{0.year}/{0.month}/{0.day}",
    "{0.year}.{0.month:02}.{0.day:02}",
    "{0.year}年{0.month}月{0.day}日",
    "{0.year}年{0.month:02}月{0.day:02}",
    "{0.year} 年 {0.month} 月 {0.day} 日",
    "{0.year}{0.month:02}{0.day:02}",
    "{0.year}-{0.month:02}-{0.day:02} 09:30:00",
    "{0.year}-{0.month:02}-{0.day:02}T00:00:00.000",
    "{0.year}年{0.month}月{0.day}日 上午",
    "{0:%d %B %Y}",
    "{0:%b} {0.day}, {0.year}",
]


@given(day=DAYS, form=st.sampled_from(FORMS), order=st.sampled_from(["ymd", "mdy", "dmy"]))
def test_a_day_is_read_in_every_form_whatever_the_order(day: date, form: str, order: str) -> None:
    assert read_day(form.format(day), order) == day


@given(day=DAYS)
def test_figures_that_end_in_the_year_follow_the_order(day: date) -> None:
    month_first = read_day(f"{day.month}/{day.day}/{day.year}", "mdy")
    day_first = read_day(f"{day.day:02}.{day.month:02}.{day.year}", "dmy")

    assert (month_first, day_first) == (day, day)


@pytest.mark.parametrize(
    "text",
    [
        "２０２３年５月２０日",
        "2023年5月20号",
        "2023年5月20日。",
        "2023年5⽉20⽇",
        "2023-5-20日",
        "2023. 5. 20.",
        "2023—05—20",
        "二〇二三年五月二十日",
        "二○二三年五月二十日",
        "二零二三年五月二十",
        "二O二三年5月20日",
        "2023年5月20日（星期六）",
        "2023年5月20日 周六",
        "2023年5月20日9时30分",
        "2023/5/20 9:30",
        "2023-05-20 上午 9:30",
        "20230520093000",
        "2023-05-20T09:30:00Z",
        "2023-05-20T23:30:00+08:00",
        "20-May-2023",
        "May 20th, 2023",
        "Saturday, May 20, 2023 9:30 PM",
        "5/20/2023 12:00:00 AM",
    ],
)
def test_a_day_is_read_as_papers_and_systems_write_it(text: str) -> None:
    assert read_day(text, "mdy") == date(2023, 5, 20)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2023年5月", "“2023年5月”只到月份；请填写具体日期，例如 2023-02-28"),
        ("2023年5月底", "“2023年5月底”只到月份；请填写具体日期，例如 2023-02-28"),
        ("2023-05", "“2023-05”只到月份；请填写具体日期，例如 2023-02-28"),
        ("2023.5", "“2023.5”只到月份；请填写具体日期，例如 2023-02-28"),
        ("20229", "“20229”只到月份；请填写具体日期，例如 2023-02-28"),
        ("202209", "“202209”只到月份；请填写具体日期，例如 2023-02-28"),
        ("2023", "“2023”只到年份；请填写具体日期，例如 2023-02-28"),
        ("2023年度", "“2023年度”只到年份；请填写具体日期，例如 2023-02-28"),
        ("23-5-20", "“23-5-20”的年份只有两位；请写四位年份，例如 2023-02-28"),
        ("23年5月20日", "“23年5月20日”的年份只有两位；请写四位年份，例如 2023-02-28"),
        ("05/20/23", "“05/20/23”的年份只有两位；请写四位年份，例如 2023-02-28"),
        ("20-May-23", "“20-May-23”的年份只有两位；请写四位年份，例如 2023-02-28"),
        ("5月20日至22日", "“5月20日至22日”是一段时间；请填写完成之日"),
        ("2023年5月20日—6月1日", "“2023年5月20日—6月1日”是一段时间；请填写完成之日"),
        ("2023.5.20-5.22", "“2023.5.20-5.22”是一段时间；请填写完成之日"),
        ("20230520-20230522", "“20230520-20230522”是一段时间；请填写完成之日"),
        (
            "45066",
            (
                "“45066”不是日期，可能是表格软件的日期序号（2023-05-20）；"
                "请把该列设为日期格式后核对，或写作 2023-02-28"
            ),
        ),
        (
            "45066.39",
            (
                "“45066.39”不是日期，可能是表格软件的日期序号（2023-05-20）；"
                "请把该列设为日期格式后核对，或写作 2023-02-28"
            ),
        ),
        (
            "2022111",
            "“2022111”位数不足，可能是 2022-01-11 或 2022-11-01；请写作 2023-02-28",
        ),
        ("2023-02-30", "“2023-02-30”不是实际存在的日期，请核对"),
        ("20231301", "“20231301”不是实际存在的日期，请核对"),
        ("1023-05-20", "“1023-05-20”的年份应在1900至2100之间，请核对"),
        ("5月20日", "“5月20日”没有年份；请写作 2023-02-28 或 2023年2月28日"),
        ("五月二十日", "“五月二十日”没有年份；请写作 2023-02-28 或 2023年2月28日"),
        (
            "05/20/2023",
            "“05/20/2023”的月和日分不清先后；请写作 2023-02-28，或在映射方案中用 dates 注明顺序",
        ),
        (
            "2023-05-20T16:00:00.000Z",
            (
                "“2023-05-20T16:00:00.000Z”是另一时区的时刻，在北京时间是 2023-05-21；"
                "请改为不带时区的日期"
            ),
        ),
        ("③2023-05-20", "“③2023-05-20”不是日期；请写作 2023-02-28 或 2023年2月28日"),
        ("2023-05-20 25:00", "“2023-05-20 25:00”不是日期；请写作 2023-02-28 或 2023年2月28日"),
        ("Mayo 20, 2023", "“Mayo 20, 2023”不是日期；请写作 2023-02-28 或 2023年2月28日"),
        ("昨天", "“昨天”不是日期；请写作 2023-02-28 或 2023年2月28日"),
        ("", "“”不是日期；请写作 2023-02-28 或 2023年2月28日"),
        ("1" * 99, f"“{'1' * 40}”不是日期；请写作 2023-02-28 或 2023年2月28日"),
    ],
)
def test_what_is_no_day_is_told_for_what_it_is(text: str, told: str) -> None:
    with pytest.raises(ValueError, match="“") as refused:
        read_day(text)

    assert str(refused.value) == told


@pytest.mark.parametrize(
    ("text", "order", "told"),
    [
        ("13/05/2023", "mdy", "“13/05/2023”按月、日、年的顺序没有这个月份；请核对该列日期的顺序"),
        ("05/13/2023", "dmy", "“05/13/2023”按日、月、年的顺序没有这个月份；请核对该列日期的顺序"),
        ("02/30/2023", "mdy", "“02/30/2023”不是实际存在的日期，请核对"),
    ],
)
def test_a_day_that_does_not_fit_the_order_is_refused(text: str, order: str, told: str) -> None:
    with pytest.raises(ValueError, match="“") as refused:
        read_day(text, order)

    assert str(refused.value) == told


@given(text=st.text("0123456789年月日号-/.:TZ 至—一二十May,", max_size=70))
def test_any_text_is_a_day_or_refused_in_words(text: str) -> None:
    try:
        found = read_day(text).isoformat()
    except ValueError as error:
        found = str(error)

    assert found[0] in "“12"

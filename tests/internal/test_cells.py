"""From one cell to one value."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.items import Method
from portal.domain.measures import Count, Ratio
from portal.domain.plans import Joint
from portal.domain.results import Handling, Outcome
from portal.internal.sheets import cells
from portal.internal.sheets.cells import BadCell, Cell, Parser, Reading

PARSERS: dict[str, Parser] = {
    "text": cells.text(),
    "code": cells.code(),
    "codes_list": cells.codes_list(),
    "number": cells.number(),
    "count": cells.count(),
    "ratio": cells.ratio,
    "day": cells.day,
    "day_in": cells.day_in("mdy"),
    "choice": cells.choice(Outcome),
    "choices": cells.choices(Method),
    "labels": cells.labels,
    "names_list": cells.names_list,
    "yes_no": cells.yes_no,
}


def refusal(parse: Parser, cell: Cell) -> str:
    with pytest.raises(BadCell) as refused:
        parse(cell)
    return str(refused.value)


# -- what is left of a cell as text --------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("示例市青禾食品有限公司", "示例市青禾食品有限公司"),
        (" 示例 ", "示例"),
        ("\u3000示例\u00a0", "示例"),
        ("示例\u3000\u3000食品", "示例 食品"),
        ("示例 \u00a0 食品", "示例 食品"),
        ("示例  食品", "示例  食品"),
        ("示\u200b例\ufeff市\u00ad\u2060\u200e", "示例市"),
        ("\u200b", ""),
        ("一_x000D_\n二_x000D_三", "一\n二\n三"),
        ("一\r\n二\r三\u2028四", "一\n二\n三\n四"),
        ("e\u0301", "é"),
        (True, "是"),
        (12.0, "12"),
        (0.5, "0.5"),
        ("=1", "=1"),
        (">=1", ">=1"),
    ],
)
def test_a_cell_is_kept_without_what_cannot_be_seen(cell: Cell, text: str) -> None:
    assert cells.clean(cell) == text


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("示例\u202e市", "含有不可见的控制字符 U+202E，请删除后重新录入"),
        ("示例\u2066市", "含有不可见的控制字符 U+2066，请删除后重新录入"),
        ("示例\x07市", "含有不可见的控制字符 U+0007，请删除后重新录入"),
        ("=HYPERLINK(1)", "以“=”开头，会被表格软件当作公式；请去掉该字符"),
        ("\u200b=1+1", "以“=”开头，会被表格软件当作公式；请去掉该字符"),
        ("=1+1", "以“=”开头，会被表格软件当作公式；请去掉该字符"),
        ("＠甲", "以“＠”开头，会被表格软件当作公式；请去掉该字符"),
        ("甲" * 21, "超过 20 字，请删减"),
    ],
)
def test_what_may_deceive_is_refused(cell: str, told: str) -> None:
    with pytest.raises(BadCell) as refused:
        cells.clean(cell, 20)

    assert str(refused.value) == told


@given(text=st.text())
def test_what_was_cleaned_once_stays_as_it_is(text: str) -> None:
    try:
        once = cells.clean(text)
    except BadCell:
        once = ""

    assert cells.clean(once) == once


@pytest.mark.parametrize(
    "cell",
    ["/", "／", "-", "—", "——", "–", "无", "N/A", "n/a", "null", "NULL", " / ", "\u200b", ""],
)
def test_a_mark_for_nothing_is_known(cell: str) -> None:
    assert cells.is_blank_mark(cell)


@pytest.mark.parametrize("cell", ["无问题", "无编号", "0", "none", "-1", "/a", 0, False])
def test_what_says_something_is_no_mark_for_nothing(cell: Cell) -> None:
    assert not cells.is_blank_mark(cell)


# -- codes and numbers ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("SP-001；SP-002;SP-003", ("SP-001", "SP-002", "SP-003")),
        ("SP-001、SP-002，SP-003,SP-001", ("SP-001", "SP-002", "SP-003")),
        ("SP-001\nSP-002", ("SP-001", "SP-002")),
        ("A1 / B2", ("A1 / B2",)),
        (101, ("101",)),
    ],
)
def test_codes_are_parted_at_listed_separators_only(cell: Cell, codes: tuple[str, ...]) -> None:
    assert PARSERS["codes_list"](cell) == codes


def test_names_of_bodies_are_parted_outside_of_brackets() -> None:
    found = cells.names_list("示例市公安局（交警、治安支队）、示例市消防救援支队，示例县公安局")

    assert found == ("示例市公安局（交警、治安支队）", "示例市消防救援支队", "示例县公安局")


@pytest.mark.parametrize(
    ("name", "cell", "told"),
    [
        (
            "code",
            913301007799655058,
            "以数字格式保存，表格软件已丢失末几位；请把该列设为“文本”格式，对照原件重新录入",
        ),
        ("code", 1.5, "以数字格式保存；请把该列设为“文本”格式后重新录入"),
        ("code", date(2023, 5, 20), "被表格软件识别成了日期；请把该列设为“文本”格式后重新录入"),
        (
            "codes_list",
            "SP-001；9.1E+17",
            "是科学记数法，原编码已丢失；请把该列设为“文本”格式，对照原件重新录入",
        ),
        ("codes_list", "；、", "只有分隔符，没有内容；请填写或清空"),
        ("number", "1,2", "应为 0 至 100000000 之间的整数"),
        ("number", "②", "应为 0 至 100000000 之间的整数"),
        ("number", -1, "应为 0 至 100000000 之间的整数"),
        (
            "count",
            date(2023, 5, 8),
            "被表格软件识别成了日期，不是户数；请把该列设为“文本”格式，对照原件重新录入",
        ),
        (
            "count",
            "许多",
            "“许多”不是户数；应写作“20”“20户”“约20户”“5-8家”或“不少于30家”",
        ),
        ("count", 999_999_999, "应在 0 至 100000000 之间"),
        ("ratio", "101%", "“101%”不是比例；比例应大于0且不超过100%"),
        ("yes_no", "也许", "应填“是”或“否”"),
    ],
)
def test_what_cannot_be_read_says_how_to_write_it(name: str, cell: Cell, told: str) -> None:
    assert refusal(PARSERS[name], cell) == told


@pytest.mark.parametrize(
    ("cell", "value"), [("1,234", 1234), ("１２", 12), ("20.0", 20), (20.0, 20), ("7", 7)]
)
def test_a_whole_number_is_read(cell: Cell, value: int) -> None:
    assert PARSERS["number"](cell) == value


@pytest.mark.parametrize("cell", ["2023", "2023年", "2023年度", "２０２３ 年", 2023])
def test_a_number_may_carry_a_unit_that_is_expected(cell: Cell) -> None:
    assert cells.number(2014, 2100, ("年", "年度"))(cell) == 2023


@pytest.mark.parametrize(
    ("name", "cell", "value"),
    [
        ("count", 20, Count("20", 20)),
        ("count", "10家左右", Count("10家左右", 10, exact=False)),
        ("ratio", 0.05, Ratio("5%", Decimal("0.05"))),
        ("ratio", 1, Reading(Ratio("100%", Decimal(1)), "100%", "“1”按100%登记，请确认")),
        ("ratio", "按风险等级确定", Ratio("按风险等级确定", None)),
        ("yes_no", True, True),
        ("yes_no", "√", True),
        ("yes_no", "复查不合格", False),
    ],
)
def test_a_measure_keeps_its_wording(name: str, cell: Cell, value: object) -> None:
    assert PARSERS[name](cell) == value


# -- dates ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    [
        date(2023, 5, 20),
        datetime(2023, 5, 20, 9, 30),
        "2023-05-20",
        "\u200b2023年5月20日\u00a0",
        20230520,
        20230520.0,
    ],
)
def test_a_date_is_read_from_any_kind_of_cell(cell: Cell) -> None:
    assert cells.day(cell) == date(2023, 5, 20)


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (
            45066,
            (
                "“45066”不是日期，可能是表格软件的日期序号（2023-05-20）；"
                "请把该列设为日期格式后核对，或写作 2023-02-28"
            ),
        ),
        (time(9, 30), "只有时刻，没有日期；请写作 2023-02-28"),
        (timedelta(hours=9), "只有时刻，没有日期；请写作 2023-02-28"),
        (2023.5, "“2023.5”只到月份；请填写具体日期，例如 2023-02-28"),
        ("=1", "“=1”不是日期；请写作 2023-02-28 或 2023年2月28日"),
    ],
)
def test_what_is_no_date_is_told(cell: Cell, told: str) -> None:
    assert refusal(cells.day, cell) == told


def test_the_order_of_a_foreign_date_is_said_beforehand() -> None:
    assert cells.day_in("mdy")("05/06/2023") == date(2023, 5, 6)
    assert cells.day_in("dmy")("05/06/2023") == date(2023, 6, 5)


# -- code lists ----------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["未发现问题", "no_problem", "No problem found", " 未发现问题。"])
def test_the_lists_own_wording_is_the_bare_code(cell: str) -> None:
    assert PARSERS["choice"](cell) is Outcome.NO_PROBLEM


def test_another_wording_that_is_sure_comes_with_its_wording() -> None:
    assert PARSERS["choice"]("未发现违法行为") == Reading(Outcome.NO_PROBLEM, "未发现违法行为")


def test_a_wording_that_is_not_sure_says_what_to_confirm() -> None:
    told = "“失联”按“通过登记的住所（经营场所）无法联系”归类（只写了该类结果的一部分条件），请确认"

    assert PARSERS["choice"]("失联") == Reading(Outcome.UNREACHABLE, "失联", told)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("公示信息隐瞒真实情况、弄虚作假", (Outcome.CONCEALED,)),
        (
            "公示信息隐瞒真实情况、弄虚作假；未按规定公示应当公示的信息；",
            (Outcome.CONCEALED, Outcome.NOT_DISCLOSED),
        ),
        ("未发现问题\n未发现问题", (Outcome.NO_PROBLEM,)),
        (
            "发现问题已责令改正、未按规定公示应当公示的信息",
            (Outcome.ORDERED, Outcome.NOT_DISCLOSED),
        ),
        ("未发现问题|正常", Reading((Outcome.NO_PROBLEM,), "未发现问题|正常")),
    ],
)
def test_outcomes_are_parted_where_that_is_plain(cell: str, value: Any) -> None:
    assert cells.choices(Outcome)(cell) == value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("实地检查、书面检查", (Method.ON_SITE, Method.WRITTEN)),
        ("实地检查，网络监测", (Method.ON_SITE, Method.NETWORK)),
        ("实地检查和书面检查", (Method.ON_SITE, Method.WRITTEN)),
        (
            "现场检查、网络检查",
            Reading((Method.ON_SITE, Method.NETWORK), "现场检查、网络检查"),
        ),
    ],
)
def test_methods_are_parted_at_commas_where_every_part_is_known(cell: str, value: Any) -> None:
    assert cells.choices(Method)(cell) == value


@pytest.mark.parametrize(
    ("cell", "part"),
    [("实地检查、望闻问切", "实地检查、望闻问切"), ("实地检查；望闻问切", "望闻问切")],
)
def test_a_part_that_is_not_known_is_told_whole(cell: str, part: str) -> None:
    options = "；".join(each.zh for each in Method)

    assert refusal(cells.choices(Method), cell) == f"“{part}”不在代码表中；可填：{options}"


def test_several_doubts_are_told_together() -> None:
    found = cells.choices(Outcome)("失联；不合格")

    assert isinstance(found, Reading)
    assert found.unsure == (
        "“失联”按“通过登记的住所（经营场所）无法联系”归类（只写了该类结果的一部分条件），请确认；"
        "“不合格”按“发现问题待后续处理”归类（写明有问题，未写明如何处理），请确认"
    )


@pytest.mark.parametrize(
    ("parse", "cell", "code"),
    [
        (cells.choice(Joint), "跨部门", Joint.CROSS_AGENCY),
        (cells.choice(Joint), "否", Joint.NONE),
        (cells.choice(Handling), "责令限期改正", Handling.ORDERED),
    ],
)
def test_short_forms_are_known(parse: Parser, cell: str, code: object) -> None:
    assert parse(cell) == Reading(code, cell)


@given(
    cell=st.one_of(
        st.text(max_size=30),
        st.text("未发现问题正常合格；、,0123456789%户家至-年月日", max_size=20),
        st.integers(),
        st.floats(),
        st.booleans(),
        st.dates(),
        st.datetimes(),
        st.times(),
        st.timedeltas(),
    ),
    name=st.sampled_from(sorted(PARSERS)),
)
def test_any_cell_is_read_or_refused_in_words(cell: Cell, name: str) -> None:
    try:
        PARSERS[name](cell)
        told = "读出"
    except BadCell as error:
        told = str(error)

    assert told


@pytest.mark.parametrize(
    ("cell", "words", "value"), [(0.05, "5%", "0.05"), (0.125, "12.5%", "0.125")]
)
def test_a_number_in_a_share_column_is_worded_as_its_spreadsheet_shows_it(
    cell: float, words: str, value: str
) -> None:
    assert cells.ratio(cell) == Ratio(words, Decimal(value))


def test_a_code_kept_from_the_spreadsheet_by_a_formula_of_text_is_that_code() -> None:
    assert cells.code()('="91990101MA0000000U"') == "91990101MA0000000U"

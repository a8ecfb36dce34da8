"""Numbers in official writing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.numerals import fold, whole, year_figures

_ONES = "零一二三四五六七八九"


def in_words(number: int) -> str:
    """Write a number below 10,000 as papers do: 1005 is 一千零五, 12 is 十二."""
    if number == 0:
        return "零"
    text, gap = "", False
    for unit, size in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit, number = divmod(number, size)
        if digit == 0:
            gap = bool(text)
            continue
        text += ("零" if gap else "") + _ONES[digit] + unit
        gap = False
    return text.removeprefix("一") if text.startswith("一十") else text


@given(number=st.integers(0, 9_999))
def test_a_number_in_words_is_read_as_it_is_written(number: int) -> None:
    assert whole(in_words(number)) == number


@pytest.mark.parametrize(
    "text", ["", "十十", "二百五", "三五", "百", "一千二", "12a", "-1", "○", "甲"]
)
def test_what_is_no_certain_number_is_not_read(text: str) -> None:
    assert whole(text) is None


@pytest.mark.parametrize("text", ["②5%", "5²", "½", "㈠", "❶2"])
def test_note_marks_do_not_become_figures(text: str) -> None:
    assert fold(text) == text


@pytest.mark.parametrize(
    ("text", "folded"),
    [("５％", "5%"), ("　１２户　", "12户"), ("５⽉", "5月"), ("﹪", "%"), (" 5 ", "5")],
)
def test_width_makes_no_difference(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    "text", ["二〇二三年", "二○二三年", "二零二三年", "二O二三年", "二0二三年", "2023年"]
)
def test_a_year_in_words_is_written_in_figures(text: str) -> None:
    assert year_figures(text) == "2023年"


def test_a_number_of_years_is_no_year() -> None:
    assert year_figures("二年") == "二年"

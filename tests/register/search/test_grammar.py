"""What the search box understands, and that it never fails."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.register.search.grammar import MOST_TERMS, Hint, read
from portal.register.search.model import Term


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("甲 乙", [["甲"], ["乙"]]),
        ('"甲 乙" 丙', [["甲 乙"], ["丙"]]),
        ("“甲 乙”「丙 丁」", [["甲 乙"], ["丙 丁"]]),
        ("甲 OR 乙 丙", [["甲", "乙"], ["丙"]]),
        ("甲 OR 乙 OR 丙", [["甲", "乙", "丙"]]),
        ("OR 甲 OR", [["甲"]]),
        ("甲 -乙", [["甲"], ["-乙"]]),
        ("甲 －“乙 丙”", [["甲"], ["-乙 丙"]]),
        ("甲 OR -乙", [["甲"], ["-乙"]]),
        ("2024-05", [["2024-05"]]),
        ('"甲 乙', [["甲 乙"]]),
        ("甲* ?~[ TO ]", [["甲*"], ["TO"]]),
    ],
)
def test_a_query_is_read_as_the_page_says(text: str, groups: list[list[str]]) -> None:
    found = [[("-" if t.excluded else "") + t.text for t in group] for group in read(text).groups]

    assert found == groups


def test_what_is_too_much_is_left_out_with_a_hint() -> None:
    many = read(" ".join(["甲"] * (MOST_TERMS + 1)))

    assert (len(many.groups), many.hints) == (MOST_TERMS, (Hint.TOO_MANY_TERMS,))
    assert read("甲" * 501).hints == (Hint.TOO_LONG,)
    assert read("？！").hints == (Hint.NOTHING_TO_FIND,)
    assert read("-甲").hints == (Hint.ONLY_EXCLUDED,)
    assert read(" ").hints == ()


@given(st.text() | st.text('甲a1 "“”「」-－OR*?~[]\n\0'))
def test_any_text_is_read_without_failing(text: str) -> None:
    reading = read(text)

    terms = [term for group in reading.groups for term in group]
    assert len(terms) <= MOST_TERMS
    assert all(isinstance(term, Term) for term in terms)
    assert all(len({t.excluded for t in group}) == 1 for group in reading.groups)

"""Width, case, script and punctuation do not matter; offsets lead back into the text."""

from hypothesis import given
from hypothesis import strategies as st

from portal.register.search.analysis import BREAK, EDGE, compact, fold, fold_with_offsets, runs


def test_brackets_blanks_width_case_and_traditional_script_do_not_matter() -> None:
    assert fold("示例市（甲）食品有限公司") == fold("示例市 (甲) 食品有限公司")
    assert fold("ＧＢ１２３") == fold("gb123")
    assert fold("示例市場監督管理局") == fold("示例市场监督管理局")
    assert fold("Café") == fold("Cafe\u0301") == fold("CAFE")


def test_a_run_is_one_token_and_chinese_is_many() -> None:
    assert fold("第13号") == f"第{EDGE}13{EDGE}号"
    assert fold("3") not in fold("第13号")
    assert runs(fold("a1 b2")) == ["a1", "b2", f"a1{EDGE}b2"]


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    folded = fold(text)

    assert fold(folded.replace(EDGE, " ")) == folded
    assert BREAK not in folded
    assert EDGE + EDGE not in folded
    assert compact(folded) == folded.replace(EDGE, "")


@given(st.text() | st.text("aB1 甲國（-㈱½e\u0301"))
def test_offsets_belong_to_the_same_folding_and_grow(text: str) -> None:
    folded, origins = fold_with_offsets(text)

    assert folded == fold(text)
    assert origins == sorted(origins)
    assert all(
        character == EDGE or character in fold(text[origin])
        for character, origin in zip(folded, origins, strict=True)
    )

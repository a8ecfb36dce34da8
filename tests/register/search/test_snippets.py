"""What is marked is what matched, at its place in the text as it is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.register.search.analysis import fold
from portal.register.search.snippets import Piece, excerpt, marked, spans


def test_brackets_blanks_width_and_script_do_not_hide_a_match() -> None:
    text = "示例市（環境）监测 站ＡＢ"

    assert spans(text, [fold("示例市环境"), fold("站ab")]) == [
        (0, 6, fold("示例市环境")),
        (10, 13, fold("站ab")),
    ]


def test_an_excerpt_shows_the_place_that_holds_most_words() -> None:
    text = "电镀" + "。" * 200 + "电镀废水和危险废物" + "。" * 200

    shown = excerpt(["没有", text], ["电镀", "危险废物"])

    assert [piece.text for piece in shown if piece.marked] == ["电镀", "危险废物"]
    assert (shown[0].text, shown[-1].text) == ("…", "…")
    assert sum(len(piece.text) for piece in shown) <= 98


def test_nothing_is_shown_of_texts_without_a_match() -> None:
    assert excerpt(["消防安全"], ["电镀"]) == ()


@pytest.mark.parametrize("text", ["<b>电镀</b>", "a&b电镀\"'", "电镀<script>"])
def test_markup_stays_text(text: str) -> None:
    assert "".join(piece.text for piece in marked(text, ["电镀"])) == text


@given(
    st.text("甲乙（） 3\n", max_size=60),
    st.lists(st.text("甲乙3", min_size=1, max_size=3), max_size=3),
)
def test_pieces_put_together_are_the_text_and_every_match_is_inside_a_mark(
    text: str, words: list[str]
) -> None:
    wanted = [fold(word) for word in words]

    pieces = marked(text, wanted)

    assert "".join(piece.text for piece in pieces) == text
    inside = {
        at
        for place, piece in enumerate(pieces)
        if piece.marked
        for at in range(
            sum(len(p.text) for p in pieces[:place]), sum(len(p.text) for p in pieces[: place + 1])
        )
    }
    assert inside == {at for start, end, _ in spans(text, wanted) for at in range(start, end)}


def test_overlapping_words_are_marked_once() -> None:
    assert marked("甲乙丙丁", ["甲乙", "乙丙"]) == (Piece("甲乙丙", marked=True), Piece("丁"))

"""What is filed on a server, where it is long or strange."""

from portal.register.search.analysis import fold
from portal.register.search.remote.rows import kept, row, words
from tests.register.search.makers import a_document


def test_texts_are_filed_token_by_token_and_names_as_they_are_compared() -> None:
    filed = row(a_document(3, names=("甲店（A1）", "。"), titles=(), identifiers=("ＳＰ-3",)))

    assert (filed["names"], filed["name"], filed["titles"]) == (
        ["甲 店 a1"],
        ["甲店\x1fa1\x1f"],
        [],
    )
    assert filed["identifier"] == ["sp3"]
    assert filed["pair"] == ["店\x1f", "甲店"]
    assert filed["facet"] == {"kind": ["result"], "outcome": ["mend"], "entity": ["e_3"]}


def test_what_is_longer_than_the_server_takes_is_still_told_apart() -> None:
    one, other = words(fold("a" * 40_000)), words(fold("a" * 40_001))
    assert one != other
    assert {len(one), len(other)} == {64}

    short, long = kept("甲" * 10_000), kept("甲" * 20_000)
    assert short == "甲" * 10_000
    assert long.startswith(short)
    assert long != kept("甲" * 20_001)
    assert len(long.encode()) < 32_766

"""Words of the field that mean the same."""

import pytest

from portal.register.search.model import Term
from portal.register.search.synonyms import BadSynonyms, expand, read, usual


def test_a_word_brings_its_synonyms_as_alternatives() -> None:
    groups = expand(((Term("摇号"),), (Term("结果"),)), known=usual())

    assert groups == ((Term("摇号"), Term("抽签"), Term("抽取")), (Term("结果"),))


def test_what_is_excluded_or_quoted_means_itself() -> None:
    groups = ((Term("整改", excluded=True),), (Term("摇号"),))

    assert expand(groups, known=usual(), literally=frozenset({"摇号"})) == groups


def test_the_short_name_of_an_agency_is_replaced_at_the_end_of_a_word_only() -> None:
    known = read("…环保局 …生态环境局")

    assert known.of("示例市环保局") == ("示例市生态环境局",)
    assert known.of("环保局长") == ()


def test_a_line_of_one_word_is_refused_with_its_number() -> None:
    with pytest.raises(BadSynonyms, match=r"synonyms\.txt:2"):
        read("甲 乙\n丙")

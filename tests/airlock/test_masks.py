"""A shortened name never tells a person's name, whatever the trader is called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.airlock.detectors.surnames import COMMON
from portal.airlock.masks import mask_trader

#: Whoever is called 王小市 and trades under it with a word behind it is taken for a place.
_HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5, exclude_characters="省市县区")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("示例市青禾小吃店", "示例＊＊＊店"),
        ("示例市示例县青禾小吃", "示例＊＊＊"),
        #: Who has no name for the shop is registered under their own.
        ("王小明", "王＊＊＊"),
        ("李四", "李＊＊＊"),
        ("欧阳小明", "欧＊＊＊"),
        ("阿依古丽", "阿＊＊＊"),
        ("王小店", "王＊＊＊"),
        ("王五小吃部", "王＊＊＊部"),
        ("王五市场小吃部", "王＊＊＊部"),
        ("王小明百货店", "王＊＊＊店"),
        ("陈九州百货店", "陈＊＊＊店"),
        ("张红旗面馆", "张＊＊＊馆"),
        ("阿坝州青禾面馆", "阿坝＊＊＊馆"),
    ],
)
def test_a_trader_keeps_a_place_and_what_it_is_and_no_name(name: str, shown: str) -> None:
    assert mask_trader(name) == shown


@given(
    surname=st.sampled_from(sorted(COMMON)),
    given_name=st.text(_HAN, min_size=1, max_size=2),
    trade=st.sampled_from(["", "店", "商行", "小吃部", "市场摊位", "家电维修", "镇上面馆"]),
)
def test_no_more_than_the_surname_of_a_person_stays(
    surname: str, given_name: str, trade: str
) -> None:
    shown = mask_trader(surname + given_name + trade)

    assert shown.partition("＊")[0] == surname
    assert shown.rpartition("＊")[2] == "" or shown.endswith(trade[-1:])

"""Detectors: what looks like personal data, in every disguise people use, and what does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.airlock.detectors.scan import scan
from portal.airlock.masks import REMOVED, mask_text
from tests.bench.corpus import credit_code

#: A valid number of a division that does not exist.
ID_CARD = "990101199001011238"


def _check_digit(stem: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(int(d) * w for d, w in zip(stem, weights, strict=True)) % 11]


VALID_ID = ID_CARD[:17] + _check_digit(ID_CARD[:17])


def _wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


@pytest.mark.parametrize(
    "disguised",
    [
        VALID_ID,
        _wide(VALID_ID),
        " ".join((VALID_ID[:6], VALID_ID[6:14], VALID_ID[14:])),
        "-".join((VALID_ID[:6], VALID_ID[6:14], VALID_ID[14:])),
        "\u200b".join(VALID_ID),
        *(sign.join((VALID_ID[:6], VALID_ID[6:14], VALID_ID[14:])) for sign in "、,/|\\:;+=^&*#"),
        f"身份证{VALID_ID}号",
    ],
)
def test_an_id_card_number_is_found_in_every_disguise(disguised: str) -> None:
    assert [hit.kind for hit in scan(disguised)] == ["身份证号"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("联系 13800138000", "手机号"),
        ("138-0013-8000", "手机号"),
        *((sign.join(("138", "0013", "8000")), "手机号") for sign in ",/、|\\:;*#~+=^&"),
        ("+86 138 0013 8000", "手机号"),
        ("１３８００１３８０００", "手机号"),
        ("138OO1380lI", "手机号"),
        ("电话 0571-87654321", "固定电话"),
        ("（0318）2369132", "固定电话"),
        ("someone@mail.example", "电子邮箱"),
        ("ａ＠ｂ．ｃｎ", "电子邮箱"),
    ],
)
def test_contact_data_is_found(text: str, kind: str) -> None:
    assert [hit.kind for hit in scan(text)] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        credit_code(7),
        "统一社会信用代码 91330100799655058B",
        "许可证编号 JY13301000123456",
        "衡环办发〔2023〕12号",
        "2023年2月21日至2023年12月31日",
        "罚款 1215000.00 元",
        "批号 20230221001",
        "抽查企业11951家，发现87家",
        "990101199013011234",  # no such month
        VALID_ID[:-1] + ("0" if VALID_ID[-1] != "0" else "1"),  # wrong check digit
    ],
)
def test_look_alikes_do_not_cry_wolf(text: str) -> None:
    assert scan(text) == []


def test_a_credit_code_of_digits_alone_is_not_an_id_card() -> None:
    alarms = [number for number in range(3000) if scan(credit_code(number))]

    assert alarms == []


@given(before=st.text(max_size=20), after=st.text(max_size=20))
def test_masking_leaves_nothing_to_find(before: str, after: str) -> None:
    masked = mask_text(f"{before}。13800138000。{after}")

    assert not [hit for hit in scan(masked) if hit.kind == "手机号" and "13800138000" in masked]
    assert REMOVED in masked


def test_spans_point_into_the_text_as_given() -> None:
    text = "手机\u200b：１３８００１３８０００。"

    [hidden, hit] = scan(text)

    assert (hidden.kind, text[hidden.start : hidden.end]) == ("隐藏字符", "\u200b")
    assert text[hit.start : hit.end] == "１３８００１３８０００"

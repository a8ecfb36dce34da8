"""Schemes, forms and check digits of identifiers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from portal.domain.identifiers import Identifier, MalformedIdentifier, Scheme, parse
from portal.domain.parties import EntityForm, EntityKind, entity_key, form_of
from tests.makers import AGENCY

#: The code of a real company, which it states on its website.
REAL = "91330100799655058B"


@pytest.mark.parametrize(
    ("text", "scheme", "value", "valid"),
    [
        (REAL, Scheme.USCC, REAL, True),
        ("91330100799655058b", Scheme.USCC, REAL, True),
        (" ９１３３０１００　７９９６５５０５８Ｂ ", Scheme.USCC, REAL, True),
        ("9133 0100 7996 5505 8B", Scheme.USCC, REAL, True),
        ("91330100799655058A", Scheme.USCC, "91330100799655058A", False),
        ("990100000000013", Scheme.REG15, "990100000000013", True),
        ("990100000000016", Scheme.REG15, "990100000000016", False),
        ("9901000000001", Scheme.REG13, "9901000000001", True),
    ],
)
def test_a_number_is_told_by_its_length(
    text: str, scheme: Scheme, value: str, valid: object
) -> None:
    found = parse(text)

    assert found == Identifier(scheme, value, valid is True)


@pytest.mark.parametrize(
    ("text", "scheme", "value"),
    [
        ("12", Scheme.LOCAL, "12"),
        ("Ａ 12", Scheme.LOCAL, "A12"),
        ("Ab-1/2_3.4", Scheme.LOCAL, "Ab-1/2_3.4"),
        ("m（2015）-001", Scheme.SOCIAL_ORG, "M(2015)-001"),
        ("", Scheme.NONE, ""),
    ],
)  # fmt: skip
def test_a_number_is_read_as_what_the_file_says_it_is(
    text: str, scheme: Scheme, value: str
) -> None:
    found = parse(text, scheme)

    assert found == Identifier(scheme, value)


@pytest.mark.parametrize(
    ("text", "scheme", "told"),
    [
        (
            "12345",
            None,
            "5 位编码无法判断类型；请填18位统一社会信用代码、15位或13位注册号，其他编号请在“标识类型”注明“本地编号”",
        ),
        (
            "",
            None,
            "0 位编码无法判断类型；请填18位统一社会信用代码、15位或13位注册号，其他编号请在“标识类型”注明“本地编号”",
        ),
        (
            "9133010079965505OB",
            Scheme.USCC,
            "统一社会信用代码应为18位数字和大写字母（不含I、O、S、V、Z）",
        ),
        ("91330100799655058", Scheme.USCC, "统一社会信用代码应为18位数字和大写字母（不含I、O、S、V、Z）"),
        ("99010000000001A", None, "15位注册号应为15位数字"),
        ("990100000000A", None, "13位注册号应为13位数字"),
        ("甲", Scheme.LOCAL, "本地编号应为1至40位数字、字母或 _ . / -"),
        ("1" * 41, Scheme.LOCAL, "本地编号应为1至40位数字、字母或 _ . / -"),
        ("M1", Scheme.SOCIAL_ORG, "社会组织登记号应为4至30位数字、大写字母或连字符"),
    ],
)  # fmt: skip
def test_a_malformed_number_says_what_is_wanted(
    text: str, scheme: Scheme | None, told: str
) -> None:
    with pytest.raises(MalformedIdentifier) as refused:
        parse(text, scheme)

    assert str(refused.value) == told


@given(
    body=st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17), at=st.integers(0, 16)
)
def test_one_wrong_character_never_fits_the_check_digit(body: str, at: int) -> None:
    right = body + str(uscc.calc_check_digit(body))
    other = "1" if right[at] != "1" else "2"

    wrong = right[:at] + other + right[at + 1 :]

    assert (parse(right).valid, parse(wrong).valid) == (True, False)


@given(body=st.text("0123456789", min_size=14, max_size=14))
def test_every_registration_number_has_one_check_digit(body: str) -> None:
    fitting = [digit for digit in "0123456789" if parse(body + digit, Scheme.REG15).valid]

    assert len(fitting) == 1


def test_an_old_identity_number_is_no_registration_number_unless_somebody_says_so() -> None:
    with pytest.raises(MalformedIdentifier, match="像是旧居民身份证号"):
        parse("110101900307003")

    assert parse("110101900307003", Scheme.REG15) == Identifier(
        Scheme.REG15, "110101900307003", valid=False
    )
    assert parse("110101901332001") == Identifier(Scheme.REG15, "110101901332001", valid=False)


@given(text=st.text(max_size=60), scheme=st.none() | st.sampled_from(Scheme))
def test_any_text_is_read_or_refused_with_a_reason(text: str, scheme: Scheme | None) -> None:
    try:
        found = parse(text, scheme)
    except MalformedIdentifier as error:
        told = str(error)
    else:
        told = ""

    assert told or parse(found.value, found.scheme) == found  # reading again changes nothing


@pytest.mark.parametrize(
    ("text", "form", "library"),
    [
        (REAL, EntityForm.ENTERPRISE, EntityKind.MARKET),
        ("92990101MA0000000K", EntityForm.SOLE_TRADER, EntityKind.MARKET),
        ("93990101MA0000000G", EntityForm.COOPERATIVE, EntityKind.MARKET),
        ("51990101MA0000000X", EntityForm.SOCIAL_GROUP, EntityKind.SOCIAL),
        ("52990101MA0000000X", EntityForm.PRIVATE_INSTITUTION, EntityKind.SOCIAL),
        ("53990101MA0000000X", EntityForm.FOUNDATION, EntityKind.SOCIAL),
        ("12990101MA0000000X", EntityForm.INSTITUTION, EntityKind.INSTITUTION),
        ("11990101MA0000000X", EntityForm.ORGAN, EntityKind.ORGAN),
        ("990100500000013", EntityForm.ENTERPRISE, EntityKind.MARKET),
        ("990100600000013", EntityForm.SOLE_TRADER, EntityKind.MARKET),
        ("990100900000013", EntityForm.SOLE_TRADER, EntityKind.MARKET),
    ],
)
def test_a_number_says_what_the_party_is(text: str, form: EntityForm, library: EntityKind) -> None:
    found = form_of(parse(text))

    assert found is form
    assert found.library is library


@pytest.mark.parametrize("text", ["33010019800101123X", "9901000000001"])
def test_a_number_that_does_not_say_what_the_party_is_says_nothing(text: str) -> None:
    found = form_of(parse(text))

    assert found is None


@pytest.mark.parametrize(
    ("identifier", "key"),
    [
        (Identifier(Scheme.USCC, REAL), f"uscc:{REAL}"),
        (Identifier(Scheme.LOCAL, "T-12"), f"local:{AGENCY}:T-12"),
        (Identifier(Scheme.NONE, ""), f"none:{AGENCY}:示例市集"),
    ],
)
def test_a_party_is_known_by_its_number_or_by_its_agency(identifier: Identifier, key: str) -> None:
    found = entity_key(identifier, agency_code=AGENCY, name="示例市集")

    assert found == key


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17))
def test_the_check_digit_is_the_one_the_standard_asks_for(stem: str) -> None:
    right = uscc.calc_check_digit(stem)
    wrong = "0" if right != "0" else "1"

    assert (parse(stem + right).valid, parse(stem + wrong).valid) == (True, False)

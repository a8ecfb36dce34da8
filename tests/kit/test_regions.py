"""Names of administrative divisions."""

import pytest

from portal.kit import regions


@pytest.mark.parametrize(
    ("code", "name", "full_name"),
    [
        ("330109", "萧山区", "杭州市萧山区"),
        ("330100", "杭州市", "杭州市"),
        ("330000", "浙江省", "浙江省"),
        ("110101", "东城区", "北京市东城区"),
        ("110000", "北京市", "北京市"),
        ("441900", "东莞市", "东莞市"),
        ("990101", "示东区", "示例市示东区"),
        ("990100", "示例市", "示例市"),
        # counties that belong to their province directly, and the city there is none of
        ("659001", "石河子市", "石河子市"),
        ("659000", "659000", "659000"),
        ("429004", "仙桃市", "仙桃市"),
        # codes nobody knows
        ("999999", "999999", "999999"),
        ("330199", "330199", "杭州市330199"),
        ("x", "x", "x"),
    ],
)
def test_a_division_has_a_name_or_its_code(code: str, name: str, full_name: str) -> None:
    found = regions.name(code), regions.full_name(code)

    assert found == (name, full_name)


def test_no_division_is_without_a_name() -> None:
    nameless = [code for code, name in regions._names().items() if not name.strip()]

    assert nameless == []


def test_every_code_has_six_digits() -> None:
    odd = [code for code in regions._names() if not (len(code) == 6 and code.isdigit())]

    assert odd == []

"""QR codes: dark modules inside a quiet zone, with the three marks that scanners look for."""

import re

from hypothesis import given
from hypothesis import strategies as st

from portal.kit import qr

_FINDER = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=120))
def test_a_code_has_its_quiet_zone_and_its_three_marks(text: str) -> None:
    code = qr.code(text)
    dark = {(int(y), int(x)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", code.path)}
    low, high = 4, code.size - 4

    def square(top: int, left: int) -> list[str]:
        rows = range(top, top + 7)
        return ["".join("01"[(y, x) in dark] for x in range(left, left + 7)) for y in rows]

    assert {number for point in dark for number in point} <= set(range(low, high))
    assert square(low, low) == square(low, high - 7) == square(high - 7, low) == _FINDER

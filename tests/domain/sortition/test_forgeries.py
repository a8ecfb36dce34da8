"""Every forged package is told by the code of the first rule it breaks."""

import json

import pytest

from portal.domain.sortition.faults import Code, Fault
from portal.domain.sortition.outcome import recompute
from tests.domain.sortition import forgeries
from tests.domain.sortition.whole import whole


def _told(raw: bytes) -> str:
    with pytest.raises(Fault) as caught:
        recompute(raw)
    return caught.value.code


def test_the_package_itself_is_good() -> None:
    outcome = recompute(json.dumps(whole()).encode())

    assert [row["type"] for row in outcome.replacements] == ["object", "member"]
    assert all(row["in"] for row in outcome.replacements)


def test_every_forged_package_is_told_by_the_first_rule_it_breaks() -> None:
    wrong = [
        (number, expected, told)
        for number, (expected, raw) in enumerate(forgeries.every())
        if (told := _told(raw)) != expected
    ]

    assert wrong == []


def test_every_code_is_met_alone_and_beside_every_later_one() -> None:
    codes = [code for code, _ in forgeries.LADDER]

    assert codes == [code.value for code in Code]
    assert {code for code, _ in forgeries.every()} == set(codes)

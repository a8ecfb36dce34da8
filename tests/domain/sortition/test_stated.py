"""A package beside what was published of its draw: the very one, another, or nothing to compare with."""

import copy
from typing import Any

import pytest

from portal.domain.sortition.outcome import compute
from portal.domain.sortition.stated import Agreement, compare
from tests.domain.sortition.packages import a_package
from tests.domain.sortition.statements import WRONG, true
from tests.domain.sortition.whole import whole

SAME, OTHER, UNSAID = Agreement.SAME, Agreement.OTHER, Agreement.UNSAID
PACKAGE: dict[str, Any] = whole()
FOUND = compute(PACKAGE)
SAID = true(PACKAGE, FOUND)
(DIGEST, SALT), *MORE = SAID.replacements


def test_a_package_agrees_with_all_that_was_published_of_its_draw() -> None:
    assert compare(PACKAGE, FOUND, SAID) == (SAME, SAME, SAME, SAME)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (SAID._replace(commitment="{}"), (OTHER, SAME, SAME, SAME)),
        (SAID._replace(commitment=None), (UNSAID, SAME, SAME, SAME)),
        (SAID._replace(sealed=WRONG), (SAME, OTHER, SAME, SAME)),
        (SAID._replace(nonce=WRONG), (SAME, OTHER, SAME, SAME)),
        (SAID._replace(nonce=None), (SAME, OTHER, SAME, SAME)),
        (SAID._replace(sealed=None, nonce=None), (SAME, UNSAID, SAME, SAME)),
        (SAID._replace(result_hash=WRONG), (SAME, SAME, OTHER, SAME)),
        (SAID._replace(result_hash=None), (SAME, UNSAID, UNSAID, UNSAID)),
        (SAID._replace(replacements=[(WRONG, SALT), *MORE]), (SAME, SAME, SAME, OTHER)),
        (SAID._replace(replacements=[(DIGEST, WRONG), *MORE]), (SAME, SAME, SAME, OTHER)),
        (SAID._replace(replacements=[(DIGEST, None), *MORE]), (SAME, SAME, SAME, UNSAID)),
        (SAID._replace(replacements=MORE), (SAME, SAME, SAME, OTHER)),
    ],
)
def test_each_thing_that_was_published_otherwise_or_not_at_all_is_told_by_itself(
    said: Any, told: tuple[Agreement, ...]
) -> None:
    assert compare(PACKAGE, FOUND, said) == told


@pytest.mark.parametrize("seed", range(20))
def test_no_other_draw_passes_for_the_one_that_was_published(seed: int) -> None:
    other = a_package(seed)

    told = compare(other, compute(other), SAID)

    assert told[:3] == (OTHER, OTHER, OTHER)


def test_a_replacement_told_otherwise_after_the_day_is_another() -> None:
    """The package computes as well, and its result is the same: the digest of the day alone tells."""
    told_otherwise = copy.deepcopy(PACKAGE)
    event = told_otherwise["replacements"][0]
    event["reason"] = "moved" if event["reason"] != "moved" else "closed"

    found = compute(told_otherwise)

    assert found.result_hash == FOUND.result_hash
    assert compare(told_otherwise, found, SAID) == (SAME, SAME, SAME, OTHER)

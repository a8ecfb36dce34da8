"""The drawing itself: against a second implementation, and by the laws of the specification."""

import hmac
import json
import random
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.merkle import is_included, leaf_hash
from portal.domain.sortition import packages as reading
from portal.domain.sortition.faults import Code, Fault
from portal.domain.sortition.freezing import freeze
from portal.domain.sortition.leaves import Inclusions, leaf
from portal.domain.sortition.outcome import compute, recompute, seal
from portal.domain.sortition.tickets import keyed
from tests.domain.sortition import appendix, oracle
from tests.domain.sortition.packages import a_package
from tests.domain.sortition.whole import whole


@pytest.mark.parametrize("tens", range(20))
def test_a_second_implementation_agrees(tens: int) -> None:
    for seed in range(10 * tens, 10 * tens + 10):
        package = a_package(seed)

        assert compute(package).written() == oracle.outcome(package)


def test_random_packages_meet_what_they_are_made_for() -> None:
    met: set[str] = set()
    for seed in range(200):
        outcome = compute(a_package(seed))
        result: Any = outcome.result
        members = [member for team in result["teams"] for member in team["members"]]
        met |= {f"relaxed {each}" for member in members for each in member["relaxed"]}
        met |= {"filled" if member["handle"] else "unfilled" for member in members}
        met |= {"shortage" for stratum in result["strata"] if stratum["shortage"]}
        met |= {"bundled" for team in result["teams"] if len(team["objects"]) > 1}
        row: Any
        for row in outcome.replacements:
            met.add(f"{row['type']} {'in' if row['in'] else 'none left'}")

    assert met == {
        "relaxed skill", "relaxed region", "relaxed away", "filled", "unfilled", "shortage", "bundled",
        "object in", "object none left", "member in", "member none left",
    }  # fmt: skip


def _shuffled(value: Any, chance: random.Random) -> Any:
    """Put the keys of every object into another order."""
    if isinstance(value, Mapping):
        keys = list(value)
        chance.shuffle(keys)
        return {key: _shuffled(value[key], chance) for key in keys}
    return [_shuffled(each, chance) for each in value] if isinstance(value, list) else value


@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_the_order_in_which_a_package_is_written_changes_no_byte(
    seed: int, chance: random.Random
) -> None:
    package = a_package(seed)
    shuffled = _shuffled(package, chance)
    chance.shuffle(shuffled["objects"])
    chance.shuffle(shuffled["inspectors"])

    assert recompute(json.dumps(shuffled).encode()).written() == compute(package).written()


def test_replacements_change_neither_result_nor_hash() -> None:
    package = whole()
    with_them = compute(package)
    del package["replacements"]

    without = compute(package)

    assert without.result_hash == with_them.result_hash
    assert without.result == with_them.result


@given(st.binary(min_size=0, max_size=64), st.binary(max_size=200), st.binary(max_size=200))
def test_tickets_are_hmac(key: bytes, beginning: bytes, rest: bytes) -> None:
    assert keyed(key, beginning)(rest) == hmac.digest(key, beginning + rest, "sha256")


@pytest.mark.parametrize("seed", range(30))
def test_everyone_in_the_list_can_be_proven_to_be_in_it(seed: int) -> None:
    package = reading.read(a_package(seed))
    proofs = Inclusions(package.lists.objects)

    assert proofs.root.hex() == package.commit.objects_root
    for each in package.lists.objects:
        place, path = proofs.path(each.handle)
        assert is_included(leaf_hash(leaf(each)), place, proofs.size, path, proofs.root)
        assert not is_included(leaf_hash(b"{}"), place, proofs.size, path, proofs.root)


def test_the_seal_binds_nonce_and_result() -> None:
    result = compute(appendix.package()).result

    seals = {seal(bytes(32), result), seal(bytes(31) + b"1", result), seal(bytes(32), {"a": 1})}

    assert len(seals) == 3


def test_what_would_not_verify_is_not_frozen() -> None:
    terms: dict[str, Any] = {"commitments": {}, "committed_at": "2026-01-05T09:00:00+08:00"}
    with pytest.raises(Fault) as missing_share:
        freeze(appendix.PLAN, appendix.OBJECTS, appendix.INSPECTORS, {}, **terms)
    with pytest.raises(Fault) as doubled:
        freeze(appendix.PLAN, appendix.OBJECTS * 2, appendix.INSPECTORS, {}, **terms)
    terms |= {"commitments": {"jj": "0" * 64}, "committed_at": "2026-01-05"}
    with pytest.raises(Fault) as undated:
        freeze(appendix.PLAN, appendix.OBJECTS, appendix.INSPECTORS, {}, **terms)

    found = [each.value.reason for each in (missing_share, doubled, undated)]
    assert found == [Code.SHARE, Code.DUP, Code.SCHEMA]

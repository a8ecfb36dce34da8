"""Who inspects what after the replacements, held against the second implementation's own bundles."""

from typing import Any

import pytest

from portal.domain.sortition import standing
from portal.domain.sortition.outcome import compute
from tests.domain.sortition import oracle
from tests.domain.sortition.packages import a_package


@pytest.mark.parametrize("tens", range(10))
def test_teams_and_live_objects_are_those_after_the_last_event(
    tens: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Any] = []
    bundled = oracle.bundled

    def kept_bundles(plan: Any, orders: Any) -> list[Any]:
        kept.append(bundled(plan, orders))
        return list(kept[-1])

    monkeypatch.setattr(oracle, "bundled", kept_bundles)
    for seed in range(10 * tens, 10 * tens + 10):
        kept.clear()
        package = a_package(seed)
        oracle.outcome(package)
        outcome = compute(package)

        bundles = kept[0] if kept else []
        teams = standing.teams(outcome)
        assert teams == [
            {"objects": [each["handle"] for each in bundle["objects"]], "members": bundle["team"]}
            for bundle in bundles
        ]
        live = standing.drawn(outcome)
        withheld = live.pop("WITHHELD", [])
        if "teams" in package["plan"]:
            assert sorted(handle for handles in live.values() for handle in handles) == sorted(
                handle for team in teams for handle in team["objects"]
            )
        assert len(set(withheld)) == len(withheld)

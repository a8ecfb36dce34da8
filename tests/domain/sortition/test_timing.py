"""A source of the seed speaks after the list is fixed and public, never before (section 1)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.sortition import timing
from portal.domain.sortition.model import SourceKind
from portal.domain.sortition.timing import CHAINS, LEAD, TooEarly, check_commit, check_seed

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
QUICKNET = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
SECOND = timedelta(seconds=1)
DATED = (SourceKind.LOTTERY, SourceKind.NIST)


def _round(at: datetime, chain: str = QUICKNET) -> str:
    """Return the reference of the first round that is due at `at` or later."""
    genesis, period = CHAINS[chain]
    return f"{chain}/{-(-(int(at.timestamp()) - genesis) // period) + 1}"


def test_a_round_is_due_when_its_chain_says() -> None:
    """Round 1 of quicknet was due at its genesis, 23 August 2023 15:09:27 UTC, every other 3 s later."""
    assert timing.round_time(f"{QUICKNET}/1") == datetime(2023, 8, 23, 15, 9, 27, tzinfo=UTC)
    assert timing.round_time(f"{QUICKNET}/1001") == datetime(2023, 8, 23, 15, 59, 27, tzinfo=UTC)


@given(
    chain=st.sampled_from(sorted(CHAINS)),
    ahead=st.integers(-100_000, 100_000),
)
def test_a_round_less_than_600_seconds_ahead_is_refused(chain: str, ahead: int) -> None:
    ref = _round(NOW + timedelta(seconds=ahead), chain)
    if timing.round_time(ref) >= NOW + LEAD:
        check_commit(SourceKind.DRAND, ref, NOW)
    else:
        with pytest.raises(TooEarly, match="600"):
            check_commit(SourceKind.DRAND, ref, NOW)


@pytest.mark.parametrize(
    "ref",
    ["", "latest", QUICKNET, f"{QUICKNET}/0", f"{QUICKNET}/01", f"{QUICKNET}/-1", f"{'0' * 64}/99999999", f"{QUICKNET}/1 "],
)  # fmt: skip
def test_a_round_that_names_no_moment_is_refused(ref: str) -> None:
    with pytest.raises(TooEarly):
        check_commit(SourceKind.DRAND, ref, NOW)


@pytest.mark.parametrize("kind", DATED)
@pytest.mark.parametrize(
    ("day", "is_late_enough"), [("2026-03-01", False), ("2026-03-02", False), ("2026-03-03", True)]
)
def test_an_issue_is_drawn_on_a_later_day_than_the_commit(
    kind: SourceKind, day: str, *, is_late_enough: bool
) -> None:
    if is_late_enough:
        check_commit(kind, f"{day} 第1期", NOW)
    else:
        with pytest.raises(TooEarly):
            check_commit(kind, f"{day} 第1期", NOW)


@pytest.mark.parametrize("kind", DATED)
def test_the_day_is_that_of_china(kind: SourceKind) -> None:
    """Half past four in the afternoon in London is past midnight in Beijing."""
    late = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)
    check_commit(kind, "2026-03-03", datetime(2026, 3, 2, 15, 30, tzinfo=UTC))
    with pytest.raises(TooEarly):
        check_commit(kind, "2026-03-03", late)


@pytest.mark.parametrize("kind", DATED)
@pytest.mark.parametrize("ref", ["", "最近一期", "2026-3-3", "20260303"])
def test_an_issue_without_a_day_is_refused(kind: SourceKind, ref: str) -> None:
    with pytest.raises(TooEarly, match="写明日期"):
        check_commit(kind, ref, NOW)


@pytest.mark.parametrize("kind", [SourceKind.SHARE, SourceKind.DICE6, SourceKind.DICE10])
def test_what_happens_before_witnesses_is_bound_by_no_clock(kind: SourceKind) -> None:
    check_commit(kind, "", NOW)
    check_seed(kind, "", NOW, NOW)


def test_a_round_must_be_past_and_after_the_commit_was_public() -> None:
    ref = _round(NOW + LEAD)
    due = timing.round_time(ref)
    check_seed(SourceKind.DRAND, ref, due - SECOND, due)
    for since, now in ((due, due + LEAD), (due + SECOND, due + LEAD), (NOW, due - SECOND)):
        with pytest.raises(TooEarly):
            check_seed(SourceKind.DRAND, ref, since, now)


@pytest.mark.parametrize("kind", DATED)
def test_an_issue_must_be_past_and_after_the_commit_was_public(kind: SourceKind) -> None:
    ref, day = "2026-03-05 第7期", datetime(2026, 3, 5, 13, 0, tzinfo=UTC)
    assert timing.issue_day(ref) == date(2026, 3, 5)
    check_seed(kind, ref, NOW, day)
    before = timedelta(days=1)
    for since, now in ((day, day), (day - timedelta(hours=1), day), (NOW, day - before)):
        with pytest.raises(TooEarly):
            check_seed(kind, ref, since, now)

"""Guessing is slowed down, and nobody is shut out for good."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.internal.desk import throttle
from portal.internal.desk.stores import Stores
from portal.internal.desk.throttle import FREE_PER_ACCOUNT, LONGEST, buckets
from portal.internal.tables.people import PersonRow
from portal.internal.tables.sessions import AttemptRow
from portal.internal.tables.settings import SettingRow
from portal.kit.db import Table
from tests.conftest import NOW

_TABLES: tuple[type[Table], ...] = (AttemptRow, SettingRow, PersonRow)
#: Seconds between one attempt and the next, and where it comes from.
_ATTEMPTS = st.lists(st.tuples(st.integers(0, 1200), st.integers(0, 3)), min_size=1, max_size=60)


@contextmanager
def counting() -> Iterator[Session]:
    """A store in memory, for as many examples as it takes."""
    engine = sa.create_engine("sqlite://")
    for table in _TABLES:
        table.metadata.tables[table.__tablename__].create(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


@settings(max_examples=60, deadline=None)
@given(_ATTEMPTS)
def test_whatever_others_did_the_longest_wait_is_a_quarter_of_an_hour(
    attempts: list[tuple[int, int]],
) -> None:
    with counting() as session:
        now = NOW
        for gap, place in attempts:
            now += timedelta(seconds=gap)
            throttle.enter(session, buckets("lin", f"10.0.0.{place}", None), now)

        #: Attempts during a wait neither count nor prolong it.
        for _ in range(50):
            told = throttle.enter(session, buckets("lin", "10.0.9.9", None), now).wait
            assert told <= LONGEST
        later = now + timedelta(seconds=LONGEST)

        assert throttle.enter(session, buckets("lin", "10.0.9.9", None), later).wait == 0


@settings(max_examples=60, deadline=None)
@given(_ATTEMPTS)
def test_at_a_browser_of_their_own_people_get_in_whatever_others_try(
    attempts: list[tuple[int, int]],
) -> None:
    with counting() as session:
        now = NOW
        for gap, place in attempts:
            now += timedelta(seconds=gap)
            throttle.enter(session, buckets("lin", f"10.0.0.{place}", None), now)

            mine = buckets("lin", "10.0.0.1", "my-browser")
            assert throttle.enter(session, mine, now).wait == 0
            throttle.succeeded(session, mine)


@settings(max_examples=60, deadline=None)
@given(_ATTEMPTS)
def test_a_guesser_gets_a_bounded_number_of_guesses_from_however_many_addresses(
    attempts: list[tuple[int, int]],
) -> None:
    with counting() as session:
        now, checked = NOW, 0
        for gap, place in attempts:
            now += timedelta(seconds=gap)
            wanted = buckets("lin", f"10.0.{place}.1", None)
            checked += throttle.enter(session, wanted, now).wait == 0

        hours = (now - NOW).total_seconds() / LONGEST
        #: The free ones, the doubling ones below the longest wait, then one for each longest wait.
        assert checked <= FREE_PER_ACCOUNT + 10 + hours


def test_guessing_one_account_slows_nobody_else_down(stores: Stores) -> None:
    with Session(stores.internal) as session:
        for _ in range(FREE_PER_ACCOUNT):
            throttle.enter(session, buckets("lin", "10.0.0.1", None), NOW)

        blocked = throttle.enter(session, buckets("lin", "10.0.0.2", None), NOW).wait
        other = throttle.enter(session, buckets("wu", "10.0.0.1", None), NOW).wait

    assert (blocked, other) == (2, 0)


def test_an_own_account_does_not_clear_the_address_it_guesses_from(stores: Stores) -> None:
    admitted = 0
    with Session(stores.internal) as session:
        for number in range(100):
            guess = buckets(f"victim-{number}", "10.0.0.1", None)
            admitted += throttle.enter(session, guess, NOW).wait == 0
            own = buckets("mallory", "10.0.0.1", None)
            if throttle.enter(session, own, NOW).wait == 0:
                throttle.succeeded(session, own)

    assert admitted < 2 * throttle.FREE_PER_ADDRESS


def test_a_network_of_ipv6_addresses_counts_as_one(stores: Stores) -> None:
    first = buckets("lin", "2001:db8:1:2::1", None)
    second = buckets("lin", "2001:db8:1:2:ffff::9", None)
    elsewhere = buckets("lin", "2001:db8:1:3::1", None)

    assert first == second
    assert first != elsewhere


def test_what_was_typed_as_a_name_is_not_to_be_read_in_the_store(stores: Stores) -> None:
    with Session(stores.internal) as session:
        throttle.enter(session, buckets("my password by mistake", "10.0.0.1", None), NOW)
        kept = session.scalars(sa.select(AttemptRow.bucket)).all()

    assert sorted(map(len, kept)) == [64, 64]
    assert not any("password" in each for each in kept)


def test_a_day_later_nothing_is_left_of_it(stores: Stores) -> None:
    with Session(stores.internal) as session:
        for _ in range(FREE_PER_ACCOUNT):
            throttle.enter(session, buckets("lin", "10.0.0.1", None), NOW)
        throttle.enter(session, buckets("wu", "10.0.0.3", None), NOW + timedelta(hours=25))

        assert session.scalar(sa.select(sa.func.count()).select_from(AttemptRow)) == 2

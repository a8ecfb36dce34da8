"""Public identifiers."""

import re

from hypothesis import given
from hypothesis import strategies as st

from portal.kit.ids import public_id

KEY = bytes.fromhex("11" * 32)


def test_an_id_is_the_same_for_ever() -> None:
    """Addresses that were handed out must not change: this one is written down here."""
    found = public_id("r", "990100-SCJG/JC-0001", KEY)

    assert found == "r_3ececead12e69f4680bfd1b4e9"


def test_an_id_depends_on_prefix_record_and_key() -> None:
    ids = {
        public_id("r", "a/1", KEY),
        public_id("e", "a/1", KEY),
        public_id("r", "a/2", KEY),
        public_id("r", "a/1", bytes(32)),
    }

    assert len(ids) == 4


def test_a_prefix_does_not_run_into_the_record() -> None:
    one, other = public_id("ra", "b", KEY), public_id("r", "ab", KEY)

    assert one.removeprefix("ra_") != other.removeprefix("r_")


@given(key=st.text(max_size=40))
def test_an_id_says_nothing_and_fits_an_address(key: str) -> None:
    found = public_id("r", key, KEY)

    assert re.fullmatch(r"r_[a-z0-9]{24,30}", found)
    assert len(found) == len(public_id("r", "", KEY))

"""Random histories, told twice, with and without what nobody may know: the register is the same to the last row."""

import random
from datetime import timedelta

import pytest

from tests.conftest import NOW
from tests.public.stories import Story
from tests.public.twins import World, refused, secretly

_LENGTH = 16


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_a_random_history_leaves_no_trace_of_what_is_secret_in_it(
    twins: tuple[World, World], seed: int
) -> None:
    """The same rows in the same order after each move, and the same moves refused."""
    story = Story(random.Random(seed))
    twins[1].rng = random.Random(f"secret {seed}")
    for number in range(_LENGTH):
        now = NOW + timedelta(hours=9 * number)
        refused(secretly, twins[1], now - timedelta(hours=1))
        move = story.tell()

        one, other = (refused(move, world, now) for world in twins)

        assert one == other
        assert twins[0].content() == twins[1].content()
    assert twins[1].secrets

"""Random histories, told twice, with and without what nobody may know: the register is the same to the last row."""

import random
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from portal.register.proofs import entries
from tests import stage
from tests.conftest import NOW, Office, opened
from tests.public.stories import Story
from tests.public.twins import World, refused, secretly

_LENGTH = 16


@pytest.fixture
def twins(
    furnished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[World, World]]:
    """Two offices with one beginning; salts come from what they cover, so that they differ by that alone."""

    def seal(text: bytes) -> tuple[bytes, bytes]:
        salt = sha256(b"twins" + text).digest()
        return salt, entries.commitment(salt, text)

    monkeypatch.setattr(entries, "seal", seal)
    with ExitStack() as stack:
        made = []
        for name in ("one", "other"):
            stores = stack.enter_context(opened(stage.copy(furnished, tmp_path / name)))
            made.append(World(Office(stores, tmp_path / name)))
        yield made[0], made[1]


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

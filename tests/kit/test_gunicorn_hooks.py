"""What a worker is made ready with before it answers."""

import sys

import pytest

from portal.kit import gunicorn_hooks


def test_threads_of_a_worker_take_turns_quickly() -> None:
    before = sys.getswitchinterval()
    try:
        gunicorn_hooks.post_worker_init(None)
        made_ready = sys.getswitchinterval()
    finally:
        sys.setswitchinterval(before)

    assert made_ready == pytest.approx(0.0002)

"""What a worker is made ready with before it answers."""

import sys
from dataclasses import dataclass

import pytest
from flask import Flask

from portal.kit import gunicorn_hooks
from portal.kit.metrics import Watched


@dataclass
class _Worker:
    wsgi: gunicorn_hooks.Service


@pytest.mark.parametrize("watched", [False, True])
def test_a_worker_is_ready_before_it_answers_and_its_threads_take_turns_quickly(
    *, watched: bool
) -> None:
    app, made_ready = Flask(__name__), []
    app.extensions["ready"] = lambda: made_ready.append("search")
    service = Watched(app, 9101, tuple) if watched else app
    before = sys.getswitchinterval()
    try:
        gunicorn_hooks.post_worker_init(_Worker(service))
        turn = sys.getswitchinterval()
    finally:
        sys.setswitchinterval(before)

    assert made_ready == ["search"]
    assert turn == pytest.approx(0.003)

"""Answers by serial: a page can only change when the register, the day or the release does."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, current_app, g, make_response, request

from portal.kit import clock
from portal.kit.db import db
from portal.kit.i18n import language
from portal.public import kept
from portal.public.viewing import view as look
from portal.register.queries import changes
from portal.register.queries.changes import State

View = Callable[..., Any]


def conditional(view: View) -> View:
    """Answer 304 without running `view` when the reader already holds this state of the page."""
    return conditional_on(lambda: "")(view)


def conditional_on(state: Callable[[], str]) -> Callable[[View], View]:
    """Make pages conditional that depend on `state` besides register, day and release."""

    def decorate(view: View) -> View:
        return _conditional(view, state)

    return decorate


def _conditional(view: View, state: Callable[[], str]) -> View:
    @wraps(view)
    def answer(**kwargs: Any) -> Response:  # noqa: ANN401
        register, beside = kept.standing() or changes.state(db.engine), state()
        g.serial = register.serial
        tag = "-".join(part for part in (_tag(register), beside) if part)
        if request.if_none_match.contains_weak(tag):
            response = Response(status=304)
        else:
            response = make_response(view(**kwargs))
        response.set_etag(tag)
        if not beside:
            kept.made_of(register)
        return response

    return answer


def _tag(state: State) -> str:
    release = current_app.config["RELEASE"]
    reader = f"{language()}{look() or ''}"
    behind = f"-{as_of:%d%H%M}" if (as_of := g.get("as_of")) else ""
    return (
        f"{state.epoch[:8]}-{state.serial}-{reader}-{clock.local_today():%Y%m%d}{behind}-{release}"
    )

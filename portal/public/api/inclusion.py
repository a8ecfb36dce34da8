"""Proofs for programs that a party was in the drum of a draw (在名单中的证明)."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.kit.db import db
from portal.public.api import asking, envelope, validators
from portal.public.problems import Problem
from portal.register import packages
from portal.register.queries import changes, draws
from portal.register.records import Kind

bp = Blueprint("api_inclusion", __name__, url_prefix="/api/v1")


@bp.get("/draws/<public_id>/inclusion")
def show(public_id: str) -> ResponseReturnValue:
    """Give the proof of one number; the same refusal for every number that the list does not name."""
    [number] = asking.identifiers(asking.repeated("identifier"), 1)
    etag = validators.tag(validators.now(), "inclusion")
    if (held := validators.unchanged(etag)) is not None:
        return held
    session = db.session()
    state = validators.within(session)
    shown = draws.get(session, public_id)
    if shown is None and changes.was_withdrawn(session, Kind.DRAW, public_id):
        raise Problem("withdrawn", kind=Kind.DRAW.value, id=public_id)
    found = packages.member(session, public_id, number)
    if shown is None or found is None:
        raise Problem("not-found")
    told = {"state": found.state, "proof": packages.proof(session, shown.record, found)}
    return envelope.answer(envelope.told(told, state), validators.tag(state, "inclusion"))

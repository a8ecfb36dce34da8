"""Draw records and their lists (抽取记录)."""

import json
from contextlib import ExitStack

from flask import Blueprint, Response, abort, render_template
from flask.typing import ResponseReturnValue

from portal.domain.sortition import seeds
from portal.domain.sortition.hashing import canonical
from portal.domain.sortition.packages import read_commit
from portal.kit import clock
from portal.kit.db import db, snapshot
from portal.public import params
from portal.public.caching import conditional
from portal.public.pages import draw_words, lists
from portal.public.pages.found import or_missing
from portal.public.pages.lines import result_lines
from portal.public.streaming import Streamed
from portal.register import packages
from portal.register.queries import agencies, changes, draws, entities, plans, results
from portal.register.queries.results import ResultFilter
from portal.register.records import Kind

#: Numbers of parties drawn that the page itself shows; the package has all.
_SHOWN = 500

bp = Blueprint("draws", __name__, url_prefix="/draws")


@bp.get("/")
@conditional
def index() -> ResponseReturnValue:
    """List draws, newest first."""
    found = lists.listed("draws", draws.listed)
    return found.show(
        "draws/index.html",
        agencies=agencies.named(found.session, [row.record.agency_id for row in found.rows]),
        agency_choices=agencies.choices(found.session),
    )


@bp.get("/<public_id>")
@conditional
def show(public_id: str) -> ResponseReturnValue:
    """Show one draw, with its list once the embargo has ended."""
    session = db.session()
    asked = params.read(cursor=params.cursor, number=params.words)
    cursor, number = asked.get("cursor"), asked.get("number")
    shown = or_missing(draws.get(session, public_id), Kind.DRAW, public_id)
    draw = shown.record
    page = draws.entries(session, public_id, cursor=cursor)
    task = plans.task(session, draw.task_id) if draw.task_id else None
    checked = results.listed(session, ResultFilter(draw=public_id), limit=10)
    return render_template(
        "draws/show.html",
        shown=shown,
        draw=draw,
        agency=agencies.get(session, draw.agency_id),
        task=task[0] if task else None,
        entries=page.rows,
        entities=entities.named(session, [row.record.entity_id for row in page.rows]),
        next=page.next,
        continued=cursor is not None,
        lines=result_lines(session, checked.rows, clock.local_today()),
        more=checked.next is not None,
        words=draw_words.words(),
        steps=draw_words.timeline(draw, clock.local_today(), inspected=bool(checked.rows)),
        asked=number,
        commit_hash=seeds.commit_hash(read_commit(json.loads(draw.commitment))).hex()
        if draw.commitment
        else None,
        member=packages.member(session, public_id, number) if number else None,
        is_listed=packages.is_listed(session, public_id),
        drawn=packages.drawn(session, public_id, limit=_SHOWN) if draw.package_sha256 else [],
    )


@bp.get("/<public_id>/inclusion.json")
@conditional
def inclusion(public_id: str) -> ResponseReturnValue:
    """Send the proof that a party was in the drum; the same refusal for all that the list does not name."""
    session = db.session()
    number = params.read(number=params.words).get("number")
    draw = or_missing(draws.get(session, public_id), Kind.DRAW, public_id).record
    found = packages.member(session, public_id, number) if number else None
    if found is None:
        abort(404)
    body = canonical(packages.proof(session, draw, found))
    headers = {
        "Content-Disposition": f'attachment; filename="{draw.draw_code}-{found.object_id}.json"'
    }
    return Response(body, mimetype="application/json", headers=headers)


@bp.get("/<public_id>/package.json")
@conditional
def package(public_id: str) -> ResponseReturnValue:
    """Send the package of a revealed draw, piece by piece."""
    params.read()
    with ExitStack() as held:
        session = held.enter_context(snapshot(db.engine))
        begun = changes.state_within(session)
        draw = or_missing(draws.get(session, public_id), Kind.DRAW, public_id).record
        if draw.package_bytes is None:
            abort(404)
        body = Streamed(packages.pieces(session, public_id), begun)
        body.holds(held.pop_all())
    headers = {
        "Content-Disposition": f'attachment; filename="{draw.draw_code}.json"',
        "Content-Length": str(draw.package_bytes),
    }
    return Response(body, mimetype="application/json", headers=headers)

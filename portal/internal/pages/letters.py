"""Letters from the public: the queue, one letter, its evidence and the steps to its answer (来信)."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.domain.replies import WARN_DAYS, LetterKind, ReplyState, in_groups
from portal.domain.workflow import Role
from portal.domain.worklist import days_left
from portal.internal import access
from portal.internal.desk import letters as desk
from portal.internal.desk.matters import CALENDAR
from portal.internal.tables.letters import LetterState, ReceivedRow, count_due, queue
from portal.kit import clock
from portal.kit.db import db
from portal.letterbox.evidence import ENDINGS

bp = Blueprint("letters", __name__, url_prefix="/letters")

#: Nothing in the file may run, load or be taken for a page of ours, whatever it is.
_HARMLESS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "X-Download-Options": "noopen",
}


@bp.get("/")
@access.needs(Role.REVIEWER, Role.PUBLISHER)
def index() -> ResponseReturnValue:
    """List letters that wait, soonest deadline first, and those answered last."""
    scope = access.me().agency
    return render_template(
        "letters/index.html",
        sections=[
            ("待办", queue(db.session(), scope)),
            ("已办结", queue(db.session(), scope, done=True)),
        ],
        warn=WARN_DAYS,
        **_words(),
    )


@bp.get("/<reference>")
@access.needs(Role.REVIEWER, Role.PUBLISHER)
def show(reference: str) -> ResponseReturnValue:
    """Show one letter as it was written, and what may be done with it now."""
    row = _mine(reference)
    me, today = access.me(), clock.local_today()
    drafted = row.stage is LetterState.PROPOSED
    return render_template(
        "letters/show.html",
        row=row,
        may_review=me.has(Role.REVIEWER)
        and row.stage in (LetterState.RECEIVED, LetterState.HANDLING),
        may_take_up=row.kind == LetterKind.OBJECTION and row.stage is LetterState.RECEIVED,
        may_release=me.has(Role.PUBLISHER) and drafted and row.proposed_by != me.name,
        may_return=me.has(Role.PUBLISHER) and drafted,
        is_reply=row.kind == LetterKind.REPLY,
        seal=desk.seal(db.session(), access.stores(), row, today=today) if drafted else "",
        site=access.settings().site_url,
        outcome=ReplyState(row.outcome) if row.outcome else None,
        **_words(),
    )


@bp.get("/<reference>/evidence")
@access.needs(Role.REVIEWER, Role.PUBLISHER)
def evidence(reference: str) -> ResponseReturnValue:
    """Hand out the evidence to be saved, never to be shown by the browser."""
    row = _mine(reference)
    if row.evidence is None or row.evidence_type not in ENDINGS:
        abort(404)
    response = Response(row.evidence, mimetype="application/octet-stream")
    name = f"{row.reference}.{ENDINGS[row.evidence_type]}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers.update(_HARMLESS)
    return response


@bp.post("/<reference>/take-up")
@access.needs(Role.REVIEWER)
def take_up(reference: str) -> ResponseReturnValue:
    """Accept an objection for handling."""
    desk.take_up(access.stores(), reference, by=access.me().name, now=clock.utc_now())
    return _back(reference, "已受理，该结果已标明异议处理中")


@bp.post("/<reference>/assign")
@access.needs(Role.REVIEWER)
def assign(reference: str) -> ResponseReturnValue:
    """Say who handles it."""
    to = request.form.get("to", "").strip()
    desk.assign(access.stores(), reference, to=to, by=access.me().name, now=clock.utc_now())
    return _back(reference, f"已交 {to} 承办")


@bp.post("/<reference>/propose")
@access.needs(Role.REVIEWER)
def propose(reference: str) -> ResponseReturnValue:
    """Draft the decision."""
    form = request.form
    outcome = ReplyState.named(form.get("outcome", ""))
    if outcome is None:
        abort(400, "请选择采纳或者不采纳")
    desk.propose(
        access.stores(), reference, outcome=outcome, decision=form.get("decision", ""),
        statement=form.get("statement", ""), let_pass="let_pass" in form, by=access.me().name,
        now=clock.utc_now(),
    )  # fmt: skip
    return _back(reference, "已拟办，待他人发布")


@bp.post("/<reference>/return")
@access.needs(Role.PUBLISHER)
def give_back(reference: str) -> ResponseReturnValue:
    """Return the draft."""
    desk.give_back(access.stores(), reference, by=access.me().name, now=clock.utc_now())
    return _back(reference, "已退回")


@bp.post("/<reference>/release")
@access.needs(Role.PUBLISHER)
def release(reference: str) -> ResponseReturnValue:
    """Publish the decision that was seen."""
    desk.release(
        access.stores(), reference, by=access.me().name, now=clock.utc_now(),
        seen=request.form.get("seen", ""),
    )  # fmt: skip
    return _back(reference, "答复已发布")


def nav_label() -> str:
    """Name the queue in the navigation, with the number of letters due soon or overdue."""
    until = CALENDAR.add(clock.local_today(), WARN_DAYS)
    count = count_due(db.session(), access.me().agency, until=until)
    return f"来信 {count}" if count else "来信"


def _mine(reference: str) -> ReceivedRow:
    row = desk.get(db.session(), reference)
    if not access.me().acts_for(row.agency):
        abort(403, "该来信属于其他机关")
    return row


def _back(reference: str, words: str) -> ResponseReturnValue:
    flash(words)
    return redirect(url_for("letters.show", reference=reference))


def _words() -> dict[str, object]:
    today = clock.local_today()
    return {
        "kind_of": lambda row: LetterKind(row.kind).zh,
        "in_groups": in_groups,
        "received_on": lambda row: clock.local_date(row.received_at),
        "left": lambda row: days_left(CALENDAR, today, row.due_on),
    }

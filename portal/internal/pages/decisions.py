"""Decisions on what the public may see: of one record, what waits for a second person, what is due, the rules."""

from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.domain.grounds import Ground
from portal.domain.verdicts import Act
from portal.domain.workflow import Role
from portal.internal import access
from portal.internal.desk import decide, disclosed, reviews
from portal.internal.desk.decide import Decided
from portal.internal.desk.orders import Order
from portal.internal.tables import decisions, filings
from portal.internal.tables.people import EVERY_AGENCY
from portal.kit import clock
from portal.kit.db import db
from portal.register.records import Kind

bp = Blueprint("decisions", __name__)


@bp.get("/decisions")
@access.needs()
def index() -> ResponseReturnValue:
    """List what waits for a second person, and what is due for review."""
    me, today = access.me(), clock.local_today()
    waiting = [row for row in decisions.proposals(db.session()) if me.acts_for(row.agency)]
    return render_template(
        "decisions/index.html",
        waiting=waiting,
        reviews=reviews.due(db.session(), today=today, scope=me.agency),
        today=today,
        me=me,
        may_second=any(me.has(role) for role in decide.SECONDS),
        may_review=me.has(Role.REVIEWER),
        label=disclosed.label,
        act=Act,
    )


@bp.post("/decisions/<int:number>/confirm")
@access.needs(*decide.SECONDS)
def confirm(number: int) -> ResponseReturnValue:
    """Put a proposed decision in force, as its second person."""
    done = decide.confirm(access.stores(), number, by=access.me().name, now=clock.utc_now())
    flash(_told(done))
    return redirect(url_for("decisions.index"))


@bp.get("/records/<public_id>")
@access.needs(Role.REVIEWER, Role.SECRECY)
def record(public_id: str) -> ResponseReturnValue:
    """Show one record as it stands, its decisions, and the form for another."""
    kind, key = _own(public_id)
    shown = disclosed.shown(db.session(), kind, key, today=clock.local_today())
    return render_template(
        "decisions/record.html",
        shown=shown,
        public_id=public_id,
        history=decisions.history(db.session(), kind.value, key),
        places=disclosed.places(kind),
        acts=[(each.value, each.zh) for each in Act],
        grounds=[(each.value, f"{each.zh}（{each.article}）") for each in Ground],
        today=clock.local_today(),
        label=disclosed.label,
        act=Act,
        may_decide=access.me().has(Role.REVIEWER) and access.me().name != shown.author,
    )


@bp.post("/records/<public_id>")
@access.needs(Role.REVIEWER)
def make(public_id: str) -> ResponseReturnValue:
    """Decide on one record, or one field of it."""
    form = request.form
    kind, key = _own(public_id)
    ground = Ground.named(form.get("ground", "")) if form.get("ground") else None
    act = Act.named(form.get("act", ""))
    if act is None:
        abort(400, "请选择处理方式")
    order = Order(
        place=form.get("place", ""), act=act, ground=ground,
        article=form.get("article", "") or (ground.article if ground else ""),
        decided_by=form.get("decided_by", ""), decided_on=_day("decided_on"),
        review_on=_day("review_on"), reason=form.get("reason", ""),
    )  # fmt: skip
    done = decide.decide(
        access.stores(), kind, key, [order], by=access.me().name, now=clock.utc_now(),
        confirmed="confirmed" in form,
    )  # fmt: skip
    flash(_told(done))
    return redirect(url_for("decisions.record", public_id=public_id))


@bp.post("/reviews/<public_id>")
@access.needs(Role.REVIEWER)
def review(public_id: str) -> ResponseReturnValue:
    """Keep something back until another day, or open it up."""
    form = request.form
    kind, key = _own(public_id)
    found = reviews.find(access.stores(), kind, key, form.get("place", ""))
    by, now = access.me().name, clock.utc_now()
    reason, body = form.get("reason", ""), form.get("body", "")
    until = _day("until")
    if "open" in form:
        done = reviews.open_up(access.stores(), found, body=body, reason=reason, by=by, now=now)
    elif until is None:
        abort(400, "继续不公开的，须填写下次复核日期")
    else:
        done = reviews.keep(
            access.stores(), found, until=until, body=body, reason=reason, by=by, now=now
        )
    flash(_told(done))
    return redirect(url_for("decisions.index"))


@bp.get("/disclosure-rules")
@access.needs()
def rules() -> ResponseReturnValue:
    """Show the table of rules: what may be public of every field, at most, and on what basis."""
    return render_template("decisions/rules.html", kinds=disclosed.table(), forms=disclosed.FORMS)


def nav_label() -> str:
    """Name the page in the navigation, with the number of what waits."""
    me = access.me()
    count = reviews.count(db.session(), today=clock.local_today(), scope=me.agency)
    count += sum(
        me.agency in (EVERY_AGENCY, row.agency) for row in decisions.proposals(db.session())
    )
    return f"公开决定 {count}" if count else "公开决定"


def _own(public_id: str) -> tuple[Kind, str]:
    """Return kind and natural key of a record of one's own agency.

    Asked before anything else: how a page is refused tells nothing of how another's record stands.
    """
    kind, key = decide.key_of(db.session(), public_id)
    if not access.me().acts_for(filings.owner(db.session(), kind.value, key)):
        abort(403, "该记录属于其他机关")
    return kind, key


def _day(name: str) -> date | None:
    given = request.form.get(name, "").strip()
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        abort(400, "日期应写作 2026-03-02")


def _told(done: Decided) -> str:
    if done.waits:
        return "已提出，待第二人确认后生效"
    extra = f"；{done.taken_out} 条记录的文字仍含不公开内容，已一并撤下" if done.taken_out else ""
    return f"决定已生效{extra}"

"""Batches: look at as filed and as the public will, approve or return, release."""

import json
from datetime import datetime

import sqlalchemy as sa
from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.domain.workflow import BatchState, Role
from portal.internal import access
from portal.internal.desk import (
    approvals,
    batches,
    holds,
    release,
    review,
    scheduled,
    signing_in,
    summary,
)
from portal.internal.sheets.layout import ROLES
from portal.internal.tables.asides import AsideRow
from portal.kit import addresses, clock
from portal.kit.db import db

bp = Blueprint("batches", __name__)

_PAGE = 20
#: Rows that are no data, shown on one page.
_MOST_ASIDES = 200


@bp.get("/batches/")
@access.needs()
def index() -> ResponseReturnValue:
    """List batches, newest first."""
    wanted = request.args.get("state")
    state = BatchState(wanted) if wanted in {each.value for each in BatchState} else None
    before = request.args.get("before", type=addresses.number)
    scope = access.me().agency
    rows = batches.newest(db.session(), scope=scope, state=state, before=before)
    return render_template(
        "batches/index.html",
        rows=rows,
        state=state,
        states=[(each.value, each.zh) for each in BatchState],
        before=rows[-1].id if len(rows) == 50 else None,  # noqa: PLR2004
        waiting=batches.count(db.session(), BatchState.FILED, scope=scope),
        approved=batches.count(db.session(), BatchState.APPROVED, scope=scope),
    )


@bp.get("/batches/<int:batch_id>")
@access.needs()
def show(batch_id: int) -> ResponseReturnValue:
    """Show a batch: each record as filed, and as the public will see it."""
    session = db.session()
    batch = batches.get(session, batch_id)
    me = access.me()
    if not me.acts_for(batch.agency):
        abort(403, "该批次属于其他机关")
    after = request.args.get("after", 0, type=addresses.number)
    today = clock.local_today()
    found = summary.summary(session, batch, today) if batch.state != "returned" else None
    look = found is not None and request.args.get("show") == "look"
    previews = review.preview(
        session, batch_id, today=today, after=after, limit=_PAGE,
        only=found.look if found and look else None,
    )  # fmt: skip
    mine = batch.filed_by == me.name
    return render_template(
        "batches/show.html",
        batch=batch,
        warnings=json.loads(batch.warnings),
        notes=json.loads(batch.notes),
        asides=_asides(batch_id),
        aside_count=_aside_count(batch_id),
        previews=previews,
        next=previews[-1].row.id if len(previews) == _PAGE else None,
        found=found,
        look=look,
        may_decide=not mine and me.has(Role.REVIEWER) and batch.state != "returned",
        may_review=not mine and me.has(Role.REVIEWER) and batch.state in ("filed", "approved"),
        may_approve=batch.state == "filed",
        may_approve_anew=not mine
        and me.has(Role.REVIEWER)
        and (
            batch.state in ("approved", "releasing")
            or (batch.state == "released" and not approvals.is_approved(session, batch_id))
        ),
        may_release=not mine
        and me.has(Role.PUBLISHER)
        and batch.state in ("approved", "releasing", "released"),
        site_url=_site_url(),
    )


def _asides(batch_id: int) -> list[tuple[int, str, str]]:
    """Return the first rows of the file that are no data: number, what they are, what they say."""
    query = sa.select(AsideRow).where(AsideRow.batch_id == batch_id).order_by(AsideRow.row)
    return [
        (aside.row, ROLES[aside.role], " ".join(filter(None, json.loads(aside.cells))))
        for aside in db.session().scalars(query.limit(_MOST_ASIDES))
    ]


def _aside_count(batch_id: int) -> int:
    query = sa.select(sa.func.count()).where(AsideRow.batch_id == batch_id)
    return db.session().scalar(query) or 0


def _site_url() -> str:
    return str(current_app.config["PORTAL"].site_url)


@bp.post("/batches/<int:batch_id>/approve")
@access.needs(Role.REVIEWER)
def approve(batch_id: int) -> ResponseReturnValue:
    """Approve a batch."""
    review.approve(access.stores(), batch_id, by=access.me().name, now=clock.utc_now())
    flash("审核通过，待发布")
    return redirect(url_for("batches.show", batch_id=batch_id))


@bp.post("/batches/<int:batch_id>/return")
@access.needs(Role.REVIEWER)
def give_back(batch_id: int) -> ResponseReturnValue:
    """Return a batch with a reason."""
    reason = request.form.get("reason", "")
    review.give_back(
        access.stores(), batch_id, by=access.me().name, now=clock.utc_now(), reason=reason
    )
    flash("已退回经办人")
    return redirect(url_for("batches.show", batch_id=batch_id))


@bp.post("/batches/<int:batch_id>/let-pass")
@access.needs(Role.REVIEWER)
def let_pass(batch_id: int) -> ResponseReturnValue:
    """Let finds pass as harmless: each is named ``filing|path|kind``."""
    wanted = []
    for each in request.form.getlist("find"):
        try:
            filing, path, kind = each.split("|")
            wanted.append((addresses.number(filing), path, kind))
        except ValueError:
            abort(400, "所选之处有误，请返回刷新后重试")
    count = holds.let_pass(
        access.stores(), batch_id, wanted, reason=request.form.get("reason", ""),
        by=access.me().name, now=clock.utc_now(), alike="alike" in request.form,
        second=_second(),
    )  # fmt: skip
    flash(f"已放行 {count} 处")
    return redirect(url_for("batches.show", batch_id=batch_id, show="look"))


def _second() -> str | None:
    """Return who signed as the second person, if anybody did.

    Raises:
        Refused, TooMany: they did not sign properly.

    """
    name = request.form.get("second", "").strip()
    if not name:
        return None
    return signing_in.as_second(
        access.stores().internal, access.attempt(name), request.form.get("second_password", ""),
        request.form.get("second_code", ""), now=clock.utc_now(),
        totp_roles=access.settings().door.totp_roles,
    )  # fmt: skip


_HOW_TO_SAY_WHEN = "定时发布的时间应写作 2026-03-02T09:00（北京时间）"


@bp.post("/batches/<int:batch_id>/schedule")
@access.needs(Role.PUBLISHER)
def schedule(batch_id: int) -> ResponseReturnValue:
    """Order a release for a time, or take the order back where none is given."""
    given = request.form.get("at", "").strip()
    try:
        moment = datetime.fromisoformat(given) if given else None
    except ValueError:
        abort(400, _HOW_TO_SAY_WHEN)
    if moment is not None and moment.tzinfo is not None:
        abort(400, _HOW_TO_SAY_WHEN)
    at = moment and moment.replace(tzinfo=clock.CHINA)
    scheduled.order(access.stores(), batch_id, at=at, by=access.me().name, now=clock.utc_now())
    flash(f"定于 {at:%Y-%m-%d %H:%M} 发布" if at else "已取消定时发布")
    return redirect(url_for("batches.show", batch_id=batch_id))


@bp.post("/batches/<int:batch_id>/release")
@access.needs(Role.PUBLISHER)
def publish(batch_id: int) -> ResponseReturnValue:
    """Publish an approved batch."""
    done = release.release(access.stores(), batch_id, by=access.me().name, now=clock.utc_now())
    flash(
        f"已发布：新公开 {done.published} 条，更新 {done.amended} 条，未变 {done.same} 条；变更号 {done.serial}"
    )
    return redirect(url_for("batches.show", batch_id=batch_id))

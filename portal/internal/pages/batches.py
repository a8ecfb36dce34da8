"""Batches: import, look at as the public will, approve or return, release."""

import json
import tempfile
from pathlib import Path

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.domain.errors import NotAllowed, UnknownRecord
from portal.domain.parties import Agency
from portal.domain.workflow import BatchState, Role
from portal.internal import access
from portal.internal.desk import batches, release, review, upload
from portal.internal.sheets.catalogue import SHEETS
from portal.internal.sheets.report import Report
from portal.internal.tables import filings
from portal.kit import clock
from portal.kit.db import db

bp = Blueprint("batches", __name__)

_PAGE = 20


@bp.get("/batches/")
@access.needs()
def index() -> ResponseReturnValue:
    """List batches, newest first."""
    wanted = request.args.get("state")
    state = BatchState(wanted) if wanted in {each.value for each in BatchState} else None
    before = request.args.get("before", type=int)
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


@bp.get("/import")
@access.needs(Role.CLERK)
def upload_form() -> ResponseReturnValue:
    """Show the import form."""
    return _form(None, {})


@bp.post("/import")
@access.needs(Role.CLERK)
def take() -> ResponseReturnValue:
    """Check an uploaded file and file it, or show everything that is wrong with it."""
    file, kind = request.files.get("file"), request.form.get("kind", "")
    agency = request.form.get("agency", "").strip()
    given = {"kind": kind, "agency": agency}
    if file is None or not file.filename or kind not in SHEETS or not agency:
        return _form(None, given, "请选择种类和文件，并填写机关代码"), 400
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        file.save(path)
        try:
            done = upload.accept(
                access.stores(), path, kind=kind, agency=agency, by=access.me().name,
                now=clock.utc_now(), file_name=Path(file.filename).name[:200],
                dry_run="dry_run" in request.form,
            )  # fmt: skip
        except upload.Refused as refused:
            return _form(refused.report, given), 422
        except (NotAllowed, UnknownRecord) as error:
            return _form(None, given, str(error)), 403
    if done.batch_id is None:
        word = (
            "试运行通过，未登记"
            if "dry_run" in request.form
            else "与已登记的内容完全相同，未产生新批次"
        )
        flash(f"{word}：新增 {done.created} 条，变更 {done.changed} 条，未变 {done.same} 条")
        return _form(done.report, given)
    flash(f"已登记为批次 {done.batch_id}，待他人审核")
    return redirect(url_for("batches.show", batch_id=done.batch_id))


def _form(report: Report | None, given: dict[str, str], error: str | None = None) -> str:
    mine = access.me().agency
    return render_template(
        "batches/import.html",
        report=report,
        given={"kind": "results", "agency": "" if mine == "*" else mine} | given,
        kinds=[(kind, sheet.title) for kind, sheet in SHEETS.items()],
        agencies=[
            (agency.code, f"{agency.code} {agency.name}")
            for agency in filings.with_prefix(db.session(), Agency, "")
            if access.me().acts_for(agency.code)
        ],
        error=error,
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
    after = request.args.get("after", 0, type=int)
    previews = review.preview(
        session, batch_id, today=clock.local_today(), after=after, limit=_PAGE
    )
    mine = batch.filed_by == me.name
    return render_template(
        "batches/show.html",
        batch=batch,
        warnings=json.loads(batch.warnings),
        previews=previews,
        next=previews[-1].row.id if len(previews) == _PAGE else None,
        may_review=not mine and me.has(Role.REVIEWER) and batch.state in ("filed", "approved"),
        may_approve=batch.state == "filed",
        may_release=not mine
        and me.has(Role.PUBLISHER)
        and batch.state in ("approved", "releasing", "released"),
        site_url=_site_url(),
    )


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


@bp.post("/batches/<int:batch_id>/release")
@access.needs(Role.PUBLISHER)
def publish(batch_id: int) -> ResponseReturnValue:
    """Publish an approved batch."""
    done = release.release(access.stores(), batch_id, by=access.me().name, now=clock.utc_now())
    flash(
        f"已发布：新公开 {done.published} 条，更新 {done.amended} 条，未变 {done.same} 条；变更号 {done.serial}"
    )
    return redirect(url_for("batches.show", batch_id=batch_id))

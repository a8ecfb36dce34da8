"""Importing: hand in a file, read what was found, confirm, file it (导入)."""

import csv
import io
from dataclasses import replace
from pathlib import Path

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from portal.domain.errors import NotAllowed
from portal.domain.workflow import Role
from portal.internal import access
from portal.internal.desk import checking, staging
from portal.internal.desk.checking import Checked
from portal.internal.desk.staging import Gone, Staged
from portal.internal.pages import handing_in
from portal.internal.pages.findings import findings, table_of
from portal.internal.pages.handing_in import ROWS, Handed, choices
from portal.internal.sheets.catalogue import SHEETS
from portal.kit import clock

bp = Blueprint("imports", __name__, url_prefix="/import")

#: Findings that are settled by saying what the columns are.
ABOUT_COLUMNS = {"proposed", "missing", "doubled", "header", "profile"}


@bp.get("")
@access.needs(Role.CLERK)
def form() -> ResponseReturnValue:
    """Show the form, filled in as for the file that another is to replace."""
    handed = Handed(kind=request.args.get("kind", "results"), agency=access.me().agency)
    if token := request.args.get("instead"):
        handed = handing_in.again(mine(token))
    return _form(handed)


@bp.post("")
@access.needs(Role.CLERK)
def take() -> ResponseReturnValue:
    """Keep what was handed in, check it, and lead to what was found."""
    handed = handing_in.read(request.form, request.files.get("file"))
    faults = handing_in.faults(handed, access.me())
    if faults:
        return _form(handed, faults), 403 if "agency" in faults and handed.agency else 400
    staged = Staged(
        token=staging.new_token(), kind=handed.kind, agency=handed.agency, by=access.me().name,
        file_name=handed.file_name, at=clock.utc_now(), mapping=handed.mapping or None,
        given=handed.given, sheet=handed.sheet or None,
    )  # fmt: skip
    staging.stage(access.stores(), staged, handed.save)
    try:
        checking.check(access.stores(), staged, now=staged.at)
    except NotAllowed as error:
        staging.drop(access.stores(), staged)
        return _form(handed, {"agency": str(error)}), 403
    if handed.instead:
        _drop(handed.instead)
    return redirect(url_for("imports.show", token=staged.token), 303)


def _form(handed: Handed, faults: dict[str, str] | None = None) -> str:
    me = access.me()
    waiting = staging.waiting(access.stores(), by=me.name, now=clock.utc_now())
    return render_template(
        "imports/form.html",
        handed=handed,
        faults=faults or {},
        rows=ROWS,
        waiting=[each for each in waiting if me.acts_for(each.agency)],
        columns=[column for sheet in SHEETS.values() for column in sheet.columns],
        **choices(me, handed.kind),
    )


def mine(token: str, *, or_filed: bool = False) -> Staged:
    """Return the file that waits under this token, if it is the person's own.

    Raises:
        Gone: it is not, or no longer there, or of an agency that they left; or it is filed, unless that is as good.

    """
    staged = staging.find(access.stores(), token, by=access.me().name, now=clock.utc_now())
    if not access.me().acts_for(staged.agency):
        raise Gone
    if staged.batch_id is not None and not or_filed:
        raise Gone
    return staged


@bp.app_errorhandler(Gone)
def _gone(error: Gone) -> ResponseReturnValue:
    return render_template("imports/gone.html", text=str(error)), 404


@bp.get("/<token>")
@access.needs(Role.CLERK)
def show(token: str) -> ResponseReturnValue:
    """Show what filing would do, and everything that was found."""
    staged = mine(token, or_filed=True)
    if staged.batch_id is not None:
        flash(f"该文件已登记为批次 {staged.batch_id}")
        return redirect(url_for("batches.show", batch_id=staged.batch_id))
    return _page(staged, checking.checked(access.stores(), staged, now=clock.utc_now()))


def _page(
    staged: Staged,
    found: Checked,
    *,
    changed: str = "",
    unconfirmed: bool = False,
    handed: Handed | None = None,
    faults: dict[str, str] | None = None,
) -> str:
    report = found.report()
    handed = handed or handing_in.again(staged)
    profiles = [p for p in handing_in.profiles(staged.agency) if p.kind == staged.kind]
    return render_template(
        "imports/show.html",
        staged=staged,
        found=found,
        report=report,
        findings=findings(report),
        wants_columns=staged.kind != "documents" and not ABOUT_COLUMNS.isdisjoint(report.counts),
        about_columns=staged.kind != "documents" and not report.counts["file"],
        nothing_new=not found.created + found.changed,
        changed=changed,
        unconfirmed=unconfirmed,
        profiles=[(profile.name, profile.name) for profile in profiles],
        columns=SHEETS[staged.kind].columns,
        rows=max(ROWS, len(handed.lines) + 1),
        handed=handed,
        faults=faults or {},
    )


@bp.post("/<token>/check")
@access.needs(Role.CLERK)
def check(token: str) -> ResponseReturnValue:
    """Check once more, on other terms if others are given."""
    staged = mine(token)
    if "terms" in request.form:
        handed = replace(handing_in.read(request.form, None), kind=staged.kind)
        if faults := handing_in.line_faults(handed):
            found = checking.checked(access.stores(), staged, now=clock.utc_now())
            return _page(staged, found, handed=handed, faults=faults), 422
        staged = staging.change(
            access.stores(), staged, mapping=handed.mapping or None, given=handed.given,
            sheet=handed.sheet or None,
        )  # fmt: skip
    checking.check(access.stores(), staged, now=clock.utc_now())
    return redirect(url_for("imports.show", token=token), 303)


@bp.post("/<token>/file")
@access.needs(Role.CLERK)
def file(token: str) -> ResponseReturnValue:
    """File it: after another look, and with the warnings confirmed."""
    staged, stores, now = mine(token, or_filed=True), access.stores(), clock.utc_now()
    confirmed = "confirmed" in request.form
    if staged.batch_id is None and not confirmed:
        found = checking.checked(stores, staged, now=now)
        if found.report().warning_count:
            return _page(staged, found, unconfirmed=True), 422
    try:
        batch_id = checking.file(stores, staged, confirmed=confirmed, now=now)
    except checking.Changed as error:
        found = checking.checked(stores, staged, now=now)
        return _page(staged, found, changed=str(error)), 409
    if batch_id is None:
        flash("与已登记的内容完全相同，未产生新批次")
        return redirect(url_for("imports.form"), 303)
    flash(f"已登记为批次 {batch_id}，待他人审核")
    return redirect(url_for("batches.show", batch_id=batch_id), 303)


@bp.post("/<token>/drop")
@access.needs(Role.CLERK)
def give_up(token: str) -> ResponseReturnValue:
    """Keep nothing of the file."""
    if _drop(token) is not None:
        return redirect(url_for("imports.show", token=token), 303)
    flash("已放弃，未登记任何内容")
    return redirect(url_for("imports.form"), 303)


def _drop(token: str) -> int | None:
    """Keep nothing of a file; return the batch that it became meanwhile."""
    try:
        return staging.give_up(access.stores(), mine(token, or_filed=True))
    except Gone:
        #: Given up twice, or swept: there is nothing to keep any more.
        return None


@bp.get("/<token>/marked.xlsx")
@access.needs(Role.CLERK)
def marked(token: str) -> ResponseReturnValue:
    """Hand out the table with every finding marked in its place."""
    staged = mine(token)
    path = checking.marked(access.stores(), staged, now=clock.utc_now())
    name = f"{Path(staged.file_name).stem}-标注.xlsx"
    return send_file(path, as_attachment=True, download_name=name, etag=False)


@bp.get("/<token>/findings.csv")
@access.needs(Role.CLERK)
def listed(token: str) -> ResponseReturnValue:
    """Hand out all findings as a table."""
    staged = mine(token)
    found = checking.checked(access.stores(), staged, now=clock.utc_now())
    text = io.StringIO(newline="")
    csv.writer(text).writerows(table_of(found.report()))
    answer = Response("\ufeff" + text.getvalue(), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename="findings.csv")
    return answer

"""Mapping profiles: the list, and one as a text that can be edited (映射方案)."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.domain.workflow import Role
from portal.internal import access
from portal.internal.desk import mappings
from portal.internal.desk.mappings import Kept, MappingRefused
from portal.internal.pages.handing_in import agencies, profiles
from portal.internal.sheets.catalogue import SHEETS
from portal.kit import clock

bp = Blueprint("mappings", __name__, url_prefix="/mappings")


@bp.get("/")
@access.needs()
def index() -> ResponseReturnValue:
    """List the profiles of the agencies that the person acts for."""
    own = [(agency, profiles(agency.code)) for agency in agencies(access.me())]
    return render_template("mappings/index.html", agencies=[each for each in own if each[1]])


@bp.get("/<agency>/<kind>/<name>")
@access.needs()
def show(agency: str, kind: str, name: str) -> ResponseReturnValue:
    """Show one profile, to be read and edited."""
    return _page(_find(agency, kind, name), None)


@bp.post("/<agency>/<kind>/<name>")
@access.needs(Role.CLERK)
def save(agency: str, kind: str, name: str) -> ResponseReturnValue:
    """Keep the edited text, if it is a profile still."""
    kept = _find(agency, kind, name)
    text = request.form.get("text", "").replace("\r\n", "\n")
    edited = Kept(kept.agency, kept.kind, kept.name, text)
    try:
        mappings.save(access.stores(), edited, by=access.me().name, now=clock.utc_now())
    except MappingRefused as error:
        return _page(edited, str(error)), 422
    flash(f"映射方案“{name}”已保存；以后的导入按此读取")
    return redirect(url_for("mappings.show", agency=agency, kind=kind, name=name), 303)


def _find(agency: str, kind: str, name: str) -> Kept:
    if kind not in SHEETS:
        abort(404)
    if not access.me().acts_for(agency):
        abort(403, "该映射方案属于其他机关")
    return mappings.find(access.stores(), agency, kind, name)


def _page(kept: Kept, error: str | None) -> str:
    return render_template(
        "mappings/show.html",
        kept=kept,
        error=error,
        titles=[column.title for column in SHEETS[kept.kind].columns],
        may_save=access.me().has(Role.CLERK),
    )

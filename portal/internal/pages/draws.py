"""Draws made here: the list, the record sheet to print and sign, one team's own sheet (抽取)."""

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from portal.domain.errors import UnknownRecord, WrongState
from portal.domain.workflow import Role
from portal.internal import access
from portal.internal.desk.drawing import keeping, sheets
from portal.kit.db import db

T = TypeVar("T")

bp = Blueprint("draws", __name__, url_prefix="/draws")
_STAGES = {
    "frozen": "已冻结", "committed": "承诺已公布", "drawn": "已抽取，未揭示", "revealed": "已揭示", "void": "已作废",
}  # fmt: skip


@bp.get("/")
@access.needs(Role.CLERK, Role.PUBLISHER)
def index() -> ResponseReturnValue:
    """List the newest draws that one may act for."""
    rows = [each for each in keeping.listed(db.session()) if access.me().acts_for(each.agency)]
    return render_template("draws/index.html", rows=rows, stages=_STAGES)


@bp.get("/<draw_id>/sheet")
@access.needs(Role.CLERK, Role.PUBLISHER)
def sheet(draw_id: str) -> ResponseReturnValue:
    """Show the record sheet, to be printed and signed."""
    found = _found(lambda: sheets.record_sheet(db.session(), draw_id))
    _mine(found.drawing)
    return render_template("draws/sheet.html", sheet=found, stages=_STAGES)


@bp.get("/<draw_id>/teams/<int:number>")
@access.needs(Role.PUBLISHER)
def team(draw_id: str, number: int) -> ResponseReturnValue:
    """Show one team's sheet: its own objects and nobody else's."""
    found = _found(lambda: sheets.team_sheet(db.session(), draw_id, number))
    _mine(found.drawing)
    return render_template("draws/team.html", sheet=found)


def _found(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except UnknownRecord as error:
        abort(404, str(error))
    except WrongState as error:
        abort(409, str(error))


def _mine(drawing: keeping.Drawing) -> None:
    if not access.me().acts_for(drawing.row.agency):
        abort(403, "不能办理其他机关的抽取")

"""Templates: what each holds, how to fill it in, and the blank to download."""

import tempfile
from io import BytesIO
from pathlib import Path

from flask import Blueprint, abort, render_template, send_file
from flask.typing import ResponseReturnValue

from portal.internal import access
from portal.internal.sheets.blank import write_blank
from portal.internal.sheets.catalogue import SHEETS
from portal.internal.sheets.rules import RULES, Level

_ABOUT = {
    Level.ERROR: "整个文件不登记，改正后重新导入",
    Level.WARNING: "经办人核对后确认，方可登记",
    Level.NOTE: "不影响登记",
}

bp = Blueprint("sheets", __name__, url_prefix="/sheets")


@bp.get("/")
@access.needs()
def index() -> ResponseReturnValue:
    """List the templates."""
    return render_template("sheets/index.html", sheets=list(SHEETS.values()))


@bp.get("/rules")
@access.needs()
def rules() -> ResponseReturnValue:
    """Show what an import checks, and why each finding weighs what it weighs."""
    levels = [
        (level, _ABOUT[level], [rule for rule in RULES.values() if rule.level is level])
        for level in Level
    ]
    return render_template("sheets/rules.html", levels=levels)


@bp.get("/<kind>")
@access.needs()
def show(kind: str) -> ResponseReturnValue:
    """Explain one template column by column, from the declaration that reads it."""
    if kind not in SHEETS:
        abort(404)
    return render_template("sheets/show.html", sheet=SHEETS[kind])


@bp.get("/<kind>/blank")
@access.needs()
def blank(kind: str) -> ResponseReturnValue:
    """Hand out the blank template."""
    if kind not in SHEETS:
        abort(404)
    sheet = SHEETS[kind]
    suffix = ".md" if kind == "documents" else ".xlsx"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"blank{suffix}"
        write_blank(sheet, path)
        content = BytesIO(path.read_bytes())
    return send_file(
        content, as_attachment=True, download_name=f"mingcha-{kind}{suffix}", etag=False
    )

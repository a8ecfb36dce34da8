"""Templates: what each holds, how to fill it in, and the blank to download."""

import tempfile
from io import BytesIO
from pathlib import Path

from flask import Blueprint, abort, render_template, send_file
from flask.typing import ResponseReturnValue

from portal.internal import access
from portal.internal.sheets.blank import write_blank
from portal.internal.sheets.catalogue import SHEETS

bp = Blueprint("sheets", __name__, url_prefix="/sheets")


@bp.get("/")
@access.needs()
def index() -> ResponseReturnValue:
    """List the templates."""
    return render_template("sheets/index.html", sheets=list(SHEETS.values()))


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

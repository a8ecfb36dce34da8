"""The people of the office, to be looked at; they are changed on the command line (人员)."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.domain.workflow import Role
from portal.internal import access
from portal.internal.desk import people
from portal.internal.tables.people import EVERY_AGENCY
from portal.kit.db import db

bp = Blueprint("people", __name__, url_prefix="/people")


@bp.get("/")
@access.needs(Role.ADMIN)
def index() -> ResponseReturnValue:
    """List the accounts that the administrator is there for."""
    scope = access.me().agency
    rows = [
        person for person in people.listed(db.session()) if scope in (EVERY_AGENCY, person.agency)
    ]
    return render_template(
        "people/index.html",
        rows=[(row, "、".join(Role(each).zh for each in row.roles.split())) for row in rows],
        needs_totp=access.needs_totp,
    )

"""Saying once what the columns of a table are, so that others like it are read at once (对应列名)."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from portal.domain.workflow import Role
from portal.internal import access
from portal.internal.desk import checking, mappings, staging
from portal.internal.desk.mappings import Kept, MappingRefused
from portal.internal.desk.staging import Staged
from portal.internal.pages import matching
from portal.internal.pages.imports import mine
from portal.internal.pages.matching import EXTRA, ORDERS, Entered, Line
from portal.internal.sheets import drafting
from portal.internal.sheets.catalogue import SHEETS
from portal.internal.sheets.drafting import Drafted
from portal.internal.sheets.mapping import Profile, field_of, write_profile
from portal.internal.sheets.report import Unreadable
from portal.internal.sheets.wordings import Wording, foreign_wordings
from portal.kit import addresses, clock

bp = Blueprint("columns", __name__, url_prefix="/import/<token>/columns")

_LAST_HEADER_ROW = 30


class _Table:
    """The table of a file that waits, and the profile it was last read by."""

    def __init__(self, staged: Staged, header_row: int | None) -> None:
        """Look at the table.

        Raises:
            Unreadable: there is nothing to look at.

        """
        self.staged, self.sheet = staged, SHEETS[staged.kind]
        stores = access.stores()
        self.used = checking.checked(stores, staged, now=clock.utc_now()).mapping
        self.profile: Profile | None = None
        if self.used:
            self.profile = mappings.find(stores, staged.agency, staged.kind, self.used).profile()
        before = self.profile or Profile(kind=staged.kind)
        self.drafted: Drafted = drafting.look(
            staging.file_of(stores, staged), self.sheet, staged.sheet or before.sheet,
            stores.limits, header_row=header_row or before.header_row,
        )  # fmt: skip
        self.lines: list[Line] = matching.lines(self.drafted, self.profile)
        self.constants = {
            field: text
            for name, text in staged.given.items()
            if (field := field_of(self.sheet, name))
        }

    def wordings(self, said: Entered) -> list[Wording]:
        """Return words of the table that are not the code lists' own."""
        stores = access.stores()
        profile = matching.profile_of(self.sheet, said, self.drafted, self.profile)
        return foreign_wordings(
            staging.file_of(stores, self.staged), self.sheet, profile,
            self.drafted.profile.sheet, stores.limits,
        )  # fmt: skip


@bp.get("")
@access.needs(Role.CLERK)
def show(token: str) -> ResponseReturnValue:
    """Show each column with what it may be."""
    staged = _a_table(token)
    try:
        table = _Table(staged, _header_row(request.args))
    except (Unreadable, MappingRefused) as error:
        return render_template("imports/no_columns.html", staged=staged, text=str(error)), 422
    name = table.used or matching.name_for(staged.file_name)
    return _page(table, matching.at_first(table.drafted, table.profile, name), {})


@bp.post("")
@access.needs(Role.CLERK)
def save(token: str) -> ResponseReturnValue:
    """Keep what was said as a mapping profile, and check the file by it."""
    staged = _a_table(token)
    try:
        table = _Table(staged, _header_row(request.form))
    except (Unreadable, MappingRefused) as error:
        return render_template("imports/no_columns.html", staged=staged, text=str(error)), 422
    said = matching.entered(request.form, table.lines, table.sheet, table.profile)
    faults = dict(matching.faults(table.sheet, said, table.lines, table.constants))
    if not faults and _is_taken(table, said):
        faults["name"] = f"已有名为“{said.name}”的方案；请换个名称，或勾选“覆盖”"
    if not faults:
        faults = _save(table, said)
    if faults:
        return _page(table, said, faults), 422
    staged = staging.change(access.stores(), staged, mapping=said.name)
    checking.check(access.stores(), staged, now=clock.utc_now())
    return redirect(url_for("imports.show", token=token), 303)


def _a_table(token: str) -> Staged:
    """Return one's own file that waits, if it is one with columns."""
    staged = mine(token)
    if staged.kind == "documents":
        abort(404)
    return staged


def _save(table: _Table, said: Entered) -> dict[str, str]:
    """Keep the profile; return what stops that, by field."""
    staged, now = table.staged, clock.utc_now()
    profile = matching.profile_of(table.sheet, said, table.drafted, table.profile)
    text = write_profile(profile, table.sheet)
    try:
        kept = Kept(staged.agency, staged.kind, said.name, text)
        mappings.save(access.stores(), kept, by=staged.by, now=now)
    except MappingRefused as error:
        return {"name": str(error)}
    return {}


def _is_taken(table: _Table, said: Entered) -> bool:
    """Whether saving would overwrite a profile that was not asked to be changed."""
    if said.replace or said.name == table.used:
        return False
    kept = mappings.kept(access.stores(), table.staged.agency, table.staged.kind)
    return any(each.name == said.name for each in kept)


def _header_row(given: MultiDict[str, str]) -> int | None:
    number = given.get("header_row", 0, type=addresses.number)
    return number if 0 < number <= _LAST_HEADER_ROW else None


def _page(table: _Table, said: Entered, faults: dict[str, str]) -> str:
    sheet = table.sheet
    gaps = matching.missing(sheet, said, table.constants)
    boxes = {column.field: column for column in gaps}
    boxes |= {name: sheet.column(name) for name in said.fill}
    return render_template(
        "imports/columns.html",
        staged=table.staged,
        sheet=sheet,
        lines=table.lines,
        ticks={line.source: matching.ticks(sheet, line) for line in table.lines},
        said=said,
        faults=faults,
        boxes=[(column, said.fill.get(name, "")) for name, column in boxes.items()],
        required={column.field for column in gaps},
        choices=[
            (column.field, column.title + ("（必填）" if column.required else ""))
            for column in sheet.columns
        ],
        extra=EXTRA,
        orders=ORDERS,
        words=matching.words_to_map(table.wordings(said), said),
        header_row=table.drafted.profile.header_row or "",
        because=() if table.profile else table.drafted.because,
        used=table.used,
    )

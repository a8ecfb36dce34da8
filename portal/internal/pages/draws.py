"""Draws made here: the list, a new one, how far one is, the record sheet, one team's own sheet (抽取)."""

from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.domain.errors import PortalError, UnknownRecord, WrongState
from portal.domain.parties import EntityKind
from portal.domain.plans import Plan
from portal.domain.sortition.model import SourceKind
from portal.domain.sortition.packages import read_commit
from portal.domain.sortition.seeds import commit_hash
from portal.domain.workflow import Role
from portal.internal import access
from portal.internal.desk.drawing import asking, freezing, keeping, presets, sheets, steps
from portal.internal.desk.drawing.keeping import Drawing, Frozen
from portal.internal.desk.drawing.orders import Order
from portal.internal.desk.drawing.pool import HIDDEN
from portal.internal.pages import draw_orders, handing_in
from portal.internal.tables import filings
from portal.internal.tables.people import EVERY_AGENCY
from portal.kit import clock
from portal.kit.db import db

T = TypeVar("T")

bp = Blueprint("draws", __name__, url_prefix="/draws")
STAGES = {
    "frozen": "已冻结", "committed": "承诺已公布", "drawn": "已抽取，未揭示", "revealed": "已揭示", "void": "已作废",
}  # fmt: skip
SOURCES = {
    "share": "密封数", "dice10": "十面骰子", "dice6": "六面骰子", "lottery": "彩票开奖号码",
    "drand": "公共随机数 drand", "nist": "公共随机数 NIST",
}  # fmt: skip
REASONS = {
    "closed": "已停业", "moved": "已迁出", "not_found": "查无下落", "suspended": "暂停营业", "merged": "已合并",
    "force_majeure": "不可抗力", "recused": "应当回避", "unavailable": "不能到岗",
}  # fmt: skip


@bp.get("/")
@access.needs(Role.CLERK, Role.PUBLISHER)
def index() -> ResponseReturnValue:
    """List the newest draws that one may act for."""
    rows = [each for each in keeping.listed(db.session()) if access.me().acts_for(each.agency)]
    return render_template(
        "draws/index.html", rows=rows, stages=STAGES, may_freeze=access.me().has(Role.CLERK)
    )


@bp.get("/new")
@access.needs(Role.CLERK)
def new() -> ResponseReturnValue:
    """Show the form of an order."""
    return _form(None)


@bp.post("/new")
@access.needs(Role.CLERK)
def freeze() -> ResponseReturnValue:
    """Show what would be frozen, or freeze it; a share made here is shown on this one page."""
    now, by = clock.utc_now(), access.me().name
    try:
        order = draw_orders.read(request.form)
        if not access.me().acts_for(order.agency):
            abort(403, "不能办理其他机关的抽取")
        if "freeze" not in request.form:
            frozen = freezing.preview(access.stores(), order, now=now)
            return _form(order, frame=frame(frozen))
        made, shares = freezing.freeze(access.stores(), order, by=by, now=now)
    except PortalError as error:
        return _form(None, problem=str(error)), 400
    digest = commit_hash(read_commit(made.commit)).hex()
    return render_template("draws/frozen.html", drawing=made, shares=shares, digest=digest)


@bp.get("/<draw_id>")
@access.needs(Role.CLERK, Role.PUBLISHER)
def show(draw_id: str) -> ResponseReturnValue:
    """Show how far a draw is, and the steps that come now."""
    return page(found(draw_id))


@bp.get("/<draw_id>/sheet")
@access.needs(Role.CLERK, Role.PUBLISHER)
def sheet(draw_id: str) -> ResponseReturnValue:
    """Show the record sheet, to be printed and signed."""
    found(draw_id)
    found_ = _asked(lambda: sheets.record_sheet(db.session(), draw_id))
    return render_template("draws/sheet.html", sheet=found_, stages=STAGES, sources=SOURCES)


@bp.get("/<draw_id>/teams/<int:number>")
@access.needs(Role.PUBLISHER)
def team(draw_id: str, number: int) -> ResponseReturnValue:
    """Show one team's sheet: its own objects and nobody else's."""
    found(draw_id)
    found_ = _asked(lambda: sheets.team_sheet(db.session(), draw_id, number))
    return render_template("draws/team.html", sheet=found_)


@bp.get("/<draw_id>/package.json")
@access.needs(Role.PUBLISHER)
def package(draw_id: str) -> ResponseReturnValue:
    """Send the supervisor's copy, which verifies against the sealed hash."""
    drawing = found(draw_id)
    body = _asked(lambda: sheets.supervisors_copy(drawing))
    headers = {"Content-Disposition": f'attachment; filename="{drawing.row.draw_id}.json"'}
    return Response(body, mimetype="application/json", headers=headers)


def page(drawing: Drawing, *, problem: str = "") -> str:
    """Return the page of a draw, with why a step was refused."""
    me, progress = access.me(), drawing.progress
    is_drawn = drawing.row.stage in ("drawn", "revealed")
    return render_template(
        "draws/show.html",
        drawing=drawing,
        order=drawing.order,
        problem=problem,
        stages=STAGES,
        sources=SOURCES,
        reasons=REASONS,
        strata_choices=[
            (each["key"], "不公开身份的对象" if each["key"] == HIDDEN else each["key"])
            for each in drawing.frozen.plan["strata"]
        ],
        void_reasons=steps.VOID_REASONS,
        step_words={name: word for name, (word, _) in asking.STEPS.items()},
        asked=_in_words(drawing),
        frame=frame(drawing.frozen),
        digest=commit_hash(read_commit(drawing.commit)).hex(),
        waiting=drawing.waiting() if drawing.row.stage == "committed" else [],
        teams=sheets.record_sheet(db.session(), drawing.row.draw_id).team_count if is_drawn else 0,
        may_clerk=me.has(Role.CLERK),
        may_publish=me.has(Role.PUBLISHER),
        is_second=progress.asked is not None and progress.asked.by != me.name,
        may_commit=me.has(Role.PUBLISHER) and me.name != drawing.row.frozen_by,
    )


def found(draw_id: str) -> Drawing:
    """Return a draw of one's own agency; 404 or 403 otherwise."""
    drawing = _asked(lambda: keeping.load(db.session(), draw_id))
    _mine(drawing)
    return drawing


def frame(frozen: Frozen) -> dict[str, Any]:
    """Count what is, or would be, frozen."""
    counts = Counter(each["stratum"] for each in frozen.objects)
    sealed = keeping.sealed_before(db.session(), frozen.plan)
    return {
        "strata": [
            ("只计数、不公开身份" if each["key"] == HIDDEN else each["key"], counts[each["key"]])
            for each in frozen.plan["strata"]
        ],
        "objects": len(frozen.objects),
        "masked": sum(each["stratum"] != HIDDEN and "salt" not in each for each in frozen.objects),
        #: Whom a sealed round drew nobody may know yet: not by naming one party either.
        "excluded": sum(
            bool(each.get("excluded")) and each["excluded"].removeprefix("drawn:") not in sealed
            for each in frozen.objects
        ),
        "sealed": bool(sealed),
        "inspectors": len(frozen.inspectors),
        "rule": frozen.plan["info"],
    }


def _in_words(drawing: Drawing) -> list[tuple[str, str]]:
    """Say what is asked for, for the second person to read."""
    asked = drawing.progress.asked
    if asked is None:
        return []
    terms = dict(asked.terms)
    if "out" in terms:
        opening = drawing.frozen.openings.get(terms["out"], {})
        person = drawing.frozen.roster.get(terms["out"], {})
        terms["out"] = opening.get("object_id") or person.get("name") or terms["out"]
    words = {**REASONS, **steps.VOID_REASONS, "object": "检查对象", "member": "检查人员"}
    labels = {
        "type": "种类", "stratum": "层", "out": "换下", "reason": "原因", "bundle": "组（自0起）", "slot": "岗位（自0起）",
        "unit": "批准单位", "replaced_by": "另行抽取的编号",
    }  # fmt: skip
    return [
        (labels[name], words.get(str(text), str(text)))
        for name, text in terms.items()
        if text not in (None, "")
    ]


def _form(order: Order | None, *, frame: dict[str, Any] | None = None, problem: str = "") -> str:
    sent = request.form if request.method == "POST" else None
    me = access.me()
    own = handing_in.agencies(me)
    prefix = "" if me.agency == EVERY_AGENCY else f"{me.agency}/"
    plans = filings.with_prefix(db.session(), Plan, prefix)
    return render_template(
        "draws/new.html",
        typed=draw_orders.typed(sent),
        ticked=set(sent.getlist("libraries")) if sent else {each.value for each in EntityKind},
        order=order,
        frame=frame,
        problem=problem,
        agencies=[(each.code, f"{each.code} {each.name}") for each in own],
        tasks=[
            (task.code, f"{task.code} {task.name}（{plan.agency_code}）")
            for plan in plans
            for task in plan.tasks
        ],
        libraries=[(each.value, each.zh) for each in EntityKind],
        presets=[(name, each.zh) for name, each in presets.PRESETS.items()],
        kinds=[(each.value, SOURCES[each.value]) for each in SourceKind],
        rows=draw_orders.SOURCES,
        roles=draw_orders.ROLES,
    )


def _asked(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except UnknownRecord as error:
        abort(404, str(error))
    except WrongState as error:
        abort(409, str(error))


def _mine(drawing: Drawing) -> None:
    if not access.me().acts_for(drawing.row.agency):
        abort(403, "不能办理其他机关的抽取")


def back(draw_id: str) -> str:
    """Return the address of a draw."""
    return url_for("draws.show", draw_id=draw_id)

"""Annual plans with their versions, and the tasks in them (年度抽查计划、抽查任务)."""

from itertools import pairwise

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from msgspec.structs import asdict

from portal.domain.plans import difference
from portal.kit import clock
from portal.kit.db import db
from portal.public import params
from portal.public.caching import conditional
from portal.public.pages import grids, lists
from portal.public.pages.found import or_missing
from portal.public.pages.lines import result_lines
from portal.register.queries import agencies, draws, items, plans, results
from portal.register.queries.results import ResultFilter
from portal.register.records import Kind, PublicPlan, PublicTask

bp = Blueprint("plans", __name__, url_prefix="/plans")
tasks_bp = Blueprint("tasks", __name__, url_prefix="/tasks")


@bp.get("/")
@conditional
def index() -> ResponseReturnValue:
    """List annual plans, newest year first."""
    found = lists.listed("plans", plans.listed)
    return found.show(
        "plans/index.html",
        agencies=agencies.named(found.session, [row.record.agency_id for row in found.rows]),
        agency_choices=agencies.choices(found.session),
    )


@bp.get("/<public_id>")
@conditional
def show(public_id: str) -> ResponseReturnValue:
    """Show one plan: the version in force, or an older one, and what each adjustment changed."""
    session = db.session()
    number = params.read(version=_version).get("version")
    shown = or_missing(plans.get(session, public_id), Kind.PLAN, public_id)
    versions = plans.versions(session, public_id)
    chosen = (
        next((each for each in versions if each.version == number), None)
        if number
        else shown.record
    )
    if chosen is None:
        abort(404)
    return render_template(
        "plans/show.html",
        shown=shown,
        plan=chosen,
        versions=versions,
        adjustments=[_adjustment(old, new) for old, new in pairwise(versions)],
        agency=agencies.get(session, chosen.agency_id),
        progress=grids.of_plan(session, shown.record.tasks),
        items=items.named(
            session, [each for plan in versions for task in plan.tasks for each in task.item_ids]
        ),
    )


def _version(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < int(text[:4]) < 100):  # noqa: PLR2004
        raise ValueError("1–99")
    return int(text)


def _adjustment(old: PublicPlan, new: PublicPlan) -> dict[str, object]:
    """Return one adjustment: from, to, and the tasks that differ."""
    before, after = ([_shown(task) for task in plan.tasks] for plan in (old, new))
    return {"old": old, "new": new, "tasks": difference(before, after)}


def _shown(task: PublicTask) -> dict[str, object]:
    """Return what is compared of a task: a count by its wording, where it has one."""
    fields = asdict(task)
    del fields["id"]
    for name in ("base", "planned"):
        if text := fields.pop(f"{name}_text"):
            fields[f"{name}_count"] = text
    return fields


@tasks_bp.get("/")
@conditional
def tasks_index() -> ResponseReturnValue:
    """List planned tasks, latest first."""
    found = lists.listed("tasks", plans.tasks_listed)
    return found.show(
        "tasks/index.html",
        agencies=agencies.named(found.session, [agency for _, _, agency in found.rows]),
        agency_choices=agencies.choices(found.session),
    )


@tasks_bp.get("/<task_id>")
@conditional
def task_show(task_id: str) -> ResponseReturnValue:
    """Show one task with its draws and results."""
    params.read()
    session = db.session()
    found = plans.task(session, task_id)
    if found is None:
        abort(404)
    task, plan_id = found
    plan = or_missing(plans.get(session, plan_id), Kind.PLAN, plan_id).record
    page = results.listed(session, ResultFilter(task=task_id), limit=20)
    return render_template(
        "tasks/show.html",
        task=task,
        plan=plan,
        agency=agencies.get(session, plan.agency_id),
        items=items.named(session, task.item_ids),
        draws=draws.listed(session, task=task_id).rows,
        progress=grids.of_task(session, task_id),
        lines=result_lines(session, page.rows, clock.local_today()),
        more=page.next is not None,
    )

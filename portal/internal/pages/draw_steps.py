"""The steps of a draw as forms; what two people decide is asked for here and confirmed in another session."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, abort, flash, redirect, request
from flask.typing import ResponseReturnValue

from portal.domain.errors import PortalError, UnknownRecord
from portal.domain.workflow import Role
from portal.internal import access
from portal.internal.desk.drawing import asking, outward, steps
from portal.internal.pages import draws
from portal.kit import addresses, clock
from portal.kit.db import db

bp = Blueprint("draw_steps", __name__, url_prefix="/draws")
_CHUNK = 1 << 16


@bp.post("/<draw_id>/commit")
@access.needs(Role.PUBLISHER)
def commit(draw_id: str) -> ResponseReturnValue:
    """Publish the commit."""
    return _take(
        draw_id,
        lambda: steps.commit(access.stores(), draw_id, by=access.me().name, now=clock.utc_now()),
        "承诺已公布并签署",
    )


@bp.post("/<draw_id>/seed")
@access.needs(Role.CLERK)
def seed(draw_id: str) -> ResponseReturnValue:
    """Enter what one source said; of photographs only the SHA-256 is kept."""
    form = request.form
    return _take(
        draw_id,
        lambda: steps.seed(
            access.stores(), draw_id, form.get("source", ""), "".join(form.get("value", "").split()),
            evidence=form.get("evidence", "").strip() or None, photos=_photos(), by=access.me().name,
            now=clock.utc_now(),
        ),
        "已记录，记录后不能再改",
    )  # fmt: skip


@bp.post("/<draw_id>/outcome")
@access.needs(Role.PUBLISHER)
def outcome(draw_id: str) -> ResponseReturnValue:
    """Compute the outcome and publish its sealed hash, or the result without embargo."""
    return _take(
        draw_id,
        lambda: steps.draw(access.stores(), draw_id, by=access.me().name, now=clock.utc_now()),
        "抽取完成，摘要已公布",
    )


@bp.post("/<draw_id>/resume")
@access.needs(Role.CLERK, Role.PUBLISHER)
def resume(draw_id: str) -> ResponseReturnValue:
    """Carry on where a crash stopped."""
    return _take(
        draw_id,
        lambda: outward.sync(access.stores(), draw_id, now=clock.utc_now()),
        "公开内容已与办理进度一致",
    )


@bp.post("/<draw_id>/ask/<step>")
@access.needs(Role.PUBLISHER)
def ask(draw_id: str, step: str) -> ResponseReturnValue:
    """Ask for a step that a second person has to confirm."""
    if step not in asking.STEPS:
        abort(404)
    return _take(draw_id, lambda: _ask(draw_id, step), "已提出，待另一名发布人员确认")


@bp.post("/<draw_id>/confirm")
@access.needs(Role.PUBLISHER)
def confirm(draw_id: str) -> ResponseReturnValue:
    """Carry out what another person asked for."""
    return _take(
        draw_id,
        lambda: asking.confirm(
            access.stores(), draw_id, by=access.me().name, now=clock.utc_now(),
            seen=request.form.get("seen", ""),
        ),
        "已确认并办理",
    )  # fmt: skip


@bp.post("/<draw_id>/decline")
@access.needs(Role.PUBLISHER)
def decline(draw_id: str) -> ResponseReturnValue:
    """Take back what is asked for."""
    return _take(
        draw_id,
        lambda: asking.decline(
            access.stores(), draw_id, by=access.me().name, now=clock.utc_now()
        ),
        "已撤销",
    )  # fmt: skip


def _take(draw_id: str, act: Callable[[], object], done: str) -> ResponseReturnValue:
    """Take a step on a draw of one's own; where it is refused, show its page again with the reason."""
    draws.found(draw_id)
    db.session.rollback()
    try:
        act()
    except PortalError as error:
        return draws.page(draws.found(draw_id), problem=_reason(error)), 409
    flash(done)
    return redirect(draws.back(draw_id), 303)


def _reason(error: PortalError) -> str:
    words = {
        "E_SEED_VALUE": "数值的写法不对：请核对位数和格式，照原样重新填写",
        "E_SHARE": "与冻结时公布的承诺不符：这不是当初密封的数，请核对另一份密封件",
        "E_REPLACE": "此刻没有这一层、这一组，或者所填的对象、人员不在其中",
        "E_SCHEMA": "填写的内容不全，或者写法不对",
    }
    return words.get(error.code, str(error))


def _ask(draw_id: str, step: str) -> None:
    makers: Mapping[str, Callable[[str], dict[str, Any]]] = {
        "replace": _replacement, "void": _void, "reveal": lambda _: {},
    }  # fmt: skip
    asking.ask(
        access.stores(), draw_id, step, makers[step](draw_id), by=access.me().name, now=clock.utc_now()
    )  # fmt: skip


def _void(_: str) -> dict[str, Any]:
    form = request.form
    unit = form.get("unit", "").strip()
    if not unit:
        raise UnknownRecord("请填写批准作废的单位")
    return {
        "reason": form.get("reason", ""),
        "unit": unit,
        "replaced_by": form.get("replaced_by", "").strip() or None,
    }


def _replacement(draw_id: str) -> dict[str, Any]:
    form, frozen = request.form, draws.found(draw_id).frozen
    wanted, reason = form.get("out", "").strip(), form.get("swap_reason", "")
    if stratum := form.get("stratum", ""):
        numbers = {name: each["object_id"] for name, each in frozen.openings.items()}
        return {"type": "object", "stratum": stratum, "out": _handle(numbers, wanted), "reason": reason}  # fmt: skip
    numbers = {name: each["certificate"] for name, each in frozen.roster.items()}
    bundle = form.get("bundle", 0, type=addresses.number)
    slot = form.get("slot", 0, type=addresses.number) if form.get("slot") else 1
    if bundle < 1 or slot < 1:
        raise UnknownRecord("换人员的，须填写组号和岗位号，自 1 起")
    out = _handle(numbers, wanted)
    return {"type": "member", "bundle": bundle - 1, "slot": slot - 1, "out": out, "reason": reason}


def _handle(numbers: dict[str, str], wanted: str) -> str:
    for handle, number in numbers.items():
        if wanted and wanted == number:
            return handle
    raise UnknownRecord("名单中没有所填的代码或者执法证号")


def _photos() -> tuple[str, ...]:
    """Return the SHA-256 of each photograph; neither its name nor its content is kept."""
    found = []
    for each in request.files.getlist("photos"):
        if each.filename:
            digest = hashlib.sha256()
            while part := each.stream.read(_CHUNK):
                digest.update(part)
            found.append(digest.hexdigest())
    return tuple(found)

"""The ledger: what was done, by whom, when (台账)."""

from datetime import date, datetime
from typing import TypeVar

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.domain.workflow import Role
from portal.internal import access
from portal.internal.desk import ledgers
from portal.internal.desk.ledgers import ACTIONS, PAGE, Asked
from portal.kit import addresses
from portal.kit.db import db

D = TypeVar("D", bound=date)

_FIRST_YEAR, _LAST_YEAR = 1900, 9999

bp = Blueprint("ledger", __name__, url_prefix="/ledger")


@bp.get("/")
@access.needs(Role.ADMIN)
def index() -> ResponseReturnValue:
    """List the ledger, newest first."""
    asked = Asked(
        person=request.args.get("person", "").strip()[:40],
        action=request.args.get("action", ""),
        batch_id=_number("batch"),
        since=_day("since"),
        until=_day("until"),
    )
    rows = ledgers.page(db.session(), asked, scope=access.me().agency, after=_after())
    following = f"{rows[-1].at.isoformat()}_{rows[-1].id}" if len(rows) == PAGE else None
    return render_template(
        "ledger/index.html",
        rows=rows,
        asked=asked,
        actions=list(ACTIONS.items()),
        names=ACTIONS,
        next_url=_address(asked, following) if following else None,
        first_url=_address(asked, None) if "after" in request.args else None,
    )


def _address(asked: Asked, after: str | None) -> str:
    return url_for(
        "ledger.index",
        person=asked.person or None,
        action=asked.action or None,
        batch=asked.batch_id,
        since=asked.since,
        until=asked.until,
        after=after,
    )


def _number(name: str) -> int | None:
    text = request.args.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10):  # noqa: PLR2004
        abort(400, "批次编号应为数字")
    return int(text)


def _day(name: str) -> date | None:
    text = request.args.get(name, "").strip()
    try:
        return _known(date.fromisoformat(text)) if text else None
    except ValueError:
        abort(400, f"日期应写作 2025-06-02，不是“{text[:20]}”")


def _after() -> tuple[datetime, int] | None:
    text = request.args.get("after")
    if text is None:
        return None
    try:
        at, number = text.split("_")
        moment = datetime.fromisoformat(at.replace(" ", "+"))
        if moment.tzinfo is None:
            abort(404)
        return _known(moment), addresses.number(number)
    except ValueError:
        abort(404)


def _known(day: D) -> D:
    """Refuse a day so near the first or the last there is that no other zone's clock can say it."""
    if not _FIRST_YEAR < day.year < _LAST_YEAR:
        raise ValueError
    return day

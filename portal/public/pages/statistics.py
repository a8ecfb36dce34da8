"""Statistics: an overview, and a page for each with its charts, tables and formulae (统计)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.kit.db import db
from portal.kit.i18n import language
from portal.public import filters, params
from portal.public.caching import conditional
from portal.public.pages.figures import (
    SCOPE,
    STATISTICS,
    Asked,
    asked,
    quarter,
    readers,
    written,
)  # fmt: skip
from portal.register.queries import agencies, entities, items, plans, visited
from portal.register.queries.statistics import Line, Sheet

bp = Blueprint("statistics", __name__, url_prefix="/statistics")

_NAMED: dict[str, Callable[[Session, list[str]], Any]] = {
    "agency": agencies.named,
    "item": items.named,
    "plan": plans.named,
}
#: Bars of one chart; the table beside it has all.
_DRAWN = 12


@dataclass(frozen=True, slots=True)
class Shown:
    """One table as the page shows it; `bars` are (label, part of the width, text)."""

    asked: Asked
    sheet: Sheet
    label: Callable[[str], str]
    csv: str

    @property
    def columns(self) -> list[str]:
        """The columns of the table."""
        return self.asked.columns(self.sheet)

    @property
    def drawn(self) -> str:
        """The column of the chart."""
        wanted = self.asked.statistic.drawn
        return wanted if wanted in self.columns else self.columns[0]

    @property
    def bars(self) -> list[tuple[str, float, str]]:
        """What the chart shows: the groups with the largest values, the latest plans, or the last quarters."""
        known = [line for line in self.sheet.lines if line.values[self.drawn] is not None]
        if self.asked.by == "quarter":
            known = known[-_DRAWN:]
        elif self.asked.by == "plan":
            known = known[:_DRAWN]
        else:
            known = sorted(known, key=self._value, reverse=True)[:_DRAWN]
        whole = 1.0 if self._is_share and self.asked.by != "quarter" else 0.0
        most = max([whole, *map(self._value, known)]) or 1.0
        return [
            (
                self.label(line.group),
                self._value(line) / most,
                written(line.values[self.drawn], self.drawn),
            )
            for line in known
        ]

    @property
    def _is_share(self) -> bool:
        return self.drawn.endswith("share")

    def _value(self, line: Line) -> float:
        return float(line.values[self.drawn] or 0)


@bp.get("/")
@conditional
def index() -> ResponseReturnValue:
    """Show the sums of every statistic."""
    params.read()
    session = db.session()
    shown = [_shown(session, asked(each, {"by": "all"})) for each in STATISTICS.values()]
    return render_template("statistics/index.html", shown=shown)


@bp.get("/<word>")
@conditional
def show(word: str) -> ResponseReturnValue:
    """Show one statistic by each of its groups."""
    if word not in STATISTICS:
        abort(404)
    statistic = STATISTICS[word]
    session, found = db.session(), params.read(**readers(statistic))
    by = found.pop("by", None)
    groups = ("outcome",) if "item" in found else (by,) if by else statistic.groups
    wanted = [asked(statistic, found | {"by": group}) for group in groups]
    return render_template(
        "statistics/show.html",
        statistic=statistic,
        asked=wanted[0].given,
        shown=[_shown(session, each) for each in wanted],
        agency_choices=agencies.choices(session),
        region_choices=[(code, filters.region(code)) for code in agencies.regions(session)],
        item=items.get(session, found["item"]) if "item" in found else None,
    )


@bp.get("/coverage/parties")
@conditional
def parties() -> ResponseReturnValue:
    """Show the parties that a figure of the coverage counts, each with its checks in that scope."""
    statistic = STATISTICS["coverage"]
    scope = {name: SCOPE[name] for name in statistic.takes}
    counted = params.member_of(*visited.FOUND)
    given = params.read(**scope, found=counted, since=params.public_id)
    found, since = given.pop("found", "parties"), given.pop("since", "")
    wanted, session = asked(statistic, {**given, "by": "all"}), db.session()
    page, following = visited.page(session, wanted.scope, found, since)
    agency = given.get("agency")
    return render_template(
        "statistics/parties.html",
        statistic=statistic,
        found=found,
        asked=wanted.narrowed(),
        rows=page,
        named=entities.named(session, [each.entity_id for each in page]),
        agency=agencies.named(session, [agency]).get(agency) if agency else None,
        quarter=quarter,
        next=following,
        continued=bool(since),
    )


def _shown(session: Session, wanted: Asked) -> Shown:
    sheet = wanted.sheet(session)
    query = {**wanted.given, "by": wanted.by} | ({"lang": "en"} if language() == "en" else {})
    address = f"/api/v1/statistics/{wanted.statistic.word}.csv?{urlencode(query)}"
    return Shown(wanted, sheet, _labels(session, wanted, sheet), address)


def _labels(session: Session, wanted: Asked, sheet: Sheet) -> Callable[[str], str]:
    """Return what the groups of a table are called, in one query."""
    groups = [line.group for line in sheet.lines]
    if wanted.by == "outcome":
        return lambda group: filters.word(group, "outcome")
    if wanted.by == "quarter":
        return quarter
    found: dict[str, Any] = _NAMED[wanted.by](session, groups) if groups else {}
    return lambda group: str(getattr(found.get(group), "name", "—"))

"""The statistics for programs: the same figures as on the pages, as JSON and CSV."""

import csv
import io
from decimal import Decimal

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from portal.kit.db import db
from portal.public import params
from portal.public.api import asking, envelope, formats, validators
from portal.public.pages.figures import STATISTICS, Asked, asked, readers
from portal.public.problems import Problem
from portal.register.queries.statistics import Line, Sheet

bp = Blueprint("statistics_api", __name__, url_prefix="/api/v1/statistics")

_FORMATS = ("json", "csv")


@bp.get("/")
def index() -> ResponseReturnValue:
    """List the statistics."""
    asking.nothing()
    etag = validators.tag(validators.now(), "statistics")
    if (held := validators.unchanged(etag)) is not None:
        return held
    state = validators.within(db.session())
    found = [
        {
            "statistic": each.word,
            "title": str(each.title),
            "by": list(each.groups),
            "url": envelope.address(f"statistics/{each.word}"),
        }
        for each in STATISTICS.values()
    ]
    return envelope.answer(envelope.told(found, state), validators.tag(state, "statistics"))


@bp.get("/<name>")
def show(name: str) -> ResponseReturnValue:
    """Give one statistic by the groups asked for; overdue depends on the day."""
    word, suffix = formats.split(name, known=_FORMATS)
    if word not in STATISTICS:
        raise Problem("not-found", accepted=", ".join(STATISTICS))
    chosen = formats.chosen(suffix, _FORMATS)
    wanted = asked(STATISTICS[word], params.strictly(readers(STATISTICS[word])))
    etag = validators.tag(validators.now(), chosen.suffix, daily=True)
    if (held := validators.unchanged(etag)) is not None:
        return held
    session = db.session()
    state = validators.within(session)
    sheet = wanted.sheet(session)
    etag = validators.tag(state, chosen.suffix, daily=True)
    if chosen.suffix == "json":
        return envelope.answer(envelope.told(_told(wanted, sheet), state), etag)
    response = Response(_csv(wanted, sheet), content_type=chosen.content_type)
    response.set_etag(etag)
    response.headers["Content-Disposition"] = (
        f'attachment; filename="{word}-by-{wanted.by}-{state.serial}.csv"'
    )
    envelope.link(response, ())
    return response


def _told(wanted: Asked, sheet: Sheet) -> dict[str, object]:
    names = wanted.columns(sheet)
    return {
        "statistic": wanted.statistic.word,
        "by": wanted.by,
        "filters": wanted.given,
        "formulae": [str(each) for each in wanted.statistic.formulae],
        "rows": [_row(line, names) | {wanted.by: line.group} for line in sheet.lines],
        "total": _row(sheet.total, names),
    }


def _row(line: Line, names: list[str]) -> dict[str, object]:
    """Return the figures of a line; shares are texts with four digits, as everywhere in the API."""
    values = {name: line.values[name] for name in names}
    return {n: str(v) if isinstance(v, Decimal) else v for n, v in values.items()}


def _csv(wanted: Asked, sheet: Sheet) -> bytes:
    names = wanted.columns(sheet)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([wanted.by, *names])
    for line in (*sheet.lines, sheet.total):
        writer.writerow([line.group or "*", *_row(line, names).values()])
    return buffer.getvalue().encode()

"""What was filed as kept back is not shown by filing it again without a word about it (公开限制的放宽)."""

import sqlalchemy as sa

from portal.domain.grounds import OPEN, Decision, Disclosure
from portal.internal.checks.context import Context, Reads
from portal.internal.sheets.reader import Read
from portal.internal.tables import decisions, filings
from portal.internal.tables.filings import FilingRow
from portal.kit.db import among

_STRICTNESS = {each: rank for rank, each in enumerate(Disclosure)}


def check(context: Context, reads: Reads) -> None:
    """Tell rows that would show more than the filing before and do not say so."""
    check_overruled(context, reads)
    silent = {}
    if _has_guarded(context, reads):
        silent = {read.record.key: read for read in reads if "disclosure" not in read.places}
    if not silent:
        return
    record_type = type(reads[0].record)
    query = sa.select(FilingRow.key).where(
        FilingRow.kind == filings.KIND_OF[record_type], filings.IS_GUARDED, FilingRow.live,
        among(context.session, FilingRow.key, silent),
    )  # fmt: skip
    guarded = context.session.scalars(query).all()
    newest = filings.find(context.session, record_type, guarded)
    #: That somebody filed it openly since, and nobody has approved it yet, loosens nothing.
    released = filings.standing(context.session, record_type, guarded, batch_id=None)
    for key in newest:
        now = silent[key].record.decision
        if any(shows_more(before[key].decision, now) for before in (newest, released)):
            what = "先前填报为不公开或者部分公开，本次未填公开方式；仍不公开的请照填，确需公开的请填“公开”"
            context.tell("loosened", silent[key], "disclosure", what)


def check_overruled(context: Context, reads: Reads) -> None:
    """Tell rows that keep something back in the very words that the office has overruled, after a file said otherwise.

    What it decided stands in the place of those words wherever they are filed: nothing would be kept back.
    """
    kept = {read.record.key: read for read in reads if read.record.decision != OPEN}
    record_type = type(reads[0].record) if kept else None
    if record_type is None:
        return
    made = decisions.in_force(context.session, filings.KIND_OF[record_type], kept)
    over = {key for key, rows in made.items() if any(row.over == _words(kept[key]) for row in rows)}
    newest = filings.find(context.session, record_type, over)
    released = filings.standing(context.session, record_type, over, batch_id=None)
    for key in newest:
        if any(before[key].decision != kept[key].record.decision for before in (newest, released)):
            what = "同样的不公开决定先前已被决定改变，此后又曾另行填报；确需再次不公开的，请填写新的决定日期"
            context.tell("loosened", kept[key], "disclosure", what)


def _words(read: Read) -> str:
    return decisions.digest(read.record.decision)


def _has_guarded(context: Context, reads: Reads) -> bool:
    """Whether any record of this type was filed as kept back; asked once a file, which names each once."""
    if context.has_guarded is None and reads:
        context.has_guarded = filings.has_guarded(context.session, type(reads[0].record))
    return bool(context.has_guarded)


def shows_more(was: Decision, now: Decision) -> bool:
    """Whether `now` would show what `was` keeps back."""
    looser = _STRICTNESS[now.disclosure] < _STRICTNESS[was.disclosure]
    fewer = now.disclosure is Disclosure.PARTLY and not set(was.fields) <= set(now.fields)
    return looser or fewer

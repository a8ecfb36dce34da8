"""What was filed as kept back is not shown by filing it again without a word about it (公开限制的放宽)."""

import sqlalchemy as sa

from portal.domain.grounds import Decision, Disclosure
from portal.internal.checks.context import Context, Reads
from portal.internal.tables import filings
from portal.internal.tables.filings import FilingRow
from portal.kit.db import among

_STRICTNESS = {each: rank for rank, each in enumerate(Disclosure)}


def check(context: Context, reads: Reads) -> None:
    """Tell rows that would show more than the filing before and do not say so."""
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

"""Draws: a known task, a past day, and parties that are known."""

import sqlalchemy as sa

from portal.domain.draws import Draw
from portal.internal.checks import parties, tasks
from portal.internal.checks.context import Context, Reads
from portal.internal.tables.drawings import DrawingRow
from portal.kit.db import among


def check(context: Context, reads: Reads) -> None:
    """Tell unknown tasks, future days, doubled parties and samples larger than the pool."""
    tasks.check(context, reads)
    made_here = _made_here(context, reads)
    for read in reads:
        draw: Draw = read.record
        if draw.code in made_here:
            context.tell("clash", read, "code", "该编号是本系统办理的可复算抽取，不得另行导入")
        context.not_after_today(read, "drawn_on", draw.drawn_on)
        if draw.entries and draw.embargo_until is None:
            context.tell(
                "embargo",
                read,
                "embargo_until",
                "未填保密期止，名单一经发布即公开；检查尚未完成的，请填写检查完成之日",
            )
        if (
            draw.frame_count is not None
            and (draw.sample_count or len(draw.entries)) > draw.frame_count
        ):
            context.tell("count", read, "frame_count", "抽取数量大于名录库户数")
        seen: set[str] = set()
        for index, entry in enumerate(draw.entries):
            if entry.entity_key in seen:
                what = f"“{entry.entity_name}”在名单中重复"
                context.tell("clash", read.child(index), "identifier", what)
            seen.add(entry.entity_key)
    parties.check(
        context,
        [
            (read.child(index), e.entity_key, e.entity_name, e.identifier)
            for read in reads
            for index, e in enumerate(read.record.entries)
        ],
    )


def _made_here(context: Context, reads: Reads) -> set[str]:
    """Return the numbers in the file under which the agency drew with this software."""
    codes = {read.record.code for read in reads}
    query = sa.select(DrawingRow.draw_id).where(
        among(context.session, DrawingRow.draw_id, codes), DrawingRow.agency == context.agency_code
    )
    return set(context.session.scalars(query))

"""Checklist lines: dates that fit together."""

from portal.domain.items import Item
from portal.internal.checks.context import Context, Reads


def check(context: Context, reads: Reads) -> None:
    """Tell dates in the wrong order."""
    for read in reads:
        item: Item = read.record
        if item.approved_on:
            context.not_after_today(read, "approved_on", item.approved_on)
        if item.effective_on and item.ended_on and item.ended_on < item.effective_on:
            context.error(read, "ended_on", "失效日期早于施行日期")

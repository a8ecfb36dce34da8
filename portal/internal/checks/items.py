"""Checklist lines: dates that fit together, and nothing left out."""

from portal.domain.items import Item
from portal.internal.checks import disclosures
from portal.internal.checks.context import Context, Reads


def check(context: Context, reads: Reads) -> None:
    """Tell dates in the wrong order, and what a checklist ought to state and does not."""
    disclosures.check(context, reads)
    for read in reads:
        item: Item = read.record
        if item.approved_on:
            context.not_after_today(read, "approved_on", item.approved_on)
        if item.effective_on and item.ended_on and item.ended_on < item.effective_on:
            context.tell("order", read, "ended_on", "失效日期早于施行日期")
        lacking = "、".join(word for word, given in _ought(item) if not given)
        if lacking and lacking not in context.told:
            context.told.add(lacking)
            what = f"没有列明{lacking}；清单应当列明，来源确未列的照此公开（以后各行不再提示）"
            context.tell("incomplete", read, "name", what)


def _ought(item: Item) -> tuple[tuple[str, object], ...]:
    """Return what a checklist ought to state of each item (国办发〔2015〕58号)."""
    return ("抽查依据", item.basis), ("抽查内容", item.content), ("检查方式", item.methods)

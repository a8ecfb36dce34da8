"""Results held against those filed before: numbers reused, checks entered twice, caps exceeded."""

from collections.abc import Mapping

from portal.domain.frequencies import most_per_year
from portal.domain.items import Item
from portal.domain.results import Finding, Result
from portal.internal.checks.context import Context, Reads
from portal.internal.sheets.reader import Read
from portal.internal.tables import filings, lookup


def check(context: Context, reads: Reads) -> None:
    """Tell numbers given to another check, the same check under two numbers, and too many checks.

    What stands in the office is read once a chunk; what the file itself brings is remembered.
    """
    past, caps = context.past, _caps(context.items)
    filed: dict[str, Result] = {}
    cleared: dict[str, Read] = {}
    if _has_past(context):
        parties = past.unread({read.record.entity_key for read in reads}, caps)
        for result in lookup.results_elsewhere(context.session, parties, but=context.batch_id):
            past.take(result, caps)
        filed = filings.find(context.session, Result, [read.record.key for read in reads])
    for read in reads:
        result = read.record
        before = filed.get(result.key) if filed else None
        if before is not None and before.entity_key != result.entity_key:
            what = f"该编号已用于“{before.entity_name}”的检查；请核对编号，每次检查用新的编号"
            context.tell("taken", read, "code", what)
        elif before is not None and before.inspected_on != result.inspected_on:
            what = (
                f"该编号已登记为 {before.inspected_on} 的检查，本次为 {result.inspected_on}，将取代原记录；"
                "是另一次检查的请用新的编号，更正日期的请确认"
            )
            context.tell("replaced", read, "code", what)
        if before is not None and before.has_problem and not result.has_problem:
            cleared[result.key] = read
        if others := past.take(result, caps):
            for index, other in others.items():
                _tell_twice(context, read.child(index), other)
        if caps:
            for index, finding in enumerate(result.findings):
                _check_cap(context, read.child(index), finding, caps)
    for key in sorted(lookup.followed(context.session, cleared)):
        what = (
            "更正为未发现问题后，已登记的后续步骤将不再公开；确已更正的请确认，否则请核对检查结果"
        )
        context.tell("steps_go", cleared[key], "code", what)


def _has_past(context: Context) -> bool:
    """Whether other batches hold any check at all; asked once a file."""
    if context.past.is_any is None:
        context.past.is_any = lookup.has_results_elsewhere(context.session, but=context.batch_id)
    return context.past.is_any


def _caps(items: Mapping[str, Item]) -> dict[str, int]:
    """Return how often a year each item may be checked at most, where its cap says so."""
    found = {key: most_per_year(item.cap) for key, item in items.items() if item.cap}
    return {key: most for key, most in found.items() if most is not None}


def _tell_twice(context: Context, read: Read, other: str) -> None:
    name = "item_code" if "item_code" in read.places else "item_name"
    what = f"同一对象当日的同一事项已有记录 {other}；不是重复登记的请确认"
    context.tell("numbered_twice", read, name, what)


def _check_cap(context: Context, read: Read, finding: Finding, caps: Mapping[str, int]) -> None:
    result: Result = read.record
    key = f"{result.agency_code}/{finding.item_code}"
    times = context.past.times(result, finding)
    if key in caps and times > caps[key]:
        cap = context.items[key].cap
        what = f"该对象 {result.inspected_on.year} 年第 {times} 次接受此项检查，超过频次上限“{cap}”；请核对"
        context.tell("cap", read, "item_code", what)

"""Results: what a single cell cannot know."""

from dataclasses import replace

from portal.domain.draws import Draw
from portal.domain.items import Item
from portal.domain.results import Finding, Result
from portal.internal.checks import parties
from portal.internal.checks.context import Context, Reads
from portal.internal.sheets.reader import Read
from portal.internal.tables import filings


def check(context: Context, reads: Reads) -> None:
    """Tell unknown tasks, draws and items, checks before their draw, and days to come."""
    agency = context.agency_code
    tasks = context.tasks_of(agency)
    draws = filings.find(
        context.session,
        Draw,
        (f"{agency}/{r.record.draw_code}" for r in reads if r.record.draw_code),
    )
    lists = {key: {entry.entity_key for entry in draw.entries} for key, draw in draws.items()}
    filed = filings.find(context.session, Result, (read.record.key for read in reads))
    for read in reads:
        result: Result = read.record
        before = filed.get(result.key)
        if before is not None and before.entity_key != result.entity_key:
            context.error(
                read,
                "code",
                f"该编号已用于“{before.entity_name}”的检查；请核对编号，每次检查用新的编号",
            )
        context.not_after_today(read, "inspected_on", result.inspected_on)
        if result.task_code and result.task_code not in tasks:
            context.error(
                read, "task_code", f"计划中没有编号为 {result.task_code} 的任务；请先导入年度计划"
            )
        if result.draw_code:
            key = f"{agency}/{result.draw_code}"
            _check_draw(context, read, draws.get(key), lists.get(key, set()))
    parties.check(
        context,
        ((r, r.record.entity_key, r.record.entity_name, r.record.identifier) for r in reads),
    )


def _check_draw(context: Context, read: Read, draw: Draw | None, listed: set[str]) -> None:
    result: Result = read.record
    if draw is None:
        context.error(
            read, "draw_code", f"没有编号为 {result.draw_code} 的抽取记录；请先导入抽取记录"
        )
    elif result.inspected_on < draw.drawn_on:
        context.error(read, "inspected_on", f"早于抽取日期 {draw.drawn_on}；请核对")
    elif listed and result.entity_key not in listed:
        context.warn(read, "entity_name", "不在该次抽取的名单中；请核对抽取编号")


def complete(context: Context, reads: Reads) -> list[Read]:
    """Fill in the names of items that are given by number alone; tell unknown numbers."""
    agency = context.agency_code
    codes = {f.item_code for read in reads for f in read.record.findings if f.item_code}
    items = filings.find(context.session, Item, (f"{agency}/{code}" for code in codes))
    done = []
    for read in reads:
        findings: list[Finding] = []
        for index, finding in enumerate(read.record.findings):
            item = items.get(f"{agency}/{finding.item_code}")
            if finding.item_code and item is None:
                context.error(
                    read.child(index),
                    "item_code",
                    f"清单中没有编号为 {finding.item_code} 的事项；未公布的事项不得检查，请先导入事项清单",
                )
            named = finding.item_name or (item.name if item else "")
            findings.append(replace(finding, item_name=named))
        done.append(replace(read, record=replace(read.record, findings=tuple(findings))))
    return done

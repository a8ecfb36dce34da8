"""Results: what a single cell cannot know."""

from collections.abc import Mapping
from dataclasses import replace

from portal.domain.draws import Draw
from portal.domain.items import Item
from portal.domain.plans import Task
from portal.domain.results import Finding, Result
from portal.internal.checks import disclosures, history, parties, tasks
from portal.internal.checks.context import Context, Reads
from portal.internal.sheets.reader import Read
from portal.internal.tables import filings
from portal.internal.tables.ledger import withdrawn_keys


def check(context: Context, reads: Reads) -> None:
    """Tell unknown tasks and draws, days out of order, and checks that ought not to have been."""
    agency = context.agency_code
    tasks.check(context, reads)
    known = context.tasks_of(agency)
    wanted = {f"{agency}/{r.record.draw_code}" for r in reads if r.record.draw_code}
    draws = filings.find(context.session, Draw, wanted)
    lists = {key: {entry.entity_key for entry in draw.entries} for key, draw in draws.items()}
    for read in reads:
        result: Result = read.record
        if result.inspected_on > context.today:
            context.not_after_today(read, "inspected_on", result.inspected_on)
        if result.task_code and (task := known.get(result.task_code)):
            _check_task(context, read, task)
        if result.draw_code:
            key = f"{agency}/{result.draw_code}"
            _check_draw(context, read, draws.get(key), lists.get(key, set()))
    history.check(context, reads)
    disclosures.check(context, reads)
    parties.check(
        context,
        (
            (each, result.entity_key, result.entity_name, result.identifier)
            for each in reads
            for result in (each.record,)
        ),
    )


def _check_task(context: Context, read: Read, task: Task) -> None:
    result: Result = read.record
    if not task.starts_on <= result.inspected_on <= task.ends_on:
        what = f"不在任务“{task.code}”的检查期间（{task.starts_on} 至 {task.ends_on}）内；请核对"
        context.tell("off_task", read, "inspected_on", what)


def _check_draw(context: Context, read: Read, draw: Draw | None, listed: set[str]) -> None:
    result: Result = read.record
    if draw is None:
        what = f"没有编号为 {result.draw_code} 的抽取记录；请先导入抽取记录"
        context.tell("unknown", read, "draw_code", what)
    elif result.inspected_on < draw.drawn_on:
        context.tell("order", read, "inspected_on", f"早于抽取日期 {draw.drawn_on}；请核对")
    elif listed and result.entity_key not in listed:
        context.tell("off_list", read, "entity_name", "不在该次抽取的名单中；请核对抽取编号")


def complete(context: Context, reads: Reads) -> list[Read]:
    """Fill in the names of items that are given by number alone; tell unknown numbers and lapsed items.

    By the name that was released: one that waits for its release, is returned or was taken back would be public with
    the check.
    """
    agency = context.agency_code
    codes = {f.item_code for read in reads for f in read.record.findings if f.item_code}
    if not codes:
        return list(reads)
    keys = {f"{agency}/{code}" for code in codes} - context.items.keys()
    context.items |= filings.find(context.session, Item, keys)
    items = {code: context.items.get(f"{agency}/{code}") for code in codes}
    every = [f"{agency}/{code}" for code in codes]
    names = filings.released_names(context.session, every, kind="item")
    for key in withdrawn_keys(context.session, "item", names, batch_id=None):
        del names[key]
    return [_completed(context, read, items, names) for read in reads]


def _completed(
    context: Context, read: Read, items: Mapping[str, Item | None], names: Mapping[str, str]
) -> Read:
    result: Result = read.record
    named: dict[int, Finding] = {}
    for index, finding in enumerate(result.findings):
        if finding.item_code is None:
            continue
        item = items[finding.item_code]
        if item is None or item.effective_on or item.ended_on:
            _check_item(context, read, index, item)
        if item is not None and not finding.item_name:
            if item.key in names:
                named[index] = replace(finding, item_name=names[item.key])
            else:
                what = f"事项 {finding.item_code} 尚未发布（或已撤回），其名称不能由此公开；请先发布事项清单，或者填写检查事项"
                context.tell("unknown", read.child(index), "item_code", what)
    if not named:
        return read
    findings = tuple(named.get(n, finding) for n, finding in enumerate(result.findings))
    return replace(read, record=replace(result, findings=findings))


def _check_item(context: Context, read: Read, index: int, item: Item | None) -> None:
    result: Result = read.record
    if item is None:
        code = result.findings[index].item_code
        what = f"清单中没有编号为 {code} 的事项；未公布的事项不得检查，请先导入事项清单"
        context.tell("unknown", read.child(index), "item_code", what)
        return
    day = result.inspected_on
    if item.effective_on and day < item.effective_on:
        what = (
            f"该事项自 {item.effective_on} 起施行，检查日期在此之前；未公布的事项不得检查，请核对"
        )
        context.tell("not_in_force", read.child(index), "item_code", what)
    elif item.ended_on and day > item.ended_on:
        what = f"该事项已于 {item.ended_on} 失效，检查日期在此之后；请核对"
        context.tell("not_in_force", read.child(index), "item_code", what)

"""Plans: known items, and versions that follow each other."""

from portal.domain.items import Item
from portal.domain.plans import Plan
from portal.internal.checks.context import Context, Reads
from portal.internal.tables import filings


def check(context: Context, reads: Reads) -> None:
    """Tell unknown items, doubled tasks, and a version that does not follow the one filed last."""
    agency = context.agency_code
    items = {code for read in reads for task in read.record.tasks for code in task.item_codes}
    known = filings.find(context.session, Item, (f"{agency}/{code}" for code in items))
    filed = filings.find(context.session, Plan, (read.record.key for read in reads))
    elsewhere = {
        task.code: plan.key
        for plan in filings.with_prefix(context.session, Plan, f"{agency}/")
        for task in plan.tasks
    }
    version = {key: plan.version for key, plan in filed.items()}
    for read in reads:
        plan: Plan = read.record
        context.not_after_today(read, "approved_on", plan.approved_on)
        last = version.get(plan.key, 0)
        if plan.version not in (last, last + 1):
            what = f"已有第 {last} 版，本次应为第 {last + 1} 版（或更正第 {last} 版）"
            context.tell("version", read, "version", what)
        version[plan.key] = plan.version
        seen: set[str] = set()
        for index, task in enumerate(plan.tasks):
            if task.code in seen:
                context.tell("clash", read.child(index), "task_code", f"任务编号 {task.code} 重复")
            seen.add(task.code)
            if elsewhere.get(task.code, plan.key) != plan.key:
                what = f"任务编号 {task.code} 已用于本机关的另一个计划"
                context.tell("taken", read.child(index), "task_code", what)
            elsewhere[task.code] = plan.key
            for code in task.item_codes:
                if f"{agency}/{code}" not in known:
                    context.tell(
                        "unknown",
                        read.child(index),
                        "item_codes",
                        f"清单中没有编号为 {code} 的事项；请先导入事项清单",
                    )

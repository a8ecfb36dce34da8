"""Steps after a check: a known check, days in order, and no closing without a passed recheck."""

from collections import defaultdict
from collections.abc import Sequence

from portal.domain.followups import FollowUp, Step
from portal.domain.results import Result
from portal.internal.checks import disclosures
from portal.internal.checks.context import Context, Reads
from portal.internal.sheets.reader import Read
from portal.internal.tables import filings


def check(context: Context, reads: Reads) -> None:
    """Tell steps of unknown checks, steps before the check, and closings without evidence."""
    agency = context.agency_code
    checks = filings.find(
        context.session, Result, (f"{agency}/{r.record.result_code}" for r in reads)
    )
    steps = _steps(context, reads)
    disclosures.check(context, reads)
    for read in reads:
        step: FollowUp = read.record
        context.not_after_today(read, "taken_on", step.taken_on)
        result = checks.get(f"{agency}/{step.result_code}")
        if result is None:
            context.tell(
                "unknown",
                read,
                "result_code",
                f"没有编号为 {step.result_code} 的抽查结果；请先导入抽查结果",
            )
            continue
        if step.taken_on < result.inspected_on:
            what = f"早于检查完成日期 {result.inspected_on}；请核对"
            context.tell("order", read, "taken_on", what)
        if not result.has_problem:
            what = "该次检查未发现问题，没有后续步骤；请核对编号"
            context.tell("row", read, "result_code", what)
        known = [each for each in steps[step.result_code].values() if each.key != step.key]
        if step.step is Step.CLOSED:
            _check_closing(context, read, result, known)
        elif any(each.step is Step.CLOSED and each.taken_on < step.taken_on for each in known):
            what = "晚于该次检查的完结日期；已完结的不再有后续步骤，请核对"
            context.tell("order", read, "taken_on", what)
    if context.report.error_count:
        for read in reads:
            context.steps.setdefault(read.record.result_code, {})[read.record.key] = read.record


def _check_closing(context: Context, read: Read, result: Result, known: Sequence[FollowUp]) -> None:
    """A matter is closed once, last of all, and after a passed recheck where one was due."""
    step: FollowUp = read.record
    if any(each.step is Step.CLOSED for each in known):
        context.tell("closing", read, "step", "该次检查已登记过完结；请核对")
    if any(each.taken_on > step.taken_on for each in known):
        context.tell("order", read, "taken_on", "早于该次检查的其他步骤；完结应在最后，请核对日期")
    ordered = any(each.step is Step.ORDERED for each in known) or result.was_ordered
    if ordered and not any(each.step is Step.RECHECK and each.passed for each in known):
        context.tell("closing", read, "step", "已责令改正的，须先有通过的复查才能完结；请补录复查")


def _steps(context: Context, reads: Reads) -> dict[str, dict[str, FollowUp]]:
    """Return, by key, every known step of the checks named here, filed before or in this file."""
    found: dict[str, dict[str, FollowUp]] = defaultdict(dict)
    prefix = f"{context.agency_code}/"
    codes = {f"{prefix}{read.record.result_code}" for read in reads}
    for step in filings.about_any(context.session, FollowUp, codes):
        found[step.result_code][step.key] = step
    for read in reads:
        found[read.record.result_code] |= context.steps.get(read.record.result_code, {})
    for read in reads:
        found[read.record.result_code][read.record.key] = read.record
    return found

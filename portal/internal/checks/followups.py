"""Steps after a check: a known check, days in order, and no closing without a passed recheck."""

from collections import defaultdict

from portal.domain.followups import FollowUp, Step
from portal.domain.results import Outcome, Result
from portal.internal.checks.context import Context, Reads
from portal.internal.tables import filings


def check(context: Context, reads: Reads) -> None:
    """Tell steps of unknown checks, steps before the check, and closings without evidence."""
    agency = context.agency_code
    checks = filings.find(
        context.session, Result, (f"{agency}/{r.record.result_code}" for r in reads)
    )
    steps = _steps(context, reads)
    for read in reads:
        step: FollowUp = read.record
        context.not_after_today(read, "taken_on", step.taken_on)
        result = checks.get(f"{agency}/{step.result_code}")
        if result is None:
            context.error(
                read, "result_code", f"没有编号为 {step.result_code} 的抽查结果；请先导入抽查结果"
            )
        elif step.taken_on < result.inspected_on:
            context.error(read, "taken_on", f"早于检查完成日期 {result.inspected_on}；请核对")
        if step.step is Step.CLOSED:
            known = steps[step.result_code].values()
            ordered = any(each.step is Step.ORDERED for each in known) or _was_ordered(result)
            if ordered and not any(each.step is Step.RECHECK and each.passed for each in known):
                context.error(read, "step", "已责令改正的，须先有通过的复查才能完结；请补录复查")


def _was_ordered(result: Result | None) -> bool:
    """Whether the check itself ended in an order to rectify."""
    return result is not None and any(Outcome.ORDERED in f.outcomes for f in result.findings)


def _steps(context: Context, reads: Reads) -> dict[str, dict[str, FollowUp]]:
    """Return, by key, every known step of the checks named here, filed before or in this file."""
    found: dict[str, dict[str, FollowUp]] = defaultdict(dict)
    closing = {read.record.result_code for read in reads if read.record.step is Step.CLOSED}
    for code in sorted(closing):
        filed = filings.with_prefix(context.session, FollowUp, f"{context.agency_code}/{code}/")
        found[code] |= {step.key: step for step in filed}
    for read in reads:
        found[read.record.result_code][read.record.key] = read.record
    return found

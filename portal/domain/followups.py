"""What happened after a check: orders, reports, rechecks, transfers, closure (后续处理)."""

from dataclasses import dataclass
from datetime import date

from portal.domain.codelists import CodeList
from portal.domain.grounds import OPEN, Decision


class Step(CodeList):
    """后续步骤."""

    ORDERED = "ordered", "责令改正", "Ordered to rectify"
    REPORT = "report_received", "收到整改报告", "Rectification report received"
    RECHECK = "recheck", "复查", "Recheck"
    TRANSFERRED = "transferred", "移送", "Transferred"
    NOTIFIED = "notified", "抄告", "Other authority notified"
    CASE_FILED = "case_filed", "立案", "Case filed"
    PENALTY = "penalty", "行政处罚", "Administrative penalty"
    CLOSED = "closed", "完结", "Closed"


#: Steps of putting right what was ordered.
OF_AN_ORDER = frozenset({Step.ORDERED, Step.REPORT, Step.RECHECK})


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """One step after a check. `handler` and `note` never leave the office."""

    agency_code: str
    result_code: str
    step: Step
    taken_on: date
    due_on: date | None = None
    #: Of a recheck: whether the problem was put right.
    passed: bool | None = None
    text: str | None = None
    handler: str | None = None
    note: str | None = None
    decision: Decision = OPEN

    @property
    def key(self) -> str:
        """The natural key: the check, the step and its day."""
        return f"{self.agency_code}/{self.result_code}/{self.step}/{self.taken_on}"

"""Results: one check of one party, with an outcome for each item looked at (抽查结果)."""

from dataclasses import dataclass
from datetime import date

from portal.domain.codelists import CodeList
from portal.domain.grounds import OPEN, Decision
from portal.domain.identifiers import Identifier


class Outcome(CodeList):
    """检查结果: the eight categories of the national announcement form."""

    NO_PROBLEM = "no_problem", "未发现问题", "No problem found"
    NOT_DISCLOSED = (
        "not_disclosed",
        "未按规定公示应当公示的信息",
        "Information that must be disclosed was not",
    )
    CONCEALED = (
        "concealed",
        "公示信息隐瞒真实情况、弄虚作假",
        "Disclosed information concealed or falsified facts",
    )
    UNREACHABLE = (
        "unreachable",
        "通过登记的住所（经营场所）无法联系",
        "Not reachable at the registered premises",
    )
    ORDERED = (
        "ordered_to_rectify",
        "发现问题已责令改正",
        "Problem found, ordered to rectify",
    )
    UNCOOPERATIVE = (
        "uncooperative",
        "不配合检查情节严重",
        "Seriously uncooperative with the inspection",
    )
    NO_ACTIVITY = (
        "no_such_activity",
        "未发现开展本次抽查涉及的经营活动",
        "Activity under inspection not carried on",
    )
    PENDING = (
        "pending",
        "发现问题待后续处理",
        "Problem found, handling to follow",
    )

    @property
    def is_problem(self) -> bool:
        """Whether the outcome opens a follow-up."""
        return self not in (Outcome.NO_PROBLEM, Outcome.NO_ACTIVITY)


class Handling(CodeList):
    """后续处置方式."""

    NONE_NEEDED = (
        "none_needed",
        "未发现问题或相关问题已规范、已改正，无需后续处置",
        "No problem, or already put right; nothing further needed",
    )
    DAILY_SUPERVISION = (
        "daily_supervision",
        "停止检查，反馈至日常监管部门依法依规处理",
        "Inspection stopped and passed to daily supervision",
    )
    ORDERED = (
        "ordered",
        "违反本部门相关规定，责令改正；后续跟踪由日常监管部门负责",
        "Ordered to rectify; followed up by daily supervision",
    )
    TRANSFERRED = (
        "transferred",
        "发现案件线索，初步固定相关证据后移送办案机构依法依规处理",
        "Evidence secured and transferred to the case-handling body",
    )
    NOTIFIED = (
        "notified",
        "违反其他部门相关规定，抄告相关部门",
        "Other authorities notified",
    )
    OTHER = "other", "其他", "Other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One item within one check, with one or more outcomes (检查事项与结果)."""

    item_code: str | None = None
    item_name: str
    outcomes: tuple[Outcome, ...]
    #: The wording of the source where it differs from the national list.
    outcome_text: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One check (一次检查). `code`, `inspector_names`, `certificates`, `note` never leave the office."""

    agency_code: str
    code: str
    task_code: str | None = None
    draw_code: str | None = None
    entity_key: str
    entity_name: str
    identifier: Identifier
    #: Completion of the check (检查完成日期); the publication clock starts here.
    inspected_on: date
    unit: str | None = None
    findings: tuple[Finding, ...]
    handling: Handling | None = None
    handling_text: str | None = None
    #: By when a problem is to be put right (整改期限).
    due_on: date | None = None
    inspector_names: str | None = None
    certificates: str | None = None
    note: str | None = None
    decision: Decision = OPEN

    @property
    def key(self) -> str:
        """The natural key: agency and the number of the check record (检查记录编号)."""
        return f"{self.agency_code}/{self.code}"

    @property
    def has_problem(self) -> bool:
        """Whether any finding opens a follow-up."""
        return any(outcome.is_problem for f in self.findings for outcome in f.outcomes)

    @property
    def was_ordered(self) -> bool:
        """Whether any finding says that something was ordered to be put right."""
        return any(Outcome.ORDERED in finding.outcomes for finding in self.findings)

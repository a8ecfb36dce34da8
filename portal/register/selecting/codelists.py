"""The code lists of the open data, by the names they are served under."""

import hashlib

from portal.domain.codelists import CodeList
from portal.domain.documents import DocumentKind
from portal.domain.draws import DrawMethod
from portal.domain.followups import Step
from portal.domain.grounds import Ground
from portal.domain.identifiers import Scheme
from portal.domain.items import ItemClass, Method
from portal.domain.parties import AgencyLevel, EntityForm, EntityKind
from portal.domain.plans import Joint, ObjectClass, TaskType
from portal.domain.replies import LetterKind, ReplyState
from portal.domain.results import Handling, Outcome
from portal.domain.wording_tables import TABLE, Row
from portal.register.columns.results import ResultStatus
from portal.register.selecting.checks import ResultState
from portal.register.selecting.nouns import TaskStatus

CODE_LISTS: dict[str, tuple[type[CodeList], str, str]] = {
    "level": (AgencyLevel, "机关层级", "Agency levels"),
    "entity_kind": (EntityKind, "检查对象名录库", "Libraries of inspected parties"),
    "entity_form": (EntityForm, "检查对象类型", "Forms of inspected parties"),
    "scheme": (Scheme, "标识代码类型", "Identifier schemes"),
    "item_class": (ItemClass, "抽查事项类别", "Item classes"),
    "method": (Method, "检查方式", "Inspection methods"),
    "task_type": (TaskType, "抽查类型", "Task types"),
    "task_status": (TaskStatus, "任务进度", "Task progress"),
    "joint": (Joint, "联合方式", "Joint inspections"),
    "object_class": (ObjectClass, "监管对象分类", "Object classes"),
    "draw_method": (DrawMethod, "抽取方式", "Draw methods"),
    "outcome": (Outcome, "检查结果", "Outcomes"),
    "handling": (Handling, "后续处置方式", "Handling"),
    "result_status": (ResultStatus, "后续处理状态", "Follow-up status"),
    "result_state": (ResultState, "后续处理状态（查询用，含逾期）", "Follow-up status for queries, with overdue"),
    "step": (Step, "后续步骤", "Follow-up steps"),
    "letter_kind": (LetterKind, "来信类别", "Kinds of letters"),
    "reply_state": (ReplyState, "来信办理状态", "States of letters"),
    "document_kind": (DocumentKind, "文种", "Kinds of documents"),
    "ground": (Ground, "不予公开依据", "Grounds for withholding"),
}  # fmt: skip

NAME_OF: dict[type[CodeList], str] = {codes: name for name, (codes, _, _) in CODE_LISTS.items()}


def older_wordings(codes: type[CodeList]) -> list[Row]:
    """Return what older, local and departmental wordings mean in this list."""
    return [row for row in TABLE if isinstance(row.code, codes)]


def edition(codes: type[CodeList]) -> str:
    """Return a short digest of the list and its older wordings: another one means another list."""
    told = [(code.value, code.zh, code.en) for code in codes]
    older = [(row.wording, row.code.value, row.sure) for row in older_wordings(codes)]
    return hashlib.sha256(repr((told, older)).encode()).hexdigest()[:12]

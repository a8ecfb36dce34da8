"""Checklist lines: what may be inspected, on what basis and how (抽查事项清单)."""

from dataclasses import dataclass
from datetime import date

from portal.domain.codelists import CodeList
from portal.domain.grounds import OPEN, Decision
from portal.domain.measures import Ratio


class ItemClass(CodeList):
    """事项类别: key items have no cap on their share, general ones do (国市监信〔2019〕38号)."""

    GENERAL = "general", "一般检查事项", "General item"
    KEY = "key", "重点检查事项", "Key item"


class Method(CodeList):
    """检查方式."""

    ON_SITE = "on_site", "实地检查", "On-site inspection"
    WRITTEN = "written", "书面检查", "Written inspection"
    RECORDS = "records", "行政部门检查结果或专业意见", "Findings of other authorities"
    TESTING = "testing", "检验检测", "Testing"
    NETWORK = "network", "网络监测", "Online monitoring"
    ENTRUSTED = "entrusted", "委托专业机构辅助", "Assisted by a specialist body"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of a checklist (抽查事项). `note` never leaves the office.

    An item that is not published may not be inspected (国办发〔2024〕54号).
    """

    agency_code: str
    code: str
    name: str
    category: str | None = None
    #: None, or no method, where the source does not state it.
    basis: str | None = None
    object_scope: str
    content: str | None = None
    methods: tuple[Method, ...] = ()
    #: None where the source does not classify it.
    item_class: ItemClass | None = None
    ratio: Ratio | None = None
    frequency: str | None = None
    cap: str | None = None
    approved_on: date | None = None
    effective_on: date | None = None
    ended_on: date | None = None
    note: str | None = None
    decision: Decision = OPEN

    @property
    def key(self) -> str:
        """The natural key: agency and item number."""
        return f"{self.agency_code}/{self.code}"

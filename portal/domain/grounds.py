"""Why something is not shown: the closed list of grounds, and the decision that cites one."""

from dataclasses import dataclass
from datetime import date

from portal.domain.codelists import CodeList


class Disclosure(CodeList):
    """公开方式: the four classes of disclosure, from open to never acknowledged."""

    PUBLIC = "public", "公开", "Public"
    PARTLY = "partly", "部分公开", "Partly withheld"
    WITHHELD = "withheld", "不予公开", "Withheld with a notice"
    NEVER = "never", "不予确认", "Never acknowledged"


class Ground(CodeList):
    """不予公开依据: the closed list (政府信息公开条例, 国令711号). `article` is the provision."""

    STATE_SECRET = "state_secret", "国家秘密", "State secret"
    FORBIDDEN = "forbidden_by_law", "法律、行政法规禁止公开", "Disclosure forbidden by law"
    NATIONAL_SECURITY = "national_security", "危及国家安全", "National security"
    PUBLIC_SECURITY = "public_security", "危及公共安全", "Public security"
    ECONOMIC_SECURITY = "economic_security", "危及经济安全", "Economic security"
    SOCIAL_STABILITY = "social_stability", "危及社会稳定", "Social stability"
    TRADE_SECRET = "trade_secret", "商业秘密", "Trade secret"
    PRIVACY = "personal_privacy", "个人隐私", "Personal privacy"
    INTERNAL = "internal_affairs", "内部事务信息", "Internal affairs"
    PROCESS = "process_information", "过程性信息", "Deliberative information"
    CASE_FILE = "enforcement_file", "行政执法案卷信息", "Enforcement case file"

    @property
    def article(self) -> str:
        """The provision of 政府信息公开条例 the ground rests on."""
        return f"《中华人民共和国政府信息公开条例》{_ARTICLE[self]}"


_ARTICLE = dict.fromkeys(Ground, "第十六条") | {
    Ground.STATE_SECRET: "第十四条",
    Ground.FORBIDDEN: "第十四条",
    Ground.NATIONAL_SECURITY: "第十四条",
    Ground.PUBLIC_SECURITY: "第十四条",
    Ground.ECONOMIC_SECURITY: "第十四条",
    Ground.SOCIAL_STABILITY: "第十四条",
    Ground.TRADE_SECRET: "第十五条",
    Ground.PRIVACY: "第十五条",
}

#: A decision is looked at again within a year (airlock design; art 18 asks for periodic review).
LONGEST_REVIEW_DAYS = 366


class IncompleteDecision(ValueError):
    """A decision not to publish lacks one of its mandatory parts; the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """How one record is disclosed. Every class but PUBLIC needs ground, body and both dates."""

    disclosure: Disclosure = Disclosure.PUBLIC
    ground: Ground | None = None
    #: Names of the public fields kept back; only with PARTLY.
    fields: tuple[str, ...] = ()
    decided_by: str | None = None
    decided_on: date | None = None
    review_on: date | None = None

    def check(self) -> None:
        """Raise IncompleteDecision unless all that the class asks for is there."""
        if self.disclosure is Disclosure.PUBLIC:
            if self.ground or self.fields:
                raise IncompleteDecision("填了不予公开依据或隐去内容，但公开方式仍为“公开”")
            return
        missing = [
            label
            for label, value in (
                ("不予公开依据", self.ground),
                ("决定机关", self.decided_by),
                ("决定日期", self.decided_on),
                ("复核日期", self.review_on),
            )
            if not value
        ]
        if missing:
            raise IncompleteDecision(
                f"公开方式为“{self.disclosure.zh}”时必须填写：{'、'.join(missing)}"
            )
        if (self.disclosure is Disclosure.PARTLY) != bool(self.fields):
            raise IncompleteDecision("“隐去内容”与“部分公开”必须同时填写")
        if self.decided_on and self.review_on:
            days = (self.review_on - self.decided_on).days
            if not 0 < days <= LONGEST_REVIEW_DAYS:
                raise IncompleteDecision("复核日期应在决定日期之后12个月以内")


OPEN = Decision()

#: What may be kept back of a record that is otherwise public: wording on the sheet → field.
#: Codes, outcomes, dates and the inspecting body are never among them.
HIDEABLE: dict[str, dict[str, str]] = {
    "entities": {"对象名称": "name", "标识代码": "identifiers", "所在区划": "region"},
    "items": {"检查对象": "object_scope", "抽查内容": "content", "抽查依据": "basis"},
    "results": {"检查情况": "detail", "处理说明": "handling_text"},
    "followups": {"步骤说明": "text"},
    "documents": {"正文": "body"},
}

"""What a decision must say before it counts, and who must have a hand in it (公开决定的要件)."""

from dataclasses import dataclass
from datetime import date

from portal.airlock.rules import WHOLE as WHOLE_KINDS
from portal.airlock.rules import decidable
from portal.domain.errors import PortalError
from portal.domain.grounds import LONGEST_REVIEW_DAYS, Ground
from portal.domain.verdicts import Act, Ruling
from portal.internal.tables.decisions import WHOLE
from portal.register.records import Kind

_RANK = {each: rank for rank, each in enumerate(Act)}
_OF_FIELDS = (Act.OPEN, Act.COARSEN, Act.MASK, Act.WITHHOLD)
_OF_RECORDS = (Act.OPEN, Act.WITHHOLD, Act.NEVER)
_LENGTHS = {"article": 200, "decided_by": 120, "reason": 500}


class BadOrder(PortalError):
    """A decision lacks something, or decides what may not be decided; the message says what."""

    code = "bad_decision"


class NotConfirmed(PortalError):
    """A whole record is to be hidden, and that was not said a second time."""

    code = "not_confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One decision as a person words it. `place` is a field's name, or WHOLE for the record."""

    place: str = WHOLE
    act: Act
    ground: Ground | None = None
    article: str = ""
    decided_by: str = ""
    decided_on: date | None = None
    review_on: date | None = None
    reason: str = ""

    def check(self, kind: Kind, today: date) -> None:
        """Raise BadOrder unless the decision may be made and says all it has to."""
        self._check_place(kind)
        wanted: list[tuple[str, object]] = [
            ("决定机关", self.decided_by.strip()), ("决定日期", self.decided_on),
            ("理由", self.reason.strip()),
        ]  # fmt: skip
        if self.act is not Act.OPEN:
            wanted += [
                ("不予公开依据", self.ground), ("条款", self.article.strip()),
                ("复核日期", self.review_on),
            ]  # fmt: skip
        if missing := [label for label, value in wanted if not value]:
            raise BadOrder(f"决定不完整，还须填写：{'、'.join(missing)}")
        for name, most in _LENGTHS.items():
            if len(getattr(self, name)) > most:
                raise BadOrder(
                    f"条款、决定机关和理由分别不超过200、120、500字（现有一处超过{most}字）"
                )
        self._check_days(today)

    def _check_place(self, kind: Kind) -> None:
        if self.place == WHOLE:
            if kind.value not in WHOLE_KINDS:
                raise BadOrder(f"{kind.zh}不能整条不公开，可以对其中的文字作出决定")
            if self.act not in _OF_RECORDS:
                raise BadOrder("整条记录只能决定公开、不予公开或者不予确认")
            return
        known = decidable(kind.value)
        if self.place not in known:
            allowed = "、".join(known) or "无"
            raise BadOrder(
                f"{kind.zh}的 {self.place} 必须公开，不能隐去；可以决定的内容：{allowed}"
            )
        if self.act not in _OF_FIELDS:
            raise BadOrder("单项内容只能决定公开、粗化、遮盖或者不予公开")

    def _check_days(self, today: date) -> None:
        if self.decided_on and self.decided_on > today:
            raise BadOrder("决定日期晚于今天")
        if self.act is Act.OPEN or not (self.decided_on and self.review_on):
            return
        days = (self.review_on - self.decided_on).days
        if not 0 < days <= LONGEST_REVIEW_DAYS:
            raise BadOrder("复核日期应在决定日期之后12个月以内")
        if self.review_on <= today:
            raise BadOrder("复核日期应晚于今天")

    def needs_second(self, stands: Ruling | None) -> bool:
        """Whether one person is not enough: it is never to be acknowledged, or shows more than now."""
        return self.act is Act.NEVER or _RANK[self.act] < _RANK[stands.act if stands else Act.OPEN]

    def needs_saying_twice(self) -> bool:
        """Whether a whole record is hidden."""
        return self.place == WHOLE and self.act is not Act.OPEN

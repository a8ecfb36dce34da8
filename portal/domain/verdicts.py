"""How a record stands after every decision about it: its class, and field by field what is kept back."""

from dataclasses import dataclass
from datetime import date

from portal.domain.codelists import CodeList
from portal.domain.grounds import Decision, Disclosure, Ground


class Act(CodeList):
    """处理方式: what a person may decide about a field or a record, from open to never acknowledged."""

    OPEN = "open", "公开", "Open"
    COARSEN = "coarsen", "粗化", "Coarsened"
    MASK = "mask", "遮盖", "Masked"
    WITHHOLD = "withhold", "不予公开", "Withheld"
    NEVER = "never", "不予确认", "Never acknowledged"


_RANK = {each: rank for rank, each in enumerate(Act)}
_CLASS = {each: rank for rank, each in enumerate(Disclosure)}
_ACT_OF = {Disclosure.WITHHELD: Act.WITHHOLD, Disclosure.NEVER: Act.NEVER}


@dataclass(frozen=True, slots=True)
class Ruling:
    """One decision in force: what is done, on what ground, by whom, and when it is looked at again."""

    act: Act
    ground: Ground
    decided_by: str
    decided_on: date
    review_on: date


@dataclass(frozen=True, slots=True)
class Verdict:
    """`whole` keeps back the record, `fields` single fields of it (name and ruling, by name)."""

    whole: Ruling | None = None
    fields: tuple[tuple[str, Ruling], ...] = ()

    @property
    def disclosure(self) -> Disclosure:
        """The class the record is disclosed in, as far as decisions say."""
        if self.whole:
            return Disclosure.NEVER if self.whole.act is Act.NEVER else Disclosure.WITHHELD
        return Disclosure.PARTLY if self.fields else Disclosure.PUBLIC

    def on(self, field: str) -> Ruling | None:
        """Return the ruling on one field, None where there is none."""
        return next((ruling for name, ruling in self.fields if name == field), None)


UNTOUCHED = Verdict()


def filed(decision: Decision) -> Verdict:
    """Return the verdict that a decision filed with its record gives.

    Raises:
        ValueError: the decision lacks one of its mandatory parts.

    """
    if decision.disclosure is Disclosure.PUBLIC:
        return UNTOUCHED
    parts = (decision.ground, decision.decided_by, decision.decided_on, decision.review_on)
    ground, body, day, review_on = parts
    if not (ground and body and day and review_on):
        raise ValueError("a decision not to publish needs ground, body and both dates")
    ruling = Ruling(_ACT_OF.get(decision.disclosure, Act.WITHHOLD), ground, body, day, review_on)
    if decision.disclosure is Disclosure.PARTLY:
        return Verdict(fields=tuple((name, ruling) for name in sorted(decision.fields)))
    return Verdict(whole=ruling)


def stricter(one: Ruling | None, other: Ruling | None) -> Ruling | None:
    """Return the ruling that shows less; of two that show the same, the later decided."""
    if one is None or other is None:
        return one or other
    return max(one, other, key=lambda ruling: (_RANK[ruling.act], ruling.decided_on))


def stricter_class(one: Disclosure, other: Disclosure) -> Disclosure:
    """Return the class that shows less."""
    return max(one, other, key=_CLASS.__getitem__)


def both(one: Verdict, other: Verdict) -> Verdict:
    """Return the verdict in which both are in force: nothing is shown that either keeps back."""
    names = sorted({name for name, _ in (*one.fields, *other.fields)})
    found = ((name, stricter(one.on(name), other.on(name))) for name in names)
    fields = tuple((name, ruling) for name, ruling in found if ruling)
    return Verdict(stricter(one.whole, other.whole), fields)

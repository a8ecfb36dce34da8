"""What party and record may show at most. People may tighten this, never loosen it."""

from dataclasses import dataclass
from enum import Enum

from portal.domain.grounds import Decision, Disclosure
from portal.domain.parties import Entity, EntityForm

_STRICTNESS = {each: rank for rank, each in enumerate(Disclosure)}


class Naming(Enum):
    """How a party's identity is shown."""

    FULL = "full"
    TRADER = "trader"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class FormRule:
    """What one form of party shows at most, and the provision that says so."""

    naming: Naming
    floor: Disclosure
    basis: str


_PRIVACY = "个人信息保护法第六条、第二十八条、第三十四条"
_OPEN = FormRule(Naming.FULL, Disclosure.PUBLIC, "政府信息公开条例第二十条")
_BY_FORM = {
    EntityForm.NATURAL_PERSON: FormRule(Naming.PERSON, Disclosure.PUBLIC, _PRIVACY),
    EntityForm.SOLE_TRADER: FormRule(Naming.TRADER, Disclosure.PUBLIC, _PRIVACY),
    #: A military unit is never acknowledged unless a decision with a ground says a notice may stand.
    EntityForm.MILITARY_UNIT: FormRule(Naming.FULL, Disclosure.NEVER, "政府信息公开条例第十四条"),
}


def rule_for(form: EntityForm) -> FormRule:
    """Return the rule for a form of party."""
    return _BY_FORM.get(form, _OPEN)


def stricter(one: Disclosure, other: Disclosure) -> Disclosure:
    """Return the one that shows less."""
    return max(one, other, key=_STRICTNESS.__getitem__)


def party_class(party: Entity) -> Disclosure:
    """Return how a party is disclosed, by its form and by the decision filed with it."""
    floor = rule_for(party.form).floor
    if floor is Disclosure.NEVER and party.decision.disclosure is Disclosure.WITHHELD:
        return Disclosure.WITHHELD
    return stricter(floor, party.decision.disclosure)


def record_class(decision: Decision, party: Entity | None) -> Disclosure:
    """Return how a record about `party` is disclosed.

    A record about a party that is not shown is not shown either, and leaves no notice of its
    own: their number would say something about the party.
    """
    if party is not None and party_class(party) in (Disclosure.WITHHELD, Disclosure.NEVER):
        return Disclosure.NEVER
    return decision.disclosure

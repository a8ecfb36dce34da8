"""Inspected parties: numbers that fit, and protection that another filing may not take away."""

from portal.domain.grounds import Disclosure
from portal.domain.parties import Entity, EntityForm
from portal.internal.checks.context import Context, Reads
from portal.internal.checks.parties import ANOTHERS_NUMBER, check_number, other_numbers
from portal.internal.tables import filings

_STRICTNESS = {each: rank for rank, each in enumerate(Disclosure)}
#: Forms whose identity is shown in part or not at all.
_PROTECTED = {EntityForm.NATURAL_PERSON, EntityForm.SOLE_TRADER, EntityForm.MILITARY_UNIT}


def check(context: Context, reads: Reads) -> None:
    """Warn of check digits that do not fit; tell filings that would show more than before."""
    known = filings.find(context.session, Entity, (read.record.key for read in reads))
    taken = other_numbers(context.session, (read.record.key for read in reads))
    for read in reads:
        party: Entity = read.record
        for identifier in party.identifiers:
            check_number(context, read, identifier)
        if party.key in taken:
            context.error(read, "identifier", ANOTHERS_NUMBER)
        before = known.get(party.key)
        if before is not None and _shows_more(before, party):
            own = before.agency_code == context.agency_code
            if not (own and "disclosure" in read.places):
                context.error(
                    read,
                    "disclosure",
                    "与登记的公开方式或对象类型不一致，不能由本次导入放宽；"
                    "确需调整的，由原登记机关填写“公开方式”后导入",
                )


def _shows_more(before: Entity, after: Entity) -> bool:
    """Whether `after` would show what `before` keeps back."""
    was, now = before.decision, after.decision
    looser = _STRICTNESS[now.disclosure] < _STRICTNESS[was.disclosure]
    fewer = now.disclosure is Disclosure.PARTLY and not set(was.fields) <= set(now.fields)
    unmasked = before.form in _PROTECTED and after.form is not before.form
    return looser or fewer or unmasked

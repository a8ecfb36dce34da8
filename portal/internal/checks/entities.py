"""Inspected parties: numbers that fit, and protection that another filing may not take away."""

import re

from portal.domain.parties import Entity
from portal.internal.checks.context import Context, Reads
from portal.internal.checks.disclosures import check_overruled, shows_more
from portal.internal.checks.parties import (
    ANOTHERS_NUMBER,
    ANOTHERS_PARTY,
    PROTECTED,
    check_names,
    check_number,
    further_keys,
    in_library,
    other_numbers,
    others_own,
)
from portal.internal.tables import filings
from portal.internal.tables.ledger import withdrawn_keys

#: A county's (GB/T 2260), a township's (GB/T 10114), a village's as statistics have it.
_REGION = re.compile("[0-9]{6}(?:[0-9]{3}){0,2}")


def check(context: Context, reads: Reads) -> None:
    """Warn of check digits that do not fit; tell filings that would show more than before."""
    check_overruled(context, reads)
    known = filings.find(context.session, Entity, (read.record.key for read in reads))
    #: What is not released must not decide what may be shown; nor must it be passed over.
    released = filings.standing(context.session, Entity, known, batch_id=None)
    gone = withdrawn_keys(context.session, "entity", known, batch_id=None)
    gone &= in_library(context.session, gone)
    taken = other_numbers(context.session, (read.record.key for read in reads))
    fresh = [(r, r.record.key, r.record.name) for r in reads if r.record.key not in known]
    check_names(context, fresh)
    further = {key for read in reads for key in further_keys(read.record)}
    foreign = others_own(context.session, further, agency=context.agency_code)
    for read in reads:
        party: Entity = read.record
        if party.region and not _REGION.fullmatch(party.region):
            context.tell(
                "cell", read, "region", "应为6位数字的行政区划代码（到乡镇的9位，到村的12位）"
            )
        check_number(context, read, party.identifiers[0])
        for other in party.identifiers[1:]:
            check_number(context, read, other, "other_identifiers")
        if party.key in taken:
            context.tell("taken", read, "identifier", ANOTHERS_NUMBER)
        if foreign.intersection(further_keys(party)):
            context.tell("taken", read, "other_identifiers", ANOTHERS_PARTY)
        before = [each[party.key] for each in (known, released) if party.key in each]
        looser = any(_shows_more(each, party) for each in before)
        if not looser and party.key not in gone:
            continue
        own = filings.owner(context.session, "entity", party.key) == context.agency_code
        if looser and not (own and "disclosure" in read.places):
            context.tell(
                "loosened",
                read,
                "disclosure",
                "与登记的公开方式或对象类型不一致，不能由本次导入放宽；"
                "确需调整的，由原登记机关填写“公开方式”后导入",
            )
        if party.key in gone and not own:
            what = "该检查对象已由原登记机关撤回，不能由本次导入重新公开；请删去此行，确需公开的由原登记机关导入"
            context.tell("loosened", read, "identifier", what)


def _shows_more(before: Entity, after: Entity) -> bool:
    """Whether `after` would show what `before` keeps back."""
    unmasked = before.form in PROTECTED and after.form is not before.form
    return unmasked or shows_more(before.decision, after.decision)

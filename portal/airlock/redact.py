"""Decides how a record is disclosed, and hands on what may be public of it."""

from portal.airlock.around import Around, Passage
from portal.airlock.project import Publishable, project
from portal.airlock.rules import party_class, record_class
from portal.domain.documents import Document
from portal.domain.draws import Draw
from portal.domain.followups import FollowUp
from portal.domain.grounds import Decision, Disclosure
from portal.domain.items import Item
from portal.domain.parties import Agency, Entity
from portal.domain.plans import Plan
from portal.domain.results import Result
from portal.register import records as r
from portal.register.records import Kind

KIND_OF: dict[type, Kind] = {
    Agency: Kind.AGENCY,
    Item: Kind.ITEM,
    Entity: Kind.ENTITY,
    Plan: Kind.PLAN,
    Draw: Kind.DRAW,
    Result: Kind.RESULT,
    FollowUp: Kind.FOLLOWUP,
    Document: Kind.DOCUMENT,
}


def redact(record: Publishable, around: Around) -> Passage:
    """Project one record.

    A withheld record becomes its notice, one never acknowledged becomes nothing; both name the
    public record as gone, in case it was public before.
    """
    kind = KIND_OF[type(record)]
    decision = getattr(record, "decision", Decision())
    disclosure = _class_of(record, decision, around)
    mine, notice = around.ids.of(kind, record.key), around.ids.notice(kind, record.key)
    if disclosure is Disclosure.NEVER:
        return Passage(gone=[(kind, mine), (Kind.WITHHELD, notice)])
    if disclosure is Disclosure.WITHHELD:
        return Passage([_notice(notice, decision)], [(kind, mine)])
    return Passage(project(record, around), [(Kind.WITHHELD, notice)])


def _class_of(record: Publishable, decision: Decision, around: Around) -> Disclosure:
    if isinstance(record, Entity):
        return party_class(record)
    if isinstance(record, Result):
        return _class_of_check(record, around)
    if isinstance(record, FollowUp):
        check = around.checks[f"{record.agency_code}/{record.result_code}"]
        above = _class_of_check(check, around)
        if check.key in around.withdrawn or above in (Disclosure.WITHHELD, Disclosure.NEVER):
            return Disclosure.NEVER
    return decision.disclosure


def _class_of_check(result: Result, around: Around) -> Disclosure:
    if result.entity_key in around.withdrawn:
        return Disclosure.NEVER
    return record_class(result.decision, around.parties[result.entity_key])


def _notice(notice_id: str, decision: Decision) -> r.PublicNotice:
    if not (decision.ground and decision.decided_by and decision.review_on):
        raise ValueError("a withheld record needs a complete decision")
    return r.PublicNotice(
        id=notice_id,
        ground=decision.ground,
        article=decision.ground.article,
        decided_by=decision.decided_by,
        review_on=decision.review_on,
    )

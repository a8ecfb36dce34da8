"""Decides how a record is disclosed, and hands on what may be public of it."""

import re
from collections.abc import Iterator

from portal.airlock.around import Around, Passage
from portal.airlock.project import Publishable, project, shown_findings
from portal.airlock.rules import Naming, party_class, record_class, rule_for
from portal.domain.documents import Document
from portal.domain.draws import Draw
from portal.domain.errors import NotYetPublic
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


_SEPARATORS = re.compile(r"[\s、,，;；/]+")
#: A single character would be found everywhere.
_SHORTEST = 2


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
    party = _party_of(record, around)
    records = project(record, around)
    return Passage(
        records,
        [(Kind.WITHHELD, notice)],
        secrets=tuple(_secrets(record, party)),
        personal=party is not None and rule_for(party.form).naming is not Naming.FULL,
        whole_list=mine if isinstance(record, Draw) else None,
    )


def _party_of(record: Publishable, around: Around) -> Entity | None:
    if isinstance(record, Entity):
        return record
    if isinstance(record, FollowUp):
        record = around.checks[f"{record.agency_code}/{record.result_code}"]
    return around.parties[record.entity_key] if isinstance(record, Result) else None


def _secrets(record: Publishable, party: Entity | None) -> Iterator[str]:
    """Yield what is known inside about the record and must not turn up in its public text."""
    texts: list[str | None] = []
    if isinstance(record, Result):
        texts += [record.inspector_names, record.certificates]
    if isinstance(record, FollowUp):
        texts.append(record.handler)
    if party is not None:
        texts += [party.legal_person, party.contact_phone]
        if rule_for(party.form).naming is not Naming.FULL:
            texts += [party.name, party.address, *party.former_names]
        elif "name" in party.decision.fields:
            texts += [party.name, *party.former_names]
    for text in texts:
        yield from (part for part in _SEPARATORS.split(text or "") if len(part) >= _SHORTEST)


def _class_of(record: Publishable, decision: Decision, around: Around) -> Disclosure:
    if isinstance(record, Entity):
        return party_class(record)
    if isinstance(record, Result):
        return _class_of_check(record, around)
    if isinstance(record, FollowUp):
        check = around.checks.get(f"{record.agency_code}/{record.result_code}")
        if check is None:
            raise NotYetPublic(
                f"检查记录 {record.result_code} 所在的批次已退回；请重新导入抽查结果"
            )
        above = _class_of_check(check, around)
        if check.key in around.withdrawn or above in (Disclosure.WITHHELD, Disclosure.NEVER):
            return Disclosure.NEVER
    return decision.disclosure


def _class_of_check(result: Result, around: Around) -> Disclosure:
    if result.entity_key in around.withdrawn or not shown_findings(result, around.hidden_items):
        return Disclosure.NEVER
    if result.entity_key not in around.parties:
        raise NotYetPublic(f"“{result.entity_name}”所在的批次已退回；请重新导入检查对象")
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

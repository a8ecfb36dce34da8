"""Decides how a record is disclosed, and hands on what may be public of it."""

import re
from collections.abc import Iterator

from portal.airlock.around import Around, Passage
from portal.airlock.cuts import action
from portal.airlock.draws import is_sealed_as_before, shown_entries
from portal.airlock.masks import mask_finds
from portal.airlock.narrowed import follows_from_hidden, left_out_texts, shown_findings
from portal.airlock.project import Publishable, project
from portal.airlock.rules import (
    HIDDEN,
    PARTS,
    PROTECTED,
    Action,
    decidable,
    party_class,
    record_class,
)
from portal.domain.documents import Document
from portal.domain.draws import Draw
from portal.domain.errors import NotYetPublic
from portal.domain.followups import FollowUp
from portal.domain.grounds import Disclosure
from portal.domain.items import Item
from portal.domain.parties import Agency, Entity, EntityForm
from portal.domain.plans import Plan
from portal.domain.results import Result
from portal.domain.verdicts import Act, Verdict
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
#: A withheld text, or a number, this short says nothing by standing elsewhere in its record.
_TELLING = 6


def redact(record: Publishable, around: Around) -> Passage:
    """Project one record.

    A withheld record leaves its notice to the monthly notices, one never acknowledged nothing;
    both name the public record as gone, in case it was public before.
    """
    kind = KIND_OF[type(record)]
    verdict = around.verdict(kind, record)
    disclosure = class_of(record, verdict, around)
    mine = around.ids.of(kind, record.key)
    if disclosure is Disclosure.NEVER:
        return Passage(gone=[(kind, mine)])
    if disclosure is Disclosure.WITHHELD:
        notice = _notice(around.ids.notice(kind, record.key), verdict)
        return Passage(notice=notice, gone=[(kind, mine)])
    party = _party_of(record, around)
    secrets = tuple(dict.fromkeys(_secrets(record, verdict, party, around)))
    personal = party is not None and party.form in PROTECTED
    mask = mask_finds(secrets, around.known, around.waiting, personal=personal)
    return Passage(
        project(record, around, verdict, mask),
        secrets=secrets,
        left_out=_left_out(record, around),
        kept_back=_kept_back(kind, party.form if party else None, verdict),
        emptied=tuple(_emptied(record, around)),
        personal=personal,
        whole_list=mine if isinstance(record, Draw) else None,
        is_sealed=isinstance(record, Draw) and is_sealed_as_before(record, around),
        known=around.known,
        cleared=around.cleared.get((kind, record.key), frozenset()),
    )


def _left_out(record: Publishable, around: Around) -> frozenset[str]:
    """Return the ids of hidden items and of a hidden draw that the record names: its older versions may tell of them."""
    codes: set[str] = set()
    draws: set[str] = set()
    match record:
        case Result():
            codes = {each.item_code for each in record.findings if each.item_code}
            draws = {f"{record.agency_code}/{record.draw_code}"} & around.hidden_draws
        case Plan():
            codes = {code for task in record.tasks for code in task.item_codes}
        case _:
            return frozenset()
    items = {f"{record.agency_code}/{code}" for code in codes} & around.hidden_items
    ids = around.ids
    return frozenset(
        [ids.of(Kind.ITEM, key) for key in items] + [ids.of(Kind.DRAW, key) for key in draws]
    )


def _kept_back(kind: Kind, form: EntityForm | None, verdict: Verdict) -> dict[str, bool]:
    """Return the fields that a decision is on, and whether it leaves nothing of them."""
    rules = decidable(kind.value)
    nothing = (Action.WITHHOLD, Action.DROP)
    return {
        name: action(rules[name], form, verdict) in nothing
        for name, _ in verdict.fields
        if name in rules
    }


def _emptied(record: Publishable, around: Around) -> Iterator[str]:
    """Yield the places of a record that name nobody and nothing any more, and that no file may leave empty."""
    match record:
        case Plan():
            for number, task in enumerate(record.tasks):
                items = {f"{record.agency_code}/{code}" for code in task.item_codes}
                if items and items <= around.hidden_items and not task.item_text:
                    yield f"tasks[{number}].item_codes"
        case Draw() if record.entries and not shown_entries(record, around):
            yield "entries"


def is_nameless(party: Entity, verdict: Verdict) -> bool:
    """Whether the public does not read the name of a party, or not the whole of it."""
    return party.form in PROTECTED or verdict.on("name") is not None


def _party_of(record: Publishable, around: Around) -> Entity | None:
    if isinstance(record, Entity):
        return record
    check = _check_of(record, around)
    return around.parties[check.entity_key] if check else None


def _check_of(record: Publishable, around: Around) -> Result | None:
    if isinstance(record, FollowUp):
        return around.checks[f"{record.agency_code}/{record.result_code}"]
    return record if isinstance(record, Result) else None


def _secrets(
    record: Publishable, verdict: Verdict, party: Entity | None, around: Around
) -> Iterator[str]:
    """Yield what is known inside about the record and must not turn up in its public text."""
    texts: list[str | None] = []
    check = _check_of(record, around)
    if check is not None:
        texts += [check.inspector_names, check.certificates]
    if isinstance(record, FollowUp):
        texts.append(record.handler)
    if party is not None:
        texts += [party.legal_person, party.contact_phone]
    if party is not None and is_nameless(party, around.verdict(Kind.ENTITY, party)):
        texts += [check.entity_name] if check else []
        for each in (party, *around.as_ever_filed.get(party.key, ())):
            texts += [each.name, *each.former_names, each.legal_person, each.contact_phone]
            texts += [each.address] if party.form in PROTECTED else []
            yield from _numbers(each)
    for text in texts:
        yield from (part for part in _SEPARATORS.split(text or "") if len(part) >= _SHORTEST)
    yield from _withheld(record, verdict)
    if isinstance(record, FollowUp) and check is not None:
        yield from _withheld(check, around.verdict(Kind.RESULT, check))
    if check is not None:
        left_out = left_out_texts(check, around.hidden_items)
        yield from (text for text in left_out if len(text) >= _TELLING)


def _numbers(party: Entity) -> Iterator[str]:
    """Yield the numbers of a party whose name is not shown: whoever has one can look the name up elsewhere."""
    yield from (each.value for each in party.identifiers if len(each.value) >= _TELLING)


def _withheld(record: Publishable, verdict: Verdict) -> Iterator[str]:
    """Yield the texts of a record that a decision withholds."""
    for name, ruling in verdict.fields:
        if ruling.act is Act.WITHHOLD and not isinstance(record, Entity):
            yield from (text for text in texts_of(record, name) if len(text) >= _TELLING)


def texts_of(record: Publishable, name: str) -> Iterator[str]:
    """Yield the texts that the field `name` holds in a record, or in its parts."""
    kind = KIND_OF[type(record)].value
    parts: list[object] = [record]
    if len(PARTS.get(kind, ())) > 1:
        for each in ("tasks", "entries", "findings", "figures"):
            parts += getattr(record, each, ())
    for part in parts:
        value = getattr(part, name, None)
        if isinstance(value, str):
            yield value


def class_of(record: Publishable, verdict: Verdict, around: Around) -> Disclosure:
    """Return how a record is disclosed, with what it leans on taken into account.

    Raises:
        NotYetPublic: what it leans on was returned to its author.

    """
    if isinstance(record, Entity):
        return party_class(record, verdict)
    if isinstance(record, Result):
        return _class_of_check(record, verdict, around)
    if isinstance(record, FollowUp):
        return _class_of_step(record, verdict, around)
    return verdict.disclosure


def _class_of_step(step: FollowUp, verdict: Verdict, around: Around) -> Disclosure:
    check = around.check(f"{step.agency_code}/{step.result_code}")
    if check is not None:
        above = _class_of_check(check, around.verdict(Kind.RESULT, check), around)
        if check.key in around.withdrawn or above in HIDDEN:
            return Disclosure.NEVER
        if follows_from_hidden(step, check, around.hidden_items):
            return Disclosure.NEVER
    if verdict.disclosure not in HIDDEN and (check is None or check.key not in around.checks):
        raise NotYetPublic(f"检查记录 {step.result_code} 所在的批次已退回；请重新导入抽查结果")
    return verdict.disclosure


def _class_of_check(result: Result, verdict: Verdict, around: Around) -> Disclosure:
    if result.entity_key in around.withdrawn or not shown_findings(result, around.hidden_items):
        return Disclosure.NEVER
    party = around.party(result.entity_key)
    found = verdict.disclosure
    if party is not None:
        found = record_class(verdict, party_class(party, around.verdict(Kind.ENTITY, party)))
    if found not in HIDDEN and result.entity_key not in around.parties:
        raise NotYetPublic(f"“{result.entity_name}”所在的批次已退回；请重新导入检查对象")
    return found


def _notice(notice_id: str, verdict: Verdict) -> r.PublicNotice:
    ruling = verdict.whole
    if ruling is None:
        raise ValueError("a withheld record needs a complete decision")
    return r.PublicNotice(
        id=notice_id,
        ground=ruling.ground,
        article=ruling.ground.article,
        decided_by=ruling.decided_by,
        review_on=ruling.review_on,
    )

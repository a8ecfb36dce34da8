"""One function per kind of record: its public form, built up field by field from nothing."""

from typing import assert_never

from portal.airlock.around import Around, Ids
from portal.airlock.draws import project_draw
from portal.airlock.masks import WITHHELD_NAME, mask_person, mask_text, mask_trader
from portal.airlock.rules import Naming, rule_for
from portal.domain.documents import Document
from portal.domain.draws import Draw
from portal.domain.followups import FollowUp
from portal.domain.grounds import Decision
from portal.domain.items import Item
from portal.domain.parties import Agency, Entity
from portal.domain.periods import first_of_month, last_of_month
from portal.domain.plans import Plan, Task
from portal.domain.results import Finding, Result
from portal.register import records as r
from portal.register.records import Kind

Publishable = Agency | Item | Entity | Plan | Draw | Result | FollowUp | Document


def _withheld(decision: Decision) -> tuple[r.Withheld, ...]:
    if decision.ground is None:
        return ()
    ground = decision.ground
    return tuple(r.Withheld(name, ground, ground.article) for name in sorted(decision.fields))


def project(record: Publishable, around: Around) -> list[r.Record]:
    """Return the public records that one record becomes when it is disclosed."""
    match record:
        case Agency():
            return [_agency(record, around.ids)]
        case Item():
            return [_item(record, around.ids)]
        case Entity():
            return [_entity(record, around.ids)]
        case Plan():
            return [_plan(record, around)]
        case Draw():
            return project_draw(record, around)
        case Result():
            return [_result(record, around)]
        case FollowUp():
            return [_followup(record, around)]
        case Document():
            return [_document(record, around.ids)]
    assert_never(record)


def _agency(agency: Agency, ids: Ids) -> r.PublicAgency:
    return r.PublicAgency(
        id=ids.of(Kind.AGENCY, agency.key),
        name=agency.name,
        level=agency.level,
        region=agency.region,
        parent_id=ids.of(Kind.AGENCY, agency.parent_code) if agency.parent_code else None,
        duties=agency.duties,
    )


def _item(item: Item, ids: Ids) -> r.PublicItem:
    hidden = item.decision.fields
    return r.PublicItem(
        id=ids.of(Kind.ITEM, item.key),
        agency_id=ids.of(Kind.AGENCY, item.agency_code),
        code=item.code,
        name=item.name,
        item_class=item.item_class,
        methods=tuple(item.methods),
        category=item.category,
        basis=None if "basis" in hidden else item.basis,
        object_scope=None if "object_scope" in hidden else item.object_scope,
        content=None if "content" in hidden else item.content,
        ratio=item.ratio.value if item.ratio else None,
        ratio_text=item.ratio.text if item.ratio else None,
        frequency=item.frequency,
        cap=item.cap,
        approved_on=item.approved_on,
        effective_on=item.effective_on,
        ended_on=item.ended_on,
        withheld=_withheld(item.decision),
    )


def _entity(entity: Entity, ids: Ids) -> r.PublicEntity:
    naming, hidden = rule_for(entity.form).naming, entity.decision.fields
    masked = naming is not Naming.FULL or "name" in hidden
    anonymous = masked or "identifiers" in hidden
    return r.PublicEntity(
        id=ids.of(Kind.ENTITY, entity.key),
        name=WITHHELD_NAME if "name" in hidden else _named(entity.name, naming),
        kind=entity.form.library,
        form=entity.form,
        identifiers=()
        if anonymous
        else tuple(
            r.PublicIdentifier(each.scheme, each.value, each.valid)
            for each in entity.identifiers
            if each.value
        ),
        former_names=() if masked else entity.former_names,
        region=None if "region" in hidden else entity.region,
        industry=None if masked else entity.industry,
        masked=masked,
        withheld=_withheld(entity.decision),
    )


def _named(name: str, naming: Naming) -> str:
    match naming:
        case Naming.FULL:
            return name
        case Naming.TRADER:
            return mask_trader(name)
        case Naming.PERSON:
            return mask_person(name)
    assert_never(naming)


def _plan(plan: Plan, around: Around) -> r.PublicPlan:
    ids = around.ids
    return r.PublicPlan(
        id=ids.of(Kind.PLAN, plan.key),
        agency_id=ids.of(Kind.AGENCY, plan.agency_code),
        code=plan.code,
        name=plan.name,
        year=plan.year,
        version=plan.version,
        approved_on=plan.approved_on,
        adjustment_reason=plan.adjustment_reason,
        tasks=tuple(_task(task, plan, around) for task in plan.tasks),
    )


def _task(task: Task, plan: Plan, around: Around) -> r.PublicTask:
    ids = around.ids
    items = [f"{plan.agency_code}/{code}" for code in task.item_codes]
    return r.PublicTask(
        id=ids.task(plan.agency_code, task.code),
        code=task.code,
        name=task.name,
        object_scope=task.object_scope,
        task_type=task.task_type,
        joint=task.joint,
        starts_on=task.starts_on,
        ends_on=task.ends_on,
        item_ids=tuple(ids.of(Kind.ITEM, key) for key in items if key not in around.hidden_items),
        item_text=task.item_text,
        partners=task.partners,
        level=task.level,
        object_class=task.object_class,
        ratio=task.ratio.value if task.ratio else None,
        ratio_text=task.ratio.text if task.ratio else None,
        base_count=task.base_count,
        base_text=task.base_text,
        planned_count=task.planned_count,
        planned_text=task.planned_text,
        method=task.method,
        remark=task.remark,
    )


def _month_only(party: Entity) -> bool:
    """For persons and sole traders the day would help to tell who it was."""
    return rule_for(party.form).naming is not Naming.FULL


def _result(result: Result, around: Around) -> r.PublicResult:
    ids, hidden = around.ids, result.decision.fields
    coarse = _month_only(around.parties[result.entity_key])
    due = result.due_on if result.has_problem else None
    return r.PublicResult(
        id=ids.of(Kind.RESULT, result.key),
        agency_id=ids.of(Kind.AGENCY, result.agency_code),
        entity_id=ids.of(Kind.ENTITY, result.entity_key),
        inspected_on=first_of_month(result.inspected_on) if coarse else result.inspected_on,
        findings=tuple(
            _finding(each, result, ids) for each in shown_findings(result, around.hidden_items)
        ),
        task_id=ids.task(result.agency_code, result.task_code) if result.task_code else None,
        draw_id=ids.of(Kind.DRAW, f"{result.agency_code}/{result.draw_code}")
        if result.draw_code
        else None,
        unit=result.unit,
        handling=result.handling,
        handling_text=None if "handling_text" in hidden else result.handling_text,
        stated_due_on=last_of_month(due) if due and coarse else due,
        month_only=coarse,
        withheld=_withheld(result.decision),
    )


def shown_findings(result: Result, hidden_items: frozenset[str]) -> list[Finding]:
    """Return the findings about items that may be named."""
    return [
        each
        for each in result.findings
        if f"{result.agency_code}/{each.item_code}" not in hidden_items
    ]


def _finding(finding: Finding, result: Result, ids: Ids) -> r.PublicFinding:
    return r.PublicFinding(
        item_name=finding.item_name,
        outcomes=tuple(finding.outcomes),
        item_id=ids.of(Kind.ITEM, f"{result.agency_code}/{finding.item_code}")
        if finding.item_code
        else None,
        outcome_text=finding.outcome_text,
        detail=None if "detail" in result.decision.fields else finding.detail,
    )


def _followup(step: FollowUp, around: Around) -> r.PublicFollowUp:
    ids = around.ids
    check = around.checks[f"{step.agency_code}/{step.result_code}"]
    coarse = _month_only(around.parties[check.entity_key])
    return r.PublicFollowUp(
        id=ids.of(Kind.FOLLOWUP, step.key),
        agency_id=ids.of(Kind.AGENCY, step.agency_code),
        result_id=ids.of(Kind.RESULT, check.key),
        step=step.step,
        taken_on=first_of_month(step.taken_on) if coarse else step.taken_on,
        due_on=last_of_month(step.due_on) if step.due_on and coarse else step.due_on,
        passed=step.passed,
        text=None if "text" in step.decision.fields else step.text,
        month_only=coarse,
        withheld=_withheld(step.decision),
    )


def _document(document: Document, ids: Ids) -> r.PublicDocument:
    """Contact data in the body is masked: a paper keeps its text, not its telephone numbers."""
    return r.PublicDocument(
        id=ids.of(Kind.DOCUMENT, document.key),
        agency_id=ids.of(Kind.AGENCY, document.agency_code),
        title=document.title,
        kind=document.kind,
        issued_on=document.issued_on,
        summary=mask_text(document.summary),
        number=document.number,
        body=None if "body" in document.decision.fields else mask_text(document.body),
        figures=tuple(
            r.PublicFigure(
                key=each.key,
                label=each.label,
                period=each.period,
                value=each.value,
                unit=each.unit,
                formula=each.formula,
                remark=each.remark,
            )
            for each in document.figures
        ),
        source=document.source,
        withheld=_withheld(document.decision),
    )

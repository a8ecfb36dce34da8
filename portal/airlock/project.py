"""One function per kind of record: its public form, built up field by field from nothing.

Every value goes through the `Cut` of its record, and so through the table of rules.
"""

from typing import assert_never

from portal.airlock.around import Around, Ids
from portal.airlock.cuts import Cut, Mask, markers
from portal.airlock.draws import project_draw
from portal.airlock.masks import mask_text
from portal.airlock.narrowed import as_shown, says
from portal.domain.documents import Document, Figure
from portal.domain.draws import Draw
from portal.domain.followups import FollowUp
from portal.domain.items import Item
from portal.domain.parties import Agency, Entity
from portal.domain.plans import Plan, Task
from portal.domain.results import Finding, Result
from portal.domain.verdicts import Verdict
from portal.register import records as r
from portal.register.records import Kind

Markers = tuple[r.Withheld, ...]
Publishable = Agency | Item | Entity | Plan | Draw | Result | FollowUp | Document


def project(
    record: Publishable, around: Around, verdict: Verdict, mask: Mask = mask_text
) -> list[r.Record]:
    """Return the public records that one record becomes when it is disclosed under `verdict`."""
    ids, told = around.ids, markers(verdict)
    match record:
        case Agency():
            return [_agency(record, Cut("agency", None, verdict, mask), ids, told)]
        case Item():
            return [_item(record, Cut("item", None, verdict, mask), ids, told)]
        case Entity():
            return [_entity(record, Cut("entity", record.form, verdict, mask), ids, told)]
        case Plan():
            return [_plan(record, Cut("plan", None, verdict, mask), around, told)]
        case Draw():
            return project_draw(record, Cut("draw", None, verdict, mask), around)
        case Result():
            form = around.parties[record.entity_key].form
            return [_result(record, Cut("result", form, verdict, mask), around, told)]
        case FollowUp():
            check = around.checks[f"{record.agency_code}/{record.result_code}"]
            form = around.parties[check.entity_key].form
            return [_followup(record, check, Cut("followup", form, verdict, mask), ids, told)]
        case Document():
            return [_document(record, Cut("document", None, verdict, mask), ids, told)]
    assert_never(record)


def _agency(agency: Agency, cut: Cut, ids: Ids, told: Markers) -> r.PublicAgency:
    parent = cut("parent_code", agency.parent_code)
    return r.PublicAgency(
        id=ids.of(Kind.AGENCY, cut("code", agency.code)),
        name=cut("name", agency.name),
        level=cut("level", agency.level),
        region=cut("region", agency.region),
        parent_id=ids.of(Kind.AGENCY, parent) if parent else None,
        duties=cut("duties", agency.duties),
        withheld=told,
    )


def _item(item: Item, cut: Cut, ids: Ids, told: Markers) -> r.PublicItem:
    ratio = cut("ratio", item.ratio)
    return r.PublicItem(
        id=ids.of(Kind.ITEM, item.key),
        agency_id=ids.of(Kind.AGENCY, cut("agency_code", item.agency_code)),
        code=cut("code", item.code),
        name=cut("name", item.name),
        item_class=cut("item_class", item.item_class),
        methods=tuple(cut("methods", item.methods)),
        category=cut("category", item.category),
        basis=cut("basis", item.basis),
        object_scope=cut("object_scope", item.object_scope),
        content=cut("content", item.content),
        ratio=ratio.value if ratio else None,
        ratio_text=ratio.text if ratio else None,
        frequency=cut("frequency", item.frequency),
        cap=cut("cap", item.cap),
        approved_on=cut("approved_on", item.approved_on),
        effective_on=cut("effective_on", item.effective_on),
        ended_on=cut("ended_on", item.ended_on),
        withheld=told,
    )


def _entity(entity: Entity, cut: Cut, ids: Ids, told: Markers) -> r.PublicEntity:
    return r.PublicEntity(
        id=ids.of(Kind.ENTITY, entity.key),
        name=cut("name", entity.name),
        kind=cut("form", entity.form).library,
        form=cut("form", entity.form),
        identifiers=tuple(
            r.PublicIdentifier(each.scheme, each.value, each.valid)
            for each in cut("identifiers", entity.identifiers)
            if each.value
        ),
        former_names=cut("former_names", entity.former_names),
        region=cut("region", entity.region),
        industry=cut("industry", entity.industry),
        masked=not cut.is_exact("name"),
        withheld=told,
    )


def _plan(plan: Plan, cut: Cut, around: Around, told: Markers) -> r.PublicPlan:
    ids = around.ids
    return r.PublicPlan(
        id=ids.of(Kind.PLAN, plan.key),
        agency_id=ids.of(Kind.AGENCY, cut("agency_code", plan.agency_code)),
        code=cut("code", plan.code),
        name=cut("name", plan.name),
        year=cut("year", plan.year),
        version=cut("version", plan.version),
        approved_on=cut("approved_on", plan.approved_on),
        adjustment_reason=cut("adjustment_reason", plan.adjustment_reason),
        tasks=tuple(_task(task, cut, plan, around) for task in cut("tasks", plan.tasks)),
        withheld=told,
    )


def _task(task: Task, cut: Cut, plan: Plan, around: Around) -> r.PublicTask:
    ids = around.ids
    codes = cut("task.item_codes", task.item_codes)
    items = [f"{plan.agency_code}/{code}" for code in codes]
    ratio = cut("task.ratio", task.ratio)
    return r.PublicTask(
        id=ids.task(plan.agency_code, task.code),
        code=cut("task.code", task.code),
        name=cut("task.name", task.name),
        object_scope=cut("task.object_scope", task.object_scope),
        task_type=cut("task.task_type", task.task_type),
        joint=cut("task.joint", task.joint),
        starts_on=cut("task.starts_on", task.starts_on),
        ends_on=cut("task.ends_on", task.ends_on),
        item_ids=tuple(ids.of(Kind.ITEM, key) for key in items if key not in around.hidden_items),
        item_text=cut("task.item_text", task.item_text),
        partners=cut("task.partners", task.partners),
        level=cut("task.level", task.level),
        object_class=cut("task.object_class", task.object_class),
        ratio=ratio.value if ratio else None,
        ratio_text=ratio.text if ratio else None,
        base_count=cut("task.base_count", task.base_count),
        base_text=cut("task.base_text", task.base_text),
        planned_count=cut("task.planned_count", task.planned_count),
        planned_text=cut("task.planned_text", task.planned_text),
        method=cut("task.method", task.method),
        remark=cut("task.remark", task.remark),
    )


def _result(result: Result, cut: Cut, around: Around, told: Markers) -> r.PublicResult:
    ids, before = around.ids, around.said_before.get(result.key, ())
    result = as_shown(result, around.hidden_items, before)
    due = result.due_on if result.has_problem else None
    task = cut("task_code", result.task_code)
    draw = f"{result.agency_code}/{result.draw_code}" if result.draw_code else None
    #: Where nothing stood but what goes with a hidden finding, that something is kept back would tell of it.
    told = tuple(each for each in told if says(result, each.field))
    return r.PublicResult(
        id=ids.of(Kind.RESULT, result.key),
        agency_id=ids.of(Kind.AGENCY, cut("agency_code", result.agency_code)),
        entity_id=ids.of(Kind.ENTITY, cut("entity_key", result.entity_key)),
        inspected_on=cut("inspected_on", result.inspected_on),
        findings=tuple(
            _finding(each, cut, result, around) for each in cut("findings", result.findings)
        ),
        task_id=ids.task(result.agency_code, task) if task else None,
        draw_id=ids.of(Kind.DRAW, cut("draw_code", draw))
        if draw and draw not in around.hidden_draws
        else None,
        unit=cut("unit", result.unit),
        handling=cut("handling", result.handling),
        handling_text=cut("handling_text", result.handling_text),
        stated_due_on=cut("due_on", due),
        month_only=not cut.is_exact("inspected_on"),
        withheld=told,
    )


def _finding(finding: Finding, cut: Cut, result: Result, around: Around) -> r.PublicFinding:
    item = cut("finding.item_code", finding.item_code)
    key, name = f"{result.agency_code}/{item}", finding.item_name
    return r.PublicFinding(
        #: The office puts it to the number of an item, and may have done so while nobody was to know that name.
        item_name=cut("finding.item_name", around.renamed_items.get(key, {}).get(name, name)),
        outcomes=tuple(cut("finding.outcomes", finding.outcomes)),
        item_id=around.ids.of(Kind.ITEM, key) if item else None,
        outcome_text=cut("finding.outcome_text", finding.outcome_text),
        detail=cut("finding.detail", finding.detail),
    )


def _followup(step: FollowUp, check: Result, cut: Cut, ids: Ids, told: Markers) -> r.PublicFollowUp:
    return r.PublicFollowUp(
        id=ids.of(Kind.FOLLOWUP, step.key),
        agency_id=ids.of(Kind.AGENCY, cut("agency_code", step.agency_code)),
        result_id=ids.of(Kind.RESULT, check.key),
        step=cut("step", step.step),
        taken_on=cut("taken_on", step.taken_on),
        due_on=cut("due_on", step.due_on),
        passed=cut("passed", step.passed),
        text=cut("text", step.text),
        month_only=not cut.is_exact("taken_on"),
        withheld=told,
    )


def _document(document: Document, cut: Cut, ids: Ids, told: Markers) -> r.PublicDocument:
    body = cut("body", document.body)
    #: They stand in the text that was filed, and go with it.
    figures = cut("figures", document.figures) if body is not None else ()
    return r.PublicDocument(
        id=ids.of(Kind.DOCUMENT, document.key),
        agency_id=ids.of(Kind.AGENCY, cut("agency_code", document.agency_code)),
        title=cut("title", document.title),
        kind=cut("kind", document.kind),
        issued_on=cut("issued_on", document.issued_on),
        summary=cut("summary", document.summary),
        number=cut("number", document.number),
        body=body,
        figures=tuple(_figure(each, cut) for each in figures),
        source=cut("source", document.source),
        withheld=told,
    )


def _figure(figure: Figure, cut: Cut) -> r.PublicFigure:
    return r.PublicFigure(
        key=cut("figure.key", figure.key),
        label=cut("figure.label", figure.label),
        period=cut("figure.period", figure.period),
        value=cut("figure.value", figure.value),
        unit=cut("figure.unit", figure.unit),
        formula=cut("figure.formula", figure.formula),
        remark=cut("figure.remark", figure.remark),
    )

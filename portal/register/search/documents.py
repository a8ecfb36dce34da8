"""Turns a public record and what is around it into what search sees of it.

Every text here stands on some public page as it is. What a page does not show (a withheld field, the name
and numbers of a masked party, the list of a draw under embargo) is not in the record and so not here;
the shortened name of a masked party is left out too, because it shall find nobody.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from portal.domain.codelists import CodeList
from portal.domain.documents import DocumentKind
from portal.domain.draws import DrawMethod
from portal.domain.followups import Step
from portal.domain.grounds import Ground
from portal.domain.items import ItemClass, Method
from portal.domain.parties import EntityForm
from portal.domain.results import Outcome
from portal.kit import regions
from portal.register import records as r
from portal.register.layout import is_problem
from portal.register.records import Kind
from portal.register.search.model import Document
from portal.register.search.sources import TASK, Source

#: Number of this way of making documents: another one tells every index to start over.
SHAPE = 1

Parts = dict[str, Any]
_TEXTS = ("identifiers", "names", "titles", "texts")
#: What Markdown puts at the beginning of a line or around a word; the words themselves stay as they are.
_MARKUP = re.compile(r"^[ \t]*(?:#{1,6}|[-*+>]|\|)[ \t]*|[ \t]*\|[ \t]*$|\*\*|__|`", re.MULTILINE)
_RULES = re.compile(r"^[ \t|:=-]+$\n?", re.MULTILINE)


def document(source: Source) -> Document:
    """Return what search sees of `source`."""
    parts = _MAKERS[source.kind](source.record, source)
    facets = {"kind": source.kind} | _around(source) | parts.get("facets", {})
    return Document(
        kind=source.kind,
        public_id=source.record.id,
        serial=source.serial,
        day=parts.get("day") or source.published_on,
        facets={name: kept for name, value in facets.items() if (kept := _values(value))},
        **{name: _texts(parts.get(name, ())) for name in _TEXTS},
    )


def names_of(entity: r.PublicEntity | None) -> tuple[str, ...]:
    """Return the names that find a party, the present one first; none when it is masked."""
    if entity is None or entity.masked:
        return ()
    return (entity.name, *entity.former_names)


def numbers_of(entity: r.PublicEntity | None) -> tuple[str, ...]:
    """Return the numbers that find a party; none when it is masked."""
    if entity is None or entity.masked:
        return ()
    return tuple(each.value for each in entity.identifiers)


def plain(body: str) -> str:
    r"""Return the words of a Markdown text without its marks.

    >>> plain("# 一、总则\n\n- **依法**抽查\n| 甲 | 乙 |\n|---|---|")
    '一、总则\n\n依法抽查\n甲 | 乙\n'
    """
    return _MARKUP.sub("", _RULES.sub("", body))


def _around(source: Source) -> Parts:
    agency = source.agency
    return {
        "agency": agency.id if agency else getattr(source.record, "agency_id", None),
        "region": agency.region if agency else None,
    }


def _agency(record: r.PublicAgency, source: Source) -> Parts:
    del source
    return {"names": (record.name,), "texts": (regions.full_name(record.region), record.duties)}


def _item(record: r.PublicItem, source: Source) -> Parts:
    return {
        "identifiers": (record.code,),
        "names": (record.name,),
        "titles": (_name(source.agency), record.category),
        "texts": (
            record.object_scope, record.content, record.basis, record.ratio_text, record.frequency,
            record.cap, _word(ItemClass, record.item_class), *(_word(Method, m) for m in record.methods),
        ),
        "day": record.approved_on or record.effective_on,
        "facets": {"item": record.id, "class": record.item_class},
    }  # fmt: skip


def _entity(record: r.PublicEntity, source: Source) -> Parts:
    del source
    place = regions.full_name(record.region) if record.region else None
    return {
        "identifiers": numbers_of(record),
        "names": names_of(record),
        "texts": (_word(EntityForm, record.form), record.industry, place),
        "facets": {"entity": record.id, "region": record.region},
    }


def _plan(record: r.PublicPlan, source: Source) -> Parts:
    return {
        "identifiers": (record.code,),
        "names": (record.name,),
        #: Also as a title: a number is looked for by its parts as well.
        "titles": (_name(source.agency), record.code, *(task.name for task in record.tasks)),
        "texts": (
            record.adjustment_reason,
            *(text for task in record.tasks for text in _of_task(task)),
        ),
        "day": record.approved_on,
        "facets": {
            "year": str(record.year),
            "item": [each for task in record.tasks for each in task.item_ids],
            "joint": [task.joint for task in record.tasks],
        },
    }


def _task(record: r.PublicTask, source: Source) -> Parts:
    return {
        "identifiers": (record.code,),
        "names": (record.name,),
        "titles": (_name(source.agency), *(item.name for item in source.items)),
        "texts": _of_task(record),
        "day": record.starts_on,
        "facets": {
            "task": record.id,
            "item": record.item_ids,
            "joint": record.joint,
            "year": str(record.starts_on.year),
            "part": source.plan_id,
        },
    }


def _of_task(task: r.PublicTask) -> tuple[str | None, ...]:
    return (
        task.object_scope, task.item_text, *task.partners, task.level, task.method, task.remark,
        task.ratio_text, task.base_text, task.planned_text,
    )  # fmt: skip


def _draw(record: r.PublicDraw, source: Source) -> Parts:
    return {
        "names": (record.name,),
        "titles": (_name(source.agency), _name(source.task)),
        "texts": (
            record.place,
            record.supervised_by,
            _word(DrawMethod, record.method),
            record.remark,
        ),
        "day": record.drawn_on,
        "facets": _of_day(record.drawn_on) | _of_planned(record.task_id, source.task),
    }


def _result(record: r.PublicResult, source: Source) -> Parts:
    outcomes = [code for finding in record.findings for code in finding.outcomes]
    named = [finding.item_name for finding in record.findings]
    return {
        "titles": (
            *names_of(source.entity), *numbers_of(source.entity), *named,
            _name(source.agency), _name(source.task),
        ),
        "texts": tuple(_of_result(record, source.steps)),
        "day": record.inspected_on,
        "facets": {
            "entity": record.entity_id,
            "item": [finding.item_id for finding in record.findings],
            "outcome": outcomes,
            "status": record.status if is_problem(record) else None,
            "part": [step.id for step in source.steps],
        }
        | _of_day(record.inspected_on)
        | _of_planned(record.task_id, source.task),
    }  # fmt: skip


def _of_result(record: r.PublicResult, steps: Sequence[r.PublicFollowUp]) -> Iterator[str | None]:
    for finding in record.findings:
        yield finding.detail
        yield finding.outcome_text
        yield from (_word(Outcome, code) for code in finding.outcomes)
    yield from (record.handling_text, record.unit)
    for step in steps:
        yield step.text
        yield _word(Step, step.step)


def _document(record: r.PublicDocument, source: Source) -> Parts:
    figures = [text for each in record.figures for text in (each.label, each.remark)]
    return {
        "identifiers": (record.number,),
        "names": (record.title,),
        "titles": (_name(source.agency), record.number),
        "texts": (
            record.summary,
            plain(record.body) if record.body else None,
            record.source,
            _word(DocumentKind, record.kind),
            *figures,
        ),
        "day": record.issued_on,
        "facets": _of_day(record.issued_on),
    }


def _notice(record: r.PublicNotice, source: Source) -> Parts:
    del source
    ground = _word(Ground, record.ground)
    return {"texts": (ground, record.article, record.decided_by), "day": record.review_on}


def _of_day(day: date) -> Parts:
    return {"year": str(day.year)}


def _of_planned(task_id: str | None, task: r.PublicTask | None) -> Parts:
    return {"task": task_id, "joint": task.joint if task else None}


def _name(record: r.PublicAgency | r.PublicTask | None) -> str | None:
    return record.name if record else None


def _word(codes: type[CodeList], code: str | None) -> str | None:
    return codes(code).zh if code else None


def _texts(texts: Sequence[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _values(value: str | Sequence[str | None] | None) -> tuple[str, ...]:
    values = (value,) if isinstance(value, str) or value is None else value
    return tuple(sorted({each for each in values if each}))


_MAKERS: dict[str, Callable[[Any, Source], Parts]] = {
    Kind.AGENCY.value: _agency, Kind.ITEM.value: _item, Kind.ENTITY.value: _entity, Kind.PLAN.value: _plan,
    TASK: _task, Kind.DRAW.value: _draw, Kind.RESULT.value: _result, Kind.DOCUMENT.value: _document,
    Kind.WITHHELD.value: _notice,
}  # fmt: skip

"""The checks of plan and lists, in the order of section 11, up to E_EXCLUSION."""

from collections.abc import Collection

from portal.domain.sortition import texts
from portal.domain.sortition.faults import Code, demand
from portal.domain.sortition.leaves import handle
from portal.domain.sortition.model import WITHHELD, Lists, Plan, SourceKind, Subject

#: Kinds that can stay sealed while a beacon is known to everyone (section 3.3).
_SEALED = frozenset((SourceKind.SHARE, SourceKind.DICE6, SourceKind.DICE10))
_DRAWN = "drawn:"


def check(lists: Lists) -> None:
    """Check everything that a commit fixes. Raises the first fault."""
    texts.check(lists)
    _sources(lists.plan)
    _embargo(lists.plan)
    _strata(lists)
    _weights(lists)
    _distinct_entries(lists)
    _handles(lists)
    _exclusions(lists)


def _sources(plan: Plan) -> None:
    demand(_are_distinct([source.id for source in plan.sources]), Code.SOURCES)
    demand(any(source.kind is not SourceKind.SHARE for source in plan.sources), Code.SOURCES)


def _embargo(plan: Plan) -> None:
    demand(not plan.embargo or any(source.kind in _SEALED for source in plan.sources), Code.EMBARGO)


def _strata(lists: Lists) -> None:
    keys = [stratum.key for stratum in lists.plan.strata]
    demand(_are_distinct(keys) and WITHHELD not in keys[:-1], Code.STRATUM)
    known = frozenset(keys)
    demand(all(subject.stratum in known for subject in lists.objects), Code.STRATUM)


def _weights(lists: Lists) -> None:
    demand(
        lists.plan.by_balls or all(subject.weight == 1 for subject in lists.objects), Code.WEIGHT
    )


def _distinct_entries(lists: Lists) -> None:
    demand(_are_distinct([each.handle for each in lists.objects]), Code.DUP)
    demand(_are_distinct([each.object_id for each in lists.objects if each.salt]), Code.DUP)
    demand(_are_distinct([each.handle for each in lists.inspectors]), Code.DUP)
    demand(_are_distinct([each.inspector_id for each in lists.inspectors if each.salt]), Code.DUP)


def _handles(lists: Lists) -> None:
    draw_id = lists.plan.draw_id
    for each in lists.objects:
        if each.salt and each.object_id is not None:
            opened = handle("object", draw_id, each.salt, each.object_id)
            demand(opened == each.handle, Code.HANDLE)
    for one in lists.inspectors:
        if one.salt and one.inspector_id is not None:
            opened = handle("inspector", draw_id, one.salt, one.inspector_id)
            demand(opened == one.handle, Code.HANDLE)


def _exclusions(lists: Lists) -> None:
    """An object drawn before is marked so, and none is marked that was not (section 4.3)."""
    demand(lists.earlier.keys() == set(lists.plan.exclude_drawn_in), Code.EXCLUSION)
    drawn = {draw: frozenset(ids) for draw, ids in lists.earlier.items()}
    anywhere = frozenset[str]().union(*drawn.values())
    for subject in lists.objects:
        demand(_is_rightly_excluded(subject, drawn, anywhere), Code.EXCLUSION)


def _is_rightly_excluded(
    subject: Subject, drawn: dict[str, frozenset[str]], anywhere: Collection[str]
) -> bool:
    if subject.excluded.startswith(_DRAWN):
        ids = drawn.get(subject.excluded.removeprefix(_DRAWN))
        return ids is not None and (subject.object_id is None or subject.object_id in ids)
    return subject.object_id is None or subject.object_id not in anywhere


def _are_distinct(values: Collection[object]) -> bool:
    return len(set(values)) == len(values)

"""The counts beside a search: each value a way to narrow it, each condition a way out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from portal.kit.i18n import told_apart as pgettext
from portal.kit.i18n import written as _
from portal.public import filters
from portal.public.linking import url_for
from portal.register.queries import agencies, entities, items, plans
from portal.register.search.finding import NARROWING, OFFERED, Found
from portal.register.search.sources import TASK

#: Values shown of one facet; the most frequent ones.
_MOST = 10
Asked = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet: what it is called, how many hits have it, where it leads."""

    label: str
    count: int
    address: str


@dataclass(frozen=True, slots=True)
class Group:
    """The values of one facet over all hits; `more` of them are not shown."""

    label: str
    choices: tuple[Choice, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition in force, and the address without it."""

    label: str
    value: str
    address: str


def groups(session: Session, found: Found, asked: Asked) -> list[Group]:
    """Return the facets of an answer that can still narrow it."""
    counted = {
        name: sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        for name in OFFERED
        if name not in asked and (counts := found.facets.get(name))
    }
    if "year" in counted:
        counted["year"].sort(reverse=True)
    top = {name: pairs[:_MOST] for name, pairs in counted.items()}
    write = _writers(session, {name: [value for value, _ in pairs] for name, pairs in top.items()})
    labels = _labels()
    #: Written once: each address is this one and a condition more.
    here = url_for("search.show", **asked)
    here += "&" if "?" in here else "?"
    return [
        Group(
            labels[name],
            tuple(
                Choice(write[name](value), count, here + urlencode({name: value}))
                for value, count in pairs
            ),
            len(counted[name]) - len(pairs),
        )
        for name, pairs in top.items()
    ]


def active(session: Session, asked: Asked) -> list[Condition]:
    """Return the conditions in force, each with the address that leaves it out."""
    narrowed = {name: [str(asked[name])] for name in NARROWING if name in asked}
    write, labels = _writers(session, narrowed), _labels()
    return [
        Condition(labels[name], write[name](value), url_for("search.show", **{**asked, name: None}))
        for name, (value,) in narrowed.items()
    ]


def _labels() -> dict[str, str]:
    return {
        "kind": _("类别"), "agency": pgettext("one", "检查主体"), "region": _("所在区划"),
        "item": pgettext("one", "抽查事项"), "class": _("事项类别"), "outcome": _("检查结果"),
        "status": _("后续处理"), "year": _("年份"), "joint": _("联合方式"),
        "entity": pgettext("one", "检查对象"), "task": pgettext("one", "抽查任务"),
    }  # fmt: skip


def _writers(session: Session, values: Mapping[str, list[str]]) -> dict[str, Callable[[str], str]]:
    """Return how the values of each facet are written; a record that is not public is a dash."""
    bodies = agencies.named(session, values.get("agency", ()))
    lines = items.named(session, values.get("item", ()))
    parties = entities.named(session, values.get("entity", ()))
    tasks = {each: plans.task(session, each) for each in values.get("task", ())}
    states = {"open": _("处理中"), "closed": _("已完结")}

    def name(found: Mapping[str, object]) -> Callable[[str], str]:
        return lambda value: str(getattr(found.get(value), "name", "—"))

    return {
        "kind": kind_label,
        "agency": name(bodies),
        "item": name(lines),
        "entity": name(parties),
        "task": name({each: task[0] for each, task in tasks.items() if task}),
        "region": filters.region,
        "class": lambda value: filters.word(value, "item_class"),
        "outcome": lambda value: filters.word(value, "outcome"),
        "joint": lambda value: filters.word(value, "joint"),
        "status": lambda value: states[value],
        "year": str,
    }


def kind_label(kind: str) -> str:
    """Return what a kind of hit is called."""
    return pgettext("one", "抽查任务") if kind == TASK else filters.word(kind, "kind")

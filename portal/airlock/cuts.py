"""Does to each value what the table of rules says: the one way by which a field becomes public."""

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar

from portal.airlock.masks import WITHHELD_NAME, mask_person, mask_text, mask_trader
from portal.airlock.rules import PARTS, TABLE, Action, Rule
from portal.domain.parties import EntityForm
from portal.domain.periods import first_of_month, last_of_month
from portal.domain.verdicts import Verdict
from portal.register.records import Withheld

V = TypeVar("V")
Mask = Callable[[str], str]
Way = Callable[[Mask, Any], Any]
_COUNTY, _CITY = 6, 4


class NeverPublic(ValueError):
    """A projection asked for a field that the table keeps inside: a fault of ours."""


class Cut:
    """The rows of the table that hold for one record. `mask` takes finds out of a running text."""

    __slots__ = ("_mask", "_ways")

    def __init__(
        self, kind: str, form: EntityForm | None, verdict: Verdict, mask: Mask = mask_text
    ) -> None:
        """Choose the rows for a record of `kind` about a party of this form."""
        self._ways = _ways(kind, form, verdict)
        self._mask = mask

    def __call__(self, name: str, value: V) -> V:
        """Return what may be public of `value`; nothing, in its shape, where nothing may.

        The fields of a part are named with it: ``finding.detail``.

        Raises:
            NeverPublic: the table says that the field never leaves the office.
            KeyError: the table does not know the field.

        """
        way = self._ways[name]
        if way is None or value is None:
            return value
        found: V = way(self._mask, value)
        return found

    def is_exact(self, name: str) -> bool:
        """Whether the value of the field is shown as it is."""
        return self._ways[name] is None


@lru_cache(maxsize=1024)
def _ways(kind: str, form: EntityForm | None, verdict: Verdict) -> dict[str, Way | None]:
    return {
        name if part == kind else f"{part}.{name}": _way(rule, form, verdict)
        for part in PARTS.get(kind, (kind,))
        for name, rule in TABLE[part].items()
    }


def action(rule: Rule, form: EntityForm | None, verdict: Verdict) -> Action:
    """Return what is done with one field, from the table and what was decided."""
    ruling = verdict.on(rule.field)
    found = rule.under(ruling, form) if ruling else rule.at_most(form)
    if rule.unnamed is not None and verdict.on("name"):
        return max(found, rule.unnamed)
    return found


def _way(rule: Rule, form: EntityForm | None, verdict: Verdict) -> Way | None:
    decided = verdict.on(rule.field) is not None
    match action(rule, form, verdict):
        case Action.KEEP | Action.ID:
            return None
        case Action.COARSEN:
            return _coarsened(rule.field, decided=decided)
        case Action.MASK:
            return _masked(rule, form, decided=decided)
        case Action.WITHHOLD | Action.DROP:
            return _name_gone if (rule.kind, rule.field) == ("entity", "name") else _gone
        case _:
            return _refused(rule)


def _coarsened(name: str, *, decided: bool) -> Way:
    if name == "region":
        return (lambda _, code: city(code)) if decided else (lambda _, code: county(code))
    day: Callable[[date], date] = last_of_month if name == "due_on" else first_of_month
    return lambda _, value: day(value)


def county(code: str) -> str:
    """Return the county-level division that a finer one lies in.

    >>> county("990101003")
    '990101'
    """
    return code[:_COUNTY]


def city(code: str) -> str:
    """Return the city that a division lies in.

    >>> city("990101003")
    '990100'
    """
    return f"{code[:_CITY]}00"


def _masked(rule: Rule, form: EntityForm | None, *, decided: bool) -> Way:
    if (rule.kind, rule.field) == ("entity", "name"):
        shorten = mask_person if form is EntityForm.NATURAL_PERSON else mask_trader
        return lambda _, name: shorten(name)
    return (lambda mask, text: mask(text)) if decided else (lambda _, text: mask_text(text))


def _gone(mask: Mask, value: object) -> object:
    del mask
    return () if isinstance(value, tuple) else None


def _name_gone(mask: Mask, value: object) -> str:
    del mask, value
    return WITHHELD_NAME


def _refused(rule: Rule) -> Way:
    def refuse(mask: Mask, value: object) -> object:
        del mask, value
        raise NeverPublic(f"{rule.kind}.{rule.field}")

    return refuse


def markers(verdict: Verdict) -> tuple[Withheld, ...]:
    """Return what is said of the fields kept back: which, on what ground, by which provision."""
    return tuple(
        Withheld(name, ruling.ground, ruling.ground.article) for name, ruling in verdict.fields
    )

"""The table of what may be shown at most, read from rules.toml. People may tighten it, never loosen it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as slot
from enum import IntEnum
from pathlib import Path
from typing import Any

from portal.domain.grounds import Disclosure, Ground
from portal.domain.parties import Entity, EntityForm
from portal.domain.verdicts import Act, Ruling, Verdict, stricter_class


class Action(IntEnum):
    """What is done with a field; the higher, the less is shown."""

    KEEP = 0
    ID = 1
    COARSEN = 2
    MASK = 3
    WITHHOLD = 4
    DROP = 5
    MARKER = 6
    NEVER = 7

    @property
    def zh(self) -> str:
        """The word officials read."""
        return _WORDS[self]


_WORDS = {
    Action.KEEP: "公开", Action.ID: "只公开编号", Action.COARSEN: "粗化", Action.MASK: "遮盖",
    Action.WITHHOLD: "隐去并标明", Action.DROP: "不公开", Action.MARKER: "只公开依据",
    Action.NEVER: "从不公开",
}  # fmt: skip
_OF_ACT = {
    Act.OPEN: Action.KEEP, Act.COARSEN: Action.COARSEN, Act.MASK: Action.MASK,
    Act.WITHHOLD: Action.WITHHOLD,
}  # fmt: skip

#: Parts that a kind's records hold; a decision names a field by its name alone.
PARTS = {
    "plan": ("plan", "task"), "draw": ("draw", "draw_entry"), "result": ("result", "finding"),
    "document": ("document", "figure"),
}  # fmt: skip
KINDS = ("agency", "item", "entity", "inspector", "plan", "draw", "result", "followup", "document")
#: Forms whose parties are persons, or may bear a person's name.
PROTECTED = frozenset({EntityForm.SOLE_TRADER, EntityForm.NATURAL_PERSON})


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. `decided`: the least that a decision must do; None where none may hide the field."""

    kind: str
    field: str
    open: Action
    basis: str
    forms: Mapping[EntityForm, Action] = slot(default_factory=dict)
    unnamed: Action | None = None
    decided: Action | None = None

    def at_most(self, form: EntityForm | None) -> Action:
        """Return what is done where nobody decided anything."""
        return max(self.open, self.forms.get(form, self.open)) if form else self.open

    def under(self, ruling: Ruling, form: EntityForm | None) -> Action:
        """Return what is done under a ruling: the strictest of table, ground and ruling."""
        if self.decided is None:
            return self.at_most(form)
        wanted = max(_OF_ACT[ruling.act], self.decided, GROUND_FLOOR[ruling.ground])
        return max(self.at_most(form), wanted)


_FILE = tomllib.loads(Path(__file__).with_name("rules.toml").read_text("utf-8"))
_BASIS: dict[str, str] = _FILE["basis"]


def _action(word: str) -> Action:
    return Action[word.upper()]


def _rule(kind: str, name: str, row: Mapping[str, Any]) -> Rule:
    return Rule(
        kind, name, _action(row["open"]), _BASIS[row["basis"]],
        {form: _action(row[form]) for form in EntityForm if form in row},
        _action(row["unnamed"]) if "unnamed" in row else None,
        _action(row["decided"]) if "decided" in row else None,
    )  # fmt: skip


GROUND_FLOOR = {ground: _action(_FILE["ground"][ground]) for ground in Ground}
#: Every row by kind and field.
TABLE: dict[str, dict[str, Rule]] = {
    kind: {name: _rule(kind, name, row) for name, row in rows.items()}
    for kind, rows in _FILE.items()
    if kind not in ("basis", "ground", "form", "whole")
}
#: The class that a form of party belongs to whatever is decided, and the provision.
FLOORS: dict[EntityForm, tuple[Disclosure, str]] = {
    EntityForm(form): (Disclosure(row["floor"]), _BASIS[row["basis"]])
    for form, row in _FILE["form"].items()
}
WHOLE: frozenset[str] = frozenset(_FILE["whole"]["kinds"])


def decidable(kind: str) -> dict[str, Rule]:
    """Return the fields of a kind, and of its parts, that a decision may keep back."""
    return {
        name: rule
        for part in PARTS.get(kind, (kind,))
        for name, rule in TABLE[part].items()
        if rule.decided is not None
    }


def party_class(party: Entity, verdict: Verdict) -> Disclosure:
    """Return how a party is disclosed, by its form and by what was decided.

    A military unit is never acknowledged, unless a decision with a ground says that a notice
    may stand in its place.
    """
    floor, _ = FLOORS.get(party.form, (Disclosure.PUBLIC, ""))
    if floor is Disclosure.NEVER and verdict.disclosure is Disclosure.WITHHELD:
        return Disclosure.WITHHELD
    return stricter_class(floor, verdict.disclosure)


def record_class(verdict: Verdict, party_is: Disclosure) -> Disclosure:
    """Return how a record about a party of class `party_is` is disclosed.

    A record about a party that is not shown is not shown either, and leaves no notice of its
    own: their number would say something about the party.
    """
    return Disclosure.NEVER if party_is in HIDDEN else verdict.disclosure


HIDDEN = frozenset({Disclosure.WITHHELD, Disclosure.NEVER})
